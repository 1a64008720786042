"""Which text a check judges: in a real kernel, beside what the grader makes of the same notebook."""

import json
from importlib.resources import files

import pytest
from kernels import Kernel

import start
from checker.catalogue import load, written_sections
from checker.judging.source import judge_with
from checker.judging.verdict import WORDS
from checker.notebook.course_names import course_names
from checker.running.inside.cell_text import Cell, meant_as
from checker.running.sandbox import Sandbox
from lessons import SECTIONS

pytestmark = pytest.mark.slow  # a real kernel for each transformation of IPython

NAME = "threshold_mask"
EXERCISE = load(NAME)
RIGHT = "def threshold_mask(weight, alpha):\n    return weight.abs() >= alpha * weight.std(correction=0)"
WRONG = RIGHT.replace(">=", "<")
STUB = f"{EXERCISE.stub()}\n    ..."
# What JupyterLab sends of the answer cell, of its check cell and of a cell that a learner made.
OWN = {"cellId": NAME, "nbgrader": {"grade_id": NAME, "solution": True}}
CHECK = {"cellId": f"{NAME}-check", "nbgrader": {"grade_id": f"{NAME}-check"}}
SCRATCH = {"cellId": "5f3a9c"}
# What VS Code sends: an address of its own for each cell, and no metadata.
HERE, THERE = {"cellId": "vscode-notebook-cell:#W1"}, {"cellId": "vscode-notebook-cell:#W2"}
JUDGED_BEFORE = "前の判定と同じものです"
REDEFINED = "そのあとに実行した別のセルにも、同じ名前の関数があります"
ELSEWHERE = "解答セルとは別のセルに書かれた関数です"


@pytest.fixture(scope="module")
def grader():
    """The outcome of a notebook's cells at the grader's: (text, metadata of the cell)."""
    with Sandbox(layers=()) as sandbox, sandbox.learner() as runner:

        def outcome(*cells: tuple[str, dict | None]) -> str:
            written = [
                Cell(text, (m or {}).get("nbgrader", {}).get("grade_id"), (m or {}).get("cellId"))
                for text, m in cells
                if text != STUB
            ]
            source = meant_as(NAME, written)[-1].text
            return judge_with(runner, NAME, source, seed=1).outcome

        yield outcome


def outcome_of(shown) -> str:
    """The outcome that a check has shown."""
    assert shown.error is None
    head = shown.text.strip().split("]")[0].split()[-1]
    return next(outcome for outcome, word in WORDS.items() if word == head)


PROMPTED = RIGHT.splitlines()
CELLS = {
    "prompts of Python": f">>> {PROMPTED[0]}\n... {PROMPTED[1]}",
    "prompts of IPython": f"In [12]: {PROMPTED[0]}\n    ...: {PROMPTED[1]}",
    "indented as a whole": "    x = 1\n    " + RIGHT.replace("\n", "\n    "),
    "auto-call": "/print 1\n" + RIGHT,
    "auto-call that quotes each": ",print a b\n" + RIGHT,
    "auto-call that quotes all": ";print a b\n" + RIGHT,
    "help before": "?print\n" + RIGHT,
    "help behind": RIGHT + "\nthreshold_mask?\nprint??",
    "help on a magic": "%%time?\n" + RIGHT,
    "a magic": "%matplotlib inline\n" + RIGHT,
    "a magic in a block": "for i in range(2):\n    %time i\n" + RIGHT,
    "a magic's value": "best = %time 1\n" + RIGHT,
    "a magic over two lines": "%time \\\n  1\n" + RIGHT,
    "a command": "!echo 'it('\n" + RIGHT,
    "a command's lines": "!!echo 1\nlines = !echo 1\n" + RIGHT,
    "a timed cell": "\n\n%%time\n" + RIGHT,
    "a captured cell in a timed one": "%%time\n\n%%capture out\n" + RIGHT,
    "a profiled cell": "%%prun -q\n" + RIGHT,
    "an await that goes on": "import asyncio\nawait asyncio.sleep(0)\n" + RIGHT,
    "an await that waits": "import asyncio\nawait asyncio.sleep(0.01)\n" + RIGHT,
    "an await without its name": RIGHT + "\nawait micropip.install('x')",
    "an async with": (
        "class A:\n    async def __aenter__(self):\n        pass\n"
        "    async def __aexit__(self, *_):\n        pass\nasync with A():\n    pass\n" + RIGHT
    ),
}
DEFINE_NOTHING = {
    "a file": "%%writefile mine.py\n" + RIGHT,
    "a shell": "%%bash\necho " + RIGHT,
    "a measurement": "%%timeit -n1 -r1\n" + RIGHT,
    "a program": "%run mine.py",
}


@pytest.mark.parametrize("name", CELLS)
def test_what_ipython_runs_is_right_in_both_places(run, grader, name):
    """Catches a transformation of IPython's that the kernel knows and the grader does not."""
    run(CELLS[name], OWN)
    assert outcome_of(run(f"check({NAME})", CHECK)) == "right"
    assert grader((CELLS[name], OWN)) == "right"


@pytest.mark.parametrize("name", CELLS)
def test_a_mistake_below_what_ipython_runs_is_wrong_in_both_places(run, grader, name):
    """Catches a test above that passes by any text."""
    cell = CELLS[name].replace(">=", "<")
    run(cell, OWN)
    assert outcome_of(run(f"check({NAME})", CHECK)) == grader((cell, OWN)) == "wrong"


@pytest.mark.parametrize("name", DEFINE_NOTHING)
def test_a_function_that_comes_from_a_file_is_no_answer(run, grader, tmp_path, name):
    """Catches 正解 for a function that the grader cannot find in the answer cell."""
    (tmp_path / "mine.py").write_text(RIGHT, encoding="utf-8")
    run(DEFINE_NOTHING[name], OWN)
    run(f"from mine import {NAME}", SCRATCH)
    shown = run(f"check({NAME})", CHECK)
    assert outcome_of(shown) == grader((DEFINE_NOTHING[name], OWN)) == "error"
    assert NAME in shown.text.split("起きたこと")[1].splitlines()[0]


def test_a_function_of_a_file_alone_is_told(run, tmp_path):
    """Catches the advice to run an answer cell that was run, or a verdict on no text."""
    (tmp_path / "mine.py").write_text(RIGHT, encoding="utf-8")
    run("%run mine.py", SCRATCH)
    shown = run(f"check({NAME})", CHECK)
    assert "このノートブックのセルには書かれていません" in shown.text
    assert shown.error is None


SLIPS = {
    "a wide bracket": (RIGHT.replace("(weight, alpha)", "(weight, alpha）"), "）"),
    "a colon": (RIGHT.replace("):", ")"), "expected ':'"),
    "another name": (RIGHT.replace("threshold", "treshold", 1), f"関数 {NAME} がありません"),
    "no def": (RIGHT.replace("def ", "", 1), "文法"),
    "a name of nobody": ("limit = alhpa\n" + RIGHT.replace("alpha *", "limit *"), "alhpa"),
}


FRONT_ENDS = {"JupyterLab": (OWN, CHECK), "VS Code": (HERE, THERE), "unnamed": (None, None)}
TOLD_APART = [  # nothing in a text without def says what it is meant as
    (slip, front_end)
    for slip in SLIPS
    for front_end in FRONT_ENDS
    if (slip, front_end) != ("no def", "unnamed")
]


@pytest.mark.parametrize(("slip", "front_end"), TOLD_APART)
def test_a_slip_after_a_right_answer_is_judged(run, slip, front_end):
    """Catches ○ 正解 under a red error, for the text before the slip; and an old error after it."""
    (cell, told), (metadata, check_cell) = SLIPS[slip], FRONT_ENDS[front_end]
    run(RIGHT, metadata)
    assert outcome_of(run(f"check({NAME})", check_cell)) == "right"
    run(cell, metadata)
    shown = run(f"check({NAME})", check_cell)
    assert outcome_of(shown) == "error"
    assert told in shown.text
    run(RIGHT, metadata)
    assert outcome_of(run(f"check({NAME})", check_cell)) == "right"


@pytest.mark.parametrize("metadata", [OWN, None], ids=["JupyterLab", "unnamed"])
def test_a_slip_in_the_first_try_is_judged(run, metadata):
    """Catches the advice to run the answer cell, which was run and ended in an error."""
    for slip in ("a wide bracket", "another name"):
        run(SLIPS[slip][0], metadata)
        shown = run(f"check({NAME})", CHECK if metadata else None)
        assert outcome_of(shown) == "error"


def test_another_exercise_with_a_like_name_is_no_slip(run):
    """Catches dequantize judged as a misspelt quantize where the front end names no cell."""
    right = load("quantize").solved()
    run(right)
    run(load("dequantize").solved())
    assert "[○ 正解] quantize" in run("check(quantize)").text


def test_a_scratch_cell_does_not_stand_for_the_answer_cell(run, grader):
    """Catches a promise that the grader does not keep: it looks at the answer cell."""
    run(WRONG, OWN)
    run(RIGHT, SCRATCH)
    shown = run(f"check({NAME})", CHECK)
    assert outcome_of(shown) == grader((WRONG, OWN), (RIGHT, SCRATCH)) == "wrong"
    assert REDEFINED in shown.text
    run(RIGHT, OWN)
    run(WRONG, SCRATCH)
    shown = run(f"check({NAME})", CHECK)
    assert outcome_of(shown) == grader((RIGHT, OWN), (WRONG, SCRATCH)) == "right"
    assert REDEFINED in shown.text


@pytest.mark.parametrize("stub", [STUB, STUB + "  # まだ", None])
def test_a_function_in_another_cell_counts_while_the_answer_cell_is_empty(run, grader, stub):
    """Catches 未回答 for what stands in a cell of the learner's own, in one of the two places."""
    if stub:
        run(stub, OWN)
    run(RIGHT, SCRATCH)
    shown = run(f"check({NAME})", CHECK)
    assert outcome_of(shown) == grader((stub or STUB, OWN), (RIGHT, SCRATCH)) == "right"
    assert ELSEWHERE in shown.text


def test_a_cell_that_was_changed_into_another_is_out(run):
    """Catches an older text of a scratch cell, which the notebook no longer holds."""
    run(STUB, OWN)
    run(RIGHT, SCRATCH)
    run("print('changed')", SCRATCH)
    assert outcome_of(run(f"check({NAME})", CHECK)) == "unanswered"


def test_a_check_without_a_run_in_between_says_so(run):
    """Catches a learner who edits, forgets to run the cell and believes the old verdict."""
    run(WRONG, OWN)
    assert JUDGED_BEFORE not in run(f"check({NAME})", CHECK).text
    assert JUDGED_BEFORE in run(f"check({NAME})", CHECK).text
    run(WRONG, OWN)
    assert JUDGED_BEFORE not in run(f"check({NAME})", CHECK).text


# ---- names of the course ---------------------------------------------------------------------

RUN_ABOVE = "選択したセルの上にあるすべてを実行"


def test_the_menu_has_this_item():
    """Catches an advice in words that JupyterLab does not show."""
    file = "locale/ja_JP/LC_MESSAGES/jupyterlab.json"
    words = json.loads((files("jupyterlab_language_pack_ja_JP") / file).read_text("utf-8"))
    assert words["Run All Above Selected Cell"][0] == RUN_ABOVE
    assert words["Run"][0] == "実行"


@pytest.fixture(scope="module")
def restarted(tmp_path_factory):
    """A kernel as start.py's JupyterLab starts it, in a section's folder."""
    home = tmp_path_factory.mktemp("home")
    start.lay_settings(home / ".lab")
    (home / "06_pruning").mkdir()
    kernel = Kernel(IPYTHONDIR=str(home / ".lab" / "ipython"))
    kernel.run(f"import os\nos.chdir({str(home / '06_pruning')!r})")
    yield kernel
    kernel.end()


def test_a_kernel_in_which_nothing_was_run(restarted):
    """Catches an English NameError in the middle of a notebook, and a kernel that loads torch."""
    assert "False" in restarted.run("import sys\nprint('torch' in sys.modules)").text
    for cell, name in (
        (f"check({NAME})", "check"),
        ("live(draw)", "live"),
        ("x = np.ones(2)", "np"),
        ("reference.threshold_mask", "reference"),
        ("print(halved)", "halved"),
    ):
        shown = restarted.run(cell)
        assert shown.error is None
        assert f"名前 {name} は、まだ作られていません" in shown.text
        assert f"メニューの「実行」から「{RUN_ABOVE}」" in shown.text
        assert "href" not in shown.html  # no course map lies above this folder
    assert restarted.run("no_such_name").error == "NameError"


def test_a_stopped_cell_is_explained(restarted):
    """Catches forty lines of English after the stop button."""
    shown = restarted.run("raise KeyboardInterrupt")
    assert shown.error is None
    assert "セルを途中で止めました。" in shown.text


def test_a_missing_name_leads_back_to_the_map(restarted):
    """Catches a learner who comes back, opens yesterday's file half way and is not told of 続きから;
    and a link beside the map, or one whose tags the twin shows."""
    restarted.run("import pathlib\npathlib.Path('../course.ipynb').touch()")
    shown = restarted.run("print(halved)")
    assert '<a href="../course.ipynb">コースの地図</a>の「続きから」' in shown.html
    assert shown.text.strip().endswith("コースの地図の「続きから」で分かります。")
    assert "<" not in shown.text
    restarted.run("pathlib.Path('../course.ipynb').unlink()")


@pytest.mark.parametrize("section", written_sections())
def test_the_names_of_every_section_are_known(section):
    """Catches a lesson's cell that cannot be read: the explanation itself would be an error."""
    names = course_names(SECTIONS[section].folder)
    assert {"torch", "Tensor", "reference", "live"} < names
    assert len(names) > 30 and "no_such_name" not in names


def test_under_nbgrader_a_missing_name_is_an_error(restarted):
    """Catches full marks from stock nbgrader for a check cell that ends without an error."""
    restarted.run("os.environ['NBGRADER_EXECUTION'] = 'autograde'")
    try:
        assert restarted.run(f"check({NAME})").error == "NameError"
        assert restarted.run("raise KeyboardInterrupt").error == "KeyboardInterrupt"
    finally:
        restarted.run("del os.environ['NBGRADER_EXECUTION']")


def test_a_tool_that_a_cell_replaced_is_told_once(run):
    """Catches a lesson's cell that ends in matplotlib's English errors, and a note without end."""
    shown = run("from pylab import *")
    assert "教材の道具 figure, table を" in shown.text
    remedy = "from checker import figure, table"
    assert remedy in shown.text
    assert run("x = 1").text.strip() == ""
    run(remedy)
    assert "教材の道具 table を" in run("table = {}").text
