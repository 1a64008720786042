"""The figures of section 00: drawn with every glyph, labelled, on axes that stay."""

import pytest
from figure_gate import assert_well_drawn

from lessons.overview.figures.calculator import (
    KINDS,
    NETWORKS,
    cost_of,
    cost_of_a_layer,
    memory_of_networks,
    with_prefix,
)
from lessons.overview.figures.five_sizes import five_bars
from lessons.overview.five_sizes import Size

SIZES = [Size("float32（元のまま）", 1_066_440, 0.69, 84.7), Size("float16", 533_220, 27.5, 84.7),
         Size("int8", 267_852, 0.54, 84.65), Size("結合を切る（プルーニング）", 231_660, 0.42, 83.8),
         Size("小さな生徒（蒸留）", 50_920, 0.09, 83.6)]
FIGURES = {
    "five sizes": lambda: five_bars(SIZES),
    "memory": lambda: memory_of_networks("VGG-16", 8),
    "memory, the least": lambda: memory_of_networks("この講座の例", 1),
    "a layer": lambda: cost_of_a_layer(KINDS[0], 1, 64),
    "a layer, the largest": lambda: cost_of_a_layer(KINDS[1], 512, 2048),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_draws_every_glyph_inside_the_picture(name, caplog):
    """Catches boxes for missing glyphs, a font that is not found, clipped text, and pyplot."""
    assert_well_drawn(FIGURES[name], caplog)


def test_the_sentences_tell_the_numbers():
    """Catches a sentence of other numbers than the picture's."""
    assert "1,066 kB" in five_bars(SIZES)[1] and "83.6 % から 84.7 %" in five_bars(SIZES)[1]
    assert "138,000,000 byte（約 138 MB）" in memory_of_networks("VGG-16", 8)[1]
    assert "4 分の 1 です。" in memory_of_networks("VGG-16", 8)[1]
    assert "32 bit の大きさと同じです。" in memory_of_networks("AlexNet", 32)[1]
    assert "2.1 MFLOP" in cost_of_a_layer(KINDS[0], 1, 1024)[1]


@pytest.mark.parametrize("draw, few, many", [
    (memory_of_networks, ("AlexNet", 1), ("DistBelief", 32)),
    (cost_of_a_layer, (KINDS[0], 1, 64), (KINDS[1], 512, 2048))])
def test_a_slider_moves_what_is_seen_on_axes_that_stay(draw, few, many):
    """Catches axes that follow the bars, so that nothing seems to change, and bars beyond them."""
    (small, _), (large, _) = draw(*few), draw(*many)
    for one, other in zip(small.axes, large.axes, strict=True):
        assert one.get_xlim() == other.get_xlim()
        ends = [[bar.get_width() for bar in ax.patches] for ax in (one, other)]
        assert ends[0] != ends[1]
        assert all(width <= one.get_xlim()[1] for width in ends[0] + ends[1])


def test_a_convolution_is_counted_as_one():
    """Catches the switch between the two kinds of layers, crossed."""
    full, convolution = (cost_of(kind, 1, 64) for kind in KINDS)
    assert convolution.weights == 9 * full.weights
    assert list(NETWORKS.values()) == sorted(NETWORKS.values())


@pytest.mark.parametrize("value, text", [
    (999, "999 B"), (1000, "1 kB"), (4_202_496, "4.2 MB"), (1.7e9, "1.7 GB"), (3.2e12, "3.2 TB")])
def test_a_prefix_is_a_power_of_ten(value, text):
    """Catches 1024 for 1000, and a prefix too few."""
    assert with_prefix(value, "B") == text
