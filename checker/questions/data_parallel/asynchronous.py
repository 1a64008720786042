"""02-2, after the parameter server: how often it updates, and how old each gradient is."""

import torch

from checker.catalogue import load
from checker.question import Choice, Option, Stem, blanks, item, sample, slips
from lessons.data_parallel import async_sgd, updates_per_second

SECONDS = 60


@Stem
def three_workers(rng):
    while True:
        a, b, c = (int(t) for t in rng.choice([2, 3, 4, 5, 6, 10, 12, 15], 3, replace=False))
        if max(a, b, c) >= 2 * min(a, b, c):
            break
    return (
        "ワーカー A、B、C が、別々の速さで勾配を求めています。"
        f"1 回にかかる時間は、A が {a} 秒、B が {b} 秒、C が {c} 秒です。通信の時間は考えません。"
    ), [a, b, c]


def in_a_minute(rate: float) -> str:
    return f"{SECONDS * rate:.1f} 回"


def distinct(rng, seconds, synchronous, mistakes) -> tuple[Option, ...]:
    """Three mistakes whose numbers differ from each other and from the right one."""
    right = in_a_minute(updates_per_second(seconds, synchronous))
    while True:
        chosen = sample(rng, mistakes, 3)
        wrong = slips(load("updates_per_second"), (seconds, synchronous), in_a_minute, *chosen)
        if len({right, *(option.text for option in wrong)}) == 4:
            return wrong


@item(word="同期型", keyword="データ並列化", cell="updates_per_second", stem=three_workers)
def straggler_step(rng, seconds):
    mistakes = (
        "waits_for_the_fastest",
        "waits_for_the_mean",
        "counts_an_update_for_each_worker",
        ("never_waits", "待たずに更新する数え方です。これは非同期型の回数です。"),
    )
    right = in_a_minute(updates_per_second(seconds, True))
    return Choice(
        stem=f"同期型では、{SECONDS} 秒間に何回更新しますか。",
        right=right,
        wrong=distinct(rng, seconds, True, mistakes),
        explanation=(
            "使う公式: 更新の回数 = 時間 ÷ 最も遅いワーカーの時間\n"
            f"代入: {SECONDS} ÷ {max(seconds)}\n答え: {right}"
        ),
    )


@straggler_step.by_hand
def _(once, a, b, c, duration):
    return min(duration / t for t in (a, b, c))


@item(word="非同期型", keyword="データ並列化", cell="updates_per_second", stem=three_workers)
def async_rate(rng, seconds):
    mistakes = (
        "takes_the_mean_time",
        "slows_everyone_down",
        "counts_the_fastest_alone",
        "averages_the_rates",
        ("always_waits", "最も遅い人を待つ数え方です。これは同期型の回数です。"),
    )
    right = in_a_minute(updates_per_second(seconds, False))
    return Choice(
        stem=f"非同期型では、{SECONDS} 秒間に何回更新しますか。",
        right=right,
        wrong=distinct(rng, seconds, False, mistakes),
        explanation=(
            "使う公式: 更新の回数 = Σ（時間 ÷ そのワーカーの時間）\n"
            f"代入: {' + '.join(f'{SECONDS} ÷ {t}' for t in seconds)}\n答え: {right}"
        ),
    )


@async_rate.by_hand
def _(once, a, b, c, duration):
    return duration * (b * c + a * c + a * b) / (a * b * c)


@item(word="非同期型", keyword="データ並列化", cell="updates_per_second", stem=three_workers)
def speedup_of_async(rng, seconds):
    slowest, fastest = max(seconds), min(seconds)
    ratio = updates_per_second(seconds, False) / updates_per_second(seconds, True)

    def said(times: float) -> str:
        return f"{times:.2f} 倍"

    others = (
        (3, "ワーカーの数です。速さが全員等しいときだけ、この倍率になります。"),
        (slowest / fastest, "最も速い人だけで比べています。ほかの人の更新も足します。"),
        (ratio / 3, "同期型でも、全員が 1 回ずつ更新すると数えています。平均してから、更新は 1 回です。"),
        (ratio - 1, "増えた分だけの倍率です。全部の更新の回数で比べます。"),
        (sum(seconds) / fastest, "時間を足しています。更新の回数は、1 秒あたりの回数を足して求めます。"),
    )  # fmt: skip
    while True:
        chosen = sample(rng, others, 3)
        if len({said(ratio), *(said(value) for value, _ in chosen)}) == 4:
            break
    sums = " + ".join(f"{slowest} ÷ {t}" for t in seconds)
    return Choice(
        stem="非同期型の更新の回数は、同期型の何倍ですか。",
        right=said(ratio),
        wrong=tuple(Option(said(value), reason) for value, reason in chosen),
        explanation=(
            "使う公式: 倍率 = Σ（最も遅い人の時間 ÷ そのワーカーの時間）\n"
            f"代入: {sums}\n答え: {said(ratio)}"
        ),
    )


@speedup_of_async.by_hand
def _(once, *seconds):
    return sum(1 / t for t in seconds) / min(1 / t for t in seconds)


@item(word="パラメータサーバ", keyword="データ並列化", cell="async_sgd")
def order_of_asynchronous(rng):
    wrong = (
        Option(
            "受け取る → 勾配を求める → 全員を待つ → サーバが平均して更新する",
            "全員を待つのは同期型です。非同期型では、届いた勾配ですぐに更新します。",
        ),
        Option(
            "受け取る → 勾配を求める → 送る → 全員が受け取り直す",
            "受け取り直すのは、送った人だけです。ほかの人は、計算を続けています。",
        ),
        Option(
            "勾配を求める → 最新のパラメータを受け取る → 求め直して送る",
            "求め直しません。だから、送る勾配は古くなっていることがあります。",
        ),
        Option(
            "受け取る → 自分で最後まで学習する → パラメータだけを送る",
            "1 回の勾配を求めるたびに送ります。学習が終わるのを待ちません。",
        ),
    )
    return Choice(
        stem=(
            "非同期型のデータ並列で、1 人のワーカーから見た順番はどれですか。"
            "「受け取る」と「送る」の相手は、パラメータサーバです。"
        ),
        right="受け取る → 勾配を求める → 送る → サーバがすぐに更新する",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "ワーカーはパラメータを受け取り（pull）、勾配を求めて送ります（push）。\n"
            "サーバはほかの人を待たずに更新し、送った人だけが、新しいパラメータを受け取ります。"
        ),
    )


def itself(theta, worker):
    """The gradient of half of theta squared."""
    return theta


@Stem
def arrivals(rng):
    # The three begin together; whoever is third to finish for the first time is stale by then.
    patterns = ("abacbac", "abbcabc", "aabacbc", "ababcab", "aabaacb", "abaacba")
    numbers = rng.permutation([1, 2, 3]).tolist()
    pattern = patterns[int(rng.integers(len(patterns)))]
    order = [numbers["abc".index(letter)] for letter in pattern]
    theta = int(rng.choice([16, 32, 64]))
    listed = " → ".join(map(str, order))
    return (
        "番号 1、2、3 のワーカーが、パラメータサーバから同じ θ を受け取り、非同期型で学習を始めました。"
        f"計算を終えて勾配を送った順は、{listed} です。送った人は、更新された θ をすぐに受け取ります。"
    ), (theta, order)


def since(order: list[int], asked: int) -> str:
    """When the worker of a push had pulled, and who pushed in between."""
    worker = order[asked - 1]
    pulled = max((t for t in range(1, asked) if order[t - 1] == worker), default=0)
    between = " → ".join(map(str, order[pulled : asked - 1]))
    when = f"{pulled} 番目に送ったあとに受け取りました。" if pulled else "はじめに受け取りました。"
    return when + (f"その間に送ったのは、{between} です。" if between else "その間に送った人はいません。")


@item(word="ステイルネス", keyword="データ並列化", cell="async_sgd", stem=arrivals)
def staleness_of_a_push(rng, drawn):
    theta, order = drawn
    mistakes = (
        "counts_the_push_itself",
        "counts_its_last_push",
        "counts_workers",
        ("takes_the_usual_staleness", "ワーカーの数 − 1 です。それは平均の目安で、送った順によって変わります。"),
        ("records_the_version", "受け取ったときまでの更新の回数です。受け取ったあとの更新を数えます。"),
        ("counts_all_updates", "はじめからの更新の回数です。受け取ったあとの更新だけを数えます。"),
    )  # fmt: skip
    arguments = itself, torch.tensor(float(theta)), 0.25, order

    # Every push has its staleness; ask for one at which three mistakes come to other numbers.
    while True:
        asked = int(rng.integers(3, len(order) + 1))

        def said(result: tuple) -> str:
            return f"{result[1][asked - 1]} 回"  # noqa: B023

        wrong = slips(load("async_sgd"), arguments, said, *sample(rng, mistakes, 3))
        right = said(async_sgd(*arguments))
        if len({right, *(option.text for option in wrong)}) == 4:
            break
    return Choice(
        stem=f"{asked} 番目に送られた勾配のステイルネスは何回ですか。",
        right=right,
        wrong=wrong,
        explanation=(
            "使う公式: ステイルネス = 受け取ってから送るまでに、ほかから更新された回数\n"
            f"代入: {asked} 番目に送ったワーカー {order[asked - 1]} は、{since(order, asked)}\n"
            f"答え: {right}"
        ),
    )


@staleness_of_a_push.by_hand
def _(one, two, three, *numbers):
    *order, asked = (int(n) for n in numbers)
    before = order[: asked - 1][::-1]
    return before.index(order[asked - 1]) if order[asked - 1] in before else len(before)


@item(word="非同期型", keyword="データ並列化", cell="async_sgd", stem=arrivals)
def theta_after_pushes(rng, drawn):
    theta, order = drawn
    lr, count = 0.25, 3

    def said(result: tuple) -> str:
        return f"{result[0].item():.2f}".replace("-", "−")

    mistakes = (
        ("uses_the_newest_theta", "送る時点の最新の θ で勾配を求めています。使うのは、その人が受け取った θ です。"),
        ("forgets_the_learning_rate", "学習率を掛けていません。引くのは、学習率と勾配の積です。"),
        "climbs_the_gradient",
    )  # fmt: skip
    start = torch.tensor(float(theta), dtype=torch.float64)
    arguments = itself, start, lr, order[:count]
    once, short = (said(async_sgd(itself, start, lr, order[:n])) for n in (1, 2))
    used = {0: f"{theta}", 1: once, 2: short}[2 - async_sgd(*arguments)[1][2]]
    wrong = (
        *slips(load("async_sgd"), arguments, said, *mistakes),
        Option(short, "更新が 1 回足りません。3 番目に送られた勾配でも更新します。"),
    )
    right = said(async_sgd(*arguments))
    return Choice(
        stem=(
            f"はじめの θ は {theta}、学習率は {lr} で、勾配は θ そのものとします。"
            f"{count} 番目の更新のあとの θ はどれですか。"
        ),
        right=right,
        wrong=sample(rng, wrong, 3),
        explanation=(
            "使う公式: θ ← θ − η ×（送った人が受け取った θ）\n"
            f"代入: はじめの 2 回で {theta} → {once} → {short} と変わります。"
            f"3 番目に送った人が受け取っていたのは {used} なので、{short} − {lr} × {used}\n"
            f"答え: {right}"
        ),
    )


@theta_after_pushes.by_hand
def _(one, two, three, *numbers):
    *order, start, lr, count = numbers
    history = [start]
    for t in range(int(count)):
        seen = max((s + 1 for s in range(t) if order[s] == order[t]), default=0)
        history.append(history[-1] - lr * history[seen])
    return history[-1]


@item(word="ステイルネス", keyword="データ並列化", cell="async_sgd")
def async_sgd_code(rng):
    age, used, seen = "version - old_version", "old_theta", "version + 1"
    mistakes = {
        "uses_the_newest_theta": (age, "theta", seen),
        "counts_the_push_itself": ("version + 1 - old_version", used, seen),
        "counts_its_last_push": (age, used, "version"),
        "records_the_version": ("old_version", used, seen),
        "counts_all_updates": ("version", used, seen),
    }
    return blanks(
        load("async_sgd"),
        stem=(
            "パラメータサーバの更新と、ステイルネスの記録を書きます。"
            "`version` は、それまでにサーバが更新した回数です。"
            "［ア］、［イ］、［ウ］に入る組を選んでください。"
        ),
        code=(
            "def async_sgd(gradient, theta, lr, arrivals):\n"
            "    pulled = {worker: (theta, 0) for worker in arrivals}\n"
            "    staleness = []\n"
            "    for version, worker in enumerate(arrivals):\n"
            "        old_theta, old_version = pulled[worker]\n"
            "        staleness.append(［ア］)\n"
            "        theta = theta - lr * gradient(［イ］, worker)\n"
            "        pulled[worker] = (theta, ［ウ］)\n"
            "    return theta, staleness"
        ),
        right=(age, used, seen),
        wrong=dict(sample(rng, tuple(mistakes.items()), 3)),
        explanation=(
            "ステイルネスは、受け取ったときと送るときの、更新の回数の差です。\n"
            "勾配は受け取った θ で求めます。受け取るのは自分の更新のあとなので、1 を足します。"
        ),
    )


@item(word="ステイルネス", keyword="データ並列化", cell="async_sgd")
def mean_staleness(rng):
    workers = 2 * int(rng.integers(3, 9)) + 1

    def said(count: int) -> str:
        return f"{count} 回"

    wrong = (
        Option(said(workers), "自分の更新も数えています。受け取るのは、自分の更新のあとです。"),
        Option(said(1), "すぐ前の 1 人だけを数えています。1 周の間に、ほかの全員が更新します。"),
        Option(said((workers - 1) // 2), "半分にしています。1 回の計算のあいだに、ほかの全員が 1 回ずつ更新します。"),
        Option(said(2 * workers - 1), "2 周分を数えています。送るたびに受け取り直すので、1 周分です。"),
    )  # fmt: skip
    return Choice(
        stem=(
            f"同じ速さのワーカー {workers} 人が、決まった順に勾配を送り続けます。"
            "非同期型で 2 周目からのステイルネスは、いつも何回ですか。"
        ),
        right=said(workers - 1),
        wrong=sample(rng, wrong, 3),
        explanation=(
            "使う公式: ステイルネス = 受け取ってから送るまでの、ほかの人の更新の回数\n"
            f"代入: 自分が送ってから次に送るまでに、ほかの {workers - 1} 人が 1 回ずつ更新します。\n"
            f"答え: {said(workers - 1)}"
        ),
    )


@mean_staleness.by_hand
def _(workers, second):
    order = [w for _ in range(2) for w in range(int(workers))]
    return len(order) - 1 - order.index(order[-1]) - 1
