"""The paper's speeds beside those of the formula."""

import pytest

from lessons.model_parallel import bubble_fraction, gpipe_paper


def test_the_formulas_speed_is_the_mean_of_working_stages():
    """Catches a speed that is not relative to two stages with one microbatch, where one works."""
    assert gpipe_paper.predicted(bubble_fraction, 2, 1) == 1
    assert gpipe_paper.predicted(bubble_fraction, 8, 1) == pytest.approx(1)
    assert gpipe_paper.predicted(bubble_fraction, 4, 32) == pytest.approx(4 * 32 / 35)


def test_a_row_shows_the_paper_first():
    """Catches columns that are exchanged."""
    assert gpipe_paper.rows(bubble_fraction)[2] == ["32", "1.80 / 1.94", "3.40 / 3.66", "6.30 / 6.56"]
