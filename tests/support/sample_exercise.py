"""A small sound exercise for the tests of the checker, and a way to judge answers to it."""

import torch
from torch import Tensor

from checker.exercise import Exercise
from checker.judging.judge import judge
from checker.judging.source import request
from checker.judging.verdict import Verdict
from checker.judging.words import verdict
from checker.running.inside.answer import run_answer
from checker.running.inside.cell_text import Answer


def scaled(values: Tensor, factor: float) -> Tensor:
    """values を factor 倍した新しいテンソルを返します。"""
    return values * factor


def adds(values, factor):
    return values + factor


def divides(values, factor):
    return values / factor


def scales_twice(values, factor):
    return values * factor * factor


def flips_the_sign(values, factor):
    return -values * factor


def forgets_the_factor(values, factor):
    return values.clone()


def with_torch(values, factor):
    return torch.mul(values, factor)


def with_numpy(values, factor):
    return torch.from_numpy(values.numpy() * factor)


WRONGS = {
    adds: "掛ける代わりに足しています。",
    divides: "掛ける代わりに割っています。",
    scales_twice: "2 回掛けています。",
    flips_the_sign: "符号が逆です。",
    forgets_the_factor: "factor を使っていません。",
}


def cases(rng):
    yield "基本", (torch.tensor(rng.normal(size=(2, 3)), dtype=torch.float32), rng.uniform(2, 3))
    yield "負の倍率", (torch.tensor(rng.normal(size=4), dtype=torch.float32), -rng.uniform(2, 3))
    yield "倍精度", (torch.tensor(rng.normal(size=4)), rng.uniform(2, 3))
    yield "倍率が 0", (torch.tensor([1.5, -2.5]), 0.0)


def sample(solution=scaled, **changes) -> Exercise:
    """The sound exercise, with fields of its heading, `wrongs`, `rights` or `cases` replaced."""
    wrongs = changes.pop("wrongs", WRONGS)
    rights = changes.pop("rights", [with_torch, with_numpy])
    generate = changes.pop("cases", cases)
    card = {
        "title": "定数倍",
        "statement": "テンソルを定数倍します。元のテンソルは変えません。",
        "difficulty": 1,
        "minutes": 3,
        "points": 1,
        "hints": ("掛け算です。", "テンソルに数を掛けます。", "`values * factor` が答えです。"),
    }
    exercise = Exercise(solution, **card | changes)
    exercise.example(lambda: "1 を 2 倍すると 2 です。")
    exercise.cases(generate)
    for wrong, diagnosis in wrongs.items():
        exercise.wrong(diagnosis)(wrong)
    for right in rights:
        exercise.right(right)
    return exercise


def verdict_on(
    source: str, exercise: Exercise | None = None, seed: int | None = None, seconds: float = 5.0
) -> Verdict:
    """The verdict on the text of an answer, on public cases or, with a seed, on hidden ones."""
    exercise = exercise or sample()
    cases = exercise.make_cases(seed or 0)
    answer = Answer(source, exercise.name)
    run = run_answer(request(exercise, answer, cases), seconds)
    return verdict(judge(exercise, cases, answer, run, reveal=seed is None))
