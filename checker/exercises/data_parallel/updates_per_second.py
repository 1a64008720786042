"""updates_per_second: who waits for the slowest, and who does not."""

import numpy as np

from checker.exercise import Exercise
from lessons.data_parallel import updates_per_second

exercise = Exercise(
    updates_per_second,
    title="1 秒あたりの更新回数",
    statement=(
        "パラメータが 1 秒あたり何回更新されるかを求めます。通信の時間は考えません。"
        "`seconds_per_step` は、各ワーカーが勾配を 1 回求めるのにかかる秒数です。"
        "`synchronous` が True なら、全員の勾配がそろうたびに、パラメータを 1 回更新します。"
        "False なら、1 人の勾配が届くたびに 1 回更新し、その人はすぐに次の計算を始めます。"
        "答えは Python の float で、丸めません。"
    ),
    difficulty=1,
    minutes=6,
    points=2,
    hints=(
        "同期型では、いちばん遅いワーカーが終わるまで、ほかの人は待ちます。",
        "1 回に t 秒かかるなら、1 秒あたり 1/t 回です。",
        "同期型の更新の間隔は `max(seconds_per_step)` 秒です。",
        "非同期型では、各ワーカーが 1 秒あたり 1/t 回ずつ更新します。全員の回数を足します。",
        "同期型は `1 / max(seconds_per_step)`、"
        "非同期型は `sum(1 / t for t in seconds_per_step)` です。",
    ),
)


@exercise.example
def example() -> str:
    seconds = [0.5, 0.4, 2.0]
    slow, fast = (updates_per_second(seconds, synchronous) for synchronous in (True, False))
    return (
        f"3 人のワーカーが、1 回にそれぞれ {seconds[0]} 秒、{seconds[1]} 秒、{seconds[2]} 秒かかるとします。"
        f"同期型では {seconds[2]} 秒ごとに 1 回なので、1 秒あたり {slow} 回です。"
        f"非同期型では、1 人ずつが 1 秒あたり {1 / seconds[0]} 回、{1 / seconds[1]} 回、"
        f"{1 / seconds[2]} 回更新するので、合わせて {fast} 回です。"
    )


def times(rng, count, low=0.3, high=4.0) -> list[float]:
    """Different times; the slowest stands neither first nor last where three or more are given."""
    while True:
        seconds = np.sort(rng.uniform(low, high, count)).round(3).tolist()
        if all(b > 1.1 * a for a, b in zip(seconds, seconds[1:], strict=False)):
            break
    if count < 3:
        return seconds
    return [seconds[1], seconds[-1], seconds[0], *seconds[2:-1]]


def both(seconds: list[float]):
    """A synchronous and an asynchronous call with the same workers."""
    yield seconds, True
    yield seconds, False


@exercise.cases
def cases(rng):
    for call in both(times(rng, 3)):
        yield "基本", call
    yield "同期型", (times(rng, 4), True)
    yield "非同期型", (times(rng, 4), False)
    for call in both(times(rng, 1)):
        yield "ワーカーが 1 人", call
    for call in both([times(rng, 1)[0]] * 4):
        yield "速さが全員等しい", call
    for call in both(times(rng, 6, 0.3, 9)):
        yield "ワーカーが多い", call
    one, other = times(rng, 2)
    for call in both([one, other, one]):
        yield "速さの等しいワーカーが 2 人", call
    straggler = [*times(rng, 3, 0.1, 0.4), round(float(rng.uniform(30, 60)), 2)]
    for call in both(straggler):
        yield "とても遅いワーカーが 1 人", call
    for call in both(times(rng, 3, 0.002, 0.04)):
        yield "1 秒よりずっと短い", call
    for call in both(times(rng, 3, 2.0, 9.0)):
        yield "1 秒より長い", call


@exercise.wrong("同期型で、最も速いワーカーの時間を使っています。全員を待つので、最も遅い人の時間で決まります。")
def waits_for_the_fastest(seconds_per_step, synchronous):
    if synchronous:
        return 1 / min(seconds_per_step)
    return sum(1 / t for t in seconds_per_step)


@exercise.wrong("同期型で、時間の平均を使っています。全員を待つので、最も遅い人の時間で決まります。")
def waits_for_the_mean(seconds_per_step, synchronous):
    if synchronous:
        return len(seconds_per_step) / sum(seconds_per_step)
    return sum(1 / t for t in seconds_per_step)


@exercise.wrong("同期型で、ワーカーの数だけ更新すると数えています。全員の勾配を平均して、更新は 1 回です。")
def counts_an_update_for_each_worker(seconds_per_step, synchronous):
    if synchronous:
        return len(seconds_per_step) / max(seconds_per_step)
    return sum(1 / t for t in seconds_per_step)


@exercise.wrong("同期型で、時間を合計しています。ワーカーは同時に計算するので、最も遅い人の時間で決まります。")
def lets_them_work_in_turn(seconds_per_step, synchronous):
    if synchronous:
        return 1 / sum(seconds_per_step)
    return sum(1 / t for t in seconds_per_step)


@exercise.wrong("非同期型で、時間の平均から求めています。1/t を 1 人ずつ求めてから、足します。")
def takes_the_mean_time(seconds_per_step, synchronous):
    if synchronous:
        return 1 / max(seconds_per_step)
    return len(seconds_per_step) ** 2 / sum(seconds_per_step)


@exercise.wrong("非同期型で、時間の平均の逆数を求めています。1/t を 1 人ずつ求めてから、全員の分を足します。")
def inverts_the_mean_time(seconds_per_step, synchronous):
    if synchronous:
        return 1 / max(seconds_per_step)
    return len(seconds_per_step) / sum(seconds_per_step)


@exercise.wrong("非同期型で、全員を最も遅い人の速さで数えています。速い人は、待たずに多く更新します。")
def slows_everyone_down(seconds_per_step, synchronous):
    if synchronous:
        return 1 / max(seconds_per_step)
    return len(seconds_per_step) / max(seconds_per_step)


@exercise.wrong("非同期型で、最も速いワーカーだけを数えています。遅い人も更新するので、全員の回数を足します。")
def counts_the_fastest_alone(seconds_per_step, synchronous):
    if synchronous:
        return 1 / max(seconds_per_step)
    return 1 / min(seconds_per_step)


@exercise.wrong("非同期型で、全員の回数を平均しています。どの人の更新も 1 回なので、足すだけにします。")
def averages_the_rates(seconds_per_step, synchronous):
    if synchronous:
        return 1 / max(seconds_per_step)
    return sum(1 / t for t in seconds_per_step) / len(seconds_per_step)


@exercise.wrong("非同期型で、時間の合計の逆数を求めています。1/t を 1 人ずつ求めてから、足します。")
def inverts_the_total(seconds_per_step, synchronous):
    if synchronous:
        return 1 / max(seconds_per_step)
    return 1 / sum(seconds_per_step)


@exercise.wrong("同期型で、最後のワーカーの時間を使っています。最も遅い人がどこに並ぶかは、決まっていません。")
def waits_for_the_last(seconds_per_step, synchronous):
    if synchronous:
        return 1 / seconds_per_step[-1]
    return sum(1 / t for t in seconds_per_step)


@exercise.wrong("同期型で、最初のワーカーの時間を使っています。最も遅い人がどこに並ぶかは、決まっていません。")
def waits_for_the_first(seconds_per_step, synchronous):
    if synchronous:
        return 1 / seconds_per_step[0]
    return sum(1 / t for t in seconds_per_step)


@exercise.wrong("非同期型で、最初のワーカーだけを数えています。足し終わってから、for の外で return します。")
def returns_inside_the_loop(seconds_per_step, synchronous):
    return 1 / (max(seconds_per_step) if synchronous else seconds_per_step[0])


@exercise.wrong("非同期型で、回数を 1 人ずつ整数に切り捨てています。端数のまま足します。")
def cuts_the_rates_off(seconds_per_step, synchronous):
    if synchronous:
        return 1 / max(seconds_per_step)
    return sum(1 // t for t in seconds_per_step)


@exercise.wrong("同期型と非同期型が逆です。全員を待つのは、synchronous が True のときです。")
def swaps_the_two(seconds_per_step, synchronous):
    if not synchronous:
        return 1 / max(seconds_per_step)
    return sum(1 / t for t in seconds_per_step)


@exercise.wrong("いつも同期型の数え方です。synchronous が False のときは、待たずに更新します。")
def always_waits(seconds_per_step, synchronous):
    return 1 / max(seconds_per_step)


@exercise.wrong("いつも非同期型の数え方です。synchronous が True のときは、最も遅い人を待ちます。")
def never_waits(seconds_per_step, synchronous):
    return sum(1 / t for t in seconds_per_step)


@exercise.wrong("1 回の更新にかかる秒数を返しています。求めるのは、その逆数の、1 秒あたりの回数です。")
def returns_the_seconds(seconds_per_step, synchronous):
    if synchronous:
        return max(seconds_per_step)
    return 1 / sum(1 / t for t in seconds_per_step)


@exercise.wrong("時間そのものを返しています。1 回に t 秒かかるなら、1 秒あたり 1/t 回です。")
def forgets_to_invert(seconds_per_step, synchronous):
    return max(seconds_per_step) if synchronous else sum(seconds_per_step)


@exercise.wrong("1 分あたりの回数になっています。求めるのは 1 秒あたりなので、60 を掛けません。")
def counts_a_minute(seconds_per_step, synchronous):
    if synchronous:
        return 60 / max(seconds_per_step)
    return sum(60 / t for t in seconds_per_step)


@exercise.wrong("同じ速さのワーカーを 1 人と数えています。同じ速さでも、1 人ずつ数えます。")
def counts_equal_workers_once(seconds_per_step, synchronous):
    if synchronous:
        return 1 / max(seconds_per_step)
    return sum(1 / t for t in set(seconds_per_step))


@exercise.right
def loop(seconds_per_step, synchronous):
    slowest, rate = 0.0, 0.0
    for seconds in seconds_per_step:
        slowest = max(slowest, seconds)
        rate += 1 / seconds
    return 1 / slowest if synchronous else rate


@exercise.right
def numpy_minded(seconds_per_step, synchronous):
    rates = 1 / np.array(seconds_per_step)
    return rates.min() if synchronous else rates.sum()


@exercise.right
def by_the_slowest_rate(seconds_per_step, synchronous):
    rates = [1 / t for t in seconds_per_step]
    return min(rates) if synchronous else sum(rates)
