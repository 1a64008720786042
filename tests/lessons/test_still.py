"""A figure whose still part is drawn once."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure

from lessons.still import StillFigure


def pixels(figure) -> np.ndarray:
    figure.canvas.draw()
    return np.array(figure.canvas.buffer_rgba())


def frame() -> StillFigure:
    figure = StillFigure(2, 1)
    ax = figure.add_axes((0.2, 0.3, 0.7, 0.5))
    ax.set(xlim=(0, 10), ylim=(0, 1), xlabel="x", ylabel="y")
    return figure.freeze()


def test_what_moves_is_drawn_over_what_stands():
    """Catches a point that leaves a trace, a title that stays, axes that are lost."""
    figure = frame()
    empty = pixels(figure)
    figure.axes[0].plot([3], [0.5], "o")
    figure.axes[0].set_title("3")
    first = pixels(figure)
    figure.begin().axes[0].plot([7], [0.5], "o")
    assert (first != empty).any() and (pixels(figure) != first).any()
    assert not figure.axes[0].get_title()
    assert (pixels(figure.begin()) == empty).all()


def test_it_looks_as_if_everything_was_drawn_anew():
    """Catches a still part in another place, and a border that a bar covers."""
    figure = frame()
    figure.axes[0].bar([1, 9.8], [1, 1], color="red")
    whole = RendererAgg(288, 144, 144)
    Figure.draw(figure, whole)
    assert (pixels(figure) == np.array(whole.buffer_rgba())).all()


def test_it_is_drawn_whole_with_other_pixels(tmp_path):
    """Catches a picture of 144 dpi laid into one of 72."""
    figure = frame()
    figure.savefig(tmp_path / "small.png", dpi=72)
    figure.savefig(tmp_path / "vector.svg")
    assert pixels(figure).shape == (144, 288, 4)


@pytest.mark.parametrize("times", [1, 3])
def test_nothing_is_left_of_what_moved(times):
    """Catches a figure that grows with every move of a slider."""
    figure = frame()
    for _ in range(times):
        ax = figure.begin().axes[0]
        ax.plot([1], [1])
        ax.text(1, 1, "a")
        ax.bar([1], [1])
        ax.legend(["a"])
    assert len(figure.moving()) == 5  # with the title
