"""The instructor's report on an assignment: one HTML page and a CSV, from the graded notebooks.

Everything is counted here, from a list of `Answer`; templates/report.html.j2 only draws. What
learners wrote is escaped by jinja2, and made harmless for spreadsheets in the CSV.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from checker.cards import LOOK
from checker.catalogue import exercise_names, load, section_of
from checker.grading.classroom import Answer, read_class
from checker.grading.course import report as place_of
from checker.grading.output import table, write_whole
from checker.judging.verdict import WORDS
from checker.refusal import Refusal
from lessons import SECTIONS

PARTIAL = ("△", "一部正解")
KINDS = {  # what an answer counts as: sign and word
    kind: PARTIAL if kind == "partial" else (LOOK[kind][0], WORDS[kind])
    for kind in ("right", "partial", "wrong", "error", "unanswered")
}
UNNAMED = {  # mistakes without an explanation
    "unknown": "用意した誤答や小さな書き違いの、どれとも一致しない不正解です。",
    "error": "エラーで止まる解答です。",
}
HEADINGS = (
    "学習者", "演習", "題名", "判定", "得点", "満点", "最初に外れたケース", "誤解", "診断",
    "分類", "試行回数", "秒", "MiB", "隔離", "備考",
)  # fmt: skip
EXAMPLES = 3  # of each mistake


class NothingToReport(Refusal):
    """The assignment is unknown, or none of its submissions has been graded."""


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


def findings(exercise: str, answers: list[Answer]) -> list[Finding]:
    """The mistakes in answers to one exercise: explained ones first, then the most frequent."""
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.kind not in ("right", "unanswered"):
            unnamed = "error" if answer.kind == "error" else "unknown"
            groups[answer.misconception or answer.explanation or unnamed].append(answer)
    found = []
    for name, group in groups.items():
        different = {answer.text: answer for answer in reversed(group)}.values()
        shortest = sorted(different, key=lambda answer: (len(answer.text), answer.student))
        sentence = UNNAMED.get(name) or said_of(shortest[0])  # it may quote the answer
        students = [answer.student for answer in group]
        found.append(Finding(name, sentence, students, shortest[:EXAMPLES]))
    return sorted(found, key=lambda f: (f.name in UNNAMED, -len(f.students), f.name))


def said_of(answer: Answer) -> str | None:
    """The sentence on an answer's mistake: the diagnosis of a known wrong answer as the exercise has
    it today, or the explanation; the name alone of a known wrong answer that is gone."""
    known = load(answer.exercise).wrongs.get(answer.misconception)
    return known.diagnosis if known else answer.cause or answer.misconception


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
        exercises.append({"exercise": load(name), "findings": findings(name, own)} | measured | counted)
    known = [(f, e) for e in exercises for f in e["findings"] if f.name not in UNNAMED]
    isolations = Counter(line for _, line in {(a.student, a.isolation) for a in answers})
    full = sum(e["exercise"].points for e in exercises)
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
        exercise = load(a.exercise)
        lines.append((
            a.student, a.exercise, exercise.title, KINDS[a.kind][1], a.points, exercise.points, a.label,
            a.misconception, said_of(a), a.explanation, a.tries, a.seconds, a.memory_mib, a.isolation,
            None,
        ))  # fmt: skip
    blank = [None] * (len(HEADINGS) - 2)
    lines += [(student, *blank, why) for why, students in problems.items() for student in students]
    return lines
