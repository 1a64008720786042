"""divergent_cycles: a warp goes through every side of a branch that one of its threads takes."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.gpu import divergent_cycles

exercise = Exercise(
    divergent_cycles,
    title="ワープの分岐にかかるサイクル",
    statement=(
        "GPU のスレッドは、先頭から `warp_size` 個ずつの組（ワープ）になり、組の全員が同じ命令で進みます。"
        "`taken` は bool のテンソル [n] で、if に進むスレッドが True、else に進むスレッドが False です。"
        "if に進むスレッドが組に 1 つでもあれば、その組には `cycles_if` サイクルがかかります。"
        "else に進むスレッドが 1 つでもあれば、`cycles_else` サイクルがかかります。"
        "両方いれば、両方のサイクルがかかります。"
        "最後の組は短いことがあり、全部の組の合計を int で返します。"
    ),
    difficulty=2,
    minutes=8,
    points=2,
    hints=(
        "まず、1 つのワープについて、if の側と else の側にそれぞれ進むスレッドがいるかを調べます。",
        "`taken.split(warp_size)` は、先頭から `warp_size` 個ずつに分けます。最後は短くても構いません。",
        "`warp.any()` は、True が 1 つでもあれば真です。`warp.all()` は、全部が True なら真です。",
        "else に進むスレッドがいるのは、全部が True ではないとき、つまり `not warp.all()` のときです。",
        "2 つの if を別々に書きます。`elif` や `else` にすると、両方の側に進む組を数えられません。",
    ),
)

EXAMPLE = (torch.tensor([True, True, True, False, False, True, False, False, False]), 4, 10, 3)


@exercise.example
def example() -> str:
    taken, size, cost_if, cost_else = EXAMPLE
    parts = [divergent_cycles(warp, size, cost_if, cost_else) for warp in taken.split(size)]
    return (
        f"`taken` が `{taken.tolist()}` で、`warp_size={size}`、"
        f"`cycles_if={cost_if}`、`cycles_else={cost_else}` とします。"
        f"ワープは {len(parts)} つで、初めの 2 つには True と False の両方があります。"
        f"そのため、どちらにも {cost_if} + {cost_else} = {parts[0]} サイクルかかります。"
        f"最後のワープは False だけなので、{parts[-1]} サイクルです。"
        f"合計は {' + '.join(map(str, parts))} = {sum(parts)} です。"
    )


def warps(rng, kinds: str, size: int, last: int | None = None) -> torch.Tensor:
    """Warps that go to the if (i), to the else (e), mostly to the if (m) or mostly not (f)."""
    parts = []
    for kind in kinds:
        minority = set(rng.permutation(size)[: max(1, size // 4)].tolist())
        rare = {"m": True, "f": False}
        parts.append([
            kind == "i" or (kind in rare and (rare[kind] != (place in minority)))
            for place in range(size)
        ])  # fmt: skip
    if last is not None:
        parts[-1] = parts[-1][:1] * last
    return torch.tensor(sum(parts, []))


@exercise.cases
def cases(rng):
    def costs() -> tuple[int, int]:
        """Two costs that no swap or sum makes alike."""
        return int(rng.integers(40, 90)), int(rng.integers(5, 20))

    def mixed(kinds: str) -> str:
        return "".join(kinds[i] for i in rng.permutation(len(kinds)))

    yield "基本", (warps(rng, mixed("ieemmmfff"), 8), 8, *costs())
    yield "基本", (warps(rng, mixed("iiiemmff"), 4), 4, *reversed(costs()))
    yield "問題文の例", EXAMPLE
    yield "全員が if に進む", (warps(rng, "iii", 8), 8, *costs())
    yield "全員が else に進む", (warps(rng, "eee", 8), 8, *costs())
    yield "ワープごとにそろう", (warps(rng, mixed("iieee"), 8), 8, *costs())
    alternating = torch.arange(40) % 2 == int(rng.integers(2))
    yield "1 つおきに分かれる", (alternating, 8, *costs())
    yield "ワープが 1 つだけ", (warps(rng, "f", 16), 16, *costs())
    yield "スレッドがワープより少ない", (warps(rng, "f", 9), 32, *costs())
    yield "最後のワープが短い", (warps(rng, "miei", 8, 3), 8, *costs())
    yield "最後のワープが 1 つのスレッド", (warps(rng, "mfie", 8, 1), 8, *costs())
    yield "1 つのスレッドのワープ", (warps(rng, "mf", 12), 1, *costs())
    yield "32 個のスレッドのワープ", (warps(rng, mixed("imfe"), 32), 32, *costs())
    yield "else の側が空", (warps(rng, mixed("iemf"), 8), 8, costs()[0], 0)


LOOP = (
    "    for warp in taken.split(warp_size):\n"
    "        if warp.any():\n"
    "            total += cycles_if\n"
    "        if not warp.all():\n"
    "            total += cycles_else\n"
)
exercise.slip(
    "counts_single_threads",
    "スレッドごとのサイクルを足しています。組の全員が同時に進むので、1 つの組で 1 度だけ数えます。",
    LOOP,
    "    for one in taken:\n        total += cycles_if if one else cycles_else\n",
)
exercise.slip(
    "takes_the_longer_side",
    "両方に分かれた組で、長いほうしか数えていません。片方ずつ順に進むので、両方を足します。",
    LOOP,
    "    for warp in taken.split(warp_size):\n"
    "        sides = [cycles_if] * bool(warp.any()) + [cycles_else] * (not warp.all())\n"
    "        total += max(sides)\n",
)
exercise.slip(
    "never_counts_both_sides",
    "両方に分かれた組で、else の側を数えていません。2 つの if を別々に書き、else の側は not warp.all() で調べます。",
    "        if not warp.all()", "        elif not warp.all()",
)
exercise.slip(
    "follows_the_majority",
    "多いほうの側しか数えていません。1 つでも進むスレッドがあれば、その側のサイクルがかかります。",
    LOOP,
    "    for warp in taken.split(warp_size):\n"
    "        total += cycles_if if 2 * int(warp.sum()) > len(warp) else cycles_else\n",
)
exercise.slip(
    "always_pays_for_both",
    "どの組でも両方を数えています。全員が同じ側に進む組では、もう片方のサイクルはかかりません。",
    LOOP,
    "    for warp in taken.split(warp_size):\n        total += cycles_if + cycles_else\n",
)
exercise.slip(
    "drops_the_short_warp",
    "最後の短い組を数えていません。スレッドが warp_size 個に満たなくても、1 つの組です。",
    "taken.split(warp_size)", "taken[: len(taken) // warp_size * warp_size].split(warp_size)",
)
exercise.slip(
    "pads_the_short_warp",
    "最後の短い組に、False を補っています。いないスレッドは、どちらの側にも進みません。",
    "taken.split(warp_size)",
    "torch.cat([taken, torch.zeros(-len(taken) % warp_size).bool()]).split(warp_size)",
)
exercise.slip(
    "takes_all_threads_for_one_warp",
    "全部のスレッドを 1 つの組としています。warp_size 個ずつに分けて、組ごとに数えます。",
    "taken.split(warp_size)", "[taken]",
)
exercise.slip(
    "asks_all_for_the_if",
    "if の側に、全員が進むときしか数えていません。1 つでも進むスレッドがあれば数えるので、any を使います。",
    "warp.any()", "warp.all()",
)
exercise.slip(
    "swaps_the_costs",
    "2 つのサイクルの数が逆です。True が if の側で、cycles_if がかかります。",
    "        if warp.any():\n            total += cycles_if\n        if not warp.all():\n            total += cycles_else",
    "        if warp.any():\n            total += cycles_else\n        if not warp.all():\n            total += cycles_if",
)
exercise.slip(
    "multiplies_by_the_threads",
    "サイクルにスレッドの数を掛けています。組の全員が同時に進むので、サイクルは人数によりません。",
    "total += cycles_if", "total += cycles_if * len(warp)",
)
exercise.slip(
    "deals_the_threads_out",
    "スレッドを 1 つずつ順に別の組へ配っています。隣り合う warp_size 個が、1 つの組になります。",
    "taken.split(warp_size)",
    "[taken[i :: -(-len(taken) // warp_size)] for i in range(-(-len(taken) // warp_size))]",
)
exercise.slip(
    "makes_so_many_warps",
    "warp_size 個の組に分けています。warp_size は、組の数ではなく、1 つの組のスレッドの数です。",
    "taken.split(warp_size)", "taken.chunk(warp_size)",
)
exercise.slip(
    "returns_the_slowest_warp",
    "最も長い組だけを返しています。求めるのは、全部の組の合計です。",
    LOOP,
    "    for warp in taken.split(warp_size):\n"
    "        cycles = cycles_if * bool(warp.any()) + cycles_else * bool((~warp).any())\n"
    "        total = max(total, cycles)\n",
)
exercise.slip(
    "returns_the_mean",
    "組ごとのサイクルの平均です。求めるのは、全部の組の合計です。",
    "return total", "return total / len(taken.split(warp_size))",
)


@exercise.right
def loop(taken, warp_size, cycles_if, cycles_else):
    total = 0
    for start in range(0, len(taken), warp_size):
        warp = taken[start : start + warp_size].tolist()
        if True in warp:
            total += cycles_if
        if False in warp:
            total += cycles_else
    return total


@exercise.right
def three_kinds_of_warps(taken, warp_size, cycles_if, cycles_else):
    total = 0
    for warp in torch.split(taken, warp_size):
        going = int(warp.sum())
        if going == len(warp):
            total += cycles_if
        elif going == 0:
            total += cycles_else
        else:
            total += cycles_if + cycles_else
    return total


@exercise.right
def numpy_minded(taken, warp_size, cycles_if, cycles_else):
    values = taken.numpy()
    starts = np.arange(0, len(values), warp_size)
    some_if = np.logical_or.reduceat(values, starts).sum()
    some_else = np.logical_or.reduceat(~values, starts).sum()
    return int(some_if) * cycles_if + int(some_else) * cycles_else


@exercise.right
def sets_of_warps(taken, warp_size, cycles_if, cycles_else):
    places = enumerate(taken.tolist())
    sides = {(place // warp_size, side) for place, side in places}
    return sum(cycles_if if side else cycles_else for _, side in sides)
