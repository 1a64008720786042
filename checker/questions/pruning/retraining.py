"""06, after retraining: the masked update, and why one retrains."""

import torch

from checker.catalogue import load
from checker.question import Choice, Option, blanks, item, sample, slips
from lessons.pruning import masked_sgd_step


def listed(values: torch.Tensor) -> str:
    return "（" + "、".join(f"{v:.2f}".replace("-", "−") for v in (values + 0.0).tolist()) + "）"


def signed(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


@item(word="再学習", keyword="プルーニング", cell="masked_sgd_step")
def masked_update(rng):
    # Magnitudes that no sum or difference takes to the same two decimals.
    weight = torch.tensor(rng.choice([3, 4, 6, 7, 9], 3, replace=False) / 10)
    weight *= torch.tensor(rng.choice([-1, 1], 3))
    gradient = torch.tensor(rng.choice([0.5, 1.0, 1.5, 2.0], 3, replace=False))
    gradient *= torch.tensor(rng.choice([-1, 1], 3))
    mask, lr = torch.ones(3, dtype=torch.bool), 0.1
    mask[int(rng.integers(3))] = False
    mistakes = (
        "forgets_the_mask",
        "masks_only_the_weight",
        "masks_only_the_gradient",
        "climbs_the_gradient",
        ("inverts_the_mask", "残す結合と切る結合が逆です。マスクが 1 の結合を残します。"),
        ("forgets_the_learning_rate", "学習率を掛けていません。引くのは、学習率と勾配の積です。"),
    )
    chosen = sample(rng, mistakes, 3)
    rows = "\n".join(
        f"| {name} | {' | '.join(map(say, values.tolist()))} |"
        for name, values, say in (
            ("重み w", weight, signed), ("勾配 g", gradient, signed), ("マスク m", mask, lambda m: str(int(m))))
    )  # fmt: skip
    updated = masked_sgd_step(weight, gradient, mask, lr)
    each = "、".join(
        f"{signed(w)} − {lr} × "
        + (f"({signed(g)})" if g < 0 else signed(g))
        + f" = {w - lr * g:.2f}".replace("-", "−")
        for w, g, m in zip(weight.tolist(), gradient.tolist(), mask.tolist(), strict=True)
        if m
    )
    return Choice(
        stem=(
            "プルーニングのあとの再学習で、SGD による更新を 1 回行います。"
            f"学習率は {lr} です。マスクが 0 の結合は、切ったままにします。"
            "更新のあとの重みはどれですか。\n\n"
            f"| 値 | 結合 a | 結合 b | 結合 c |\n| --- | --- | --- | --- |\n{rows}"
        ),
        right=listed(updated),
        wrong=slips(load("masked_sgd_step"), (weight, gradient, mask, lr), listed, *chosen),
        explanation=(
            "使う公式: w ← m ⊙ (w − η·g)\n"
            f"代入: マスクが 1 の結合は {each} です。マスクが 0 の結合は 0 です。\n"
            f"答え: {listed(updated)}"
        ),
    )


@masked_update.by_hand
def _(times, lr, masked, *table):
    # 「1 回」 and 「マスクが 0」 stand in the sentence.
    weight, gradient, mask = table[:3], table[3:6], table[6:]
    return [w - lr * g if m else 0.0 for w, g, m in zip(weight, gradient, mask, strict=True)]


@item(word="再学習", keyword="プルーニング", cell="masked_sgd_step")
def masked_update_code(rng):
    step, kept = "weight - lr * gradient", "mask * updated"
    mistakes = {
        "forgets_the_mask": (step, "updated"),
        "masks_only_the_gradient": (f"{step} * mask", "updated"),
        "masks_only_the_weight": ("weight * mask - lr * gradient", "updated"),
        "climbs_the_gradient": ("weight + lr * gradient", kept),
        "forgets_the_learning_rate": ("weight - gradient", kept),
        "inverts_the_mask": (step, "~mask * updated"),
    }
    return blanks(
        load("masked_sgd_step"),
        stem=(
            "再学習の SGD を 1 回行う関数を書きます。`mask` の True は残す結合、"
            "False は切った結合です。切った結合は 0 に保ちます。"
            "［ア］と［イ］に入る組を選んでください。"
        ),
        code=(
            "def masked_sgd_step(weight, gradient, mask, lr):\n"
            "    updated = ［ア］\n"
            "    return ［イ］"
        ),
        right=(step, kept),
        wrong=dict(sample(rng, tuple(mistakes.items()), 3)),
        explanation=(
            "損失を減らすには、学習率を掛けた勾配を重みから引きます。\n"
            "そのあとでマスクを掛けると、切った結合は 0 に戻ります。"
        ),
    )


@item(word="再学習", keyword="プルーニング", cell="再学習で取り戻す")
def why_the_mask_again(rng):
    right = (
        "切った結合に勾配が加わり、0 でなくなるのを防ぐためです。",
        "重みの更新のあとも、切った結合を 0 に保つためです。",
    )
    wrong = (
        Option(
            "学習の間だけ結合を無作為に休ませ、過学習を防ぐためです。",
            "それはドロップアウトの目的です。プルーニングのマスクは、無作為には選びません。",
        ),
        Option(
            "更新のたびに切る結合を増やし、行列を小さくするためです。",
            "再学習の間、マスクは変わりません。マスクを掛けても、行列の大きさは同じです。",
        ),
        Option(
            "残った結合の勾配を小さくし、学習を安定させるためです。",
            "残った結合のマスクは 1 なので、掛けても値は変わりません。",
        ),
        Option(
            "0 でない重みのビット数を減らし、メモリを節約するためです。",
            "ビット数を減らすのは、量子化です。マスクは、重みの値を 0 にするだけです。",
        ),
    )
    return Choice(
        stem=(
            "プルーニングのあとの再学習では、重みを更新するたびに、マスクをもう一度掛けます。"
            "その理由として正しいものを、1 つ選んでください。"
        ),
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "切った結合の重みが 0 でも、その勾配は 0 とは限りません。\n"
            "マスクを掛けないまま更新すると、切った結合が 0 でなくなります。"
        ),
    )


@item(word="反復プルーニング", keyword="プルーニング", cell="再学習で取り戻す")
def little_by_little(rng):
    return Choice(
        stem=(
            "結合を 99 % 近くまで切ります。一度に切る方法と、少しずつ切って再学習することを"
            "繰り返す方法があります。切る本数と、再学習のエポック数の合計は同じです。"
            "この節の実験で分かったことを、1 つ選んでください。"
        ),
        right="少しずつ切って繰り返すほうが、正解率が高くなります。",
        wrong=(
            Option(
                "まとめて一度に切るほうが、正解率が高くなります。",
                "逆です。一度に多く切ると、再学習をしても取り戻しにくくなります。",
            ),
            Option(
                "少しずつ切って繰り返すと、再学習が要らなくなります。",
                "繰り返す方法でも、切るたびに再学習をします。",
            ),
            Option(
                "再学習が終わると、2 つの方法の正解率が同じになります。",
                "同じになりません。再学習のあとも、5 ポイント以上の差が残りました。",
            ),
        ),
        explanation=(
            "少しずつ切ると、残った結合がそのたびに学習し直せます。\n"
            "この節の実験では、99 % 近くまで切ると、5 ポイント以上の差になります。"
        ),
    )
