"""What every figure of the lessons must keep, whatever it shows."""

import io
import logging

import matplotlib.pyplot as plt
from matplotlib.figure import Figure


def assert_well_drawn(make, caplog) -> None:
    """Every glyph is there, nothing is cut off, axes are named, and no pyplot figure is left."""
    with caplog.at_level(logging.WARNING, logger="matplotlib"):
        figure, sentence = make()
        figure.savefig(io.BytesIO(), format="png", dpi=96)
    assert not caplog.records
    assert type(figure) is Figure and plt.get_fignums() == []
    assert sentence.endswith(("です。", "ます。", "ません。"))
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert 0 <= drawn.x0 < drawn.x1 <= width
    assert 0 <= drawn.y0 < drawn.y1 <= height
    for ax in figure.axes:
        if not ax.axison:
            assert ax.get_title()
            continue
        for name, ticks in ((ax.get_xlabel(), ax.get_xticks()), (ax.get_ylabel(), ax.get_yticks())):
            assert name or len(ticks) < 2, "an axis with a scale has a name"
