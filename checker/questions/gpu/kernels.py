"""03, after the grid and the kernel: blocks, indices, the guard, and the words of two languages."""

from checker.catalogue import load
from checker.question import Choice, Number, Option, Stem, blanks, item, sample, slips
from lessons.gpu import grid_size


@Stem
def grid(rng):
    """Elements and threads a block; the last block is neither full nor half full."""
    size = int(rng.choice([64, 128, 256, 512]))
    while True:
        n = int(rng.integers(5, 40)) * size + int(rng.integers(9, size - 9))
        if n % size != size // 2:
            break
    return (
        f"{n:,} 個の要素に、スレッドを 1 つずつ割り当てます。1 つのブロックは {size} スレッドです。"
    ), (n, size)


@item(word="ブロックとスレッド", keyword="CUDA", cell="grid_size", stem=grid)
def blocks_of_a_grid(rng, sizes):
    def said(count: int) -> str:
        return f"{count:,} 個"

    blocks = grid_size(*sizes)
    return Choice(
        stem="すべての要素を受け持つには、ブロックが少なくとも何個必要ですか。",
        right=said(blocks),
        wrong=(
            *slips(
                load("grid_size"),
                sizes,
                said,
                ("rounds_down", "切り捨てています。余った要素のために、ブロックがもう 1 つ必要です。"),
                "returns_the_threads",
            ),
            Option(said(blocks + 1), "1 つ多く数えています。切り上げたあとで、さらに 1 を足しません。"),
        ),
        explanation=(
            "使う公式: 要素の数 ÷ 1 つのブロックのスレッドの数を、切り上げます。\n"
            f"代入: {sizes[0]:,} ÷ {sizes[1]} = {sizes[0] / sizes[1]:.2f}\n答え: {said(blocks)}"
        ),
    )


@blocks_of_a_grid.by_hand
def _(n, one, block, size):
    return sum(1 for first in range(0, int(n), int(size)))


@item(word="ブロックとスレッド", keyword="CUDA", cell="grid_size", stem=grid)
def idle_threads(rng, sizes):
    n, size = sizes
    right = -n % size
    return Number(
        stem="最も少ない数のブロックを起動したとき、受け持つ要素のないスレッドは何個ありますか。",
        right=right,
        unit="個",
        tolerance=0.01,
        wrong=(
            Option(
                f"{n % size} 個",
                "最後のブロックで、要素を受け持つスレッドの数です。余るのは、残りのスレッドです。",
                value=n % size,
            ),
        ),
        explanation=(
            "使う公式: ブロックの数 × 1 つのブロックのスレッドの数 − 要素の数\n"
            f"代入: {grid_size(n, size)} × {size} − {n:,}\n答え: {right} 個"
        ),
    )


@idle_threads.by_hand
def _(n, one, block, size):
    launched = 0
    while launched < n:
        launched += size
    return launched - n


@item(word="ブロックとスレッド", keyword="CUDA", cell="saxpy_thread")
def global_index(rng):
    size = int(rng.choice([32, 64, 128]))
    block, thread = (int(n) for n in 3 + rng.permutation(25)[:2])

    def said(number: int) -> str:
        return f"{number:,} 番"

    right = block * size + thread
    wrong = (
        Option(said(right + 1), "1 から数えています。要素の番号も 0 から数えます。"),
        Option(said(right - size), "ブロックを 1 から数えています。ブロックの番号は 0 から始まります。"),
        Option(said(thread * size + block), "ブロックとスレッドの番号が逆です。"),
        Option(said(block + thread), "ブロックの番号に、1 つのブロックのスレッドの数を掛けていません。"),
    )
    return Choice(
        stem=(
            f"1 つのブロックは {size} スレッドです。ブロックもスレッドも要素も、番号は 0 から数えます。"
            f"ブロック {block} のスレッド {thread} は、何番の要素を受け持ちますか。"
            "要素は、ブロックの順、スレッドの順に割り当てます。"
        ),
        right=said(right),
        wrong=sample(rng, wrong, 3),
        explanation=(
            "使う公式: ブロックの番号 × 1 つのブロックのスレッドの数 + スレッドの番号\n"
            f"代入: {block} × {size} + {thread}\n答え: {said(right)}"
        ),
    )


@global_index.by_hand
def _(one, size, zero, block, thread):
    return sum(size for _ in range(int(block))) + thread


@item(word="カーネル", keyword="CUDA", cell="saxpy_thread")
def saxpy_code(rng):
    index, guard = "block * block_size + thread", "i < len(y)"
    mistakes = {
        "swaps_block_and_thread": ("thread * block_size + block", guard),
        "forgets_the_block": ("thread", guard),
        "adds_block_and_thread": ("block + thread", guard),
        "forgets_the_guard": (index, "i <= len(y)"),
        "guards_with_the_thread": (index, "thread < len(y)"),
        "guards_too_early": (index, "i < len(y) - 1"),
    }
    return blanks(
        load("saxpy_thread"),
        stem=(
            "GPU の 1 つのスレッドの仕事を、関数に書きます。"
            "スレッドは 1 つの要素を受け持ち、最後のブロックではスレッドが余ることがあります。"
            "番号はどれも 0 から数えます。［ア］［イ］に入る組を選んでください。"
        ),
        code=(
            "def saxpy_thread(block, thread, block_size, a, x, y):\n"
            "    i = ［ア］\n"
            "    if ［イ］:\n"
            "        y[i] = a * x[i] + y[i]"
        ),
        right=(index, guard),
        wrong=dict(sample(rng, tuple(mistakes.items()), 3)),
        explanation=(
            "自分より前のブロックに、スレッドが block * block_size 個あります。\n"
            "余ったスレッドが配列の外に書かないように、i < len(y) のときだけ計算します。"
        ),
    )


@item(word="CUDA と OpenCL", keyword="CUDA", cell="CUDA と OpenCL の比較")
def cuda_or_opencl(rng):
    wrong = (
        Option(
            "CUDA は公開された規格で、どの会社の GPU でも同じように動く。",
            "逆です。公開された規格は OpenCL で、CUDA は NVIDIA の GPU で動きます。",
        ),
        Option(
            "OpenCL は NVIDIA が作り、NVIDIA の GPU だけで動く。",
            "CUDA の説明です。OpenCL は、複数の会社の GPU や CPU で動きます。",
        ),
        Option(
            "OpenCL は GPU のためのもので、CPU では動かない。",
            "OpenCL は、CPU でも動きます。",
        ),
        Option(
            "PyTorch を使うときも、CUDA のカーネルを自分で書く。",
            "PyTorch の中に入っているので、device を指定するだけで使えます。",
        ),
    )
    return Choice(
        stem="CUDA と OpenCL の説明として正しいものを、1 つ選んでください。",
        right=sample(
            rng,
            (
                "CUDA は NVIDIA の GPU のための開発環境である。",
                "OpenCL は、NVIDIA のほかの会社の GPU でも動く、公開された規格である。",
            ),
            1,
        )[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "CUDA は NVIDIA の GPU のための開発環境です。\n"
            "OpenCL は公開された規格で、Intel や AMD や ARM などの GPU や CPU でも動きます。"
        ),
    )


PAIRS = {
    "ブロック": "ワークグループ（work-group）",
    "スレッド": "ワークアイテム（work-item）",
    "共有メモリ（shared memory）": "ローカルメモリ（local memory）",
    "グリッド": "NDRange",
}


@item(word="CUDA と OpenCL", keyword="CUDA", cell="同じカーネルを、CUDA と OpenCL で")
def words_of_two_languages(rng):
    asked = list(PAIRS)[int(rng.integers(3))]  # the fourth is only offered: no text explains it
    return Choice(
        stem=f"CUDA の{asked}に当たるものを、OpenCL では何と呼びますか。",
        right=PAIRS[asked],
        wrong=tuple(
            Option(name, f"これは、CUDA の{word}に当たります。")
            for word, name in PAIRS.items()
            if word != asked
        ),
        explanation=(
            "CUDA のブロックはワークグループ、スレッドはワークアイテムに当たります。\n"
            "共有メモリはローカルメモリに、グリッドは NDRange に当たります。"
        ),
    )


@item(word="ガード", keyword="CUDA", cell="saxpy_thread")
def why_the_guard(rng):
    wrong = (
        Option(
            "2 つのスレッドが、同じ要素に書かないようにするため",
            "要素の番号はスレッドごとに違うので、同じ要素には書きません。",
        ),
        Option(
            "スレッドを、番号の順に実行するため",
            "スレッドの実行の順は決まっていません。if を書いても変わりません。",
        ),
        Option(
            "ワープの全員が、同じ側に進むようにするため",
            "if を書くと、ワープの中で分かれることがあります。",
        ),
        Option(
            "計算の回数を減らして、速くするため",
            "要素ごとの計算の回数は変わりません。",
        ),
    )
    return Choice(
        stem=(
            "カーネルの初めに「番号が要素の数より小さいときだけ計算する」という if を書きます。"
            "何のためですか。"
        ),
        right="最後のブロックで余ったスレッドが、配列の外に書かないようにするため",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "スレッドはブロックごとに起動するので、要素の数より多くなることがあります。\n"
            "余ったスレッドには要素がないので、何もしないで終わらせます。"
        ),
    )
