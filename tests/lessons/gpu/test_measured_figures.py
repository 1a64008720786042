"""The figures of notebook 03_1: drawn with every glyph, labelled, and told truly."""

import pytest
from figure_gate import assert_well_drawn
from matplotlib.colors import to_rgba

from lessons.gpu import amdahl_speedup, offload_speedup, roofline
from lessons.gpu.figures import faster, ladder, products, units
from lessons.gpu.figures.roofline import layers_under_the_roof
from lessons.gpu.ladder import ALL, NUMPY, ONE, PYTHON
from lessons.gpu.layers_on_the_roof import BATCHES, LARGE, LAYERS, Machine, Point
from lessons.gpu.measuring import QUICK, SIZES

SMALL = [n for n in SIZES if n <= QUICK]
SPEEDS = {"float32": {n: 1e7 * n**1.5 for n in SIZES}, "float64": {n: 5e6 * n**1.5 for n in SIZES},
          "bfloat16": {n: 1.9e7 * n**1.5 for n in SMALL}, "int8": {n: 2e5 * n**1.5 for n in SMALL}}
STEPS = {PYTHON: {64: 2e7}, NUMPY: {64: 6e10, 512: 9e10}, ONE: {64: 5e10, 512: 9.5e10}, ALL: {64: 1e10, 512: 1.8e11}}
MACHINE = Machine(peak=1e11, memory=2e10, cache=6.4e10, addition=1.6e9)
POINTS = {layer: {batch: Point(0.5 * batch, 1e9 * batch**0.5) for batch in BATCHES} for layer in LAYERS}
CARD = "NVIDIA Tesla V100 と PCIe 3.0 x16", 1.41e13, 1.575e10


def under_the_roof(batch):
    return layers_under_the_roof(batch, MACHINE, POINTS, roofline)


FIGURES = {
    "few jobs": lambda: units.few_and_many(1),
    "many jobs": lambda: units.few_and_many(100_000),
    "products": lambda: products.speed_of_sizes(SPEEDS),
    "one row": lambda: under_the_roof(1),
    "many rows": lambda: under_the_roof(256),
    "ladder": lambda: ladder.ladder(64, STEPS),
    "ladder of a card": lambda: ladder.ladder(512, STEPS | {"保存値 2026-11-26: NVIDIA H100 80GB HBM3": {512: 4e13}}),
    "all parallel": lambda: faster.amdahl(100, 4096, amdahl_speedup),
    "nearly all": lambda: faster.amdahl(99.9, 1, amdahl_speedup),
    "one product": lambda: faster.offload(1, 9e10, *CARD, offload_speedup),
    "many products": lambda: faster.offload(1000, 9e10, *CARD, offload_speedup),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_draws_every_glyph_inside_the_picture(name, caplog):
    """Catches boxes for missing glyphs, clipped text, an axis without a name, and pyplot."""
    assert_well_drawn(FIGURES[name], caplog)


def test_a_type_without_instructions_is_told_slower_with_its_reason():
    """Catches a sentence about speed that is fixed: on one machine int8 is fast, on another slow."""
    double, half, integers = products.told(SPEEDS)
    assert double == "float64 は、n = 256 では float32 より 2.0 倍遅い結果です。"
    assert half == "bfloat16 は、n = 256 では float32 の 1.9 倍の速さです。"
    assert "50.0 倍遅い" in integers and "命令がない" in integers
    assert "ほとんど同じ" in products.compared("int8", 1.1, 256)


def test_the_side_of_the_ridge_is_the_layers():
    """Catches memory-bound and compute-bound that are swapped: the ridge is at 5 FLOP/byte."""
    assert LARGE == LAYERS[0]
    assert "5.0 FLOP/byte の左側なのでメモリ律速" in under_the_roof(4)[1]
    assert "5.0 FLOP/byte の右側なので計算律速" in under_the_roof(16)[1]


def test_the_roof_is_the_learners():
    """Catches a picture that ignores the function it is given."""
    bent = layers_under_the_roof(1, MACHINE, POINTS, lambda x, peak, width: 0 * x + width)
    roofs = [line.get_ydata() for line in bent[0].axes[0].lines[:2]]
    assert [set(roof.tolist()) for roof in roofs] == [{20.0}, {64.0}]


def test_the_ladder_names_its_ends():
    """Catches a rung without a measurement that is told as the slowest, a ratio upside down,
    and a winner by 「1.0 倍」."""
    assert "「NumPy」で、最も遅い「純粋な Python」の 3,000 倍" in ladder.ladder(64, STEPS)[1]
    text = ladder.ladder(512, STEPS)[1]
    assert "「torch 全スレッド」で、最も遅い「NumPy」の 2.0 倍" in text and "測っていません" in text
    alike = ladder.ladder(512, {NUMPY: {512: 9e10}, ONE: {512: 9.5e10}})[1]
    assert "ほとんど同じ" in alike and "最も" not in alike


def test_where_the_gpu_loses():
    """Catches a limit of Amdahl's that is not 1/(1-p), and a crossing told as a win everywhere."""
    assert "64 個のコアで 15.4 倍です。コアをいくら増やしても 20 倍を超えません" in faster.amdahl(
        95, 64, amdahl_speedup)[1]
    assert "上限はありません" in faster.amdahl(100, 4, amdahl_speedup)[1]
    # 2n³/9e10 = 2n³/1.41e13 + 12n²/1.575e10 at n = 34.5; the first point of the curve beyond it
    assert "n がおよそ 38 より小さいと GPU のほうが遅い" in faster.offload(1, 9e10, *CARD, offload_speedup)[1]
    assert "どの大きさでも GPU のほうが速い" in faster.offload(1000, 9e10, *CARD, offload_speedup)[1]
    assert "どの大きさでも GPU のほうが遅い" in faster.offload(1, 9e13, *CARD, offload_speedup)[1]


@pytest.mark.parametrize("jobs, times", [(1, (1, 1)), (1000, (2, 1)), (100_000, (112, 20))])
def test_as_many_units_work_as_there_are_jobs(jobs, times):
    """Catches a job that is given to two units or to none, and rounds that are rounded down."""
    fig, said = units.few_and_many(jobs)
    pictures = [ax.images[0].get_array() for ax in fig.axes]
    working = [int((picture == to_rgba(units.WORKING)).all(axis=2).sum()) for picture in pictures]
    assert working == [min(jobs, 28 * 32), min(jobs, 80 * 64)]
    assert [f"{n} 個が働き、{t} 回で" in part for n, t, part in zip(working, times, said.split("。"), strict=False)
            ] == [True, True]
