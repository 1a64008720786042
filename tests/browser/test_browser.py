"""A learner's morning in a real browser: the lab that start.py opens, its course map, its sections.

One JupyterLab and one Chromium serve all tests. Work happens in a copy that start.py itself lays.
With KEIRYOKA_SCREENSHOTS=folder the README's pictures are written there.
"""
import io
import itertools
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
from matplotlib.image import imread
from notebooks import BLOCKED, PROBE, difference, stored_cells
from places import ROOT

import start
from checker.cards import LOOK
from checker.catalogue import exercise_names, load, question, texts, written_sections
from checker.judging.verdict import WORDS
from checker.notebook import database, store
from lessons import SECTIONS
from lessons.data_parallel.steps import PLAY, SECONDS, STOP

FLOATS = "04_quantization/04_1_number_formats.ipynb"
INTEGERS = "04_quantization/04_2_integers.ipynb"
PRUNING = "06_pruning/06_pruning.ipynb"
SYNCHRONOUS = "02_data_parallel/02_1_synchronous.ipynb"
# First the one whose answers are counted on the map, before there are others.
NOTEBOOKS = sorted((f"{SECTIONS[section].folder}/{text.stem}.ipynb"
                    for section in written_sections() for text in texts(section)),
                   key=lambda path: (path != PRUNING, path))
TOKEN = "a-token-of-the-tests"
# As long as the busiest machine may need: none of the waits sleeps, and none waits it out.
FIVE_MINUTES = 300_000

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=FIVE_MINUTES)
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
# Two pages on one kernel hear of each other's comms and complain: each page takes its kernel along.
SHUT_DOWN = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.sessionContext.shutdown();
  panel.dispose();
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
ANSWER = """([id, text]) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.widgets.find(cell => cell.model.id === id).model.sharedModel.setSource(text);
}"""
# What a kernel says to an expression, outside of every cell.
ASK = """async expression => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const asked = {code: '', silent: true, user_expressions: {answer: expression}};
  return (await kernel.requestExecute(asked).done).content.user_expressions.answer.evalue ?? '';
}"""
# ipywidgets draws the slider's handle and offers no way to name it; what we draw is looked at.
VIOLATIONS = """async () => (await axe.run(
    {include: ['.jp-OutputArea-output'], exclude: ['.noUi-handle']}, {resultTypes: ['violations']}))
  .violations.map(found => [found.id, found.nodes.map(node => node.html.slice(0, 300))])"""


# ---- the lab, the browser and their noise ----------------------------------------------------

@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab as start.py starts it, on notebooks that start.py laid."""
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
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(BLOCKED), str(ROOT)]), **variables})
    try:
        wait_for(f"{base}/api?token={TOKEN}", server, home / "lab.log")
        yield SimpleNamespace(base=base, port=port, work=home / "work")
    finally:
        server.terminate()
        server.wait()
        log.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, server, log):
    while True:
        try:
            return urllib.request.urlopen(url, timeout=FIVE_MINUTES / 1000).close()
        except OSError:
            assert server.poll() is None, log.read_text("utf-8", "replace")
            time.sleep(0.1)


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
        context.set_default_timeout(FIVE_MINUTES)
        context.on("console", lambda said: said.type == "error" and not is_a_race(said)
                   and noise.append(said.text))
        context.on("weberror", lambda thrown: noise.append(str(thrown.error)))
        context.on("request", ask)
        context.on("page", lambda page: page.on("websocket", ask))
        yield SimpleNamespace(context=context, noise=noise)
        chromium.close()


def is_a_race(said):
    """Jupyter Server answers 500 to the lab's poll of the kernels in the moment in which one is being
    registered (it has no `last_activity` yet: jupyter/notebook #5345); the lab polls again."""
    return "status of 500" in said.text and "/api/kernels?" in said.location["url"]


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


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: Path(path).stem)
def notebook(lab, browser, request):
    """Each notebook in turn, every cell run. One kernel at a time: they are large."""
    page = open_notebook(lab, browser, request.param)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells').then(Boolean)")
    yield page
    page.evaluate(SHUT_DOWN)
    page.close()


@pytest.fixture(scope="module")
def stored(notebook, request):
    """The cells of the solved notebook."""
    return stored_cells(request.session, ROOT / "solutions" / path_of(notebook))


def only(path):
    """For a test of one notebook."""
    return pytest.mark.parametrize("notebook", [path], ids=[Path(path).stem], indirect=True)


def open_notebook(lab, browser, path):
    """Open a notebook in a workspace of its own."""
    page = browser.context.new_page()
    page.goto(f"{lab.base}/lab/workspaces/{Path(path).stem}/tree/{path}?token={TOKEN}&reset")
    wait_until_open(page, path)
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


@pytest.mark.parametrize("status, path, let_off", [
    (500, "/api/kernels?1795", True), (500, "/api/kernels/5e", False), (500, "/api/contents?1", False),
    (404, "/api/kernels?1795", False)])
def test_one_race_of_the_server_is_let_off_and_nothing_else(status, path, let_off):
    """Catches a server's error that is taken for the one that the lab mends by itself."""
    text = f"Failed to load resource: the server responded with a status of {status} ()"
    assert is_a_race(SimpleNamespace(text=text, location={"url": f"http://x{path}"})) is let_off


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


def test_the_map_leads_on_by_keyboard(lab, course, monkeypatch):
    """Catches links that leave the lab or lead to a file or a cell that is not there, and a mistake
    that まちがいノート forgets."""
    monkeypatch.chdir(lab.work)
    store.remember("check", "threshold_mask", "wrong", {"sentence": "残す側と切る側が逆です。"})
    database.close()
    mistakes = run(course, cell_with(course, "mistakes()"))
    expect(mistakes).to_contain_text("残す側と切る側が逆です。")
    shown = run(course, cell_with(course, "progress()"))
    expect(shown).to_contain_text("続きから")
    photograph(shown, "progress.png")
    going_on = shown.locator("a").first
    expect(going_on).to_contain_text("プルーニング")
    going_on.focus()
    course.keyboard.press("Enter")
    wait_until_open(course, PRUNING)
    course.wait_for_function("""window.jupyterapp.shell.currentWidget.content.activeCell.model.id
      === 'threshold_mask'""")
    course.evaluate(SHUT_DOWN)
    course.evaluate("""
      window.jupyterapp.commands.execute('docmanager:open', {path: 'course.ipynb'}).then(Boolean)""")
    wait_until_open(course, "course.ipynb")


@pytest.mark.long("it runs a whole notebook, which may take a minute by itself, in a browser")
def test_running_all_shows_no_error_and_no_answer_counts(notebook):
    """Catches cells that need an answer, warnings (a missing glyph is one), a stub that passes."""
    ran = [cell for cell in cells(notebook) if cell["cell_type"] == "code"]
    assert [cell["source"] for cell in ran if cell["execution_count"] is None] == []
    outputs = [output for cell in ran for output in cell["outputs"]]
    assert [out for out in outputs if out["output_type"] == "error"] == []
    assert [out["text"] for out in outputs if out.get("name") == "stderr"] == []
    checks = {cell["id"]: json.dumps(cell["outputs"], ensure_ascii=False)
              for cell in ran if cell["id"].endswith("-check")}
    assert checks
    assert [name for name, text in checks.items() if WORDS["unanswered"] not in text] == []
    assert "the test blocks the network" in notebook.evaluate(ASK, PROBE)
    show(notebook, cells(notebook)[0]["id"])
    photograph(notebook, f"{Path(path_of(notebook)).stem}.png")


def with_an_answer(stored):
    """The cells that hold an answer or name one: what they show depends on it."""
    answer = re.compile(rf"\b({'|'.join(name for name in stored if name in exercise_names())})\b")
    return [cell_id for cell_id, item in stored.items() if answer.search(item.cell.source)]


def test_the_cells_show_what_is_stored(notebook, stored):
    """Catches a solved notebook whose numbers are not what its cells compute today, by the rules
    that nbval has for the two; and cells that show something else before anybody has answered."""
    shown = {cell["id"]: cell.get("outputs") for cell in cells(notebook)}
    others = [cell_id for cell_id in stored if cell_id not in with_an_answer(stored)]
    assert [found for each in others if (found := difference(stored[each], shown[each]))] == []


def test_every_control_changes_its_sentence(notebook):
    """Catches a slider or a button that its figure ignores, in any live figure of a notebook."""
    live = [c["id"] for c in cells(notebook) if re.search(r"^live\(", c["source"], re.MULTILINE)]
    assert live
    for cell_id in live:
        output = show(notebook, cell_id).locator(".jp-OutputArea").first
        expect(output.locator("img")).to_be_visible()
        sentence = sentence_of(output)
        # Every slider away from its nearer end, and the last one of each row of buttons: a button may
        # choose a way of cutting for which a slider means nothing.
        for handle in output.locator(".noUi-handle").all():
            now, least = (float(handle.get_attribute(f"aria-value{part}")) for part in ("now", "min"))
            key = "ArrowRight" if now == least else "ArrowLeft"
            changes(sentence, lambda handle=handle, key=key: handle.press(key))
        for row in output.locator(".widget-toggle-buttons").all():
            changes(sentence, row.locator("button").last.click)


def sentence_of(output):
    """The sentence below a figure."""
    return output.locator("img + p")


def changes(sentence, act):
    """Act, and wait until the sentence is another."""
    before = sentence.inner_text()
    act()
    expect(sentence).not_to_have_text(before)


@only(FLOATS)
def test_a_bit_can_be_switched_and_a_number_typed(notebook):
    """Catches boxes that do not reach the figure, by mouse and by keyboard."""
    output = show(notebook, cell_with(notebook, "BitBoxes(")).locator(".jp-OutputArea").first
    sentence, boxes = sentence_of(output), output.locator("button.widget-toggle-button")
    assert boxes.count() == 32
    changes(sentence, boxes.first.click)
    assert sentence.inner_text().startswith("1 01111011 ")
    boxes.nth(31).focus()
    changes(sentence, lambda: notebook.keyboard.press("Space"))
    changes(sentence, lambda: output.locator("select").select_option("float16（半精度）"))
    assert boxes.count() == 16
    field = output.locator("input[type=text]")
    field.fill("65504")
    changes(sentence, lambda: field.press("Enter"))
    assert sentence.inner_text().startswith("0 11110 1111111111 は 65504 ")
    changes(sentence, output.get_by_text("絶対値が次に大きい値").click)
    assert "は inf" in sentence.inner_text()


@only(SYNCHRONOUS)
def test_what_plays_stops_when_the_cell_is_left(notebook):
    """Catches a button that plays nothing, and a film that goes on behind the next cell."""
    output = show(notebook, film := cell_with(notebook, "ring_at")).locator(".jp-OutputArea").first
    run(notebook, film)
    sentence = sentence_of(output)
    first = sentence.inner_text()
    output.get_by_role("button", name=PLAY).click()
    expect(sentence).not_to_have_text(first)
    expect(output.get_by_role("button", name=STOP)).to_be_visible()
    run(notebook, cell_with(notebook, "import Steps"))
    button = output.get_by_role("button", name=PLAY)
    expect(button).to_be_visible()
    notebook.evaluate(READY)  # what was on its way is drawn
    stopped = sentence.inner_text()
    notebook.wait_for_timeout(2000 * SECONDS)
    assert sentence.inner_text() == stopped
    button.click()
    expect(sentence).to_have_text(re.compile("6 回目の通信.*16 個のうち 16 個"))
    photograph(output, "ring.png")


@only(PRUNING)
def test_a_slider_changes_the_figure_and_its_sentence(notebook):
    """Catches a figure that stays, a sentence that tells the same numbers, a text of the figure that
    is the sentence once more or lacks the threshold, which the legend names."""
    output = show(notebook, cell_with(notebook, "weight_histogram")).locator(".jp-OutputArea").first
    picture, sentence = output.locator("img"), sentence_of(output)
    expect(sentence).to_contain_text("α")  # it is drawn: before, its text is empty
    before, drawn, told = (sentence.inner_text(), *map(picture.get_attribute, ("src", "alt")))
    output.locator(".noUi-handle").press("ArrowRight")
    expect(sentence).not_to_have_text(before)
    assert numbers(sentence.inner_text()) != numbers(before)
    assert picture.get_attribute("src") != drawn
    assert picture.get_attribute("alt") not in (told, sentence.inner_text())
    photograph(output, "slider.png")


@only(PRUNING)
def test_a_figure_is_dark_in_the_dark_theme(notebook):
    """Catches a white slab between dark texts, and letters that went dark with their ground."""
    output = show(notebook, cell_with(notebook, "weight_histogram")).locator(".jp-OutputArea").first
    mean, span = {}, {}
    for theme in ("Dark", "Light"):
        notebook.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', "
                          f"{{theme: 'JupyterLab {theme}'}}).then(Boolean)")
        is_light = str(theme == "Light").lower()
        expect(notebook.locator("body")).to_have_attribute("data-jp-theme-light", is_light)
        drawn = imread(io.BytesIO(output.locator("img").screenshot()))[..., :3].mean(axis=2)
        mean[theme], span[theme] = drawn.mean(), (drawn.min(), drawn.max())
        photograph(output, f"slider-{theme.lower()}.png")
    assert mean["Dark"] < 0.25 and mean["Light"] > 0.75
    assert all(darkest < 0.1 and lightest > 0.9 for darkest, lightest in span.values())


def numbers(text):
    return [word for word in text.split() if word.replace(".", "").isdigit()]


@only(PRUNING)
def test_keys_on_a_focused_slider_leave_the_cell_alone(notebook):
    """Catches a live cell that is not locked: `d d` deletes it, x cuts it, m makes it text."""
    slider_cell = cell_with(notebook, "weight_histogram")
    before = [(cell["id"], cell["cell_type"]) for cell in cells(notebook)]
    show(notebook, slider_cell).locator(".noUi-handle").focus()
    for key in "ddxm":
        notebook.keyboard.press(key)
    refusal = notebook.locator(".jp-Dialog", has_text="読み取り専用")  # JupyterLab's answer to m
    expect(refusal).to_be_visible()
    notebook.keyboard.press("Escape")
    expect(refusal).to_have_count(0)
    assert [(cell["id"], cell["cell_type"]) for cell in cells(notebook)] == before


@only(PRUNING)
def test_an_answer_is_judged_and_counted(course, notebook):
    """Catches a verdict on an older text, a diagnosis that is not the answer's, a deaf map."""
    exercise = load("threshold_mask")
    name, wrong = exercise.name, next(iter(exercise.wrongs.values()))

    write_answer(notebook, name, f"{exercise.stub()}\n{body_of(wrong.text)}")
    assert wrong.diagnosis in expect_outcome(notebook, name, "wrong")
    photograph(show(notebook, f"{name}-check"), "wrong.png")

    write_answer(notebook, name, right_answer(name))
    expect_outcome(notebook, name, "right")
    photograph(show(notebook, f"{name}-check"), "right.png")

    shown = run(course, cell_with(course, "progress()"))
    expect(shown).to_contain_text(f"1 / {len(exercise_names('pruning'))} 問正解")
    expect(run(course, cell_with(course, "mistakes()"))).to_contain_text("まちがいノートは空です。")


def body_of(text):
    return text.split("\n", 1)[1]


@only(PRUNING)
def test_a_prediction_is_kept_and_shown_by_the_reveal(notebook):
    """Catches a prediction that the reveal ignores; its digits must not reach the lab (0 0)."""
    before = [cell["cell_type"] for cell in cells(notebook)]
    predict(notebook, "100")
    shown = run(notebook, cell_with(notebook, "half.reveal("))
    expect(shown).to_contain_text("あなたの予想 100 %")
    assert [cell["cell_type"] for cell in cells(notebook)] == before
    assert notebook.locator(".jp-Dialog").count() == 0


def predict(page, number):
    """Type a number into the first prediction and decide, by keyboard alone."""
    output = show(page, cell_with(page, "half = predict(")).locator(".jp-OutputArea").first
    output.locator("input").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(number)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(output).to_contain_text(f"あなたの予想: {number} %")


# Chooses an option and gives the milliseconds until its reply is drawn.
CHOOSE = """async ([area, place]) => {
  const option = area.querySelectorAll('input[type=radio]')[place];
  const begun = performance.now();
  const drawn = new Promise(resolve => new MutationObserver((_, observer) => {
    observer.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - begun));
  }).observe(area, {childList: true, subtree: true}));
  option.click();
  return await drawn;
}"""


@only(PRUNING)
def test_a_question_is_answered_by_the_keyboard_at_once(notebook):
    """Catches a reason of another option, a deaf or slow button, keys that reach the lab, long
    options that lie over each other in a narrow window."""
    before = [cell["cell_type"] for cell in cells(notebook)]
    item = question("connections_or_neurons")
    shown = run(notebook, cell_with(notebook, f'quiz("{item.name}"'))
    expect(shown).to_contain_text("問 1")
    outputs = shown.locator(".jp-OutputArea-output")
    first = next(i for i, text in enumerate(outputs.all_inner_texts()) if "問 1" in text)
    form, reply = outputs.nth(first + 1), outputs.nth(first + 2)
    for seed in (0, 1):
        variant = item.draw(seed)
        at = variant.order.index(1)
        options = form.locator("input[type=radio]")
        expect(options).to_have_count(4)
        expect(form).to_contain_text(variant.options[at])
        options.nth(at).focus()
        notebook.keyboard.press("Space")
        expect(reply).to_contain_text(f"× 不正解　{variant.options[at]}")
        expect(reply).to_contain_text(variant.question.wrong[0].reason)
        photograph(shown, "quiz.png")
        form.locator("button").focus()
        notebook.keyboard.press("Space")
        expect(reply).to_contain_text("未回答")
    notebook.set_viewport_size({"width": 800, "height": 900})
    lines = [box.bounding_box() for box in form.locator(".widget-radio-box label").all()]
    assert max(line["height"] for line in lines) > 30  # an option of two lines, none over the next
    assert all(a["y"] + a["height"] <= b["y"] for a, b in itertools.pairwise(lines))
    notebook.set_viewport_size({"width": 1280, "height": 900})
    area = shown.element_handle()
    times = sorted(notebook.evaluate(CHOOSE, [area, place]) for place in (0, 1, 2, 3, 0, 1, 2))
    assert times[3] < 1000, times  # 36 ms on a quiet machine; a busy one may be slow
    assert [cell["cell_type"] for cell in cells(notebook)] == before


@pytest.mark.skipif(not AXE.exists(), reason="run npm install in tests/node")
def test_the_outputs_are_accessible(notebook):
    """Catches pictures without alternative text, fields without a name, empty table heads."""
    assert_accessible(notebook)


@only(PRUNING)
@pytest.mark.skipif(not AXE.exists(), reason="run npm install in tests/node")
def test_the_map_and_the_verdicts_are_accessible(course, notebook):
    """Catches a table of progress, a verdict or a prediction that a screen reader cannot tell."""
    run(course, cell_with(course, "progress()"))
    for page in (course, notebook):
        assert_accessible(page)


def assert_accessible(page):
    """axe finds nothing in the outputs, and finds what is planted there."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(VIOLATIONS) == []
    page.evaluate("document.querySelector('.jp-OutputArea-output').append(new Image(9, 9))")
    assert [rule for rule, _ in page.evaluate(VIOLATIONS)] == ["image-alt"]
    page.evaluate("document.querySelector('.jp-OutputArea-output').lastElementChild.remove()")


def test_the_solutions_are_right(notebook, stored):
    """Catches a solution that fails in its own notebook, and a verdict that is not the stored one."""
    ran = with_an_answer(stored)
    for cell_id in ran:
        notebook.evaluate(ANSWER, [cell_id, stored[cell_id].cell.source])
        run(notebook, cell_id)
    shown = {cell["id"]: cell.get("outputs") for cell in cells(notebook)}
    assert [out for each in ran for out in shown[each] if out["output_type"] == "error"] == []
    assert any(WORDS["right"] in json.dumps(shown[each], ensure_ascii=False) for each in ran)
    assert [found for each in ran if (found := difference(stored[each], shown[each]))] == []


# A new kernel knows nothing of the cells above: what comes here is the last of its notebook.


@only(PRUNING)
def test_a_restarted_kernel_loses_no_answer(notebook):
    """Catches answers and predictions that live in the kernel alone."""
    name = "gaussian_pruned_percent"
    write_answer(notebook, name, right_answer(name))
    predict(notebook, "70")
    notebook.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    notebook.evaluate(READY)
    assert source_of(notebook, name) == right_answer(name)
    run(notebook, cell_with(notebook, "from checker import"))
    run(notebook, name)
    expect_outcome(notebook, name, "right")
    shown = run(notebook, cell_with(notebook, "half = predict("))
    expect(shown).to_contain_text("あなたの予想: 70 %")


@only(INTEGERS)
def test_a_slip_is_judged_and_a_restart_is_explained(notebook):
    """Catches ○ for the text before a slip, and English errors where no cell has run yet."""
    name = "int8_matmul"
    write_answer(notebook, name, right_answer(name))
    expect_outcome(notebook, name, "right")
    write_answer(notebook, name, right_answer(name).replace("(", "（", 1))
    card = expect_outcome(notebook, name, "error")
    assert "全角の文字「（」" in card.split("起きたこと")[1].splitlines()[0]
    assert WORDS["right"] not in card
    photograph(show(notebook, f"{name}-check"), "slip.png")
    # Only the name of the cell, which JupyterLab sends along, tells what this text is meant as.
    write_answer(notebook, name, "x = 1")
    assert f"関数 {name} がありません" in expect_outcome(notebook, name, "error")

    notebook.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    notebook.evaluate(READY)
    advice = "メニューの「実行」から「選択したセルの上にあるすべてを実行」"
    for cell_id in (f"{name}-check", cell_with(notebook, "live(")):
        expect(run(notebook, cell_id)).to_contain_text(advice)
    photograph(show(notebook, f"{name}-check"), "restarted.png")
