"""saxpy_thread: what one GPU thread does, launched by the observer in an order of its own."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.gpu import saxpy_thread

exercise = Exercise(
    saxpy_thread,
    title="1 つのスレッドの仕事",
    statement=(
        "すべての要素について `y[i] = a * x[i] + y[i]` を行う計算のうち、1 つのスレッドの仕事を書きます。"
        "スレッドが受け持つ要素の番号は、ブロックの番号 `block`、ブロックの中での番号 `thread`、"
        "1 つのブロックのスレッドの数 `block_size` から決まります。"
        "要素は、ブロック 0 のスレッド 0 から順に、1 つずつ割り当てます。"
        "最後のブロックでは、受け持つ要素のないスレッドがあり、そのスレッドは何もしません。"
        "`y` の 1 つの要素だけをその場で書き換え、`x` は変えません（戻り値は使いません）。"
        "採点では、全部のスレッドをばらばらの順で呼びます。"
    ),
    difficulty=2,
    minutes=8,
    points=2,
    hints=(
        "for は使いません。1 回の呼び出しで、1 つの要素だけを計算します。",
        "ブロック 1 のスレッド 0 の前には、ブロック 0 のスレッドが `block_size` 個あります。",
        "要素の番号は `i = block * block_size + thread` です。",
        "`i` が要素の数 `len(y)` より小さいときだけ、書き換えます。これをガードといいます。",
        "`if i < len(y):` の中で、`y[i] = a * x[i] + y[i]` を行います。",
    ),
)


@exercise.example
def example() -> str:
    a, x, y = 2.0, torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0]), torch.full((5,), 10.0)
    before, (block, thread, size) = y.tolist(), (1, 0, 3)
    saxpy_thread(block, thread, size, a, x, y)
    return (
        f"`a={a}`、`x` が `{x.tolist()}`、`y` が `{before}` で、`block_size={size}` とします。"
        f"ブロック {block} のスレッド {thread} は、{block} × {size} + {thread} = {block * size + thread} 番の要素を受け持ちます。"
        f"呼び出したあとの `y` は `{y.tolist()}` です。"
        f"ブロック {block} のスレッド {size - 1} の番号は {block * size + size - 1} ですが、"
        f"要素は {len(y)} 個なので、何もしません。"
    )


def vectors(rng, n: int, dtype=torch.float32) -> tuple:
    """a, x and y: no element is near 0, and no two are alike."""
    x, y = (torch.tensor(rng.uniform(1, 9, n), dtype=dtype) for _ in range(2))
    return round(float(rng.uniform(2, 4)), 3), x, y


ALL = "すべて"  # of the blocks and of their threads: the observer launches them


@exercise.cases
def cases(rng):
    def launch(n: int, block_size: int, dtype=torch.float32) -> tuple:
        return ALL, ALL, block_size, *vectors(rng, n, dtype)

    yield "基本", launch(2 * 4 + int(rng.integers(2, 4)), 4)
    yield "ちょうど割り切れる", launch(4 * 6, 6)
    yield "1 つ余る", launch(3 * 8 + 1, 8)
    yield "1 つ足りない", launch(3 * 8 - 1, 8)
    yield "1 つのブロックに収まる", launch(5, 8)
    yield "要素が 1 個だけ", launch(1, 4)
    yield "1 つのブロックが 1 スレッド", launch(6, 1)
    yield "ブロックが多い", launch(31, 3)
    *launched, _, x, y = launch(19, 4)
    yield "a が負", (*launched, -2.5, x, y)
    yield "a が 0", (*launched, 0.0, x, y)
    yield "倍精度", launch(21, 8, torch.float64)


@exercise.observe
def observer(answer, block, thread, block_size, a, x, y):
    x, y = x.clone(), y.clone()
    launched = -(-len(y) // block_size) * block_size
    # No order may be relied on: another one for each length.
    for number in np.random.default_rng(len(y)).permutation(launched).tolist():
        answer(number // block_size, number % block_size, block_size, a, x, y)
    return {"y": y, "x": x}


INDEX, GUARD, WRITE = "i = block * block_size + thread", "i < len(y)", "y[i] = a * x[i] + y[i]"
BODY = f"    {INDEX}\n    if {GUARD}:\n        {WRITE}"

exercise.slip(
    "forgets_the_guard",
    "要素のない番号に書こうとしています。番号は 0 から数えるので、i < len(y) のときだけ書き換えます。",
    GUARD, "True",
)
exercise.slip(
    "guards_with_the_thread",
    "ブロックの中での番号を、要素の数と比べています。比べるのは、全体での番号 i です。",
    GUARD, "thread < len(y)",
)
exercise.slip(
    "forgets_the_block",
    "ブロックの番号を使っていません。どのブロックも、先頭の要素ばかりを計算しています。",
    INDEX, "i = thread",
)
exercise.slip(
    "swaps_block_and_thread",
    "ブロックとスレッドの番号が逆です。block に block_size を掛けて、thread を足します。",
    INDEX, "i = thread * block_size + block",
)
exercise.slip(
    "adds_block_and_thread",
    "ブロックの番号に block_size を掛けていません。block 番のブロックの前には、スレッドが block * block_size 個あります。",
    INDEX, "i = block + thread",
)
exercise.slip(
    "multiplies_block_and_thread",
    "ブロックとスレッドの番号を掛けています。block に掛けるのは block_size で、thread は足します。",
    INDEX, "i = block * thread",
)
exercise.slip(
    "counts_from_one",
    "番号を 1 から数えています。先頭の要素は 0 番なので、1 を足しません。",
    INDEX, "i = block * block_size + thread + 1",
)
exercise.slip(
    "counts_blocks_from_one",
    "ブロックを 1 から数えています。block は 0 から始まるので、そのまま block_size を掛けます。",
    INDEX, "i = (block - 1) * block_size + thread",
)
exercise.slip(
    "starts_at_the_next_block",
    "次のブロックの要素を計算しています。block は 0 から始まるので、1 を足さずに block_size を掛けます。",
    INDEX, "i = (block + 1) * block_size + thread",
)
exercise.slip(
    "counts_threads_from_one",
    "スレッドを 1 から数えています。thread は 0 から始まるので、1 を引きません。",
    INDEX, "i = block * block_size + thread - 1",
)
exercise.slip(
    "guards_with_the_block_size",
    "要素の番号を block_size と比べています。比べるのは、要素の数 len(y) です。",
    GUARD, "i < block_size",
)
exercise.slip(
    "guards_too_early",
    "最後の要素が計算されていません。最後の番号は len(y) − 1 なので、i < len(y) です。",
    GUARD, "i < len(y) - 1",
)
exercise.slip(
    "skips_the_last_block",
    "途中までしか要素のないブロックを、丸ごと飛ばしています。スレッドごとに、番号 i で調べます。",
    GUARD, "block < len(y) // block_size",
)
exercise.slip(
    "wraps_around",
    "要素のないスレッドが、先頭の要素をもう一度計算しています。そのスレッドは、何もしません。",
    BODY, "    i = (block * block_size + thread) % len(y)\n    y[i] = a * x[i] + y[i]",
)
exercise.slip(
    "stays_at_the_last_element",
    "要素のないスレッドが、最後の要素をもう一度計算しています。そのスレッドは、何もしません。",
    BODY, "    i = min(block * block_size + thread, len(y) - 1)\n    y[i] = a * x[i] + y[i]",
)
exercise.slip(
    "updates_all_elements",
    "1 つのスレッドが、y の全体を計算しています。受け持つのは y[i] の 1 つだけです。",
    WRITE, "y += a * x",
)
exercise.slip(
    "loops_over_all_elements",
    "どのスレッドも、for で全部の要素を計算しています。for は使わず、受け持つ y[i] の 1 つだけを計算します。",
    BODY, "    for i in range(len(y)):\n        y[i] = a * x[i] + y[i]",
)
exercise.slip(
    "updates_its_whole_block",
    "1 つのスレッドが、ブロックの全部の要素を計算しています。受け持つのは y[i] の 1 つだけです。",
    BODY,
    "    for i in range(block * block_size, min((block + 1) * block_size, len(y))):\n"
    "        y[i] = a * x[i] + y[i]",
)
exercise.slip(
    "forgets_the_old_y",
    "もとの y[i] を足していません。a * x[i] に、y[i] を足します。",
    WRITE, "y[i] = a * x[i]",
)
exercise.slip(
    "adds_y_twice",
    "もとの y[i] を 2 回足しています。+= を使うなら、右辺は a * x[i] だけです。",
    WRITE, "y[i] += a * x[i] + y[i]",
)
exercise.slip(
    "scales_y",
    "a を y[i] に掛けています。a を掛けるのは x[i] です。",
    WRITE, "y[i] = x[i] + a * y[i]",
)
exercise.slip(
    "scales_both",
    "a を x[i] と y[i] の和に掛けています。a を掛けるのは x[i] だけです。",
    WRITE, "y[i] = a * (x[i] + y[i])",
)
exercise.slip(
    "forgets_a",
    "a を掛けていません。x[i] に a を掛けてから、y[i] に足します。",
    WRITE, "y[i] = x[i] + y[i]",
)
exercise.slip(
    "writes_into_x",
    "x を書き換えています。書き換えるのは y[i] で、x は変えません。",
    WRITE, "x[i] = a * x[i] + y[i]",
)
exercise.slip(
    "changes_nothing",
    "y が変わっていません。y = … や return では変わらないので、y[i] = … と、その場で書き換えます。",
    WRITE, "y = a * x + y",
)


@exercise.right
def adds_in_place(block, thread, block_size, a, x, y):
    i = thread + block_size * block
    if i >= len(x):
        return
    y[i] += a * x[i]


@exercise.right
def python_numbers(block, thread, block_size, a, x, y):
    place = sum([block_size] * block) + thread
    if place < y.numel():
        y[place] = a * x[place].item() + y[place].item()


@exercise.right
def by_a_slice(block, thread, block_size, a, x, y):
    i = block * block_size + thread
    y[i : i + 1] += a * x[i : i + 1]


@exercise.right
def numpy_minded(block, thread, block_size, a, x, y):
    values, i = y.numpy(), block * block_size + thread
    if i in range(len(values)):
        values[i] += a * x.numpy()[i]
