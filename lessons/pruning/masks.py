"""結合のプルーニング: しきい値より小さい重みを切り、切ったまま再学習します。

式の番号は lessons.pruning のものです。重みは [出力, 入力] の順で、torch.nn.Linear と同じです。
出典: Han, Pool, Tran, Dally 2015, arXiv:1506.02626, 3 節 (再学習)。
      しきい値 ασ は佐々木健太、佐々木勇和、鬼塚真「ニューラルネットワークの全結合層における
      パラメータ削減手法の比較」DEIM2017 論文番号 62。
"""

import math

from torch import Tensor


def threshold_mask(weight: Tensor, alpha: float) -> Tensor:
    """式 (1): 残す結合が True、切る結合が False のマスクを作ります。

    しきい値は、その層の重みの標準偏差 σ の α 倍です。
    σ は個数 n で割る母標準偏差です。平均からのずれを使うのは、σ の計算だけです。
    しきい値と比べるのは、重みそのものの絶対値です。しきい値とちょうど等しい重みは残します。

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
    戻り値: 切れる結合の割合 (%)。0 以上 100 以下です。倍精度で計算し、丸めません。
    ValueError: α が負のとき。
    """
    if alpha < 0:
        raise ValueError(f"α が負です: {alpha}")
    return 100 * math.erf(alpha / math.sqrt(2))


def pruned_percent(masks: list[Tensor]) -> float:
    """式 (3): すべての層を合わせて、切った結合の割合を返します。

    層の大きさは互いに違います。割合は結合 1 本ずつを等しく数えたものです。

    masks:  各層のマスク。bool で、True は残す、False は切るという意味です。形は問いません。
    戻り値: 切った結合の割合 (%)。倍精度で計算し、丸めません。
    ValueError: 結合が 1 本もないとき。
    """
    total = sum(mask.numel() for mask in masks)
    if total == 0:
        raise ValueError(f"結合が 1 本もありません: マスク {len(masks)} 個")
    kept = sum(int(mask.sum()) for mask in masks)
    return 100 * (total - kept) / total


def masked_sgd_step(weight: Tensor, gradient: Tensor, mask: Tensor, lr: float) -> Tensor:
    """式 (4): 再学習の SGD を 1 回行い、新しい重みを返します。

    切った結合 (mask が False) は、元の値や勾配によらず 0 になります。0.0 と -0.0 は同じです。

    weight, gradient: 同じ形のテンソル。値は有限です。
    mask:   weight と同じ形の bool テンソル。True は残す、False は切るという意味です。
    lr:     学習率 η。0 以上です。
    戻り値: 更新後の重み。weight と同じ形と型です。
    ValueError: 形がそろわないとき、または学習率が負のとき。
    """
    if not weight.shape == gradient.shape == mask.shape:
        shapes = [tuple(t.shape) for t in (weight, gradient, mask)]
        raise ValueError(f"weight、gradient、mask の形がそろいません: {shapes}")
    if lr < 0:
        raise ValueError(f"学習率が負です: {lr}")
    return mask * (weight - lr * gradient)


def pick_alpha(
    alphas: list[float], accuracies: list[float], baseline: float, max_drop: float
) -> float | None:
    """正解率の低下が許す幅に収まるもののうち、最大の α を返します。

    alphas:     しきい値の倍率 α。互いに違う値です。順序は問いません。
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
