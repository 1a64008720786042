"""06, after the threshold: what is cut, and how much of it."""

import math

import torch

from checker.catalogue import load
from checker.question import Choice, Option, blanks, item, sample, slips
from lessons.pruning import gaussian_pruned_percent, threshold_mask


@item(
    word="ニューロンのプルーニング",
    keyword="プルーニング",
    cell="結合を切るのか、ニューロンを取り除くのか",
)
def connections_or_neurons(rng):
    right = (
        "結合のプルーニングでは、重み行列の大きさが変わりません。",
        "ニューロンのプルーニングでは、重み行列が小さくなります。",
        "結合のプルーニングでは、重みを 1 本ずつ選んで 0 にします。",
        "ニューロンのプルーニングでは、行や列をまるごと取り除きます。",
    )
    wrong = (
        Option(
            "結合のプルーニングでは、行や列をまるごと取り除きます。",
            "行や列を取り除くのは、ニューロンのプルーニングです。",
        ),
        Option(
            "ニューロンのプルーニングでは、重み行列の大きさが変わりません。",
            "大きさが変わらないのは、重みを 1 本ずつ 0 にする、結合のプルーニングです。",
        ),
        Option(
            "結合のプルーニングでは、重み 1 つのビット数が減ります。",
            "ビット数を減らすのは、量子化です。",
        ),
        Option(
            "ニューロンのプルーニングでは、学習の間だけニューロンを休ませます。",
            "学習の間だけ休ませるのは、ドロップアウトです。プルーニングでは、推論でも使いません。",
        ),
        Option(
            "結合のプルーニングでは、知識を別の小さな生徒に写します。",
            "別の小さなネットワークに写すのは、蒸留です。",
        ),
    )
    return Choice(
        stem=(
            "プルーニングには、結合を対象にするものと、ニューロンを対象にするものがあります。"
            "説明として正しいものを、1 つ選んでください。"
        ),
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "結合のプルーニングは、重みを 1 本ずつ 0 にします。行列の大きさは同じです。\n"
            "ニューロンのプルーニングは、行や列をまるごと取り除きます。行列が小さくなります。"
        ),
    )


@item(word="しきい値", keyword="プルーニング", cell="threshold_mask")
def weights_below_threshold(rng):
    def cut_by(mask) -> str:
        return f"{int((~mask.bool()).sum())} 本"

    mistakes = (
        "forgets_abs",
        "takes_alpha_as_threshold",
        ("inverts_the_mask", "残す重みを数えています。切るのは、しきい値より小さい重みです。"),
    )
    while True:
        weight = torch.tensor(rng.normal(0, 0.4, 8).round(2))
        alpha = int(rng.integers(6, 15)) / 10
        sigma = round(weight.std(correction=0).item(), 2)
        wrong = slips(load("threshold_mask"), (weight, alpha), cut_by, *mistakes)
        clear = (weight.abs() - alpha * sigma).abs().min() > 0.01 and weight.abs().min() > 0
        right = cut_by(threshold_mask(weight, alpha))
        if clear and len({right, *(option.text for option in wrong)}) == 4:
            break

    def listed(values: list[float]) -> str:
        return "`[" + ", ".join(f"{w:.2f}" for w in values).replace("-", "−") + "]`"

    threshold = alpha * sigma
    small = [w for w in weight.tolist() if abs(w) < threshold]
    return Choice(
        stem=(
            f"ある層の重みは {listed(weight.tolist())} です。"
            f"この層の重みの標準偏差 σ は {sigma} です。"
            f"α = {alpha} とし、絶対値が α·σ より小さい重みを切ります。"
            "切る重みは何本ですか。"
        ),
        right=right,
        wrong=wrong,
        explanation=(
            "使う公式: |w| < α·σ の重みを切ります。\n"
            f"代入: しきい値は {alpha} × {sigma} = {threshold:.3f} です。"
            f"絶対値がこれより小さい重みは {listed(small)} です。\n"
            f"答え: {right}"
        ),
    )


@weights_below_threshold.by_hand
def _(*numbers):
    *weights, sigma, alpha = numbers
    return sum(-alpha * sigma < w < alpha * sigma for w in weights)


@item(word="正規分布", keyword="プルーニング", cell="gaussian_pruned_percent")
def normal_share(rng):
    def percent(value) -> str:
        return f"{value:.1f} %"

    alpha = int(rng.integers(5, 16)) / 10
    points = {x: math.erf(x) for x in (alpha / 2, alpha / math.sqrt(2), alpha)}
    rows = "\n".join(f"| {x:.3f} | {y:.3f} |" for x, y in points.items())
    mistakes = (
        ("forgets_the_root", "α を √2 で割っていません。表で引くのは erf(α/√2) です。"),
        ("returns_the_kept_percent", "残る割合です。聞かれているのは、切る割合です。"),
        ("counts_one_side", "正の重みしか数えていません。0 と −ασ の間の負の重みも切ります。"),
    )
    right = percent(gaussian_pruned_percent(alpha))
    root = alpha / math.sqrt(2)
    return Choice(
        stem=(
            "ある層の重みが、平均 0、標準偏差 σ の正規分布に従うとします。"
            f"絶対値が α·σ より小さい重みを切ります。α = {alpha} のとき、切る割合はどれですか。"
            "誤差関数 erf の値は、次の表を使ってください。\n\n"
            f"| x | erf(x) |\n| --- | --- |\n{rows}"
        ),
        right=right,
        wrong=slips(load("gaussian_pruned_percent"), (alpha,), percent, *mistakes),
        explanation=(
            "使う公式: 切る割合は 100·erf(α/√2) です。\n"
            f"代入: α/√2 = {alpha} ÷ 1.414 = {root:.3f} なので、"
            f"erf({root:.3f}) = {points[root]:.3f} です。\n"
            f"答え: {right}"
        ),
    )


@normal_share.by_hand
def _(mean, alpha, *table):
    erf = dict(zip(table[::2], table[1::2], strict=True))
    return 100 * next(y for x, y in erf.items() if abs(x - alpha / 2**0.5) < 1e-3)


@item(word="しきい値", keyword="プルーニング", cell="threshold_mask")
def threshold_mask_code(rng):
    sigma, compared = "weight.std(correction=0)", "weight.abs() >= alpha * sigma"
    mistakes = {
        "uses_sample_std": ("weight.std()", compared),
        "uses_variance": ("weight.var(correction=0)", compared),
        "forgets_abs": (sigma, "weight >= alpha * sigma"),
        "inverts_the_mask": (sigma, "weight.abs() < alpha * sigma"),
        "takes_alpha_as_threshold": (sigma, "weight.abs() >= alpha"),
        "uses_root_mean_square": ("weight.square().mean().sqrt()", compared),
    }
    return blanks(
        load("threshold_mask"),
        stem=(
            "残す結合が True、切る結合が False のマスクを返す関数を書きます。"
            "しきい値は、層の重みの母標準偏差 σ の `alpha` 倍です。"
            "絶対値がしきい値以上の重みを残します。"
            "［ア］と［イ］に入る組を選んでください。"
        ),
        code=("def threshold_mask(weight, alpha):\n    sigma = ［ア］\n    return ［イ］"),
        right=(sigma, compared),
        wrong=dict(sample(rng, tuple(mistakes.items()), 3)),
        explanation=(
            "母標準偏差は n で割るので、`std` に `correction=0` を渡します。\n"
            "負の重みも大きければ残すので、`abs()` で絶対値を取ってから、`>=` で比べます。"
        ),
    )


@item(word="再学習", keyword="プルーニング", cell="再学習で取り戻す")
def order_of_steps(rng):
    wrong = (
        Option(
            "結合を切る → 学習する → 切った結合を元に戻す",
            "はじめに学習しないと、どの重みが小さいのかが分かりません。切った結合も元に戻しません。",
        ),
        Option(
            "学習する → 残った結合を再学習する → 結合を切る",
            "再学習は、切ったことで下がった正解率を取り戻すために、切ったあとに行います。",
        ),
        Option(
            "学習する → 結合を切る → 重みのビット数を減らす",
            "ビット数を減らすのは、量子化です。プルーニングの手順は、再学習で終わります。",
        ),
        Option(
            "学習する → 結合を切る → 全部の結合を学習し直す",
            "全部の結合を学習し直すと、切った結合が 0 でなくなります。学習するのは残った結合だけです。",
        ),
    )
    return Choice(
        stem=(
            "Han ほか（2015）が示した、結合のプルーニングの 3 段階を考えます。"
            "順序として正しいものを、1 つ選んでください。"
        ),
        right="学習する → 結合を切る → 残った結合を再学習する",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "まず学習し、小さい重みの結合を切り、残った結合を再学習します。\n"
            "切った直後は正解率が下がりますが、再学習で多くを取り戻せます。"
        ),
    )
