"""What is said of the measured times is true on a fast computer and on a slow one."""

import json

import pytest

from lessons.quantization.int8_inference import EVERY_TIME, INT8, ONCE
from lessons.quantization.speed_told import STORED, compared, stored_elsewhere, told


@pytest.mark.parametrize("milliseconds, said", [
    (0.5, "float32 の 2.0 倍の速さ"), (20.0, "float32 の 20.0 倍の時間"),
    (1.05, "float32 とほぼ同じ時間"), (0.95, "float32 とほぼ同じ時間"),
    (1.2, "float32 の 1.2 倍の時間"), (100.0, "float32 の 100.0 倍の時間")])
def test_what_is_slower_is_told_by_its_time(milliseconds, said):
    """Catches 「0.0 倍」 for what takes twenty times as long, and a ratio turned upside down."""
    assert compared(milliseconds, 1.0) == said


def test_the_reason_is_given_where_int8_is_slow():
    """Catches a sentence that calls int8 fast, or blames the rounding, on a computer without the
    instruction; and a busy computer that turns an equal time into a lesson."""
    slow = told({"float32": 2.0, INT8: 50.0, ONCE: 2.1, EVERY_TIME: 9.0})
    assert "int8 の計算は、float32 の 25.0 倍の時間です。" in slow[0] and "使えないため" in slow[0]
    assert "ほぼ同じ時間" in slow[1] and slow[2].endswith("float32 の 4.5 倍の時間です。")
    a_little = told({"float32": 2.0, INT8: 3.0, ONCE: 1.0, EVERY_TIME: 2.0})
    assert a_little[0].endswith("float32 の 1.5 倍の時間です。"), "the reason holds for much slower only"
    assert "2.0 倍の速さです。" in a_little[1] and "ばらつき" in a_little[1]
    assert a_little[2].endswith("float32 とほぼ同じ時間です。")
    fast = told({"float32": 2.0, INT8: 1.0, ONCE: 3.0, EVERY_TIME: 1.9})
    assert "2.0 倍の速さです。" in fast[0] and "ため" not in fast[0]
    assert "1.5 倍の時間です。" in fast[1] and "ばらつき" in fast[1]


def test_the_stored_result_names_its_computer():
    """Catches a stored time without the computer, its instruction and its date."""
    kept = json.loads(STORED.read_text("utf-8"))
    assert kept["vnni"] is True and kept["milliseconds"][INT8] < kept["milliseconds"]["float32"]
    sentence = stored_elsewhere()
    assert all(str(kept[name]) in sentence for name in ("cpu", "date", "torch"))
    assert "倍の速さでした" in sentence and "VNNI）があります" in sentence
