"""What a notebook calls, in a real kernel."""

import ast
import json
import re
import sys

import pytest
from places import ROOT

from checker.catalogue import load
from checker.hand_in import RECORD
from checker.notebook.database import FILE

pytestmark = pytest.mark.slow  # a real kernel

EXERCISE = load("threshold_mask")
ANSWER = EXERCISE.solved()
STUB = f"{EXERCISE.stub()}\n    ..."
WRONG = next(iter(EXERCISE.wrongs.values())).text
AS_BEFORE = (
    "判定したもの: 前の判定と同じものです。解答セルを書き直したときは、"
    "解答セルを実行してから、このセルを実行してください。\n"
)
NOT_RUN = "先に threshold_mask の解答セルを実行し、そのあとでこのセルを実行してください。"


def test_the_kernel_is_the_one_under_test(run):
    """Catches tests that silently run another Python, or another copy of the checker."""
    assert sys.executable in run("print(sys.executable)").text
    assert str(ROOT / "checker") in run("import checker\nprint(checker.__file__)").text


def test_the_four_outcomes(run):
    """Catches a check that does not judge the cell that was run last."""
    for cell, head in (
        (STUB, "[… 未回答] threshold_mask"),
        (WRONG, "[× 不正解] threshold_mask"),
        ("def threshold_mask(weight, alpha):\n    return hilfe", "[！ エラー] threshold_mask"),
        (ANSWER, "[○ 正解] threshold_mask"),
    ):
        assert run(cell).error is None
        shown = run("check(threshold_mask)")
        assert shown.error is None
        assert head in shown.text
        assert 'class="mathjax_ignore"' in shown.html
        assert shown.text.strip() in run("check('threshold_mask')").text.replace(AS_BEFORE, "")


def test_hints_come_with_an_answer_that_is_not_right(run):
    """Catches a learner who has to type in the locked check cell to get a hint."""
    run(WRONG)
    shown = run("check(threshold_mask)").text
    assert all(hint in shown for hint in EXERCISE.hints)
    run(ANSWER)
    assert not any(hint in run("check(threshold_mask)").text for hint in EXERCISE.hints)


def test_a_helper_in_the_same_cell_belongs_to_the_answer(run):
    """Catches a check that takes the function's lines instead of the whole cell."""
    run(
        "LIMIT = 0\ndef sigma(w):\n    return w.std(correction=LIMIT)\n\n"
        "def threshold_mask(weight, alpha):\n    return weight.abs() >= alpha * sigma(weight)"
    )
    assert "[○ 正解]" in run("check(threshold_mask)").text


def test_a_helper_of_another_cell_is_named(run):
    """Catches an answer that passes here and fails at the grader, which sees one cell."""
    run("def sigma(w):\n    return w.std(correction=0)")
    run("def threshold_mask(weight, alpha):\n    return weight.abs() >= alpha * sigma(weight)")
    assert run("threshold_mask(__import__('torch').ones(2), 1.0)").error is None
    shown = run("check(threshold_mask)").text
    assert "[！ エラー]" in shown
    assert "名前 sigma が解答セルの中にありません" in shown


@pytest.mark.parametrize(
    "cell",
    [
        "threshold_mask = lambda weight, alpha: weight.abs() >= alpha * weight.std(correction=0)",
        "def keep(f):\n    def inner(*a):\n        return f(*a)\n    return inner\n\n@keep\n" + ANSWER,
        "import functools\ndef keep(f):\n    @functools.wraps(f)\n    def inner(*a):\n"
        "        return f(*a)\n    return inner\n\n@keep\n" + ANSWER,
        ANSWER + "\n\ncheck(threshold_mask)",
        "%%time\n" + ANSWER,
        "class Mask:\n    def __call__(self, weight, alpha):\n"
        "        return weight.abs() >= alpha * weight.std(correction=0)\n\n"
        "threshold_mask = Mask()",
        "import functools\ndef cut(n, weight, alpha):\n"
        "    return weight.abs() >= alpha * weight.std(correction=n)\n\n"
        "threshold_mask = functools.partial(cut, 0)",
        "@torch.jit.script\ndef threshold_mask(weight: Tensor, alpha: float) -> Tensor:\n"
        "    return weight.abs() >= alpha * weight.std(correction=0)",
    ],
    ids=[
        "lambda", "decorated", "wrapped", "check at its end", "timed", "class", "partial", "script",
    ],
)
def test_other_ways_to_write_the_answer(run, cell):
    """Catches an answer that the grader accepts and the notebook cannot find."""
    assert run(cell).error is None
    assert "[○ 正解] threshold_mask" in run("check(threshold_mask)").text


def test_check_before_the_answer_was_run(run):
    """Catches a learner who runs the check cell first and is told that the answer is wrong."""
    assert run("check('threshold_mask')").text.strip() == NOT_RUN
    shown = run("check(threshold_mask)")
    assert shown.text.strip() == NOT_RUN
    assert shown.error is None
    other = run("check(no_such_name)")
    assert other.error == "NameError"
    assert "no_such_name" in other.traceback


def test_the_imported_course_function_is_no_answer(run):
    """Catches full marks for a lesson's own `from lessons.pruning import threshold_mask`."""
    run("from lessons.pruning import threshold_mask")
    for argument in ("threshold_mask", "'threshold_mask'"):
        assert run(f"check({argument})").text.strip() == NOT_RUN


@pytest.mark.parametrize("call", ["check", "hint", "solution"])
def test_an_unknown_name_lists_the_nearest(run, call):
    """Catches a misspelt name that ends in a traceback."""
    shown = run(f"{call}('treshold_mask')")
    assert shown.error is None
    assert "「treshold_mask」という演習はありません。近い名前: threshold_mask" in shown.text
    assert "「int」という演習はありません" in run(f"{call}(int)").text


def test_hint_and_solution(run):
    """Catches hints or a solution that stay away, before or after the answer was run."""
    for name in ("'threshold_mask'", "threshold_mask"):
        assert all(hint in run(f"hint({name})").text for hint in EXERCISE.hints)
        shown = run(f"solution({name})").text
        assert ast.dump(ast.parse(ANSWER)) == ast.dump(ast.parse(shown[shown.index("def ") :]))
        run(STUB)


def test_a_check_leaves_the_notebook_as_it_was(run):
    """Catches an answer's names, prints or warnings that leak into the learner's notebook."""
    run("leaked = []\nprint_before = sys.stdout")
    run("helper_of_the_cell = 1\nprint('twice?')\n" + ANSWER)
    run("del helper_of_the_cell")
    shown = run("check(threshold_mask)").text
    assert shown.count("twice?") == 1
    assert run("helper_of_the_cell").error == "NameError"
    assert run("print(sys.stdout is print_before)").text.strip() == "True"


def test_progress_that_cannot_be_saved_costs_no_verdict(run, tmp_path):
    """Catches a verdict that is lost with the progress, and a line at every check."""
    (tmp_path / "course.ipynb").write_text("{}", encoding="utf-8")
    (tmp_path / FILE).mkdir()  # no file can be opened there
    run(ANSWER)
    shown = run("check(threshold_mask)")
    assert shown.error is None
    assert "[○ 正解] threshold_mask" in shown.text
    assert "進み具合を、まだ保存できていません（フォルダー" in shown.text
    assert "進み具合" not in run("check(threshold_mask)").text
    (tmp_path / FILE).rmdir()
    run("check(threshold_mask)")
    assert json.loads((tmp_path / RECORD).read_text("utf-8"))["tries"] == {"threshold_mask": 1}


def test_under_nbgrader_only_right_passes(run):
    """Catches full marks from stock nbgrader, which gives them for a cell without an error."""
    run("os.environ['NBGRADER_EXECUTION'] = 'autograde'")
    try:
        for prepare, call in (
            ("pass", "check('threshold_mask')"),
            ("pass", "check('no_such_name')"),
            (STUB, "check(threshold_mask)"),
            (WRONG, "check(threshold_mask)"),
            ("from lessons.pruning import threshold_mask", "check(threshold_mask)"),
        ):
            run(prepare)
            shown = run(call)
            assert shown.error == "NotRight"
            assert shown.traceback == "正解ではありません。"
            assert shown.text.strip()
        run("del threshold_mask")
        assert run("check(threshold_mask)").error == "NameError"
        run(ANSWER)
        assert run("check(threshold_mask)").error is None
    finally:
        run("del os.environ['NBGRADER_EXECUTION']")


def test_a_check_remembers_beside_the_course_map_and_nowhere_else(run, tmp_path):
    """Catches a file in the wrong folder, in a build or in the repository."""
    section = tmp_path / "work" / "06_pruning"
    section.mkdir(parents=True)
    run(ANSWER)
    run(f"os.chdir({str(section)!r})\ncheck(threshold_mask)")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    (tmp_path / "work" / "course.ipynb").write_text("{}", encoding="utf-8")
    run("check(threshold_mask)")
    work = tmp_path / "work"
    kept = {work / name for name in (RECORD, FILE, f"{FILE}-wal", f"{FILE}-shm")}
    assert {p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".ipynb"} == kept
    record = json.loads((work / RECORD).read_text(encoding="utf-8"))
    assert record["outcomes"] == {"threshold_mask": "right"}
    shown = run("progress()")
    assert re.search(r"06 プルーニング: 演習 1 / \d+ 問正解", shown.text)
    assert "○ 正解" in shown.html
    assert 'href="06_pruning/06_pruning.ipynb#cell-id=threshold_mask"' in shown.html


def test_a_prediction_is_kept_and_compared(run, tmp_path):
    """Catches a guess that is gone after a restart, or a comparison with the wrong sign."""
    (tmp_path / "course.ipynb").write_text("{}", encoding="utf-8")
    shown = run("guess = predict('share', '何 % 切れますか。', '%')")
    assert "何 % 切れますか。" in shown.text
    assert "予想はまだ書かれていません。実測 38.3 %" in run("guess.reveal(38.29)").text
    assert "ません。表の値 38.3 %" in run("guess.reveal(38.29, '表の値')").text
    run("from checker.notebook import store as record\nrecord.remember('predict', 'share', 'guessed', {'value': 30.5})")
    run("guess = predict('share', '何 % 切れますか。', '%')")
    assert "あなたの予想 30.5 %、実測 38.3 %、差 +7.8" in run("guess.reveal(38.29)").text
    assert "、数えた値 2 %、差 -28.5" in run("guess.reveal(2, '数えた値')").text


LIVE = """
from ipywidgets import IntSlider
from matplotlib.figure import Figure

def draw(k):
    drawn = Figure(figsize=(2, 1))
    ax = drawn.subplots()
    ax.plot([0, k])
    ax.set_xlabel("時間 < 3 s")
    return drawn, f"k は {k} です。"

k = IntSlider(value=2, min=0, max=9, description="k")
live(draw, k=k)
"""


def test_a_live_figure_follows_its_control(run):
    """Catches a picture that stays, or an output that says nothing without its widget."""
    shown = run(LIVE)
    assert shown.error is None
    assert "（つまみ: k。このセルを実行すると動きます）" in shown.text
    assert "<p>k は 2 です。</p>" in shown.html
    assert "data:image/png;base64," in shown.html
    moved = run("k.value = 7")
    assert "<p>k は 7 です。</p>" in moved.html
    assert "k は 7 です。" in moved.text


TWO_THREADS = """
import threading
from matplotlib.figure import Figure
from ipywidgets import IntSlider

inside, entered, overlaps = [], threading.Event(), []

def draw(k, n):
    overlaps.append(len(inside))
    inside.append(k)
    entered.set()
    if k and not n:
        other.join(0.2)
    inside.pop()
    return Figure(figsize=(1, 1)), f"k は {k}、n は {n} です。"

k, n = IntSlider(description="k"), IntSlider(description="n")
other = threading.Thread(target=lambda: (entered.wait(), setattr(n, "value", 2)))
live(draw, k=k, n=n)
entered.clear()
other.start()
k.value = 1
other.join()
print(max(overlaps), len(overlaps))
"""


def test_two_controls_moved_at_once_are_drawn_one_after_the_other(run):
    """Catches a draw function that runs in two threads: JupyterLab answers widgets in several, and
    one picture with the artists of two, or a film that breaks off, is what comes of it."""
    shown = run(TWO_THREADS)
    assert shown.error is None
    assert "0 3\n" in shown.text


def test_a_figure_says_what_is_drawn_and_what_it_shows(run):
    """Catches a picture without alternative text, the sentence heard twice, text that becomes HTML."""
    shown = run(LIVE + "figure(draw(3)[0], '3 < 4 & \"赤い線\"')")
    assert '<img class="figure" alt="図。横軸: 時間 &lt; 3 s。"' in shown.html
    assert "<p>3 &lt; 4 &amp; &#34;赤い線&#34;</p>" in shown.html
    assert shown.html.count("赤い線") == 1
    assert '3 < 4 & "赤い線"' in shown.text


def test_a_figure_without_words_is_told_by_its_sentence(run):
    """Catches an empty alternative text, which hides a picture from a screen reader."""
    shown = run("from matplotlib.figure import Figure\nfigure(Figure(figsize=(1, 1)), '写真です。')")
    assert 'alt="写真です。"' in shown.html


def test_the_public_names():
    """Catches a name that notebooks import and that has moved."""
    import checker

    for name in ("check", "hint", "solution", "live", "figure", "predict", "progress"):
        assert callable(getattr(checker, name))
        assert re.search("[ぁ-ん]", getattr(checker, name).__doc__)
    with pytest.raises(AttributeError):
        checker.no_such_name  # noqa: B018
