"""05-2: classes never seen, several teachers, hints, and what is saved."""

import torch

from checker.catalogue import load
from checker.question import Choice, Number, Option, item, sample, slips
from lessons.data import FitNet, fitnets_table, from_the_text
from lessons.distillation import ensemble_targets, hint_loss


def listed(values: list[float], decimals: int = 1) -> str:
    return "[" + ", ".join(f"{v:.{decimals}f}" for v in values).replace("-", "−") + "]"


@item(word="転移集合", keyword="蒸留", cell="一度も見ていないクラス")
def threes_found_again(rng):
    omitted = from_the_text("hinton_omitted_digit")["without_three"]
    bias = str(rng.choice(list(omitted["errors"])))
    threes, missed, errors = omitted["threes"], omitted["errors_on_threes"][bias], omitted["errors"][bias]
    right = 100 * (1 - missed / threes)
    after = "バイアスを足す前" if bias == "0" else "3 のバイアスを足したあと"
    return Number(
        stem=(
            "蒸留の論文の MNIST の実験では、数字の 3 を転移集合から除きました。"
            f"{after}の生徒は、テスト画像 {omitted['images']:,} 枚のうち {errors} 枚を間違えました。"
            f"そのうち {missed} 枚が、全部で {threes:,} 枚ある 3 の画像でした。"
            "3 の画像の正解率は何 % ですか。小数第 1 位まで答えてください。"
        ),
        right=right,
        unit="%",
        tolerance=0.06,
        wrong=(
            Option(
                f"{100 * missed / threes:.1f} %",
                "間違えた割合です。正解率は、100 % から引いて求めます。",
                value=100 * missed / threes,
            ),
            Option(
                f"{100 * (1 - errors / omitted['images']):.1f} %",
                "すべての画像の正解率です。3 の画像だけで数えます。",
                value=100 * (1 - errors / omitted["images"]),
            ),
        ),
        explanation=(
            "使う公式: 正解率 = 100 × (1 − 間違い ÷ 枚数)\n"
            f"代入: 100 × (1 − {missed} ÷ {threes})\n"
            f"答え: {right:.1f} %"
        ),
    )


@threes_found_again.by_hand
def _(*numbers):
    missed, threes = numbers[-5:-3]
    return (threes - missed) / threes * 100


@item(word="オンライン蒸留", keyword="蒸留", cell="何を、どこから写すのか")
def kinds_of_distillation(rng):
    meanings = {
        "オフライン蒸留": "先に学習して固定した教師から、生徒が教わります。",
        "オンライン蒸留": "教師と生徒を、同時に学習します。",
        "自己蒸留": "自分自身や、自分と同じ形のネットワークを教師にします。",
        "特徴にもとづく蒸留": "教師の途中の層の出力を写します。",
        "応答にもとづく蒸留": "教師の出力の確率を写します。",
    }
    asked, *others = sample(rng, tuple(meanings), 4)
    return Choice(
        stem=f"{asked}の説明として正しいものを、1 つ選んでください。",
        right=meanings[asked],
        wrong=tuple(Option(meanings[other], f"それは、{other}です。") for other in others),
        explanation=(
            "教師をいつ学習するかで、オフライン、オンライン、自己蒸留に分けます。\n"
            "どこを写すかで、応答（出力の確率）と特徴（途中の層の出力）に分けます。"
        ),
    )


@item(word="アンサンブル", keyword="蒸留", cell="ensemble_targets")
def mean_of_teachers(rng):
    while True:
        tenths = [sorted(rng.choice(range(1, 10), 2, replace=False)) for _ in range(3)]
        teachers = [[a, b - a, 10 - b] for a, b in tenths]
        chances = torch.tensor(teachers, dtype=torch.float64) / 10
        logits = [chance.log() for chance in chances]

        def said(probabilities: torch.Tensor) -> str:
            return f"{float(probabilities[0]):.3f}"

        mistakes = (
            ("takes_the_geometric_mean", "幾何平均を取っています。確率を足して教師の数で割る、算術平均です。"),
            "takes_the_first_teacher",
            "takes_the_maximum",
        )  # fmt: skip
        right = said(ensemble_targets(logits, 1.0))
        wrong = slips(load("ensemble_targets"), (logits, 1.0), said, *mistakes)
        if len({right, *(option.text for option in wrong)}) == 4:
            break
    rows = "\n".join(
        f"| 教師 {name} | " + " | ".join(f"{share / 10:.1f}" for share in shares) + " |"
        for name, shares in zip("PQR", teachers, strict=True)
    )
    firsts = [f"{shares[0] / 10:.1f}" for shares in teachers]
    return Choice(
        stem=(
            "3 つの教師が、ある画像について次の確率を出しました。温度は 1 です。"
            "教師の確率の算術平均を、ソフトラベルにします。クラス a の確率はどれですか。\n\n"
            f"| 教師 | クラス a | クラス b | クラス c |\n| --- | --- | --- | --- |\n{rows}"
        ),
        right=right,
        wrong=wrong,
        explanation=(f"使う公式: 確率の算術平均\n代入: ({' + '.join(firsts)}) ÷ 3\n答え: {right}"),
    )


@mean_of_teachers.by_hand
def _(teachers, temperature, *shares):
    return sum(shares[::3]) / teachers


@item(word="ヒント学習", keyword="蒸留", cell="hint_loss")
def loss_of_a_hint(rng):
    while True:
        teacher = [int(v) / 2 for v in rng.integers(1, 9, 2)]
        student = [int(v) / 2 for v in rng.integers(1, 9, 2)]
        arguments = (
            torch.tensor([teacher], dtype=torch.float64),
            torch.tensor([student], dtype=torch.float64),
            torch.eye(2, dtype=torch.float64),
        )

        def said(loss: torch.Tensor) -> str:
            return f"{float(loss) + 1e-9:.3f}"  # a half is rounded up, as at school

        mistakes = (
            "forgets_the_half",
            "averages_over_features",
            "takes_absolute_values",
            "squares_the_sum",
        )
        right = said(hint_loss(*arguments))
        wrong = slips(load("hint_loss"), arguments, said, *sample(rng, mistakes, 3))
        if len({right, *(option.text for option in wrong)}) == 4:
            break
    squares = [f"({a} − {b})²" for a, b in zip(teacher, student, strict=True)]
    return Choice(
        stem=(
            f"FitNets のヒント学習で、教師の途中の層の出力は `{listed(teacher)}` でした。"
            f"生徒の出力を教師の幅に合わせたものは `{listed(student)}` でした。"
            "画像 1 枚のヒントの損失はどれですか。損失は、二乗した差の和の半分です。"
        ),
        right=right,
        wrong=wrong,
        explanation=(
            "使う公式: 損失 = (1/2) × Σ (教師 − 生徒)²\n"
            f"代入: 0.5 × ({' + '.join(squares)})\n"
            f"答え: {right}"
        ),
    )


@loss_of_a_hint.by_hand
def _(a, b, c, d, one):
    return ((a - c) ** 2 + (b - d) ** 2) / 2


@item(word="ヒント学習", keyword="蒸留", cell="hint_loss")
def what_hints_train(rng):
    wrong = (
        Option(
            "教師の出力の確率だけを手本にして、生徒の全体を学習します。",
            "それは、ふつうの蒸留（KD）です。ヒント学習では、まず途中の層を手本にします。",
        ),
        Option(
            "教師の途中の層を切り取り、そのまま生徒の層として使います。",
            "層は切り取りません。生徒の途中の層を、教師の途中の層に近づけます。",
        ),
        Option(
            "生徒の途中の層を手本にして、教師の前半を学習します。",
            "逆です。教師は固定され、学習するのは生徒です。",
        ),
    )
    return Choice(
        stem="FitNets のヒント学習で、最初に行うこととして正しいものを、1 つ選んでください。",
        right="教師の途中の層の出力を手本にして、生徒の前半を学習します。",
        wrong=wrong,
        explanation=(
            "ヒント学習では、まず生徒の途中の層を、教師の途中の層に近づけます。\n"
            "そのあとで、生徒の全体を蒸留で学習します。深い生徒でも、学習が始まりやすくなります。"
        ),
    )


@item(word="FitNets", keyword="蒸留", cell="FitNets: 深い生徒を育てる")
def axis_of_the_fitnets_figure(rng):
    deepest = from_the_text("fitnets_figure2")["deepest"]
    asked = str(rng.choice(["横軸", "順番"]))
    axes = (
        Option("学習の回数", "学習の回数ではありません。生徒を深くしたときの図です。"),
        Option("教師の人数", "教師は 1 人です。アンサンブルの図ではありません。"),
        Option("温度 T", "温度は 1 つの値に決めています。変えたのは、生徒の深さです。"),
    )
    orders = (
        Option("BP、HT、KD", "HT は KD よりも深い生徒を学習できました。"),
        Option("HT、KD、BP", "逆の順です。HT が、最も深い生徒を学習できました。"),
        Option("KD、BP、HT", "KD は BP よりも深い生徒を学習できました。"),
    )
    stems = {
        "横軸": "FitNets の論文の、BP・KD・HT の正解率を比べた図で、横軸は何ですか。",
        "順番": (
            "FitNets の論文で、掛け算の回数の予算をおよそ 3,000 万回に決めました。"
            "学習できた生徒が浅いものから順に、3 つの学習方法を並べたものはどれですか。"
        ),
    }
    return Choice(
        stem=stems[asked],
        right="層の数" if asked == "横軸" else "、".join(sorted(deepest, key=deepest.get)),
        wrong=axes if asked == "横軸" else orders,
        explanation=(
            "図の横軸は、生徒の層の数です。深くすると、BP から順に学習できなくなります。\n"
            + "論文の文章では、" + "、".join(f"{name} は {n} 層" for name, n in deepest.items())
            + "まで学習できました。"
        ),
    )


def in_man(network: FitNet) -> str:
    """Its parameters, in units of 万."""
    return f"{network.parameters / 10_000:g}"


@item(word="圧縮率", keyword="蒸留", cell="FitNets: 深い生徒を育てる")
def times_fewer_parameters(rng):
    rows = fitnets_table()
    teacher = rows[0]
    student = rows[int(rng.integers(1, len(rows)))]
    right = teacher.parameters / student.parameters
    return Number(
        stem=(
            "FitNets の論文の表では、教師のパラメータの数はおよそ "
            f"{in_man(teacher)} 万個、ある生徒はおよそ {in_man(student)} 万個でした。"
            "教師は生徒の何倍ですか。小数第 1 位まで答えてください。"
        ),
        right=right,
        unit="倍",
        tolerance=0.06,
        wrong=(
            Option(
                f"{1 / right:.2f} 倍", "割る向きが逆です。教師の数を、生徒の数で割ります。",
                value=1 / right,
            ),
            Option(
                f"{right - 1:.1f} 倍", "差を割っています。何倍かは、そのままの数の比で求めます。",
                value=right - 1,
            ),
        ),
        explanation=(
            "使う公式: 倍率 = 教師の数 ÷ 生徒の数\n"
            f"代入: {in_man(teacher)} 万 ÷ {in_man(student)} 万\n"
            f"答え: {right:.1f} 倍"
        ),
    )  # fmt: skip


@times_fewer_parameters.by_hand
def _(teacher, student, *place):
    return teacher / student


@item(word="ソフトラベル", keyword="蒸留", cell="ハードラベルとソフトラベル")
def hard_and_soft_labels(rng):
    right = (
        "ソフトラベルは、0 から 1 のあいだの値を取ります。",
        "ソフトラベルには、どのクラスに似ているかの情報があります。",
        "ハードラベルは、正解のクラスだけが 1 で、ほかは 0 です。",
    )
    wrong = (
        Option(
            "ソフトラベルは、正解のクラスだけが 1 で、ほかは 0 です。",
            "それは、ハードラベルです。ソフトラベルでは、ほかのクラスも 0 より大きくなります。",
        ),
        Option(
            "ハードラベルは、教師の出力した確率のことです。",
            "教師の確率は、ソフトラベルです。ハードラベルは、データに付いた正解です。",
        ),
        Option(
            "ソフトラベルは、人が迷いながら付けたラベルのことです。",
            "人ではなく、教師のモデルが出力した確率です。",
        ),
        Option(
            "ソフトラベルは、ラベルのビット数を減らしたものです。",
            "ビット数を減らすのは、量子化です。ソフトラベルは、教師の確率です。",
        ),
    )
    return Choice(
        stem="蒸留で使うハードラベルとソフトラベルの説明として正しいものを、1 つ選んでください。",
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "ハードラベルは、正解のクラスだけが 1 です。ソフトラベルは、教師の出力した確率です。\n"
            "ソフトラベルは「3 だが、少し 9 に似ている」という情報を、生徒に伝えます。"
        ),
    )


@item(word="エッジデバイス", keyword="エッジコンピューティング", cell="エッジデバイスに載せる")
def what_distillation_saves(rng):
    wrong = (
        Option(
            "教師を学習する時間とメモリが減ります。",
            "教師は、はじめに学習しておきます。その分の計算は減りません。",
        ),
        Option(
            "教師そのもののパラメータの数が減ります。",
            "教師は変わりません。小さいのは、別に学習した生徒です。",
        ),
        Option(
            "重み 1 つを表すビットの数が減ります。",
            "それは、量子化の利点です。蒸留では、別の小さなモデルを学習します。",
        ),
    )
    return Choice(
        stem=(
            "学習した生徒を、スマートフォンなどのエッジデバイスに載せます。"
            "蒸留の利点として正しいものを、1 つ選んでください。"
        ),
        right="推論に必要な計算とメモリが減ります。",
        wrong=wrong,
        explanation=(
            "載せるのは小さな生徒なので、推論の計算とメモリが少なくて済みます。\n"
            "ラベルだけで学習した、同じ大きさのモデルより、正解率が高くなることがあります。"
        ),
    )


@item(word="蒸留の効果", keyword="蒸留", cell="蒸留が勝つ場面と、勝たない場面")
def points_won_on_digits(rng):
    images, alone = 10_000, 146
    taught = int(rng.choice([74, 67]))
    whose = "教師から蒸留した同じネットワーク" if taught == 74 else "教師にした大きなネットワーク"
    right = 100 * (alone - taught) / images
    return Number(
        stem=(
            f"Hinton ほかの論文の手書き数字の実験では、テスト画像 {images:,} 枚のうち、"
            f"ラベルだけで学習した小さなネットワークは {alone} 枚を間違えました。"
            f"{whose}の間違いは {taught} 枚でした。"
            "正解率は何ポイント違いますか。小数第 2 位まで答えてください。"
        ),
        right=right,
        unit="ポイント",
        tolerance=0.006,
        wrong=(
            Option(
                f"{100 * (alone - taught) / alone:.2f} ポイント",
                "減った間違いを、元の間違いで割っています。正解率は、テスト画像の枚数で割ります。",
                value=100 * (alone - taught) / alone,
            ),
            Option(
                f"{(alone - taught) / images:.4f} ポイント",
                "割合のままです。ポイントで答えるには、100 を掛けます。",
                value=(alone - taught) / images,
            ),
        ),
        explanation=(
            "使う公式: 正解率の差 = 100 × 間違いの差 ÷ 画像の枚数\n"
            f"代入: 100 × ({alone} − {taught}) ÷ {images:,}\n"
            f"答え: {right:.2f} ポイント"
        ),
    )


@points_won_on_digits.by_hand
def _(images, alone, taught, *place):
    return (images - taught) / images * 100 - (images - alone) / images * 100
