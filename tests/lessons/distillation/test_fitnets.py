"""Hints for deep students: the stages are what they claim, and the effects hold with a margin."""

import copy
import math
from statistics import mean

import pytest
import torch
import torch.nn.functional as F

from lessons.data import Dataset
from lessons.distillation import fitnets
from lessons.distillation.fitnets import (
    first_stage,
    he_initialise,
    hinted,
    second_stage,
    spread_by_layer,
    steps_of,
    teachable,
    widths_of,
    with_hints,
    without_hints,
)
from lessons.distillation.losses import hint_loss
from lessons.networks import Networks
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


def test_a_deep_student_learns_with_hints_or_a_better_start(data, teacher):
    """Catches a student that is not as deep as claimed, hints that reach no layer, a start that is
    not He's (measured: BP and KD 10 %, HT 77 %, He's start 92 %)."""
    found = without_hints(data, teacher, DEPTH)
    guided = with_hints(data, teacher, hinted(data, teacher, DEPTH))
    assert list(found) == ["BP", "KD", "BP + He の初期値"]
    assert max(found["BP"] + found["KD"]) < 20
    assert mean(guided) >= mean(found["BP"]) + 40
    assert mean(found["BP + He の初期値"]) >= mean(guided)


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


def test_all_ways_make_the_same_number_of_steps(few, teacher, monkeypatch):
    """Catches a comparison in which hints get additional epochs."""
    steps = []
    monkeypatch.setattr(fitnets, "fit", lambda *_, **options: steps.append(options["steps"]))
    without_hints(few, teacher, 4)
    with_hints(few, teacher, hinted(few, teacher, 4))
    assert steps == [160, 40, 120]


def test_each_student_without_hints_is_trained_as_its_name_says(few, teacher, monkeypatch):
    """Catches the teacher's term for BP, BP and KD exchanged, He's start for another, and numbers
    under another's name: each bundle of three is trained alone and must come out the same."""
    monkeypatch.setattr(fitnets, "HINT_EPOCHS", 1)
    monkeypatch.setattr(fitnets, "EPOCHS", 2)
    together, alone = without_hints(few, teacher, 3), {}
    for name, seeds, taught in (("BP", [*SEEDS, 9], slice(3, 4)), ("KD", SEEDS, slice(None)),
                                ("BP + He の初期値", [*SEEDS, 9], slice(3, 4))):
        students = Networks(widths_of(3), seeds)
        if "He" in name:
            he_initialise(students)
        second_stage(students, taught, few, teacher, 3)
        hits = [network(few.x_test).argmax(dim=1) == few.y_test
                for network in map(students.network, range(3))]
        alone[name] = [100 * float(h.double().mean()) for h in hits]
    for name, found in alone.items():
        assert together[name] == pytest.approx(found, abs=0.4)
    assert len({tuple(found) for found in alone.values()}) == 3


def test_the_hints_are_the_second_hidden_layer_of_the_teacher(few, teacher, monkeypatch):
    """Catches hints from before the ReLU or from another layer, a first stage that is not guided
    in the middle, and a loss that is not the one given."""
    calls = []
    monkeypatch.setattr(fitnets, "first_stage", lambda *arguments: calls.append(arguments))
    students = hinted(few, teacher, 7, loss="the learner's")
    hidden = F.relu(F.linear(few.x_train, teacher[0].weight, teacher[0].bias))
    hidden = F.relu(F.linear(hidden, teacher[2].weight, teacher[2].bias)).detach()
    ((first, _, hints, guided_layer, loss),) = calls
    assert first is students and students.widths == widths_of(7)
    torch.testing.assert_close(hints, hidden)
    assert guided_layer == 3 and loss == "the learner's"


def test_the_second_stage_teaches_every_hinted_student(few, teacher, monkeypatch):
    """Catches a second stage by labels alone, and one that starts from other students."""
    calls, students = [], Networks(widths_of(2), SEEDS)
    monkeypatch.setattr(fitnets, "second_stage", lambda *arguments: calls.append(arguments))
    found = with_hints(few, teacher, students)
    ((first, taught, _, second, epochs),) = calls
    assert first is students and second is teacher and epochs == fitnets.EPOCHS
    assert SEEDS[taught] == SEEDS and len(found) == 3


def test_the_first_stage_trains_the_guided_half_and_nothing_else(few, teacher):
    """Catches layers beyond the guided one that move, and a regressor that is left behind."""
    students = Networks(widths_of(4), SEEDS)
    hints = teacher[:4](few.x_train).detach()
    names = [name for name, _ in students.named_parameters()]
    before = copy.deepcopy(students)
    first_stage(students, few, hints, 2, hint_loss)
    assert [name for name, _ in students.named_parameters()] == names
    assert vars(students).keys() == vars(before).keys()
    assert [name for name, _ in students.named_children()] == ["weights", "biases"]
    for kind in ("weights", "biases"):
        moved = [not torch.equal(old, new) for old, new in
                 zip(getattr(before, kind), getattr(students, kind), strict=True)]
        assert moved == [True, True, False, False, False]


def test_an_interrupted_first_stage_leaves_nothing_behind(few, teacher):
    """Catches regressors that hang on the caller's students while they are trained, and stay there
    when the stop button is pressed: the second stage would train them with the rest."""
    def held_by(students):
        return [*vars(students), *dict(students.named_modules()), *dict(students.named_parameters())]

    def stopped(*_):
        assert held_by(students) == before
        raise KeyboardInterrupt

    students = Networks(widths_of(4), SEEDS)
    before = held_by(students)
    with pytest.raises(KeyboardInterrupt):
        first_stage(students, few, teacher[:4](few.x_train).detach(), 2, stopped)
    assert held_by(students) == before


def test_the_first_stage_minimises_the_hint_loss(few, teacher, monkeypatch):
    """Catches rows of hints and images that do not belong together, a regressor or a hidden layer
    of another student, and one that is not trained (measured: from 218 to 110)."""
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
    first_stage(students, few, hints, 2, hint_loss)
    assert losses[1] < losses[0] / 1.3


def test_the_first_stage_follows_the_seeds_alone(few, teacher):
    """Catches a regressor from torch's global generator, or one start for all students."""
    hints, starts, ends = teacher[:4](few.x_train).detach(), [], []
    for global_seed in (0, 5):
        torch.manual_seed(global_seed)
        students = Networks(widths_of(4), SEEDS)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fitnets, "fit", lambda *_, also, **__: starts.append(
                [r.detach().clone() for r in also]))
            first_stage(students, few, hints, 2, hint_loss)
        first_stage(students, few, hints, 2, hint_loss)
        ends.append(students.weights[0])
    assert all(torch.equal(a, b) for a, b in zip(*starts, strict=True))
    assert torch.equal(*ends)
    assert not torch.equal(starts[0][0], starts[0][1])
    assert all(r.shape == (256, 32) and r.abs().max() <= 1 / math.sqrt(32) for r in starts[0])


@pytest.mark.parametrize("taught", [slice(2, 3), slice(1, 3), slice(None)])
def test_lambda_falls_from_four_to_one(few, teacher, taught, monkeypatch):
    """Catches a lost T², a rising or constant weight, a mean over students, a teacher for BP."""
    rows = torch.randint(100, (3, 8), generator=seeded())
    students, losses = Networks(widths_of(2), SEEDS), []
    monkeypatch.setattr(fitnets, "fit", lambda _, examples, loss, steps, lr: losses.extend(
        float(loss(rows).detach()) for _ in range(steps)))
    teacher_logits = teacher(few.x_train).detach()
    second_stage(students, taught, few, teacher, 3)
    hard = soft = 0.0
    for k, (logits, mine) in enumerate(zip(students(few.x_train[rows]).detach(), rows, strict=True)):
        hard += float(F.cross_entropy(logits, few.y_train[mine]))
        p, q = ((z / 3).softmax(dim=1) for z in (teacher_logits[mine], logits))
        if k in range(3)[taught]:
            soft += float((p * (p.log() - q.log())).sum(dim=1).mean())
    weights = [4, 3.4, 2.8, 2.2, 1.6, 1]
    assert losses == pytest.approx([hard + weight * 9 * soft for weight in weights], rel=1e-4)


def test_a_loss_without_a_gradient_is_refused():
    """Catches an answer that NumPy computes right, and that no student could learn from."""
    u, v, regressor = torch.randn(2, 3), torch.randn(2, 4, requires_grad=True), torch.randn(3, 4)
    checked = teachable(hint_loss)
    assert checked.__name__ == "hint_loss"
    assert torch.equal(checked(u, v, regressor), hint_loss(u, v, regressor))
    with pytest.raises(ValueError, match="勾配"):
        teachable(lambda u, v, r: hint_loss(u, v.detach(), r))(u, v, regressor)


def test_he_initialisation_has_its_variance_and_no_bias():
    """Catches 1/n or 2/n_out, a uniform start, biases that stay, and one start for all seeds."""
    torch.manual_seed(5)
    students, again = (he_initialise(Networks(widths_of(DEPTH), SEEDS)) for _ in range(2))
    assert len(students.weights) == DEPTH + 1
    scaled = torch.cat([(weight.detach() * math.sqrt(weight.shape[1] / 2)).flatten()
                        for weight in students.weights])
    assert float(scaled.var()) == pytest.approx(1, abs=0.03)
    assert float(scaled.square().square().mean()) == pytest.approx(3, abs=0.2)  # 1.8 if uniform
    for weight, bias, same in zip(students.weights, students.biases, again.weights, strict=True):
        assert float(weight.detach().var()) == pytest.approx(2 / weight.shape[1], rel=0.2)
        assert not bias.any() and torch.equal(weight, same)
        assert not torch.equal(weight[0], weight[1])


def test_he_initialisation_leaves_the_others_alone():
    """Catches a start for all, and one that depends on the place in the bundle."""
    mixed, plain = (Networks(widths_of(2), [*SEEDS, *SEEDS]) for _ in range(2))
    he_initialise(mixed, slice(3, None))
    alone = he_initialise(Networks(widths_of(2), SEEDS))
    for found, before, expected in zip(
            mixed.weights, plain.weights, alone.weights, strict=True):
        assert torch.equal(found[:3], before[:3]) and torch.equal(found[3:], expected)


def test_the_spread_is_that_of_each_layers_output(data):
    """Catches a deviation over the features, the output among the hidden layers, values before the ReLU."""
    network, x = Networks(widths_of(3), SEEDS), data.x_test[:50]
    found = spread_by_layer(network, x)
    members = [mlp(widths_of(3), seed) for seed in SEEDS]
    expected = []
    for stop in (2, 4, 6):  # the hidden layers, after their ReLU
        outputs = [member[:stop](x).detach().double() for member in members]
        centred = [h - h.mean(dim=0) for h in outputs]
        deviations = [(c.square().sum(dim=0) / 49).sqrt().mean() for c in centred]
        expected.append(float(sum(deviations) / 3))
    assert found == pytest.approx(expected, rel=1e-4)


def test_the_spread_is_no_rounding_noise(data):
    """Catches single precision, whose rounding is 60 times the spread behind the 18th layer: the
    differences between images fall from layer to layer."""
    network = Networks(widths_of(DEPTH), SEEDS)
    found = spread_by_layer(network, data.x_test)
    assert all(later < earlier for earlier, later in zip(found, found[1:], strict=False))
    single = float(network(data.x_test.expand(3, -1, -1), layers=26).detach().std(dim=1).mean())
    assert found[25] < single / 20
    assert all(weight.dtype == torch.float32 for weight in network.weights)


def test_the_images_become_the_same_with_the_default_start(data):
    """Catches a start that is not torch's, or not He's (measured: 5e-11 and 0.13)."""
    networks = Networks(widths_of(DEPTH), SEEDS)
    default = spread_by_layer(networks, data.x_test)
    he = spread_by_layer(he_initialise(networks), data.x_test)
    assert default[25] < 1e-9 * default[0]
    assert he[25] > 1e-2 * he[0]
