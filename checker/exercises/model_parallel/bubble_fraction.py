"""bubble_fraction: the idle share of a GPipe schedule whose stages are equally fast."""

import numpy as np

from checker.exercise import Exercise
from lessons.model_parallel import bubble_fraction, gpipe_schedule

exercise = Exercise(
    bubble_fraction,
    title="パイプラインの空き時間の割合",
    statement=(
        "GPipe の時刻表で、空き時間（バブル）の割合を返します。"
        "段の数 `stages` を p、マイクロバッチの数 `microbatches` を m とすると、時刻の数は m + p − 1 です。"
        "どの段も、そのうち m 個の時刻で働き、残りの時刻は休みます。"
        "割合は、休みのコマの数を、段の数 × 時刻の数というコマの総数で割った値です。"
        "% に直さず、Python の float（倍精度）で、丸めずに返します。"
    ),
    difficulty=1,
    minutes=5,
    points=1,
    uses=("gpipe_schedule",),
    hints=(
        "どの段も同じ数だけ休むので、1 つの段だけを考えても割合は同じです。",
        "1 つの段が休む時刻の数は、時刻の数から `microbatches` を引いた数です。",
        "1 つの段は、全部で `stages - 1` 個の時刻を休みます。",
        "休む時刻の数を、時刻の数 `microbatches + stages - 1` で割ります。分母は括弧で囲みます。",
        "`gpipe_schedule` の表で、`None` の数を数え、コマの総数で割っても構いません。",
    ),
)

EXAMPLE = (4, 8)


@exercise.example
def example() -> str:
    stages, microbatches = EXAMPLE
    slots = len(gpipe_schedule(*EXAMPLE))
    return (
        f"`stages={stages}`、`microbatches={microbatches}` なら、時刻は {slots} 個です。"
        f"どの段も {microbatches} 個の時刻で働き、{slots - microbatches} 個の時刻で休みます。"
        f"空き時間の割合は {slots - microbatches} ÷ {slots} = {bubble_fraction(*EXAMPLE):.4f} です。"
        f"マイクロバッチを 1 つにすると {bubble_fraction(stages, 1)} で、"
        f"{8 * microbatches} に増やすと {bubble_fraction(stages, 8 * microbatches):.4f} です。"
    )


@exercise.cases
def cases(rng):
    def between(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    # Two calls, so that no share known by heart answers both.
    yield "基本", (between(3, 8), between(13, 40))
    yield "基本", (between(8, 13), between(40, 90))
    yield "問題文の例", EXAMPLE
    yield "問題文の例", (EXAMPLE[0], 1)
    yield "段が 1 つだけ", (1, between(2, 30))
    yield "段が 2 つ", (2, between(4, 30))
    yield "マイクロバッチが 1 つだけ", (between(3, 20), 1)
    yield "段もマイクロバッチも 1 つ", (1, 1)
    stages = between(6, 13)
    yield "段と同じ数のマイクロバッチ", (stages, stages)
    yield "マイクロバッチが段より少ない", (stages, stages - 3)
    yield "マイクロバッチがとても多い", (between(3, 9), between(300, 500))


@exercise.wrong(
    "分子が 1 つ多くなっています。1 つの段が休むのは、段の数より 1 つ少ない時刻です。"
    "時刻表で数えるなら、0 番のマイクロバッチを休みに数えないように、`is None` で調べます。"
)
def counts_one_idle_slot_too_many(stages, microbatches):
    return stages / (microbatches + stages - 1)


@exercise.wrong("時刻の数が 1 つ多くなっています。時刻の数は m + p − 1 です。")
def counts_one_slot_too_many(stages, microbatches):
    return (stages - 1) / (microbatches + stages)


@exercise.wrong(
    "働く時刻の数 m で割っています。全体に占める割合なので、休みも含めた時刻の数で割ります。"
)
def divides_by_the_busy_slots(stages, microbatches):
    return (stages - 1) / microbatches


@exercise.wrong("段とマイクロバッチが逆です。休みの数を決めるのは、段の数です。")
def swaps_stages_and_micro_batches(stages, microbatches):
    return (microbatches - 1) / (microbatches + stages - 1)


@exercise.wrong("働いている割合です。聞かれているのは、休んでいる割合です。")
def returns_the_busy_share(stages, microbatches):
    return microbatches / (microbatches + stages - 1)


@exercise.wrong("% に直しています。0 以上 1 未満の割合のまま返してください。")
def returns_percent(stages, microbatches):
    return 100 * (stages - 1) / (microbatches + stages - 1)


@exercise.wrong("分母に括弧がないので、microbatches だけで割っています。")
def forgets_the_parentheses_below(stages, microbatches):
    return (stages - 1) / microbatches + stages - 1


@exercise.wrong("分子に括弧がないので、1 だけを割っています。")
def forgets_the_parentheses_above(stages, microbatches):
    return stages - 1 / (microbatches + stages - 1)


@exercise.wrong(
    "括弧が 1 つもないので、1 ÷ microbatches だけが割り算になっています。分子と分母を、それぞれ括弧で囲みます。"
)
def forgets_all_parentheses(stages, microbatches):
    return stages - 1 / microbatches + stages - 1


@exercise.wrong("// は小数点から下を切り捨てます。/ で割ってください。")
def rounds_down(stages, microbatches):
    return float((stages - 1) // (microbatches + stages - 1))


@exercise.wrong("休みのコマの数です。コマの総数で割ると、割合になります。")
def counts_idle_cells(stages, microbatches):
    return float(stages * (stages - 1))


@exercise.wrong(
    "全部の段の休みの数を、1 つの段の時刻の数で割っています。分子と分母を、同じ範囲で数えます。"
)
def divides_all_idle_cells_by_one_column(stages, microbatches):
    return stages * (stages - 1) / (microbatches + stages - 1)


@exercise.wrong(
    "1 つの段の休みの数を、全部の段のコマの数で割っています。分子と分母を、同じ範囲で数えます。"
)
def divides_one_column_by_all_cells(stages, microbatches):
    return (stages - 1) / (stages * (microbatches + stages - 1))


@exercise.wrong("1 つでも休む段がある時刻を数えています。数えるのは時刻ではなく、休みのコマです。")
def counts_slots_with_an_idle_stage(stages, microbatches):
    timetable = gpipe_schedule(stages, microbatches)
    return sum(None in row for row in timetable) / len(timetable)


@exercise.wrong("時刻の数を m × p にしています。段は同時に働くので、時刻の数は m + p − 1 です。")
def multiplies_for_the_slots(stages, microbatches):
    return (stages - 1) / (stages * microbatches)


@exercise.wrong(
    "マイクロバッチの数によらない値です。"
    "休みの時刻の数を割るのは、段の数ではなく、時刻の数 m + p − 1 です。"
)
def ignores_the_micro_batches(stages, microbatches):
    return (stages - 1) / stages


@exercise.right
def counts_the_timetable(stages, microbatches):
    cells = [cell for row in gpipe_schedule(stages, microbatches) for cell in row]
    return cells.count(None) / len(cells)


@exercise.right
def one_minus_the_busy_share(stages, microbatches):
    return 1 - microbatches / (microbatches + stages - 1)


@exercise.right
def numpy_minded(stages, microbatches):
    idle, slots = np.float64(stages - 1), np.float64(microbatches + stages - 1)
    return float(idle / slots)
