"""A control for `live`: the bits of a number as boxes that a click switches."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets
import traitlets

PARTS = ("符号", "指数部", "仮数部")


class BitBoxes(ipywidgets.VBox):
    """`value` is (exponent bits, fraction bits, pattern). A number may be typed as well.

    `formats` maps a name to (exponent bits, fraction bits); `encode` gives the pattern of a number,
    `decode` the number of a pattern.
    """

    value = traitlets.Tuple()
    description = "形式、数、ビットの箱"

    def __init__(
        self,
        formats: dict[str, tuple[int, int]],
        encode: Callable[[float, int, int], int],
        decode: Callable[[int, int, int], float],
        number: float,
    ):
        self._formats, self._encode, self._decode = formats, encode, decode
        self._showing = False  # while boxes are set by us, their changes are no clicks
        self._format = ipywidgets.Dropdown(options=list(formats), description="形式")
        self._number = ipywidgets.Text(str(number), description="数", continuous_update=False)
        steps = [
            ipywidgets.Button(description=f"絶対値が次に{way}値", layout={"width": "auto"})
            for way in ("小さい", "大きい")
        ]
        self._complaint = ipywidgets.HTML()  # about a text that is no number
        self._rows = ipywidgets.VBox()
        top = ipywidgets.HBox([self._format, self._number, *steps, self._complaint])
        top.layout.flex_flow = "row wrap"
        super().__init__([top, self._rows])
        self._format.observe(lambda _: self._take_number(), "value")
        self._number.observe(lambda _: self._take_number(), "value")
        for button, step in zip(steps, (-1, 1), strict=True):
            button.on_click(lambda _, step=step: self._step(step))
        self._take_number()

    def _take_number(self) -> None:
        """Show the number that was typed, in the format that was chosen."""
        if self._showing:
            return
        typed = self._number.value
        try:
            number, complaint = float(typed), ""
        except ValueError:
            e, f, pattern = self.value
            number = self._decode(pattern, e, f)
            complaint = f"「{html.escape(typed)}」は数として読めません。1e-40 のように書いてください。"
        self._complaint.value = complaint
        e, f = self._formats[self._format.value]
        if self.value[:2] != (e, f):
            self._make_boxes(e, f)
        self._show(self._encode(number, e, f))

    def _make_boxes(self, e: int, f: int) -> None:
        self._boxes, rows = [], []
        for part, count in zip(PARTS, (1, e, f), strict=True):
            boxes = [self._box(f"{part} {i} ビット目") for i in range(1, count + 1)]
            self._boxes += boxes
            label = ipywidgets.Label(f"{part} {count} bit", layout={"width": "112px"})
            row = ipywidgets.HBox(boxes, layout={"flex_flow": "row wrap", "max_width": "850px"})
            rows.append(ipywidgets.HBox([label, row]))
        self._rows.children = rows

    def _box(self, name: str) -> ipywidgets.ToggleButton:
        box = ipywidgets.ToggleButton(
            description="0", tooltip=name,
            layout={"width": "28px", "padding": "0", "margin": "1px"},
        )
        box.observe(lambda _: self._take_boxes(), "value")
        return box

    def _take_boxes(self) -> None:
        if not self._showing:
            self._show(int("".join("1" if box.value else "0" for box in self._boxes), 2))

    def _step(self, step: int) -> None:
        """Go to a neighbour: patterns of one sign are in the order of their magnitudes."""
        e, f, pattern = self.value
        magnitude = pattern % 2 ** (e + f) + step
        if 0 <= magnitude <= (2**e - 1) << f:  # from zero to infinity
            self._show(pattern + step)

    def _show(self, pattern: int) -> None:
        """Set every box, the number and `value`."""
        e, f = self._formats[self._format.value]
        self._showing = True
        for box, bit in zip(self._boxes, f"{pattern:0{1 + e + f}b}", strict=True):
            box.value, box.description = bit == "1", bit
        self._number.value = repr(self._decode(pattern, e, f))
        self._showing = False
        self.value = (e, f, pattern)
