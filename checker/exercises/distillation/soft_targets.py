"""soft_targets: the softmax of a teacher's logits, softened by a temperature."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from checker.exercise import Exercise
from lessons.distillation import soft_targets

exercise = Exercise(
    soft_targets,
    title="温度つきの softmax",
    statement=(
        "ロジットを温度 `temperature` で割ってから softmax を取り、確率を返します。"
        "この確率を、ソフトターゲット（soft target）と呼びます。"
        "温度を上げると分布がならされ、正解でないクラスどうしの差も見えてきます。"
        "クラスは最後の軸に並びます。"
        "ロジットの形は [C] のことも、[B, C] や [N, B, C] のこともあります。"
        "ロジットが ±10000 でも、確率を nan や inf にしません。"
    ),
    difficulty=1,
    minutes=6,
    points=2,
    hints=(
        "温度で割るのは、確率ではなくロジットです。softmax は、割ったあとに取ります。",
        "軸の数が変わっても、最後の軸は `dim=-1` で指せます。",
        "`exp` を自分で書くなら、先に最後の軸の最大値を引きます。引いても確率は同じです。",
        "`torch.softmax` は、最大値を引いてから `exp` を計算します。そのまま使えます。",
        "`torch.softmax(logits / temperature, dim=-1)` が答えです。",
    ),
)

SHOWN, COLD, WARM = [6.0, 3.0, -1.0], 1.0, 3.0


@exercise.example
def example() -> str:
    logits = torch.tensor(SHOWN)
    cold, warm = COLD, WARM
    hard, soft = (
        [round(p, 3) for p in soft_targets(logits, t).tolist()] for t in (cold, warm)
    )
    return (
        f"ロジットが `{logits.tolist()}` のとき、`temperature={cold}` の確率は `{hard}` です。"
        f"`temperature={warm}` に上げると、確率は `{soft}` に変わります。"
        f"2 番目のクラスの確率は、{hard[1]:g} から {soft[1]:g} に増えます。"
    )


def warmth(rng) -> float:
    """A temperature clearly above 1."""
    return round(float(rng.uniform(1.8, 4)), 2)


def scores(rng, shape, dtype=torch.float32) -> torch.Tensor:
    """Logits of which one class stands out in each row, so that a temperature always shows."""
    values = rng.uniform(-2, 2, shape)
    values[..., rng.integers(shape[-1])] += rng.uniform(2.5, 4)
    return torch.tensor(values, dtype=dtype)


def ladder(rng, rows, classes, low, high) -> torch.Tensor:
    """Rows of the same rungs from low to high, each shuffled, no two rungs close together."""
    step = (high - low) / (classes - 1)
    rungs = np.linspace(low, high, classes) + rng.uniform(-0.1, 0.1, classes) * step
    return torch.tensor(rng.permuted(np.tile(rungs, (rows, 1)), axis=1), dtype=torch.float32)


def near_the_edge(rng, classes) -> torch.Tensor:
    """Rows at +10000 and -10000 whose classes lie close together.

    In float64: in float32 the quotient's last digit is worth 1e-4 of a probability.
    """
    base = rng.permutation([10_000, -10_000, 0])[:, None]
    return torch.tensor(base + rng.uniform(-6, 6, (3, classes)), dtype=torch.float64)


@exercise.cases
def cases(rng):
    yield "基本", (scores(rng, (3, 5)), warmth(rng))
    for temperature in (COLD, WARM):
        yield "例のロジット", (torch.tensor(SHOWN), temperature)
    yield "画像が 1 枚だけ（1 次元）", (scores(rng, (6,)), warmth(rng))
    yield "3 次元", (scores(rng, (2, 3, 4)), warmth(rng))
    yield "大きさが 1 の軸", (scores(rng, (1, 1, 5)), warmth(rng))
    yield "クラスが 1 つだけ", (torch.tensor(rng.uniform(-3, 3, (4, 1)), dtype=torch.float32), warmth(rng))

    tied = scores(rng, (3, 5))
    tied[0], tied[1, 1:] = tied[0, 0], tied[1, 1]
    yield "同点のクラス", (tied, warmth(rng))
    yield "温度が 1", (scores(rng, (4, 3)), 1.0)
    yield "1 より低い温度", (scores(rng, (3, 4)), round(float(rng.uniform(0.35, 0.6)), 2))
    yield "±10000 のロジット", (ladder(rng, 3, 5, -10_000, 10_000), warmth(rng))
    yield "±10000 の近くに並ぶロジット", (near_the_edge(rng, 5), warmth(rng))
    yield "差の大きなロジットと高い温度", (
        ladder(rng, 2, 6, -200, 0), round(float(rng.uniform(40, 60)), 1))
    yield "倍精度", (scores(rng, (2, 6), torch.float64), warmth(rng))


@exercise.wrong("温度を掛けています。温度で割ると、差が縮んで分布が平らになります。")
def multiplies_by_the_temperature(logits, temperature):
    return torch.softmax(logits * temperature, dim=-1)


@exercise.wrong("温度が効いていません。softmax の前に、ロジットを温度で割ります。")
def forgets_the_temperature(logits, temperature):
    return torch.softmax(logits, dim=-1)


@exercise.wrong("1 より低い温度を 1 に直しています。温度はそのまま使います。低い温度では、確率が鋭くなります。")
def raises_cold_temperatures(logits, temperature):
    return torch.softmax(logits / max(temperature, 1.0), dim=-1)


@exercise.wrong("最初の軸で正規化しています。クラスは最後の軸に並ぶので、dim=-1 です。")
def takes_the_first_axis(logits, temperature):
    return torch.softmax(logits / temperature, dim=0)


@exercise.wrong("軸を dim=1 に決めています。軸の数は変わるので、最後の軸を dim=-1 で指します。")
def takes_axis_one(logits, temperature):
    return torch.softmax(logits / temperature, dim=1)


@exercise.wrong("dim を渡していません。F.softmax が選ぶ軸は、最後とは限りません。dim=-1 を渡します。")
def leaves_the_axis_to_torch(logits, temperature):
    return F.softmax(logits / temperature)


@exercise.wrong("テンソル全体で正規化しています。和が 1 になるのは、最後の軸ごとです。")
def normalizes_everything(logits, temperature):
    return torch.softmax((logits / temperature).flatten(), dim=0).reshape(logits.shape)


@exercise.wrong("大きなロジットで exp があふれ、nan になります。先に最後の軸の最大値を引きます。")
def overflows(logits, temperature):
    e = torch.exp(logits / temperature)
    return e / e.sum(dim=-1, keepdim=True)


@exercise.wrong("テンソル全体の最大値を引いています。小さな行の和が 0 になるので、行ごとの最大値を引きます。")
def subtracts_the_overall_maximum(logits, temperature):
    z = logits / temperature
    e = torch.exp(z - z.max())
    return e / e.sum(dim=-1, keepdim=True)


@exercise.wrong("ロジットを切り詰めています。切り詰めた値どうしの差が消えるので、最大値を引きます。")
def clips_the_logits(logits, temperature):
    return torch.softmax(logits.clamp(-80, 80) / temperature, dim=-1)


@exercise.wrong("確率を温度で割っています。割るのは、softmax に入れる前のロジットです。")
def divides_the_probabilities(logits, temperature):
    return torch.softmax(logits, dim=-1) / temperature


@exercise.wrong("確率の対数を返しています。log_softmax ではなく softmax を使います。")
def returns_logarithms(logits, temperature):
    return torch.log_softmax(logits / temperature, dim=-1)


@exercise.wrong("確率を 1/T 乗しただけで、和が 1 ではありません。ロジットを温度で割って softmax を取ります。")
def forgets_to_normalize(logits, temperature):
    return torch.softmax(logits, dim=-1) ** (1 / temperature)


@exercise.wrong("先に T = 1 の確率を求めています。0 につぶれた確率は戻らないので、先に温度で割ります。")
def softens_the_probabilities(logits, temperature):
    powers = torch.softmax(logits, dim=-1) ** (1 / temperature)
    return powers / powers.sum(dim=-1, keepdim=True)


@exercise.wrong("softmax を 2 回取っています。取った値はもう確率なので、softmax は 1 回だけです。")
def takes_softmax_twice(logits, temperature):
    return torch.softmax(torch.softmax(logits / temperature, dim=-1), dim=-1)


@exercise.wrong("温度で割る前にも softmax を取っています。温度で割るのは、確率ではなくロジットです。")
def warms_the_probabilities(logits, temperature):
    return torch.softmax(torch.softmax(logits, dim=-1) / temperature, dim=-1)


@exercise.wrong("nan を 0 に置き換えています。exp があふれないように、先に最後の軸の最大値を引きます。")
def hides_the_nan(logits, temperature):
    e = torch.exp(logits / temperature)
    return torch.nan_to_num(e / e.sum(dim=-1, keepdim=True))


@exercise.wrong("クラスごとに sigmoid を取っています。和が 1 になるように、softmax を取ります。")
def takes_sigmoids(logits, temperature):
    return torch.sigmoid(logits / temperature)


@exercise.wrong("/= は、引数のロジットそのものを変えます。logits / temperature で新しく作ります。")
def writes_into_the_logits(logits, temperature):
    logits /= temperature
    return torch.softmax(logits, dim=-1)


@exercise.wrong("型がいつも float32 になっています。ロジットと同じ dtype で返します。")
def always_returns_float32(logits, temperature):
    return torch.softmax(logits / temperature, dim=-1).float()


@exercise.right
def subtracts_the_maximum(logits, temperature):
    e = torch.exp((logits - logits.amax(dim=-1, keepdim=True)) / temperature)
    return e / e.sum(dim=-1, keepdim=True)


@exercise.right
def from_logarithms(logits, temperature):
    z = logits / temperature
    return torch.exp(z - torch.logsumexp(z, dim=-1, keepdim=True))


@exercise.right
def numpy_minded(logits, temperature):
    z = logits.numpy() / temperature
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return torch.from_numpy(e / e.sum(axis=-1, keepdims=True))


@exercise.right
def loop(logits, temperature):
    rows = []
    for row in logits.reshape(-1, logits.shape[-1]).tolist():
        e = [math.exp((z - max(row)) / temperature) for z in row]
        rows.append([value / sum(e) for value in e])
    return torch.tensor(rows, dtype=logits.dtype).reshape(logits.shape)
