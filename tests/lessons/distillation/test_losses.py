"""The distillation functions against plain loops, torch's own losses, closed forms and finite
differences."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from module_gate import public_functions
from torch import nn

from lessons.distillation import (
    distill_step,
    distillation_loss,
    ensemble_targets,
    hint_loss,
    losses,
    mlp_parameters,
    soft_loss,
    soft_targets,
)

TEMPERATURES = [0.5, 1.0, 2.5, 20.0]


def rows(*shape, seed=0, dtype=torch.float64, size=2.0):
    return size * torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def softmax_by_hand(logits: list[float], temperature: float) -> list[float]:
    top = max(logits)
    powers = [math.exp((z - top) / temperature) for z in logits]
    return [power / math.fsum(powers) for power in powers]


def kl_by_hand(student: list[float], teacher: list[float], temperature: float) -> float:
    p, q = (softmax_by_hand(logits, temperature) for logits in (teacher, student))
    return math.fsum(a * (math.log(a) - math.log(b)) for a, b in zip(p, q, strict=True) if a > 0)


def test_every_function_of_the_module_is_tested_here():
    """Catches a function that joins the module and is compared with nothing."""
    assert public_functions(losses) == {
        "soft_targets", "soft_loss", "distillation_loss", "ensemble_targets", "distill_step",
        "hint_loss", "mlp_parameters"}


# Soft targets


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_soft_targets_by_a_plain_loop(temperature):
    """Catches a temperature that multiplies, another axis, and a sum that is not 1."""
    logits = rows(2, 3, 5)
    found = soft_targets(logits, temperature)
    by_hand = [[softmax_by_hand(row, temperature) for row in rank] for rank in logits.tolist()]
    assert torch.allclose(found, torch.tensor(by_hand, dtype=torch.float64), rtol=1e-12, atol=0)
    assert torch.allclose(found.sum(-1), torch.ones(2, 3, dtype=torch.float64))


def test_two_classes_are_a_sigmoid():
    """Catches a temperature on one of the two logits alone: the closed form is σ((a−b)/T)."""
    logits = rows(50, 2, size=5)
    expected = torch.sigmoid((logits[:, 0] - logits[:, 1]) / 3)
    assert torch.allclose(soft_targets(logits, 3.0)[:, 0], expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_soft_targets_stay_finite_and_keep_their_type(dtype):
    """Catches exp(10000) = inf, and a result that is always float32."""
    logits = torch.tensor([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4]], dtype=dtype)
    found = soft_targets(logits, 2.0)
    assert found.dtype == dtype
    assert torch.allclose(found, torch.tensor([[1, 0, 0], [1 / 3] * 3], dtype=dtype))


def test_heat_evens_out_and_cold_decides():
    """Catches a temperature that works the other way round."""
    logits = rows(20, 4)
    assert torch.allclose(soft_targets(logits, 1e6), torch.full_like(logits, 0.25), atol=1e-5)
    assert torch.equal(soft_targets(logits, 1e-3).round().argmax(1), logits.argmax(1))
    entropies = [torch.special.entr(soft_targets(logits, t)).sum(1) for t in (0.5, 1, 2, 4)]
    for cooler, warmer in zip(entropies[:-1], entropies[1:], strict=True):
        assert (cooler < warmer).all()


# The soft loss


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("seed", range(3))
def test_the_soft_loss_by_a_plain_loop(temperature, seed):
    """Catches the reversed divergence, a mean over the classes, and a T² that is not asked for."""
    student, teacher = rows(6, 4, seed=seed), rows(6, 4, seed=seed + 50)
    pairs = zip(student.tolist(), teacher.tolist(), strict=True)
    by_hand = math.fsum(kl_by_hand(s, t, temperature) for s, t in pairs) / 6
    found = soft_loss(student, teacher, temperature)
    assert found.shape == () and found.dtype == torch.float64
    assert float(found) == pytest.approx(by_hand, rel=1e-10)


@settings(max_examples=50)
@given(st.lists(st.floats(-30, 30), min_size=3, max_size=3),
       st.lists(st.floats(-30, 30), min_size=3, max_size=3), st.floats(0.5, 20))
def test_the_soft_loss_is_a_divergence(student, teacher, temperature):
    """Catches a flipped sign: it is 0 for equal logits, also shifted ones, and never below."""
    z_s, z_t = (torch.tensor([z], dtype=torch.float64) for z in (student, teacher))
    assert float(soft_loss(z_s, z_t, temperature)) >= -1e-12
    assert float(soft_loss(z_t + 7, z_t, temperature)) == pytest.approx(0, abs=1e-12)
    apart = torch.distributions.kl_divergence(
        *(torch.distributions.Categorical(logits=z / temperature) for z in (z_t, z_s)))
    assert float(soft_loss(z_s, z_t, temperature)) == pytest.approx(float(apart), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_soft_loss_survives_lost_probabilities(dtype):
    """Catches 0 · log 0 = nan on the teacher's side, and log 0 = -inf on the student's."""
    student = torch.tensor([[0.0, 0.0, 5000.0], [1.0, 1.0, 1.0]], dtype=dtype)
    teacher = torch.tensor([[0.0, 0.0, -5000.0], [-9000.0, 0.0, 0.0]], dtype=dtype)
    # Row 1: the teacher has ½ ½ 0, the student's log q is -2500; row 2: 0 ½ ½ and ⅓ each.
    expected = ((2500 - math.log(2)) + math.log(3 / 2)) / 2
    assert float(soft_loss(student, teacher, 2.0)) == pytest.approx(expected, rel=1e-6)


def test_the_gradient_of_the_soft_loss_is_the_difference_of_probabilities():
    """Catches a gradient that is not (q − p)/(T·B): the closed form of the lesson."""
    student, teacher = rows(5, 4).requires_grad_(), rows(5, 4, seed=9)
    soft_loss(student, teacher, 3.0).backward()
    p, q = (
        torch.tensor([softmax_by_hand(row, 3.0) for row in z.tolist()], dtype=torch.float64)
        for z in (teacher, student.detach()))
    assert torch.allclose(student.grad, (q - p) / (3 * 5), rtol=1e-9, atol=1e-14)


# The whole loss


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_the_loss_by_a_plain_loop(temperature, alpha):
    """Catches T for T², T² on the hard term, a warm hard term, and swapped shares."""
    student, teacher, labels = rows(6, 4), rows(6, 4, seed=5), [0, 3, 1, 1, 2, 0]
    total = 0.0
    for s, t, y in zip(student.tolist(), teacher.tolist(), labels, strict=True):
        soft = kl_by_hand(s, t, temperature)
        hard = -math.log(softmax_by_hand(s, 1.0)[y])
        total += alpha * temperature * temperature * soft + (1 - alpha) * hard
    found = distillation_loss(student, teacher, torch.tensor(labels), temperature, alpha)
    assert float(found) == pytest.approx(total / 6, rel=1e-10)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_both_ends_of_alpha_are_torchs_own_losses(dtype):
    """Catches a term that stays where its share is 0, and another type than the logits'."""
    student, teacher = rows(8, 3, dtype=dtype), rows(8, 3, seed=2, dtype=dtype)
    labels = torch.arange(8) % 3
    hard = distillation_loss(student, teacher, labels, 4.0, 0.0)
    soft = distillation_loss(student, teacher, labels, 4.0, 1.0)
    logs = (F.log_softmax(z / 4, dim=1) for z in (student, teacher))
    expected = 16 * F.kl_div(*logs, reduction="batchmean", log_target=True)
    assert hard.dtype == soft.dtype == dtype
    assert torch.allclose(hard, F.cross_entropy(student, labels))
    assert torch.allclose(soft, expected)


@pytest.mark.parametrize("temperature", [0.7, 3.0])
@pytest.mark.parametrize("alpha", [0.0, 0.4, 1.0])
def test_the_gradient_is_that_of_finite_differences(temperature, alpha):
    """Catches a student that is cut off from the loss, in one term or in both."""
    student, teacher, labels = rows(3, 4), rows(3, 4, seed=4), torch.tensor([2, 0, 3])
    measured, step = torch.zeros_like(student), 1e-5
    for at in range(student.numel()):
        ends = []
        for sign in (1, -1):
            moved = student.clone()
            moved.view(-1)[at] += sign * step
            ends.append(float(distillation_loss(moved, teacher, labels, temperature, alpha)))
        measured.view(-1)[at] = (ends[0] - ends[1]) / (2 * step)
    student.requires_grad_()
    distillation_loss(student, teacher, labels, temperature, alpha).backward()
    assert torch.allclose(student.grad, measured, rtol=1e-6, atol=1e-8)


def test_no_gradient_reaches_the_teacher():
    """Catches a teacher that learns to agree with the student."""
    student, teacher = rows(3, 4).requires_grad_(), rows(3, 4, seed=4).requires_grad_()
    distillation_loss(student, teacher, torch.tensor([2, 0, 3]), 2.0, 0.6).backward()
    assert teacher.grad is None
    assert student.grad.abs().min() > 0


def soft_gradient(temperature: float) -> torch.Tensor:
    student = rows(5, 4).requires_grad_()
    labels = torch.zeros(5, dtype=torch.int64)
    distillation_loss(student, rows(5, 4, seed=7), labels, temperature, 1.0).backward()
    return student.grad


def test_heat_makes_the_soft_term_match_logits():
    """Catches a loss without T², or with T: its gradient would vanish instead of having a limit,
    the centred difference of the logits over B·C."""
    gap = rows(5, 4) - rows(5, 4, seed=7)
    limit = (gap - gap.mean(dim=1, keepdim=True)) / (5 * 4)
    errors = [float((soft_gradient(t) - limit).abs().max()) for t in (10.0, 100.0, 1000.0)]
    assert errors[2] < 2e-3 * float(limit.abs().max())
    assert errors[0] / errors[1] == pytest.approx(10, rel=0.3), "the error shrinks as 1/T"
    assert errors[1] / errors[2] == pytest.approx(10, rel=0.3)


# Several teachers


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_an_ensemble_by_a_plain_loop(temperature):
    """Catches averaged logits, a geometric mean, and a division by the number of classes."""
    logits = [rows(2, 5, seed=seed) for seed in range(3)]
    expected = torch.zeros(2, 5, dtype=torch.float64)
    for member in logits:
        for i, row in enumerate(member.tolist()):
            for c, p in enumerate(softmax_by_hand(row, temperature)):
                expected[i, c] += p / 3
    assert torch.allclose(ensemble_targets(logits, temperature), expected, rtol=1e-12, atol=0)


def test_an_ensemble_of_one_and_of_opposites():
    """Catches a single teacher that is changed, and two sure teachers who cancel."""
    member = rows(4, 3, dtype=torch.float32)
    alone = ensemble_targets([member], 2.0)
    assert alone.dtype == torch.float32 and torch.allclose(alone, F.softmax(member / 2, dim=-1))
    torn = ensemble_targets([torch.tensor([1e4, -1e4, 0.0]), torch.tensor([-1e4, 1e4, 0.0])], 1.0)
    assert torn.tolist() == [0.5, 0.5, 0.0]


# One step


def student_and_teacher(normed: bool = True) -> tuple[nn.Module, nn.Module]:
    """Both in the mode that the step has to change."""
    torch.manual_seed(1)
    norm = [nn.BatchNorm1d(5)] if normed else []
    student = nn.Sequential(nn.Linear(6, 5), *norm, nn.ReLU(), nn.Linear(5, 3)).double()
    teacher = nn.Sequential(
        nn.Linear(6, 9), nn.BatchNorm1d(9), nn.Dropout(0.5), nn.Tanh(), nn.Linear(9, 3)).double()
    teacher[1].running_mean.fill_(0.3)
    teacher[1].running_var.fill_(2.5)
    for parameter in student.parameters():
        parameter.grad = torch.ones_like(parameter)
    return student.eval(), teacher.train()


X, Y = rows(7, 6, seed=8), torch.tensor([0, 1, 2, 2, 1, 0, 0])


def equal_states(one: dict, other: dict) -> bool:
    return list(one) == list(other) and all(torch.equal(one[name], other[name]) for name in one)


def test_a_step_is_plain_gradient_descent_on_the_loss():
    """Catches an old gradient that is added, a missing or second update, and a noisy teacher.

    The student is two matrices and a ReLU written out, its gradient a finite difference.
    """
    student, teacher = student_and_teacher(normed=False)
    state = teacher.state_dict()
    hidden = X @ state["0.weight"].T + state["0.bias"]
    hidden = (hidden - 0.3) / math.sqrt(2.5 + 1e-5) * state["1.weight"] + state["1.bias"]
    teacher_logits = (hidden.tanh() @ state["4.weight"].T + state["4.bias"]).tolist()
    weights = [parameter.detach().clone() for parameter in student.parameters()]

    def loss(w1, b1, w2, b2) -> float:
        logits = ((X @ w1.T + b1).clamp(min=0) @ w2.T + b2).tolist()
        total = 0.0
        for s, t, y in zip(logits, teacher_logits, Y.tolist(), strict=True):
            total += 0.7 * 4 * kl_by_hand(s, t, 2.0)
            total -= 0.3 * math.log(softmax_by_hand(s, 1.0)[y])
        return total / len(Y)

    expected = []
    for i, weight in enumerate(weights):
        gradient = torch.zeros_like(weight)
        for at in range(weight.numel()):
            moved = [w.clone() for w in weights]
            moved[i].view(-1)[at] += 1e-6
            above = loss(*moved)
            moved[i].view(-1)[at] -= 2e-6
            gradient.view(-1)[at] = (above - loss(*moved)) / 2e-6
        expected.append(weight - 0.2 * gradient)
    optimizer = torch.optim.SGD(student.parameters(), lr=0.2)
    returned = distill_step(student, teacher, X, Y, optimizer, 2.0, 0.7)
    assert type(returned) is float
    assert returned == pytest.approx(loss(*weights), rel=1e-9), "the loss before the update"
    for parameter, wanted in zip(student.parameters(), expected, strict=True):
        assert torch.allclose(parameter.detach(), wanted, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("momentum,weight_decay", [(0.0, 0.0), (0.9, 0.1)])
def test_three_steps_equal_three_steps_by_hand(momentum, weight_decay):
    """Catches gradients that pile up from step to step, and batch statistics that lag behind."""
    student, teacher = student_and_teacher()
    twin, twin_teacher = copy.deepcopy(student), copy.deepcopy(teacher)
    optimizer, twins = (
        torch.optim.SGD(m.parameters(), 0.1, momentum=momentum, weight_decay=weight_decay)
        for m in (student, twin))
    twin.train()
    for module in twin_teacher.modules():
        module.training = False
    target = twin_teacher(X).detach()
    for _ in range(3):
        logits = twin(X)
        p, q = (target / 3).softmax(dim=1), (logits / 3).softmax(dim=1)
        soft = (p * (p / q).log()).sum() / len(X)
        hard = -logits.log_softmax(dim=1)[torch.arange(len(X)), Y].mean()
        loss = 0.4 * 9 * soft + 0.6 * hard
        for parameter, gradient in zip(
            twin.parameters(), torch.autograd.grad(loss, list(twin.parameters())), strict=True
        ):
            parameter.grad = gradient
        twins.step()
        found = distill_step(student, teacher, X, Y, optimizer, 3.0, 0.4)
        assert found == pytest.approx(float(loss.detach()), rel=1e-9)
    for name, value in twin.state_dict().items():
        assert torch.allclose(student.state_dict()[name], value, rtol=1e-8, atol=1e-10), name


def test_a_step_leaves_the_teacher_as_it_was():
    """Catches batch statistics of the teacher that move, its gradients, and noise from Dropout."""
    student, teacher = student_and_teacher()
    before = copy.deepcopy(teacher.state_dict())
    optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
    distill_step(student, teacher, X, Y, optimizer, 2.0, 0.7)
    assert equal_states(teacher.state_dict(), before)
    assert all(parameter.grad is None for parameter in teacher.parameters())
    assert not any(module.training for module in teacher.modules())


def test_a_step_runs_the_student_once_in_training():
    """Catches a second pass, which would move the batch statistics twice, or none at all."""
    student, teacher = student_and_teacher()
    passes = []
    student.register_forward_hook(lambda *_: passes.append(student.training))
    hidden = student[0](X).detach()
    distill_step(student, teacher, X, Y, torch.optim.SGD(student.parameters(), lr=0.1), 2.0, 0.7)
    assert passes == [True] and student.training
    norm = student[1]
    assert int(norm.num_batches_tracked) == 1
    assert torch.allclose(norm.running_mean, 0.1 * hidden.mean(dim=0))
    assert torch.allclose(norm.running_var, 0.9 + 0.1 * hidden.var(dim=0))


def test_steps_teach():
    """Catches an update uphill: a student of the teacher's form comes to agree with it."""
    student, teacher = student_and_teacher(normed=False)
    optimizer = torch.optim.Adam(student.parameters(), lr=0.02)
    losses = [distill_step(student, teacher, X, Y, optimizer, 2.0, 1.0) for _ in range(300)]
    assert losses[-1] < losses[0] / 100
    assert torch.equal(student(X).argmax(1), teacher(X).argmax(1))


# Hints and sizes


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_hint_loss_by_a_plain_loop(dtype):
    """Catches a lost half, a mean over the features, and a regressor that is transposed."""
    u, v, r = rows(4, 5, dtype=dtype), rows(4, 3, seed=1, dtype=dtype), rows(5, 3, seed=2, dtype=dtype)
    total = 0.0
    for b in range(4):
        for i in range(5):
            guided = math.fsum(float(r[i, j]) * float(v[b, j]) for j in range(3))
            total += (float(u[b, i]) - guided) ** 2 / 2
    found = hint_loss(u, v, r)
    assert found.shape == () and found.dtype == dtype
    assert float(found) == pytest.approx(total / 4, rel=1e-5 if dtype is torch.float32 else 1e-12)


def test_the_hint_loss_is_torchs_squared_error_of_a_linear_layer():
    """Catches another layout of the regressor than torch.nn.Linear has, and a loss below 0."""
    u, v, layer = rows(9, 5), rows(9, 3, seed=1), nn.Linear(3, 5, bias=False).double()
    expected = F.mse_loss(layer(v), u, reduction="sum") / (2 * 9)
    assert torch.allclose(hint_loss(u, v, layer.weight), expected)
    assert float(hint_loss(layer(v), v, layer.weight).detach()) == 0
    best = torch.linalg.lstsq(v, u).solution.T  # no regressor does better
    assert float(hint_loss(u, v, best)) < float(hint_loss(u, v, best + 0.1 * rows(5, 3, seed=3)))


@settings(max_examples=30)
@given(st.lists(st.integers(1, 30), min_size=2, max_size=5))
def test_parameters_are_counted_by_torch(widths):
    """Catches lost biases, biases of the input layer, and a chain that is one layer short."""
    layers = [nn.Linear(n_in, n_out) for n_in, n_out in zip(widths[:-1], widths[1:], strict=True)]
    counted = sum(p.numel() for p in nn.Sequential(*layers).parameters())
    assert mlp_parameters(widths) == counted
    assert type(mlp_parameters(widths)) is int


def test_the_size_of_hintons_networks():
    """Catches a count that is off for the networks of the paper: 784–1200–1200–10."""
    assert mlp_parameters([784, 1200, 1200, 10]) == 784 * 1200 + 1200 * 1200 + 12_000 + 2_410


# Illegal values


LOGITS = torch.zeros(2, 3)
LABELS = torch.tensor([0, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: soft_targets(LOGITS, 0), "温度は 0 より大きい数です: 0"),
        (lambda: soft_targets(LOGITS, -1.5), "温度は 0 より大きい数です: -1.5"),
        (lambda: soft_loss(LOGITS, LOGITS, 0.0), "温度は 0 より大きい数です: 0.0"),
        (lambda: soft_loss(LOGITS, LOGITS, -2), "温度は 0 より大きい数です: -2"),
        (lambda: distillation_loss(LOGITS, LOGITS, LABELS, 0, 0.5), "温度は 0 より大きい数です: 0"),
        (lambda: distillation_loss(LOGITS, LOGITS, LABELS, 2.0, 1.25), "alpha は 0 以上 1 以下の数です: 1.25"),
        (lambda: distillation_loss(LOGITS, LOGITS, LABELS, 2.0, -0.5), "alpha は 0 以上 1 以下の数です: -0.5"),
        (lambda: distillation_loss(LOGITS, LOGITS, LABELS, 2.0, math.nan), "alpha は 0 以上 1 以下の数です: nan"),
        (lambda: ensemble_targets([], 2.0), "教師のロジットが 1 つ以上要ります: []"),
        (lambda: ensemble_targets([LOGITS], 0), "温度は 0 より大きい数です: 0"),
        (lambda: mlp_parameters([784]), "層の幅は 2 個以上要ります: [784]"),
        (lambda: mlp_parameters([]), "層の幅は 2 個以上要ります: []"),
    ],
)
def test_illegal_values_are_named_in_japanese(call, message):
    """Catches a silent nan, or a message that does not say which value it was."""
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message


def test_an_illegal_mixture_changes_no_weight():
    """Catches a step that fails half-way and leaves the student with another state."""
    student, teacher = student_and_teacher(normed=False)
    before = copy.deepcopy(student.state_dict())
    with pytest.raises(ValueError, match="alpha は 0 以上 1 以下の数です: 2.0"):
        optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
        distill_step(student, teacher, X, Y, optimizer, 2.0, 2.0)
    assert equal_states(student.state_dict(), before)
