"""06, after the share of all layers: three questions on one network."""

from itertools import combinations
from math import prod

import torch

from checker.catalogue import load
from checker.question import Choice, Number, Option, Stem, item, slips
from lessons.pruning import pruned_percent

LAYERS = ("入力側の層", "中央の層", "出力側の層")


def percent(value: float) -> str:
    return f"{value:.1f} %"


def cut_in(sizes: list[int], shares: list[int]) -> int:
    return sum(size * share // 100 for size, share in zip(sizes, shares, strict=True))


def least_gap(values: tuple[float, ...]) -> float:
    return min(abs(a - b) for a, b in combinations(values, 2))


@Stem
def three_layers(rng):
    while True:
        sizes = [1000 * int(rng.integers(low, high)) for low, high in ((60, 300), (10, 50), (1, 5))]
        shares = [5 * int(share) for share in rng.integers(8, 20, 3)]
        whole, cut = sum(sizes), cut_in(sizes, shares)
        percents = (100 * cut / whole, 100 - 100 * cut / whole, sum(shares) / 3, shares[0])
        times = (whole / (whole - cut), whole / cut, cut / (whole - cut), (whole - cut) / whole)
        if least_gap(percents) > 1 and least_gap(times) > 0.2:  # every mistake shows
            break
    rows = zip(LAYERS, sizes, shares, strict=True)
    table = "\n".join(f"| {name} | {size:,} | {share} |" for name, size, share in rows)
    return (
        "全結合層だけのネットワークで、結合のプルーニングを行いました。"
        "各層の結合の数と、そのうち切った割合は、次の表のとおりです。バイアスは数えません。\n\n"
        f"| 層 | 結合の数（本） | 切った割合 (%) |\n| --- | --- | --- |\n{table}"
    ), (sizes, shares)


def read(numbers: tuple[float, ...]) -> tuple[float, float]:
    """All connections and the cut ones, from the numbers of the table."""
    pairs = list(zip(numbers[0:6:2], numbers[1:6:2], strict=True))
    return sum(size for size, _ in pairs), sum(prod(pair) / 100 for pair in pairs)


@item(word="プルーニングの割合", keyword="プルーニング", cell="pruned_percent", stem=three_layers)
def share_of_all_layers(rng, drawn):
    sizes, shares = drawn
    masks = []
    for size, share in zip(sizes, shares, strict=True):
        mask = torch.ones(size // 50, dtype=torch.bool)  # the same shares of fewer connections
        mask[: len(mask) * share // 100] = False
        masks.append(mask)
    mistakes = (
        (
            "averages_the_layers",
            "層ごとの割合を平均しています。大きい層ほど重く効くので、本数で計算します。",
        ),
        ("returns_the_kept_percent", "残した割合です。聞かれているのは、切った割合です。"),
        (
            "returns_inside_the_loop",
            "入力側の層しか数えていません。3 つの層の結合を合わせて数えます。",
        ),
    )
    cut, right = cut_in(sizes, shares), percent(pruned_percent(masks))
    terms = " + ".join(
        f"{size:,} × {share / 100:.2f}" for size, share in zip(sizes, shares, strict=True)
    )
    return Choice(
        stem="ネットワーク全体で切った結合の割合はどれですか。",
        right=right,
        wrong=slips(load("pruned_percent"), (masks,), percent, *mistakes),
        explanation=(
            "使う公式: 全体の割合 = 100 × 切った結合の総数 ÷ 結合の総数\n"
            f"代入: 切った結合は {terms} です。合わせて {cut:,} 本です。"
            f"100 × {cut:,} ÷ {sum(sizes):,}\n"
            f"答え: {right}"
        ),
    )


@share_of_all_layers.by_hand
def _(*numbers):
    total, cut = read(numbers)
    return 100 * cut / total


@item(word="パラメータの削減", keyword="プルーニング", cell="切った割合を数える", stem=three_layers)
def connections_left(rng, drawn):
    sizes, shares = drawn
    cut, total = cut_in(sizes, shares), sum(sizes)
    mean = round(total * (100 - sum(shares) / 3) / 100)
    first = sizes[0] * (100 - shares[0]) // 100
    right = f"{total - cut:,} 本"
    return Choice(
        stem="ネットワーク全体で残る結合は何本ですか。",
        right=right,
        wrong=(
            Option(f"{cut:,} 本", "これは切った結合の数です。残る数は、総数から引いて求めます。"),
            Option(
                f"{mean:,} 本",
                "3 つの割合の平均を総数に掛けています。層の大きさが違うので、層ごとに本数を求めて足します。",
            ),
            Option(f"{first:,} 本", "入力側の層しか数えていません。3 つの層の残りを足します。"),
        ),
        explanation=(
            "使う公式: 残る本数 = 各層の（結合の数 × 残す割合）の和\n"
            "代入: "
            + " + ".join(
                f"{size:,} × {(100 - share) / 100:.2f}"
                for size, share in zip(sizes, shares, strict=True)
            )
            + f"\n答え: {right}"
        ),
    )


@connections_left.by_hand
def _(*numbers):
    total, cut = read(numbers)
    return total - cut


@item(word="圧縮率", keyword="プルーニング", cell="切った割合を数える", stem=three_layers)
def times_fewer(rng, drawn):
    sizes, shares = drawn
    cut, total = cut_in(sizes, shares), sum(sizes)
    right = total / (total - cut)
    return Number(
        stem=(
            "切る前の結合の総数は、切ったあとに残る結合の数の何倍ですか。"
            "小数第 1 位まで答えてください。"
        ),
        right=right,
        unit="倍",
        tolerance=0.06,
        wrong=tuple(
            Option(f"{value:.1f} 倍", reason, value=value)
            for value, reason in (
                (total / cut, "切った本数で割っています。比べる相手は、残る本数です。"),
                (cut / (total - cut), "切った本数を割っています。割られるのは、切る前の総数です。"),
                ((total - cut) / total, "割る向きが逆です。総数を、残る本数で割ってください。"),
            )
        ),
        explanation=(
            "使う公式: 倍率 = 切る前の総数 ÷ 残る本数\n"
            f"代入: {total:,} ÷ {total - cut:,}\n"
            f"答え: {right:.1f} 倍"
        ),
    )


@times_fewer.by_hand
def _(*numbers):
    total, cut = read(numbers)
    return total / (total - cut)
