"""密な行列と CSR 形式の大きさを、棒で比べる図です。境目は、探し当てるまで見せません。"""

from collections.abc import Callable

from matplotlib.figure import Figure

from lessons.plots import BLUE, GREEN, GREY, ORANGE
from lessons.pruning.connections_or_neurons import csr_break_even
from lessons.pruning.network import WIDTHS


def sparse_storage(
    csr_bytes: Callable, value_bytes: int, index_bytes: int, density: int
) -> tuple[Figure, str]:
    """FC 1 の重み行列の、2 つの持ち方です。density は 0 でない値の割合 (%) です。

    つまみが境目に最も近い整数に来たら、境目を文と図に出します。
    """
    columns, rows = WIDTHS[:2]
    nonzeros = round(rows * columns * density / 100)
    dense = rows * columns * value_bytes
    values, columns_of_values = nonzeros * value_bytes, nonzeros * index_bytes
    csr = csr_bytes(rows, nonzeros, value_bytes, index_bytes)
    parts = (("0 でない値", values, BLUE, ""), ("列番号", columns_of_values, ORANGE, "///"),
             ("行の始まり", csr - values - columns_of_values, GREEN, "xx"))

    fig = Figure(figsize=(7.6, 2.9))
    ax = fig.add_axes((0.13, 0.20, 0.84, 0.62))
    ax.barh(["密な行列"], [dense / 1000], color=GREY, edgecolor="black")
    left = 0.0
    for name, size, colour, hatch in parts:
        ax.barh(["CSR 形式"], [size / 1000], left=left, color=colour, hatch=hatch,
                edgecolor="black", label=name)
        left += size / 1000
    for y, size in enumerate((dense, csr)):
        ax.text(size / 1000 + 15, y, f"{size / 1000:,.1f} kB", va="center")
    ax.invert_yaxis()
    ax.set(xlabel="大きさ (kB)", ylabel="持ち方", xlim=(0, 2200))
    fig.legend(loc="upper center", ncols=3, frameon=False, fontsize=10)

    even = 100 * csr_break_even(rows, columns, value_bytes, index_bytes)
    smaller = "CSR のほうが小さく" if csr < dense else "CSR のほうが大きく"
    text = (f"値が {value_bytes} byte、番号が {index_bytes} byte、密度が {density} % のとき、"
            f"{smaller}なります。")
    if density == round(even):
        ax.axvline(dense / 1000, color="black", linestyle=":")
        text += f"ここが境目です。密度が {even:.1f} % より低ければ、CSR のほうが小さくなります。"
    return fig, text
