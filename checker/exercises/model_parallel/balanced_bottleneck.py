"""balanced_bottleneck: the least possible time of the busiest worker of a pipeline."""

import math
from collections.abc import Callable

import numpy as np

from checker.exercise import Exercise
from lessons.model_parallel import balanced_bottleneck

exercise = Exercise(
    balanced_bottleneck,
    title="最も忙しいワーカーを楽にする分け方",
    statement=(
        "層の並びを、順番を変えずに、`n_workers` 個の連続した組に分けます。"
        "`costs` は各層の計算時間（秒）で、組の時間は、その組の層の時間の合計です。"
        "パイプラインの速さは、時間が最も長い組で決まります。"
        "すべての分け方の中で、最も長い組の時間が最小になるものを選び、その時間（秒）を返します。"
        "返すのは分け方ではなく、float の時間だけで、丸めません。"
        "層を 1 つも持たないワーカーがいても構わず、ワーカーが層より多いこともあります。"
    ),
    difficulty=3,
    minutes=20,
    points=4,
    hints=(
        "ワーカーが 1 つなら、答えは `sum(costs)` です。2 つなら、切る場所をすべて試せます。",
        "切る場所が `start` なら、長いほうの組の時間は "
        "`max(sum(costs[:start]), sum(costs[start:]))` です。",
        "ワーカーが増えたら、最後のワーカーが受け持つ層の始まりをすべて試します。"
        "残りの層は、1 つ少ないワーカーの問題になります。",
        "先頭の i 層をすべての i について、ワーカー 1 つのときから順に解いておくと、前の答えを使えます。",
        "再帰でも書けます。`rest = balanced_bottleneck(costs[:start], n_workers - 1)` と "
        "`sum(costs[start:])` の大きいほうを、すべての `start`（0 から層の数まで）で比べ、最小を選びます。"
        "層がないときは 0、ワーカーが 1 つのときは合計を返して止めます。",
    ),
)

EXAMPLE = ([4.0, 1.0, 3.0, 2.0, 5.0], 3)


@exercise.example
def example() -> str:
    costs, workers = EXAMPLE
    best = balanced_bottleneck(costs, workers)
    worse = max(sum(costs[:1]), sum(costs[1:3]), sum(costs[3:]))
    return (
        f"`costs={costs}`、`n_workers={workers}` とします。"
        f"`{costs[:1]}`、`{costs[1:3]}`、`{costs[3:]}` と分けると、最も長い組は {worse} 秒です。"
        f"`{costs[:2]}`、`{costs[2:4]}`、`{costs[4:]}` と分けると、{best} 秒に縮みます。"
        f"これより短くする分け方はないので、答えは {best} です。"
    )


def layers(
    rng, count: int, workers: int, lucky: tuple[str, ...] = (), arrange: Callable = list
) -> tuple[list[float], int]:
    """Times of layers for which the lucky shortcuts find the best partition, and no others."""
    while True:
        costs = arrange((rng.integers(10, 100, count) / 10).tolist())
        best = balanced_bottleneck(costs, workers)
        found = (exercise.wrongs[name].function(costs, workers) for name in SHORTCUTS)
        if all(
            (abs(time - best) < 1e-6) == (name in lucky)
            for name, time in zip(SHORTCUTS, found, strict=True)
        ):
            return costs, workers


@exercise.cases
def cases(rng):
    yield "基本", layers(rng, 6, 3)
    yield "基本", layers(rng, 7, 3)
    yield "問題文の例", EXAMPLE
    yield "ワーカーが 2 つ", layers(rng, 7, 2, lucky=("splits_in_two", "fills_up_to_the_average"))
    yield "ワーカーが 4 つ", layers(rng, 9, 4)
    yield "ワーカーが 1 つだけ", ((rng.integers(10, 100, 6) / 10).tolist(), 1)
    yield (
        "ワーカーが層と同じ数",
        layers(rng, 4, 4, lucky=(*ONE_LAYER_EACH, "loses_the_remaining_layers")),
    )
    spared = "fills_beyond_the_average", "leaves_one_worker_out"
    yield "ワーカーが層より多い", layers(rng, 3, 7, lucky=(*ONE_LAYER_EACH, *spared))
    time = int(rng.integers(10, 90)) / 10
    yield "層が 1 つだけ", ([time], 3)
    yield "層もワーカーも 1 つ", ([time], 1)
    yield "どの層も同じ時間で、割り切れない", ([time] * 7, 3)
    yield "1 つの層だけがとても長い", ([1.5, 2.5, 1.0, 80.0 + time, 2.0, 1.5, 3.0], 3)
    yield "だんだん長くなる", layers(rng, 8, 3, arrange=sorted)
    yield "だんだん短くなる", layers(rng, 8, 3, arrange=lambda costs: sorted(costs)[::-1])
    yield "深いネットワーク", layers(rng, 13, 4)
    costs, workers = layers(rng, 7, 3)
    yield "とても短い時間", ([cost * 1e-6 for cost in costs], workers)


@exercise.wrong(
    "平均の時間です。層は途中で分けられないので、平均ちょうどに分けられるとは限りません。"
)
def returns_the_average(costs, n_workers):
    return sum(costs) / n_workers


@exercise.wrong("最も長い層の時間です。組に 2 つ以上の層が入ると、組の時間はもっと長くなります。")
def returns_the_longest_layer(costs, n_workers):
    return max(costs)


@exercise.wrong(
    "平均と最も長い層の大きいほうは、これより短くならないという目安です。実際に分けて、組の時間を比べます。"
)
def returns_a_lower_bound(costs, n_workers):
    return max(max(costs), sum(costs) / n_workers)


@exercise.wrong("層の数がそろうように分けています。そろえたいのは、層の数ではなく時間です。")
def gives_equal_numbers_of_layers(costs, n_workers):
    return float(max(group.sum() for group in np.array_split(np.array(costs), n_workers)))


@exercise.wrong(
    "平均の時間を超えないように前から詰めています。前から詰めると、最後の組が長くなりがちです。分け方をすべて比べます。"
)
def fills_up_to_the_average(costs, n_workers):
    groups = [0.0]
    for cost in costs:
        full = groups[-1] > 0 and groups[-1] + cost > sum(costs) / n_workers
        if full and len(groups) < n_workers:
            groups.append(0.0)
        groups[-1] += cost
    return max(groups)


@exercise.wrong(
    "平均の時間に届くまで、前から詰めています。前から決めるだけでは、最もよい分け方になるとは限りません。"
)
def fills_beyond_the_average(costs, n_workers):
    groups = [0.0]
    for cost in costs:
        if groups[-1] >= sum(costs) / n_workers and len(groups) < n_workers:
            groups.append(0.0)
        groups[-1] += cost
    return max(groups)


@exercise.wrong("層の順番を変えて組を作っています。組は、元の順番のまま連続した層で作ります。")
def changes_the_order(costs, n_workers):
    groups = [0.0] * n_workers
    for cost in sorted(costs, reverse=True):
        groups[groups.index(min(groups))] += cost
    return max(groups)


@exercise.wrong(
    "層を 1 つずつ順番に配っています。各ワーカーは、となり合う層をまとめて受け持ちます。"
)
def deals_the_layers_out(costs, n_workers):
    return max(sum(costs[worker::n_workers]) for worker in range(min(n_workers, len(costs))))


@exercise.wrong(
    "層を 1 つずつ、そのとき最も暇なワーカーに渡しています。"
    "各ワーカーは、となり合う層をまとめて受け持ちます。"
)
def gives_to_the_idlest(costs, n_workers):
    groups = [0.0] * n_workers
    for cost in costs:
        groups[groups.index(min(groups))] += cost
    return max(groups)


@exercise.wrong("同じ数の層ずつに区切っています。そろえたいのは、層の数ではなく時間です。")
def cuts_at_equal_steps(costs, n_workers):
    size = math.ceil(len(costs) / n_workers)
    return max(sum(costs[i : i + size]) for i in range(0, len(costs), size))


@exercise.wrong("区切りからはみ出した層が抜けています。すべての層を、どれかの組に入れます。")
def loses_the_remaining_layers(costs, n_workers):
    size = len(costs) // n_workers
    return float(max(sum(costs[k * size : (k + 1) * size]) for k in range(n_workers)))


@exercise.wrong("2 つの組に分けたときの答えです。n_workers 個の組に分けます。")
def splits_in_two(costs, n_workers):
    return min(max(sum(costs[:i]), sum(costs[i:])) for i in range(len(costs) + 1))


@exercise.wrong("最も短い組の時間を返しています。パイプラインの速さを決めるのは、最も長い組です。")
def returns_the_idlest_worker(costs, n_workers):
    import itertools

    cuts = itertools.combinations_with_replacement(range(len(costs) + 1), n_workers - 1)
    groups = [
        [sum(costs[i:j]) for i, j in itertools.pairwise((0, *cut, len(costs)))] for cut in cuts
    ]
    return float(min(min(group) for group in groups))


@exercise.wrong(
    "すべての層の合計です。1 つのワーカーが全部を受け持つ、最も悪い分け方の時間になります。"
)
def returns_the_total(costs, n_workers):
    return float(sum(costs))


@exercise.wrong(
    "どのワーカーにも 1 つ以上の層を持たせているので、ワーカーが層より多いと、分け方が 1 つもなくなります。"
)
def demands_a_layer_each(costs, n_workers):
    import itertools

    cuts = itertools.combinations(range(1, len(costs)), n_workers - 1)
    return min(
        max(sum(costs[i:j]) for i, j in itertools.pairwise((0, *cut, len(costs)))) for cut in cuts
    )


exercise.slip(
    "cuts_once_too_often",
    "組が 1 つ多くなっています。切れ目が k 個なら、組は k + 1 個です。",
    "range(n_workers)",
    "range(n_workers + 1)",
)


exercise.slip(
    "leaves_one_worker_out",
    "使っているワーカーが 1 つ足りません。切れ目は n_workers − 1 個なので、組は n_workers 個です。",
    "range(n_workers)",
    "range(max(1, n_workers - 1))",
)

# Wrong answers that find the best partition of some layers by luck; all of ONE_LAYER_EACH do where
# there is a worker for each layer.
SHORTCUTS = (
    "returns_the_average",
    "returns_the_longest_layer",
    "returns_a_lower_bound",
    "gives_equal_numbers_of_layers",
    "fills_up_to_the_average",
    "fills_beyond_the_average",
    "changes_the_order",
    "deals_the_layers_out",
    "gives_to_the_idlest",
    "cuts_at_equal_steps",
    "loses_the_remaining_layers",
    "splits_in_two",
    "cuts_once_too_often",
    "leaves_one_worker_out",
)


ONE_LAYER_EACH = (
    "returns_the_longest_layer",
    "returns_a_lower_bound",
    "gives_equal_numbers_of_layers",
    "fills_up_to_the_average",
    "changes_the_order",
    "deals_the_layers_out",
    "gives_to_the_idlest",
    "cuts_at_equal_steps",
    "cuts_once_too_often",
)


@exercise.right
def tries_all_cuts(costs, n_workers):
    import itertools

    layers = len(costs)
    best = math.inf
    for cuts in itertools.combinations_with_replacement(range(layers + 1), n_workers - 1):
        borders = [0, *cuts, layers]
        groups = [sum(costs[borders[k] : borders[k + 1]]) for k in range(n_workers)]
        best = min(best, max(groups))
    return best


@exercise.right
def recursive(costs, n_workers):
    if not costs:
        return 0.0
    if n_workers == 1:
        return sum(costs)
    return min(
        max(balanced_bottleneck(costs[:start], n_workers - 1), sum(costs[start:]))
        for start in range(len(costs) + 1)
    )


@exercise.right
def tries_all_limits(costs, n_workers):
    sums = sorted(sum(costs[i:j]) for i in range(len(costs)) for j in range(i + 1, len(costs) + 1))
    for limit in sums:
        workers, load = 1, 0.0
        for cost in costs:
            load += cost
            if load > limit * (1 + 1e-12):
                workers, load = workers + 1, cost
        if max(costs) <= limit and workers <= n_workers:
            return limit
