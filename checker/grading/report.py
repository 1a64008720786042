"""The instructor's report on an assignment: one HTML page and a CSV, from the graded notebooks.

Everything is counted here, from a list of `Answer`; templates/report.html.j2 only draws. What
learners wrote is escaped by jinja2, and made harmless for spreadsheets in the CSV.
"""

from __future__ import annotations

import json
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from checker.cards import LOOK
from checker.catalogue import exercise_names, load, section_of
from checker.grading import check_cell
from checker.grading.course import (
    AUTOGRADED,
    SUBMITTED,
    autograded,
    handed_in,
    release,
    released,
    students,
    submitted,
)
from checker.grading.course import report as place_of
from checker.grading.output import table, write_whole
from checker.hand_in import RECORD as PROGRESS
from checker.hand_in import RECORD_CAP as PROGRESS_CAP
from checker.hand_in import grade_id
from checker.judging.verdict import WORDS
from checker.refusal import Refusal
from checker.running.inside.cell_text import writable
from lessons import SECTIONS

PARTIAL = ("△", "一部正解")
KINDS = {  # what an answer counts as: sign and word
    kind: PARTIAL if kind == "partial" else (LOOK[kind][0], WORDS[kind])
    for kind in ("right", "partial", "wrong", "error", "unanswered")
}
UNNAMED = {  # mistakes without a diagnosis of their own
    "unknown": "用意した誤答のどれとも一致しない不正解です。",
    "error": "エラーで止まる解答です。",
}
# What is lacking of a submission, each with the names of notebooks or exercises behind it.
NOT_HANDED_IN = "提出されていないノートブックがあります: "
NOT_GRADED = "提出されていますが、まだ採点されていません: "
UNREADABLE = "採点済みのノートブックを読めません: "
NOT_JUDGED = "採点する側の不具合で、判定できなかった演習があります: "
NO_VERDICT = "判定の記録がない演習があります: "
HEADINGS = (
    "学習者", "演習", "題名", "判定", "得点", "満点", "最初に外れたケース", "誤解", "診断",
    "試行回数", "秒", "MiB", "隔離", "備考",
)  # fmt: skip
EXAMPLES = 3  # of each mistake
# What a broken file raises while it is taken apart.
MALFORMED = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class NothingToReport(Refusal):
    """The assignment is unknown, or none of its submissions has been graded."""


@dataclass(frozen=True)
class Answer:
    """One judged answer of one learner."""

    student: str
    exercise: str
    kind: str  # a key of KINDS
    points: float
    label: str | None  # the first failing case
    misconception: str | None  # the name of the known wrong answer
    seconds: float | None
    memory_mib: float | None
    isolation: str
    tries: int | None
    text: str


@dataclass(frozen=True)
class Finding:
    """One mistake, who made it, and the shortest of their different answers."""

    name: str
    diagnosis: str
    students: list[str]
    examples: list[Answer]


def write_report(course: Path, assignment: str) -> tuple[Path, Path]:
    """Write the report of an assignment as .html and .csv. Raises `NothingToReport`."""
    if section_of(assignment) is None:
        known = "、".join(section.folder for section in SECTIONS.values())
        raise NothingToReport(f"「{assignment}」という課題はありません。あるのは {known} です。")
    answers, problems = read_class(course, assignment)
    if not answers:
        raise NothingToReport(
            f"{assignment} には、採点済みの解答がありません。"
            f"先に採点してください: python -m checker grade {assignment}"
        )
    page = page_text(assignment, answers, problems).encode("utf-8")
    place = place_of(course, assignment)
    return (
        write_whole(place.with_suffix(".html"), page),
        write_whole(place.with_suffix(".csv"), table(table_rows(answers, problems))),
    )


def read_class(course: Path, assignment: str) -> tuple[list[Answer], dict[str, list[str]]]:
    """All judged answers by learner, and what could not be judged: sentence → learners."""
    answers, problems = [], defaultdict(list)
    exercises = exercises_in(course, assignment)
    steps = (students(course, step, assignment) for step in (SUBMITTED, AUTOGRADED))
    for student in sorted(set().union(*steps)):
        found, sentences = read_submission(course, assignment, student, exercises)
        answers += found
        for sentence in sentences:
            problems[sentence].append(writable(student))
    return answers, dict(sorted(problems.items()))


def exercises_in(course: Path, assignment: str) -> dict[str, list[str]]:
    """The released notebooks of an assignment and the exercises that each holds."""
    known = exercise_names(section_of(assignment))
    found = {}
    for notebook in released(course).get(assignment, []):
        cells = json.loads(release(course, assignment, notebook).read_bytes())["cells"]
        names = {grade_id(cell) for cell in cells}
        found[notebook] = [name for name in known if name in names]
    return found


def read_submission(
    course: Path, assignment: str, student: str, exercises: dict[str, list[str]]
) -> tuple[list[Answer], list[str]]:
    """The answers in a learner's graded notebooks, and a sentence for each thing that is lacking."""
    there, missing = handed_in(course, student, assignment)
    missing = missing if there else []
    graded = sorted(autograded(course, student, assignment).glob("*.ipynb"))
    graded = [path for path in graded if path.stem not in missing]
    tries = read_tries(submitted(course, student, assignment))
    answers, lacking = [], defaultdict(list)
    lacking[NOT_HANDED_IN] += missing
    for path in graded:
        try:
            found, failed = read_notebook(path, student, tries)
        except MALFORMED:
            lacking[UNREADABLE].append(path.stem)
            continue
        answers += found
        lacking[NOT_JUDGED] += failed
        with_verdict = {*failed, *(answer.exercise for answer in found)}
        lacking[NO_VERDICT] += [n for n in exercises.get(path.stem, []) if n not in with_verdict]
    waiting = [name for name in there if name not in {path.stem for path in graded}]
    lacking[NOT_GRADED] += waiting if graded else there or [assignment]
    order = exercise_names(section_of(assignment))
    answers = sorted(answers, key=lambda answer: order.index(answer.exercise))
    return answers, [said + "、".join(names) for said, names in lacking.items() if names]


def read_notebook(
    path: Path, student: str, tries: dict[str, int]
) -> tuple[list[Answer], list[str]]:
    """The answers of a graded notebook with a verdict, and the exercises that the grader failed at."""
    cells = json.loads(path.read_bytes())["cells"]
    texts = {grade_id(cell): "".join(cell["source"]) for cell in cells}
    answers, failed = [], []
    for name, judged in check_cell.read_all(cells).items():
        facts = judged.facts
        if facts.outcome == check_cell.NOT_JUDGED:
            failed.append(name)
            continue
        partly = facts.outcome == "wrong" and facts.score > 0
        answer = Answer(
            student=writable(student),
            exercise=name,
            kind="partial" if partly else facts.outcome,
            points=judged.points,
            tries=tries.get(name),
            text=writable(texts[name]),
            label=facts.label,
            misconception=facts.misconception,
            seconds=facts.seconds,
            memory_mib=facts.memory_mib,
            isolation=facts.isolation,
        )
        answers.append(answer)
    return answers, failed


def read_tries(submission: Path) -> dict[str, int]:
    """How often each exercise was checked, by the learner's own record; empty without one."""
    path = submission / PROGRESS
    try:
        if not path.is_file() or path.stat().st_size > PROGRESS_CAP:
            return {}
        tries = json.loads(path.read_bytes())["tries"]
        return {name: n for name, n in tries.items() if type(n) is int and 0 < n < 10_000}
    except MALFORMED:
        return {}


def findings(exercise: str, answers: list[Answer]) -> list[Finding]:
    """The mistakes in answers to one exercise: diagnosed ones first, then the most frequent."""
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.kind not in ("right", "unanswered"):
            unnamed = "error" if answer.kind == "error" else "unknown"
            groups[answer.misconception or unnamed].append(answer)
    found = []
    for name, group in groups.items():
        different = {answer.text: answer for answer in reversed(group)}.values()
        shortest = sorted(different, key=lambda answer: (len(answer.text), answer.student))
        sentence = UNNAMED.get(name) or diagnosis(exercise, name)
        students = [answer.student for answer in group]
        found.append(Finding(name, sentence, students, shortest[:EXAMPLES]))
    return sorted(found, key=lambda f: (f.name in UNNAMED, -len(f.students), f.name))


def diagnosis(exercise: str, misconception: str | None) -> str | None:
    """The sentence of a known wrong answer; its name where the exercise no longer has it."""
    sentences = {wrong.name: wrong.diagnosis for wrong in load(exercise).wrongs.values()}
    return sentences.get(misconception, misconception)


def distribution(points: list[float], full: float) -> list[int]:
    """How many learners reached 0–10 %, 10–20 %, …, 90–100 % and exactly the full marks."""
    bins = Counter(int(10 * p / full + 1e-9) for p in points)
    return [bins[i] for i in range(11)]


def middle_and_most(answers: list[Answer], what: str) -> tuple[float, float, int] | None:
    """Median, maximum and number of what is known of tries, seconds or memory_mib."""
    known = [getattr(a, what) for a in answers if getattr(a, what) is not None]
    return (statistics.median(known), max(known), len(known)) if known else None


def page_text(assignment: str, answers: list[Answer], problems: dict[str, list[str]]) -> str:
    """The page."""
    section, points = section_of(assignment), defaultdict(float)
    for answer in answers:
        points[answer.student] += answer.points
    exercises = []
    for name in exercise_names(section):
        own = [answer for answer in answers if answer.exercise == name]
        measured = {w: middle_and_most(own, w) for w in ("tries", "seconds", "memory_mib")}
        counted = {"total": len(own), "kinds": Counter(answer.kind for answer in own)}
        exercises.append({"card": load(name), "findings": findings(name, own)} | measured | counted)
    known = [(f, e) for e in exercises for f in e["findings"] if f.name not in UNNAMED]
    isolations = Counter(line for _, line in {(a.student, a.isolation) for a in answers})
    full = sum(exercise["card"].points for exercise in exercises)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
        assignment=assignment,
        title=SECTIONS[section].title,
        kinds=KINDS,
        unnamed=UNNAMED,
        exercises=exercises,
        frequent=sorted(known, key=lambda pair: -len(pair[0].students))[:5],
        points=points,
        full=full,
        median=statistics.median(points.values()),
        mean=statistics.fmean(points.values()),
        bins=distribution(list(points.values()), full),
        by_student={(answer.student, answer.exercise): answer for answer in answers},
        isolations=sorted(isolations.items(), key=lambda pair: (-pair[1], pair[0])),
        problems=problems,
        ungraded=len({s for students in problems.values() for s in students} - points.keys()),
    )


def table_rows(answers: list[Answer], problems: dict[str, list[str]]) -> list[tuple]:
    """One line for each learner and exercise, and one for what could not be judged."""
    lines: list[tuple] = [HEADINGS]
    for a in answers:
        card, said = load(a.exercise), diagnosis(a.exercise, a.misconception)
        lines.append((
            a.student, a.exercise, card.title, KINDS[a.kind][1], a.points, card.points, a.label,
            a.misconception, said, a.tries, a.seconds, a.memory_mib, a.isolation, None,
        ))  # fmt: skip
    blank = [None] * (len(HEADINGS) - 2)
    lines += [(student, *blank, why) for why, students in problems.items() for student in students]
    return lines
