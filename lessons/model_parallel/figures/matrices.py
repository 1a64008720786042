"""行列をワーカーに分ける図です。1 マスが 1 つの値で、色と模様がワーカーです。(Figure, 文) を返します。"""

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lessons.model_parallel.exchange import Exchange, Message
from lessons.model_parallel.tensor_parallel import column_parallel, row_parallel
from lessons.model_parallel.two_orders import ORDERS
from lessons.plots import BLUE, GREEN, ORANGE, VERMILION

BATCH, N_IN, N_HIDDEN, N_OUT = 4, 4, 8, 4
WORKERS = ((BLUE, ""), (ORANGE, "///"), (GREEN, "..."), (VERMILION, "xxx"))
EVERYONE = ("#F0F0F0", "")
COLUMNS, ROWS, PARTIAL, WHOLE = "列", "行", "部分和", "全員"  # 行列の持ち方
UPPER, LOWER = 17.5, 6.0  # 上の段と下の段の、行列の中央の高さ


def two_layers_cut(order: str, n_workers: int) -> tuple[Figure, str]:
    """Y = GELU(X A) B の 2 つの行列を切る図です。

    order: "列 → 行" か "行 → 列"。n_workers: 1、2、4 のどれか。通信は、図の大きさの行列で数えます。
    """
    messages = messages_of(order, n_workers)
    fig = Figure(figsize=(8.2, 5.3))
    ax = fig.add_axes((0, 0, 1, 5 / 5.3))
    ax.set(xlim=(0, 41), ylim=(0, 25), title=f"{order}: A を{order[0]}で、B を{order[-1]}で切る")
    ax.axis("off")
    column_first = order == "列 → 行"
    x, a, b = (WHOLE, COLUMNS, ROWS) if column_first else (COLUMNS, ROWS, COLUMNS)

    matrix(ax, 1.5, UPPER, BATCH, N_IN, x, n_workers, "X")
    sign(ax, 6.7, UPPER, "×")
    matrix(ax, 8, UPPER, N_IN, N_HIDDEN, a, n_workers, "A")
    sign(ax, 17, UPPER, "=")
    if column_first:
        matrix(ax, 18.5, UPPER, BATCH, N_HIDDEN, COLUMNS, n_workers, "X A の自分の列")
        ax.text(34, UPPER, "和が要らないので、\n通信せずに\nGELU を計算できます",
                ha="center", va="center", fontsize=11)
    else:
        matrix(ax, 18.5, UPPER, BATCH, N_HIDDEN, PARTIAL, n_workers, "部分和")
        arrow(ax, UPPER, messages[:1])
        matrix(ax, 32.2, UPPER, BATCH, N_HIDDEN, WHOLE, n_workers, "X A")

    matrix(ax, 1.5, LOWER, BATCH, N_HIDDEN, COLUMNS if column_first else WHOLE, n_workers, "GELU(X A)")
    sign(ax, 10.7, LOWER, "×")
    matrix(ax, 12, LOWER, N_HIDDEN, N_OUT, b, n_workers, "B")
    sign(ax, 17, LOWER, "=")
    matrix(ax, 20.5, LOWER, BATCH, N_OUT, PARTIAL if column_first else COLUMNS, n_workers,
           "部分和" if column_first else "自分の列")
    arrow(ax, LOWER, messages[-1:])
    matrix(ax, 34.2, LOWER, BATCH, N_OUT, WHOLE, n_workers, "Y")
    legend(ax, n_workers)
    return fig, told(order, n_workers, messages)


def messages_of(order: str, n_workers: int) -> list[Message]:
    """図の大きさの行列を本当に切って計算し、順伝播の通信を記録します。"""
    exchange = Exchange()
    x, first, second = (torch.zeros(shape) for shape in (
        (BATCH, N_IN), (N_HIDDEN, N_IN), (N_OUT, N_HIDDEN)))
    ORDERS[order](x, first, second, n_workers, exchange, column_parallel, row_parallel)
    return exchange.log


def told(order: str, n_workers: int, messages: list[Message]) -> str:
    """図の内容の文です。"""
    if not messages:
        return f"{order}: ワーカーが 1 個なら、行列は切れず、通信もありません。"
    kinds = "、".join(f"{message.kind} {message.bytes_sent:.0f} byte" for message in messages)
    return (f"{order}: ワーカー {n_workers} 個では、順伝播の通信は {len(messages)} 回です。"
            f"1 つのワーカーが送る大きさは、{kinds} です。値は 1 個 4 byte です。")


def matrix(
    ax: Axes, left: float, middle: float, rows: int, columns: int, held: str, n_workers: int,
    name: str,
) -> None:
    """rows × columns の行列を、マス目で描きます。held は持ち方です。"""
    bottom = middle - rows / 2
    copies = n_workers if held == PARTIAL else 1
    for copy in range(copies):
        shift = 0.55 * (copy - (copies - 1) / 2)
        for row in range(rows):
            for column in range(columns):
                owner = {COLUMNS: column * n_workers // columns, ROWS: row * n_workers // rows,
                         PARTIAL: copy, WHOLE: None}[held]
                color, hatch = EVERYONE if owner is None else WORKERS[owner]
                ax.add_patch(Rectangle(
                    (left + column + shift, bottom + rows - 1 - row - shift), 1, 1, facecolor=color,
                    hatch=hatch, edgecolor="black", linewidth=0.6))
    ax.text(left + columns / 2, bottom - 1.6, f"{name}　{rows}×{columns}", ha="center", va="center",
            fontsize=10)


def sign(ax: Axes, x: float, y: float, text: str) -> None:
    """行列のあいだの記号です。"""
    ax.text(x, y, text, ha="center", va="center", fontsize=14)


def arrow(ax: Axes, y: float, messages: list[Message]) -> None:
    """通信の矢印です。上に種類、下に 1 つのワーカーが送る大きさを書きます。"""
    ax.annotate("", (31.4, y), (27.6, y), arrowprops={"arrowstyle": "-|>", "linewidth": 2})
    above, below = "通信なし", ""
    if messages:
        above, below = messages[0].kind, f"{messages[0].bytes_sent:.0f} byte"
    ax.text(29.4, y + 1.1, above, ha="center", va="center", fontsize=10)
    ax.text(29.4, y - 1.1, below, ha="center", va="center", fontsize=10)


def legend(ax: Axes, n_workers: int) -> None:
    """色と模様が表すワーカーです。"""
    owners = [*(f"ワーカー {k}" for k in range(n_workers)), "全員が同じものを持つ"]
    for place, (owner, (color, hatch)) in enumerate(
            zip(owners, [*WORKERS[:n_workers], EVERYONE], strict=True)):
        ax.add_patch(Rectangle((1.5 + 6.3 * place, 23.2), 1, 1, facecolor=color, hatch=hatch,
                               edgecolor="black", linewidth=0.6))
        ax.text(2.9 + 6.3 * place, 23.7, owner, va="center", fontsize=10)
