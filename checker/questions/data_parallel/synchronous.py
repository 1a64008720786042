"""02-1, after synchronous SGD: who computes what, what is averaged, and when it is one worker's step."""

import torch

from checker.catalogue import load
from checker.question import Choice, Option, blanks, item, sample, slips
from lessons.data_parallel import average_gradients


@item(word="データ並列化", keyword="データ並列化", cell="親モデルを写し、データを分ける")
def data_or_model(rng):
    right = (
        "親モデルの写しを全員に配り、データを分けて学習します。",
        "どのワーカーも、同じ形のモデルを丸ごと持ちます。",
        "学習データが多いときに考える方法です。",
    )
    wrong = (
        Option(
            "1 つのモデルを分割し、ワーカーに一部分ずつ配ります。",
            "モデルを分けるのは、モデル並列化です。データ並列化では、データを分けます。",
        ),
        Option(
            "ワーカーごとに、層の数が違うモデルを学習します。",
            "全員が同じ形のモデルを持ちます。違う形では、勾配を平均できません。",
        ),
        Option(
            "モデルが 1 台に入りきらないときに使う方法です。",
            "入りきらないときは、モデル並列化です。データ並列化では、写しが丸ごと 1 台に入ります。",
        ),
        Option(
            "どのワーカーも、すべてのデータを同じ順に使います。",
            "データは分けます。全員が同じデータを使うと、同じ計算をくり返すだけです。",
        ),
        Option(
            "学習が終わるまで、ワーカーは通信しません。",
            "更新のたびに勾配かパラメータを送ります。通信の量が、速さを左右します。",
        ),
    )
    return Choice(
        stem="データ並列化の説明として正しいものを、1 つ選んでください。",
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "データ並列化では、同じモデルの写しを全員が持ち、データを分けます。\n"
            "モデルが大きいときはモデル並列化、データが多いときはデータ並列化を考えます。"
        ),
    )


@item(word="同期型", keyword="データ並列化", cell="sync_sgd")
def order_of_synchronous(rng):
    wrong = (
        Option(
            "1 人が勾配を求める → 更新する → 次の人が勾配を求める",
            "1 人ずつ順に更新しています。同期型では、全員が同じパラメータで同時に求めます。",
        ),
        Option(
            "全員が最後まで学習する → パラメータを平均して終わる",
            "平均は、更新のたびに行います。最後に 1 回だけ平均すると、別の結果になります。",
        ),
        Option(
            "1 人が勾配を求める → サーバがすぐに更新する",
            "ほかの人を待っていません。これは非同期型の順番です。",
        ),
        Option(
            "全員が勾配を求める → 最も速い人の勾配だけで更新する",
            "全員の勾配を使います。だから、最も遅い人も待ちます。",
        ),
    )
    return Choice(
        stem="同期型のデータ並列の、1 回の更新の順番として正しいものを、1 つ選んでください。",
        right="全員が勾配を求める → 平均する → 1 回だけ更新する",
        wrong=sample(rng, wrong, 3),
        explanation="全員が同じパラメータで勾配を求めます。全員の勾配がそろったら、平均して、1 回だけ更新します。",
    )


@item(word="同期型", keyword="データ並列化", cell="average_gradients")
def mean_of_unequal_shards(rng):
    def said(gradient: torch.Tensor) -> str:
        return f"{gradient.item():.2f}"

    mistakes = (
        "takes_the_plain_mean",
        "adds_the_gradients",
        "weighs_the_small_ones_more",
        "takes_the_largest_worker",
        ("divides_twice", "件数の合計で割ったあと、さらに人数で割っています。割るのは 1 回だけです。"),
    )  # fmt: skip
    while True:
        large, small = (10 * int(n) for n in rng.choice(range(1, 9), 2, replace=False))
        sizes = [large, large, small]
        values = [int(v) / 10 for v in rng.choice(range(5, 60), 3, replace=False)]
        gradients = [torch.tensor(v, dtype=torch.float64) for v in values]
        chosen = sample(rng, mistakes, 3)
        wrong = slips(load("average_gradients"), (gradients, sizes), said, *chosen)
        right = average_gradients(gradients, sizes)
        clear = abs(1000 * right.item() % 10 - 5) > 0.01  # no tie in the third decimal
        if clear and len({said(right), *(option.text for option in wrong)}) == 4:
            break
    (a, b, c), (x, y, z) = sizes, values
    return Choice(
        stem=(
            f"ワーカー A は {a} 件、B は {b} 件、C は {c} 件のデータで、それぞれ平均損失の勾配を求めました。"
            f"あるパラメータの勾配は、A が {x}、B が {y}、C が {z} です。"
            "すべての件を合わせた平均損失の勾配はどれですか。"
        ),
        right=said(right),
        wrong=wrong,
        explanation=(
            "使う公式: g = Σ n·g ÷ Σ n\n"
            f"代入: ({a} × {x} + {b} × {y} + {c} × {z}) ÷ {a + b + c}\n"
            f"答え: {said(right)}"
        ),
    )


@mean_of_unequal_shards.by_hand
def _(a, b, c, x, y, z):
    samples = [x] * int(a) + [y] * int(b) + [z] * int(c)
    return sum(samples) / len(samples)


@item(word="同期型", keyword="データ並列化", cell="average_gradients")
def average_gradients_code(rng):
    total = "sum(batch_sizes)"
    mistakes = {
        "takes_the_plain_mean": ("len(gradients)", "g / total"),
        "divides_by_the_workers": ("len(gradients)", "n * g / total"),
        "forgets_that_they_are_means": (total, "g / total"),
        "forgets_to_divide": (total, "n * g"),
        "divides_each_by_its_size": (total, "g / n"),
        "cuts_the_shares_off": (total, "n // total * g"),
    }
    return blanks(
        load("average_gradients"),
        stem=(
            "件数の違うワーカーの勾配から、全員の件を合わせた平均損失の勾配を返す関数を書きます。"
            "`gradients` は、ワーカーが自分の件で平均した勾配です。"
            "［ア］と［イ］に入る組を選んでください。"
        ),
        code=(
            "def average_gradients(gradients, batch_sizes):\n"
            "    total = ［ア］\n"
            "    pairs = zip(batch_sizes, gradients)\n"
            "    return sum(［イ］ for n, g in pairs)"
        ),
        right=(total, "n * g / total"),
        wrong=dict(sample(rng, tuple(mistakes.items()), 3)),
        explanation=(
            "件数 n を掛けると、そのワーカーの件の合計に戻ります。\n"
            "全員の合計を足し、件数の合計で割ると、1 件ずつ等しく数えた平均になります。"
        ),
    )


@item(word="同期型", keyword="データ並列化", cell="同じにならない 4 つの場合")
def same_as_one_worker(rng):
    right = (
        "件数の違うデータに分け、件数で重みを付けて平均する",
        "件数の等しいデータに分け、勾配をそのまま平均する",
    )
    wrong = (
        Option(
            "件数の違うデータに分け、勾配をそのまま平均する",
            "件数の少ないワーカーの 1 件が、ほかの 1 件より重くなります。",
        ),
        Option(
            "バッチ正規化の平均と分散を、ワーカーごとに求める",
            "1 人のワーカーなら、全部の件で平均と分散を求めます。人ごとに求めると、値が変わります。",
        ),
        Option(
            "ドロップアウトで休むニューロンを、ワーカーごとに選ぶ",
            "1 人のワーカーとは、休むニューロンが違ってきます。同じ値にはなりません。",
        ),
        Option(
            "勾配を平均せずに足し、学習率は元のまま更新する",
            "更新の大きさが、人数の分だけ大きくなります。",
        ),
    )
    return Choice(
        stem=(
            "同期型のデータ並列で、1 人のワーカーが全部のデータで 1 回更新したときと、"
            "同じ結果になるものはどれですか。ほかの条件は、すべて同じとします。"
        ),
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "平均損失の勾配は、件数で重みを付けて平均すると、全部の件の勾配と等しくなります。\n"
            "件数が全員等しければ、そのまま平均しても同じです。"
        ),
    )


@item(word="同期型", keyword="データ並列化", cell="いちばん遅い人を待つ")
def one_slow_worker(rng):
    fast, workers = int(rng.integers(2, 6)), int(rng.integers(4, 9))
    slow = fast * int(rng.integers(3, 6))
    mean, total = ((workers - 1) * fast + slow) / workers, (workers - 1) * fast + slow

    def said(seconds: float) -> str:
        return f"{seconds:.1f} 秒"

    return Choice(
        stem=(
            f"{workers} 人のワーカーが、同期型で学習しています。勾配を求める時間は、"
            f"{workers - 1} 人が {fast} 秒、残りの 1 人が {slow} 秒です。"
            "通信の時間を考えないと、更新の間隔は何秒ですか。"
        ),
        right=said(slow),
        wrong=(
            Option(said(fast), "速い人だけを見ています。同期型では、最も遅い人を待ちます。"),
            Option(said(mean), "時間を平均しています。早く終わった人も、最も遅い人を待ちます。"),
            Option(said(total), "順番に計算する数え方です。ワーカーは同時に計算します。"),
        ),
        explanation=(
            "使う公式: 同期型の更新の間隔 = 最も遅いワーカーの時間\n"
            f"代入: {fast} 秒と {slow} 秒の大きいほう\n"
            f"答え: {said(slow)}"
        ),
    )


@one_slow_worker.by_hand
def _(workers, others, fast, one, slow):
    return sorted([fast] * int(others) + [slow])[-1]
