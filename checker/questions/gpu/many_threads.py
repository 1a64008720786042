"""03, after CPU and GPU, SIMD / SIMT / MIMD, and the warp that diverges."""

import torch

from checker.catalogue import load
from checker.question import Choice, Option, item, sample, slips
from lessons.gpu import divergent_cycles


@item(word="CPU と GPU", keyword="GPU", cell="少数の強いコアと、多数の単純なコア")
def cpu_or_gpu(rng):
    wrong = (
        Option(
            "コアの数が少なく、コア 1 個の性能が CPU より高い。",
            "CPU の説明です。GPU のコアは数が多く、1 個の性能は低めです。",
        ),
        Option(
            "順番のある複雑な処理を、CPU よりも速く行う。",
            "順番のある複雑な処理は、CPU が得意です。",
        ),
        Option(
            "コアごとに、まったく違うプログラムを実行するのが得意である。",
            "GPU は、多くのスレッドが同じ命令をそろって実行するときに速くなります。",
        ),
        Option(
            "画像の表示にしか使えないので、学習には向かない。",
            "画像の表示のほかの計算にも使えます。これを GPGPU といいます。",
        ),
    )
    return Choice(
        stem="GPU の特徴として正しいものを、1 つ選んでください。",
        right="数の多いコアで、単純な計算を同時に行うのが得意である。",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "CPU は性能の高い少数のコアを持ち、GPU は単純なコアをたくさん持ちます。\n"
            "学習の計算の多くは単純な行列の計算なので、GPU で速くなります。"
        ),
    )


SCHEMES = {
    "SIMD": "1 つの命令で、並んだ複数のデータを同時に計算する",
    "SIMT": "多くのスレッドが、組ごとに同じ命令をそろって実行し、それぞれ自分のデータを計算する",
    "MIMD": "複数のプロセッサが、別々の命令の列を、別々のデータに対して実行する",
}
EXAMPLES = {
    "SIMD": "CPU のベクトル命令",
    "SIMT": "GPU のワープ",
    "MIMD": "CPU の複数のコア",
    "SISD": "1 つのコアで 1 つずつ計算する、昔からの方式",
}


@item(word="SIMD・SIMT・MIMD", keyword="アクセラレータ", cell="命令とデータの組み合わせ")
def simd_simt_mimd(rng):
    asked = ("SIMD", "SIMT", "MIMD")[int(rng.integers(3))]
    return Choice(
        stem=f"「{SCHEMES[asked]}」方式を、何といいますか。",
        right=asked,
        wrong=tuple(
            Option(name, f"{name} の例は、{example}です。")
            for name, example in EXAMPLES.items()
            if name != asked
        ),
        explanation=(
            "S は 1 つ、M は複数、I は命令、D はデータ、T はスレッドを表します。\n"
            f"{asked} の例は、{EXAMPLES[asked]}です。"
        ),
    )


@item(word="TPU", keyword="アクセラレータ", cell="TPU とシストリックアレイ")
def what_a_tpu_is(rng):
    wrong = (
        Option(
            "画像の表示のために作られ、あとから学習にも使われたプロセッサ",
            "GPU の説明です。TPU は、はじめからニューラルネットワークのために作られました。",
        ),
        Option(
            "複雑で順番のある処理が得意な、少数のコアのプロセッサ",
            "CPU の説明です。",
        ),
        Option(
            "買った人が、あとから回路を書き換えられるプロセッサ",
            "FPGA の説明です。TPU の回路は、作ったあとでは変わりません。",
        ),
        Option(
            "複数の会社の GPU で動く、並列計算の公開された規格",
            "OpenCL の説明です。TPU はプロセッサです。",
        ),
    )
    return Choice(
        stem="TPU の説明として正しいものを、1 つ選んでください。",
        right="行列の計算のために Google が作った、専用のプロセッサ",
        wrong=sample(rng, wrong, 3),
        explanation="TPU（tensor processing unit）は、掛けて足す回路を格子に並べ、行列の積を計算します。",
    )


@item(word="ワープ", keyword="アクセラレータ", cell="divergent_cycles")
def warp_cycles(rng):
    mistakes = (
        (
            "takes_the_longer_side",
            "分かれたワープで、長いほうしか数えていません。片方ずつ順に進むので、両方を足します。",
        ),
        (
            "never_counts_both_sides",
            "分かれたワープで、else の側を数えていません。分かれたワープは、両方を順に実行します。",
        ),
        (
            "always_pays_for_both",
            "どのワープでも両方を数えています。全員がそろうワープでは、もう片方はかかりません。",
        ),
        (
            "returns_the_slowest_warp",
            "最も長いワープだけのサイクルです。求めるのは、全部のワープの合計です。",
        ),
    )
    if_only, else_only, both = (int(n) for n in rng.permutation([2, 3, 4, 5, 6])[:3])
    cost_if = 10 * int(rng.integers(1, 4))
    cost_else = 10 * int(rng.integers(4, 9))
    size = 4
    taken = torch.tensor(
        [True] * size * if_only + [False] * size * else_only + [True, False, True, False] * both
    )
    arguments = taken, size, cost_if, cost_else

    def said(cycles: int) -> str:
        return f"{cycles} サイクル"

    right = said(divergent_cycles(*arguments))
    return Choice(
        stem=(
            "条件分岐の if の側は "
            f"{cost_if} サイクル、else の側は {cost_else} サイクルかかります。"
            f"{if_only} 個のワープでは全員が if の側に、{else_only} 個のワープでは全員が else の側に進みます。"
            f"あとの {both} 個のワープでは、スレッドが両方に分かれます。全部のワープの合計はどれですか。"
        ),
        right=right,
        wrong=slips(load("divergent_cycles"), arguments, said, *sample(rng, mistakes, 3)),
        explanation=(
            "使う公式: 1 つでも進むスレッドがあれば、その側のサイクルがワープにかかります。\n"
            f"代入: {if_only} × {cost_if} + {else_only} × {cost_else} + {both} × ({cost_if} + {cost_else})\n"
            f"答え: {right}"
        ),
    )


@warp_cycles.by_hand
def _(cost_if, cost_else, if_only, else_only, both):
    return cost_if * (if_only + both) + cost_else * (else_only + both)
