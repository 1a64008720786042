"""The process in which check() judges belongs to a notebook: nothing that it holds moves a verdict.

Each test judges as the kernel does, with settings or patches that are left on in the same process.
"""

import builtins
import contextlib
import math
import random
import sys
import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sample_exercise import sample

from checker.catalogue import load
from checker.judging import source as runner
from checker.judging.source import JudgeFailed, judge_source
from checker.running.inside.state import fresh_state

# What a text sees of the process, as one string; both the judge's side and an answer can say it.
LOOK = """
def look():
    import builtins, random, sys, warnings
    x = torch.tensor([1.0, 3.0])
    return repr([
        np.geterr(), str(torch.get_default_device()), (sys.float_info.min / 2).hex(),
        torch.are_deterministic_algorithms_enabled(), torch.is_anomaly_enabled(),
        np.array2string(np.array([1 / 3, 1e-9])), str(x / 3), torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(), torch.is_autocast_enabled("cpu"), str(x.dtype),
        sys.getrecursionlimit(), [f[0] for f in warnings.filters][:1],
        random.random(), np.random.rand(), torch.rand(()).item(),
        x.std().item(), torch.softmax(x, 0).tolist(), F.softmax(x, 0).tolist(), x.sum().item(),
        np.abs(-1), math.sqrt(4), sum([1, 2]), nn.Linear.__name__, (x * 2).tolist(),
    ])
"""
SETTINGS = {
    "np.seterr": "np.seterr(all='raise')",
    "default device": "torch.set_default_device('meta')",
    "flush to zero": "torch.set_flush_denormal(True)",
    "deterministic mode": "torch.use_deterministic_algorithms(True)",
    "anomaly detection": "torch.autograd.set_detect_anomaly(True)",
    "NumPy's print options": "np.set_printoptions(precision=2, suppress=True, sign='+')",
    "torch's print options": "torch.set_printoptions(precision=2, sci_mode=True)",
    "gradients": "torch.set_grad_enabled(False)",
    "default dtype": "torch.set_default_dtype(torch.float64)",
    "recursion limit": "import sys; sys.setrecursionlimit(5000)",
    "warnings": "import warnings; warnings.simplefilter('error')",
    "random numbers": "import random; random.seed(3); np.random.seed(3); torch.manual_seed(3)",
    "Tensor.std": "torch.Tensor.std = lambda *_, **__: torch.tensor(7.0)",
    "Tensor.__mul__": "torch.Tensor.__mul__ = lambda *_: torch.zeros(2)",
    "torch.softmax": "torch.softmax = lambda *_: torch.zeros(2)",
    "F.softmax": "F.softmax = lambda *_: torch.zeros(2)",
    "a method that is gone": "del torch.Tensor.__rsub__",
    "np.abs": "np.abs = lambda _: 7",
    "math.sqrt": "math.sqrt = lambda _: 7.0",
    "sum": "import builtins; builtins.sum = lambda _: 7",
    "nn.Linear": "nn.Linear = nn.Identity",
}
CONTEXTS = {
    "torch.inference_mode": torch.inference_mode,
    "torch.no_grad": torch.no_grad,
    "torch.autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "torch.device": lambda: torch.device("meta"),
    "np.errstate": lambda: np.errstate(all="raise"),
    "detect_anomaly": lambda: torch.autograd.detect_anomaly(check_nan=False),
    "warnings": lambda: warnings.catch_warnings(action="error"),
}


def namespace() -> dict:
    names = {"np": np, "torch": torch, "F": F, "math": math, "nn": torch.nn}
    exec(LOOK, names)
    return names


look = namespace()["look"]


def settings() -> list:
    """What the notebook itself has set, the state of what it draws included."""
    options = torch._tensor_str.get_printoptions(), np.get_printoptions(), np.geterr()
    drawn = random.getstate(), torch.get_rng_state().tolist(), np.random.get_state()[2]
    places = (torch.Tensor, math, builtins)
    torch_names = torch.softmax, F.softmax, np.abs, torch.nn.Linear
    return [
        *options, *drawn, torch.get_default_device(), torch.get_default_dtype(),
        sys.float_info.min / 2, torch.get_deterministic_debug_mode(), torch.is_anomaly_enabled(),
        torch.is_grad_enabled(), sys.getrecursionlimit(), list(warnings.filters),
        *(dict(vars(place)) for place in places), *torch_names,
    ]  # fmt: skip


@contextlib.contextmanager
def notebook(statement: str):
    """A process in which a cell has done this; afterwards it is as before, also for this suite."""
    with fresh_state():
        exec(statement, namespace())
        yield


LOOKS = f"{LOOK}\ndef looked(x):\n    print(look())\n    return -x"


def seen_by_all(monkeypatch, answer: str = LOOKS) -> set[str | None]:
    """What cases, solution, known wrong answers and an answer see while one is judged."""
    seen = []

    def looked(x: int) -> int:
        """x を返します。"""
        seen.append(look())
        return x

    def cases(rng):
        seen.append(look())
        yield "基本", (3,)

    def wrong(x):
        seen.append(look())
        return x

    exercise = sample(looked, cases=cases, wrongs={wrong: "違います。"}, rights=[])
    monkeypatch.setattr(runner, "load", lambda _: exercise)
    lines = {line.caption: line.text for line in judge_source("looked", answer).lines}
    assert len(seen) >= 3, "not all of our side has looked"
    return {*seen, lines.get("あなたの出力")}


@pytest.fixture(scope="module")
def fresh() -> str:
    with fresh_state():
        return look()


@pytest.mark.parametrize("name", SETTINGS)
def test_what_a_notebook_left_on_reaches_nobody(name, fresh, monkeypatch):
    """Catches a setting or a patched function that cases, expected values, known wrong answers or
    an answer feel: the grader's process has none of it."""
    with notebook(SETTINGS[name]):
        before = settings()
        assert seen_by_all(monkeypatch) == {fresh}
        assert settings() == before, "the notebook has its own again"


@pytest.mark.parametrize("name", CONTEXTS)
def test_what_stands_around_a_check_reaches_nobody(name, fresh, monkeypatch):
    """Catches `with torch.no_grad(): check(…)` and its like."""
    with fresh_state(), CONTEXTS[name]():
        assert seen_by_all(monkeypatch) == {fresh}


@pytest.mark.parametrize("name", SETTINGS)
def test_what_an_answer_leaves_on_reaches_nobody(name, fresh, monkeypatch):
    """Catches a setting or a patched function of an answer that the judge's own side, the notebook
    or the next verdict feels."""
    before = settings()
    sets = f"def looked(x):\n    return -x\n{SETTINGS[name]}"
    assert seen_by_all(monkeypatch, sets) == {fresh, None}
    assert settings() == before
    assert seen_by_all(monkeypatch) == {fresh}


def numpy_quantize() -> str:
    return next(t for t in map(load("quantize").text_of, load("quantize").rights) if "np." in t)


NAMED = {  # a setting, an exercise, the text of an answer to it, and its outcome
    "np.seterr": ("quantize", numpy_quantize, "right"),
    "default device": ("fit_slope", load("fit_slope").solved, "right"),
    "Tensor.std": ("threshold_mask", lambda: load("threshold_mask").wrongs["uses_sample_std"].text, "wrong"),
}


@pytest.mark.parametrize("setting", NAMED)
def test_a_real_exercise_keeps_its_verdict(setting):
    """Catches each of the settings that were found to turn a verdict: left on by a cell of the
    notebook, and by an answer cell above another answer."""
    name, text, outcome = NAMED[setting]
    with notebook(SETTINGS[setting]):  # with seeds of which no case has been worked out before
        assert judge_source(name, text(), seed=1_000 + len(setting)).outcome == outcome
    judge_source(name, f"{SETTINGS[setting]}\n{text()}", seed=2_000 + len(setting))
    assert judge_source(name, text(), seed=2_000 + len(setting)).outcome == outcome


def test_the_expected_values_do_not_feel_what_an_answer_sets():
    """Catches an answer that flushes subnormal numbers to zero and, in the kernel, the expected
    values too: right here, wrong for the grader."""
    text = "torch.set_flush_denormal(True)\n" + load("decode_float").solved()
    assert judge_source("decode_float", text, seed=3_000).outcome == "wrong"


def test_what_an_answer_patches_counts_in_its_own_cell():
    """Catches an answer that is judged without a part of its own text."""
    patched = "torch.Tensor.std = lambda *_, **__: torch.tensor(1.0)\n"
    text = load("threshold_mask").solved()
    assert judge_source("threshold_mask", patched + text).outcome == "wrong"
    assert judge_source("threshold_mask", text).outcome == "right"


def test_a_failure_of_ours_is_told_in_japanese(monkeypatch):
    """Catches a traceback of the judge's own in front of a learner, who would look for a mistake."""

    def broken(rng):
        raise ZeroDivisionError("in our cases")
        yield

    exercise = sample(cases=broken)
    monkeypatch.setattr(runner, "load", lambda _: exercise)
    with pytest.raises(JudgeFailed) as caught:
        judge_source("scaled", "def scaled(values, factor):\n    return values")
    (shown,) = caught.value._render_traceback_()
    assert shown.startswith("判定する側の不具合です。あなたの解答の間違いではありません。")
    assert "カーネルを再起動し" in shown and shown.endswith("ZeroDivisionError: in our cases")
    assert type(caught.value.__cause__) is ZeroDivisionError
