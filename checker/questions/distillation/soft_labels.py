"""05-1, after soft labels and the loss: temperature, T², and what the two steps are."""

import math

import torch

from checker.catalogue import load
from checker.question import Choice, Option, Stem, blanks, item, sample, slips
from lessons.distillation import mlp_parameters, soft_targets


def three(value: float) -> str:
    return f"{value:.3f}"


@item(word="パラメータの数", keyword="蒸留", cell="mlp_parameters")
def parameters_of_the_student(rng):
    widths = [8 * int(rng.integers(3, 12)), int(rng.integers(6, 30)), int(rng.integers(4, 12))]

    def said(count: int) -> str:
        return f"{count:,} 個"

    mistakes = (
        "forgets_the_biases",
        ("counts_one_bias_per_layer", "バイアスを層に 1 個だけ数えています。バイアスは、ニューロンごとに 1 個あります。"),
        ("forgets_the_last_layer", "出力につながる層を数えていません。2 つの層の数を足します。"),
    )  # fmt: skip
    right = said(mlp_parameters(widths))
    a, b, c = widths
    return Choice(
        stem=(
            f"生徒は、入力が {a} 個、隠れニューロンが {b} 個、出力が {c} 個の全結合ネットワークです。"
            "隠れ層は 1 つです。重みとバイアスは、合わせて何個ですか。"
        ),
        right=right,
        wrong=slips(load("mlp_parameters"), (widths,), said, *mistakes),
        explanation=(
            "使う公式: 1 つの層の数 = (送る側 + 1) × 受け取る側\n"
            f"代入: ({a} + 1) × {b} + ({b} + 1) × {c}\n"
            f"答え: {right}"
        ),
    )


@parameters_of_the_student.by_hand
def _(a, b, c, hidden_layers):
    return a * b + b * c + b + c


@item(word="教師と生徒", keyword="蒸留", cell="教師と生徒")
def teacher_and_student(rng):
    right = (
        "教師は、精密で複雑なモデルや、複数のモデルの組です。",
        "生徒は、教師より小さい軽量なモデルです。",
        "推論で使うのは、学習の終わった生徒です。",
    )
    wrong = (
        Option(
            "教師は、生徒より小さい軽量なモデルです。",
            "逆です。大きな教師の知識を、小さな生徒に写します。",
        ),
        Option(
            "生徒は、教師の重みの一部を切り取ったモデルです。",
            "重みを取り除くのは、プルーニングです。生徒は、別のモデルとして学習します。",
        ),
        Option(
            "生徒は、教師の重みのビット数を減らしたモデルです。",
            "ビット数を減らすのは、量子化です。生徒は、別のモデルとして学習します。",
        ),
        Option(
            "推論では、教師と生徒の両方を使います。",
            "推論で使うのは生徒だけです。だから、計算とメモリが少なくて済みます。",
        ),
    )
    return Choice(
        stem="蒸留の教師と生徒の説明として正しいものを、1 つ選んでください。",
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "蒸留では、大きな教師の出力を手本にして、小さな生徒を学習します。\n"
            "推論では生徒だけを使うので、軽くなります。"
        ),
    )


def share_of_the_largest(powers: list[float]) -> float:
    return max(powers) / sum(powers)


@Stem
def three_logits(rng):
    while True:
        logits = [int(v) for v in rng.choice(range(-2, 7), 3, replace=False)]
        temperature = int(rng.choice([2, 4]))
        powers = [math.exp(v / temperature) for v in logits]
        rounded = [round(power, 3) for power in powers]  # as the table shows them
        if (
            2 <= max(logits) - sorted(logits)[1] <= 4
            and len({v % 2 for v in logits}) == 1
            and len({three(share_of_the_largest(each)) for each in (powers, rounded)}) == 1
        ):
            break
    exponents = sorted({*logits, *(v / temperature for v in logits)})
    table = "\n".join(f"| {x:g} | {math.exp(x):.3f} |".replace("-", "−") for x in exponents)
    shown = "`[" + ", ".join(map(str, logits)).replace("-", "−") + "]`"
    return (
        f"教師が、3 つのクラスについて、ロジット {shown} を出しました。温度は T = {temperature} です。"
        "指数関数の値は、次の表を使ってください。\n\n"
        f"| x | exp(x) |\n| --- | --- |\n{table}"
    ), (logits, temperature)


@item(word="ソフトラベル", keyword="蒸留", cell="soft_targets", stem=three_logits)
def soft_probability(rng, drawn):
    logits, temperature = drawn
    largest = max(range(3), key=logits.__getitem__)
    tensor = torch.tensor(logits, dtype=torch.float64)

    def said(probabilities: torch.Tensor) -> str:
        return three(float(probabilities[largest]))

    mistakes = (
        "forgets_the_temperature",
        "divides_the_probabilities",
        (
            "takes_sigmoids",
            "クラスごとに sigmoid を取っています。3 つの和が 1 になるように、softmax を取ります。",
        ),
    )
    right = said(soft_targets(tensor, temperature))
    softened = [f"exp({v / temperature:g})" for v in logits]
    powers = [round(math.exp(v / temperature), 3) for v in logits]
    return Choice(
        stem="温度つきの softmax で求めた、最も大きい確率はどれですか。",
        right=right,
        wrong=slips(load("soft_targets"), (tensor, temperature), said, *mistakes),
        explanation=(
            "使う公式: p = exp(z ÷ T) ÷ Σ exp(z ÷ T)\n"
            f"代入: {softened[largest]} ÷ ({' + '.join(softened)})"
            f" = {powers[largest]:.3f} ÷ {sum(powers):.3f}\n"
            f"答え: {right}"
        ).replace("(-", "(−"),
    )


@soft_probability.by_hand
def _(classes, *numbers):
    logits, temperature, table = numbers[:3], numbers[3], numbers[4:]
    powers = dict(zip(table[::2], table[1::2], strict=True))
    shown = [powers[z / temperature] for z in logits]
    return max(shown) / sum(shown)


@item(word="温度", keyword="蒸留", cell="soft_targets", stem=three_logits)
def higher_temperature(rng, drawn):
    right = "3 つの確率の差が小さくなり、大きい順は変わりません。"
    wrong = (
        Option(
            "3 つの確率の差が大きくなり、大きい順は変わりません。",
            "逆です。温度で割るとロジットの差が縮み、確率は平らになります。",
        ),
        Option(
            "3 つの確率の差が小さくなり、大きい順は逆になります。",
            "順は変わりません。どのロジットも、同じ正の数で割るからです。",
        ),
        Option(
            "最も大きい確率だけが 1 に近づき、ほかは 0 に近づきます。",
            "それは、温度を 0 に近づけたときです。高い温度では、平らになります。",
        ),
        Option(
            "3 つの確率は変わらず、損失の大きさだけが変わります。",
            "確率は変わります。温度は、softmax の前にロジットを割る数です。",
        ),
    )
    return Choice(
        stem=(
            "同じロジットのまま温度を上げると、3 つの確率はどうなりますか。"
            "正しいものを 1 つ選んでください。"
        ),
        right=right,
        wrong=sample(rng, wrong, 3),
        explanation=(
            "温度で割ると、ロジットの差が縮みます。確率は平らになり、1 ÷ クラスの数に近づきます。\n"
            "大きい順は変わらないので、どのクラスに似ているかを読み取りやすくなります。"
        ),
    )


@item(word="損失関数", keyword="蒸留", cell="distillation_loss")
def mixed_loss(rng):
    soft, hard = int(rng.integers(5, 30)) / 100, int(rng.integers(40, 160)) / 100
    temperature, alpha = int(rng.choice([2, 3, 4])), int(rng.choice([2, 3, 4, 6, 7, 8])) / 10
    t = temperature
    right = three(alpha * t**2 * soft + (1 - alpha) * hard)
    # The exercise's mistakes take logits, and speak of code; here they are of the two terms.
    made = {
        "forgets_t_squared": alpha * soft + (1 - alpha) * hard,
        "multiplies_by_t": alpha * t * soft + (1 - alpha) * hard,
        "scales_the_whole_loss": t**2 * (alpha * soft + (1 - alpha) * hard),
        "swaps_alpha": (1 - alpha) * t**2 * soft + alpha * hard,
        "adds_the_whole_hard_term": alpha * t**2 * soft + hard,
    }
    reasons = {
        "forgets_t_squared": "T² を掛けていません。KL には T² を掛けてから混ぜます。",
        "multiplies_by_t": "T を 1 回だけ掛けています。掛けるのは T² です。",
        "scales_the_whole_loss": "T² を全体に掛けています。掛けるのは、KL だけです。",
        "swaps_alpha": "α と 1 − α が逆です。α は、ソフトターゲットの損失の割合です。",
        "adds_the_whole_hard_term": "交差エントロピーに 1 − α を掛けていません。2 つの割合の和は 1 です。",
    }
    apart = {name: value for name, value in made.items() if three(value) != right}
    unlike = {three(value): name for name, value in apart.items()}
    chosen = sample(rng, tuple(unlike.items()), 3)
    return Choice(
        stem=(
            f"ソフトターゲットの損失 KL は {soft:.2f}、正解ラベルとの交差エントロピーは {hard:.2f} でした。"
            f"ソフトターゲットの損失の割合を α = {alpha}、温度を T = {t} とし、"
            "KL には T² を掛けて混ぜます。蒸留の損失はどれですか。"
        ),
        right=right,
        wrong=tuple(
            Option(text, reasons[name], f"distillation_loss.{name}") for text, name in chosen
        ),
        explanation=(
            "使う公式: L = α·T²·KL + (1 − α)·CE\n"
            f"代入: {alpha} × {t}² × {soft:.2f} + (1 − {alpha}) × {hard:.2f}\n"
            f"答え: {right}"
        ),
    )


@mixed_loss.by_hand
def _(soft, hard, alpha, temperature):
    return hard + alpha * (temperature * temperature * soft - hard)


@item(word="損失関数", keyword="蒸留", cell="distillation_loss")
def distillation_loss_code(rng):
    mistakes = {
        "forgets_t_squared": ("alpha * soft + (1 - alpha) * hard",),
        "multiplies_by_t": ("alpha * temperature * soft + (1 - alpha) * hard",),
        "swaps_alpha": ("(1 - alpha) * temperature**2 * soft + alpha * hard",),
        "scales_the_whole_loss": ("temperature**2 * (alpha * soft + (1 - alpha) * hard)",),
        "adds_the_whole_hard_term": ("alpha * temperature**2 * soft + hard",),
    }
    return blanks(
        load("distillation_loss"),
        stem=(
            "ソフトターゲットの損失と、正解ラベルの損失を α で混ぜる関数を書きます。"
            "α は、ソフトターゲットの損失の割合です。［ア］に入る式を選んでください。"
        ),
        code=(
            "def distillation_loss(student_logits, teacher_logits, labels, temperature, alpha):\n"
            "    soft = soft_loss(student_logits, teacher_logits.detach(), temperature)\n"
            "    hard = F.cross_entropy(student_logits, labels)\n"
            "    return ［ア］"
        ),
        right=("alpha * temperature**2 * soft + (1 - alpha) * hard",),
        wrong=dict(sample(rng, tuple(mistakes.items()), 3)),
        explanation=(
            "温度を上げると、ソフトターゲットの損失の勾配は 1/T² に縮むので、T² を掛けて戻します。\n"
            "正解ラベルの損失は T = 1 のままで、割合は 1 − α です。"
        ),
    )


@item(word="温度", keyword="蒸留", cell="なぜ T² を掛けるのか")
def gradient_without_t_squared(rng):
    low = int(rng.choice([10, 20]))
    factor = int(rng.choice([3, 4, 5]))
    right = f"{factor**2} 分の 1"
    return Choice(
        stem=(
            f"温度を T = {low} から T = {low * factor} に上げます。"
            "T² を掛けないとき、ソフトターゲットの損失の勾配の大きさは、およそどうなりますか。"
            "温度は十分に高いものとします。"
        ),
        right=right,
        wrong=(
            Option(f"{factor} 分の 1", "1/T に縮むと考えています。高い温度では、1/T² に縮みます。"),
            Option(
                f"{factor**3} 分の 1", "1/T³ に縮むと考えています。高い温度では、1/T² に縮みます。"
            ),
            Option(
                f"{low * (factor - 1)} 分の 1",
                "温度の差で考えています。縮み方は、温度の比の 2 乗で決まります。",
            ),
        ),
        explanation=(
            "使う公式: 高い温度では、勾配は 1/T² に比例します。\n"
            f"代入: ({low} ÷ {low * factor})² = 1 ÷ {factor**2}\n"
            f"答え: {right}"
        ),
    )


@gradient_without_t_squared.by_hand
def _(low, high):
    return (high / low) ** 2, 1


@item(word="STEP 1 と STEP 2", keyword="蒸留", cell="distill_step")
def what_the_step_changes(rng):
    wrong = (
        Option(
            "教師の重みだけを更新し、生徒の重みは固定します。",
            "逆です。学習するのは生徒で、教師は手本として固定します。",
        ),
        Option(
            "教師と生徒の重みを、同時に更新します。",
            "教師も動かすと、2 人が同じ間違いに近づいても損失が下がってしまいます。",
        ),
        Option(
            "教師の重みを、生徒の重みに少しずつ写します。",
            "写すのは重みではなく、出力の確率です。大きさの違う重みは、そのままは写せません。",
        ),
        Option(
            "生徒の重みを更新し、最後に教師の重みと平均します。",
            "重みの平均は取りません。教師から受け取るのは、出力の確率です。",
        ),
    )
    return Choice(
        stem="蒸留の学習で、重みの扱いとして正しいものを、1 つ選んでください。",
        right="教師の重みを固定し、生徒の重みだけを更新します。",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "STEP 1 では教師の重みを固定し、STEP 2 では 2 つの誤差で生徒の重みを更新します。\n"
            "教師は評価モードにし、勾配も流しません。"
        ),
    )
