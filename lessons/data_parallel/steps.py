"""`live` のつまみ: 1 歩ずつ進めるスライダーと、自動で進める再生ボタンです。"""

from __future__ import annotations

import asyncio

import ipywidgets
import traitlets

from lessons.film import Film

SECONDS = 1.2  # 1 歩を見せる時間
PLAY, STOP = "▶ 再生", "■ 止める"


class Steps(Film, ipywidgets.HBox):
    """0 から last までの歩みです。`value` が、いまの歩の番号です。

    再生は、最後の歩で止まります。ほかのセルを実行したときにも止まります。
    ipywidgets.Play のボタンには、読み上げる名前がありません。そこで、名前のあるボタンを使います。
    """

    value = traitlets.Int()

    def __init__(self, last: int, description: str):
        self.description = description
        self.button = ipywidgets.ToggleButton(description=PLAY, layout={"width": "100px"})
        self.slider = ipywidgets.IntSlider(min=0, max=last, description=description)
        super().__init__([self.button, self.slider])
        traitlets.link((self.slider, "value"), (self, "value"))
        self.button.observe(self.switch, "value")

    def switch(self, change: dict) -> None:
        """再生を始めるか、止めます。"""
        if change["new"]:
            self.button.description = STOP
            self.begin(self.go_on())
        else:
            self.button.description = PLAY
            self.end()

    async def go_on(self) -> None:
        """最後の歩まで、時間を置いて進めます。最後の歩から始めるときは、はじめに戻ります。"""
        if self.slider.value == self.slider.max:
            self.slider.value = 0
        while self.slider.value < self.slider.max:
            await asyncio.sleep(SECONDS)
            self.slider.value += 1
        self.button.value = False

    def stop(self, *_) -> None:
        """再生を止めます。"""
        self.button.value = False
