"""ホスト型、ハイパーバイザー型、コンテナ型の仮想化の図です。(Figure, 文) を返します。"""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lessons.plots import BLUE, GREEN, GREY, ORANGE

APP, LIBRARIES, GUEST, MIDDLE, HOST, MACHINE = (
    "アプリ", "ライブラリ", "ゲスト OS", "仮想化のソフト", "ホスト OS", "ハードウェア")
LOOKS = {APP: (GREEN, ""), LIBRARIES: ("#CFE8DF", ""), GUEST: (ORANGE, "///"), MIDDLE: (BLUE, ""),
         HOST: (ORANGE, "///"), MACHINE: (GREY, "")}
# 下から積む層と、アプリごとに積む層
KINDS = {
    "ホスト型": ((MACHINE, HOST, MIDDLE), (GUEST, LIBRARIES, APP)),
    "ハイパーバイザー型": ((MACHINE, MIDDLE), (GUEST, LIBRARIES, APP)),
    "コンテナ型": ((MACHINE, HOST, MIDDLE), (LIBRARIES, APP)),
}
NAMES = {"ホスト型": "仮想化ソフト", "ハイパーバイザー型": "ハイパーバイザー", "コンテナ型": "コンテナエンジン"}


def operating_systems(kind: str, n_apps: int) -> int:
    """アプリが n_apps 個のときに動く OS の数です。"""
    common, each = KINDS[kind]
    return common.count(HOST) + each.count(GUEST) * n_apps


def three_kinds(n_apps: int) -> tuple[Figure, str]:
    """3 つの型で n_apps 個のアプリを動かすときの、重なりの図です。n_apps は 1 から 3。"""
    fig = Figure(figsize=(9.2, 3.9), layout="constrained")
    for ax, (kind, (common, each)) in zip(fig.subplots(1, 3), KINDS.items(), strict=True):
        ax.set(xlim=(0, 3), ylim=(0, 6.1), title=f"{kind}: OS は {operating_systems(kind, n_apps)} 個")
        ax.axis("off")
        for level, layer in enumerate(common):
            name = NAMES[kind] if layer == MIDDLE else layer
            place(ax, 0, level, 3, layer, name)
        for app in range(n_apps):
            for level, layer in enumerate(each, start=len(common)):
                place(ax, app, level, 1, layer, layer)
    told = "、".join(f"{kind}は {operating_systems(kind, n_apps)} 個" for kind in KINDS)
    return fig, f"{n_apps} 個のアプリを動かすとき、動く OS の数は、{told}です。"


def place(ax, x: float, level: int, width: float, layer: str, name: str) -> None:
    """1 つの層です。"""
    color, hatch = LOOKS[layer]
    ax.add_patch(Rectangle((x + 0.03, level + 0.05), width - 0.06, 0.9, facecolor=color,
                           hatch=hatch, edgecolor="white", linewidth=0.8))
    ax.text(x + width / 2, level + 0.5, name, ha="center", va="center", fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})
