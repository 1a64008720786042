"""A learner's morning in a real browser: the lab that start.py opens, its course map, its sections.

One JupyterLab and one Chromium serve all tests. Work happens in a copy that start.py itself lays.
With KEIRYOKA_SCREENSHOTS=folder the README's pictures are written there.
"""
import json
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
from chromium import AXE, CHROMIUM, FLAGS, PICTURES
from places import ROOT

import start
from checker.cards import LOOK
from checker.catalogue import load
from checker.judging.verdict import WORDS

SECTION = "06_pruning/06_pruning.ipynb"
QUANTIZATION = "04_quantization/04_quantization.ipynb"
DISTILLATION = "05_distillation/05_distillation.ipynb"
TOKEN = "a-token-of-the-tests"
A_MINUTE = 60_000

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=30_000)      # as long as a busy machine may need; none waits it out
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium or google-chrome on PATH")

# Waiting for the toolbar to say idle is not enough: what is run before this resolves may be lost.
READY = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  const kernel = panel.sessionContext.session.kernel;
  await kernel.info;
  while (kernel.connectionStatus !== 'connected' || kernel.status !== 'idle')
    await new Promise(resolve => setTimeout(resolve, 50));
}"""
# Finds a cell by its id, brings it into view and marks its element, for Playwright to find.
SHOW = """async id => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const index = notebook.widgets.findIndex(cell => cell.model.id === id);
  notebook.activeCellIndex = index;
  await notebook.scrollToItem(index, 'start');
  notebook.widgets[index].node.dataset.id = id;
}"""
CELLS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells
  .map(cell => ({...cell, source: [cell.source].flat().join('')}))"""
# ipywidgets draws the slider's handle and offers no way to name it; what we draw is looked at.
VIOLATIONS = """async () => (await axe.run(
    {include: ['.jp-OutputArea-output'], exclude: ['.noUi-handle']}, {resultTypes: ['violations']}))
  .violations.map(found => [found.id, found.nodes.map(node => node.html.slice(0, 300))])"""


# ---- the lab, the browser and their noise ----------------------------------------------------

@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab as start.py starts it, on notebooks that start.py laid."""
    if not (ROOT / "notebooks" / SECTION).exists():
        pytest.skip("run python -m checker build first")
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(start, "ROOT", home)
        patch.setattr(start, "run", lambda arguments, variables: command.extend(
            [arguments, variables]) or 0)
        command = []
        start.lay_settings(home / ".lab")
        start.lay_notebooks(ROOT / "notebooks", home / "work")
        start.open_lab(["--no-browser", "--ip=127.0.0.1", f"--port={(port := free_port())}",
                        f"--IdentityProvider.token={TOKEN}", "--LabApp.expose_app_in_browser=True"])
    arguments, variables = command
    base = f"http://127.0.0.1:{port}"
    log = (home / "lab.log").open("w+b")
    server = subprocess.Popen(
        [sys.executable, *arguments], cwd=home, stdout=log, stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables})
    try:
        wait_for(f"{base}/api?token={TOKEN}", server, home / "lab.log")
        yield SimpleNamespace(base=base, port=port, work=home / "work")
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, server, log):
    for _ in range(600):
        try:
            return urllib.request.urlopen(url, timeout=10).close()
        except OSError:
            assert server.poll() is None, log.read_text("utf-8", "replace")
            time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8", "replace"))


@pytest.fixture(scope="module")
def browser(lab):
    """One browser window; `noise` collects what a learner's page must never do."""
    local = (lab.base, f"ws://127.0.0.1:{lab.port}", "data:", "blob:")
    noise = []

    def ask(request):
        if not request.url.startswith(local):
            noise.append(f"request to {request.url}")

    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = chromium.new_context(locale="ja-JP", viewport={"width": 1280, "height": 900})
        context.set_default_timeout(A_MINUTE)
        context.on("console", lambda said: said.type == "error" and noise.append(said.text))
        context.on("weberror", lambda thrown: noise.append(str(thrown.error)))
        context.on("request", ask)
        context.on("page", lambda page: page.on("websocket", ask))
        yield SimpleNamespace(context=context, noise=noise)
        chromium.close()


@pytest.fixture(autouse=True)
def quiet(browser):
    """Catches errors in the console or of a page, and requests to other hosts, in every test."""
    yield
    noise, browser.noise[:] = browser.noise[:], []
    assert noise == []


@pytest.fixture(scope="module")
def course(lab, browser):
    """The page that opens first, as Jupyter's own start link opens it."""
    page = browser.context.new_page()
    page.goto(f"{lab.base}/?token={TOKEN}")
    wait_until_open(page, start_page := "course.ipynb")
    assert path_of(page) == start_page
    yield page
    page.close()


@pytest.fixture(scope="module")
def section(lab, browser):
    """Section 06, every cell run."""
    page = open_and_run(lab, browser, SECTION)
    yield page
    page.close()


@pytest.fixture(scope="module")
def quantization(lab, browser):
    """Section 04, every cell run."""
    page = open_and_run(lab, browser, QUANTIZATION)
    yield page
    page.close()


@pytest.fixture(scope="module")
def distillation(lab, browser):
    """Section 05, every cell run."""
    page = open_and_run(lab, browser, DISTILLATION)
    yield page
    page.close()


def open_and_run(lab, browser, path):
    """Open a notebook in a workspace of its own and run all its cells."""
    page = browser.context.new_page()
    workspace = Path(path).stem
    page.goto(f"{lab.base}/lab/workspaces/{workspace}/tree/{path}?token={TOKEN}&reset")
    wait_until_open(page, path)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells').then(Boolean)")
    return page


# ---- what a learner does ---------------------------------------------------------------------

def wait_until_open(page, path):
    page.wait_for_function(
        "path => window.jupyterapp?.shell.currentWidget?.context?.path === path", arg=path)
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell")
    page.evaluate(READY)


def path_of(page):
    return page.evaluate("window.jupyterapp.shell.currentWidget.context.path")


def cells(page):
    """The cells of the open notebook as they would be saved."""
    return page.evaluate(CELLS)


def cell_with(page, text):
    """The id of the first code cell whose source holds `text`."""
    return next(c["id"] for c in cells(page) if c["cell_type"] == "code" and text in c["source"])


def show(page, cell_id):
    """Scroll to a cell and return it."""
    page.evaluate(SHOW, cell_id)
    return page.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) [data-id='{cell_id}']")


def run(page, cell_id):
    """Run a cell, wait for its end and return what it shows."""
    cell = show(page, cell_id)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-cell').then(Boolean)")
    return cell.locator(".jp-OutputArea").first


def write_answer(page, name, text):
    """Replace the text of an answer cell with the keyboard and run it."""
    show(page, name).locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)
    assert source_of(page, name) == text
    page.keyboard.press("Escape")
    run(page, name)


def source_of(page, cell_id):
    return next(cell["source"] for cell in cells(page) if cell["id"] == cell_id)


def expect_outcome(page, name, outcome):
    """Run the check of an exercise, wait for the card with that outcome and return its text."""
    shown = run(page, f"{name}-check")
    expect(shown).to_contain_text(f"{LOOK[outcome][0]}{WORDS[outcome]} {name}")
    return shown.inner_text()


def right_answer(name):
    return load(name).solved()


def photograph(target, file):
    """Write a picture of a page or of one element, where pictures are wanted."""
    if PICTURES:
        target.screenshot(path=Path(PICTURES) / file)


# ---- the tests -------------------------------------------------------------------------------

def test_what_the_browser_notices(browser):
    """Catches a deaf `quiet`: an error, an exception and a foreign request must be noted."""
    page = browser.context.new_page()
    page.evaluate("""async () => {
      console.error('planted error');
      setTimeout(() => { throw new Error('planted exception') });
      await fetch('http://foreign.invalid/').catch(() => {});
    }""")
    page.close()
    noise, browser.noise[:] = " ".join(browser.noise), []
    for planted in ("planted error", "planted exception", "request to http://foreign.invalid/"):
        assert planted in noise


def test_the_course_map_opens_first(course):
    """Catches a start on an empty launcher, and an English or nameless first page."""
    heading = course.locator(".jp-Notebook h1").first.inner_text()
    assert "軽量化・高速化技術" in heading
    assert course.locator(".lm-TabBar-tabLabel", has_text="Launcher").count() == 0
    photograph(course, "course.png")


def test_the_menus_are_japanese_and_without_author_tools(course):
    """Catches lost language settings and nbgrader's menu in a learner's sight."""
    labels = course.locator(".lm-MenuBar-itemLabel").all_inner_texts()
    assert {"ファイル", "編集", "表示", "実行"} <= set(labels)
    assert not [label for label in labels if "nbgrader" in label.lower()]
    assert course.evaluate("document.documentElement.lang") == "ja-JP"
    assert course.get_by_text("Validate", exact=True).count() == 0


def test_a_link_of_the_course_map_opens_its_section(course):
    """Catches links that leave the lab or lead to a file that is not there."""
    course.locator(".jp-Notebook a:visible", has_text="プルーニング").first.click()
    wait_until_open(course, SECTION)
    assert "プルーニング" in course.locator(
        ".jp-NotebookPanel:not(.lm-mod-hidden) h1").first.inner_text()
    # Two pages on one kernel hear of each other's comms and complain: `section` needs its own.
    course.evaluate("""async () => {
      const panel = window.jupyterapp.shell.currentWidget;
      await panel.sessionContext.shutdown();
      panel.dispose();
      await window.jupyterapp.commands.execute('docmanager:open', {path: 'course.ipynb'});
    }""")
    wait_until_open(course, "course.ipynb")


@pytest.mark.parametrize("name", ["section", "quantization", "distillation"])
def test_running_all_shows_no_error_and_no_answer_counts(request, name):
    """Catches cells that need an answer, warnings (a missing glyph is one), a stub that passes."""
    section = request.getfixturevalue(name)
    ran = [cell for cell in cells(section) if cell["cell_type"] == "code"]
    assert [cell["source"] for cell in ran if cell["execution_count"] is None] == []
    outputs = [output for cell in ran for output in cell["outputs"]]
    assert [out for out in outputs if out["output_type"] == "error"] == []
    assert [out["text"] for out in outputs if out.get("name") == "stderr"] == []
    checks = {cell["id"]: json.dumps(cell["outputs"], ensure_ascii=False)
              for cell in ran if cell["id"].endswith("-check")}
    assert checks
    assert [name for name, text in checks.items() if WORDS["unanswered"] not in text] == []
    show(section, ran[0]["id"])
    section.evaluate(SHOW, cells(section)[0]["id"])
    if name == "section":
        photograph(section, "top.png")


@pytest.mark.parametrize("name", ["section", "quantization", "distillation"])
def test_every_control_changes_its_sentence(request, name):
    """Catches a slider or a button that its figure ignores, in any live figure of a section."""
    page = request.getfixturevalue(name)
    live = [c["id"] for c in cells(page) if re.search(r"^live\(", c["source"], re.MULTILINE)]
    assert live
    for cell_id in live:
        output = show(page, cell_id).locator(".jp-OutputArea").first
        picture = output.locator("img")
        expect(picture).to_be_visible()
        # The last one of each row of buttons, and every slider away from its nearer end.
        for row in output.locator(".widget-toggle-buttons").all():
            changes(picture, row.locator("button").last.click)
        for handle in output.locator(".noUi-handle").all():
            now, least = (float(handle.get_attribute(f"aria-value{part}")) for part in ("now", "min"))
            key = "ArrowRight" if now == least else "ArrowLeft"
            changes(picture, lambda handle=handle, key=key: handle.press(key))


def changes(picture, act):
    """Act, and wait until the picture tells something else."""
    before = picture.get_attribute("alt")
    act()
    expect(picture).not_to_have_attribute("alt", before)


def test_a_bit_can_be_switched_and_a_number_typed(quantization):
    """Catches boxes that do not reach the figure, by mouse and by keyboard."""
    output = show(quantization, cell_with(quantization, "BitBoxes(")).locator(".jp-OutputArea").first
    picture, boxes = output.locator("img"), output.locator("button.widget-toggle-button")
    assert boxes.count() == 32
    changes(picture, boxes.first.click)
    assert picture.get_attribute("alt").startswith("1 01111011 ")
    boxes.nth(31).focus()
    changes(picture, lambda: quantization.keyboard.press("Space"))
    changes(picture, lambda: output.locator("select").select_option("float16（半精度）"))
    assert boxes.count() == 16
    field = output.locator("input[type=text]")
    field.fill("65504")
    changes(picture, lambda: field.press("Enter"))
    assert picture.get_attribute("alt").startswith("0 11110 1111111111 は 65504 ")
    changes(picture, output.get_by_text("絶対値が次に大きい値").click)
    assert "は inf" in picture.get_attribute("alt")


def test_a_slider_changes_the_figure_and_its_sentence(section):
    """Catches a figure that stays, or whose alternative text and sentence tell other numbers."""
    output = show(section, cell_with(section, "weight_histogram")).locator(".jp-OutputArea").first
    picture, sentence = output.locator("img"), output.locator("img + p")
    before, drawn = picture.get_attribute("alt"), picture.get_attribute("src")
    output.locator(".noUi-handle").press("ArrowRight")
    expect(picture).not_to_have_attribute("alt", before)
    after = picture.get_attribute("alt")
    assert numbers(after) != numbers(before)
    assert sentence.inner_text() == after
    assert picture.get_attribute("src") != drawn
    photograph(output, "slider.png")


def numbers(text):
    return [word for word in text.split() if word.replace(".", "").isdigit()]


def test_keys_on_a_focused_slider_leave_the_cell_alone(section):
    """Catches a live cell that is not locked: `d d` deletes it, x cuts it, m makes it text."""
    slider_cell = cell_with(section, "weight_histogram")
    before = [(cell["id"], cell["cell_type"]) for cell in cells(section)]
    show(section, slider_cell).locator(".noUi-handle").focus()
    for key in "ddxm":
        section.keyboard.press(key)
    refusal = section.locator(".jp-Dialog", has_text="読み取り専用")  # JupyterLab's answer to m
    expect(refusal).to_be_visible()
    section.keyboard.press("Escape")
    expect(refusal).to_have_count(0)
    assert [(cell["id"], cell["cell_type"]) for cell in cells(section)] == before


def test_an_answer_is_judged_and_counted(course, section):
    """Catches a verdict on an older text, a diagnosis that is not the answer's, a deaf map."""
    exercise = load("threshold_mask")
    name, wrong = exercise.name, next(iter(exercise.wrongs.values()))

    write_answer(section, name, f"{exercise.stub()}\n{body_of(wrong.text)}")
    assert wrong.diagnosis in expect_outcome(section, name, "wrong")
    photograph(show(section, f"{name}-check"), "wrong.png")

    write_answer(section, name, right_answer(name))
    expect_outcome(section, name, "right")
    photograph(show(section, f"{name}-check"), "right.png")

    shown = run(course, cell_with(course, "progress()"))
    expect(shown).to_contain_text(" 1 / ")
    photograph(shown, "progress.png")


def body_of(text):
    return text.split("\n", 1)[1]


def test_a_prediction_is_kept_and_shown_by_the_reveal(section):
    """Catches a prediction that the reveal ignores; its digits must not reach the lab (0 0)."""
    before = [cell["cell_type"] for cell in cells(section)]
    predict(section, "100")
    shown = run(section, cell_with(section, "half.reveal("))
    expect(shown).to_contain_text("あなたの予想 100 %")
    assert [cell["cell_type"] for cell in cells(section)] == before
    assert section.locator(".jp-Dialog").count() == 0


def predict(page, number):
    """Type a number into the first prediction and decide, by keyboard alone."""
    output = show(page, cell_with(page, "half = predict(")).locator(".jp-OutputArea").first
    output.locator("input").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(number)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(output).to_contain_text(f"あなたの予想: {number} %")


def test_a_restarted_kernel_loses_no_answer(section):
    """Catches answers and predictions that live in the kernel alone."""
    name = "gaussian_pruned_percent"
    write_answer(section, name, right_answer(name))
    predict(section, "70")
    section.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    section.evaluate(READY)
    assert source_of(section, name) == right_answer(name)
    run(section, cell_with(section, "from checker import"))
    run(section, name)
    expect_outcome(section, name, "right")
    shown = run(section, cell_with(section, "half = predict("))
    expect(shown).to_contain_text("あなたの予想: 70 %")


@pytest.mark.skipif(not AXE.exists(), reason="run npm install in tests/node")
@pytest.mark.parametrize("name", ["course", "section", "quantization", "distillation"])
def test_the_outputs_are_accessible(request, name):
    """Catches pictures without alternative text, fields without a name, empty table heads."""
    page = request.getfixturevalue(name)
    if name == "course":
        run(page, cell_with(page, "progress()"))
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(VIOLATIONS) == []
    page.evaluate("document.querySelector('.jp-OutputArea-output').append(new Image(9, 9))")
    assert [rule for rule, _ in page.evaluate(VIOLATIONS)] == ["image-alt"]
