"""The calculator's counts against torch's layers, a published table, and bits that are really packed."""

import numpy as np
import pytest
import torch
from torch import nn

from lessons.overview import conv2d_cost, energy_picojoules, linear_cost, model_bytes
from lessons.overview.calculator import energy_rows, energy_table


@pytest.mark.parametrize("n_params, bits", [(1, 1), (8, 1), (9, 1), (10, 3), (5, 8), (7, 12), (3, 64)])
def test_packed_bits_take_so_many_bytes(n_params, bits):
    """Catches a rest of bits that gets no byte, or a whole one too many."""
    assert model_bytes(n_params, bits) == len(np.packbits(np.ones(n_params * bits, dtype=np.uint8)))


@pytest.mark.parametrize("n_params, bits", [(0, 8), (8, 0), (-1, 8)])
def test_nothing_to_pack_is_refused(n_params, bits):
    """Catches a size of 0 byte for a network that cannot be."""
    with pytest.raises(ValueError, match="1 に満たない引数"):
        model_bytes(n_params, bits)


def counted(layer: nn.Module, x: torch.Tensor) -> tuple[int, int, int, int]:
    """FLOP: each output value takes a product and a sum for each weight that it sees; and the values
    of weights, input and output."""
    y, seen = layer(x), layer.weight[0].numel()
    return y.numel() * (seen + seen), layer.weight.numel(), x.numel(), y.numel()


def fields(cost) -> tuple[int, int, int, int]:
    return cost.flops, cost.weights, cost.inputs, cost.outputs


def test_a_layers_cost_is_what_the_layer_has():
    """Catches a forgotten batch, a kernel that is not squared, the input's size for the output's."""
    assert fields(linear_cost(5, 12, 7)) == counted(nn.Linear(12, 7, bias=False), torch.ones(5, 12))
    conv = nn.Conv2d(3, 8, 5, stride=2, bias=False)
    assert fields(conv2d_cost(4, 3, 8, 5, 15, 6)) == counted(conv, torch.ones(4, 3, 15, 15))


# Han, Pool, Tran, Dally 2015, tables 2 and 3: FLOP of LeNet-300-100 and LeNet-5, in thousands.
PUBLISHED = [
    (linear_cost(1, 784, 300), 470), (linear_cost(1, 300, 100), 60), (linear_cost(1, 100, 10), 2),
    (conv2d_cost(1, 1, 20, 5, 28, 24), 576), (conv2d_cost(1, 20, 50, 5, 12, 8), 3200),
    (linear_cost(1, 800, 500), 800), (linear_cost(1, 500, 10), 10),
]  # fmt: skip


@pytest.mark.parametrize("cost, thousands", PUBLISHED)
def test_the_counts_are_the_papers(cost, thousands):
    """Catches multiplications alone, or another way to count than the paper that we cite."""
    assert cost.flops / 1000 == pytest.approx(thousands, abs=0.5)


def test_bytes_moved_are_the_tensors_bytes():
    """Catches a value that is moved twice, or not at all."""
    x, w = torch.ones(6, 10), torch.ones(4, 10)
    assert linear_cost(6, 10, 4).bytes_moved(4) == x.nbytes + w.nbytes + (x @ w.T).nbytes
    assert linear_cost(6, 10, 4).bytes_moved(1) == 60 + 40 + 24


def test_energy_counts_each_operation_once():
    """Catches FLOP that are taken for pairs of a multiplication and an addition, and bytes for words."""
    arithmetic, memory = energy_picojoules(linear_cost(2, 3, 5))
    assert arithmetic == pytest.approx(2 * 3 * 5 * (3.7 + 0.9))
    assert memory == pytest.approx((2 * 3 + 3 * 5 + 2 * 5) * 640)


def test_the_energy_table_is_the_papers():
    """Catches a slip of the pen: the paper gives each cost relative to an integer addition too."""
    relative = [round(value / energy_table()["int_add"]) for value in energy_table().values()]
    assert relative == [1, 9, 10, 31, 37, 50, 6400]
    assert energy_rows()[-1] == ["メモリ（DRAM）の読み書き", "640"]
