"""The puzzle of the bits: an ordinary network, and only unequal bits solve it."""


import pytest
import torch

from lessons.quantization.bit_budget import (
    WIDTHS,
    accuracy_of,
    accuracy_with_bits,
    choose_bits,
    digit_weights,
    found_by,
    packed_bytes,
    puzzle,
)
from lessons.quantization.integers import affine_params


def test_the_network_of_the_puzzle_is_an_ordinary_one():
    """Catches a forward pass that differs from nn.Linear and ReLU, or weights left unrounded."""
    weights, x, y, _, _ = puzzle(0)
    model = torch.nn.Sequential()
    for weight in weights:
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
        scale, zero_point = affine_params(float(weight.min()), float(weight.max()), 4)
        layer.weight.data = torch.fake_quantize_per_tensor_affine(weight, scale, zero_point, 0, 15)
        model.extend([layer, torch.nn.ReLU()])
    predicted = model[:-1](x).argmax(dim=1)
    expected = 100 * float((predicted == y).double().mean())
    assert accuracy_with_bits(weights, [4, 4, 4], x, y) == pytest.approx(expected)
    assert accuracy_of(weights, x, y) > 90
    assert packed_bytes([torch.zeros(3), torch.zeros(2)], [3, 1]) == 2


@pytest.mark.parametrize("seed", [0, 5, 4])
def test_the_puzzle_needs_unequal_bits(seed):
    """Catches a puzzle without a solution, or one that equal bits solve."""
    weights, x, y, budget, target = puzzle(seed)
    chosen = choose_bits(weights, x, y, budget, target)
    assert packed_bytes(weights, chosen) <= budget
    assert accuracy_with_bits(weights, chosen, x, y) >= target
    for bits in range(1, 9):
        equal = [bits] * len(weights)
        fits = packed_bytes(weights, equal) <= budget
        assert not (fits and accuracy_with_bits(weights, equal, x, y) >= target)
    assert digit_weights(seed, WIDTHS)[0] is weights[0], "trained once"


def test_a_budget_that_nothing_meets_is_named():
    """Catches silent nonsense for values that no formula covers."""
    with pytest.raises(ValueError, match=r"[ぁ-ん]"):
        choose_bits([torch.ones(2, 2)], torch.ones(1, 2), torch.zeros(1).long(), 0, 50.0)


@pytest.mark.parametrize("written, whose", [
    (lambda *asked: [3, 6, 5], "あなたの"),
    (lambda *asked: [8, 8, 8], "まだ正解していないので、模範解答の"),
    (lambda *asked: [1, 1, 1], "まだ正解していないので、模範解答の"),
    (lambda *asked: ..., "まだ正解していないので、模範解答の"),
])
def test_an_answer_that_fits_is_used(written, whose, capsys):
    """Catches a right answer that differs from the reference's and is not taken, and a wrong one that is."""
    asked = weights, x, y, budget, target = puzzle(0)
    bits = found_by(written, *asked)
    assert packed_bytes(weights, bits) <= budget
    assert accuracy_with_bits(weights, bits, x, y) >= target
    assert capsys.readouterr().out == f"{whose} choose_bits が見つけた配分です。\n"
