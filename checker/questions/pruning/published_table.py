"""06, after the published table: reading it, and what its α means."""

from checker.catalogue import load
from checker.question import Choice, Number, Option, Stem, item, sample, slips
from lessons.data import caffenet_table
from lessons.pruning import pick_alpha

COLUMNS = 5  # of the table: α, two layers, all layers, 正解率


@Stem
def caffenet(rng):
    """Six rows, the first and the last one among them, with 正解率 falling from each to the next."""
    published = caffenet_table()
    inner = sorted(rng.choice([1, 2, 3, 4, 5, 6, 7, 11, 12], 4, replace=False))
    rows = [published[0], *(published[i] for i in inner), published[-1]]
    table = "\n".join(
        f"| {r.alpha:.1f} | {r.fc1:.2f} | {r.fc3:.2f} | {r.total:.2f} | {r.accuracy:.2f} |"
        for r in rows
    )
    return (
        "次の表は、花の画像で学習した CaffeNet の全結合層で、結合を切った結果です"
        "（佐々木らの比較から抜き出しました）。"
        "しきい値は、層ごとに α·σ です。σ は、その層の重みの標準偏差です。\n\n"
        "| α | FC1 で切った割合 (%) | FC3 で切った割合 (%) | 全結合層全体 (%) | 正解率 (%) |\n"
        f"| --- | --- | --- | --- | --- |\n{table}"
    ), rows


def read(numbers: tuple[float, ...]) -> list[tuple[float, ...]]:
    """The rows of the table."""
    return [numbers[i : i + COLUMNS] for i in range(0, 6 * COLUMNS, COLUMNS)]


@item(word="しきい値", keyword="プルーニング", cell="pick_alpha", stem=caffenet)
def largest_alpha(rng, rows):
    def said(alpha: float) -> str:
        return f"{alpha:.1f}"

    at = int(rng.integers(2, 5))
    first, here, after = rows[0].accuracy, rows[at].accuracy, rows[at + 1].accuracy
    allowed = round(rng.uniform(first - here, first - after), 1)
    if not first - here <= allowed < first - after:
        allowed = round(first - here, 2)
    alphas, accuracies = [r.alpha for r in rows], [r.accuracy for r in rows]
    right = said(pick_alpha(alphas, accuracies, first, allowed + 1e-9))
    others = [row for row in rows[1:] if row is not rows[at]]
    wrong = tuple(
        Option(
            said(row.alpha),
            f"α = {row.alpha:.1f} の低下は {first - row.accuracy:.2f} ポイントで、"
            + ("条件を満たします。ただし、さらに大きい α も条件を満たします。"
               if row.alpha < rows[at].alpha else f"{allowed} ポイントを超えます。"),
        )
        for row in sample(rng, tuple(others), 2)
    )  # fmt: skip
    arguments = alphas, accuracies, first, allowed
    most_accurate = (
        "takes_the_most_accurate",
        "正解率が最も高い α です。条件を満たす中で、最大の α を選びます。",
    )
    return Choice(
        stem=(
            f"α = 0.5 のときからの正解率の低下を、{allowed} ポイントまで許します。"
            "表の中で選べる最大の α はどれですか。"
        ),
        right=right,
        wrong=(*slips(load("pick_alpha"), arguments, said, most_accurate), *wrong),
        explanation=(
            "使う公式: 正解率 ≧ 基準の正解率 − 許す低下\n"
            f"代入: {first:.2f} − {allowed} = {first - allowed:.2f} % 以上の行を探します。"
            f"α = {right} の正解率は {here:.2f} % で、次の行は {after:.2f} % です。\n"
            f"答え: {right}"
        ),
    )


@largest_alpha.by_hand
def _(*numbers):
    rows, (_, allowed) = read(numbers), numbers[6 * COLUMNS :]
    return max(row[0] for row in rows if rows[0][-1] - row[-1] <= allowed + 1e-9)


@item(word="正解率の低下", keyword="プルーニング", cell="公表された表と、私たちの表", stem=caffenet)
def accuracy_drop(rng, rows):
    low, high = sorted(rng.choice([0, 1, 2, 3, 4, 5], 2, replace=False))
    if high - low < 2:
        low, high = 0, 5
    before, after = rows[low], rows[high]
    drop = before.accuracy - after.accuracy
    pruned = after.total - before.total
    return Number(
        stem=(
            f"α を {before.alpha:.1f} から {after.alpha:.1f} に上げると、"
            "正解率は何ポイント下がりますか。小数第 2 位まで答えてください。"
        ),
        right=drop,
        unit="ポイント",
        tolerance=0.006,
        wrong=(
            Option(
                f"{pruned:.2f} ポイント",
                "切った割合の差を求めています。正解率は右端の列にあります。",
                value=pruned,
            ),
            Option(
                f"{-drop:.2f} ポイント",
                "向きが逆です。何ポイント下がるかを聞いているので、正の数で答えます。",
                value=-drop,
            ),
        ),
        explanation=(
            "使う公式: 低下 = 切る割合が小さいほうの正解率 − 大きいほうの正解率\n"
            f"代入: {before.accuracy:.2f} − {after.accuracy:.2f}\n"
            f"答え: {drop:.2f} ポイント"
        ),
    )


@accuracy_drop.by_hand
def _(*numbers):
    accuracy = {row[0]: row[-1] for row in read(numbers)}
    low, high = numbers[6 * COLUMNS : 6 * COLUMNS + 2]
    return accuracy[low] - accuracy[high]


@item(
    word="層ごとのしきい値",
    keyword="プルーニング",
    cell="公表された表と、私たちの表",
    stem=caffenet,
)
def which_layer_loses_more(rng, rows):
    def said(first: str, last: str) -> str:
        return f"最小の α では {first}、最大の α では {last}"

    return Choice(
        stem=(
            "表の最小の α と最大の α で、より大きい割合の結合を切った層は、"
            "それぞれ FC1 と FC3 のどちらですか。"
        ),
        right=said("FC3", "FC1"),
        wrong=(
            Option(
                said("FC1", "FC3"),
                "逆に読んでいます。1 行目と最後の行で、2 つの列の数を比べてみてください。",
            ),
            Option(
                said("FC1", "FC1"),
                "最後の行はそのとおりです。1 行目では、FC3 のほうが大きい割合です。",
            ),
            Option(
                said("FC3", "FC3"),
                "1 行目はそのとおりです。最後の行では、FC1 のほうが大きい割合です。",
            ),
        ),
        explanation=(
            f"α = {rows[0].alpha:.1f} では FC1 が {rows[0].fc1:.2f} %、"
            f"FC3 が {rows[0].fc3:.2f} % です。\n"
            f"α = {rows[-1].alpha:.1f} では FC1 が {rows[-1].fc1:.2f} %、"
            f"FC3 が {rows[-1].fc3:.2f} % で、大小が入れ替わります。"
        ),
    )


@item(word="しきい値", keyword="プルーニング", cell="どの結合を切るのか", stem=caffenet)
def what_alpha_does(rng, rows):
    right = (
        "α を大きくすると、FC1 でも FC3 でも切る割合が増えます。",
        "α が同じでも、しきい値は層ごとに違います。",
        "切った割合は、結合の数を数えたものです。",
    )
    wrong = (
        Option(
            "α が同じなら、しきい値はどの層でも同じです。",
            "しきい値は α·σ です。σ は層ごとに違うので、しきい値も違います。",
        ),
        Option(
            "切った割合は、ニューロンの数を数えたものです。",
            "この表で切ったのは結合です。ニューロンが減るとは限りません。",
        ),
        Option(
            "α を大きくするほど、正解率が高くなります。",
            "1 行目と最後の行を比べると、正解率は下がっています。",
        ),
        Option(
            "α は、切ったあとに残る結合の割合です。",
            "α は σ に掛ける倍率です。割合は、重みの分布を調べて初めて分かります。",
        ),
        Option(
            "全体の割合は、層ごとの割合を足し、層の数で割った値です。",
            "全体の割合は、結合を 1 本ずつ数えて求めます。大きい層ほど、強く効きます。",
        ),
    )
    return Choice(
        stem="表の説明として正しいものを、1 つ選んでください。",
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "α は、層の標準偏差 σ に掛ける倍率です。しきい値 α·σ は、層ごとに違います。\n"
            "α を大きくすると、切る結合が増え、正解率はおおむね下がります。"
        ),
    )
