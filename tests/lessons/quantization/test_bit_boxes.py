"""The boxes of a float's bits: number, boxes and value always say the same."""

import math

import pytest

from lessons.quantization.bit_boxes import BitBoxes
from lessons.quantization.float_formats import decode_float, encode_float

FORMATS = {"float32": (8, 23), "float16": (5, 10)}


@pytest.fixture
def boxes():
    return BitBoxes(FORMATS, encode_float, decode_float, 0.1)


def shown(boxes) -> str:
    """The pattern as a reader sees it; each box's state and its digit must agree."""
    digits = "".join(box.description for box in boxes._boxes)
    assert digits == "".join("01"[box.value] for box in boxes._boxes)
    return digits


def agrees(boxes) -> bool:
    """Do the boxes, the number and the value tell the same?"""
    e, f, pattern = boxes.value
    number = decode_float(pattern, e, f)
    typed = float(boxes._number.value)
    same = typed == number or (math.isnan(typed) and math.isnan(number))
    return same and int(shown(boxes), 2) == pattern and len(shown(boxes)) == 1 + e + f


def test_it_begins_with_the_number_it_was_given(boxes):
    """Catches boxes that start empty."""
    assert boxes.value == (8, 23, 0x3DCCCCCD)
    assert agrees(boxes)


def test_a_click_on_a_box_changes_the_number(boxes):
    """Catches boxes that only display."""
    boxes._boxes[0].value = True
    assert boxes.value == (8, 23, 0xBDCCCCCD)
    assert agrees(boxes) and boxes._number.value.startswith("-0.1")


def test_a_change_is_told_once(boxes):
    """Catches a figure that is drawn once for every box that another number switches."""
    told = []
    boxes.observe(lambda change: told.append(change.new), "value")
    boxes._number.value = "-2.75"
    assert told == [boxes.value] and agrees(boxes)


def test_another_format_keeps_the_number(boxes):
    """Catches a pattern that is kept instead of the number it means."""
    boxes._format.value = "float16"
    assert boxes.value == (5, 10, encode_float(0.1, 5, 10)) and agrees(boxes)
    boxes._number.value = "1e6"
    assert boxes._number.value == "inf" and agrees(boxes)


def test_the_neighbours_lie_between_zero_and_infinity(boxes):
    """Catches a step that falls off the end, or crosses the sign."""
    boxes._format.value = "float16"
    for start, step, end in (("65504", 1, "inf"), ("inf", 1, "inf"), ("0", -1, "0.0"),
                             ("-0.0", 1, "-5.960464477539063e-08"), ("1", 1, "1.0009765625")):
        boxes._number.value = start
        boxes._step(step)
        assert boxes._number.value == end and agrees(boxes)


@pytest.mark.parametrize("typed", ["abc", "", "１０進", "<b>1</b>"])
def test_a_text_that_is_no_number_is_told_and_changes_nothing(boxes, typed):
    """Catches an exception in a widget, which nobody sees, and markup from the field."""
    before = boxes.value
    boxes._number.value = typed
    assert boxes.value == before and agrees(boxes)
    assert "数として読めません" in boxes._complaint.value and "<b>" not in boxes._complaint.value
    boxes._format.value = "float16"
    assert boxes._complaint.value == "" and agrees(boxes)
