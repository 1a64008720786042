"""async_sgd: a push stems from what its worker pulled, and the server waits for nobody.

The cases name the gradient by its formula; the observer makes the function of it.
"""

import torch
from torch import Tensor

from checker.exercise import Exercise
from lessons.data_parallel import async_sgd

exercise = Exercise(
    async_sgd,
    title="非同期型の SGD とステイルネス",
    statement=(
        "パラメータサーバで非同期型の SGD を行い、最後のパラメータと、各更新のステイルネスを返します。"
        "はじめに、`arrivals` に現れるすべてのワーカーが `theta` を受け取ります（pull）。"
        "`arrivals` の順に、ワーカーは自分が受け取ったパラメータで勾配 `gradient(パラメータ, worker)` を求めて送り、"
        "サーバはすぐに 1 回更新します（push）。"
        "送ったワーカーだけが、更新後のパラメータを受け取り、次の計算を始めます。"
        "ステイルネスは、そのワーカーが受け取ってから送るまでに、サーバが行った更新の回数です。"
        "自分が送った勾配による更新は数えません。"
    ),
    difficulty=3,
    minutes=15,
    points=4,
    hints=(
        "サーバの最新のパラメータと、各ワーカーが受け取ったパラメータを、別々に覚えておきます。",
        "受け取ったときに、サーバが何回更新していたかも、一緒に覚えておきます。"
        "ステイルネスは、送るときの更新回数との差です。",
        "番号は連番とは限らないので、リストではなく辞書を使います。"
        "`pulled = {worker: (theta, 0) for worker in arrivals}` で、全員が受け取ります。",
        "`for version, worker in enumerate(arrivals):` とすると、"
        "`version` は、それまでにサーバが更新した回数です。",
        "`old_theta, old_version = pulled[worker]` を取り出し、"
        "`version - old_version` を記録して、`theta = theta - lr * gradient(old_theta, worker)` とします。",
        "最後に `pulled[worker] = (theta, version + 1)` とします。"
        "1 を足すのは、自分の更新が済んだあとに受け取るからです。",
    ),
)


@exercise.example
def example() -> str:
    theta, lr, arrivals = torch.tensor([8.0]), 0.25, [0, 1, 1]
    first, second = (async_sgd(lambda t, _: t, theta, lr, arrivals[:n])[0].item() for n in (1, 2))
    last, staleness = async_sgd(lambda t, _: t, theta, lr, arrivals)
    return (
        "`gradient(theta, worker)` が `theta` をそのまま返すとします。"
        f"`theta={theta.tolist()}`、`lr={lr}`、`arrivals={arrivals}` とします。"
        f"ワーカー 0 は {theta.item():g} で求めた勾配を送り、サーバは {first:g} になります。"
        f"ワーカー 1 も、はじめに受け取った {theta.item():g} で勾配を求めています。"
        f"そこでサーバは {first:g} − {lr} × {theta.item():g} = {second:g} になり、"
        f"ステイルネスは {staleness[1]} です。"
        f"続けてワーカー 1 は、受け取ったばかりの {second:g} で勾配を求めるので、"
        f"ステイルネスは {staleness[2]} です。"
        f"答えは `(tensor({last.tolist()}), {staleness})` です。"
    )


def start(rng, shape=(2,), dtype=torch.float32) -> Tensor:
    return torch.tensor(rng.uniform(2, 4, shape), dtype=dtype)


def rate(rng) -> float:
    return round(float(rng.uniform(0.1, 0.3)), 3)


def ordered(pattern: str, numbers: list[int]) -> list[int]:
    """Arrivals of this pattern, where a, b, c … are workers of these numbers."""
    return [numbers["abcdef".index(letter)] for letter in pattern]


@exercise.cases
def cases(rng):
    def three() -> list[int]:
        return rng.permutation(3).tolist()

    def any_three() -> list[int]:
        return (rng.permutation([2, 5, 9]) * 10 + rng.integers(0, 10, 3)).tolist()

    line, bent = "θ − worker", "sin(θ) + worker"
    yield "基本", (line, start(rng), rate(rng), ordered("abacbba", three()))
    yield "順番に終わる", (line, start(rng), rate(rng), ordered("abcabc", three()))
    yield "速いワーカーが 1 人", (line, start(rng), rate(rng), ordered("aaabaaaca", three()))
    yield "はじめて終わるのが遅い", (bent, start(rng), rate(rng), ordered("ababcab", three()))
    yield "1 回ずつ終わる", (line, start(rng), rate(rng), ordered("abc", three()))
    yield "ワーカーが 1 人", (bent, start(rng), rate(rng), [0, 0, 0, 0])
    yield "更新が 1 回だけ", (line, start(rng), rate(rng), [int(rng.integers(3, 9))])
    yield "番号が連番でない", (line, start(rng), rate(rng), ordered("abacbc", any_three()))
    below = [-1, int(rng.integers(4, 8)), 2]
    yield "負の番号", (line, start(rng), rate(rng), ordered("abcabbca", below))
    many = rng.permutation(6).tolist()
    yield "ワーカーが多い", (line, start(rng), rate(rng), ordered("abcdefbadfec", many))
    yield "パラメータが行列", (bent, start(rng, (2, 3)), rate(rng), ordered("abbcab", three()))
    double = start(rng, dtype=torch.float64)
    yield "倍精度", (line, double, rate(rng), ordered("abacbba", three()))


@exercise.observe
def observer(answer, gradient, theta, lr, arrivals):
    def of_formula(theta, worker):
        return theta - worker if gradient.startswith("θ") else torch.sin(theta) + worker

    return {"戻り値": answer(of_formula, theta, lr, arrivals)}


exercise.slip(
    "uses_the_newest_theta",
    "サーバの最新の theta で勾配を求めています。使うのは、そのワーカーが受け取った古い theta です。"
    "受け取った theta を -= で書き換えたときも、こうなります。",
    "gradient(old_theta, worker)", "gradient(theta, worker)",
)
exercise.slip(
    "all_pull_again",
    "どのワーカーも、いつも最新の theta を使っています。"
    "受け取り直すのは送ったワーカーだけで、ほかのワーカーの theta は、古いままです。",
    "pulled[worker] = (theta, version + 1)",
    "pulled = {w: (theta, version + 1) for w in arrivals}",
)
exercise.slip(
    "never_pulls_again",
    "送ったあとに受け取り直していません。ずっと、はじめの theta で勾配を求めています。",
    "        pulled[worker] = (theta, version + 1)\n", "",
)
exercise.slip(
    "pulls_the_first_theta_again",
    "送ったあとも、はじめの theta のままで勾配を求めています。更新後の theta を受け取り直します。",
    "(theta, version + 1)", "(old_theta, version + 1)",
)
exercise.slip(
    "counts_the_push_itself",
    "これから行う自分の更新まで数えています。送る前にサーバが行った更新だけを数えます。",
    "version - old_version", "version + 1 - old_version",
)
exercise.slip(
    "counts_its_last_push",
    "前に自分が送った勾配の更新まで数えています。受け取るのはその更新のあとなので、1 つ少なくなります。",
    "(theta, version + 1)", "(theta, version)",
)
exercise.slip(
    "pulls_before_the_update",
    "更新する前の theta を受け取っています。サーバを更新してから、新しい theta を受け取ります。",
    "theta = theta - lr * gradient(old_theta, worker)\n"
    "        pulled[worker] = (theta, version + 1)",
    "pulled[worker] = (theta, version + 1)\n"
    "        theta = theta - lr * gradient(old_theta, worker)",
)
exercise.slip(
    "pulls_late_at_first",
    "はじめて送るときに、最新の theta を受け取っています。全員が、はじめに theta を受け取っておきます。",
    "        old_theta, old_version = pulled[worker]\n",
    "        first = worker not in arrivals[:version]\n"
    "        old_theta, old_version = (theta, version) if first else pulled[worker]\n",
)
exercise.slip(
    "each_goes_its_own_way",
    "自分が受け取った theta から引いています。引くのは、サーバの最新の theta からです。"
    "そうしないと、ほかの人の更新が消えます。",
    "theta - lr", "old_theta - lr",
)
exercise.slip(
    "resets_before_recording",
    "ステイルネスがいつも 0 です。数えた回数を 0 に戻すのは、記録したあとです。",
    "version - old_version", "0",
)
exercise.slip(
    "divides_by_the_staleness",
    "学習率をステイルネスで割っています。それは安定させる工夫の 1 つで、ここでは lr のまま使います。",
    "lr * gradient", "lr / max(1, version - old_version) * gradient",
)
exercise.slip(
    "counts_workers",
    "更新したワーカーの人数を数えています。同じ人が 2 回送れば、更新も 2 回と数えます。",
    "version - old_version", "len(set(arrivals[old_version:version]))",
)
exercise.slip(
    "takes_the_usual_staleness",
    "いつもワーカーの数 − 1 にしています。それは平均の目安で、1 回ごとの値は送った順で決まります。",
    "version - old_version", "len(set(arrivals)) - 1",
)
exercise.slip(
    "records_the_version",
    "受け取ったときの更新回数を記録しています。ステイルネスは、送るときの更新回数との差です。",
    "version - old_version", "old_version",
)
exercise.slip(
    "counts_all_updates",
    "はじめからの更新回数を記録しています。受け取ったあとの更新だけを数えます。",
    "version - old_version", "version",
)
exercise.slip(
    "assumes_numbers_from_zero",
    "ワーカーの番号を、0 からの連番と見ています。番号は飛ぶことがあるので、辞書に入れます。",
    "{worker: (theta, 0) for worker in arrivals}", "[(theta, 0)] * len(set(arrivals))",
)
exercise.slip(
    "takes_numbers_for_places",
    "ワーカーの番号を、リストの位置に使っています。負の番号は後ろから数えるので、辞書に入れます。",
    "{worker: (theta, 0) for worker in arrivals}", "[(theta, 0)] * (max(arrivals) + 1)",
)
exercise.slip(
    "writes_into_theta",
    "-= は、渡された theta そのものを変えます。theta = theta - … と書くと、新しいテンソルになります。",
    "theta = theta - lr", "theta -= lr",
)
exercise.slip(
    "returns_a_list",
    "リストで返しています。return theta, staleness と書くと、タプルになります。",
    "return theta, staleness", "return [theta, staleness]",
)
exercise.slip(
    "returns_theta_alone",
    "パラメータだけを返しています。ステイルネスのリストも、return theta, staleness と一緒に返します。",
    "return theta, staleness", "return theta",
)
exercise.slip(
    "returns_them_in_the_other_order",
    "順が逆です。はじめにパラメータ、次にステイルネスのリストを返します。",
    "return theta, staleness", "return staleness, theta",
)
exercise.slip(
    "climbs_the_gradient",
    "勾配を足しています。損失を減らすには、勾配の逆の向きに進みます。",
    "theta - lr", "theta + lr",
)
exercise.slip(
    "forgets_the_learning_rate",
    "学習率を掛けていません。引くのは、lr と勾配の積です。",
    "lr * gradient", "gradient",
)


@exercise.right
def two_dictionaries(gradient, theta, lr, arrivals):
    own, waited, staleness = {}, {}, []
    for worker in set(arrivals):
        own[worker], waited[worker] = theta.clone(), 0
    for worker in arrivals:
        staleness.append(waited[worker])
        theta = theta - lr * gradient(own[worker], worker)
        own[worker], waited[worker] = theta, -1
        for other in waited:
            waited[other] += 1
    return theta, staleness


@exercise.right
def keeps_the_history(gradient, theta, lr, arrivals):
    history, staleness = [theta], []
    for t, worker in enumerate(arrivals):
        seen = max((s + 1 for s in range(t) if arrivals[s] == worker), default=0)
        staleness.append(t - seen)
        history.append(history[-1] - lr * gradient(history[seen], worker))
    return history[-1], staleness


@exercise.right
def computes_ahead(gradient, theta, lr, arrivals):
    ready = {worker: (gradient(theta, worker), 0) for worker in arrivals}
    version, staleness = 0, []
    for worker in arrivals:
        step, since = ready[worker]
        theta, version = theta.sub(step, alpha=lr), version + 1
        staleness.append(version - 1 - since)
        ready[worker] = gradient(theta, worker), version
    return theta, staleness
