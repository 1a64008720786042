"""プルーニング(pruning): 寄与の小さい結合やニューロンを取り除き、再学習で正解率を取り戻します。

    m_i = 1  (|w_i| ≧ ασ のとき),  0  (それ以外)                            (1)
    P(|w| < ασ) = erf(α / √2)        w が平均 0 の正規分布に従うとき         (2)
    p = 100 · Σ_l (切った結合の数)_l / Σ_l (結合の数)_l                      (3)
    w ← m ⊙ (w - η ∂L/∂w)                                                  (4)
    S = z·v + (z + R + 1)·i                                                (5)

記号: w weight, m mask (True は残す), σ 層の重みの母標準偏差, α alpha, η lr, l 層の番号,
      S CSR 形式のバイト数, z nonzeros, R rows, v value_bytes, i index_bytes
軸:   重みは [出力, 入力] の順で、torch.nn.Linear と同じです。hidden は隠れニューロンの数です。
出典: Han, Pool, Tran, Dally 2015, arXiv:1506.02626, 3 節 (再学習)。
      しきい値 ασ は Sasaki, Sasaki, Onizuka, DEIM Forum (論文番号 62)。
"""

import math

import torch
from torch import Tensor


def threshold_mask(weight: Tensor, alpha: float) -> Tensor:
    """式 (1): 残す結合が True、切る結合が False のマスクを作ります。

    しきい値は、その層の重みの標準偏差 σ の α 倍です。
    σ は個数 n で割る母標準偏差です。平均からのずれで測ります。
    絶対値がしきい値とちょうど等しい重みは残します。

    weight: 1 つの層の重み。形は問いません。
    alpha:  しきい値の倍率 α。0 以上です。
    戻り値: weight と同じ形の bool テンソル。
    ValueError: α が負のとき、または重みが空のとき。
    """
    if alpha < 0:
        raise ValueError(f"α が負です: {alpha}")
    if weight.numel() == 0:
        raise ValueError(f"重みが空です: 形 {tuple(weight.shape)}")
    sigma = weight.std(correction=0)
    return weight.abs() >= alpha * sigma


def gaussian_pruned_percent(alpha: float) -> float:
    """式 (2): 重みが平均 0 の正規分布に従うとき、しきい値 ασ で切れる割合を返します。

    alpha:  しきい値の倍率 α。0 以上です。
    戻り値: 切れる結合の割合 (%)。0 以上 100 以下です。
    ValueError: α が負のとき。
    """
    if alpha < 0:
        raise ValueError(f"α が負です: {alpha}")
    return 100 * math.erf(alpha / math.sqrt(2))


def pruned_percent(masks: list[Tensor]) -> float:
    """式 (3): すべての層を合わせて、切った結合の割合を返します。

    層の大きさは互いに違います。割合は結合 1 本ずつを等しく数えたものです。

    masks:  各層のマスク。bool で、True は残す、False は切るという意味です。
    戻り値: 切った結合の割合 (%)。
    ValueError: 結合が 1 本もないとき。
    """
    total = sum(mask.numel() for mask in masks)
    if total == 0:
        raise ValueError(f"結合が 1 本もありません: マスク {len(masks)} 個")
    kept = sum(int(mask.sum()) for mask in masks)
    return 100 * (total - kept) / total


def masked_sgd_step(weight: Tensor, gradient: Tensor, mask: Tensor, lr: float) -> Tensor:
    """式 (4): 再学習の SGD を 1 回行い、新しい重みを返します。

    切った結合 (mask が False) は、元の値や勾配が何であっても 0 になります。

    weight, gradient, mask: 同じ形のテンソル。mask は bool です。
    lr:     学習率 η。0 以上です。
    戻り値: 更新後の重み。weight と同じ形と型です。
    ValueError: 形がそろわないとき、または学習率が負のとき。
    """
    if not weight.shape == gradient.shape == mask.shape:
        shapes = [tuple(t.shape) for t in (weight, gradient, mask)]
        raise ValueError(f"weight、gradient、mask の形がそろいません: {shapes}")
    if lr < 0:
        raise ValueError(f"学習率が負です: {lr}")
    return torch.where(mask, weight - lr * gradient, 0.0)


def dead_neurons(incoming: Tensor, outgoing: Tensor) -> Tensor:
    """結合のプルーニングの後で、取り除いてよい隠れニューロンを見つけます。

    入る結合が 1 本も残っていないニューロンは、取り除けます。
    その出力は入力によらず、バイアスだけで決まるからです。
    出る結合が 1 本も残っていないニューロンも、取り除けます。

    incoming: 隠れ層に入る結合のマスク。bool [hidden, in]
    outgoing: 隠れ層から出る結合のマスク。bool [out, hidden]
    戻り値:   取り除けるニューロンが True の bool [hidden]
    ValueError: 2 つのマスクで hidden が違うとき。
    """
    if incoming.shape[0] != outgoing.shape[1]:
        raise ValueError(f"隠れニューロンの数が違います: {incoming.shape[0]}, {outgoing.shape[1]}")
    return ~incoming.any(dim=1) | ~outgoing.any(dim=0)


def remove_neurons(
    w_in: Tensor, b_in: Tensor, w_out: Tensor, keep: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """ニューロンのプルーニング: 隠れニューロンを取り除いた、小さい層の重みを返します。

    元のテンソルは変えません。戻り値は元のテンソルとメモリを共有しません。

    w_in:   隠れ層に入る重み [hidden, in]
    b_in:   隠れ層のバイアス [hidden]
    w_out:  隠れ層から出る重み [out, hidden]
    keep:   残すニューロンが True の bool [hidden]。すべて True でもすべて False でも構いません。
    戻り値: (w_in, b_in, w_out)。hidden は残したニューロンの数になります。
    ValueError: hidden がそろわないとき。
    """
    hidden = [w_in.shape[0], b_in.shape[0], w_out.shape[1], keep.shape[0]]
    if len(set(hidden)) != 1:
        raise ValueError(f"隠れニューロンの数がそろいません: {hidden}")
    return w_in[keep], b_in[keep], w_out[:, keep]


def csr_bytes(rows: int, nonzeros: int, value_bytes: int, index_bytes: int) -> int:
    """式 (5): 疎行列を CSR 形式で保存するときのバイト数を返します。

    CSR は 3 つの配列を保存します。
    0 でない値の配列、その列番号の配列、各行の始まりを指す行ポインタの配列です。
    行ポインタの要素は、行数より 1 つ多くあります。

    rows:        行数
    nonzeros:    0 でない値の個数
    value_bytes: 値 1 個の大きさ (byte)
    index_bytes: 列番号または行ポインタ 1 個の大きさ (byte)
    戻り値:      3 つの配列の大きさの合計 (byte)
    ValueError:  引数に負の値があるとき。
    """
    if min(rows, nonzeros, value_bytes, index_bytes) < 0:
        raise ValueError(f"負の値があります: {(rows, nonzeros, value_bytes, index_bytes)}")
    values = nonzeros * value_bytes
    columns = nonzeros * index_bytes
    row_pointers = (rows + 1) * index_bytes
    return values + columns + row_pointers


def pick_alpha(
    alphas: list[float], accuracies: list[float], baseline: float, max_drop: float
) -> float | None:
    """正解率の低下が許す幅に収まるもののうち、最大の α を返します。

    alphas:     しきい値の倍率 α。順序は問いません。
    accuracies: 各 α での正解率 (%)。alphas と同じ順に並びます。
    baseline:   比べる元の正解率 (%)
    max_drop:   許す低下の幅 (ポイント)。ちょうどこの幅の低下は許します。
    戻り値:     最大の α。条件を満たすものがなければ None です。
    ValueError: 2 つのリストの長さが違うとき、または許す低下の幅が負のとき。
    """
    if len(alphas) != len(accuracies):
        raise ValueError(f"リストの長さが違います: {len(alphas)}, {len(accuracies)}")
    if max_drop < 0:
        raise ValueError(f"許す低下の幅が負です: {max_drop}")
    lowest = baseline - max_drop
    return max((a for a, acc in zip(alphas, accuracies, strict=True) if acc >= lowest), default=None)
