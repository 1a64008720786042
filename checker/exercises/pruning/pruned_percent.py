"""pruned_percent: the share of connections that are cut, over all layers together."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.pruning import pruned_percent

exercise = Exercise(
    pruned_percent,
    title="ネットワーク全体で切った割合",
    statement=(
        "各層のマスクを並べたリスト `masks` から、切った結合の割合を % で返します。"
        "マスクの True は残す結合、False は切る結合です。"
        "層の大きさは互いに違い、畳み込み層のマスクは 4 次元です。"
        "すべての層の結合を 1 本ずつ数えてから、1 回だけ割り算をします。"
        "Python の float（倍精度）で計算し、丸めません。"
        "佐々木らの表の「全結合層全体」の列も、この割合です。"
    ),
    difficulty=1,
    minutes=6,
    points=2,
    hints=(
        "切った結合の総数と、結合の総数を、別々に数えます。",
        "1 つのマスクの結合の数は `mask.numel()` です。形にかかわらず数えられます。",
        "True は 1 と数えるので、残した結合の数は `int(mask.sum())` です。",
        "総数を `total`、残した総数を `kept` とすると、答えは `100 * (total - kept) / total` です。",
    ),
)


EXAMPLE = [torch.tensor([True, False]), torch.ones(2, 4, dtype=torch.bool)]


@exercise.example
def example() -> str:
    small, large = EXAMPLE
    both, alone = pruned_percent([small, large]), pruned_percent([small])
    return (
        f"1 つ目の層は 2 本のうち 1 本を切り（{alone:.1f} %）、2 つ目の層は 8 本をすべて残します。"
        f"全体では {small.numel() + large.numel()} 本のうち 1 本なので、{both:.1f} % です。"
        f"2 つの割合の平均 {alone / 2:.1f} % とは違います。"
    )


def layers(rng, *shapes, fixed: tuple[torch.Tensor, ...] = ()) -> list[torch.Tensor]:
    """Masks of these shapes, one share of kept connections for each, and after them fixed ones.

    The mistakes show: no layer has the percentage of all layers, nor has the mean of the layers,
    it is not whole, and float32 arithmetic gives it visibly differently. No drawn layer is kept or
    cut as a whole.
    """

    def draw() -> list[torch.Tensor]:
        return [torch.tensor(rng.random(s) < rng.uniform(0.15, 0.85)) for s in shapes] + [*fixed]

    def is_clear(masks: list[torch.Tensor]) -> bool:
        percent = pruned_percent(masks)
        others = [int(percent)]
        if len(masks) > 1:
            others += [averages_the_layers(masks), *(pruned_percent([mask]) for mask in masks)]
        coarse = abs(averages_in_float32(masks) - percent) > 5e-8 * percent
        mixed = all(mask.any() and not mask.all() for mask in masks[: len(shapes)])
        return coarse and mixed and all(abs(other - percent) > 1e-3 for other in others)

    return next(masks for masks in (draw() for _ in range(1000)) if is_clear(masks))


@exercise.cases
def cases(rng):
    yield "基本", (layers(rng, (7, 5), (3, 7)),)
    yield "基本", (layers(rng, (4, 9), (5, 3)),)  # 51 connections, not 56: never the same percentage
    yield "問題文の例", (EXAMPLE,)
    yield "大きさがかけ離れた層", (layers(rng, (2, 3), (19, 23)),)
    yield "層が 1 つ", (layers(rng, (5, 9)),)
    yield "層が 3 つ以上", (layers(rng, (4, 3), (2, 5), (3, 7)),)
    yield "層が 3 つ以上", (layers(rng, (3, 5), (4, 6), (2, 4), (5, 5), (2, 3)),)
    yield "畳み込み層（4 次元）", (layers(rng, (3, 3, 3, 3), (5, 4)),)

    kept, cut = (torch.full((3, 4), value) for value in (True, False))
    small_kept, small_cut = (torch.full((2, 3), value) for value in (True, False))
    yield "すべて残す", ([kept, small_kept],)
    yield "すべて切る", ([cut, small_cut],)
    masks = layers(rng, (6, 4), fixed=(kept,))
    yield "1 つの層だけをすべて残す", (masks,)
    yield "1 つの層だけをすべて残す", (masks[::-1],)
    masks = layers(rng, (6, 4), fixed=(cut,))
    yield "1 つの層だけをすべて切る", (masks,)
    yield "1 つの層だけをすべて切る", (masks[::-1],)
    yield "すべて残す層とすべて切る層", ([kept, small_cut],)
    yield "結合が 1 本だけの層", (layers(rng, (4, 4), fixed=(cut[:1, :1],)),)
    yield "結合が 1 本だけの層", (layers(rng, (5, 4), fixed=(kept[:1, :1],)),)


@exercise.wrong("層ごとの割合を平均しています。大きい層ほど重く数えるために、本数で計算してください。")
def averages_the_layers(masks):
    return sum(100 * (~mask).sum().item() / mask.numel() for mask in masks) / len(masks)


@exercise.wrong("層ごとの割合を足しています。割り算は、全部の層を数えてから 1 回だけ行います。")
def adds_the_layers(masks):
    return sum(100 * (~mask).sum().item() / mask.numel() for mask in masks)


@exercise.wrong("残した割合を返しています。True は残す結合なので、数えるのは False です。")
def returns_the_kept_percent(masks):
    return 100 * sum(mask.sum().item() for mask in masks) / sum(mask.numel() for mask in masks)


@exercise.wrong("0 から 1 の割合のまま返しています。% にするには 100 を掛けてください。")
def forgets_the_percent(masks):
    return sum((~mask).sum().item() for mask in masks) / sum(mask.numel() for mask in masks)


@exercise.wrong("最初の層しか数えていません。return は、ループが終わってから 1 回だけ行います。")
def returns_inside_the_loop(masks):
    for mask in masks:
        return 100 * (~mask).sum().item() / mask.numel()


@exercise.wrong("残した本数で割っています。割る数は、切る前の結合の総数です。")
def divides_by_the_kept(masks):
    cut = sum((~mask).sum().item() for mask in masks)
    return 100 * cut / sum(mask.sum().item() for mask in masks)


@exercise.wrong("len(mask) は行の数です。結合の数は mask.numel() で数えてください。")
def counts_the_rows(masks):
    return 100 * sum((~mask).sum().item() for mask in masks) / sum(len(mask) for mask in masks)


@exercise.wrong("行数と列数しか掛けていません。4 次元のマスクは mask.numel() で数えてください。")
def multiplies_two_axes(masks):
    cut = sum((~mask).sum().item() for mask in masks)
    return 100 * cut / sum(mask.shape[0] * mask.shape[1] for mask in masks)


@exercise.wrong("// は小数点以下を切り捨てます。/ で割ってください。")
def drops_the_decimals(masks):
    cut = sum((~mask).sum().item() for mask in masks)
    return 100 * cut // sum(mask.numel() for mask in masks)


@exercise.wrong(
    "float32 の平均で求めているので、7 桁ほどしか合いません。本数を整数で数えてから割ってください。"
)
def averages_in_float32(masks):
    kept = torch.cat([mask.flatten() for mask in masks]).float().mean().item()
    return 100 * (1 - kept)


@exercise.wrong("テンソルを返しています。本数を int(...) か .item() で Python の数に直してください。")
def returns_a_tensor(masks):
    return 100 * sum((~mask).sum() for mask in masks) / sum(mask.numel() for mask in masks)


@exercise.wrong("いつも 100 % です。Python の bool に ~ をつけると、True も False も真になります。not を使います。")
def inverts_python_bools(masks):
    kept = [value for mask in masks for value in mask.flatten().tolist()]
    return 100 * len([value for value in kept if ~int(value)]) / len(kept)


@exercise.right
def loop(masks):
    cut = total = 0
    for mask in masks:
        for kept in mask.flatten().tolist():
            total += 1
            if not kept:
                cut += 1
    return cut / total * 100


@exercise.right
def numpy_minded(masks):
    kept = np.concatenate([mask.numpy().ravel() for mask in masks])
    return float(100 * np.mean(~kept))


@exercise.right
def weighted_by_size(masks):
    sizes = torch.tensor([mask.numel() for mask in masks], dtype=torch.float64)
    shares = torch.stack([(~mask).double().mean() for mask in masks])
    return 100 * (shares @ sizes / sizes.sum()).item()
