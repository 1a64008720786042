"""同じ形の全結合ネットワークを束ね、一度に学習します。シードを変えた平均と標準偏差が、速く求まります。

    h_0 = x,   h_k = ReLU(h_{k-1} W_k + b_k)      最後の層には ReLU を掛けません          (1)
    L = Σ_s L_s                                  s 番目の勾配は L_s だけで決まります     (2)

形:   S = ネットワークの数, B = 件数。入力 [S, B, 特徴数]、W_k [S, 入力, 出力]、b_k [S, 1, 出力]
学習: Adam、ミニバッチ 64、学習率は余弦で lr から 0 まで下げます。順序はネットワークごとに違います。
"""

import statistics
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from lessons.training import BATCH_SIZE, linear_layers, mlp, one_thread


class Networks(nn.Module):
    """シード seeds の mlp(widths, seed) を束ねたものです。1 つずつ計算したときと同じ値を返します。"""

    def __init__(self, widths: list[int], seeds: list[int]):
        super().__init__()
        self.widths, self.seeds = widths, seeds
        layers = list(zip(*(linear_layers(mlp(widths, seed)) for seed in seeds), strict=True))
        self.weights = nn.ParameterList(
            torch.stack([layer.weight.detach().T for layer in same]) for same in layers)
        self.biases = nn.ParameterList(
            torch.stack([layer.bias.detach()[None] for layer in same]) for same in layers)

    def forward(self, x: Tensor, layers: int | None = None) -> Tensor:
        """式 (1): [S, B, 特徴数] から出力 [S, B, C] まで。layers を渡すと、その層の ReLU の後までです。"""
        last = len(self.weights)
        h = x
        for k in range(last if layers is None else layers):
            h = torch.baddbmm(self.biases[k], h, self.weights[k])
            h = h if k == last - 1 else h.relu()
        return h

    def network(self, index: int) -> nn.Sequential:
        """束の index 番目を、ふつうのネットワークとして取り出します。"""
        one = mlp(self.widths, 0).to(self.weights[0].device)
        with torch.no_grad():
            for layer, weight, bias in zip(
                    linear_layers(one), self.weights, self.biases, strict=True):
                layer.weight.copy_(weight[index].T)
                layer.bias.copy_(bias[index, 0])
        return one


@one_thread()
def fit(
    networks: Networks, examples: int, loss: Callable[[Tensor], Tensor], *, steps: int, lr: float,
    also: Iterable[nn.Parameter] = (), rule: type[torch.optim.Optimizer] = torch.optim.Adam,
    after_step: Callable[[Networks, int], None] | None = None, **options: float,
) -> None:
    """loss(rows) を小さくするように、束をその場で学習します。

    loss:       束の全員の損失の和を、スカラーのテンソルで返す関数
    rows:       ミニバッチの行番号、int64 [S, B]。0 以上 examples 未満で、順序はシードごとに違います。
    also:       束と一緒に更新するパラメータ
    rule:       更新の規則。options はその設定です。
    after_step: 更新のたびに、束と、終わった歩数を渡して呼ぶ関数
    """
    optimizer = rule([*networks.parameters(), *also], lr, fused=True, **options)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    generators = [torch.Generator().manual_seed(seed) for seed in networks.seeds]
    device = networks.weights[0].device
    batches: list[Tensor] = []
    for step in range(1, steps + 1):
        if not batches:
            order = torch.stack([torch.randperm(examples, generator=g) for g in generators])
            batches = list(order.to(device).split(BATCH_SIZE, dim=1))
        optimizer.zero_grad()
        loss(batches.pop(0)).backward()
        optimizer.step()
        schedule.step()
        if after_step is not None:
            after_step(networks, step)


@torch.no_grad()
def logits_of_all(networks: Networks, x: Tensor) -> Tensor:
    """同じ入力 [n, 特徴数] に対する、全員のロジット [S, n, C] です。"""
    return networks(x.expand(len(networks.seeds), -1, -1))


def accuracies(networks: Networks, x: Tensor, y: Tensor) -> list[float]:
    """ネットワークごとの正解率 (%) です。x: [n, 特徴数]、y: int64 [n]。"""
    predicted = logits_of_all(networks, x).argmax(dim=-1)
    return (100 * (predicted == y).double().mean(dim=1)).tolist()


def mean_and_sd(values: list[float]) -> str:
    """平均 ± 標準偏差（n-1 で割ったもの）を、表に書く形にします。"""
    return f"{statistics.mean(values):.1f} ± {statistics.stdev(values):.1f}"
