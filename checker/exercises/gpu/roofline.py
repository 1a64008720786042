"""roofline: the attainable speed is the lower of the two roofs, point by point."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.gpu import roofline

exercise = Exercise(
    roofline,
    title="ルーフライン",
    statement=(
        "演算強度のそれぞれについて、計算の速さの上限（FLOPS）を求めます。"
        "`intensity` は演算強度（FLOP/byte）のテンソルで、形は決まっていません。"
        "上限は 2 つあります。"
        "1 つは、理論上の最高の速さ `peak`（FLOPS）です。"
        "もう 1 つは、メモリの帯域 `bandwidth`（byte/s）でデータが届く速さで、演算強度 × 帯域です。"
        "要素ごとに 2 つのうち低いほうを選び、`intensity` と同じ形と型の、新しいテンソルを返します。"
    ),
    difficulty=1,
    minutes=6,
    points=2,
    hints=(
        "演算強度の 1 つについて、2 つの上限を求めます。どちらも超えられません。",
        "1 秒に `bandwidth` バイトが届き、1 バイトで `intensity` 回計算するので、"
        "メモリの側の上限は `intensity * bandwidth` です。",
        "`min` は、2 つ以上の要素があるテンソルでは使えません。要素ごとに比べる関数を使います。",
        "`(テンソル).clamp(max=数)` は、その数より大きい要素を、その数に置き換えます。",
        "`(intensity * bandwidth).clamp(max=peak)` です。",
    ),
)

EXAMPLE = (torch.tensor([0.25, 4.0, 64.0]), 1000.0, 50.0)  # powers of two: no rounding


@exercise.example
def example() -> str:
    intensity, peak, bandwidth = EXAMPLE
    low, middle, high = (f"{i * bandwidth:g}" for i in intensity.tolist())
    return (
        f"`intensity` が `{intensity.tolist()}`、`peak` が {peak:g} FLOPS、"
        f"`bandwidth` が {bandwidth:g} byte/s とします。"
        f"演算強度 × 帯域は、順に {low}、{middle}、{high} です。"
        f"最後の 1 つだけが `peak` を超えるので、`peak` に置き換えます。"
        f"答えは `{roofline(*EXAMPLE).tolist()}` です。"
    )


def machine(rng) -> tuple[float, float]:
    """Peak and bandwidth; the two roofs meet between 8 and 20 FLOP a byte."""
    bandwidth = round(float(rng.uniform(2, 9)), 3) * 1e10
    return bandwidth * round(float(rng.uniform(8, 20)), 2), bandwidth


def spread(rng, shape, low: float, high: float, dtype=torch.float32) -> torch.Tensor:
    """Intensities on both sides of 1, evenly on a logarithmic axis."""
    return torch.tensor(np.exp(rng.uniform(np.log(low), np.log(high), shape)), dtype=dtype)


@exercise.cases
def cases(rng):
    below, above = spread(rng, 3, 0.1, 0.8), spread(rng, 3, 30, 200)
    between = spread(rng, 2, 2, 7)
    yield "基本", (torch.cat([above, below, between])[torch.tensor([3, 0, 6, 1, 4, 7, 2, 5])], *machine(rng))
    yield "問題文の例", EXAMPLE
    yield "すべてメモリが上限", (spread(rng, 5, 1.5, 7), *machine(rng))
    yield "すべて計算が上限", (spread(rng, 4, 30, 300), *machine(rng))
    peak, bandwidth = machine(rng)
    yield "ちょうど角の演算強度", (torch.tensor([16.0, 2.0, 64.0]), 800.0, 50.0)
    yield "演算強度が 1 個だけ", (spread(rng, 1, 2, 7), peak, bandwidth)
    yield "2 次元", (torch.stack([below, above]), *machine(rng))
    yield "0 次元", (spread(rng, (), 2, 7), *machine(rng))
    yield "演算強度が 1 より小さい", (spread(rng, 4, 0.05, 0.8), *machine(rng))
    # Roofs that float32 holds exactly: a peak that is put into a tensor first loses nothing.
    yield "倍精度", (torch.cat([below, above]).double(), 2.0**40, 2.0**36)
    # The roofs meet below 1 FLOP a byte: at 0.2.
    around = torch.cat([spread(rng, 2, *r) for r in ((0.3, 0.7), (0.05, 0.15), (2, 9))])
    yield "帯域の広いメモリ", (around, bandwidth / 5, bandwidth)
    yield "遅いプロセッサ", (torch.cat([below, above]), 3e3, 1e3)


@exercise.wrong("高いほうを選んでいます。2 つの上限のどちらも超えられないので、低いほうです。")
def takes_the_higher_roof(intensity, peak, bandwidth):
    return (intensity * bandwidth).clamp(min=peak)


@exercise.wrong("メモリの側の上限だけです。理論上の最高の速さ peak を超えることはできません。")
def forgets_the_peak(intensity, peak, bandwidth):
    return intensity * bandwidth


@exercise.wrong("計算の側の上限だけです。データが届かなければ、計算は進みません。")
def forgets_the_memory(intensity, peak, bandwidth):
    return torch.full_like(intensity, peak)


@exercise.wrong("演算強度と peak を比べています。演算強度に帯域を掛けると、FLOPS どうしで比べられます。")
def compares_the_intensity(intensity, peak, bandwidth):
    return intensity.clamp(max=peak)


@exercise.wrong("帯域と peak を比べています。帯域に演算強度を掛けると、FLOPS どうしで比べられます。")
def compares_the_bandwidth(intensity, peak, bandwidth):
    return torch.full_like(intensity, min(peak, bandwidth))


@exercise.wrong("帯域 ÷ 演算強度になっています。1 バイトに intensity 回計算するので、掛けます。")
def divides_the_bandwidth(intensity, peak, bandwidth):
    return (bandwidth / intensity).clamp(max=peak)


@exercise.wrong("演算強度 ÷ 帯域になっています。1 秒に届くバイトの数は帯域なので、掛けます。")
def divides_by_the_bandwidth(intensity, peak, bandwidth):
    return (intensity / bandwidth).clamp(max=peak)


@exercise.wrong("両方に演算強度を掛けています。peak は、演算強度によらない上限です。")
def scales_both_roofs(intensity, peak, bandwidth):
    return intensity * min(peak, bandwidth)


@exercise.wrong("2 つの上限を足しています。両方を同時に満たすので、低いほうが上限になります。")
def adds_the_roofs(intensity, peak, bandwidth):
    return peak + intensity * bandwidth


@exercise.wrong("peak に対する割合です。求めるのは速さ（FLOPS）なので、peak では割りません。")
def returns_the_share(intensity, peak, bandwidth):
    return (intensity * bandwidth / peak).clamp(max=1)


@exercise.wrong("全部の要素で、最も低い上限を 1 つだけ返しています。要素ごとに低いほうを選びます。")
def one_roof_for_all(intensity, peak, bandwidth):
    return torch.full_like(intensity, min(peak, (intensity * bandwidth).min().item()))


@exercise.wrong(
    "演算強度が 1 より大きいかどうかで分けています。分かれ目は、2 つの上限が等しくなる peak ÷ bandwidth です。"
)
def turns_at_one(intensity, peak, bandwidth):
    return torch.where(intensity < 1, intensity * bandwidth, torch.full_like(intensity, peak))


@exercise.wrong(
    "テンソルの全体を、Python の min で 1 つの数と比べています。要素ごとに比べるには clamp や torch.minimum を使います。"
)
def asks_python_for_the_minimum(intensity, peak, bandwidth):
    return min(peak, intensity * bandwidth)


@exercise.wrong("intensity を書き換えています。*= を使わず、intensity * bandwidth の結果を新しい名前に入れます。")
def writes_into_the_intensity(intensity, peak, bandwidth):
    intensity *= bandwidth
    return intensity.clamp(max=peak)


@exercise.right
def loop(intensity, peak, bandwidth):
    speeds = [min(peak, i * bandwidth) for i in intensity.flatten().tolist()]
    return torch.tensor(speeds, dtype=intensity.dtype).reshape(intensity.shape)


@exercise.right
def minimum_of_two_tensors(intensity, peak, bandwidth):
    return torch.minimum(torch.full_like(intensity, peak), intensity * bandwidth)


@exercise.right
def two_sides_of_the_ridge(intensity, peak, bandwidth):
    return torch.where(intensity < peak / bandwidth, intensity * bandwidth, peak)


@exercise.right
def numpy_minded(intensity, peak, bandwidth):
    speeds = np.minimum(intensity.double().numpy() * bandwidth, peak)
    return torch.tensor(speeds, dtype=intensity.dtype)
