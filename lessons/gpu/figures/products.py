"""行列の大きさと、積の速さの図です。(Figure, 文) を返します。"""

from matplotlib.figure import Figure

from lessons.gpu.measuring import SIZES
from lessons.plots import BLUE, GREEN, ORANGE, VERMILION

STYLES = {"float32": (BLUE, "o"), "float64": (ORANGE, "s"), "bfloat16": (GREEN, "^"),
          "int8": (VERMILION, "D")}


def speed_of_sizes(speeds: dict[str, dict[int, float]]) -> tuple[Figure, str]:
    """型ごとの、n×n の行列の積の速さです。speeds は product_speeds の戻り値です。"""
    fig = Figure(figsize=(8.0, 4.4))
    ax = fig.add_axes((0.10, 0.14, 0.87, 0.76))
    for name, found in speeds.items():
        color, marker = STYLES[name]
        ax.plot(list(found), [speed / 1e9 for speed in found.values()], color=color, marker=marker,
                linewidth=1.5, label=name)
    ax.set(xscale="log", yscale="log", xlabel="行列の大きさ n", ylabel="速さ (GFLOPS、int8 では 10 億回/秒)")
    ax.set_xticks(SIZES, [str(n) for n in SIZES])
    ax.yaxis.set_major_formatter(lambda speed, _: f"{speed:,g}")
    ax.minorticks_off()
    ax.grid(alpha=0.3)
    fig.legend(loc="upper center", ncols=4, fontsize=10, frameon=False)
    single = speeds["float32"]
    best = max(single, key=single.get)
    text = (f"n×n の積の速さです。float32 は、n が {SIZES[0]} では {single[SIZES[0]] / 1e9:.2f} GFLOPS、"
            f"最も速い n = {best} では {single[best] / 1e9:.0f} GFLOPS です。")
    return fig, text


def told(speeds: dict[str, dict[int, float]], n: int = 256) -> list[str]:
    """型による速さの違いを、測った値から選んだ文にします。比べるのは n×n の積です。"""
    single = speeds["float32"][n]
    return [compared(name, found[n] / single, n) for name, found in speeds.items() if name != "float32"]


def compared(name: str, times: float, n: int) -> str:
    """float32 と比べた 1 つの型の文です。times は、速さの倍率です。"""
    if 0.8 < times < 1.25:
        return f"{name} の速さは、n = {n} では float32 とほとんど同じです。"
    if times > 1:
        return f"{name} は、n = {n} では float32 の {times:.1f} 倍の速さです。"
    why = "" if name == "float64" else "この計算機には、この型をまとめて掛ける命令がないと考えられます。"
    return f"{name} は、n = {n} では float32 より {1 / times:.1f} 倍遅い結果です。{why}"
