"""What a screen reader says of a figure, before it reads the sentence below it."""

import pytest
from matplotlib.figure import Figure

from checker.notebook.alternative import alternative

DRAWN = {
    "one chart": (
        "図。学習。横軸: エポック。縦軸: 正解率 (%)。系列: 教師、生徒。",
        dict(title="学習", xlabel="エポック", ylabel="正解率 (%)"), ["教師", "生徒"]),
    "no title": ("図。横軸: 時間 (s)。", dict(xlabel="時間 (s)"), []),
    "a title of two lines": ("図。題の 続き。", dict(title="題の\n続き"), []),
}


def figure(rows=1, columns=1):
    """A figure and its parts, in the order in which they are made."""
    drawn = Figure()
    return drawn, list(drawn.subplots(rows, columns, squeeze=False).flat)


@pytest.mark.parametrize("text, names, series", DRAWN.values(), ids=DRAWN)
def test_a_chart_says_its_title_its_axes_and_its_series(text, names, series):
    """Catches a title, a scale or a line that a listener never hears of."""
    drawn, (ax,) = figure()
    for name in series:
        ax.plot([0, 1], label=name)
    ax.set(**names)
    if series:
        ax.legend()
    assert alternative(drawn) == text


@pytest.mark.parametrize("rows, columns, names", [
    (1, 2, ["左側", "右側"]), (1, 3, ["左側", "中央", "右側"]), (2, 1, ["上段", "下段"]),
    (3, 1, ["上段", "中段", "下段"]), (2, 2, ["1 つめ", "2 つめ", "3 つめ", "4 つめ"])])
def test_each_part_is_told_by_its_place(rows, columns, names):
    """Catches 左 and 右 the wrong way round, and charts that run into each other."""
    drawn, parts = figure(rows, columns)
    for letter, ax in zip("ABCD", parts, strict=False):
        ax.set_title(letter)
    expected = "".join(f"{name}。{letter}。" for name, letter in zip(names, "ABCD", strict=False))
    assert alternative(drawn) == f"図。{expected}"


def test_the_place_is_where_it_stands_and_not_when_it_was_made():
    """Catches a text that goes by the order of the program."""
    drawn = Figure()
    drawn.add_axes((0.6, 0.1, 0.3, 0.8)).set_title("後")
    drawn.add_axes((0.1, 0.2, 0.3, 0.6)).set_title("先")
    assert alternative(drawn) == "図。右側。後。左側。先。"


def test_the_names_at_the_ticks_are_said_and_numbers_are_not():
    """Catches bars whose names no listener hears, and a scale that is read out number by number."""
    drawn, (left, right) = figure(1, 2)
    left.barh(["教師", "T = 8", "KD"], [1e-9, 2e-9, 3e-9])
    left.set(xlabel="誤差", ylabel="学び方")
    right.plot([1, 1e6], [-1, 1e-300])
    right.set(xscale="log", xlabel="大きさ (byte)", ylabel="値")
    assert alternative(drawn) == ("図。左側。横軸: 誤差。縦軸: 学び方（教師、T = 8、KD）。"
                           "右側。横軸: 大きさ (byte)。縦軸: 値。")


def test_a_diagram_says_its_title_and_its_words():
    """Catches a diagram without axes whose boxes are silent, a word said twice, names of axes that
    nobody sees."""
    drawn, (ax,) = figure()
    ax.set(title="蒸留", xlabel="見えない")
    ax.axis("off")
    for word in ("教師\n3 層", "生徒", "生徒", "0.5", "→", ""):
        ax.text(0, 0, word)
    assert alternative(drawn) == "図。蒸留。文字: 教師 3 層、生徒。"


def test_a_legend_of_the_whole_figure_is_said_once():
    """Catches series that two charts share and that no listener hears of."""
    drawn, parts = figure(1, 2)
    for letter, ax in zip("AB", parts, strict=True):
        ax.plot([0, 1], label="教師")
        ax.set_title(letter)
    drawn.legend(handles=parts[0].lines)
    assert alternative(drawn) == "図。左側。A。右側。B。系列: 教師。"


def test_a_figure_that_says_nothing_has_no_text():
    """Catches 図。 for a bare picture, where the sentence would say more."""
    drawn, (ax,) = figure()
    ax.axis("off")
    assert alternative(drawn) == ""
