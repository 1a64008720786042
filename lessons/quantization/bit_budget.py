"""ビット数の配分: 層ごとにビット数を変え、決められたバイト数の中で正解率を保ちます。

    大きさ: S = Σ_l n_l · b_l / 8        byte 数で表すときは、端数を切り上げます
    量子化: ŵ_l = s_l · (q_l - z_l)       integers の非対称量子化と同じ
    出力:   h_0 = x,   h_l = ReLU(h_{l-1} ŵ_lᵀ)   (最後の層には ReLU を掛けません)

記号: l 層の番号, n_l 重みの数, b_l ビット数, S 重みのバイト数 (隙間なく詰めたとき)
設定: 手書き数字 8×8 画素 (0 を中心にした入力)、バイアスのない 3 層のネットワーク。
"""

import functools
import itertools
import math
from collections.abc import Callable

import torch
from torch import Tensor

from lessons.data import centred, digits
from lessons.quantization.integers import affine_params, dequantize, quantize, restored
from lessons.training import mlp, train

BITS = range(1, 9)
WIDTHS = (64, 32, 16, 10)


def choose_bits(
    weights: list[Tensor], x: Tensor, y: Tensor, budget: int, target: float
) -> list[int]:
    """層ごとのビット数を、大きさが budget 以下、正解率が target 以上になるように選びます。

    ビット数は 1 以上 8 以下とし、各層の重みを最小から最大までの範囲で量子化して元に戻します。
    ネットワークにバイアスはありません。層は入力に `重み.T` を掛け、最後の層以外は ReLU を通します。
    条件を満たす配分が複数あれば、どれを返しても正解です。

    weights: 3 つの層の重み [out, in]。入力に近い順で、float32 です。
    x:       画像 [n, in]、float32
    y:       正解のクラス [n]、int64
    budget:  大きさの上限 (byte)。大きさは、全層の (個数 × ビット数) の合計を 8 で割った値です。
             端数は切り上げません。
    target:  正解率の下限 (%)
    戻り値:  各層のビット数。weights と同じ順です。
    ValueError: 条件を満たす配分がないとき。
    """
    import itertools

    def rounded(weight: Tensor, bits: int) -> Tensor:
        scale, zero_point = affine_params(float(weight.min()), float(weight.max()), bits)
        return dequantize(quantize(weight, scale, zero_point, bits), scale, zero_point)

    candidates = [{bits: rounded(weight, bits) for bits in range(1, 9)} for weight in weights]
    for chosen in itertools.product(range(8, 0, -1), repeat=len(weights)):
        size = sum(w.numel() * bits for w, bits in zip(weights, chosen, strict=True))
        if size > 8 * budget:
            continue
        h = x
        for layer, bits in enumerate(chosen):
            h = (h if layer == 0 else h.relu()) @ candidates[layer][bits].T
        if 100 * int((h.argmax(dim=1) == y).sum()) / len(y) >= target:
            return list(chosen)
    raise ValueError(f"条件を満たす配分がありません: 上限 {budget} byte、下限 {target} %")


def found_by(
    written: Callable[..., list[int]], weights: list[Tensor], x: Tensor, y: Tensor, budget: int, target: float
) -> list[int]:
    """written (演習の関数) が見つけた配分です。条件を満たさなければ模範解答を使い、どちらかを表示します。"""
    try:
        bits = [int(b) for b in written(weights, x, y, budget, target)]
        fits = packed_bytes(weights, bits) <= budget and accuracy_with_bits(weights, bits, x, y) >= target
    except Exception:  # 書きかけの関数は、どんな例外でも送出する
        fits = False
    print(f"{'あなたの' if fits else 'まだ正解していないので、模範解答の'} choose_bits が見つけた配分です。")
    return bits if fits else choose_bits(weights, x, y, budget, target)


def packed_bytes(weights: list[Tensor], bits: list[int]) -> int:
    """各層の重みを bits のビット数で隙間なく詰めたバイト数です。"""
    return math.ceil(sum(w.numel() * b for w, b in zip(weights, bits, strict=True)) / 8)


def accuracy_with_bits(weights: list[Tensor], bits: list[int], x: Tensor, y: Tensor) -> float:
    """各層の重みを bits のビット数に量子化したネットワークの正解率 (%) です。"""
    rounded = [restored(weight, float(weight.min()), float(weight.max()), b)
               for weight, b in zip(weights, bits, strict=True)]
    return accuracy_of(rounded, x, y)


def accuracy_of(weights: list[Tensor], x: Tensor, y: Tensor) -> float:
    """重みをそのまま使ったネットワークの正解率 (%) です。"""
    *hidden, last = weights
    for weight in hidden:
        x = torch.relu(x @ weight.T)
    predicted = (x @ last.T).argmax(dim=1)
    return 100 * int((predicted == y).sum()) / len(y)


@functools.cache
def images_and_classes() -> tuple[Tensor, Tensor]:
    """テスト画像 (0 を中心にした入力) と、正解のクラスです。"""
    data = digits()
    return centred(data.x_test), data.y_test


@functools.lru_cache(maxsize=16)
def digit_weights(seed: int, widths: tuple[int, ...] = WIDTHS) -> tuple[Tensor, ...]:
    """バイアスのない手書き数字のネットワークを学習し、各層の重みを返します。"""
    data = digits()
    model = mlp(widths, seed)
    for layer in model[::2]:
        layer.bias = None
    train(model, centred(data.x_train), data.y_train, epochs=12, lr=0.05, weight_decay=1e-4,
          generator=torch.Generator().manual_seed(seed))
    return tuple(layer.weight.detach() for layer in model[::2])


@functools.lru_cache(maxsize=16)
def all_choices(
    seed: int, widths: tuple[int, ...] = WIDTHS
) -> tuple[tuple[tuple[int, ...], int, float], ...]:
    """digit_weights のネットワークの、すべての配分の (ビット数, byte 数, 正解率 (%)) です。"""
    weights, (x, y) = digit_weights(seed, widths), images_and_classes()
    rounded = [[restored(weight, float(weight.min()), float(weight.max()), b) for b in BITS]
               for weight in weights]
    choices = []
    for bits in itertools.product(BITS, repeat=len(weights)):
        chosen = [layer[b - 1] for layer, b in zip(rounded, bits, strict=True)]
        choices.append((bits, packed_bytes(weights, bits), accuracy_of(chosen, x, y)))
    return tuple(choices)


def puzzle(
    seed: int, drop: float = 1.0, room: float = 1.1, widths: tuple[int, ...] = WIDTHS
) -> tuple[list[Tensor], Tensor, Tensor, int, float]:
    """パズルの問題です。重み、テスト画像、正解のクラス、予算 (byte)、目標の正解率 (%) の組を返します。

    目標は、量子化しない正解率から drop ポイント引いた値です。
    予算は、目標を満たす最も小さい配分の room 倍で、1 byte 未満は切り捨てます。
    """
    weights, (x, y) = list(digit_weights(seed, widths)), images_and_classes()
    target = accuracy_of(weights, x, y) - drop
    choices = all_choices(seed, widths)
    smallest = min(size for _, size, accuracy in choices if accuracy >= target)
    return weights, x, y, int(smallest * room), target
