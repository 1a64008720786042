"""A generated class of 40 whose mistakes are known: graded notebooks of section 06 and a report.

    python tests/sample_class.py FOLDER

writes grading/ and its report into FOLDER, to look at. The learners do not exist.
"""

from __future__ import annotations

import copy
import functools
import json
import random
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

import nbformat  # noqa: E402

from checker.cards import verdict_card  # noqa: E402
from checker.catalogue import exercise_names, load  # noqa: E402
from checker.grading import check_cell  # noqa: E402
from checker.grading.check_cell import Facts  # noqa: E402
from checker.hand_in import grade_id  # noqa: E402
from checker.judging.source import judge_with  # noqa: E402
from checker.judging.verdict import Verdict  # noqa: E402
from checker.running.inside.answer import run_answer  # noqa: E402

LESSON, SEED = "06_pruning", 20_251_124
NAMES = exercise_names("pruning")
BOXED = "隔離あり: bubblewrap、ネットワークなし、seccomp、資源の上限。"
UNBOXED = "隔離なし: 解答は、隔離されていないプロセスで採点しました。"
ODD = ["=cmd()", "+81-90", "-dash", "@sum", "a&amp;b'c", "学籍１２３", "🐢かめ", "x" * 90]
LEARNERS = sorted(ODD + [f"e25{number:03d}" for number in range(101, 133)])
NOT_GRADED, TORN = ["e25901", "=late()"], "e25902"
SCRIPT = "</pre></details><script>alert(1)</script><img src=//foreign.invalid onerror=alert(2)>"

# What the 40 answers to each exercise are, from the weakest learners' to the strongest: known wrong
# answers by name, "unanswered", "error", "unknown" (wrong in its own way); the rest is right.
PLAN = {
    "threshold_mask": {
        "unanswered": 1, "error": 2, "unknown": 1, "forgets_abs": 3, "uses_variance": 1,
        "uses_sample_std": 9, "cuts_ties": 5,
    },
    "gaussian_pruned_percent": {
        "unanswered": 2, "error": 1, "forgets_the_root": 6, "forgets_the_percent": 2,
        "returns_a_tensor": 4,
    },
    "pruned_percent": {"unanswered": 2, "averages_the_layers": 12, "returns_the_kept_percent": 2},
    "masked_sgd_step": {
        "unanswered": 4, "error": 3, "unknown": 2, "forgets_the_mask": 2,
        "masks_only_the_gradient": 7, "masks_only_the_weight": 8,
    },
    "pick_alpha": {"unanswered": 3, "stops_at_the_first_failure": 6, "excludes_the_limit": 4},
    "dead_neurons": {"unanswered": 5, "takes_the_other_axes": 3, "demands_both": 4},
    "remove_neurons": {"unanswered": 9, "error": 2, "forgets_the_bias": 5, "returns_a_list": 1},
    "csr_bytes": {
        "unanswered": 11, "forgets_the_last_pointer": 7, "forgets_the_row_pointers": 2,
        "stores_coordinates": 3,
    },
}  # fmt: skip
REMARKS = ("", "# まず式のとおりに書く\n", "# ここは自信がない\n", "# ノート p.12 を見た\n", "")
HOSTILE = {  # what stands above some answers; the learners meet each of them
    "=cmd()": f"# {SCRIPT}\n",
    "@sum": f"# {'とても長い。' * 9_000}\n",
    "🐢かめ": "# 🐢 全角の注釈 ＝ＡＢＣ {{ 7 * 7 }} {% raw %}\n",
}


@dataclass(frozen=True)
class SampleClass:
    """What is known about the class without counting it from the notebooks."""

    answers: dict[tuple[str, str], str]  # (learner, exercise) → a key of PLAN, or "right"
    points: dict[tuple[str, str], float]
    seconds: dict[str, list[float]]
    tries: dict[str, list[int]]


def answer_text(name: str, kind: str, student: str, remark: str) -> str:
    """The text of an answer cell."""
    exercise = load(name)
    if kind == "unanswered":
        return exercise.stub() + "\n    # ここに解答を書く\n    ..."
    if kind == "error":
        return f"{remark}def {name}(*arguments):\n    return arguments[0] + undefined_name"
    if kind == "unknown":
        return f"{remark}def {name}(*arguments):\n    return 'なにか'  # {student}"
    wrong = exercise.wrongs.get(kind)
    return remark + (wrong.text if wrong else exercise.text_of(exercise.solution))


@functools.cache
def verdict(name: str, text: str) -> Verdict:
    """The hidden cases' verdict, in this process: we wrote these answers."""
    return judge_with(run_answer, name, text, seed=SEED)


def facts(judged: Verdict, seconds: float | None, isolation: str) -> Facts:
    """What the grader notes about an answer."""
    memory = None if seconds is None else round(2 + 100 * seconds, 1)
    return Facts(
        judged.outcome, judged.score, judged.label, judged.misconception, isolation, seconds, memory,
        explanation=judged.explanation, cause=judged.cause,
    )  # fmt: skip


def deal() -> dict[tuple[str, str], str]:
    """Who gives which answer: the weaker ones the ones at the front, with some luck."""
    luck = random.Random(6)
    strength = {student: luck.random() for student in LEARNERS}
    dealt = {}
    for name, counts in PLAN.items():
        kinds = [kind for kind, count in counts.items() for _ in range(count)]
        kinds += ["right"] * (len(LEARNERS) - len(kinds))
        order = sorted(LEARNERS, key=lambda student: strength[student] + luck.gauss(0, 0.2))
        dealt |= {(student, name): kind for student, kind in zip(order, kinds, strict=True)}
    return dealt


def write_class(course: Path) -> SampleClass:
    """Write submissions and graded notebooks into a course folder; returns what is known."""
    shutil.copytree(ROOT / "notebooks" / LESSON, course / "notebooks" / LESSON)
    released = nbformat.read(ROOT / "notebooks" / LESSON / f"{LESSON}.ipynb", as_version=4)
    luck = random.Random(40)
    known = SampleClass(deal(), {}, {name: [] for name in NAMES}, {name: [] for name in NAMES})
    for number, student in enumerate(LEARNERS):
        notebook, tries = copy.deepcopy(released), {}
        cells = {grade_id(cell): cell for cell in notebook.cells}
        for name in NAMES:
            kind = known.answers[student, name]
            remark = HOSTILE.get(student, REMARKS[number % len(REMARKS)])
            text = answer_text(name, kind, student, remark)
            judged, full = verdict(name, text), load(name).points
            seconds = None
            if kind != "unanswered":
                seconds = round(luck.lognormvariate(-5, 0.6), 4)
                known.seconds[name].append(seconds)
                tries[name] = luck.choice((1, 1, 2, 2, 3, 4, 7))
            known.points[student, name] = round(judged.score * full, 4)
            isolation = UNBOXED if number % 20 == 3 else BOXED
            cells[name].source = text
            check, card = cells[f"{name}-check"], verdict_card(judged)
            check_cell.write(check, facts(judged, seconds, isolation), [card])
        write_notebook(course, "autograded", student, nbformat.writes(notebook))
        folder = write_notebook(course, "submitted", student, "{}")
        if number % 4 == 0:
            (folder / ".progress.json").write_text(json.dumps({"tries": tries}), encoding="utf-8")
            for name, count in tries.items():
                known.tries[name].append(count)
    for student in [*NOT_GRADED, TORN]:
        write_notebook(course, "submitted", student, "{}")
    write_notebook(course, "autograded", TORN, '{"cells": [')
    return known


def write_notebook(course: Path, step: str, student: str, text: str) -> Path:
    """Write a learner's notebook of one step; returns its folder."""
    folder = course / "grading" / step / student / LESSON
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").write_text(text, encoding="utf-8")
    return folder


if __name__ == "__main__":
    from checker.grading.report import write_report

    write_class(Path(sys.argv[1]))
    for path in write_report(Path(sys.argv[1]), LESSON):
        print(path)
