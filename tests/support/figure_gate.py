"""What every figure of the lessons must keep, whatever it shows."""

import io
import logging

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure

from lessons.still import StillFigure


def assert_well_drawn(make, caplog) -> None:
    """Every glyph is there, nothing is cut off, axes are named, and no pyplot figure is left."""
    with caplog.at_level(logging.WARNING, logger="matplotlib"):
        figure, sentence = make()
        figure.savefig(io.BytesIO(), format="png", dpi=96)
    assert not caplog.records
    assert isinstance(figure, Figure) and plt.get_fignums() == []
    if isinstance(figure, StillFigure):
        assert share_unlike_drawn_whole(figure) < 0.0005
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


def share_unlike_drawn_whole(figure: StillFigure) -> float:
    """The share of the pixels that are clearly another colour where everything is drawn anew: what
    was drawn before `freeze` does not move, and what came after it may cover it."""
    figure.canvas.draw()
    quick = np.array(figure.canvas.buffer_rgba(), dtype=int)
    whole = RendererAgg(*figure.canvas.get_width_height(), figure.dpi)
    Figure.draw(figure, whole)
    return float((abs(quick - np.array(whole.buffer_rgba(), dtype=int)).max(axis=-1) > 64).mean())
