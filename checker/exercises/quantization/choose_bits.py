"""choose_bits: give each layer its bits, within a budget of bytes and above a target accuracy."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from checker.exercise import Exercise
from checker.judging.show import show
from lessons.quantization import affine_params, choose_bits, dequantize, quantize
from lessons.quantization.bit_budget import (
    BITS,
    WIDTHS,
    accuracy_with_bits,
    all_choices,
    packed_bytes,
    puzzle,
)

exercise = Exercise(
    choose_bits,
    title="予算の中で層ごとのビット数を選ぶ（パズル）",
    statement=(
        "3 つの層のビット数（1 以上 8 以下）を選び、リストで返します。"
        "重みの大きさは `budget` byte 以下、正解率は `target` % 以上にします。"
        "大きさは、全層の（個数 × ビット数）の合計を 8 で割った値で、端数は切り上げません。"
        "判定では、返したビット数で本当に量子化し、大きさと正解率を測ります。"
        "どの層も同じビット数にすると、この条件は満たせません。"
        "条件を満たす配分なら、どれを返しても正解です。"
    ),
    difficulty=3,
    minutes=20,
    points=4,
    uses=("affine_params", "quantize", "dequantize"),
    hints=(
        "3 層で 8 通りずつなら、組み合わせは 512 通りしかありません。すべて試せます。",
        "大きさは、重みの数 × ビット数を全部の層で足し、8 で割った byte 数です。"
        "予算を超える組み合わせは、正解率を測らずに飛ばします。",
        "1 つの層の量子化は、`affine_params`、`quantize`、`dequantize` を順に呼ぶだけです。"
        "範囲は、その層の重みの最小と最大です。",
        "正解率は `h @ 重み.T` を層ごとに計算し、最後の層以外は `relu()` を通して、"
        "`argmax(dim=1)` を `y` と比べます。",
        "`for chosen in itertools.product(range(1, 9), repeat=len(weights))` で回し、"
        "両方の条件を満たした最初の組を `list(chosen)` で返します。",
    ),
)


@exercise.example
def example() -> str:
    weights, x, y, budget, target = puzzle(0)
    three, four = [3] * len(weights), [4] * len(weights)
    return (
        f"重みの形が `{[list(w.shape) for w in weights]}` の 3 層で、"
        f"予算が {budget:,} byte、目標が {target:.1f} % とします。"
        f"すべて 4 bit なら {packed_bytes(weights, four):,} byte で、予算を超えます。"
        f"すべて 3 bit なら {packed_bytes(weights, three):,} byte ですが、"
        f"正解率は {accuracy_with_bits(weights, three, x, y):.1f} % に下がります。"
    )


@exercise.cases
def cases(rng):
    # No bits suit both 基本, so that no constant passes them.
    easy = next(puzzles(rng, (8, 15)))
    hard = next(p for p in puzzles(rng, (0.3, 3)) if smallest_solution(p) > easy.budget)
    for i in rng.permutation(2):
        yield "基本", shuffled(rng, (easy, hard)[i])
    close = next(p for p in puzzles(rng, (0.3, 3)) if tempts_with_accuracy(p))
    yield "高い目標", shuffled(rng, close)
    near = next(p for p in puzzles(rng, (6, 20), (64, 10, 48, 10)) if tempts_with_size(p))
    yield "大きさの近い層", shuffled(rng, near)


@dataclass(frozen=True)
class Posed:
    """A puzzle, and all (bits, bytes, accuracy) that could be chosen."""

    weights: list
    x: torch.Tensor
    y: torch.Tensor
    budget: int
    target: float
    choices: tuple

    def within(self) -> list[tuple]:
        """Choices that the budget allows."""
        return [choice for choice in self.choices if choice[1] <= self.budget]

    def solutions(self) -> dict[tuple[int, ...], int]:
        """Bits that meet both terms, and their bytes."""
        return {bits: size for bits, size, accuracy in self.within() if accuracy >= self.target}


def puzzles(rng, drops, widths=WIDTHS) -> Iterator[Posed]:
    """Puzzles without end, of ever new networks, whose solutions are none in reverse order.

    No bits within the budget come nearer to the target than one image, so that an answer that adds
    in another order finds the same.
    """
    while True:
        seed = int(rng.integers(2**31))
        for _ in range(10):
            terms = rng.uniform(*drops), rng.uniform(1.02, 1.06), widths
            posed = Posed(*puzzle(seed, *terms), all_choices(seed, widths))
            near = [a for _, _, a in posed.within() if abs(a - posed.target) <= 100 / len(posed.y)]
            found = posed.solutions()
            if not near and not any(bits[::-1] in found for bits in found):
                yield posed


def smallest_solution(posed) -> int:
    return min(posed.solutions().values())


def tempts_with_accuracy(posed) -> bool:
    """Does who asks for 1 % less, trying many bits first, find bits that fall short?"""
    first = max(bits for bits, _, accuracy in posed.within() if 1.01 * accuracy >= posed.target)
    return first not in posed.solutions()


def tempts_with_size(posed) -> bool:
    """Does who forgets the budget, trying few bits first, find bits that are too large?"""
    first = min(bits for bits, _, accuracy in posed.choices if accuracy >= posed.target)
    return first not in posed.solutions()


def shuffled(rng, posed) -> tuple:
    """The arguments, with the images and the hidden neurons in another order."""
    rows = torch.from_numpy(rng.permutation(len(posed.x)))
    order = [torch.from_numpy(rng.permutation(len(w))) for w in posed.weights[:-1]]
    weights = reordered(posed.weights, order)
    return weights, posed.x[rows], posed.y[rows], posed.budget, posed.target


def reordered(weights, order):
    """The same network with its hidden neurons in another order."""
    first, second, last = weights
    return [first[order[0]].contiguous(), second[order[1]][:, order[0]].contiguous(),
            last[:, order[1]].contiguous()]


@exercise.accepted_when
def accepted(bits, weights, x, y, budget, target):
    if not all(b in BITS for b in bits):
        return f"ビット数 {show(bits, 80)} に、1 以上 8 以下でない数があります。"
    size, measured = packed_bytes(weights, bits), accuracy_with_bits(weights, bits, x, y)
    if size > budget:
        return f"ビット数 {bits} の大きさは {size:,} byte で、予算 {budget:,} byte を超えます。"
    if measured < target:
        return f"ビット数 {bits} の正解率は {measured:.1f} % で、目標 {target:.1f} % に届きません。"
    return None


@exercise.wrong("すべての層を同じビット数にしています。層ごとに、必要なビット数は違います。")
def gives_every_layer_the_same(weights, x, y, budget, target):
    count = sum(weight.numel() for weight in weights)
    return [8 * budget // count] * len(weights)


@exercise.wrong("正解率だけを見ています。大きさが予算を超えていないかも確かめてください。")
def ignores_the_budget(weights, x, y, budget, target):
    return [8] * len(weights)


@exercise.wrong("正解率だけを見て、少ないビット数から順に探しています。大きさが予算以下かどうかも確かめてください。")
def searches_without_the_budget(weights, x, y, budget, target):
    import itertools

    for chosen in itertools.product(range(1, 9), repeat=len(weights)):
        h = x
        for i, (w, b) in enumerate(zip(weights, chosen, strict=True)):
            scale, zero = affine_params(float(w.min()), float(w.max()), b)
            h = (h.relu() if i else h) @ dequantize(quantize(w, scale, zero, b), scale, zero).T
        if 100 * float((h.argmax(1) == y).double().mean()) >= target:
            return list(chosen)


@exercise.wrong("大きさだけを見ています。1 bit では正解率が残りません。")
def ignores_the_target(weights, x, y, budget, target):
    return [1] * len(weights)


@exercise.wrong("大きさだけを見て、入力に近い層から多く配っています。配分ごとに正解率も測って、目標と比べてください。")
def spends_on_the_first_layer(weights, x, y, budget, target):
    sizes = [weight.numel() for weight in weights]
    bits = [1] * len(weights)
    for layer in range(len(weights)):
        while bits[layer] < 8:
            more = [b + (i == layer) for i, b in enumerate(bits)]
            if sum(s * b for s, b in zip(sizes, more, strict=True)) > 8 * budget:
                break
            bits = more
    return bits


@exercise.wrong("最初の層の大きさだけで予算を使い切っています。すべての層の大きさを足してください。")
def counts_only_the_first_layer(weights, x, y, budget, target):
    first = min(8, 8 * budget // weights[0].numel())
    return [first] + [8] * (len(weights) - 1)


@exercise.wrong("層の順が逆です。weights と同じ、入力に近い順で返します。")
def reverses_the_layers(weights, x, y, budget, target):
    for chosen in torch.cartesian_prod(*[torch.arange(1, 9)] * len(weights)).tolist():
        if sum(w.numel() * b for w, b in zip(weights, chosen, strict=True)) > 8 * budget:
            continue
        h = x
        for i, (w, b) in enumerate(zip(weights, chosen, strict=True)):
            scale, zero = affine_params(float(w.min()), float(w.max()), b)
            h = (h.relu() if i else h) @ dequantize(quantize(w, scale, zero, b), scale, zero).T
        if 100 * float((h.argmax(1) == y).double().mean()) >= target:
            return chosen[::-1]


@exercise.wrong("タプルを返しています。itertools.product の組は、list(…) でリストにします。")
def returns_a_tuple(weights, x, y, budget, target):
    import itertools

    for chosen in itertools.product(range(1, 9), repeat=len(weights)):
        if sum(w.numel() * b for w, b in zip(weights, chosen, strict=True)) > 8 * budget:
            continue
        h = x
        for i, (w, b) in enumerate(zip(weights, chosen, strict=True)):
            scale, zero = affine_params(float(w.min()), float(w.max()), b)
            h = (h.relu() if i else h) @ dequantize(quantize(w, scale, zero, b), scale, zero).T
        if 100 * float((h.argmax(1) == y).double().mean()) >= target:
            return chosen


@exercise.right
def best_of_all(weights, x, y, budget, target):
    import itertools

    best = 0.0, ()
    for bits in itertools.product(range(1, 9), repeat=len(weights)):
        if sum(w.numel() * b for w, b in zip(weights, bits, strict=True)) > 8 * budget:
            continue
        h = x
        for i, (w, b) in enumerate(zip(weights, bits, strict=True)):
            scale, zero = affine_params(w.min().item(), w.max().item(), b)
            h = h @ dequantize(quantize(w, scale, zero, b), scale, zero).T
            h = h.relu() if i < len(weights) - 1 else h
        best = max(best, ((h.argmax(1) == y).double().mean().item(), bits))
    return list(best[1])


@exercise.right
def smallest_first(weights, x, y, budget, target):
    layers = []
    for w in weights:
        params = {b: affine_params(float(w.min()), float(w.max()), b) for b in range(1, 9)}
        layers.append({b: dequantize(quantize(w, s, z, b), s, z) for b, (s, z) in params.items()})
    first, second, third = layers
    for a in first:
        for b in second:
            h = ((x @ first[a].T).relu() @ second[b].T).relu()
            for c in third:
                bits = [a, b, c]
                size = sum(w.numel() * n for w, n in zip(weights, bits, strict=True)) / 8
                correct = int(((h @ third[c].T).argmax(1) == y).sum())
                if size <= budget and correct / len(y) >= target / 100:
                    return bits
