"""03, after the two speed-ups: Amdahl's law, and when the GPU loses."""

from checker.catalogue import load
from checker.question import Choice, Number, Option, item, sample, slips
from lessons.gpu import amdahl_speedup, offload_speedup


@item(word="アムダールの法則", keyword="GPU", cell="amdahl_speedup")
def amdahl_of_a_program(rng):
    mistakes = (
        "swaps_the_parts",
        (
            "returns_the_limit",
            "倍率の上限です。コアが限りなく多いときの値なので、並列にできる部分の時間も足します。",
        ),
        "scales_the_workers",
        "averages_the_speeds",
        "returns_the_workers",
    )

    def said(times: float) -> str:
        return f"{times:.2f} 倍"

    while True:
        percent, cores = 5 * int(rng.integers(11, 20)), int(rng.choice([4, 8, 16, 32]))
        arguments = percent / 100, cores
        right = said(amdahl_speedup(*arguments))
        wrong = slips(load("amdahl_speedup"), arguments, said, *sample(rng, mistakes, 3))
        if len({right, *(option.text for option in wrong)}) == 4:
            break
    return Choice(
        stem=(
            f"あるプログラムの実行時間のうち、{percent} % は並列に計算できます。残りは並列にできません。"
            f"{cores} 個のコアを使うと、全体は何倍速くなりますか。"
        ),
        right=right,
        wrong=wrong,
        explanation=(
            "使う公式: 1 ÷ ((1 − p) + p ÷ コアの数)\n"
            f"代入: 1 ÷ ({1 - percent / 100:.2f} + {percent / 100:.2f} ÷ {cores})\n答え: {right}"
        ),
    )


@amdahl_of_a_program.by_hand
def _(percent, cores):
    return 100 * cores / ((100 - percent) * cores + percent)


@item(word="アムダールの法則", keyword="GPU", cell="amdahl_speedup")
def amdahl_limit(rng):
    percent = int(rng.choice([60, 75, 80, 90, 95, 96, 98]))
    right = 100 / (100 - percent)
    return Number(
        stem=(
            f"あるプログラムの実行時間のうち、{percent} % は並列に計算できます。残りは並列にできません。"
            "コアをいくら増やしても、速さの倍率が届かない値があります。その値は何倍ですか。"
        ),
        right=right,
        unit="倍",
        tolerance=0.01,
        wrong=(
            Option(
                f"{100 / percent:.2f} 倍",
                "並列にできる部分で割っています。残るのは、並列にできない部分の時間です。",
                value=100 / percent,
            ),
            Option(
                f"{percent / (100 - percent):.2f} 倍",
                "並列にできる部分だけを分子にしています。分子は、1 個のときの全部の時間です。",
                value=percent / (100 - percent),
            ),
        )[: 1 if abs(percent / (100 - percent) - 100 / percent) < 0.03 else 2],
        explanation=(
            "使う公式: コアが限りなく多いとき、1 ÷ (1 − p)\n"
            f"代入: 1 ÷ {1 - percent / 100:.2f}\n答え: {right:g} 倍"
        ),
    )


@amdahl_limit.by_hand
def _(percent):
    return 1 / ((100 - percent) / 100 + percent / 100 / 10**12)


@item(word="転送時間", keyword="GPU", cell="offload_speedup")
def offload_of_a_product(rng):
    mistakes = (
        "ignores_the_transfer",
        "transfers_on_both_sides",
        "overlaps_the_transfer",
        ("transfers_twice", "転送を 2 回分にしています。問題文のデータは、もう行きと帰りの合計です。"),
        "computes_in_no_time",
        "turns_the_ratio_around",
    )

    def said(times: float) -> str:
        return f"{times:.2f} 倍"

    while True:
        work, cpu, gpu = int(rng.integers(2, 30)), 100, 1000 * int(rng.choice([1, 2, 4, 5]))
        moved, bus = 10 * int(rng.integers(2, 60)), int(rng.choice([5, 10, 20]))
        arguments = work * 1e9, moved * 1e6, cpu * 1e9, gpu * 1e9, bus * 1e9
        right = said(offload_speedup(*arguments))
        wrong = slips(load("offload_speedup"), arguments, said, *sample(rng, mistakes, 3))
        if len({right, *(option.text for option in wrong)}) == 4:
            break
    on_cpu, on_gpu, transfer = 1000 * work / cpu, 1000 * work / gpu, moved / bus
    return Choice(
        stem=(
            f"計算の量は {work} GFLOP です。CPU の速さは {cpu} GFLOPS、GPU の速さは {gpu:,} GFLOPS です。"
            f"GPU を使うときは、行きと帰りを合わせて {moved} MB を {bus} GB/s で転送します。"
            "計算と転送は同時に進みません。GPU に移すと、CPU の何倍の速さになりますか。"
        ),
        right=right,
        wrong=wrong,
        explanation=(
            "使う公式: CPU の時間 ÷ (GPU の計算の時間 + 転送の時間)\n"
            f"代入: {on_cpu:g} ÷ ({on_gpu:g} + {transfer:g})（ミリ秒）\n答え: {right}"
        ),
    )


@offload_of_a_product.by_hand
def _(work, cpu, gpu, moved, bus):
    return work * gpu * bus / (cpu * (work * bus + moved * gpu / 1000))


@item(word="転送時間", keyword="GPU", cell="offload_speedup")
def when_the_gpu_loses(rng):
    right = (
        "大きな配列を送り、要素ごとに 1 回だけ足して戻す",
        "小さな行列の積を、1 回ごとにデータを送って計算する",
    )
    wrong = (
        Option(
            "大きな行列の積を計算し、結果の数値を 1 個だけ戻す",
            "動かす 1 バイトあたりの計算が多いので、転送の時間が目立ちません。",
        ),
        Option(
            "重みを GPU に置いたまま、たくさんの画像を続けて分類する",
            "重みを送るのは 1 度だけです。GPU の計算が、転送よりずっと長く続きます。",
        ),
        Option(
            "全部の層を GPU に置き、ネットワークを何回も更新する",
            "途中の値も GPU に置いたままなので、転送は少なくて済みます。",
        ),
        Option(
            "データを送ったあと、それを使って同じ計算を 1 万回くり返す",
            "1 度の転送で多くの計算をするので、転送の時間が目立ちません。",
        ),
    )
    return Choice(
        stem="CPU で行うほうが GPU で行うより速いことが多いのは、どの場合ですか。",
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "GPU では、計算の時間に、データの転送の時間と、計算を始める手間が加わります。\n"
            "計算が少ないと、速く計算できても、その時間を取り戻せません。"
        ),
    )


@item(word="GPU の時間の測り方", keyword="GPU", cell="フレームワークでは")
def timer_that_does_not_wait(rng):
    wrong = (
        Option(
            "大きな行列ほど、GPU のクロックが上がるから",
            "クロックは、行列の大きさに合わせて何倍にも上がることはありません。",
        ),
        Option(
            "GPU では、行列の積の計算の回数が大きさによらないから",
            "計算の回数は、CPU でも GPU でも 2 × m × k × n です。",
        ),
        Option(
            "GPU には時計がなく、時間を測れないから",
            "測れます。計算が終わるのを待ってから、時計を見ます。",
        ),
        Option(
            "2 回目からは、前の計算の結果を使い回すから",
            "大きさの違う行列の結果は、使い回せません。",
        ),
    )
    return Choice(
        stem=(
            "GPU で行列の積を計算し、前後で時計を見て時間を測りました。"
            "ところが、行列を大きくしても、測った時間がほとんど変わりませんでした。原因はどれですか。"
        ),
        right="計算の終わりを待たずに、時計を見たから",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "GPU への命令は、頼んだだけですぐに戻ります（非同期の実行）。\n"
            "torch.cuda.synchronize() で終わりを待ってから、時計を見ます。"
        ),
    )
