"""学習者の関数を、実験に使う前に試すための引数です。よくある誤りでは値が違ってくるように選びます。"""

import torch


def examples() -> dict[str, tuple]:
    """演習の名前ごとの引数です。関数が引数を書き換えても困らないように、呼ぶたびに作ります。

    threshold_mask: しきい値は 1 です。平均が 0 ではなく、行ごとの σ も違い、しきい値と等しい重みがあります。
    dead_neurons:   4 番目の隠れニューロンには、入る結合も出る結合もありません。
    remove_neurons: 1 個だけ残します。型は、切って数える計算と同じ float64 です。
    pick_alpha:     答えの 2.0 は、ちょうど許す幅の低下です。それより小さい 1.0 は、許す幅を超えます。
    """
    weight = torch.tensor([[-0.75, -1.0, -0.75], [-0.25, 0.5, -0.75]])
    incoming = torch.tensor([[1, 0, 1], [0, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=torch.bool)
    outgoing = torch.tensor([[1, 1, 0, 0], [0, 1, 0, 0]], dtype=torch.bool)
    into, bias, out = (torch.arange(1.0, n + 1, dtype=torch.float64) for n in (6, 3, 6))
    return {
        "threshold_mask": (weight, 2.0),
        "pruned_percent": ([torch.tensor([True, False]), torch.ones(2, 4, dtype=torch.bool)],),
        "masked_sgd_step": (torch.tensor([0.5, -0.75]), torch.tensor([1.25, 3.0]),
                            torch.tensor([True, False]), 0.1),
        "pick_alpha": ([0.5, 2.0, 3.0, 1.0, 0.2], [92.0, 89.0, 80.0, 88.5, 90.0], 90.0, 1.0),
        "dead_neurons": (incoming, outgoing),
        "remove_neurons": (into.reshape(3, 2), bias, out.reshape(2, 3),
                           torch.tensor([False, True, False])),
        "csr_bytes": (3, 5, 4, 2),
    }
