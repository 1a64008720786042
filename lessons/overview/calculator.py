"""メモリ・計算・データの移動・エネルギーを、紙の上で見積もります。

式の番号は lessons.overview のものです。
"""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

ENERGY = Path(__file__).parent / "energy_45nm.csv"


def model_bytes(n_params: int, bits: int) -> int:
    """式 (1): n_params 個の値を、1 個 bits ビットで隙間なく詰めた大きさを返します。

    端数のビットにも 1 byte を使います。1 byte は 8 bit です。

    n_params: 値の個数。1 以上です。
    bits:     1 個の値のビット数。1 以上です。n_params × bits は 2^53 より小さい数です。
    戻り値:   大きさ (byte)。int で返します。
    ValueError: n_params か bits が 1 に満たないとき。
    """
    if min(n_params, bits) < 1:
        raise ValueError(f"1 に満たない引数があります: {n_params}, {bits}")
    return (n_params * bits + 7) // 8


@dataclass(frozen=True)
class LayerCost:
    """1 つの層を 1 回通すときの、計算の回数と、読み書きする値の個数です。バイアスは数えません。

    flops:   浮動小数点数の計算の回数 (FLOP)。掛け算と足し算を 1 回ずつ数えます。
    weights: 重みの個数
    inputs:  入力の値の個数 (件数も掛けたもの)
    outputs: 出力の値の個数 (件数も掛けたもの)
    """

    flops: int
    weights: int
    inputs: int
    outputs: int

    def bytes_moved(self, bytes_per_value: int) -> int:
        """式 (4): 入力と重みを 1 度ずつ読み、出力を 1 度書くときに動かすデータ (byte) です。"""
        return bytes_per_value * (self.inputs + self.weights + self.outputs)


def linear_cost(batch: int, n_in: int, n_out: int) -> LayerCost:
    """式 (2): 全結合層に batch 件を通すときの LayerCost です。引数は 1 以上の個数です。"""
    return LayerCost(2 * batch * n_in * n_out, n_in * n_out, batch * n_in, batch * n_out)


def conv2d_cost(
    batch: int, channels_in: int, channels_out: int, kernel: int, size_in: int, size_out: int
) -> LayerCost:
    """式 (3): 畳み込み層に batch 件を通すときの LayerCost です。引数は 1 以上の個数です。

    kernel: フィルタの 1 辺の画素数。画像もフィルタも正方形です。
    size_in, size_out: 入力と出力の画像の、1 辺の画素数
    """
    weights = channels_in * channels_out * kernel**2
    return LayerCost(2 * batch * weights * size_out**2, weights,
                     batch * channels_in * size_in**2, batch * channels_out * size_out**2)


def energy_picojoules(cost: LayerCost) -> tuple[float, float]:
    """式 (5): 32 bit の浮動小数点数で計算するときの (計算, メモリ) のエネルギー (pJ) です。

    どの値も、DRAM との間を 1 度だけ動くものとします。45 nm の回路の値による見積もりです。
    """
    picojoules = energy_table()
    arithmetic = cost.flops / 2 * (picojoules["float_multiply"] + picojoules["float_add"])
    return arithmetic, cost.bytes_moved(4) / 4 * picojoules["dram"]


def energy_table() -> dict[str, float]:
    """32 bit の操作 1 回のエネルギー (pJ) を、操作の英語の名前ごとに返します。"""
    return {row["operation"]: float(row["picojoules"]) for row in _energy_file()}


def energy_rows() -> list[list[str]]:
    """同じ表を、日本語の操作の名前とエネルギー (pJ) の行で返します。"""
    return [[row["japanese"], row["picojoules"]] for row in _energy_file()]


@functools.cache
def _energy_file() -> list[dict[str, str]]:
    with open(ENERGY, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))
