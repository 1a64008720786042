"""Prints what grading costs, ours beside stock nbgrader: python tests/benchmarks/benchmark_grading.py

    python tests/benchmarks/benchmark_grading.py [OURS] [STOCK] [JOBS]      # 200 and 2 submissions, 2 jobs

No test, no limit: the machine decides. Stock nbgrader runs every notebook in a kernel; it is
measured on the whole notebook and on one that holds nothing but imports and exercises.
"""

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import nbformat
from sample_course import LESSON, ROOT, SECTION, hand_in_many, make_course  # noqa: E402

from checker.catalogue import exercise_names, load
from checker.judging.source import judge_with
from checker.running.inside.prelude import PRELUDE
from checker.running.sandbox import Sandbox

EXERCISES = exercise_names(SECTION)


def main(ours: int = 200, stock: int = 2, jobs: int = 2) -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder, "ours")
        course.mkdir()
        make_course(course)
        hand_in_many(course, ours)
        print(f"{'':34} submissions exercises  wall s  CPU s  wall s each  CPU s each")
        us = measure(
            "python -m checker grade", course, ours,
            ["-m", "checker", "grade", LESSON, "--jobs", str(jobs)],
        )  # fmt: skip
        for name, only_exercises in (("whole notebook", False), ("exercises only", True)):
            place = stock_course(Path(folder, name), course, stock, only_exercises)
            command = ["-m", "nbgrader", "autograde", LESSON]
            they = measure(f"stock autograde, {name}", place, stock, command)
            ratios = " and ".join(f"{b / a:.1f}" for a, b in zip(us, they, strict=True))
            print(f"  → ours is faster by {ratios} (wall, CPU) per submission, its start included")
    inside()


def measure(name: str, course: Path, count: int, command: list[str]) -> tuple[float, float]:
    """Run a command; seconds on the clock and of CPU for each submission."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, encoding="utf-8",
    )  # fmt: skip
    memory: list[tuple[float, int]] = []
    watch = threading.Thread(target=watch_memory, args=(process, memory))
    watch.start()
    said = process.communicate()[0]
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    watch.join()
    assert process.returncode == 0, said[-2000:]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    each = wall / count, cpu / count
    print(
        f"{name:34} {count:11} {count * len(EXERCISES):9} {wall:7.1f} {cpu:6.1f} {each[0]:12.3f}"
        f" {each[1]:11.3f}"
    )
    if len(memory) >= 8:
        quarters = [memory[len(memory) * q // 8][1] >> 20 for q in (2, 4, 6, 7)]
        print(f"  → MiB of its own at 1/4, 1/2, 3/4 and 7/8 of the run: {quarters}")
    return each


def watch_memory(process: subprocess.Popen, memory: list[tuple[float, int]]) -> None:
    """Note what the command and its processes hold for themselves (USS), while it runs."""
    while process.poll() is None:
        total = 0
        try:
            root = psutil.Process(process.pid)
            for each in [root, *root.children()]:  # the forks in the sandbox come and go
                try:
                    total += each.memory_full_info().uss
                except psutil.Error:
                    continue
        except psutil.Error:
            break
        memory.append((time.monotonic(), total))
        time.sleep(3)


def stock_course(folder: Path, ours: Path, count: int, only_exercises: bool) -> Path:
    """The same submissions for nbgrader without our configuration."""

    def kept(cell) -> bool:
        return not only_exercises or "nbgrader" in cell.metadata or PRELUDE in cell.source

    def copy(source: Path, target: Path) -> None:
        notebook = nbformat.read(source, as_version=4)
        notebook.cells = list(filter(kept, notebook.cells))
        target.parent.mkdir(parents=True)
        nbformat.write(notebook, target)

    file = f"{LESSON}/{LESSON}.ipynb"
    copy(ours / "solutions" / file, folder / "source" / file)
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", LESSON],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    for submission in sorted((ours / "grading/submitted").iterdir())[:count]:
        copy(submission / file, folder / "submitted" / submission.name / file)
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.ExecutePreprocessor.timeout = 300\n"
                                               "c.ExecutePreprocessor.allow_errors = True\n")
    return folder


def inside() -> None:
    """What the sandbox alone costs: its start, a learner, a check."""
    with Sandbox() as child:
        started = time.monotonic()
        child.start()
        print(f"start of the sandbox: {time.monotonic() - started:.2f} s")
        answers = [(name, load(name).solved()) for name in EXERCISES]
        ten = (answers * 2)[:10]
        for _ in range(2):  # the first learner pays for what the judge imports
            started = time.monotonic()
            with child.learner() as runner:
                for name, text in ten:
                    judge_with(runner, name, text, seed=1)
            seconds = time.monotonic() - started
        print(f"ten exercises of one learner: {seconds:.2f} s, {10 / seconds:.0f} checks a second")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
