"""The published figures of hardware: each row agrees with itself and names its source."""

import pytest

from lessons import data
from lessons.data.hardware import boards, buses, cards, chips


@pytest.mark.parametrize("card", cards(), ids=lambda card: f"{card.name} {card.form_factor}")
def test_a_cards_peak_is_units_times_clock_times_two(card):
    """Catches a mistyped figure and a row that mixes two form factors: the printed peak, to its
    digit, or to half a percent where the printed clock is rounded."""
    for units, printed in ((card.single_units, card.single_tflops), (card.double_units, card.double_tflops)):
        assert units * card.clock_mhz * 1e6 * card.flops_per_cycle / 1e12 == pytest.approx(printed, abs=0.051)
    assert card.source.endswith("。") and card.read_on and card.year >= 2016


def test_the_lectures_rows_are_one_source():
    """Catches 04's table and 03's that drift apart, and a row of another form factor in it."""
    taught = [(c.name, c.form_factor) for c in cards() if c.lecture]
    assert taught == [("NVIDIA Tesla V100", "SXM2"), ("NVIDIA Tesla P100", "PCIe")]
    assert [(c.single, c.double) for c in data.gpu_tflops()] == [(15.7, 7.8), (9.3, 4.7)]


def test_a_bus_carries_what_its_standard_says():
    """Catches bits for bytes and a forgotten 128/130: 15.75 and 63.0 GB/s one way."""
    assert [bus.bytes_per_second / 1e9 for bus in buses()] == pytest.approx([15.754, 63.015], abs=1e-3)


def test_every_board_names_its_source():
    """Catches a figure that nobody can look up."""
    assert all(board["source"] and board["read_on"] for board in boards().values())
    assert boards()["Raspberry Pi Pico"]["memory_bytes"] == 264 * 1024


def test_a_chips_groups_hold_all_its_units():
    """Catches a picture of another chip than the table's: 80 SM of 64 are the V100's 5120, and the
    CPU's are two sets of 512 bits in each of 28 cores."""
    cpu, gpu = chips()
    assert gpu.units == cards()[0].single_units and cards()[0].name == gpu.name
    assert cpu.units == 28 * 2 * 512 // 32
    assert all(chip.source.endswith("。") and chip.read_on for chip in (cpu, gpu))
