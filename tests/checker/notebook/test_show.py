"""The picture that a notebook shows and keeps."""

import base64
import io
import re

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from checker.notebook.show import drawn_card
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION


def test_the_kept_picture_looks_like_the_figure():
    """Catches too few colours: two series in one, edges with steps, a shade that is lost."""
    figure = Figure(figsize=(4, 2))
    ax = figure.add_axes((0.1, 0.2, 0.85, 0.7))
    for place, colour in enumerate((BLUE, ORANGE, GREEN, VERMILION, GREY)):
        ax.bar(place, 1, color=colour, edgecolor="black")
        ax.bar(place, 0.5, color=colour, alpha=0.3)
    ax.imshow(np.linspace(0, 1, 64)[None], extent=(5, 7, 0, 1), cmap="gray_r", aspect="auto")
    ax.plot([0, 7], [0, 1.2], color="black")
    ax.set_xlabel("色")
    html = drawn_card(figure, "色です。").html
    shown = Image.open(io.BytesIO(base64.b64decode(re.search("base64,([^\"]+)", html).group(1))))
    figure.canvas.draw()
    drawn = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)
    assert shown.size == (576, 288) and 'width="384"' in html
    apart = abs(np.asarray(shown.convert("RGB")).astype(int) - drawn).max(axis=-1)
    assert apart.max() <= 24 and (apart > 8).mean() < 0.01
