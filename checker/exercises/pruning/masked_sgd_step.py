"""masked_sgd_step: one step of retraining in which the cut connections stay 0."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.pruning import masked_sgd_step

exercise = Exercise(
    masked_sgd_step,
    title="切った結合を 0 に保つ再学習",
    statement=(
        "再学習の SGD を 1 回行い、新しい重みを返します。"
        "残す結合（`mask` が True）は、重みから `lr` と勾配の積を引きます。"
        "切った結合（`mask` が False）は、必ず 0 にします。0.0 と −0.0 は同じとみなします。"
        "切った結合の元の値や勾配は、0 とは限りません。"
        "元の `weight` は書き換えません。"
    ),
    difficulty=2,
    minutes=10,
    points=3,
    hints=(
        "「すべての結合を更新する」と「切った結合を 0 にする」の 2 段階に分けます。",
        "更新後の重みは `weight - lr * gradient` です。新しいテンソルができます。",
        "bool のマスクを掛けると、True のところは値が残り、False のところは 0 になります。",
        "マスクは、引き算をしたあとの重み全体に掛けます。引き算を括弧で囲みます。",
        "`mask * (weight - lr * gradient)` が答えです。",
    ),
)


EXAMPLE = (
    torch.tensor([0.5, -0.75, 2.0]),
    torch.tensor([1.25, 3.0, -0.5]),
    torch.tensor([True, False, True]),
    0.1,
)


@exercise.example
def example() -> str:
    weight, gradient, mask, lr = EXAMPLE
    new = [round(w, 4) for w in masked_sgd_step(weight, gradient, mask, lr).tolist()]
    return (
        f"重みが `{weight.tolist()}`、勾配が `{gradient.tolist()}`、マスクが `{mask.tolist()}` のとき、"
        f"`lr={lr}` なら新しい重みは `{new}` です。"
        f"1 番目は {weight[0]:g} − {lr} × {gradient[0]:g} = {new[0]:g} です。"
        f"2 番目は切った結合なので {new[1]:g} です。"
    )


def step(rng, shape, dtype=torch.float32, kept=0.6) -> tuple:
    """Weight, gradient, mask and learning rate; the cut weights are not 0."""
    weight, gradient = (torch.tensor(rng.normal(0, 0.8, shape), dtype=dtype) for _ in range(2))
    size = weight.numel()
    mask = torch.tensor(rng.permutation(size) < round(kept * size)).reshape(shape)
    return weight, gradient, mask, round(float(rng.uniform(0.03, 0.4)), 3)


@exercise.cases
def cases(rng):
    yield "基本", step(rng, (3, 5))
    yield "問題文の例", EXAMPLE
    yield "バイアス（1 次元）", step(rng, (7,))
    yield "畳み込みの重み（4 次元）", step(rng, (3, 2, 2, 3))
    yield "すべて残す", step(rng, (4, 3), kept=1)
    yield "すべて切る", step(rng, (2, 6), kept=0)
    yield "重みが 1 個", step(rng, (1,), kept=1)
    yield "重みが 1 個", step(rng, (1, 1), kept=0)

    weight, gradient, mask, lr = step(rng, (4, 5))
    yield "学習率が 0", (weight, gradient, mask, 0.0)
    weight, gradient, mask, lr = step(rng, (5, 3))
    yield "学習率が 1 より大きい", (weight, gradient, mask, 1 + lr)

    weight, gradient, mask, lr = step(rng, (3, 6))
    some_kept = mask & (mask.cumsum(1) % 2 == 1)
    yield "残す結合の重みが 0", (weight.masked_fill(some_kept, 0), gradient, mask, lr)
    yield "勾配が 0", (weight, gradient.masked_fill(some_kept, 0), mask, lr)
    yield "勾配が 0", (weight, torch.zeros(3, 6), mask, lr)
    yield "切った結合の重みがもう 0", (weight.masked_fill(~mask, 0), gradient, mask, lr)

    weight, gradient, mask, lr = step(rng, (4, 4))
    yield "切った結合の値がとても大きい", (weight.masked_fill(~mask, 1e30), gradient, mask, lr)
    yield "切った結合の勾配がとても大きい", (weight, gradient.masked_fill(~mask, -1e30), mask, lr)

    weight, gradient, mask, _ = step(rng, (3, 4), torch.float64)
    # Exact in float32 too, which mask * lr makes of it.
    yield "倍精度", (weight, gradient, mask, int(rng.integers(3, 26)) / 64)


@exercise.wrong("マスクを使っていません。切った結合が生き返ってしまいます。")
def forgets_the_mask(weight, gradient, mask, lr):
    return weight - lr * gradient


@exercise.wrong("勾配だけにマスクを掛けています。切った結合の元の重みが残ってしまいます。")
def masks_only_the_gradient(weight, gradient, mask, lr):
    return weight - lr * gradient * mask


@exercise.wrong("更新する前の重みだけにマスクを掛けています。切った結合に勾配の分が入ってしまいます。")
def masks_only_the_weight(weight, gradient, mask, lr):
    return weight * mask - lr * gradient


@exercise.wrong("勾配を足しています。損失を減らすには、勾配の逆の向きに進みます。")
def climbs_the_gradient(weight, gradient, mask, lr):
    return torch.where(mask, weight + lr * gradient, 0.0)


@exercise.wrong("学習率を掛けていません。引くのは lr と勾配の積です。")
def forgets_the_learning_rate(weight, gradient, mask, lr):
    return torch.where(mask, weight - gradient, 0.0)


@exercise.wrong("残す結合と切る結合が逆です。mask の True は残す結合です。")
def inverts_the_mask(weight, gradient, mask, lr):
    return torch.where(mask, 0.0, weight - lr * gradient)


@exercise.wrong("切った結合を 0 にしただけで、残す結合を更新していません。")
def forgets_the_update(weight, gradient, mask, lr):
    return torch.where(mask, weight, 0.0)


@exercise.wrong("重みが 0 かどうかで、切った結合を見分けています。切った結合は mask が示します。")
def takes_zeros_for_cut(weight, gradient, mask, lr):
    return torch.where(weight != 0, weight - lr * gradient, 0.0)


@exercise.wrong("-= や添え字への代入は、引数そのものを変えます。weight - lr * gradient で新しく作ります。")
def writes_into_the_weight(weight, gradient, mask, lr):
    weight -= lr * gradient
    weight[~mask] = 0
    return weight


@exercise.wrong("型がいつも float32 になっています。weight と同じ dtype を指定してください。")
def always_returns_float32(weight, gradient, mask, lr):
    new = torch.zeros(weight.shape)
    new[mask] = (weight - lr * gradient)[mask].float()
    return new


@exercise.right
def selects(weight, gradient, mask, lr):
    return torch.where(mask, weight - lr * gradient, 0.0)


@exercise.right
def masks_both(weight, gradient, mask, lr):
    return weight * mask - lr * (gradient * mask)


@exercise.right
def masks_the_learning_rate(weight, gradient, mask, lr):
    return mask * weight - mask * lr * gradient


@exercise.right
def fills_the_cut(weight, gradient, mask, lr):
    new = weight - lr * gradient
    new[~mask] = 0
    return new


@exercise.right
def numpy_minded(weight, gradient, mask, lr):
    new = np.zeros_like(weight.numpy())
    np.subtract(weight.numpy(), lr * gradient.numpy(), out=new, where=mask.numpy())
    return torch.from_numpy(new)


@exercise.right
def loop(weight, gradient, mask, lr):
    triples = zip(weight.flatten(), gradient.flatten(), mask.flatten(), strict=True)
    new = [w.item() - lr * g.item() if kept else 0.0 for w, g, kept in triples]
    return torch.tensor(new, dtype=weight.dtype).reshape(weight.shape)
