"""csr_bytes: the bytes that a sparse matrix takes in the CSR format."""

import numpy as np

from checker.exercise import Exercise
from lessons.pruning import csr_bytes

exercise = Exercise(
    csr_bytes,
    title="CSR 形式のバイト数",
    statement=(
        "0 の多い行列を CSR 形式で保存するときのバイト数を返します。"
        "CSR は、0 でない値、その列番号、行ポインタという 3 つの配列を保存します。"
        "値と列番号は、0 でない値 1 個につき 1 つずつあります。"
        "行ポインタは各行の始まりと最後の行の終わりを指すので、行数より 1 つ多くあります。"
        "値は 1 個 `value_bytes` バイト、列番号と行ポインタは 1 個 `index_bytes` バイトです。"
        "この計算で、疎な形式で保存すると得かどうかが分かります。"
    ),
    difficulty=1,
    minutes=6,
    points=2,
    hints=(
        "3 つの配列について、それぞれ「個数 × 1 個の大きさ」を計算して足します。",
        "値の配列は `nonzeros * value_bytes`、列番号の配列は `nonzeros * index_bytes` です。",
        "行ポインタの個数は `rows + 1` です。掛け算の前に、括弧で囲みます。",
        "行ポインタの配列は `(rows + 1) * index_bytes` です。3 つの和が答えです。",
    ),
)


# The example: a matrix of float32, of whose values 10 % or 60 % are left.
ROWS, COLUMNS, VALUE_BYTES, INDEX_BYTES = 300, 784, 4, 4
NONZEROS = [ROWS * COLUMNS * percent // 100 for percent in (10, 60)]


@exercise.example
def example() -> str:
    dense = ROWS * COLUMNS * VALUE_BYTES
    tenth, most = NONZEROS
    small, large = (csr_bytes(ROWS, n, VALUE_BYTES, INDEX_BYTES) for n in NONZEROS)
    return (
        f"{ROWS} × {COLUMNS} の行列を float32 で密に持つと {dense:,} バイトです。"
        f"列番号と行ポインタを {INDEX_BYTES} バイトとします。"
        f"値の 10 %（{tenth:,} 個）が残る CSR は {small:,} バイトで、小さくなります。"
        f"60 %（{most:,} 個）が残る CSR は {large:,} バイトで、密な形式より大きくなります。"
    )


@exercise.cases
def cases(rng):
    def between(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    yield "基本", (between(5, 30), between(40, 90), 4, 2)
    yield "基本", (between(60, 90), between(130, 190), 4, 2)  # always more bytes
    for nonzeros in NONZEROS:
        yield "問題文の例", (ROWS, nonzeros, VALUE_BYTES, INDEX_BYTES)
    yield "値も番号も 4 バイト", (between(100, 400), between(2_000, 9_000), 4, 4)
    yield "番号のほうが大きい", (between(20, 90), between(100, 300), 1, 8)
    yield "行よりも値が少ない", (between(50, 90), between(3, 20), 8, 4)
    yield "0 でない値が 1 つもない", (between(6, 40), 0, 4, 8)
    yield "0 でない値が 1 つだけ", (between(6, 40), 1, 8, 4)
    yield "1 行だけ", (1, between(11, 60), 2, 4)
    yield "行が 1 つもない", (0, 0, between(2, 5), between(5, 9))
    yield "とても大きい行列", (between(10**6, 10**7), between(3 * 10**9, 5 * 10**9), 2, 8)


@exercise.wrong("行ポインタの個数が 1 つ足りません。最後の行の終わりを指す分を足して、行数 + 1 個です。")
def forgets_the_last_pointer(rows, nonzeros, value_bytes, index_bytes):
    return nonzeros * (value_bytes + index_bytes) + rows * index_bytes


@exercise.wrong("行ポインタを数えていません。各行がどこから始まるかも保存します。")
def forgets_the_row_pointers(rows, nonzeros, value_bytes, index_bytes):
    return nonzeros * (value_bytes + index_bytes)


@exercise.wrong("列番号を数えていません。0 でない値がどの列にあるかも保存します。")
def forgets_the_columns(rows, nonzeros, value_bytes, index_bytes):
    return nonzeros * value_bytes + (rows + 1) * index_bytes


@exercise.wrong("値そのものを数えていません。番号だけでは行列を復元できません。")
def forgets_the_values(rows, nonzeros, value_bytes, index_bytes):
    return (nonzeros + rows + 1) * index_bytes


@exercise.wrong("行番号を値ごとに保存しています。これは COO 形式です。CSR は行ポインタにまとめます。")
def stores_coordinates(rows, nonzeros, value_bytes, index_bytes):
    return nonzeros * (value_bytes + 2 * index_bytes)


@exercise.wrong("行ポインタに value_bytes を掛けています。行ポインタ 1 個は index_bytes です。")
def takes_pointers_for_values(rows, nonzeros, value_bytes, index_bytes):
    return nonzeros * (value_bytes + index_bytes) + (rows + 1) * value_bytes


@exercise.wrong("列番号に value_bytes を掛けています。列番号 1 個は index_bytes です。")
def takes_columns_for_values(rows, nonzeros, value_bytes, index_bytes):
    return 2 * nonzeros * value_bytes + (rows + 1) * index_bytes


@exercise.wrong("rows + 1 に括弧がないので、1 だけに index_bytes が掛かっています。")
def forgets_the_parentheses(rows, nonzeros, value_bytes, index_bytes):
    return nonzeros * value_bytes + nonzeros * index_bytes + rows + 1 * index_bytes


@exercise.wrong("行ごとに始まりと終わりを保存しています。終わりは次の行の始まりと同じなので要りません。")
def stores_both_ends(rows, nonzeros, value_bytes, index_bytes):
    return nonzeros * (value_bytes + index_bytes) + 2 * rows * index_bytes


@exercise.wrong("nonzeros に行数を掛けています。nonzeros は行列全体での個数です。")
def takes_nonzeros_for_each_row(rows, nonzeros, value_bytes, index_bytes):
    return rows * nonzeros * (value_bytes + index_bytes) + (rows + 1) * index_bytes


@exercise.wrong("ビット数を返しています。大きさはもともとバイトなので、8 は掛けません。")
def counts_bits(rows, nonzeros, value_bytes, index_bytes):
    return 8 * (nonzeros * (value_bytes + index_bytes) + (rows + 1) * index_bytes)


@exercise.wrong("最後の行ポインタを 1 バイトと数えています。+ 1 は個数なので、index_bytes を掛ける前に足します。")
def adds_one_byte(rows, nonzeros, value_bytes, index_bytes):
    return nonzeros * (value_bytes + index_bytes) + rows * index_bytes + 1


@exercise.wrong("z + R + 1 に括弧がないので、1 だけに index_bytes が掛かっています。")
def forgets_all_parentheses(rows, nonzeros, value_bytes, index_bytes):
    return nonzeros * value_bytes + nonzeros + rows + 1 * index_bytes


@exercise.right
def groups_by_size(rows, nonzeros, value_bytes, index_bytes):
    indices = nonzeros + rows + 1
    return value_bytes * nonzeros + index_bytes * indices


@exercise.right
def numpy_minded(rows, nonzeros, value_bytes, index_bytes):
    counts = np.array([nonzeros, nonzeros, rows + 1], dtype=np.int64)
    return int(counts @ np.array([value_bytes, index_bytes, index_bytes], dtype=np.int64))


@exercise.right
def loop(rows, nonzeros, value_bytes, index_bytes):
    total = 0
    for count, size in ((nonzeros, value_bytes), (nonzeros, index_bytes), (rows + 1, index_bytes)):
        total += count * size
    return total
