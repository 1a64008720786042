"""動く図のつまみです。更新を進めるボタンは、`live` に渡せる値を持ちます。"""

from __future__ import annotations

import asyncio

import ipywidgets
import traitlets

from lessons.distillation.machine import LAST
from lessons.film import Film

FRAMES = 10  # 「100 回」を、10 回ずつの 10 こまに分けて見せる
PAUSE = 0.02  # こまの間に、図を描き替える時間


class Updates(Film, ipywidgets.HBox):
    """更新回数を進めるボタンです。`value` が、ここまでの更新回数です。

    「100 回」は 10 回ずつ進みます。はじめに戻すと止まり、ほかのセルを実行したときにも止まります。
    """

    value = traitlets.Int()

    def __init__(self, last: int, description: str = "更新"):
        self.last, self.description = last, description
        self.once, self.many, self.again = (
            ipywidgets.Button(description=name, layout={"width": "100px"})
            for name in ("1 回更新", "100 回", "はじめから"))
        super().__init__([self.once, self.many, self.again])
        self.once.on_click(lambda _: self.go_on(1))
        self.many.on_click(self.play)
        self.again.on_click(self.restart)

    def go_on(self, updates: int) -> None:
        """updates 回だけ進めます。last より先には進みません。"""
        self.value = min(self.value + updates, self.last)

    def play(self, *_) -> None:
        """100 回を、続けて進めます。"""
        self.stop()
        self.begin(self.one_hundred())

    async def one_hundred(self) -> None:
        """10 回ずつ進めて、そのたびに図を描き替えさせます。"""
        for _ in range(FRAMES):
            self.go_on(100 // FRAMES)
            await asyncio.sleep(PAUSE)
        self.stop()

    def restart(self, *_) -> None:
        """更新回数を 0 に戻します。"""
        self.stop()
        self.value = 0

    def stop(self, *_) -> None:
        """続けて進めるのをやめます。"""
        self.end()


def controls() -> dict[str, ipywidgets.Widget]:
    """動く図 figures.machine.machine の引数ごとのつまみです。"""
    return {
        "updates": Updates(LAST),
        "temperature": ipywidgets.SelectionSlider(
            options=[1.0, 2.0, 4.0, 8.0, 20.0], value=4.0, description="温度 T"),
        "alpha": ipywidgets.FloatSlider(value=0.5, min=0, max=1, step=0.1, description="α"),
        "squared": ipywidgets.Checkbox(value=True, description="T² を掛ける", indent=False,
                                       layout={"width": "130px"}),
        "frozen": ipywidgets.Checkbox(value=True, description="教師を固定", indent=False,
                                      layout={"width": "130px"}),
    }
