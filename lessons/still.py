"""つまみで動く図のための、動かない部分を 1 度だけ描く Figure です。

軸と目盛りと凡例を毎回描くと、つまみの 1 目盛りに 30 ミリ秒から 60 ミリ秒かかります。
動かない部分は絵として取っておき、その上に、動く部分だけを描きます。
"""

from typing import Self

from matplotlib.artist import Artist, setp
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure

DPI = 144  # figure と live が図を描くときの値


class StillFigure(Figure):
    """freeze までに描いたものは、動きません。freeze よりあとに描いたものは、begin で消えます。

    動く部分は、動かない部分より手前に描きます。座標軸の縁だけは、その上に描きます。
    軸の範囲と目盛りは、freeze のあとでは変えられません。
    """

    def __init__(self, width: float, height: float):
        """width、height: 図の大きさ（インチ）"""
        super().__init__(figsize=(width, height), dpi=DPI)
        FigureCanvasAgg(self)
        self.frozen: set[Artist] = set()

    def freeze(self) -> Self:
        """ここまでに描いたものを、動かない部分の絵にします。"""
        self.borders = [spine for ax in self.axes if ax.axison
                        for spine in ax.spines.values() if spine.get_visible()]
        setp(self.borders, visible=False)
        self.canvas.draw()
        self.picture = self.canvas.copy_from_bbox(self.bbox)
        setp(self.borders, visible=True)
        empty = [ax.title for ax in self.axes if not ax.get_title()]
        self.frozen = set(self.drawn()).difference(empty)
        return self

    def begin(self) -> Self:
        """動く部分を消します。"""
        titles = [ax.title for ax in self.axes]
        for artist in self.moving():
            if artist in titles:
                artist.set_text("")
            else:
                artist.remove()
        return self

    def draw(self, renderer: RendererBase) -> None:
        """動かない部分の絵に、動く部分を描き足します。"""
        if not (self.frozen and isinstance(renderer, RendererAgg) and renderer.dpi == DPI):
            super().draw(renderer)
            return
        renderer.restore_region(self.picture)
        for artist in (*self.moving(), *self.borders):
            artist.draw(renderer)

    def moving(self) -> list[Artist]:
        """freeze よりあとに描いたものを、奥から順に並べます。"""
        found = [artist for artist in self.drawn() if artist not in self.frozen]
        return sorted(found, key=Artist.get_zorder)

    def drawn(self) -> list[Artist]:
        """座標軸の中に描いたもののすべてです。"""
        return [artist for ax in self.axes for artist in ax.get_children()]
