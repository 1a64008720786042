"""lookup and recommend, in a kernel: what is searched is found, and what was answered counts."""

LOOKUP = """
import ipywidgets
from markupsafe import Markup
from checker import lookup
fields = []
ipywidgets.Text = lambda make=ipywidgets.Text, **words: fields.append(make(**words)) or fields[0]
lookup(["言葉", "意味"], {
    "04 量子化": [[Markup("量子化<br><small>りょうしか / quantization</small>"), "ビットを減らします。"],
               ["FLOPS", "計算の速さです。"]],
    "05 蒸留": [[Markup('<a href="../x.ipynb">教師</a>'), "<b>教える側</b>です。"]],
})
"""
ALL = "3 語のうち 3 語があります。"


FOUND = [  # what is typed, what is found, what is not
    ("QUANT", "ビットを減らします。", "教師"), ("リョウシカ", "ビットを減らします。", "FLOPS"),
    ("ｆｌｏｐｓ", "計算の速さです。", "教師"), ("教師 側", "教える側", "FLOPS"),
    ("教師 速さ", "見つかりません。", "教師"),
]  # fmt: skip


def test_a_word_is_found_however_it_is_spelt(run):
    """Catches a search that minds letters' case, kana or width, or takes any of two words for both,
    and markup of a row's text that becomes part of the page."""
    shown = run(LOOKUP)
    assert shown.error is None and ALL in shown.text
    assert "<details" in shown.html and " open>" not in shown.html
    for typed, found, lost in FOUND:
        changed = run(f"fields[0].value = {typed!r}")
        assert found in changed.text and lost not in changed.text, typed
        assert changed.html.count(" open>") == (0 if "ません" in found else 1), typed
    assert ALL in run("fields[0].value = ''").text
    assert '<a href="../x.ipynb">教師</a>' in shown.html and "<b>教える側" not in shown.html
    assert "教師 | <b>教える側</b>です。" in shown.text


ASKED = {"exam": ["a"], "quantization": ["b", "c"], "distillation": ["d", "e"], "pruning": ["f", "g"]}


def test_nothing_is_recommended_before_an_answer(run):
    """Catches an order that is made of nothing."""
    assert "まだ 1 問も答えていません" in run(f"from checker import recommend\nrecommend({ASKED})").text


def test_what_is_missing_comes_first_and_what_is_known_may_be_skipped(run, tmp_path):
    """Catches an unanswered question that counts as right, an older answer that counts for the newest,
    a section to come that comes before one that is there, and a section that one lucky guess skips."""
    (tmp_path / "course.ipynb").write_text("{}", encoding="utf-8")
    answers = {"b": "right", "c": "wrong", "d": "right", "e": "right", "f": "wrong"}
    told = [f"store.remember('quiz', {name!r}, {outcome!r})" for name, outcome in answers.items()]
    run("from checker.notebook import store\n" + "\n".join([told[0], "store.remember('quiz', 'e', 'wrong')",
                                                            *told[1:]]))
    shown = run(f"from checker import recommend\nrecommend({ASKED})")
    assert shown.error is None
    rows = [line.split(" | ") for line in shown.text.replace("\N{NO-BREAK SPACE}", " ").splitlines() if " | " in line][1:]
    assert [(row[1][:2], row[2], "飛ばして" in row[3]) for row in rows] == [
        ("06", "0 / 2", False), ("04", "1 / 2", False), ("07", "0 / 1", False), ("05", "2 / 2", True)]
    assert 'href="../06_pruning/06_pruning.ipynb"' in shown.html
    run("store.remember('quiz', 'a', 'right')")
    line = next(li for li in run(f"recommend({ASKED})").text.splitlines() if "| 07" in li)
    assert "あとでもよい" in line and "飛ばして" not in line
