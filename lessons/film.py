"""動く図のこま送りです。ほかのセルを実行すると止まります。"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from IPython import get_ipython


class Film:
    """こま送りをするつまみの、共通の部分です。使う側は、こま送りを止める `stop` を持ちます。"""

    film: asyncio.Task | None = None
    playing = False

    def begin(self, frames: Coroutine) -> None:
        """こま送りを始めます。進めているあいだだけ、次のセルの実行を待ち受けます。"""
        self.film, self.playing = asyncio.ensure_future(frames), True
        get_ipython().events.register("pre_run_cell", self.stop)

    def end(self) -> None:
        """こま送りをやめます。進めていなければ、何もしません。"""
        if self.playing:
            self.playing = False
            self.film.cancel()
            get_ipython().events.unregister("pre_run_cell", self.stop)
