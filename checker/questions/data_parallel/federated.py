"""02-2, after federated averaging: what is averaged, what travels, and what is not hidden by it."""

import torch

from checker.catalogue import load
from checker.question import Choice, Option, item, sample, slips
from lessons.data_parallel import federated_average


@item(word="連合学習", keyword="データ並列化", cell="federated_average")
def federated_mean(rng):
    def said(state: dict) -> str:
        return f"{state['w'].item():.2f}"

    mistakes = (
        ("takes_the_plain_mean", "件数を使わずに平均しています。件数の多い病院を、その分だけ大きく数えます。"),
        ("adds_the_states", "足しただけで、平均していません。件数の割合を掛けて足します。"),
        ("weighs_the_small_ones_more", "件数の少ない病院ほど、重くなっています。重みは件数に比例します。"),
        ("takes_the_largest_client", "件数の多い病院の重みを選んでいます。全部の病院の平均を求めます。"),
        ("divides_twice", "件数の合計で割ったあと、さらに病院の数で割っています。割るのは 1 回だけです。"),
    )  # fmt: skip
    while True:
        sizes = [100 * int(n) for n in rng.choice(range(1, 10), 2, replace=False)]
        values = [int(v) / 10 for v in rng.choice(range(2, 50), 2, replace=False)]
        states = [{"w": torch.tensor(v, dtype=torch.float64)} for v in values]
        wrong = slips(
            load("federated_average"), (states, sizes), said, *sample(rng, mistakes, 3)
        )
        mean = federated_average(states, sizes)
        clear = abs(1000 * mean["w"].item() % 10 - 5) > 0.01  # no tie in the third decimal
        if clear and len({said(mean), *(option.text for option in wrong)}) == 4:
            break
    (m, n), (x, y) = sizes, values
    return Choice(
        stem=(
            f"連合学習で、病院 A は {m} 件、病院 B は {n} 件のデータで学習しました。"
            f"ある重みは、A で {x}、B で {y} になりました。"
            "FedAvg で平均すると、この重みはいくつになりますか。"
        ),
        right=said(mean),
        wrong=wrong,
        explanation=(
            "使う公式: θ = Σ n·θ ÷ Σ n\n"
            f"代入: ({m} × {x} + {n} × {y}) ÷ {m + n}\n"
            f"答え: {said(mean)}"
        ),
    )


@federated_mean.by_hand
def _(m, n, x, y):
    return x + (y - x) * n / (m + n)


@item(word="連合学習", keyword="データ並列化", cell="連合学習")
def what_leaves_the_client(rng):
    wrong = (
        Option(
            "手元のデータ",
            "データは出しません。それが、連合学習のいちばんの特徴です。",
        ),
        Option(
            "手元のデータから名前を除いたもの",
            "名前を除いても、データは出しません。送るのは、学習の結果です。",
        ),
        Option(
            "モデルの一部の層が出した値",
            "層の出力を送るのは、モデルを分けるモデル並列化です。",
        ),
        Option(
            "1 件ごとの予測とラベル",
            "予測もラベルも送りません。送るのは、学習の結果です。",
        ),
    )
    return Choice(
        stem="連合学習（FedAvg）で、クライアントからサーバへ送るものはどれですか。",
        right="手元のデータで学習したパラメータ",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "クライアントは、手元のデータで学習し、パラメータ（または、その変化）だけを送ります。\n"
            "サーバは、件数で重みを付けて平均し、全員に配ります。"
        ),
    )


@item(word="連合学習", keyword="データ並列化", cell="federated_average")
def federated_rounds(rng):
    size, clients, rounds = (int(rng.integers(*r)) for r in ((2, 9), (4, 10), (11, 40)))
    total = 2 * size * clients * rounds

    def said(megabytes: int) -> str:
        return f"{megabytes:,} MB"

    others = (
        (total // 2, "配るか集めるか、片方しか数えていません。毎回、両方を行います。"),
        (2 * size * rounds, "クライアント 1 人の分だけです。全員の分を足します。"),
        (2 * size * clients, "1 ラウンドの分だけです。ラウンドの数を掛けます。"),
        (
            total // 2 * (clients - 1),
            "クライアントどうしで送り合う数え方です。送る相手は、サーバだけです。",
        ),
    )
    return Choice(
        stem=(
            f"連合学習で、{size} MB のモデルを {clients} 人のクライアントが {rounds} ラウンド学習します。"
            "毎回、全員がモデルを受け取り、学習したモデルをサーバに返します。"
            "サーバとの通信は、全部で何 MB ですか。"
        ),
        right=said(total),
        wrong=tuple(Option(said(value), reason) for value, reason in sample(rng, others, 3)),
        explanation=(
            "使う公式: 通信量 = 2 × モデルの大きさ × 人数 × ラウンドの数\n"
            f"代入: 2 × {size} × {clients} × {rounds}\n"
            f"答え: {said(total)}"
        ),
    )


@federated_rounds.by_hand
def _(size, clients, rounds):
    return sum(size + size for _ in range(int(clients * rounds)))


SCENES = {
    "cross-device（機器の間の連合学習）": (
        "数百万台のスマートフォンが、電源につながっている間だけ学習に加わります。",
        "cross-device は、多くの小さな機器が、ときどき加わる連合学習です。",
    ),
    "cross-silo（組織の間の連合学習）": (
        "5 つの病院が、それぞれの患者のデータを外に出さずに、いつも全員で学習します。",
        "cross-silo は、少ない数の組織が、いつも全員で加わる連合学習です。",
    ),
    "同期型のデータ並列": (
        "1 つの会社が、集めたデータを 8 台の GPU に分けて配り、更新のたびに勾配を平均します。",
        "同期型のデータ並列では、集めたデータを分けて配ります。連合学習では、データを集めません。",
    ),
    "テンソル並列（モデル並列の 1 つ）": (
        "1 つの層の行列が大きいので、4 台の GPU で分けて計算します。",
        "テンソル並列は、1 つの層の行列を、複数のワーカーで分ける方法です。",
    ),
}


@item(word="連合学習", keyword="データ並列化", cell="連合学習")
def device_or_silo(rng):
    right = sample(rng, tuple(SCENES), 1)[0]
    return Choice(
        stem=f"次の場面に当てはまるものを、1 つ選んでください。\n\n「{SCENES[right][0]}」",
        right=right,
        wrong=tuple(Option(name, SCENES[name][1]) for name in SCENES if name != right),
        explanation=SCENES[right][1],
    )


@item(word="連合学習", keyword="データ並列化", cell="守られないもの")
def what_is_not_private(rng):
    right = (
        "送ったパラメータから、データの一部が推測されることがあります。",
        "データを出さなくても、秘密が必ず守られるとはいえません。",
    )
    wrong = (
        Option(
            "パラメータは数値なので、データについて何も分かりません。",
            "パラメータはデータで決まります。学習の前後の差から、データの一部が推測されることがあります。",
        ),
        Option(
            "パラメータを平均すれば、暗号にしたときと同じく安全です。",
            "平均は暗号ではありません。サーバは、平均する前のパラメータを見ています。",
        ),
        Option(
            "サーバは、クライアントのデータの写しを必ず持ちます。",
            "データは手元に置いたままです。サーバが受け取るのは、パラメータです。",
        ),
        Option(
            "クライアントが増えるほど、データが外に出る量が増えます。",
            "何人になっても、データは手元から出ません。増えるのは、パラメータの通信です。",
        ),
    )
    return Choice(
        stem="連合学習と秘密の保護について、正しいものを 1 つ選んでください。",
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "データを手元から出さないことと、データについて何も分からないことは違います。\n"
            "守りを強めるには、雑音を加える差分プライバシーや、暗号を使った集計を組み合わせます。"
        ),
    )
