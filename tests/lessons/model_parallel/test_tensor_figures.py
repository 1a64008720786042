"""The figures of notebook 01_2: drawn with every glyph, labelled, and told truly."""

import re

import pytest
from figure_gate import assert_well_drawn

from lessons.model_parallel.figures.matrices import messages_of, two_layers_cut
from lessons.model_parallel.figures.regions import bytes_against_batch, regions, widths_of
from lessons.model_parallel.figures.speedup import SIZES, speedup_of_sizes
from lessons.model_parallel.figures.today import WAYS, five_ways, held
from lessons.model_parallel.figures.two_processes import loopback_and_steps
from lessons.model_parallel.speedup import parameters_of
from lessons.model_parallel.two_orders import ORDERS
from lessons.model_parallel.two_process_times import Times

COLUMN_FIRST, ROW_FIRST = ORDERS
ALL = "全部の層を行列で"
LOOPBACK = {"bytes": [4, 76_800, 10_000_000], "seconds": [5e-5, 1e-4, 5e-3]}
TIMES = Times(4e-3, 3e-3, 5e-3, 5.5e-3, 5e-5, 2e9)
FIGURES = {
    "column then row": lambda: two_layers_cut(COLUMN_FIRST, 2),
    "row then column, four": lambda: two_layers_cut(ROW_FIRST, 4),
    "one worker": lambda: two_layers_cut(ROW_FIRST, 1),
    "speedup": lambda: speedup_of_sizes("17 億", 125, 0.2),
    "speedup, slowest": lambda: speedup_of_sizes("1000 万", 10, 5),
    "bytes": lambda: bytes_against_batch(1, 64),
    "bytes, widest": lambda: bytes_against_batch(100, 32_768),
    "regions": lambda: regions("層で 1 か所", 8, 42e6, 512),
    "regions, largest": lambda: regions(ALL, 80, 1e10, 65_536),
    "today": five_ways,
    "two processes": lambda: loopback_and_steps(LOOPBACK, TIMES),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_draws_every_glyph_inside_the_picture(name, caplog):
    """Catches boxes for missing glyphs, a font that is not found, clipped text, and pyplot."""
    assert_well_drawn(FIGURES[name], caplog)


def owners(drawn) -> dict[str, int]:
    """How many squares of the matrices each colour has; the legend's squares are taken off."""
    colors = [patch.get_facecolor() for patch in drawn.axes[0].patches if hasattr(patch, "get_width")]
    return {color: colors.count(color) - 1 for color in set(colors)}


@pytest.mark.parametrize("n_workers", [2, 4])
def test_the_workers_share_the_squares_alike(n_workers):
    """Catches a matrix whose columns are all one worker's, and a worker without a colour."""
    counts = owners(two_layers_cut(COLUMN_FIRST, n_workers)[0])
    # A, X A, GELU(X A) and B are divided, each worker has a sum of 4×4; X and Y are everyone's
    assert sorted(counts.values()) == sorted([4 * 32 // n_workers + 16] * n_workers + [2 * 16])


def test_the_bytes_of_the_picture_are_those_of_its_matrices():
    """Catches bytes that are typed in: a 4×8 and a 4×4 matrix of four bytes a value."""
    assert [m.bytes_sent for m in messages_of(ROW_FIRST, 2)] == [4 * 8 * 4, 4 * 4 * 4 / 2]
    assert [m.bytes_sent for m in messages_of(COLUMN_FIRST, 4)] == [2 * 3 / 4 * 64]
    assert "通信は 1 回" in two_layers_cut(COLUMN_FIRST, 2)[1]
    assert "通信は 2 回" in two_layers_cut(ROW_FIRST, 4)[1]


@pytest.mark.parametrize("draw, one, other", [
    (speedup_of_sizes, ("1000 万", 10, 5), ("100 億", 1000, 0.1)),
    (bytes_against_batch, (1, 1), (100, 32_768)),
    (regions, ("層で 1 か所", 2, 1e7, 1), (ALL, 80, 1e10, 65_536))])
def test_a_slider_moves_what_is_seen_on_axes_that_stay(draw, one, other):
    """Catches axes that follow the lines, and a slider that changes only the sentence."""
    (first, said), (second, told) = draw(*one), draw(*other)
    ax, bx = first.axes[0], second.axes[0]
    assert (ax.get_xlim(), ax.get_ylim()) == (bx.get_xlim(), bx.get_ylim())
    lines = [[tuple(line.get_ydata()) for line in a.lines] for a in (ax, bx)]
    assert lines[0] != lines[1] and said != told


def test_the_sentences_tell_the_numbers():
    """Catches sentences of other numbers than the picture's, and a verdict that is turned round."""
    assert parameters_of(widths_of(1)) == 266_610 and widths_of(10) == [784, 3000, 1000, 10]
    assert "889 件" in bytes_against_batch(1, 64)[1]
    assert "モデル並列のほうが少なく" in bytes_against_batch(1, 888)[1]
    assert "データ並列のほうが少なく" in bytes_against_batch(1, 889)[1]
    # 785 + (3000 + 1) / 3 + (1000 + 1) * 10 / 3000: the larger network crosses later
    assert "1,789 件" in bytes_against_batch(10, 64)[1]
    # one cut: the border is √(P L); every layer: √(P / L)
    assert "境目は 14,491 件" in regions("層で 1 か所", 8, 42e6, 512)[1]
    assert "境目は 2,898 件" in regions(ALL, 8, 42e6, 512)[1]
    assert "0.7 GB は、8 GB のメモリに入ります" in regions(ALL, 8, 42e6, 512)[1]
    assert "入らない" in regions(ALL, 8, 1.7e9, 512)[1]
    assert "39 個で最も速く、13.3 倍" in speedup_of_sizes("3 億 3000 万", 125, 0.2)[1]
    assert "128 個では、1 個のときの 8.8 倍の速さ" in speedup_of_sizes("3 億 3000 万", 125, 0.2)[1]
    # 42 million at 30 MB/s and 0.4 ms: slower than alone at 128, told as a longer time, never 0.x
    slow = speedup_of_sizes("4200 万", 30, 0.4)[1]
    assert "8 個で最も速く、2.2 倍" in slow and re.search(r"1 個のときの 1\.\d 倍の時間", slow)
    assert "分けないのが最も速く" in speedup_of_sizes("1000 万", 10, 4)[1]
    assert set(SIZES.values()) >= {42e6, 1.7e9}


@pytest.mark.parametrize("way", WAYS)
def test_every_part_of_the_model_has_a_holder(way):
    """Catches a part that nobody holds, and shares that are not a quarter."""
    holders = [[sum(held(way, worker, layer, part) for worker in range(4)) for part in range(4)]
               for layer in range(4)]
    assert holders == [[4 if way == "データ並列" else 1] * 4] * 4
    shares = [sum(held(way, worker, layer, part) for layer in range(4) for part in range(4))
              for worker in range(4)]
    assert shares == [16 if way == "データ並列" else 4] * 4
