"""`live` のつまみ: 1 歩ずつ進めるスライダーと、自動で進める再生ボタンです。"""

from __future__ import annotations

import ipywidgets
import traitlets
from IPython import get_ipython

MILLISECONDS = 1200  # 1 歩を見せる時間


class Steps(ipywidgets.HBox):
    """0 から last までの歩みです。`value` が、いまの歩の番号です。

    再生は、最後の歩で止まります。ほかのセルを実行したときにも止まります。
    """

    value = traitlets.Int()

    def __init__(self, last: int, description: str):
        self.description = description
        self.play = ipywidgets.Play(
            min=0, max=last, interval=MILLISECONDS, show_repeat=False, description="再生")
        self.slider = ipywidgets.IntSlider(min=0, max=last, description=description)
        ipywidgets.jslink((self.play, "value"), (self.slider, "value"))
        super().__init__([self.play, self.slider])
        traitlets.link((self.slider, "value"), (self, "value"))
        shell = get_ipython()
        if shell is not None:
            shell.events.register("pre_run_cell", self.stop)

    def stop(self, *_) -> None:
        """再生を止めます。"""
        self.play.playing = False
