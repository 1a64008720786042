"""The page that a learner gets back: its words, its points, and what nobody can smuggle into it.

One course with two cells that a person marks is graded once; the tests read its pages, most of
them in Chromium. Late penalties and marks given by hand are nbgrader's own, with our settings.
"""

import os
import re
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from chromium import AXE, CHROMIUM, FLAGS, PICTURES
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp, NbGraderAPI
from nbgrader.plugins import BasePlugin
from nbgrader_commands import nbgrader
from sample_course import LESSON, SECTION, SEED, hand_in, make_course
from sample_exercise import verdict_on
from traitlets.config import Config

from checker.authoring.assemble import nbgrader_metadata
from checker.cards import LOOK, note_card, verdict_card
from checker.catalogue import exercise_names, load
from checker.grading.clean import clean_html
from checker.grading.submission import stamp
from checker.judging.source import judge_source
from checker.judging.verdict import WORDS

pytestmark = pytest.mark.box

NAMES = exercise_names(SECTION)
RIGHT = {name: load(name).solved() for name in NAMES}
ALL_POINTS = sum(load(name).points for name in NAMES)
PARTLY, MISTAKEN, FAILS, EMPTY = "threshold_mask", "pruned_percent", NAMES[3], NAMES[4]
ESSAY, TASK = 3, 4  # points


def wrong_answer(name: str, wrong: str | None = None):
    """A known wrong answer: its text and its diagnosis. The first one unless it is named."""
    exercise = load(name)
    found = next(w for w in exercise.wrongs.values() if wrong in (None, w.name))
    return found.text, found.diagnosis


def hostile(name: str, tale: str) -> str:
    """An answer with a tale in a comment, a string and the message and name of an exception."""
    return f"# {tale}\ndef {name}(*_):\n    raise type({tale!r}, (Exception,), {{}})({tale!r})"


TALES = (
    "<script>window.pwned = 1; alert(1)</script>",
    '</code></pre></div></body><img src=x onerror="window.pwned = 2"><svg onload=alert(2)>',
    "[押す](javascript:alert(3)) <a href='javascript:alert(3)'>押す</a> **太字** `<b>`",
    "{{ 7 * 7 }} {% for x in 1 %} {{ nb.cells }} {# #} $\\href{javascript:alert(4)}{x}$ $$x^2$$",
)
LONG = "長い" * 15_000
ANSWERS = {
    "right": RIGHT | {"essay": "再学習で **直します**。"},
    "mixed": RIGHT | {
        PARTLY: wrong_answer(PARTLY, "cuts_ties")[0],
        MISTAKEN: wrong_answer(MISTAKEN)[0],
        FAILS: f"def {FAILS}(*_):\n    return 1 / 0",
        EMPTY: load(EMPTY).stub(),
    },
    "hostile": RIGHT | {name: hostile(name, tale) for name, tale in zip(NAMES, TALES, strict=False)}
    | {NAMES[4]: f"# {LONG}\n{RIGHT[NAMES[4]]}", "essay": "\n".join(TALES)},
    "late": RIGHT,
}  # fmt: skip
DUE = "2025-11-24 11:00:00 UTC"
TOKYO = timezone(timedelta(hours=9))
HANDED_IN = {  # DUE is 20:00 in Tokyo
    "right": datetime(2025, 11, 24, 19, 59, tzinfo=TOKYO),
    "late": datetime(2025, 11, 24, 21, 30, tzinfo=TOKYO),
}


class OnePointAnHour(BasePlugin):
    """A penalty of an instructor's own, as nbgrader's manual describes it."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return float(-(-total_seconds_late // 3600))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course, graded and fed back by nbgrader's own commands; late submissions get zero."""
    folder = tmp_path_factory.mktemp("course")
    make_course(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # nbgrader finds the course there, and its configuration changes these
        patch.setenv("PATH", os.environ["PATH"])
        patch.setattr(sys, "path", [*sys.path])
        add_cells_for_a_person(folder)
        assert nbgrader_api().generate_assignment(LESSON, force=True)["success"]
        with gradebook_of(folder) as gradebook:
            gradebook.update_or_create_assignment(LESSON, duedate=DUE)
        for student, answers in ANSWERS.items():
            path = hand_in(folder, student, answers)
            if student in HANDED_IN:
                path.with_name("timestamp.txt").write_text(stamp(HANDED_IN[student]))
        late = "--LateSubmissionPlugin.penalty_method=zero"
        done = nbgrader(folder, ["autograde", LESSON, late], ["generate_feedback", LESSON])
        assert [said.returncode for said in done] == [0, 0], done
        yield folder


def add_cells_for_a_person(folder: Path) -> None:
    """A question that is answered in words and a task, at the end of the solved notebook."""
    path = folder / "solutions" / LESSON / f"{LESSON}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    essay = nbgrader_metadata("essay", grade=True, solution=True, locked=False, points=ESSAY)
    task = nbgrader_metadata("task", task=True, points=TASK)
    notebook.cells += [
        new_markdown_cell("なぜ再学習が要りますか。", id="essay", metadata=essay),
        new_markdown_cell("論文を 1 つ調べてください。", id="task", metadata=task),
    ]
    nbformat.write(notebook, path)


def nbgrader_api(**config) -> NbGraderAPI:
    """nbgrader as formgrader calls it, with the settings of the course and some more."""
    app = AutogradeApp()
    app.initialize([LESSON])
    app.update_config(Config(config))
    return NbGraderAPI(app.coursedir, parent=app)


def gradebook_of(folder: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{folder}/gradebook.db")


def page_of(folder: Path, student: str) -> Path:
    return folder / f"grading/feedback/{student}/{LESSON}/{LESSON}.html"


def soup_of(folder: Path, student: str) -> BeautifulSoup:
    return BeautifulSoup(page_of(folder, student).read_text("utf-8"), "html.parser")


def lines_of(soup: BeautifulSoup) -> dict[str, list[str]]:
    """The table at the top: {first cell: the texts of the others}."""
    rows = [row.find_all(["th", "td"]) for row in soup.select("table.scores tr")]
    texts = [[" ".join(cell.get_text().split()) for cell in row] for row in rows]
    return {first: others for first, *others in texts}


def section_of(soup: BeautifulSoup, grade_id: str):
    return soup.select_one(f"section[id='{grade_id}']")


# What it says.


def test_the_table_names_every_exercise_with_verdict_and_points(course):
    """Catches an exercise that is left out, a sign of another outcome, points that are not its own."""
    share = judge_source(PARTLY, ANSWERS["mixed"][PARTLY], seed=SEED).score
    expected = dict.fromkeys(NAMES, ("○ 正解", 1.0))
    expected |= {
        PARTLY: ("△ 一部正解", share),
        MISTAKEN: ("× 不正解", 0.0),
        FAILS: ("！ エラー", 0.0),
        EMPTY: ("… 未回答", 0.0),
    }
    assert 0 < share < 1
    lines = lines_of(soup_of(course, "mixed"))
    for name, (verdict, score) in expected.items():
        points = load(name).points
        assert lines[load(name).title] == [verdict, f"{round(score * points, 2):g} / {points}"]
    signs = {f"{LOOK[outcome][0]} {WORDS[outcome]}" for outcome in WORDS}
    assert signs <= {verdict for verdict, _ in expected.values()}


def test_the_total_is_the_gradebooks(course):
    """Catches a total of something else, such as one without the points that a person gives."""
    with gradebook_of(course) as gradebook:
        submission = gradebook.find_submission(LESSON, "mixed")
        score, full = round(submission.score, 2), submission.max_score
    assert full == ALL_POINTS + ESSAY + TASK
    soup = soup_of(course, "mixed")
    assert f"得点 {score:g} / 満点 {full:g}" in soup.select_one(".total").get_text()
    assert lines_of(soup)["合計"] == [f"{score:g} / {full:g}"]


def test_each_section_has_the_answer_the_message_and_the_points(course):
    """Catches an answer beside the message of another exercise, and a diagnosis that is lost."""
    soup = soup_of(course, "mixed")
    for name in NAMES:
        section = section_of(soup, f"{name}-check")
        assert section.h2.get_text(strip=True) == load(name).title
        assert section.pre.get_text().strip() == ANSWERS["mixed"][name].strip()
        assert name in section.select_one(".message").get_text()
    assert wrong_answer(MISTAKEN)[1] in section_of(soup, f"{MISTAKEN}-check").get_text()


def test_the_page_is_japanese_and_short(course):
    """Catches nbgrader's English frame, and the lesson and its experiments told once more."""
    soup = soup_of(course, "right")
    assert soup.html["lang"] == "ja"
    assert soup.h1.get_text() == "採点結果"
    text = soup.get_text()
    assert "学習者 right" in text and "06 プルーニング" in text
    for english in ("Score", "Student", "Comment", "Top", "Test cell", "No response"):
        assert english not in text
    released = nbformat.read(course / "notebooks" / LESSON / f"{LESSON}.ipynb", as_version=4)
    left_out = [cell.source for cell in released.cells if "nbgrader" not in cell.metadata]
    assert len(left_out) > 10
    assert [source for source in left_out if source in text] == []


def test_no_hidden_input_or_expected_value_is_shown(course):
    """Catches captions and values that only a learner's own check may show."""
    captions = ("呼び出し", "あなたの値", "期待した値", "あなたの出力")
    own = verdict_card(judge_source(MISTAKEN, ANSWERS["mixed"][MISTAKEN])).html
    assert any(f"{caption}</span>" in own for caption in captions)
    for student in ANSWERS:
        page = page_of(course, student).read_text("utf-8")
        assert [caption for caption in captions if f"{caption}</span>" in page] == []


def test_formgraders_way_gives_the_same_page(course):
    """Catches a template that only the command line finds: formgrader has settings of its own."""
    page = page_of(course, "mixed")
    by_command = page.read_bytes()
    api = nbgrader_api(HTMLExporter={"template_name": "formgrade"})
    assert api.generate_feedback(LESSON, "mixed", force=True)["success"]
    assert page.read_bytes() == by_command


def test_of_a_very_long_answer_only_the_beginning_is_shown(course):
    """Catches an answer that makes page and highlighting as large as a learner likes."""
    section = section_of(soup_of(course, "hostile"), f"{NAMES[4]}-check")
    assert "はじめの 6000 文字だけ" in section.get_text()
    assert section.pre.get_text().count("長い") < 3_000
    assert page_of(course, "hostile").stat().st_size < 100_000


# What it must never do. The browser ignores the page's own policy, so that escaping stands alone.


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        pytest.skip("no chromium or google-chrome on PATH")
    driver = pytest.importorskip("playwright.sync_api")
    with driver.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser):
    """Opens a file and returns the page and everything that a quiet page does not do."""
    contexts = []

    def opened(path: Path, bypass_csp: bool = True):
        contexts.append(
            browser.new_context(bypass_csp=bypass_csp, viewport={"width": 1000, "height": 900})
        )
        page, noise = contexts[-1].new_page(), []
        page.on("dialog", lambda dialog: (noise.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda said: noise.append(said.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on("request", lambda request: noise.append(request.url))
        page.goto(path.as_uri())
        assert noise.pop(0) == path.as_uri()
        return SimpleNamespace(page=page, noise=noise)

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("student", ANSWERS)
def test_the_page_asks_nobody_and_complains_of_nothing(course, open_page, student):
    """Catches a script, a font or a picture from elsewhere, and anything that runs."""
    opened = open_page(page_of(course, student))
    if PICTURES:
        opened.page.screenshot(path=Path(PICTURES) / f"feedback_{student}.png", full_page=True)
    assert opened.noise == []
    assert opened.page.evaluate("window.pwned") is None


def test_markup_of_a_learner_is_shown_as_written(course, open_page):
    """Catches tags that act, Markdown or templates that are rendered, links that run a script."""
    page = open_page(page_of(course, "hostile")).page
    for name, tale in zip(NAMES, TALES, strict=False):
        section = page.locator(f"section[id='{name}-check']")
        assert section.locator(".answer").inner_text().strip() == hostile(name, tale)
        assert section.locator(".message b, .message a, .message img").count() == 0
    assert page.locator("section#essay .answer").inner_text().strip() == "\n".join(TALES)
    acting = "script, img, svg, iframe, object, form, base, link, [onerror], [onload]"
    assert page.locator(acting).count() == 0
    links = page.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert [link for link in links if not link.startswith("#")] == []


def test_the_cards_look_as_in_the_notebook(course, open_page):
    """Catches nbgrader's own sanitizer in place of ours: it takes every style away."""
    page = open_page(page_of(course, "mixed")).page
    edges = page.locator(".message > div:first-child").evaluate_all(
        "cards => cards.map(card => getComputedStyle(card).borderLeft.split(' ').slice(0, 2).join(' '))"
    )
    outcomes = {PARTLY: "wrong", MISTAKEN: "wrong", FAILS: "error", EMPTY: "unanswered"}
    assert edges == [f"6px {LOOK[outcomes.get(name, 'right')][2]}" for name in NAMES]


def test_a_long_line_does_not_widen_the_page(course, open_page):
    """Catches a page that must be scrolled sideways, and is cut off in print."""
    page = open_page(page_of(course, "hostile")).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 1000


def test_the_policy_stops_a_script_that_came_through(course, open_page, tmp_path):
    """Catches a page whose policy allows scripts: the second wall, should escaping ever fail."""
    page = page_of(course, "right").read_text("utf-8")
    planted = tmp_path / "planted.html"
    planted.write_text(page.replace("</body>", "<script>window.pwned = 1</script></body>"), "utf-8")
    assert open_page(planted, bypass_csp=False).page.evaluate("window.pwned") is None
    assert open_page(planted, bypass_csp=True).page.evaluate("window.pwned") == 1


@pytest.mark.skipif(not AXE.exists(), reason="run npm install in tests/node")
@pytest.mark.parametrize("student", ["mixed", "hostile"])
def test_axe_finds_nothing(course, open_page, student):
    """Catches weak contrast, headings out of order, a table without headings, a missing language."""
    page = open_page(page_of(course, student)).page
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html)])"
    )
    assert found == []


# The sanitizer behind it.

CARDS = {
    "right": verdict_card(verdict_on("def scaled(values, factor):\n    return values * factor")),
    "wrong": verdict_card(verdict_on("def scaled(values, factor):\n    return values + factor")),
    "error": verdict_card(verdict_on("def scaled(values, factor):\n    return helper(values)")),
    "unanswered": verdict_card(verdict_on("def scaled(values, factor):\n    ...")),
    "note": note_card("1 行目です。\n2 行目です。"),
}


def structure(fragment: str) -> list:
    """Tags, attributes and texts, without the blanks that a style may or may not have."""
    tags = BeautifulSoup(fragment, "html.parser").find_all(lambda tag: tag.name != "tbody")
    return [
        (tag.name, {k: re.sub(r"\s|;$", "", str(v)) for k, v in tag.attrs.items()}, tag.get_text())
        for tag in tags
    ]


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_keeps_its_look(card):
    """Catches a style or tag that display.py uses and the sanitizer removes."""
    assert structure(clean_html(card.html)) == structure(card.html)


@pytest.mark.parametrize("markup", [
    "<script>x</script>", "<img src=x onerror=x>", "<svg onload=x>", "<b onclick=x>", "<iframe src=x>",
    "<a href='javascript:x'>", "<a href='data:text/html,x'>", "<form action=x>", "<style>x{}</style>",
    "<div style='background-image: url(//a.invalid)'>", "<div style='position: fixed'>",
    "<meta http-equiv=refresh content=0>", "<base href=x>", "<div id=x>", "<input autofocus onfocus=x>",
])  # fmt: skip
def test_the_sanitizer_disarms(markup):
    """Catches a tag, attribute or style that acts, loads something or lies over the page."""
    for tag in BeautifulSoup(clean_html(markup), "html.parser").find_all(True):
        assert tag.name in ("a", "b", "div")
        assert set(tag.attrs) <= {"style"} and not tag.attrs.get("style")


# Late submissions, and what a person marks. These change the course, so they come last.


def test_a_late_submission_is_worth_nothing_where_the_instructor_says_so(course):
    """Catches a penalty that is not taken off, is not told, or hits one who was in time."""
    assert penalties(course) == {"late": float(ALL_POINTS)}
    late, in_time = lines_of(soup_of(course, "late")), lines_of(soup_of(course, "right"))
    assert late["減点（提出の遅れ）"] == [f"−{ALL_POINTS}"]
    assert late["合計"] == [f"0 / {ALL_POINTS + ESSAY + TASK}"]
    assert "減点（提出の遅れ）" not in in_time


def penalties(course) -> dict[str, float]:
    """Who lost points for being late; the points before that must be all that the answers earn."""
    with gradebook_of(course) as gradebook:
        submissions = gradebook.assignment_submissions(LESSON)
        assert {s.student.id: s.score for s in submissions}["late"] == ALL_POINTS
        return {s.student.id: p for s in submissions if (p := s.late_submission_penalty)}


def test_an_instructors_own_penalty_is_taken_off(course):
    """Catches a time zone that is misread and a penalty of an earlier run: 90 minutes are 2 hours."""
    api = nbgrader_api(AssignLatePenalties={"plugin_class": OnePointAnHour})
    assert api.autograde(LESSON, "late", force=True)["success"]
    assert penalties(course) == {"late": 2.0}
    assert api.generate_feedback(LESSON, "late", force=True)["success"]
    lines = lines_of(soup_of(course, "late"))
    assert lines["減点（提出の遅れ）"] == ["−2"]
    assert lines["合計"] == [f"{ALL_POINTS - 2} / {ALL_POINTS + ESSAY + TASK}"]


def test_what_a_person_marks_waits_for_a_person(course):
    """Catches points that autograde gives for words, and a mark that nobody is asked for."""
    with gradebook_of(course) as gradebook:
        notebook = gradebook.find_submission_notebook(LESSON, LESSON, "right")
        by_hand = {grade.name: grade for grade in notebook.grades if grade.needs_manual_grade}
        assert set(by_hand) == {"essay", "task"}
        assert [grade.score for grade in by_hand.values()] == [0.0, 0.0]
        assert notebook.needs_manual_grade
    lines = lines_of(soup_of(course, "right"))
    assert lines["記述 essay"] == ["－ 人が採点", f"0 / {ESSAY}"]
    assert lines["課題 task"] == ["－ 人が採点", f"0 / {TASK}"]
    graded = nbformat.read(
        course / f"grading/autograded/right/{LESSON}/{LESSON}.ipynb", as_version=4
    )
    essay, task = graded.cells[-2:]
    assert essay.source == f"```text\n{ANSWERS['right']['essay']}\n```"
    assert task.source == "論文を 1 つ調べてください。"


def test_a_mark_given_by_hand_survives_grading_again(course):
    """Catches points and words of a person that autograde --force throws away or does not tell."""
    said = "**よい**説明です。<script>window.pwned = 1</script>"
    with gradebook_of(course) as gradebook:
        grade = gradebook.find_grade("essay", LESSON, LESSON, "right")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.find_comment("essay", LESSON, LESSON, "right").manual_comment = said
        gradebook.db.commit()
    api = nbgrader_api()
    assert api.autograde(LESSON, "right", force=True)["success"]
    with gradebook_of(course) as gradebook:
        assert gradebook.find_grade("essay", LESSON, LESSON, "right").manual_score == 2.5
        assert gradebook.find_submission(LESSON, "right").score == ALL_POINTS + 2.5
    assert api.generate_feedback(LESSON, "right", force=True)["success"]
    soup = soup_of(course, "right")
    assert lines_of(soup)["記述 essay"][1] == f"2.5 / {ESSAY}"
    comment = section_of(soup, "essay").select_one(".comment")
    assert "コメント" in comment.get_text() and "よい説明です。" in comment.get_text()
    assert comment.strong.get_text() == "よい" and comment.script is None
