"""An instructor's click on "autograde" in formgrader, in a real browser, and the page behind it.

One JupyterLab with nbgrader's extension serves one course, whose assignment has two notebooks;
Chromium is kept from other hosts.
"""

import html
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from chromium import CHROMIUM, FLAGS, PICTURES
from nbgrader.api import Gradebook
from sample_course import (
    HALVES,
    LESSON,
    ROOT,
    SECTION,
    SEED,
    exercises_of,
    hand_in,
    make_course_of_two,
)

from checker.catalogue import exercise_names, load
from checker.judging.source import judge_source

TOKEN = "a-token-of-the-tests"
PATIENCE = 300  # seconds until something counts as hanging: far beyond what a busy machine takes

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=1000 * PATIENCE)
pytestmark = [
    pytest.mark.box,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium or google-chrome on PATH"),
]

NAMES = exercise_names(SECTION)
FIRST, SECOND, THIRD = NAMES[:3]
WRONG = load(FIRST).wrongs["cuts_ties"]
ANSWERS = {
    "suzuki": {name: load(name).solved() for name in NAMES}
    | {FIRST: WRONG.text},
    "hostile": {
        FIRST: f"# <script>window.pwned = 1</script>\ndef {FIRST}(*_):\n"
        "    raise ValueError('<img src=x onerror=\"window.pwned = 2\">')",
        SECOND: "</code></pre></div><script>window.pwned = 3; alert(3)</script>",
        THIRD: f"def {THIRD}(*_):\n    return type('<svg onload=alert(4)>', (), {{}})()",
    },
    "half": {name: load(name).solved() for name in NAMES},  # and hands in the first notebook only
}


def points_of(student: str, name: str) -> float:
    """What the same judge gives outside nbgrader."""
    verdict = judge_source(name, ANSWERS[student][name], seed=SEED)
    return round(verdict.score * load(name).points, 4)


def expected_points(formgrader, student: str) -> float:
    """The sum over what was handed in."""
    handed_in = formgrader.exercises[HALVES[0]] if student == "half" else NAMES
    return sum(points_of(student, name) for name in handed_in if name in ANSWERS[student])


@pytest.fixture(scope="module")
def formgrader(tmp_path_factory):
    """A course with three submissions, nothing graded, and a server on it."""
    course = tmp_path_factory.mktemp("course")
    make_course_of_two(course)
    for student, answers in ANSWERS.items():
        hand_in(course, student, answers, only=HALVES[0] if student == "half" else None)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (course / "lab.log").open("w+b")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
         f"--port={port}", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={course}"],
        cwd=course, stdout=log, stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{base}/api?token={TOKEN}", server, course / "lab.log")
        yield SimpleNamespace(base=base, course=course, exercises=exercises_of(course))
    finally:
        server.terminate()
        server.wait(PATIENCE)
        log.close()


def wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(10 * PATIENCE):
        try:
            return urllib.request.urlopen(url, timeout=PATIENCE).close()
        except OSError:
            assert server.poll() is None, log.read_text("utf-8", "replace")
            time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8", "replace"))


@pytest.fixture(scope="module")
def page(formgrader):
    """The list of submissions, as an instructor opens it. `dialogs` holds what popped up."""
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(1000 * PATIENCE)
        # formgrader's own page asks a CDN for MathJax; the tests need no internet.
        context.route(
            lambda url: not url.startswith((formgrader.base, "data:")), lambda route: route.abort()
        )
        page = context.new_page()
        page.dialogs = []
        page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(f"{formgrader.base}/login?token={TOKEN}")  # formgrader's page sets no cookie
        page.goto(f"{formgrader.base}/formgrader/manage_submissions/{LESSON}")
        yield page
        chromium.close()


@pytest.fixture(scope="module")
def graded(formgrader, page):
    """What the list says after a click on each learner's autograde button: {student: score}."""
    scores = {}
    for student in ANSWERS:
        click(page, student, "autograde")
        scores[student] = row_of(page, student).locator(".score").inner_text()
    return scores


def row_of(page, student: str):
    return page.locator("tr", has=page.locator(".student-id", has_text=student))


def click(page, student: str, button: str) -> None:
    """Click a button of a row, wait for the success dialog and close it."""
    row_of(page, student).locator(f".{button} a").click()
    dialog = page.locator("#success-modal, #error-modal")
    title = dialog.locator(".modal-title")
    expect(title).to_have_text(re.compile("Success|Error"), timeout=1000 * PATIENCE)
    assert title.inner_text() == "Success", dialog.inner_text()
    dialog.locator(".modal-footer button").click()
    expect(dialog).to_have_count(0)
    expect(row_of(page, student).locator(f".{button} a")).to_have_count(1)


def open_submission(formgrader, page, student: str, notebook: str):
    """The page on which an instructor reads a notebook and may change its points."""
    with Gradebook(f"sqlite:///{formgrader.course}/gradebook.db") as gradebook:
        submission = gradebook.find_submission_notebook(notebook, LESSON, student).id
    view = page.context.new_page()
    view.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
    view.goto(f"{formgrader.base}/formgrader/submissions/{submission}/")
    if PICTURES:
        view.screenshot(path=Path(PICTURES) / f"formgrader_{student}_{notebook}.png", full_page=True)
    return view


def check_cell(view, name: str):
    """The check cell of an exercise with what stands below it."""
    return view.locator(f"[id='cell-id={name}-check']")


@pytest.mark.parametrize("student", ANSWERS)
def test_the_autograde_button_gives_the_points_of_the_judge(formgrader, graded, student):
    """Catches a button that runs the notebook instead, and a list that shows other points."""
    expected = expected_points(formgrader, student)
    with Gradebook(f"sqlite:///{formgrader.course}/gradebook.db") as gradebook:
        submission = gradebook.find_submission(LESSON, student)
        assert submission.score == pytest.approx(expected)
        shown, full = graded[student].split(" / ")
        assert float(full) == submission.max_score
    assert float(shown) == pytest.approx(expected, abs=0.005)


def test_the_submissions_have_different_points(formgrader):
    """Shows the test above different numbers, one of them with a part of a mark."""
    hostile, half, suzuki = (expected_points(formgrader, s) for s in ("hostile", "half", "suzuki"))
    assert hostile == 0 < half < suzuki and 0 < suzuki % 1 < 1


def test_the_message_stands_under_its_check_cell_as_a_card(formgrader, page, graded):
    """Catches a message that is lost, stands elsewhere, is shown as tags or lost its frame."""
    for notebook, names in formgrader.exercises.items():
        view = open_submission(formgrader, page, "suzuki", notebook)
        for name in names:
            cell = check_cell(view, name)
            card = cell.locator(".output_html > div").first
            expect(card).to_contain_text(name)
            assert "隔離あり" in cell.inner_text()
            assert card.evaluate("card => getComputedStyle(card).borderLeftWidth") == "6px"
            points = view.locator(f"input.score[id='{name}-check']")
            expect(points).to_have_attribute("placeholder", re.compile(r"\d"))  # nbgrader asks for it
            shown = float(points.get_attribute("placeholder"))
            assert shown == pytest.approx(points_of("suzuki", name), abs=0.005)
        if FIRST in names:
            assert WRONG.diagnosis in check_cell(view, FIRST).inner_text()
        view.close()


def test_a_learners_markup_does_nothing_on_the_instructors_page(formgrader, page, graded):
    """Catches a script of a learner on the instructor's own origin: it could run any code there."""
    assert set(formgrader.exercises[HALVES[0]]) > {FIRST, SECOND, THIRD}
    view = open_submission(formgrader, page, "hostile", HALVES[0])
    answer = view.locator(".cell", has_text="window.pwned = 3").first
    assert "<script>window.pwned = 3; alert(3)</script>" in answer.inner_text()
    assert view.evaluate("window.pwned") is None
    assert view.locator("#notebook script, #notebook [onerror], #notebook [onload]").count() == 0
    assert page.dialogs == []
    view.close()


def test_the_feedback_button_makes_the_japanese_page(formgrader, page, graded):
    """Catches nbgrader's own template: formgrader asks for it by a fixed name."""
    click(page, "suzuki", "generate-feedback")
    made = formgrader.course / f"grading/feedback/suzuki/{LESSON}"
    texts = [(made / f"{name}.html").read_text(encoding="utf-8") for name in HALVES]
    assert all("<h1>採点結果</h1>" in text for text in texts)
    assert html.escape(WRONG.diagnosis, quote=False) in texts[0]
