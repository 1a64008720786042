"""allreduce_bytes: what one worker of the ring sends."""

from checker.exercise import Exercise
from lessons.data_parallel import allreduce_bytes

exercise = Exercise(
    allreduce_bytes,
    title="リング all-reduce で送るバイト数",
    statement=(
        "リング all-reduce で、ワーカー 1 人が送るバイト数を求めます。"
        "値は `n_values` 個、ワーカーは `n_workers` 人、値 1 個は `bytes_per_value` バイトです。"
        "値は、人数と同じ数のチャンクに等しく分けます。"
        "1 人は、reduce-scatter で n−1 個、all-gather で n−1 個のチャンクを送ります。"
        "割り切れないときも、等しく分けたものとして計算し、丸めません。"
        "1 人だけなら、送る相手がいないので 0 です。"
    ),
    difficulty=1,
    minutes=5,
    points=2,
    hints=(
        "チャンク 1 個のバイト数と、送る個数に分けて考えます。",
        "チャンク 1 個に入る値は、全体の 1/n です。",
        "送る個数は、前半の n−1 個と後半の n−1 個を合わせて、2(n−1) 個です。",
        "`n_values / n_workers * bytes_per_value` が、チャンク 1 個のバイト数です。`//` では割りません。",
        "`2 * (n_workers - 1) / n_workers * n_values * bytes_per_value` が答えです。",
    ),
)


@exercise.example
def example() -> str:
    n_values, n_workers, bytes_per_value = 1200, 4, 2
    chunk = n_values // n_workers * bytes_per_value
    sent = allreduce_bytes(n_values, n_workers, bytes_per_value)
    return (
        f"{n_values:,} 個の値を、{n_workers} 人で all-reduce します。値 1 個は {bytes_per_value} バイトです。"
        f"チャンク 1 個は {n_values:,} ÷ {n_workers} × {bytes_per_value} = {chunk:,} バイトです。"
        f"1 人が {n_workers - 1} 個ずつ 2 回送るので、"
        f"{2 * (n_workers - 1)} × {chunk:,} = {sent:,.0f} バイトです。"
    )


def values(rng, n_workers, rest=None) -> int:
    """A number of values that leaves this rest when it is shared out."""
    return n_workers * int(rng.integers(300, 3000)) + (n_workers // 2 if rest is None else rest)


@exercise.cases
def cases(rng):
    # Odd primes: whatever remains, the bytes are no whole number.
    few, many = int(rng.choice([3, 5])), int(rng.choice([7, 11]))
    yield "基本", (values(rng, few), few, 4)
    yield "基本", (values(rng, many), many, 2)
    yield "割り切れる", (values(rng, 5, 0), 5, 4)
    yield "割り切れない", (values(rng, 7, 3), 7, 4)
    yield "ワーカーが 2 人", (values(rng, 2), 2, 4)
    yield "ワーカーが 1 人", (values(rng, 1), 1, 4)
    yield "ワーカーが多い", (values(rng, 256), 256, 2)
    yield "値がワーカーより少ない", (int(rng.integers(3, 8)), int(rng.choice([11, 13, 17])), 4)
    yield "値がとても多い", (64 * int(rng.integers(10**7, 10**9)), 64, 2)
    yield "1 個が 8 バイト", (values(rng, 4), 4, 8)
    yield "1 個が 1 バイト", (values(rng, 4), 4, 1)


exercise.slip(
    "forgets_the_second_half",
    "片方しか数えていません。reduce-scatter と all-gather で、n−1 個ずつ 2 回送ります。",
    "2 * (n_workers - 1)", "(n_workers - 1)",
)
exercise.slip(
    "sends_everything_twice",
    "(n−1)/n を掛けていません。自分のところに残すチャンクがあるので、送るのは n−1 個ずつです。",
    "2 * (n_workers - 1) / n_workers", "2",
)
exercise.slip(
    "counts_all_workers",
    "全員の分を合計しています。求めるのは、1 人が送るバイト数です。",
    "(n_workers - 1) / n_workers", "float(n_workers - 1)",
)
exercise.slip(
    "sends_everything_to_everyone",
    "すべての値を、ほかの全員に送る数え方です。リングでは、チャンクだけをとなりに送ります。",
    "2 * (n_workers - 1) / n_workers", "(n_workers - 1)",
)
exercise.slip(
    "sends_one_chunk",
    "チャンクを 1 個ずつ送る数え方です。reduce-scatter と all-gather で、n−1 個ずつ送ります。",
    "2 * (n_workers - 1) / n_workers", "2 / n_workers",
)
exercise.slip(
    "sends_to_itself",
    "n 個ずつ送る数え方です。最後の 1 個は送らないので、n−1 個ずつです。",
    "2 * (n_workers - 1) / n_workers * n_values",
    "2 * n_workers * n_values / n_workers * (n_workers > 1)",
)
exercise.slip(
    "forgets_the_bytes",
    "値の個数のままです。1 個のバイト数 bytes_per_value を掛けます。",
    " * bytes_per_value", "",
)
exercise.slip(
    "counts_bits",
    "8 を掛けて、ビットの数にしています。求めるのはバイト数です。",
    " * bytes_per_value", " * bytes_per_value * 8",
)
exercise.slip(
    "divides_by_the_neighbours",
    "n−1 で割っています。チャンクは人数と同じ n 個に分けます。",
    "2 * (n_workers - 1) / n_workers * n_values",
    "2 * n_values * (n_workers > 1)  * n_workers / max(n_workers - 1, 1)",
)
exercise.slip(
    "cuts_the_rest_off",
    "// で、余りを切り捨てています。/ で割ってください。",
    "2 * (n_workers - 1) / n_workers * n_values",
    "2.0 * (n_workers - 1) * (n_values // n_workers)",
)
exercise.slip(
    "rounds_the_chunk_up",
    "チャンクの大きさを切り上げています。等しく分けたものとして、丸めずに計算します。",
    "2 * (n_workers - 1) / n_workers * n_values",
    "2.0 * (n_workers - 1) * -(-n_values // n_workers)",
)
exercise.slip(
    "subtracts_too_late",
    "n から 1 を引くところに、かっこがありません。割り算が先に計算されます。",
    "2 * (n_workers - 1) / n_workers", "2 * n_workers - 1 / n_workers",
)


@exercise.wrong("端数を切り捨てています。割り切れないときも、丸めずに float で返します。")
def cuts_to_whole_bytes(n_values, n_workers, bytes_per_value):
    return int(2 * (n_workers - 1) / n_workers * n_values * bytes_per_value)


@exercise.right
def chunk_by_chunk(n_values, n_workers, bytes_per_value):
    chunk = n_values / n_workers * bytes_per_value
    sent = 0.0
    for _half in range(2):
        for _step in range(n_workers - 1):
            sent += chunk
    return sent


@exercise.right
def all_but_the_own_chunk(n_values, n_workers, bytes_per_value):
    total = n_values * bytes_per_value
    return 2 * (total - total / n_workers)


@exercise.right
def exact(n_values, n_workers, bytes_per_value):
    from fractions import Fraction

    return float(Fraction(2 * (n_workers - 1) * n_values * bytes_per_value, n_workers))
