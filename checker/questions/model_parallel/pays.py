"""01, after the cost model: when a cut pays, and what DistBelief showed."""

from checker.catalogue import load
from checker.question import Choice, Number, Option, item, sample, slips
from lessons.model_parallel import model_parallel_speedup


@item(word="通信時間", keyword="モデル並列化", cell="model_parallel_speedup")
def speedup_of_a_cut(rng):
    def said(times: float) -> str:
        return f"{times:.2f} 倍"

    mistakes = (
        "ignores_the_transfer",
        "shares_the_transfer_out",
        "shares_nothing_out",
        "overlaps_the_transfer",
        "turns_the_ratio_around",
        (
            "transfers_for_each_worker",
            "通信の時間を、ワーカーの数だけ足しています。送るデータの大きさは、すでに全部の合計です。",
        ),
    )
    while True:
        workers = int(rng.choice([2, 4, 5, 8]))
        share, transfer = (int(n) / 10 for n in rng.integers(2, 9, 2))
        bandwidth = int(rng.choice([100, 200, 500]))
        compute, moved = round(workers * share, 1), round(transfer * bandwidth)
        arguments = compute, moved, bandwidth, workers
        right = said(model_parallel_speedup(*arguments))
        wrong = slips(load("model_parallel_speedup"), arguments, said, *sample(rng, mistakes, 3))
        if len({right, *(option.text for option in wrong)}) == 4:
            break
    return Choice(
        stem=(
            f"1 台では、1 回の更新の計算に {compute} 秒かかります。"
            f"{workers} 台に分けると、計算は等しく分かれますが、{moved} MB のデータを {bandwidth} MB/s で送ります。"
            "計算と通信は同時に進みません。1 台のときの何倍の速さになりますか。"
        ),
        right=right,
        wrong=wrong,
        explanation=(
            "使う公式: T(1) ÷ (T(1) ÷ n + データの大きさ ÷ 通信の速さ)\n"
            f"代入: {compute} ÷ ({compute} ÷ {workers} + {moved} ÷ {bandwidth}) = "
            f"{compute} ÷ ({share} + {transfer})\n答え: {right}"
        ),
    )


@speedup_of_a_cut.by_hand
def _(one, update, compute, workers, moved, bandwidth, *rest):
    seconds = moved / bandwidth + sum(compute / workers**2 for _ in range(int(workers)))
    return compute / seconds


@item(word="通信時間", keyword="モデル並列化", cell="model_parallel_speedup")
def break_even_transfer(rng):
    workers = int(rng.choice([2, 4, 5]))
    compute = workers * int(rng.integers(2, 12)) / 10
    share = compute / workers
    right = compute - share
    # Where half is left, the share and what is saved are the same number.
    shared = Option(
        f"{share:.2f} 秒",
        "分けたあとの計算の時間です。通信に使えるのは、計算が短くなった分です。",
        value=share,
    )
    whole = Option(
        f"{compute:.2f} 秒",
        "1 台のときの時間です。分けたあとの計算の時間も、ここから引きます。",
        value=compute,
    )
    return Number(
        stem=(
            f"1 台では、1 回の更新の計算に {compute:.1f} 秒かかります。"
            f"{workers} 台に分けると、計算は等しく分かれますが、通信の時間が加わります。"
            "分けたほうが速くなるのは、通信の時間が何秒より短いときですか。小数第 2 位まで答えてください。"
        ),
        right=right,
        unit="秒",
        tolerance=0.006,
        wrong=(whole,) if workers == 2 else (shared, whole),
        explanation=(
            "使う公式: T(1) ÷ n + 通信の時間 < T(1)\n"
            f"代入: 通信の時間 < {compute:.1f} − {compute:.1f} ÷ {workers}\n"
            f"答え: {right:.2f} 秒"
        ),
    )


@break_even_transfer.by_hand
def _(one, update, compute, workers, *place):
    return compute * (workers - 1) / workers


@item(
    word="モデル並列とデータ並列",
    keyword="モデル並列化",
    cell="送る大きさは、どちらが少ないか",
)
def model_or_data(rng):
    right = (
        "モデルの写しが、1 台のメモリに入らないとき",
        "1 つの層の重みだけで、1 台のメモリを超えるとき",
    )
    wrong = (
        Option(
            "モデルは 1 台に入り、学習データがとても多いとき",
            "データが多いときは、モデルを写してデータを分ける、データ並列が向きます。",
        ),
        Option(
            "モデルは小さく、1 回の更新に使う件数を増やしたいとき",
            "件数を増やすと、切れ目を通るデータも増えます。データ並列なら、送る大きさは件数によりません。",
        ),
        Option(
            "モデルは小さく、ワーカーの間の通信がとても遅いとき",
            "通信が遅いと、分けた分の得が、更新のたびの通信で消えてしまいます。",
        ),
        Option(
            "モデルは 1 台に入り、遅いワーカーを待ちたくないとき",
            "待たずに更新するのは、非同期型のデータ並列です。モデル並列では、前の部品の出力を待ちます。",
        ),
    )
    return Choice(
        stem="データ並列よりも、モデル並列が向くのはどれですか。",
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "大きいモデルはモデル並列、大きいデータはデータ並列、と覚えます。\n"
            "データ並列では、どのワーカーにもモデルの写しが丸ごと要ります。"
        ),
    )


@item(word="DistBelief", keyword="モデル並列化", cell="パラメータの数と、速さ")
def what_distbelief_showed(rng):
    wrong = (
        Option(
            "どのモデルも、台数を増やすほど速くなりつづけた",
            "4200 万個のパラメータのモデルは 8 台で最も速く、それより増やすと遅くなりました。",
        ),
        Option(
            "パラメータが少ないモデルほど、台数を増やす効果が大きかった",
            "逆です。パラメータが少ないと計算がすぐ終わり、通信の時間が目立ちます。",
        ),
        Option(
            "モデルを分けても、計算機の間に通信は要らなかった",
            "分けた境目をまたぐ値を、計算機どうしで送り合いました。",
        ),
        Option(
            "速さの倍率は、使った台数とちょうど同じになった",
            "17 億個のパラメータのモデルでも、81 台で 12 倍あまりでした。",
        ),
    )
    return Choice(
        stem=(
            "Dean ら（2012）の DistBelief では、1 つのモデルを多くの計算機に分け、速さを測りました。"
            "結果として正しいものを、1 つ選んでください。"
        ),
        right="パラメータが多いモデルほど、台数を増やす効果が大きかった",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "論文の図 3 では、4200 万個のモデルは 8 台で 2.2 倍、17 億個のモデルは 81 台で 12 倍を超えました。\n"
            "パラメータが多いほど、通信に比べて計算が長く、分けた効果が大きくなります。"
        ),
    )
