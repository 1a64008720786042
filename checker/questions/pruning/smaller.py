"""06, after the compact layers: which neurons can go, and what is left."""

import torch

from checker.catalogue import load
from checker.question import Choice, Option, item, sample, slips
from lessons.pruning import dead_neurons, remove_neurons


@item(word="ニューロンのプルーニング", keyword="プルーニング", cell="dead_neurons")
def removable_neurons(rng):
    def said(mask: torch.Tensor) -> str:
        return f"{int(mask.sum())} 個"

    # The mistakes count differently where these three numbers differ.
    no_way_in, no_way_out, neither = (int(n) for n in sample(rng, (1, 2, 3, 4), 3))
    living = int(rng.choice([n for n in (1, 2, 3) if n not in (no_way_in, no_way_out)]))
    kinds = [(False, True)] * no_way_in + [(True, False)] * no_way_out
    kinds += [(False, False)] * neither + [(True, True)] * living
    kinds = sample(rng, tuple(kinds), len(kinds))
    counts = [tuple(int(there) * int(rng.integers(1, 6)) for there in kind) for kind in kinds]
    incoming = torch.tensor([[i < n for i in range(5)] for n, _ in counts])
    outgoing = torch.tensor([[i < n for i in range(5)] for _, n in counts]).T
    mistakes = (
        (
            "demands_both",
            "両側の結合がないものだけを数えています。片側がなければ、もう取り除けます。",
        ),
        "looks_only_at_incoming",
        "looks_only_at_outgoing",
    )
    counted_twice = Option(
        f"{no_way_in + no_way_out + 2 * neither} 個",
        "両方とも 0 本のニューロンを 2 回数えています。1 個は 1 回だけ数えます。",
    )
    twice = (counted_twice,) if neither <= living else ()  # never more than there are
    names = "".join(f" h{i} |" for i in range(1, len(counts) + 1))
    rows = "\n".join(
        f"| {label} | " + " | ".join(str(count[side]) for count in counts) + " |"
        for side, label in enumerate(("入る側", "出る側"))
    )
    right = said(dead_neurons(incoming, outgoing))
    return Choice(
        stem=(
            "結合を切ったあと、隠れニューロンごとに、残った結合の数を数えました。"
            "出力を変えずに取り除けるニューロンは何個ですか。"
            "バイアスの分は、次の層のバイアスに足します。\n\n"
            f"| 残った結合 |{names}\n|{' --- |' * (1 + len(counts))}\n{rows}"
        ),
        right=right,
        wrong=sample(
            rng,
            (*slips(load("dead_neurons"), (incoming, outgoing), said, *mistakes), *twice),
            3,
        ),
        explanation=(
            "使う公式: 入る結合が 0 本、または出る結合が 0 本のニューロンを取り除けます。\n"
            f"代入: 入る結合だけが 0 本のものは {no_way_in} 個、"
            f"出る結合だけが 0 本のものは {no_way_out} 個、両方とも 0 本のものは {neither} 個です。"
            f"{no_way_in} + {no_way_out} + {neither}\n"
            f"答え: {right}"
        ),
    )


@removable_neurons.by_hand
def _(*counts):
    half = len(counts) // 2
    return sum(n * m == 0 for n, m in zip(counts[:half], counts[half:], strict=True))


@item(word="ニューロンのプルーニング", keyword="プルーニング", cell="remove_neurons")
def parameters_after_removal(rng):
    def said(tensors: tuple[torch.Tensor, ...]) -> str:
        return f"{sum(tensor.numel() for tensor in tensors):,} 個"

    inputs, outputs = 10 * int(rng.integers(5, 20)), int(rng.integers(5, 21))
    hidden, removed = 10 * int(rng.integers(6, 12)), 5 * int(rng.integers(3, 7))
    keep = torch.arange(hidden) >= removed
    weights = torch.zeros(hidden, inputs), torch.zeros(hidden), torch.zeros(outputs, hidden)
    mistakes = (
        (
            "forgets_the_bias",
            "バイアスを減らしていません。バイアスも、隠れニューロンごとに 1 個あります。",
        ),
        (
            "forgets_the_next_layer",
            "出る重みを減らしていません。取り除いたニューロンから出る重みも、要らなくなります。",
        ),
        (
            "fills_with_zeros",
            "0 にしただけでは、重みの数は変わりません。行や列をまるごと取り除きます。",
        ),
    )
    right, left = said(remove_neurons(*weights, keep)), hidden - removed
    return Choice(
        stem=(
            f"入力が {inputs} 個、隠れニューロンが {hidden} 個、出力が {outputs} 個の"
            f"全結合ネットワークから、隠れニューロンを {removed} 個取り除きます。"
            "隠れ層に入る重み、隠れ層のバイアス、隠れ層から出る重みは、合わせて何個になりますか。"
        ),
        right=right,
        wrong=slips(load("remove_neurons"), (*weights, keep), said, *mistakes),
        explanation=(
            "使う公式: 残る数 = 残るニューロンの数 × (入力 + 1 + 出力)\n"
            f"代入: ({hidden} − {removed}) × ({inputs} + 1 + {outputs}) = "
            f"{left} × {inputs + 1 + outputs}\n"
            f"答え: {right}"
        ),
    )


@parameters_after_removal.by_hand
def _(inputs, hidden, outputs, removed):
    left = hidden - removed
    return left * inputs + left + left * outputs
