"""The figures of notebook 03_2: drawn with every glyph, labelled, and told truly."""

import pytest
from figure_gate import assert_well_drawn

from lessons.gpu import divergent_cycles, grid_size, saxpy_thread
from lessons.gpu.figures.grid import coalescing, grid
from lessons.gpu.figures.schemes import three_schemes
from lessons.gpu.figures.systolic import CYCLES, array
from lessons.gpu.figures.virtualisation import operating_systems, three_kinds
from lessons.gpu.figures.warps import warps

FIGURES = {
    "schemes": lambda: three_schemes(3),
    "schemes, one side": lambda: three_schemes(8),
    "warps": lambda: warps(30, "ばらばら", divergent_cycles),
    "grid": lambda: grid(50, 6, 2, grid_size, saxpy_thread),
    "grid, full": lambda: grid(64, 7, 7, grid_size, saxpy_thread),
    "coalescing": lambda: coalescing(8),
    "array": lambda: array(4),
    "virtualisation": lambda: three_kinds(3),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_draws_every_glyph_inside_the_picture(name, caplog):
    """Catches boxes for missing glyphs, a font that is not found, clipped text, and pyplot."""
    assert_well_drawn(FIGURES[name], caplog)


@pytest.mark.parametrize("draw, one, other", [
    (three_schemes, (0,), (3,)), (coalescing, (1,), (8,)), (array, (0,), (9,)), (three_kinds, (1,), (3,)),
    (lambda p, o: warps(p, o, divergent_cycles), (50, "ばらばら"), (50, "そろえる")),
    (lambda *place: grid(*place, grid_size, saxpy_thread), (50, 1, 1), (9, 1, 0))])
def test_a_slider_moves_what_is_seen_on_axes_that_stay(draw, one, other):
    """Catches axes that follow the drawing, and a slider that changes only the sentence."""
    (first, said), (second, told) = draw(*one), draw(*other)
    for a, b in zip(first.axes, second.axes, strict=True):
        assert (a.get_xlim(), a.get_ylim()) == (b.get_xlim(), b.get_ylim())
    looks = [[(p.get_facecolor(), p.get_bbox().bounds) for ax in fig.axes for p in ax.patches
              if hasattr(p, "get_width")] for fig in (first, second)]
    assert looks[0] != looks[1] and said != told


def test_the_sentences_tell_the_numbers():
    """Catches sentences of other numbers than the picture's."""
    assert "SIMD は 7 サイクル、SIMT は 3 サイクル、MIMD は 3 サイクル" in three_schemes(0)[1]
    assert "合計は 240 サイクル" in warps(50, "ばらばら", divergent_cycles)[1]
    assert "合計は 120 サイクル" in warps(50, "そろえる", divergent_cycles)[1]
    assert "何もしません" in grid(50, 6, 2, grid_size, saxpy_thread)[1]
    assert "49 番の要素を書きます" in grid(50, 6, 1, grid_size, saxpy_thread)[1]
    assert "ブロック 7 は、ありません" in grid(50, 7, 0, grid_size, saxpy_thread)[1]
    assert "512 byte" in coalescing(8)[1] and "12.5 %" in coalescing(8)[1]
    assert "16 個のうち 16 個が出ています" in array(len(CYCLES) - 1)[1]
    assert [operating_systems(kind, 2) for kind in ("ホスト型", "ハイパーバイザー型", "コンテナ型")] == [3, 2, 1]


def test_the_picture_draws_what_the_given_functions_do():
    """Catches a picture that computes for itself: the learner's function drives it."""
    assert "999 サイクル" in warps(50, "そろえる", lambda *a: 999)[1]
    assert "8 個のブロック" in grid(50, 0, 0, lambda n, size: 8, saxpy_thread)[1]
