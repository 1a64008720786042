"""01, after the timetable and after the bubble: slots, idle share, and why micro-batches."""

from checker.catalogue import load
from checker.question import Choice, Number, Option, Stem, blanks, item, sample, slips
from lessons.model_parallel import bubble_fraction, gpipe_schedule


@Stem
def gpipe(rng):
    """Stages and micro-batches; no mistake makes the same of both."""
    stages = int(rng.integers(3, 7))
    microbatches = stages + int(rng.integers(2, 12))
    return (
        f"{stages} 段のパイプラインに、{microbatches} 個のマイクロバッチを流します。"
        "どの段も、1 つのマイクロバッチを同じ時間で順伝播します。"
        "その時間を時刻の単位とし、時刻も段もマイクロバッチも 0 から数えます。"
        "GPipe の時刻表で、順伝播だけを考えます。"
    ), (stages, microbatches)


# 「1 つの」 and 「0 から」 stand in the sentence: p, m, 1, 0, then the numbers of the question.


@item(word="パイプライン並列", keyword="モデル並列化", cell="gpipe_schedule", stem=gpipe)
def timetable_slot(rng, sizes):
    stages, microbatches = sizes
    stage = int(rng.integers(1, stages))
    microbatch = int(rng.integers(stage + 1, microbatches))

    def said(timetable) -> str:
        slots = [t for t, row in enumerate(timetable) if row[stage] == microbatch]
        return f"時刻 {slots[0]}"

    schedule = load("gpipe_schedule")
    right = microbatch + stage
    return Choice(
        stem=f"段 {stage} がマイクロバッチ {microbatch} を計算するのは、どの時刻ですか。",
        right=said(gpipe_schedule(*sizes)),
        wrong=(
            *slips(
                schedule,
                sizes,
                said,
                (
                    "starts_all_stages_together",
                    "すべての段が同じ時刻に同じマイクロバッチを計算するとしています。"
                    "後ろの段には、前の段を通ってから届きます。",
                ),
                (
                    "waits_for_the_last_stage",
                    "前のマイクロバッチが最後の段を出るまで、次を始めないとしています。"
                    "段 0 は休まずに次を始めます。",
                ),
            ),
            Option(
                f"時刻 {right + 1}",
                "1 から数えています。時刻も段もマイクロバッチも 0 から数えます。",
            ),
        ),
        explanation=(
            "使う公式: 時刻 = マイクロバッチの番号 + 段の番号\n"
            f"代入: {microbatch} + {stage} です。段 0 より {stage} だけ遅れて届くからです。\n"
            f"答え: 時刻 {right}"
        ),
    )


@timetable_slot.by_hand
def _(stages, microbatches, one, zero, stage, microbatch):
    # Stage 0 is free for each micro-batch in its turn; every stage hands it on in the next slot.
    ready = int(microbatch)
    for _ in range(int(stage)):
        ready += 1
    return ready


@item(word="パイプライン並列", keyword="モデル並列化", cell="gpipe_schedule", stem=gpipe)
def timetable_length(rng, sizes):
    stages, microbatches = sizes

    def said(count: int) -> str:
        return f"{count} 個"

    slots = microbatches + stages - 1
    return Choice(
        stem="最初の段が始めてから、最後の段が終わるまでに、時刻はいくつありますか。",
        right=said(slots),
        wrong=slips(
            load("gpipe_schedule"),
            sizes,
            lambda timetable: said(len(timetable)),
            (
                "ends_when_the_first_stage_ends",
                "段 0 が終わるまでの数です。最後のマイクロバッチは、そのあと残りの段を進みます。",
            ),
            (
                "adds_an_idle_slot",
                "1 つ多く数えています。段 0 の最後の時刻を、2 度数えていませんか。",
            ),
            (
                "waits_for_the_last_stage",
                "1 つずつ順に流したときの数です。段は同時に、別のマイクロバッチを計算します。",
            ),
        ),
        explanation=(
            "使う公式: 時刻の数 = マイクロバッチの数 + 段の数 − 1\n"
            f"代入: {microbatches} + {stages} − 1\n答え: {said(slots)}"
        ),
    )


@timetable_length.by_hand
def _(stages, microbatches, *rest):
    last = max(m + s for m in range(int(microbatches)) for s in range(int(stages)))
    return last + 1


@item(word="パイプライン並列", keyword="モデル並列化", cell="gpipe_schedule")
def gpipe_schedule_code(rng):
    length, number, test = "stages + microbatches - 1", "t - s", "0 <= k < microbatches"
    mistakes = {
        "ends_when_the_first_stage_ends": ("microbatches", number, test),
        "adds_an_idle_slot": ("stages + microbatches", number, test),
        "adds_the_stage": (length, "t + s", test),
        "starts_all_stages_together": (length, "t", test),
        "loses_micro_batch_zero": (length, number, "0 < k < microbatches"),
        "goes_past_the_last_micro_batch": (length, number, "0 <= k <= microbatches"),
        "never_runs_out_of_micro_batches": (length, number, "0 <= k"),
    }
    return blanks(
        load("gpipe_schedule"),
        stem=(
            "GPipe の順伝播の時刻表を返す関数を書きます。"
            "`timetable[t][s]` は、時刻 t に段 s が計算するマイクロバッチの番号で、休みは None です。"
            "番号はどれも 0 から数えます。［ア］［イ］［ウ］に入る組を選んでください。"
        ),
        code=(
            "def gpipe_schedule(stages, microbatches):\n"
            "    timetable = []\n"
            "    for t in range(［ア］):\n"
            "        row = []\n"
            "        for s in range(stages):\n"
            "            k = ［イ］\n"
            "            row.append(k if ［ウ］ else None)\n"
            "        timetable.append(row)\n"
            "    return timetable"
        ),
        right=(length, number, test),
        wrong=dict(sample(rng, tuple(mistakes.items()), 3)),
        explanation=(
            "最後のマイクロバッチが、最後の段まで進むので、時刻は m + p − 1 個です。\n"
            "段 s には s 時刻だけ遅れて届くので、計算するのは t − s 番です。\n"
            "番号は 0 から m − 1 までです。"
        ),
    )


@item(word="バブル", keyword="モデル並列化", cell="bubble_fraction", stem=gpipe)
def bubble_share(rng, sizes):
    stages, microbatches = sizes

    def said(share: float) -> str:
        return f"{100 * share:.1f} %"

    mistakes = (
        (
            "divides_by_the_busy_slots",
            "働く時刻の数で割っています。休みも含めた時刻の数で割ります。",
        ),
        (
            "counts_one_idle_slot_too_many",
            "分子が 1 つ多くなっています。1 つの段が休むのは、段の数より 1 つ少ない時刻です。",
        ),
        "returns_the_busy_share",
        "counts_one_slot_too_many",
    )
    right = said(bubble_fraction(*sizes))
    while True:
        wrong = slips(load("bubble_fraction"), sizes, said, *sample(rng, mistakes, 3))
        if len({right, *(option.text for option in wrong)}) == 4:
            break
    return Choice(
        stem="すべての段と時刻のコマのうち、休みのコマの割合（バブル）は何 % ですか。",
        right=right,
        wrong=wrong,
        explanation=(
            "使う公式: (p − 1) ÷ (m + p − 1)\n"
            f"代入: 100 × {stages - 1} ÷ ({microbatches} + {stages} − 1)\n答え: {right}"
        ),
    )


@bubble_share.by_hand
def _(stages, microbatches, *rest):
    rows = gpipe_schedule(int(stages), int(microbatches))
    return 100 * sum(row.count(None) for row in rows) / (len(rows) * stages)


@item(word="バブル", keyword="モデル並列化", cell="bubble_fraction")
def microbatches_for_bubble(rng):
    stages = int(rng.integers(3, 10))
    percent = int(rng.choice([10, 20, 25]))
    factor = 100 // percent
    right = (stages - 1) * (factor - 1)
    return Number(
        stem=(
            f"{stages} 段の GPipe で、空き時間（バブル）の割合をちょうど {percent} % にします。"
            "どの段も同じ速さです。マイクロバッチは何個要りますか。"
        ),
        right=right,
        unit="個",
        tolerance=0.01,
        wrong=(
            Option(
                f"{(stages - 1) * factor} 個",
                "時刻の数の全体です。そこから、1 つの段が休む時刻の数を引きます。",
                value=(stages - 1) * factor,
            ),
            Option(
                f"{stages * factor} 個",
                "休む時刻を p 個としています。1 つの段が休むのは p − 1 個です。",
                value=stages * factor,
            ),
        ),
        explanation=(
            "使う公式: (p − 1) ÷ (m + p − 1) = 割合 なので、m = (p − 1) ÷ 割合 − (p − 1)\n"
            f"代入: {stages - 1} ÷ {percent / 100:g} − {stages - 1}\n答え: {right} 個"
        ),
    )


@microbatches_for_bubble.by_hand
def _(stages, percent):
    return next(
        m for m in range(1, 999) if bubble_fraction(int(stages), m) <= percent / 100 + 1e-12
    )


@item(word="マイクロバッチ", keyword="モデル並列化", cell="bubble_fraction")
def why_micro_batches(rng):
    wrong = (
        Option(
            "切れ目を通るデータの合計が減るから",
            "1 件につき通る値の個数は変わらないので、合計は同じです。",
        ),
        Option(
            "1 回の更新に使う件数が減るから",
            "勾配は全部のマイクロバッチで足し合わせます。1 回の更新に使う件数は変わりません。",
        ),
        Option(
            "それぞれの段の計算の回数が減るから",
            "計算の回数の合計は同じです。減るのは、待っている時間です。",
        ),
        Option(
            "マイクロバッチごとに重みを更新するから",
            "GPipe では、すべてのマイクロバッチの勾配を足してから 1 回更新します。",
        ),
    )
    return Choice(
        stem=(
            "パイプライン並列では、ミニバッチをマイクロバッチに分けます。"
            "分けると 1 回の更新が短い時間で終わるのは、なぜですか。"
        ),
        right="段が、別のマイクロバッチを同時に計算できるから",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "前の段が次のマイクロバッチを計算する間に、後ろの段は前のマイクロバッチを計算します。\n"
            "そのため、待っている時間（バブル）の割合が小さくなります。"
        ),
    )
