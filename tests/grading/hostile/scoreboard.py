"""Prints what the attack suite gets out of stock nbgrader and out of ours, as a Markdown table.

    python tests/grading/hostile/scoreboard.py [--only CLASS] [--all]

Stock: `nbgrader autograde` with its default configuration on a course of one exercise, whose hidden
tests stand between BEGIN and END HIDDEN TESTS. Three learners: one is marked already, one attacks,
one honest comes next. Without a sandbox an attack has all rights of whoever grades. So each runs in
a throw-away bubblewrap of its own: everything is read-only but its own course and home, no other
process and no network can be seen, memory is limited by `ulimit -v`. What `# stock: no` marks is
left out: against fork bombs that is not enough. Stock gets a sample of each class, with --all every
attack; ours gets every attack always.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/grading"), str(ROOT / "tests/support")]

import nbformat  # noqa: E402
import torch  # noqa: E402
from checker.catalogue import load  # noqa: E402
from checker.running.inside.prelude import PRELUDE  # noqa: E402
from checker.running.sandbox import Sandbox  # noqa: E402
from hostile.driver import (  # noqa: E402
    CLASSES,
    SEED,
    Attack,
    Driver,
    Report,
    World,
    attacks,
    descendants,
    read,
    seconds,
)
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook  # noqa: E402

POINTS = 10
MEMORY = 3 << 30  # bytes of address space of each process of stock nbgrader
PATIENCE = 180  # seconds for one call of nbgrader; a cell has 30
EARLIER, ATTACKER, HONEST = "a_earlier", "b_attacker", "c_honest"
# What nbgrader, Jupyter and IPython write themselves.
UNWATCHED = (
    "course/autograded", "course/feedback", "course/gradebook.db", "course/.nbgrader.log",
    "course/release", "home/.local", "home/.cache", "home/.config", "home/.jupyter",
    "home/.ipython/profile_default/history.sqlite", "home/.ipython/profile_default/db",
    "home/.ipython/profile_default/log", "home/.ipython/profile_default/pid",
    "home/.ipython/profile_default/security", "result.json",
)  # fmt: skip
SAMPLE = (
    "exit_early/os_exit_zero", "exit_early/sys_exit", "exit_early/at_exit",
    "lie_by_value/always_equal", "lie_by_value/tensor_subclass", "lie_by_value/dispatch_subclass",
    "lie_by_value/mutates_the_input",
    "patch_the_judge/torch_equal_only", "patch_the_judge/expected_from_the_caller",
    "patch_the_judge/notebook_transformer", "patch_the_judge/no_asserts",
    "forge_the_channel/pass_frames", "forge_the_channel/nonsense",
    "read/secret_files", "read/environment_of_the_grader", "read/anothers_answer",
    "read/other_names_of_the_root",
    "write/outside", "write/the_gradebook", "write/delete_the_course", "write/start_up_files",
    "network/everywhere", "network/udp_without_connection", "network/from_the_standard_library",
    "exhaust/loop", "exhaust/output_by_print", "exhaust/memory_list", "exhaust/descriptors",
    "exhaust/priorities", "outlive/daemon", "outlive/kill_the_parent", "outlive/environment",
    "detect_grading/public_cases_by_heart", "detect_grading/good_only_when_watched",
    "detect_grading/reads_the_seed",
    "markup/script_printed", "markup/display_html", "markup/script_in_repr",
    "honest_but_odd/warns", "honest_but_odd/warnings_as_errors", "honest_but_odd/plain_python",
    "honest_but_odd/seeds_everything",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=CLASSES)
    parser.add_argument("--all", action="store_true", help="stock gets every attack, not a sample")
    parser.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)  # in the bubblewrap
    options = parser.parse_args()
    if options.inside:
        run_inside(*map(Path, options.inside))
        return
    chosen = [a for a in attacks(options.only) if options.all or str(a) in SAMPLE]
    with World() as world, Sandbox(seconds=seconds()) as child:
        driver = Driver(world, child)
        ours = [driver.examine(attack) for attack in attacks(options.only)]
    with tempfile.TemporaryDirectory(prefix="stock-") as folder, ThreadPoolExecutor(2) as pool:
        templates = {a.exercise: Path(folder, a.exercise) for a in chosen}
        for name, template in templates.items():
            make_course(name, template)
        stock = list(pool.map(lambda a: run_stock(a, templates[a.exercise]), chosen))
    print_table(chosen, stock, ours)


def make_course(name: str, place: Path) -> None:
    """A course of stock nbgrader with one exercise, released, and one learner who is marked."""
    source = place / "course" / "source" / "ps1" / "ps1.ipynb"
    source.parent.mkdir(parents=True)
    (place / "home").mkdir()
    exercise = load(name)

    def graded(grade_id: str, text: str, **more):
        marks = {"grade_id": grade_id, "schema_version": 3, "cell_type": "code", "task": False}
        return new_code_cell(text, id=grade_id, metadata={"nbgrader": marks | more})

    stub = f"{exercise.stub()}\n    ### BEGIN SOLUTION\n    ...\n    ### END SOLUTION"
    visible = tests(exercise, exercise.make_cases(0))
    hidden = tests(exercise, exercise.make_cases(SEED))
    checks = f"{visible}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    cells = [
        new_markdown_cell("# ps1", id="title"),
        new_code_cell(PRELUDE + "from math import inf, nan", id="imports"),
        graded("answer", stub, grade=False, solution=True, locked=False),
        graded("test", checks, grade=True, solution=False, locked=True, points=POINTS),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), source)
    boxed(place, [*NBGRADER, "generate_assignment", "ps1"])
    hand_in(place / "course", EARLIER, exercise.solved())
    boxed(place, [*NBGRADER, "autograde", "ps1"])


NBGRADER = [sys.executable, "-m", "nbgrader"]


def tests(exercise, cases) -> str:
    """Tests as a teacher writes them: a call, an expected value, an assert."""

    def text(value) -> str:
        if isinstance(value, torch.Tensor):
            return f"torch.tensor({value.tolist()}, dtype={value.dtype})"
        if isinstance(value, (list, tuple)):
            inner = "".join(f"{text(part)}, " for part in value)
            return f"[{inner}]" if isinstance(value, list) else f"({inner})"
        return repr(value)

    lines = []
    for case in cases:
        expected = exercise.solution(*case.arguments)
        lines += [
            f"expected = {text(expected)}",
            f"actual = {exercise.name}({', '.join(map(text, case.arguments))})",
        ]
        if isinstance(expected, torch.Tensor) and not expected.is_floating_point():
            lines.append("assert torch.equal(actual, expected)")
        elif isinstance(expected, (torch.Tensor, tuple)):
            lines.append("torch.testing.assert_close(actual, expected)")
        elif isinstance(expected, float):
            lines.append("assert abs(actual - expected) <= 1e-6 * abs(expected)")
        else:
            lines.append("assert actual == expected")
    return "\n".join(lines)


def hand_in(course: Path, learner: str, answer: str) -> None:
    """Put the released notebook with an answer where nbgrader looks for a submission."""
    notebook = nbformat.read(course / "release" / "ps1" / "ps1.ipynb", as_version=4)
    next(cell for cell in notebook.cells if cell.id == "answer").source = answer
    path = course / "submitted" / learner / "ps1" / "ps1.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def boxed(place: Path, command: list[str]) -> subprocess.CompletedProcess:
    """Run a command with all rights over `place` and none over anything else."""
    home = Path.home()
    seen = [p for p in (sys.base_prefix, sys.prefix, str(ROOT)) if not p.startswith("/usr")]
    return subprocess.run(
        [
            "bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session",
            "--uid", "65534", "--gid", "65534", "--ro-bind", "/", "/", "--dev", "/dev",
            "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--tmpfs", "/run",
            "--tmpfs", str(home), *(part for path in seen for part in ("--ro-bind", path, path)),
            "--bind", str(place), str(place), "--chdir", str(place / "course"), "--clearenv",
            "--setenv", "HOME", str(place / "home"), "--setenv", "OMP_NUM_THREADS", "1",
            "--setenv", "PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin", "--", *command,
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        timeout=PATIENCE + 60,
    )  # fmt: skip


def run_stock(attack: Attack, template: Path) -> dict | None:
    """What stock nbgrader makes of an attack: a mark and the harm done; None: not run."""
    if attack.head.get("stock") == "no":
        return None
    with tempfile.TemporaryDirectory(prefix="stock-", ignore_cleanup_errors=True) as folder:
        place = Path(folder, "place")
        shutil.copytree(template, place)
        inside = [sys.executable, str(Path(__file__)), "--inside", str(place), str(attack.path)]
        with contextlib.suppress(subprocess.TimeoutExpired):
            boxed(place, inside)
        try:
            return json.loads((place / "result.json").read_text())
        except (OSError, ValueError):
            return {"mark": None, "harm": ["the whole batch is dead"]}


def run_inside(place: Path, path: Path) -> None:
    """One attack under stock nbgrader, with an honest learner after it, within the bubblewrap."""
    attack, course = read(path), place / "course"
    with World(place, UNWATCHED) as world:
        own_parent = "SUPERVISOR_PID = __import__('os').getppid()"
        text = world.source(attack)
        if attack.rule != "right":
            text = text.replace(f"SUPERVISOR_PID = {os.getpid()}", own_parent, 1)
        hand_in(course, ATTACKER, text)
        hand_in(course, HONEST, load(attack.exercise).solved())
        world.look()  # the submissions are no harm
        harm = []
        with open(place / "result.json", "w") as log:
            process = subprocess.Popen([*NBGRADER, "autograde", "ps1"], stdout=log, stderr=log)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                harm.append(f"still running after {PATIENCE} s")
        if process.returncode is not None and process.returncode < 0:
            harm.append("nbgrader killed")
        harm += [f"left running: {p.pid}" for p in descendants() if p.pid != world.neighbour.pid]
        harm += world.breaches(outputs(course))
        harm += markup(attack, course)
        marks = read_marks(course)
        if marks.get(EARLIER) != POINTS:
            harm.append(f"earlier learner: {marks.get(EARLIER)} of {POINTS}")
        if marks.get(HONEST) != POINTS:
            harm.append(f"next learner: {marks.get(HONEST)} of {POINTS}")
        result = {"mark": marks.get(ATTACKER), "harm": harm}
    (place / "result.json").write_text(json.dumps(result))


def outputs(course: Path) -> str:
    """Everything that the attacker's cells have printed, returned or raised."""
    path = course / "autograded" / ATTACKER / "ps1" / "ps1.ipynb"
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception:  # it may be anything by now
        return ""
    size = path.stat().st_size
    large = f"ESCAPED {size >> 20} MB of notebook" if size > 10 << 20 else ""
    return large + json.dumps([cell.get("outputs", []) for cell in cells])[: 10 << 20]


def markup(attack: Attack, course: Path) -> Iterator[str]:
    """A script of the attacker's in the feedback page."""
    if attack.head["class"] == "markup":
        subprocess.run([*NBGRADER, "generate_feedback", "ps1"], capture_output=True)
        for page in course.glob(f"feedback/{ATTACKER}/**/*.html"):
            if "<script>alert('MARK')" in page.read_text(encoding="utf-8"):
                yield "markup: a script runs in the feedback"


def read_marks(course: Path) -> dict[str, float]:
    """Every learner's points in the gradebook, as far as it can be read."""
    from nbgrader.api import Gradebook

    try:
        with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
            return {s.student.id: s.score for s in book.assignment_submissions("ps1")}
    except Exception:  # it may be anything by now
        return {}


def print_table(chosen: list[Attack], stock: list[dict | None], ours: list[Report]) -> None:
    there = {str(attack): result for attack, result in zip(chosen, stock, strict=True) if result}
    print("| class | attacks on stock | got through | attacks on ours | got through |")
    print("|---|---|---|---|---|")
    for name in (*CLASSES, "all"):
        here = [r for r in ours if name in ("all", r.attack.head["class"])]
        if here:
            both = [r.attack for r in here if str(r.attack) in there]
            through = sum(got_through(attack, there[str(attack)]) for attack in both)
            own = sum(bool(r.breaches) for r in here)
            print(f"| {name} | {len(both)} | {through} | {len(here)} | {own} |")
    print("\n| attack | wants | stock: mark of 10 | harm | ours: mark | seen as | harm |")
    print("|---|---|---|---|---|---|---|")
    for report in ours:
        attack, own = report.attack, f"{POINTS * report.verdict.score:g} | {report.kind[:40]}"
        # Where stock was not tried, only what got through ours is worth a line.
        if str(attack) in there or report.breaches:
            result = there.get(str(attack), {"mark": "not run", "harm": []})
            mark = "none" if result["mark"] is None else result["mark"]
            harm = f"{mark} | {short(result['harm'])}"
            print(
                f"| {attack} | {attack.head['wants']} | {harm} | {own} | {short(report.breaches)} |"
            )


def got_through(attack: Attack, result: dict) -> bool:
    """True where an attack got something out of stock, or where an honest answer lost points."""
    mark = result["mark"] or 0
    if attack.rule == "right":
        return mark < POINTS or bool(result["harm"])
    return mark > POINTS * attack.share + 0.05 or bool(result["harm"])


def short(harm) -> str:
    """The first few kinds of harm, on one line."""
    texts = [re.split(r"-[0-9a-f]{8}|\\\\", text)[0].replace("|", "/")[:50] for text in harm]
    texts = list(dict.fromkeys(texts))
    more = f"; {len(texts) - 4} more" if len(texts) > 4 else ""
    return "; ".join(texts[:4]) + more


if __name__ == "__main__":
    main()
