"""04-2, after few bits: how far one can go, when it is faster, and one bit."""

import torch

from checker.catalogue import load
from checker.question import Choice, Number, Option, blanks, item, sample, slips
from lessons.data import detection_times
from lessons.quantization import binary_weights, straight_through


def listed(values: list[float]) -> str:
    return "[" + ", ".join(f"{value + 0.0:.1f}" for value in values).replace("-", "−") + "]"


@item(word="PTQ と QAT", keyword="量子化", cell="ビット数を 64 から 1 まで減らす")
def after_or_while_training(rng):
    right = (
        "PTQ では、学習が終わったあとに重みを丸めます。",
        "QAT では、丸めた重みで計算しながら学習します。",
    )
    wrong = (
        Option(
            "PTQ では、丸めた重みで計算しながら学習します。",
            "丸めながら学習するのは、QAT です。PTQ は、学習のあとで丸めます。",
        ),
        Option(
            "QAT では、学習が終わったあとに重みを丸めるだけです。",
            "学習のあとで丸めるだけなのは、PTQ です。",
        ),
        Option(
            "QAT では、小さい重みを 0 にして再学習します。",
            "小さい重みを 0 にするのは、プルーニングです。",
        ),
        Option(
            "PTQ では、大きなモデルの出力を手本にして学習します。",
            "大きなモデルの出力を手本にするのは、蒸留です。",
        ),
    )
    return Choice(
        stem=(
            "学習後量子化（PTQ）と、量子化を考慮した学習（QAT）の説明として正しいものを、"
            "1 つ選んでください。"
        ),
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "PTQ は学習のあとで丸めるので、手軽です。ビット数が少ないと、正解率が下がりやすくなります。\n"
            "QAT は丸めたまま学習するので、少ないビット数でも正解率を保ちやすくなります。"
        ),
    )


@item(word="高速化", keyword="量子化", cell="積も整数で")
def when_fewer_bits_are_faster(rng):
    wrong = (
        Option(
            "値を float32 のまま、256 通りに丸めてあることです。",
            "float32 のまま丸めても、計算の量もメモリも同じです。だから、速さも変わりません。",
        ),
        Option(
            "モデルのファイルが、4 分の 1 の大きさになることです。",
            "ファイルが小さくても、float32 に戻して計算すれば、計算の量は同じです。",
        ),
        Option(
            "丸めたあとも、正解率がほとんど下がらないことです。",
            "正解率と速さは、別のことです。正解率が同じでも、速くなるとは限りません。",
        ),
    )
    return Choice(
        stem=(
            "学習したネットワークの重みと入力を、8 bit の整数に量子化します。"
            "大きな行列の積の計算そのものが float32 より速くなるために必要なことを、1 つ選んでください。"
        ),
        right="int8 の積和を速く行う命令が、計算機にあることです。",
        wrong=wrong,
        explanation=(
            "大きな行列の積の時間は、その型の計算を速く行う命令があるかどうかで決まります。\n"
            "メモリの読み書きが時間を決める計算では、命令がなくても、運ぶ大きさが減ると速くなることがあります。\n"
            "float32 の中で値を丸めるだけでは、計算の量もメモリも減りません。"
        ),
    )


@item(word="6 bit の検出時間", keyword="量子化", cell="公表された物体検出の時間")
def times_faster_in_detection(rng):
    row = detection_times()[int(rng.integers(len(detection_times())))]
    right = row.seconds_32bit / row.seconds_6bit
    return Number(
        stem=(
            "LBW-Net の論文では、同じ物体検出のネットワークの検出時間が、"
            f"32 bit で {row.seconds_32bit} 秒、6 bit で {row.seconds_6bit} 秒でした。"
            "何倍の速さになりましたか。小数第 1 位まで答えてください。"
        ),
        right=right,
        unit="倍",
        tolerance=0.06,
        wrong=(
            Option("5.3 倍", "ビット数の比 32 ÷ 6 です。速さは、時間の比で求めます。", value=32 / 6),
            Option(
                f"{1 / right:.1f} 倍", "割る向きが逆です。前の時間を、あとの時間で割ります。",
                value=1 / right,
            ),
        )[abs(right - 32 / 6) < 0.13 :],
        explanation=(
            "使う公式: 速さの倍率 = 前の時間 ÷ あとの時間\n"
            f"代入: {row.seconds_32bit} ÷ {row.seconds_6bit}\n"
            f"答え: {right:.1f} 倍"
        ),
    )  # fmt: skip


@times_faster_in_detection.by_hand
def _(first, before, other, after, *place):
    return before / after


@item(word="1 bit の重み", keyword="量子化", cell="binary_weights")
def size_of_one_bit_weights(rng):
    while True:
        drawn = rng.uniform(0.1, 0.9, 4).round(1) * rng.choice([-1, 1], 4)
        weight = torch.tensor(drawn)

        def said(binary: torch.Tensor) -> str:
            return f"{binary.abs().max().item():.3f}"

        mistakes = (
            "averages_the_signed_weights",
            "takes_the_largest",
            "takes_the_root_mean_square",
        )
        wrong = slips(load("binary_weights"), (weight,), said, *mistakes)
        right = said(binary_weights(weight))
        # The mean of the signed weights is shown without its sign.
        if drawn.sum() > 0 and len({right, *(option.text for option in wrong)}) == 4:
            break
    values = [f"{abs(v):.1f}" for v in drawn]
    return Choice(
        stem=(
            f"重み `{listed(drawn.tolist())}` を、+α と −α の 2 つの値だけで表します。"
            "二乗誤差が最も小さい α はどれですか。"
        ),
        right=right,
        wrong=wrong,
        explanation=(f"使う公式: α = |w| の平均\n代入: ({' + '.join(values)}) ÷ 4\n答え: {right}"),
    )


@size_of_one_bit_weights.by_hand
def _(a, b, c, d, *values):
    return sum(map(abs, (a, b, c, d))) / 4


@item(word="Straight-Through Estimator", keyword="量子化", cell="straight_through")
def gradient_through_the_sign(rng):
    weight = torch.tensor(sample(rng, (0.4, -0.7, 1.6, -1.3), 4))
    gradient = torch.tensor((rng.choice([2, 3, 4, 6, 7], 4, replace=False) / 10).tolist())
    gradient *= torch.tensor(rng.choice([-1, 1], 4))
    arguments = gradient, weight

    def said(passed: torch.Tensor) -> str:
        return listed(passed.tolist())

    mistakes = (
        "passes_everything", "multiplies_by_the_sign", "inverts_the_condition",
        ("differentiates_sign", "sign の本当の微分を使っています。ほとんどの場所で 0 なので、学習が進みません。"),
        "forgets_abs",
    )  # fmt: skip
    right = said(straight_through(*arguments))
    return Choice(
        stem=(
            f"重み `{listed(weight.tolist())}` を sign で 1 bit にして学習します。"
            f"1 bit の重みについての勾配は `{listed(gradient.tolist())}` です。"
            "Straight-Through Estimator（絶対値が 1 を超えた重みには通しません）で、"
            "元の重みに渡す勾配はどれですか。"
        ),
        right=right,
        wrong=slips(load("straight_through"), arguments, said, *sample(rng, mistakes, 3)),
        explanation=(
            "使う公式: |w| ≦ 1 の重みには勾配をそのまま渡し、ほかは 0 にします。\n"
            f"代入: 絶対値が 1 を超えた重みは、{listed([w for w in weight.tolist() if abs(w) > 1])} です。\n"
            f"答え: {right}"
        ),
    )


@gradient_through_the_sign.by_hand
def _(*numbers):
    weight, gradient = numbers[:4], numbers[6:10]  # between them stands 「1 bit」 twice
    return [g if -1 <= w <= 1 else 0.0 for w, g in zip(weight, gradient, strict=True)]


@item(word="1 bit の重み", keyword="量子化", cell="binary_weights")
def binary_weights_code(rng):
    alpha, chosen = "weight.abs().mean()", "torch.where(weight >= 0, alpha, -alpha)"
    mistakes = {
        "averages_the_signed_weights": ("weight.mean()", chosen),
        "takes_the_largest": ("weight.abs().max()", chosen),
        "makes_zeros_negative": (alpha, "torch.where(weight > 0, alpha, -alpha)"),
        "inverts_the_signs": (alpha, "torch.where(weight >= 0, -alpha, alpha)"),
        "leaves_zeros": (alpha, "weight.sign() * alpha"),
        "scales_the_weights": (alpha, "weight * alpha"),
    }
    return blanks(
        load("binary_weights"),
        stem=(
            "重みを +α と −α だけで近似する関数を書きます。"
            "α は二乗誤差を最小にする値で、0 の重みは +α にします。"
            "［ア］と［イ］に入る組を選んでください。"
        ),
        code="def binary_weights(weight):\n    alpha = ［ア］\n    return ［イ］",
        right=(alpha, chosen),
        wrong=dict(sample(rng, tuple(mistakes.items()), 3)),
        explanation=(
            "二乗誤差を最小にする α は、重みの絶対値の平均です。\n"
            "0 の重みも +α にするので、`>=` で比べます。`sign` では、0 のままになります。"
        ),
    )
