"""live, figure, table, lookup and claim, as a notebook calls them."""

from __future__ import annotations

import base64
import io
import threading
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets
from IPython.display import display
from markupsafe import Markup

from checker.cards import Card, lookup_card, picture_card, plain, table_card
from checker.notebook.alternative import alternative

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}  # of each katakana


def live(draw: Callable, **controls: ipywidgets.Widget) -> None:
    """つまみで動く図です。draw(**値) は (Figure, 文) を返します。図と文は保存しても残ります。"""
    # JupyterLab lets a thread of its own answer a slider, while the main thread may answer a button.
    turn = threading.RLock()

    def redraw(_: dict) -> None:
        with turn:
            shown.update(bundle(), raw=True)

    def bundle() -> dict[str, str]:
        drawn, text = draw(**{name: control.value for name, control in controls.items()})
        return drawn_card(drawn, text)._repr_mimebundle_()

    row = ipywidgets.HBox(list(controls.values()), layout=ipywidgets.Layout(flex_flow="row wrap"))
    names = "、".join(control.description for control in controls.values())
    twin = f"（つまみ: {names}。このセルを実行すると動きます）"
    display({**row._repr_mimebundle_(), "text/plain": twin}, raw=True)
    shown = display(bundle(), raw=True, display_id=True)
    for control in controls.values():
        control.observe(redraw, "value")


def figure(drawn: Figure, text: str) -> None:
    """図と、図から分かることを言う文を表示します。図の代替テキストは、図の題と軸と系列から作ります。"""
    display(drawn_card(drawn, text))


def table(headers: list[str], rows: list[list[object]]) -> None:
    """表を表示します。数は、書式を整えた文字列で渡します。Markup は、HTML のまま表示します。"""
    cells = [[v if isinstance(v, Markup) else str(v) for v in row] for row in rows]
    display(table_card(headers, cells))


def lookup(headers: list[str], groups: dict[str, list[list[str]]]) -> None:
    """言葉をさがせる表です。欄に書いた言葉を、すべて含む行だけが残ります。

    groups: 見出しごとの行。大文字と小文字、ひらがなとカタカナ、全角と半角は区別しません。
    """
    field = ipywidgets.Text(description="さがす", placeholder="言葉・読み・英語")
    total = sum(map(len, groups.values()))

    def bundle() -> dict[str, str]:
        words = folded(field.value).split()
        found = {
            name: [
                row for row in rows if all(w in folded(" ".join(map(plain, row))) for w in words)
            ]
            for name, rows in groups.items()
        }
        kept = {name: rows for name, rows in found.items() if rows}
        return lookup_card(headers, kept, total, opened=bool(words))._repr_mimebundle_()

    twin = "（さがす欄。このセルを実行すると使えます）"
    display({**field._repr_mimebundle_(), "text/plain": twin}, raw=True)
    shown = display(bundle(), raw=True, display_id=True)
    field.observe(lambda _: shown.update(bundle(), raw=True), "value")


def folded(text: str) -> str:
    """A text without what a learner who looks for a word need not know about its spelling."""
    return unicodedata.normalize("NFKC", text).casefold().translate(HIRAGANA)


def claim(sentence: str, holds: bool) -> None:
    """上の数値から計算した主張と、それが成立するかどうかを 1 行で表示します。"""
    print(f"主張: {sentence} → {'成立' if holds else '不成立'}")


def drawn_card(drawn: Figure, text: str) -> Card:
    """A matplotlib Figure as <img alt>, which stays in the saved file, and its sentence, which also
    stands in for a text that the figure does not give."""
    # Only here: a notebook that draws nothing does not wait for them.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    from lessons.still import DPI

    drawn.set_dpi(DPI)
    canvas = FigureCanvasAgg(drawn)
    canvas.draw()
    png = io.BytesIO()
    # 256 colours are enough for a chart: half the time to write it, a third of the bytes to keep.
    size = canvas.get_width_height()
    pixels = Image.frombuffer("RGBA", size, canvas.buffer_rgba()).convert("RGB")
    pixels.quantize(256, Image.Quantize.FASTOCTREE).save(png, format="png", compress_level=1)
    source = "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()
    return picture_card(source, round(drawn.get_figwidth() * 96), alternative(drawn) or text, text)
