"""02-2, after the limit of a stale learning rate: what goes wrong, what helps, and which way is better."""

import math

from checker.catalogue import load
from checker.question import Choice, Number, Option, item, sample, slips
from lessons.data_parallel import max_stable_lr

SINES = "\n".join(
    f"| {tau} | {math.sin(math.pi / (2 * (2 * tau + 1))):.3f} |" for tau in (0, 1, 2, 3, 4)
)


@item(word="Stale Gradient Problem", keyword="データ並列化", cell="max_stable_lr")
def stable_limit(rng):
    curvature, staleness = int(rng.choice([4, 5, 8, 10])), int(rng.choice([1, 2, 3]))
    mistakes = (
        ("forgets_the_staleness", "勾配が新しいとき（τ = 0）の上限です。古い勾配では、もっと小さくなります。"),
        ("forgets_the_two_in_front", "sin の前の 2 を掛けていません。τ = 0 のときの上限は 2/h です。"),
        ("forgets_the_curvature", "曲率 h で割っていません。曲がり方が急なほど、上限は小さくなります。"),
    )  # fmt: skip
    right = max_stable_lr(float(curvature), staleness)
    sine = math.sin(math.pi / (2 * (2 * staleness + 1)))
    return Number(
        stem=(
            f"損失の曲率は h = {curvature}、ステイルネスはいつも τ = {staleness} です。"
            "収束する学習率の上限は、sin(π/(2(2τ + 1))) に 2/h を掛けたものです。"
            "上限はいくつですか。小数第 3 位まで答えてください。"
            f"sin の値は、次の表を使ってください。\n\n| τ | sin |\n| --- | --- |\n{SINES}"
        ),
        right=right,
        unit="",
        tolerance=0.002,
        wrong=slips(
            load("max_stable_lr"), (float(curvature), staleness), "{:.3f}".format, *mistakes
        ),
        explanation=(
            "使う公式: η の上限 = (2 ÷ h) × sin(π ÷ (2(2τ + 1)))\n"
            f"代入: (2 ÷ {curvature}) × {sine:.3f}\n"
            f"答え: {right:.3f}"
        ),
    )


@stable_limit.by_hand
def _(h, tau, *rest):
    return 2 * math.cos(tau * math.pi / (2 * tau + 1)) / h


@item(word="Stale Gradient Problem", keyword="データ並列化", cell="救えるもの、救えないもの")
def staler_needs_smaller(rng):
    wrong = (
        Option(
            "ワーカーを増やして、更新の回数を増やす",
            "ワーカーが増えると、ステイルネスも増えます。さらに不安定になります。",
        ),
        Option(
            "学習率を大きくして、早く谷底に着くようにする",
            "古い勾配では、大きな一歩ほど行き過ぎます。発散が速くなります。",
        ),
        Option(
            "学習率は変えずに、更新の回数を何倍にも増やす",
            "上限を超えた学習率では、更新するほどパラメータが大きくなります。",
        ),
        Option(
            "サーバが、古い勾配を届いた順に 2 回ずつ使う",
            "同じ勾配を 2 回使うと、一歩が 2 倍になります。さらに古い勾配も増えます。",
        ),
    )
    return Choice(
        stem="非同期型で、ワーカーを増やしたら学習が発散しました。はじめに試すことはどれですか。",
        right="ステイルネスに合わせて、学習率を小さくする",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "勾配が古いほど、収束する学習率の上限は小さくなります。\n"
            "ワーカーが n 人なら、ステイルネスはおよそ n − 1 です。増えた分だけ、学習率を下げます。"
        ),
    )


@item(word="Stale Gradient Problem", keyword="データ並列化", cell="古い勾配で学習する")
def why_stale_is_unstable(rng):
    right = (
        "古いパラメータで求めた勾配を使い、今のパラメータを更新します。",
        "受け取ってから送るまでに、ほかのワーカーの更新が進んでいます。",
    )
    wrong = (
        Option(
            "勾配が層を通るたびに小さくなり、入力の近くで 0 に近づきます。",
            "これは勾配消失の説明です。ワーカーが 1 人でも起こります。",
        ),
        Option(
            "小さな勾配が、数値精度の低い型では 0 になります。",
            "これはアンダーフローの説明です。損失のスケーリングで防ぎます。",
        ),
        Option(
            "最も遅いワーカーを待つ間、ほかの全員が休みます。",
            "これは同期型で起こることです。遅くなりますが、勾配は古くなりません。",
        ),
        Option(
            "ワーカーのデータの件数が違い、勾配の平均がずれます。",
            "件数で重みを付ければ、ずれません。勾配の古さとは別の問題です。",
        ),
    )
    return Choice(
        stem="Stale Gradient Problem の説明として正しいものを、1 つ選んでください。",
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "非同期型では、計算している間に、ほかのワーカーがパラメータを更新します。\n"
            "送る勾配は、今のパラメータの勾配ではないので、学習が不安定になりやすくなります。"
        ),
    )


METHODS = {
    "同期型のデータ並列": (
        "全員の勾配がそろうのを待ち、平均してから、パラメータを 1 回更新します。",
        "同期型は、全員の勾配を待って平均し、1 回だけ更新します。",
    ),
    "非同期型のデータ並列": (
        "計算を終えたワーカーから、ほかを待たずにパラメータを更新します。",
        "非同期型は、終わったワーカーから待たずに更新します。勾配は古くなりやすくなります。",
    ),
    "モデル並列": (
        "1 つのモデルを分け、それぞれのワーカーに一部分ずつ受け持たせます。",
        "モデル並列は、1 つのモデルを分けて受け持つ方法です。",
    ),
    "連合学習": (
        "データを手元の機器に置いたまま、学習したパラメータを集めて平均します。",
        "連合学習は、データを出さずに、学習したパラメータを集めて平均します。",
    ),
}


@item(word="同期型", keyword="データ並列化", cell="async_sgd")
def sync_or_async(rng):
    right = sample(rng, tuple(METHODS), 1)[0]
    return Choice(
        stem=f"次の説明に当てはまる方法を、1 つ選んでください。\n\n「{METHODS[right][0]}」",
        right=right,
        wrong=tuple(Option(name, METHODS[name][1]) for name in METHODS if name != right),
        explanation=METHODS[right][1],
    )


@item(word="非同期型", keyword="データ並列化", cell="どちらがよいのか")
def fair_comparison(rng):
    wrong = (
        Option(
            "1 回の更新に、全員の勾配の平均を使うからです。",
            "全員の平均を使うのは同期型です。非同期型は、1 人の勾配で 1 回更新します。",
        ),
        Option(
            "いつも最新のパラメータの勾配を使うからです。",
            "非同期型の勾配は、古くなっていることがあります。それは不利な点です。",
        ),
        Option(
            "学習率が、自動で大きくなっていくからです。",
            "学習率は変わりません。変わるのは、同じ時間の更新の回数です。",
        ),
        Option(
            "ワーカーが送るデータの量が減るからです。",
            "勾配とパラメータの大きさは同じです。待つ時間がなくなるので、更新が増えます。",
        ),
    )
    return Choice(
        stem=(
            "同期型と非同期型を、同じ時間だけ学習して比べると、非同期型の正解率が高いことがあります。"
            "その理由はどれですか。"
        ),
        right="待たないので、同じ時間に更新できる回数が多いからです。",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "非同期型は、遅いワーカーを待たないので、同じ時間の更新の回数が多くなります。\n"
            "同じ数の勾配で比べると、この利点はなくなります。何をそろえて比べるかで、答えが変わります。"
        ),
    )


@item(word="同期型", keyword="データ並列化", cell="どちらがよいのか")
def why_synchronous_is_mainstream(rng):
    wrong = (
        Option(
            "誰も待たないので、更新の回数が最も多いからです。",
            "待たないのは非同期型です。同期型は、最も遅いワーカーを待ちます。",
        ),
        Option(
            "モデルが 1 台に入りきらなくても学習できるからです。",
            "1 台に入りきらないときは、モデル並列化です。同期型でも、写しが丸ごと要ります。",
        ),
        Option(
            "データを手元の機器から出さずに済むからです。",
            "これは連合学習の説明です。",
        ),
        Option(
            "遅いワーカーが混じっても、速さが落ちないからです。",
            "同期型では、最も遅いワーカーの速さで全体が決まります。",
        ),
    )
    return Choice(
        stem="データ並列化では、今は同期型が主流といわれます。講義で挙げられる理由はどれですか。",
        right="学習が安定し、正解率が良いことが多いからです。",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "同期型は、全員が同じ新しいパラメータで勾配を求めるので、学習が安定します。\n"
            "そのかわり、遅いワーカーを待ちます。"
        ),
    )
