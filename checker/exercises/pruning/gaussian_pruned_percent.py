"""gaussian_pruned_percent: the share of normal weights that lies below α·σ."""

import math

import torch

from checker.exercise import Exercise
from lessons.data import caffenet_table
from lessons.pruning import gaussian_pruned_percent

exercise = Exercise(
    gaussian_pruned_percent,
    title="正規分布なら何 % 切れるか",
    statement=(
        "重みが平均 0 の正規分布に従うと仮定し、しきい値 α·σ で切れる結合の割合を % で返します。"
        "切れるのは、絶対値がしきい値より小さい重みです。"
        "正規分布の値がこの範囲に入る確率は $\\mathrm{erf}(\\alpha / \\sqrt{2})$ です。"
        "erf は誤差関数という関数で、Python では `math.erf` です。"
        "Python の float（倍精度）で計算し、丸めません。"
        "切る前に割合の見当をつけ、佐々木らの公表した表と比べるために使います。"
    ),
    difficulty=1,
    minutes=5,
    points=2,
    hints=(
        "σ は消えます。答えは α だけで決まります。",
        "まず erf に渡す値を求め、次に erf を計算し、最後に % に直します。",
        "erf に渡す値は `alpha / math.sqrt(2)` です。",
        "確率は `math.erf(alpha / math.sqrt(2))` です。100 を掛けると % になります。",
    ),
)


@exercise.example
def example() -> str:
    row = next(row for row in caffenet_table() if row.alpha == 1.0)
    x = row.alpha / math.sqrt(2)
    percent = gaussian_pruned_percent(row.alpha)
    return (
        f"`alpha={row.alpha}` のとき、erf に渡す値は {x:.4f} です。"
        f"erf({x:.4f}) は {math.erf(x):.4f} なので、切れる割合は {percent:.2f} % です。"
        f"佐々木らの表では、CaffeNet の全結合層全体で {row.total} % が切れています。"
        "本物の重みは、正規分布と少し違うことが分かります。"
    )


def alpha_between(rng, low: float, high: float) -> float:
    """An α for which float32 is visibly too coarse: at times it is right by chance."""

    def is_coarse(alpha: float) -> bool:
        right = gaussian_pruned_percent(alpha)
        return abs(computes_in_float32(alpha) - right) > 3e-9 * right

    draws = (float(rng.uniform(low, high)) for _ in range(1000))
    return next(alpha for alpha in draws if is_coarse(alpha))


@exercise.cases
def cases(rng):
    yield "基本", (alpha_between(rng, 0.7, 1.6),)
    yield "小さな α", (alpha_between(rng, 0.05, 0.3),)
    yield "とても小さな α", (alpha_between(rng, 1e-4, 4e-4),)
    yield "大きな α", (alpha_between(rng, 3.1, 3.6),)
    yield "ほとんど全部を切る α", (alpha_between(rng, 4.0, 5.0),)
    yield "全部を切る α", (float(rng.uniform(10, 14)),)
    yield "α が 0", (0.0,)
    for row in caffenet_table():
        yield "公表された表の α", (row.alpha,)


@exercise.wrong("0 から 1 の割合のまま返しています。% にするには 100 を掛けてください。")
def forgets_the_percent(alpha):
    return math.erf(alpha / math.sqrt(2))


@exercise.wrong("α を √2 で割らずに erf に渡しています。erf の引数は α/√2 です。")
def forgets_the_root(alpha):
    return 100 * math.erf(alpha)


@exercise.wrong("erf の値を √2 で割っています。√2 で割るのは、erf に渡す前の α です。")
def divides_outside(alpha):
    return 100 * math.erf(alpha) / math.sqrt(2)


@exercise.wrong("α を 2 で割っています。割る数は 2 の平方根 √2 です。")
def divides_by_two(alpha):
    return 100 * math.erf(alpha / 2)


@exercise.wrong("残る割合を返しています。切れる割合は、100 から残る割合を引いた値です。")
def returns_the_kept_percent(alpha):
    return 100 * (1 - math.erf(alpha / math.sqrt(2)))


@exercise.wrong("残る割合を、0 から 1 のまま返しています。切れる割合を % で返してください。")
def returns_the_kept_share(alpha):
    return 1 - math.erf(alpha / math.sqrt(2))


@exercise.wrong(
    "大きな負の重みまで切る側に数えています。切れるのは −ασ と ασ の間の重みだけです。"
)
def counts_the_negative_tail(alpha):
    return 50 * (1 + math.erf(alpha / math.sqrt(2)))


@exercise.wrong("正の重みしか数えていません。0 と −ασ の間の負の重みも切れます。")
def counts_one_side(alpha):
    return 50 * math.erf(alpha / math.sqrt(2))


@exercise.wrong("途中で値を丸めています。丸めずに、計算した値をそのまま返してください。")
def rounds_like_the_table(alpha):
    return round(100 * math.erf(alpha / math.sqrt(2)), 2)


@exercise.wrong(
    "float32 で計算しているので、7 桁ほどしか合いません。math.erf は float64 で計算します。"
)
def computes_in_float32(alpha):
    return 100 * torch.erf(torch.tensor(alpha / math.sqrt(2))).item()


@exercise.wrong("テンソルを返しています。math.erf を使うと、Python の float になります。")
def returns_a_tensor(alpha):
    return 100 * torch.erf(torch.tensor(alpha / math.sqrt(2)))


@exercise.right
def normal_distribution(alpha):
    from statistics import NormalDist

    below = NormalDist().cdf(alpha) - NormalDist().cdf(-alpha)
    return 100 * below


@exercise.right
def double_precision_tensor(alpha):
    x = torch.tensor(alpha, dtype=torch.float64) / 2**0.5
    return 100 * torch.erf(x).item()


@exercise.right
def loop_over_the_series(alpha):
    x = alpha / math.sqrt(2)
    total, term, n = 0.0, x, 0
    while term > 1e-18 * total:
        total += term
        n += 1
        term *= 2 * x * x / (2 * n + 1)
    return 100 * 2 / math.sqrt(math.pi) * math.exp(-x * x) * total
