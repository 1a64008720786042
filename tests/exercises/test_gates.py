"""Every exercise tells right from wrong, and each gate of checker/authoring/gates.py can fail."""

import sys

import numpy as np
import pytest
import torch
import touched
from sample_exercise import WRONGS, cases, divides, sample, scaled, with_torch

import checker.exercises
from checker import catalogue
from checker.authoring import gates
from checker.catalogue import ExerciseFileError, UnknownExercise, exercise_names, load
from checker.judging import source as runner
from checker.judging.source import judge_source
from checker.judging.verdict import Verdict
from lessons import SECTIONS


def every_exercise(test):
    return pytest.mark.gate(pytest.mark.parametrize("name", exercise_names())(test))


@pytest.fixture
def seeds(name, pytestconfig):
    return touched.seeds(name, pytestconfig.getoption("--fast"))


@every_exercise
def test_the_heading_is_complete(name):
    """Catches too few hints or wrong answers, texts that are not Japanese, bare 精度."""
    assert gates.heading_problems(load(name)) == []


@every_exercise
def test_cases_follow_their_seed(name):
    """Catches cases that change by themselves, or that never change and can be written down."""
    assert gates.case_problems(load(name)) == []


@every_exercise
def test_known_answers_get_their_verdicts(name, seeds):
    """Catches a right answer that fails, a wrong one that passes, and a mistaken diagnosis."""
    assert gates.answer_problems(load(name), seeds) == []


@every_exercise
def test_wrong_answers_keep_their_distance(name, seeds):
    """Catches a wrong answer that some hidden seed would let pass."""
    assert gates.margin_problems(load(name), seeds) == []


@every_exercise
def test_a_mistake_shows_for_every_seed_or_for_none(name, seeds):
    """Catches a mark that hangs on luck: the same mistake, another share of the points."""
    assert gates.label_problems(load(name), seeds) == []


@every_exercise
def test_nothing_is_earned_by_heart(name, seeds):
    """Catches hidden cases whose answers can be written down."""
    assert gates.heart_problems(load(name), seeds) == []


@every_exercise
@pytest.mark.parametrize(
    "text",
    [
        "from {module} import {name}",
        "import {module} as course\n{name} = course.{name}",
        "def {name}(*arguments):\n    import {module}\n    return {module}.{name}(*arguments)",
        "from checker.exercise import load\n{name} = load('{name}').solution",
    ],
)
def test_the_course_function_is_no_answer(name, text):
    """Catches an answer that passes by handing back the function of `lessons`."""
    exercise = load(name)
    source = text.format(name=name, module=exercise.solution.__module__)
    verdict = judge_source(name, source)
    assert verdict.outcome == "error"
    assert "import" in verdict.message


def problems(exercise, monkeypatch) -> str:
    monkeypatch.setattr(runner, "load", lambda name: exercise)
    return "\n".join(gates.problems(exercise, seeds=touched.SOME))


def test_a_sound_exercise_has_no_problems(monkeypatch):
    """Without this, the broken exercises below could fail for a reason of their own."""
    assert problems(sample(), monkeypatch) == ""


def without_seed(rng):
    yield from cases(np.random.default_rng())


def without_rng(rng):
    yield from cases(np.random.default_rng(0))


def english_labels(rng):
    for label, arguments in cases(rng):
        yield label if label == "基本" else "negative", arguments


def basics_last(rng):
    yield from reversed(list(cases(rng)))


def almost_right(values, factor):
    ten_tolerances = 1e-4 if values.dtype is torch.float32 else 1e-8
    return values * factor * (1 + ten_tolerances)


def right_for_most_seeds(values, factor):
    return values * factor + (values.flatten()[0] > 1.5)


def mixes_up(values, factor):
    return values / factor


def fails_on_doubles(values, factor):
    return values.float() * factor


def adds_at_times(values, factor):
    return values * factor + (values.flatten()[0] > 0)  # the case with a factor of 0 begins so


def basics(values, factor):
    """Cases whose 基本 is the same for every seed."""

    def generate(rng):
        yield "基本", (torch.tensor(values), factor)
        yield from list(cases(rng))[1:]

    return generate


def positive(values: torch.Tensor, factor: float) -> bool:
    """factor が正かどうかを答えます。"""
    return factor > 0


def nothing(values: torch.Tensor, factor: float) -> None:
    """何も返しません。"""


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"statement": "定数倍します。"}, "the statement has 1 sentences"),
        ({"statement": "定数倍します。" * 7}, "the statement has 7 sentences"),
        ({"difficulty": 4}, "difficulty is 4"),
        ({"wrongs": dict(list(WRONGS.items())[1:])}, "only 4 wrong answers"),
        ({"rights": [with_torch]}, "only 1 other right answers"),
        ({"title": "Scaling"}, "not Japanese: 'Scaling'"),
        ({"hints": ("Multiply.",) * 3}, "not Japanese: 'Multiply.'"),
        ({"wrongs": WRONGS | {divides: "Divides."}}, "not Japanese: 'Divides.'"),
        ({"cases": english_labels}, "not Japanese: 'negative'"),
        ({"title": "精度の計算"}, "bare 精度"),
        ({"wrongs": WRONGS | {divides: "数値精度ではなく精度です。"}}, "bare 精度"),
        ({"cases": basics_last}, "the first case is labelled"),
        ({"cases": without_seed}, "two runs of one seed give different cases"),
        ({"cases": without_rng}, "two seeds give the same cases"),
        ({"rights": [with_torch, fails_on_doubles]}, "fails_on_doubles is judged wrong, not right"),
        ({"wrongs": WRONGS | {with_torch: "正解です。"}}, "with_torch is judged right, not wrong"),
        ({"wrongs": WRONGS | {mixes_up: "割っています。"}}, "mixes_up is taken for divides"),
        ({"wrongs": WRONGS | {almost_right: "少し違います。"}}, "almost_right is less than 20 tolerances off"),
        (
            {"wrongs": WRONGS | {right_for_most_seeds: "ときどき違います。"}},
            "right_for_most_seeds is less than 20 tolerances off",
        ),
        (
            {"wrongs": WRONGS | {adds_at_times: "ときどき足しています。"}},
            "adds_at_times fails '基本' with seed 0 or with seed",
        ),
        ({"cases": basics([1.5, -2.5], 3.0)}, "the constant of '基本' earns something with seed 1"),
        (
            {"cases": basics([1.5, -2.5], 3.0)},
            "a table of public values by argument 0 earns something with seed 1",
        ),
        ({"cases": basics([1.5, -2.5], 1.0)}, "argument 0 handed back earns something with seed 1"),
        ({"cases": basics([1.5, -2.5], 0.0)}, "0 everywhere earns something with seed 1"),
        ({"cases": basics([1.0, 1.0], 1.0)}, "1 everywhere earns something with seed 1"),
        ({"solution": positive}, "the constant True earns something with seed 1"),
        (
            {"solution": positive, "cases": basics([1.5], -2.0)},
            "the constant False earns something with seed 1",
        ),
        ({"solution": nothing}, "the constant None earns something with seed 1"),
    ],
)
def test_a_gate_fails_on_a_broken_exercise(changes, complaint, monkeypatch):
    """Catches a gate that lets everything through."""
    assert complaint in problems(sample(**changes), monkeypatch)


def test_a_public_domain_may_be_known_by_heart():
    """Catches an exemption that exempts nothing."""
    exercise = sample(cases=basics([1.5, -2.5], 3.0), domain_is_public=True)
    assert gates.heart_problems(exercise) == []


def test_one_domain_is_public():
    """Catches an exemption for an exercise whose inputs nobody could list. Questions are listed."""
    every = [load(name) for name in exercise_names()]
    public = [e.name for e in every if e.domain_is_public and not e.questions]
    assert public == ["smallest_normal"]


def test_the_gate_of_the_solution_can_fail(monkeypatch):
    """Catches a gate that never judges the solution's text: here it needs a name of its module."""
    assert "the solution is judged error, not right" in problems(sample(needs_help), monkeypatch)


def needs_help(values: torch.Tensor, factor: float) -> torch.Tensor:
    """values を factor 倍します。"""
    return scaled(values, factor)


def test_the_gate_of_the_stub_can_fail(monkeypatch):
    """Catches a gate that never judges the stub: here its body answers."""
    monkeypatch.setattr(gates, "STUB_BODY", "\n    return values * factor")
    assert "the stub is judged right, not unanswered" in problems(sample(), monkeypatch)


def test_the_gate_of_the_diagnosis_can_fail(monkeypatch):
    """Catches a judge that finds the misconception and does not tell the learner."""
    silent = Verdict("scaled", "wrong", misconception="adds")
    monkeypatch.setattr(gates, "judge_with", lambda runner, name, source, seed: silent)
    assert "the message on adds lacks its diagnosis" in problems(sample(), monkeypatch)


@pytest.fixture
def write_exercise(tmp_path, monkeypatch):
    """Writes exercise files into a folder of their own, which `load` then reads."""
    section = next(iter(SECTIONS))
    (tmp_path / section).mkdir()
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    monkeypatch.setattr(checker.exercises, "__path__", [str(tmp_path)])
    before = set(sys.modules)
    package = f"checker.exercises.{section}"
    here = {n: m for n, m in sys.modules.items() if n.startswith(package)}
    for name in here:
        del sys.modules[name]
    catalogue.exercise_files.cache_clear()
    catalogue.load.cache_clear()
    yield lambda name, text: (tmp_path / section / f"{name}.py").write_text(text, encoding="utf-8")
    for name in set(sys.modules) - before:
        if name.startswith(package):
            del sys.modules[name]
    sys.modules.update(here)
    catalogue.exercise_files.cache_clear()
    catalogue.load.cache_clear()


FILE = """\
from sample_exercise import sample, scaled

exercise = sample()
"""


def test_a_file_in_the_folder_is_an_exercise(write_exercise):
    """Catches a registry that has to be told about a new file."""
    write_exercise("scaled", FILE)
    assert exercise_names() == ["scaled"]
    assert load("scaled").solution is scaled


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("scaled", FILE + "oops(", "scaled.py:4: SyntaxError"),
        ("scaled", FILE + "\nexercise.titel()", "scaled.py:5: AttributeError"),
        ("scaled", "from lessons import scaled", "scaled.py:1: ImportError"),
        ("scaled", "", "has no attribute 'exercise'"),
        ("twice", FILE, "a solution named twice (it is scaled)"),
        ("scaled", FILE + "del exercise.generate", "lacks @exercise.cases"),
        ("scaled", FILE + "del exercise.write_example", "lacks @exercise.example"),
        ("scaled", FILE + "exercise.hints = ()", "at least three hints"),
        ("scaled", FILE + "exercise.solution = lambda: 0", "it is <lambda>"),
    ],
)
def test_a_broken_file_is_named_with_its_line_and_remedy(write_exercise, name, text, complaint):
    """Catches a broken file that is skipped, or an error that does not say where it is."""
    write_exercise(name, text)
    with pytest.raises(ExerciseFileError) as caught:
        load(name)
    assert complaint in str(caught.value)
    assert f"{name}.py:" in str(caught.value)
    assert f"python -m checker verify {name}" in str(caught.value)
    assert caught.value.__cause__ is not None


def test_one_broken_file_costs_only_itself(write_exercise):
    """Catches a broken exercise that takes its neighbours with it."""
    write_exercise("broken", "oops(")
    write_exercise("scaled", FILE)
    assert load("scaled").name == "scaled"


def test_an_unknown_name_lists_the_nearest(write_exercise):
    """Catches a misspelt name that leaves the learner alone."""
    write_exercise("scaled", FILE)
    with pytest.raises(UnknownExercise) as caught:
        load("scalde")
    assert caught.value.nearest == ["scaled"]
    assert "「scalde」という演習はありません。近い名前: scaled" in str(caught.value)


def test_the_stub_holds_no_line_of_the_solution():
    """Catches a stub that shows the answer, or a docstring that is cut off."""
    exercise = sample()
    assert exercise.stub().splitlines() == [
        "def scaled(values: Tensor, factor: float) -> Tensor:",
        '    """values を factor 倍した新しいテンソルを返します。"""',
    ]
    assert exercise.solved_body() == "    return values * factor"
