"""overview_letters: four questions of the bank about what 00 teaches, answered by their letters."""

from checker.exercise import Exercise
from checker.letters import ask
from checker.questions.overview.estimates import (
    bytes_of_a_layer,
    flops_of_a_convolution,
    smaller_and_slower,
    why_batches_save_energy,
)


def overview_letters(number: int) -> str:
    """問 number の答えを、選択肢の記号で返します。

    number: 問の番号。1、2、3、4 のどれかです。
    戻り値: "A"、"B"、"C"、"D" のどれか 1 文字（半角の大文字）
    """
    return "CBCA"[number - 1]


exercise = Exercise(
    overview_letters,
    title="見積もりの 4 問",
    statement=(
        "次の 4 問に、それぞれ A から D の記号で答えます。"
        "1 問ずつ採点するので、答えた問だけでも得点になります。"
        "分からない問は、`？` のままにできます。"
        "間違えた記号を選ぶと、その選択肢がなぜ違うのかが表示されます。"
    ),
    difficulty=1,
    minutes=8,
    points=4,
    hints=(
        "問 1 は、3 の始めの 3 行を読み返します。パラメータには 2 種類あります。",
        "問 2 は、4 の式 (3) に、問題の数を 1 つずつ入れます。",
        "問 3 は、4 のつまみで件数を 1 から 512 に変えて、何が減るかを見ます。",
        "問 4 は、1 の図のあとの、「時間の比は」から始まる段落にあります。",
    ),
)
ask(
    exercise,
    (bytes_of_a_layer, flops_of_a_convolution, why_batches_save_energy, smaller_and_slower),
    seed=114,
)


@exercise.right
def dictionary(number):
    return {1: "C", 2: "B", 3: "C", 4: "A"}[number]


@exercise.right
def one_question_after_the_other(number):
    if number == 1:
        return "C"
    if number == 2:
        return "B"
    if number == 3:
        return "C"
    return "A"
