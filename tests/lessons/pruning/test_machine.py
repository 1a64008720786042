"""The machine: it counts with the functions it was given, and what it draws is what it counted."""

import numpy as np
import pytest
import torch
from figure_gate import assert_well_drawn

import lessons.pruning as reference
from lessons.pruning.connections_or_neurons import weight_bytes
from lessons.pruning.figures.machine import pixels, pruning_machine
from lessons.pruning.machine import FIXED, RULES, Machine
from lessons.pruning.network import PruningResult, threshold_masks, weights
from lessons.training import accuracy, apply_masks, linear_layers, mlp

NAMES = ("threshold_mask", "pruned_percent", "dead_neurons", "remove_neurons", "csr_bytes")
RESULTS = [PruningResult(a, (), 0.0, 80.0 - a, 84.0 - a) for a in (0.5, 1.5, 2.4)]


def machine_of(model, data, **changes) -> Machine:
    functions = {name: getattr(reference, name) for name in NAMES} | changes
    return Machine(model, data, RESULTS, *functions.values())


@pytest.fixture(scope="module")
def model():
    """Not trained: its weights are even, so alpha 1.5 leaves a little of each layer."""
    model = mlp([784, 300, 100, 10], seed=0)
    with torch.no_grad():
        for layer in linear_layers(model):
            layer.weight.pow_(3).mul_(30)
    return model


@pytest.fixture(scope="module")
def machine(model, fashion):
    return machine_of(model, fashion)


def test_it_counts_what_is_cut(machine, model):
    """Catches a share of one layer for all, dense bytes for CSR, and accuracies of another alpha."""
    cut = machine.at(RULES[0], 1.5, False)
    masks = threshold_masks(model, 1.5)
    gone, total = sum(int((~m).sum()) for m in masks), sum(m.numel() for m in masks)
    assert cut.percent == pytest.approx(100 * gone / total)
    assert cut.layer_percent[2] == pytest.approx(100 * float((~masks[2]).double().mean()))
    assert cut.accuracies == (78.5, 82.5)
    copied = mlp([784, 300, 100, 10], seed=0)
    copied.load_state_dict(model.state_dict())
    apply_masks(copied, masks)
    assert (cut.dense_bytes, cut.csr_bytes) == weight_bytes(copied, index_bytes=4)
    assert cut.products == total and cut.difference == 0


def test_removing_shrinks_and_changes_nothing(machine):
    """Catches matrices that stay as they are, and an output that changes unnoticed."""
    whole, small = (machine.at(RULES[0], 2.4, remove) for remove in (False, True))
    assert small.products < whole.products and small.csr_bytes < whole.csr_bytes
    assert small.dense_bytes == 4 * small.products
    assert small.difference < 1e-9 and small.changed == 0
    assert small.percent == whole.percent


def test_one_threshold_for_all_layers(machine, model, fashion):
    """Catches a factor of sigma where the threshold itself is meant, and another alpha's accuracy."""
    cut = machine.at(RULES[1], 0.5, False)
    expected = [100 * float((w.abs() < FIXED).double().mean()) for w in weights(model)]
    assert cut.layer_percent == pytest.approx(expected, abs=0.01)
    copied = mlp([784, 300, 100, 10], seed=0)
    copied.load_state_dict(model.state_dict())
    apply_masks(copied, [w.abs() >= FIXED for w in weights(model)])
    assert cut.accuracies == (accuracy(copied, fashion.x_test, fashion.y_test), None)


def test_before_anything_is_cut(machine, model, fashion):
    """Catches a slider that starts at a network which is cut already."""
    cut = machine.at(RULES[0], 0.0, False)
    whole = accuracy(model, fashion.x_test, fashion.y_test)
    assert (cut.percent, cut.accuracies) == (0.0, (whole, whole))
    assert machine.alphas == [0.0, 0.5, 1.5, 2.4]


@pytest.mark.parametrize("name", NAMES)
def test_each_function_is_the_one_it_was_given(name, model, fashion):
    """Catches a machine that uses the reference whatever the learner wrote."""
    called = []

    def counted(*arguments):
        called.append(name)
        return getattr(reference, name)(*arguments)

    machine_of(model, fashion, **{name: counted}).at(RULES[0], 1.5, True)
    assert called


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("setting", [(RULES[0], 0.0, False), (RULES[0], 1.5, True),
                                     (RULES[1], 2.4, False), (RULES[1], 0.5, True)])  # fmt: skip
def test_draws_every_glyph_inside_the_picture(machine, setting, caplog):
    """Catches boxes for missing glyphs and clipped text."""
    assert_well_drawn(lambda: pruning_machine(machine.at(*setting)), caplog)


def test_pixels_tell_kept_cut_and_dead_apart():
    """Catches a dead column drawn as a row, and a cut weight that keeps a colour."""
    w = torch.tensor([[0.5, 0.0, 0.2], [0.0, 0.0, 1.0]], dtype=torch.float64)
    rows, columns = torch.tensor([False, True]), torch.tensor([False, False, True])
    picture = pixels(w, rows, columns)
    assert picture.shape == (2, 3, 4) and picture.dtype == np.uint8
    colours = {name: tuple(picture[place]) for name, place in
               dict(kept=(0, 0), cut=(0, 1), dead=(0, 2), cut_of_dead=(1, 0), dead_too=(1, 2)).items()}
    assert colours["dead"] == colours["dead_too"]
    assert len(set(colours.values())) == 4
    assert len(set(colours["cut"][:3])) == 1, "grey stays grey when the dark theme turns a figure over"


def test_one_weight_is_one_pixel(machine):
    """Catches a picture in which FC 1 is stretched: at the notebook's 144 dpi each weight is a dot."""
    figure, sentence = pruning_machine(machine.at(RULES[0], 1.5, True))
    left, right, bottom, top = figure.axes[0].images[0].get_extent()
    corners = figure.axes[0].transData.transform([(left, bottom), (right, top)])
    size = abs(corners[1] - corners[0]) * 144 / figure.dpi
    rows, columns = machine.at(RULES[0], 1.5, True).layers[0][0].shape
    assert size.tolist() == pytest.approx([columns, rows], abs=0.5)
    assert "変わった予測は 0 枚です。" in sentence


def test_a_share_is_not_rounded_to_all(model, fashion):
    """Catches "100.0 %" over a matrix in which kept weights are seen."""
    masks = [torch.ones(w.shape, dtype=torch.bool) for w in weights(model)]
    for mask in masks:
        mask.flatten()[1:] = False
    masks[0].flatten()[:60] = True  # of 235,200
    drawn, _ = pruning_machine(
        machine_of(model, fashion, threshold_mask=lambda w, _: next(
            m for m in masks if m.shape == w.shape)).at(RULES[1], 0.5, False))
    assert "99.97 % を切る" in next(t.get_text() for t in drawn.axes[0].texts if "FC 1" in t.get_text())
