"""predict, as a notebook calls it."""

from __future__ import annotations

import ipywidgets
from IPython.display import display
from markupsafe import Markup

from checker.cards import note_card, question_card
from checker.notebook import store
from checker.notebook.inputs import running_cell


class predict:
    """先に予想してから結果を見るための入力欄です。`reveal(実測値)` で答え合わせをします。

    予想は書いたときに保存され、カーネルを再起動しても残ります。
    """

    def __init__(self, name: str, question: str, unit: str):
        self.name, self.unit = name, unit
        self.guess = _guessed_before(name)
        cell = running_cell()
        field = ipywidgets.FloatText(
            value=self.guess or 0.0, description="予想", layout=ipywidgets.Layout(width="200px")
        )
        button = ipywidgets.Button(description="予想を決める")
        said = ipywidgets.HTML(self._said())

        def decide(_):
            self.guess = field.value
            store.remember("predict", name, "guessed", {"value": field.value, "cell": cell})
            said.value = self._said()

        button.on_click(decide)
        row = ipywidgets.HBox([field, ipywidgets.Label(unit), button, said])
        display(question_card(question))
        twin = "（予想の入力欄。このセルを実行すると使えます）"
        display({**row._repr_mimebundle_(), "text/plain": twin}, raw=True)

    def _said(self) -> str:
        if self.guess is None:
            return ""
        unsaved = store.unsaved()  # what is displayed while a button is pressed goes to Lab's log
        return Markup("<br>").join(
            [f"あなたの予想: {self.guess:g} {self.unit}", *unsaved.split("\n")]
        )

    def reveal(self, measured: float, word: str = "実測") -> None:
        """予想と実測を並べて表示します。測っていない値には、word で別の呼び名をつけます。

        数えた値（int）には、小数点をつけません。
        """
        shown, signed = ("", "+g") if isinstance(measured, int) else (".1f", "+.1f")
        line = f"{word} {measured:{shown}} {self.unit}"
        if self.guess is None:
            line = f"予想はまだ書かれていません。{line}"
        else:
            gap = measured - self.guess
            line = f"あなたの予想 {self.guess:g} {self.unit}、{line}、差 {gap:{signed}}"
        display(note_card(line))


def _guessed_before(name: str) -> float | None:
    """The prediction that was made under this name, if any."""
    before = store.events("predict", name)
    return before[-1].detail.get("value") if before else None
