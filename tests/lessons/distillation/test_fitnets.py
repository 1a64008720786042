"""Hints for deep students: the stages are what they claim, and the effects hold with a margin."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F

from lessons.data import Dataset
from lessons.distillation import fitnets
from lessons.distillation.fitnets import (
    BatchNormalised,
    by_back_propagation,
    by_distillation,
    by_hints,
    first_stage,
    he_initialised,
    second_stage,
    spread_by_layer,
    steps_of,
    widths_of,
)
from lessons.networks import Networks, accuracies
from lessons.training import accuracy, mlp

pytestmark = pytest.mark.slow

DEPTH, SEEDS = 26, [0, 1, 2]


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def few(data):
    """So few images that a stage takes no time: two batches an epoch."""
    return Dataset(data.x_train[:100], data.y_train[:100], data.x_test, data.y_test, ())


@pytest.fixture(scope="module")
def teacher(data):
    """One teacher for all tests: each of them fails afterwards if somebody changed it."""
    teacher = fitnets.trained_teacher(data, seed=0)
    before = copy.deepcopy(teacher.state_dict())
    yield teacher
    assert all(torch.equal(before[name], value) for name, value in teacher.state_dict().items())


@pytest.fixture(scope="module")
def mean_accuracy(data):
    def of(networks):
        found = accuracies(networks, data.x_test, data.y_test)
        return sum(found) / len(found)

    return of


@pytest.fixture(scope="module")
def hinted(data, teacher, mean_accuracy):
    return mean_accuracy(by_hints(data, teacher, DEPTH))


def test_a_deep_student_learns_with_hints_only(data, mean_accuracy, hinted):
    """Catches a student that is not as deep as claimed (measured: BP 10 %, HT 78 %)."""
    plain = mean_accuracy(by_back_propagation(data, DEPTH))
    assert plain < 20
    assert hinted >= plain + 40


def test_a_better_start_makes_hints_unnecessary(data, mean_accuracy, hinted):
    """Catches given networks that are not used (measured: 90 % in a third of the epochs)."""
    students = he_initialised(DEPTH)
    assert by_back_propagation(data, DEPTH, students, epochs=30) is students
    assert mean_accuracy(students) >= hinted


def test_the_teacher_is_wide_accurate_and_follows_its_seed(data, few, teacher):
    """Catches a teacher of other widths, one that knows little, a hidden random state."""
    shapes = [tuple(layer.weight.shape) for layer in teacher if isinstance(layer, torch.nn.Linear)]
    assert shapes == [(256, 64), (256, 256), (256, 256), (10, 256)]
    assert accuracy(teacher, data.x_test, data.y_test) > 95
    torch.manual_seed(5)
    first, again, other = (fitnets.trained_teacher(few, seed)[0].weight for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_depth_counts_the_hidden_layers():
    """Catches an off-by-one: the output layer is none of them."""
    assert widths_of(1) == [64, 32, 10]
    assert widths_of(3) == [64, 32, 32, 32, 10]


@pytest.mark.parametrize("count,batches", [(1, 1), (64, 1), (65, 2), (1257, 20)])
def test_an_epoch_ends_with_a_smaller_batch(data, count, batches):
    """Catches a lost last batch."""
    part = Dataset(data.x_train[:count], data.y_train[:count], data.x_test, data.y_test, ())
    assert steps_of(part, 7) == 7 * batches


def test_all_three_ways_make_the_same_number_of_steps(few, teacher, monkeypatch):
    """Catches a comparison in which hints get additional epochs."""
    steps = []
    monkeypatch.setattr(fitnets, "fit", lambda *_, **options: steps.append(options["steps"]))
    by_back_propagation(few, 4)
    by_distillation(few, teacher, 4)
    by_hints(few, teacher, 4)
    assert steps == [180, 180, 60, 120]


def test_the_hints_are_the_second_hidden_layer_of_the_teacher(few, teacher, monkeypatch):
    """Catches hints from before the ReLU or from another layer, and a first stage that is not
    guided in the middle or comes last."""
    calls = []
    monkeypatch.setattr(fitnets, "first_stage", lambda *arguments: calls.append(arguments))
    monkeypatch.setattr(fitnets, "second_stage", lambda *arguments: calls.append(arguments))
    students = by_hints(few, teacher, 7)
    hidden = F.relu(F.linear(few.x_train, teacher[0].weight, teacher[0].bias))
    hidden = F.relu(F.linear(hidden, teacher[2].weight, teacher[2].bias)).detach()
    (first, _, hints, guided_layer), (second, _, logits, _) = calls
    assert first is second is students and students.widths == widths_of(7)
    torch.testing.assert_close(hints, hidden)
    assert guided_layer == 3
    torch.testing.assert_close(logits, teacher(few.x_train).detach())


def test_the_first_stage_trains_the_guided_half_and_nothing_else(few, teacher):
    """Catches layers beyond the guided one that move, and a regressor that is left behind."""
    students = Networks(widths_of(4), SEEDS)
    hints = teacher[:4](few.x_train).detach()
    names = [name for name, _ in students.named_parameters()]
    before = copy.deepcopy(students)
    first_stage(students, few, hints, 2)
    assert [name for name, _ in students.named_parameters()] == names
    assert vars(students).keys() == vars(before).keys()
    assert [name for name, _ in students.named_children()] == ["weights", "biases"]
    for kind in ("weights", "biases"):
        moved = [not torch.equal(old, new) for old, new in
                 zip(getattr(before, kind), getattr(students, kind), strict=True)]
        assert moved == [True, True, False, False, False]


def test_an_interrupted_first_stage_leaves_nothing_behind(few, teacher, monkeypatch):
    """Catches regressors that hang on the caller's students while they are trained, and stay there
    when the stop button is pressed: the second stage would train them with the rest."""
    def held_by(students):
        return [*vars(students), *dict(students.named_modules()), *dict(students.named_parameters())]

    def stopped(*_):
        assert held_by(students) == before
        raise KeyboardInterrupt

    students = Networks(widths_of(4), SEEDS)
    before = held_by(students)
    monkeypatch.setattr(fitnets, "hint_loss", stopped)
    with pytest.raises(KeyboardInterrupt):
        first_stage(students, few, teacher[:4](few.x_train).detach(), 2)
    assert held_by(students) == before


def test_the_first_stage_minimises_the_hint_loss(few, teacher, monkeypatch):
    """Catches rows of hints and images that do not belong together, a regressor or a hidden layer
    of another student, and one that is not trained (measured: from 218 to 79)."""
    students, losses, fit = Networks(widths_of(4), SEEDS), [], fitnets.fit
    hints, rows = teacher[:4](few.x_train).detach(), torch.stack(
        [torch.randperm(100, generator=seeded(k)) for k in range(3)])

    def watched(networks, examples, loss, *, also, **options):
        def compare():
            guided = networks(few.x_train[rows], layers=2).detach()
            expected = 0.0
            for mine, v, regressor in zip(rows, guided, also, strict=True):
                error = hints[mine] - torch.stack([regressor.detach() @ one for one in v])
                expected += float(error.square().sum()) / 2 / 100
            losses.append(float(loss(rows).detach()))
            assert losses[-1] == pytest.approx(expected, rel=1e-4)

        starts = [regressor.detach().clone() for regressor in also]
        compare()
        fit(networks, examples, loss, also=also, **options)
        compare()
        assert not any(map(torch.equal, starts, also))

    monkeypatch.setattr(fitnets, "fit", watched)
    first_stage(students, few, hints, 2)
    assert losses[1] < losses[0] / 2


def test_the_first_stage_follows_the_seeds_alone(few, teacher):
    """Catches a regressor from torch's global generator, or one start for all students."""
    hints, starts, ends = teacher[:4](few.x_train).detach(), [], []
    for global_seed in (0, 5):
        torch.manual_seed(global_seed)
        students = Networks(widths_of(4), SEEDS)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fitnets, "fit", lambda *_, also, **__: starts.append(
                [r.detach().clone() for r in also]))
            first_stage(students, few, hints, 2)
        first_stage(students, few, hints, 2)
        ends.append(students.weights[0])
    assert all(torch.equal(a, b) for a, b in zip(*starts, strict=True))
    assert torch.equal(*ends)
    assert not torch.equal(starts[0][0], starts[0][1])
    assert all(r.shape == (256, 32) and r.abs().max() <= 1 / math.sqrt(32) for r in starts[0])


@pytest.mark.parametrize("taught", [True, False])
def test_lambda_falls_from_four_to_one(few, teacher, taught, monkeypatch):
    """Catches a lost T², a rising or constant weight, a mean over students, a teacher for BP."""
    rows = torch.randint(100, (3, 8), generator=seeded())
    students, losses = Networks(widths_of(2), SEEDS), []
    monkeypatch.setattr(fitnets, "fit", lambda _, examples, loss, steps, lr: losses.extend(
        float(loss(rows).detach()) for _ in range(steps)))
    teacher_logits = teacher(few.x_train).detach()
    second_stage(students, few, teacher_logits if taught else None, 3)
    hard = soft = 0.0
    for logits, mine in zip(students(few.x_train[rows]).detach(), rows, strict=True):
        hard += float(F.cross_entropy(logits, few.y_train[mine]))
        p, q = ((z / 3).softmax(dim=1) for z in (teacher_logits[mine], logits))
        soft += float((p * (p.log() - q.log())).sum(dim=1).mean())
    weights = [4, 3.4, 2.8, 2.2, 1.6, 1] if taught else [0] * 6
    assert losses == pytest.approx([hard + weight * 9 * soft for weight in weights], rel=1e-4)


def test_he_initialisation_has_its_variance_and_no_bias():
    """Catches 1/n or 2/n_out, a uniform start, biases that stay, and one start for all seeds."""
    torch.manual_seed(5)
    students, again = he_initialised(DEPTH), he_initialised(DEPTH)
    assert len(students.weights) == DEPTH + 1
    scaled = torch.cat([(weight.detach() * math.sqrt(weight.shape[1] / 2)).flatten()
                        for weight in students.weights])
    assert float(scaled.var()) == pytest.approx(1, abs=0.03)
    assert float(scaled.square().square().mean()) == pytest.approx(3, abs=0.2)  # 1.8 if uniform
    for weight, bias, same in zip(students.weights, students.biases, again.weights, strict=True):
        assert float(weight.detach().var()) == pytest.approx(2 / weight.shape[1], rel=0.2)
        assert not bias.any() and torch.equal(weight, same)
        assert not torch.equal(weight[0], weight[1])


def test_the_spread_is_that_of_each_layers_output(data):
    """Catches a deviation over the features, a layer too few, and values before the ReLU."""
    network, x = Networks(widths_of(3), SEEDS), data.x_test[:50]
    found = spread_by_layer(network, x)
    members = [mlp(widths_of(3), seed) for seed in SEEDS]
    expected = []
    for stop in (2, 4, 6, 7):  # the last layer has no ReLU
        outputs = [member[:stop](x).detach().double() for member in members]
        centred = [h - h.mean(dim=0) for h in outputs]
        deviations = [(c.square().sum(dim=0) / 49).sqrt().mean() for c in centred]
        expected.append(float(sum(deviations) / 3))
    assert found == pytest.approx(expected, rel=1e-4)


def test_the_images_become_the_same_with_the_default_start(data):
    """Catches a start that is not torch's, or not He's (measured: 3e-9 and 0.13)."""
    default, he = (spread_by_layer(networks, data.x_test)
                   for networks in (Networks(widths_of(DEPTH), SEEDS), he_initialised(DEPTH)))
    assert default[25] < 1e-6 * default[0]
    assert he[25] > 1e-2 * he[0]


def test_normalised_students_are_the_same_but_for_their_norms(few):
    """Catches norms on the output, another start, and training that leaves the norms out."""
    students, plain = BatchNormalised(widths_of(4), SEEDS), Networks(widths_of(4), SEEDS)
    assert [norm.num_features for norm in students.norms] == [96] * 4
    assert all(torch.equal(a, b) for a, b in zip(students.weights, plain.weights, strict=True))
    by_back_propagation(few, 4, students, epochs=2)
    assert all(bool((norm.weight != 1).any()) for norm in students.norms)
    assert [int(norm.num_batches_tracked) for norm in students.norms] == [4] * 4
