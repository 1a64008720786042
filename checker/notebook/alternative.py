"""The alternative text of a figure: what is drawn, read off the figure itself.

The sentence below a figure says what it shows. Who hears both hears nothing twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.text import Text

ACROSS = {1: [""], 2: ["左側。", "右側。"], 3: ["左側。", "中央。", "右側。"]}
DOWN = {2: ["上段。", "下段。"], 3: ["上段。", "中段。", "下段。"]}
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龥]")
NUMBER = re.compile(r"[\d.,e+−-]*|.*\$.*")  # $10^3$ too


def alternative(drawn: Figure) -> str:
    """Each part of a figure: its place, title, axes, series, words. Empty where there are none."""
    said = [(ax, text) for ax in drawn.axes if (text := said_of(ax))]
    parts = map(str.__add__, places([ax for ax, _ in said]), [text for _, text in said])
    shared = [listed("系列", written(legend.get_texts())) for legend in drawn.legends]
    return "".join(["図。", *parts, *shared]) if said else ""


def places(axes: list[Axes]) -> list[str]:
    """Where each part stands: two or three in a row or a column have words, others a number."""
    boxes = [ax.get_position() for ax in axes]
    across, down = [(b.x0, b.x1) for b in boxes], [(-b.y1, -b.y0) for b in boxes]
    for names, spans in ((ACROSS, across), (DOWN, down)):
        order = sorted(spans)
        if len(axes) in names and all(end <= begin for (_, end), (begin, _) in pairwise(order)):
            return [names[len(axes)][order.index(span)] for span in spans]
    return [f"{number} つめ。" for number in range(1, len(axes) + 1)]


def said_of(ax: Axes) -> str:
    """What one part says of itself; of what is written in it, the words, not the numbers."""
    legend = ax.get_legend()
    titles = words(map(ax.get_title, ("left", "center", "right")))
    return "".join([
        *(f"{title}。" for title in titles),
        *(scale(name, axis) for name, axis in (("横軸", ax.xaxis), ("縦軸", ax.yaxis)) if ax.axison),
        listed("系列", written(legend.get_texts()) if legend else []),
        listed("文字", [word for word in written(ax.texts) if JAPANESE.search(word)]),
    ])  # fmt: skip


def scale(name: str, axis: Axis) -> str:
    """An axis, with the names at its ticks where these are no numbers."""
    label = axis.get_label_text()
    ticks = "、".join(word for word in written(axis.get_ticklabels()) if not NUMBER.fullmatch(word))
    return listed(name, [f"{label}（{ticks}）" if ticks else label] if label else [])


def written(texts: Iterable[Text]) -> list[str]:
    """What stands in a figure."""
    return words(text.get_text() for text in texts)


def words(texts: Iterable[str]) -> list[str]:
    """Every text once, without the ends of its lines and without empty ones."""
    return list(dict.fromkeys(filter(None, (" ".join(text.split()) for text in texts))))


def listed(name: str, items: list[str]) -> str:
    """A sentence that counts up what there is of something."""
    return f"{name}: {'、'.join(items)}。" if items else ""
