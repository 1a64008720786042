"""gpipe_schedule: which micro-batch each stage computes in each slot of the forward pass."""

from checker.exercise import Exercise
from lessons.model_parallel import gpipe_schedule

exercise = Exercise(
    gpipe_schedule,
    title="GPipe の時刻表",
    statement=(
        "GPipe の順伝播の時刻表を、リストのリストで返します。"
        "`timetable[t][s]` は、時刻 t に段 s が計算するマイクロバッチの番号です。"
        "何も計算しない段は `None` とし、時刻、段、マイクロバッチの番号はどれも 0 から数えます。"
        "段 0 は、時刻 0 から休まずに、マイクロバッチを番号の順に計算します。"
        "どのマイクロバッチも、次の時刻に次の段へ進みます。"
        "時刻表は、最後の段が最後のマイクロバッチを計算する時刻で終わります。"
    ),
    difficulty=2,
    minutes=12,
    points=3,
    hints=(
        "紙に表を書きます。行が時刻、列が段です。マイクロバッチ 0 は、斜めに下りていきます。",
        "時刻の数は、段 0 がすべてを計算する `microbatches` 個と、最後の段へ届くまでの "
        "`stages - 1` 個の合計です。",
        "段 s には、段 0 より s 時刻だけ遅れて届きます。",
        "時刻 t に段 s が計算するのは `t - s` 番です。",
        "`t - s` が 0 以上で `microbatches` より小さければその番号、そうでなければ `None` です。",
    ),
)

EXAMPLE = (3, 4)


@exercise.example
def example() -> str:
    stages, microbatches = EXAMPLE
    timetable = gpipe_schedule(stages, microbatches)
    last = len(timetable) - 1
    return (
        f"`stages={stages}`、`microbatches={microbatches}` の時刻表は、{len(timetable)} 行 {stages} 列です。"
        f"時刻 0 の行は `{timetable[0]}`、時刻 1 の行は `{timetable[1]}`、"
        f"時刻 {last} の行は `{timetable[last]}` です。"
        f"マイクロバッチ 1 は、時刻 1 に段 0、時刻 2 に段 1、時刻 3 に段 2 が計算します。"
    )


@exercise.cases
def cases(rng):
    def between(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    # Two tables of different sizes, so that no table known by heart answers both.
    yield "基本", (between(3, 6), between(6, 18))
    yield "基本", (between(6, 10), between(18, 30))
    yield "問題文の例", EXAMPLE
    yield "段が 1 つだけ", (1, between(3, 9))
    yield "段が 2 つ", (2, between(5, 11))
    yield "マイクロバッチが 1 つだけ", (between(4, 9), 1)
    yield "マイクロバッチが 2 つ", (between(5, 9), 2)
    yield "段もマイクロバッチも 1 つ", (1, 1)
    stages = between(5, 9)
    yield "マイクロバッチが段より少ない", (stages, stages - 2)
    yield "段と同じ数のマイクロバッチ", (stages, stages)
    yield "マイクロバッチがとても多い", (4, between(50, 80))


@exercise.wrong(
    "表の向きが逆です。外側のリストが時刻、内側のリストが段で、`timetable[t][s]` の順に並べます。"
)
def swaps_time_and_stage(stages, microbatches):
    slots = range(microbatches + stages - 1)
    return [[t - s if 0 <= t - s < microbatches else None for t in slots] for s in range(stages)]


exercise.slip(
    "ends_when_the_first_stage_ends",
    "段 0 が終わった時刻で表が切れています。最後のマイクロバッチは、そのあと残りの段を進みます。",
    "range(microbatches + stages - 1)",
    "range(microbatches)",
)
exercise.slip(
    "adds_an_idle_slot",
    "最後に、全員が休む時刻が 1 行余っています。時刻の数は、段の数とマイクロバッチの数の合計より 1 つ少ない数です。",
    "range(microbatches + stages - 1)",
    "range(microbatches + stages)",
)
exercise.slip(
    "misses_the_last_slot",
    "最後の時刻が 1 行足りません。最後の段が最後のマイクロバッチを計算する行も入れます。",
    "range(microbatches + stages - 1)",
    "range(microbatches + stages - 2)",
)
exercise.slip(
    "skips_the_first_slot",
    "時刻 1 から始まっています。段 0 がマイクロバッチ 0 を計算する、時刻 0 の行から始めます。",
    "range(microbatches + stages - 1)",
    "range(1, microbatches + stages)",
)
exercise.slip(
    "stops_all_stages_with_the_first",
    "段 0 が終わった時刻から、全員が休みになっています。調べるのは、時刻 t ではなく、番号 t − s です。",
    "0 <= microbatch < microbatches",
    "0 <= microbatch and slot < microbatches",
)
exercise.slip(
    "subtracts_the_slot_from_the_stage",
    "引く順が逆です。段 s は、段 0 より s 時刻だけ遅れているので、時刻から段を引きます。",
    "slot - stage",
    "stage - slot",
)
exercise.slip(
    "drops_the_idle_cells",
    "休みのコマを飛ばしたので、行が短くなっています。休みの段にも None を入れます。",
    "row.append(microbatch if 0 <= microbatch < microbatches else None)",
    "if 0 <= microbatch < microbatches:\n                row.append(microbatch)",
)
exercise.slip(
    "goes_on_with_one_row",
    "行を繰り返しの外で 1 度だけ作ったので、全部の時刻が 1 つの行に続いています。行は時刻ごとに作ります。",
    "    for slot in range(microbatches + stages - 1):\n        row = []\n",
    "    row = []\n    for slot in range(microbatches + stages - 1):\n",
)
exercise.slip(
    "counts_micro_batches_from_one",
    "マイクロバッチの番号を 1 から数えています。最初のマイクロバッチは 0 番です。",
    "row.append(microbatch if",
    "row.append(microbatch + 1 if",
)
exercise.slip(
    "loses_micro_batch_zero",
    "0 番のマイクロバッチが休みになっています。0 も番号です。0 以上かどうかで調べます。",
    "0 <= microbatch < microbatches",
    "0 < microbatch < microbatches",
)
exercise.slip(
    "goes_past_the_last_micro_batch",
    "ないはずの番号が入っています。番号は 0 から始まるので、最後は microbatches - 1 です。",
    "0 <= microbatch < microbatches",
    "0 <= microbatch <= microbatches",
)
exercise.slip(
    "never_runs_out_of_micro_batches",
    "最後のマイクロバッチのあとも、大きな番号が続いています。計算し終えた段は None です。",
    "0 <= microbatch < microbatches",
    "0 <= microbatch",
)
exercise.slip(
    "starts_with_negative_numbers",
    "まだ何も届いていない段に、負の番号が入っています。届く前の段は None です。",
    "0 <= microbatch < microbatches",
    "microbatch < microbatches",
)
exercise.slip(
    "adds_the_stage",
    "段が進むほど先の番号になっています。後ろの段には、s 時刻だけ遅れて届きます。",
    "slot - stage",
    "slot + stage",
)
exercise.slip(
    "starts_all_stages_together",
    "すべての段が、同じ時刻に同じマイクロバッチを計算しています。前の段の出力がないと、次の段は始められません。",
    "slot - stage",
    "slot",
)
exercise.slip(
    "runs_the_stages_backwards",
    "最後の段から計算しています。マイクロバッチは、段 0 から順に進みます。",
    "slot - stage\n",
    "slot - (stages - 1 - stage)\n",
)
exercise.slip(
    "says_minus_one_for_idle",
    "休みを -1 で表しています。休みは None にしてください。",
    "else None",
    "else -1",
)
exercise.slip(
    "says_zero_for_idle",
    "休みが 0 になっています。0 はマイクロバッチの番号なので、休みは None で表します。",
    "else None",
    "else 0",
)
exercise.slip(
    "writes_none_as_text",
    '休みが文字列の "None" になっています。引用符を付けずに None と書きます。',
    "else None",
    'else "None"',
)


@exercise.wrong("段とマイクロバッチが入れ替わっています。列は段で、中の番号がマイクロバッチです。")
def swaps_stages_and_micro_batches(stages, microbatches):
    slots = range(microbatches + stages - 1)
    return [[t - s if 0 <= t - s < stages else None for s in range(microbatches)] for t in slots]


@exercise.wrong(
    "1 つのマイクロバッチが最後の段を出るまで、次を始めていません。"
    "段 0 は、次の時刻にはもう次のマイクロバッチを計算します。"
)
def waits_for_the_last_stage(stages, microbatches):
    timetable = []
    for microbatch in range(microbatches):
        for stage in range(stages):
            timetable.append([microbatch if s == stage else None for s in range(stages)])
    return timetable


@exercise.wrong(
    "`[行] * n` は、同じ 1 つの行を n 回並べます。"
    "1 つの行に書くと全部の行が変わるので、行は時刻ごとに新しく作ります。"
)
def shares_one_row(stages, microbatches):
    timetable = [[None] * stages] * (microbatches + stages - 1)
    for microbatch in range(microbatches):
        for stage in range(stages):
            timetable[microbatch + stage][stage] = microbatch
    return timetable


@exercise.right
def follows_each_micro_batch(stages, microbatches):
    timetable = [[None] * stages for _ in range(microbatches + stages - 1)]
    for microbatch in range(microbatches):
        for stage in range(stages):
            timetable[microbatch + stage][stage] = microbatch
    return timetable


@exercise.right
def hands_on(stages, microbatches):
    row, timetable = [None] * stages, []
    for slot in range(microbatches + stages - 1):
        row = [slot if slot < microbatches else None] + row[:-1]
        timetable.append(row)
    return timetable


@exercise.right
def comprehension(stages, microbatches):
    return [
        [t - s if t - s in range(microbatches) else None for s in range(stages)]
        for t in range(stages + microbatches - 1)
    ]
