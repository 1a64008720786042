"""The gates that every exercise passes: it tells right from wrong, and one mistake from another.

`python -m checker verify` prints the problems; the tests demand that there are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import torch

from checker.exercise import Case, Exercise, Wrong
from checker.judging.compare import distance
from checker.judging.judge import finding, known
from checker.judging.show import show
from checker.judging.source import PUBLIC_SEED, cases_of, judge_with
from checker.judging.verdict import Verdict
from checker.running.inside.answer import run_answer
from checker.running.inside.messages import Observation

STUB_BODY = "\n    # ここに解答を書く\n    ..."
SEEDS = 200
MARGIN = 20  # tolerances


def problems(exercise: Exercise, seeds: int = SEEDS) -> list[str]:
    """Everything that is wrong with an exercise, as English sentences; empty when it is sound."""
    return [
        *heading_problems(exercise),
        *case_problems(exercise),
        *answer_problems(exercise, seeds),
        *margin_problems(exercise, seeds),
        *label_problems(exercise, seeds),
        *heart_problems(exercise, seeds),
    ]


def heading_problems(exercise: Exercise) -> list[str]:
    """What the heading lacks: hints, known answers, sentences, the course's words."""
    sentences = exercise.statement.count("。")
    texts = [exercise.title, exercise.statement, exercise.write_example(), *exercise.hints]
    texts += [exercise.solution.__doc__, *(wrong.diagnosis for wrong in exercise.wrongs.values())]
    texts += [case.label for case in exercise.make_cases(0)]
    checks = {
        f"the statement has {sentences} sentences, not two to six": 2 <= sentences <= 6,
        f"difficulty is {exercise.difficulty}, not 1 to 3": exercise.difficulty in (1, 2, 3),
        f"only {len(exercise.wrongs)} wrong answers; five are needed": len(exercise.wrongs) >= 5,
        f"only {len(exercise.rights)} other right answers; two are needed": (
            len(exercise.rights) >= 2
        ),
    }
    found = [sentence for sentence, holds in checks.items() if not holds]
    for text in texts:
        if not re.search("[ぁ-んァ-ン一-龥]", text):
            found.append(f"a text for learners is not Japanese: {text[:60]!r}")
        if re.search("(?<!数値)(?<![単倍半])(?<!混合)精度", text):
            found.append(f"bare 精度; say 正解率 or 数値精度: {text[:60]!r}")
    return found


def case_problems(exercise: Exercise) -> list[str]:
    """Cases must begin with 基本, repeat for a seed and differ between seeds.

    Questions begin with any of them, and a few known inputs are the same for every seed.
    """
    once, again, other = (exercise.make_cases(seed) for seed in (0, 0, 1))
    found = []
    if exercise.begins_with_basics and once[0].label != "基本":
        found.append(f"the first case is labelled {once[0].label!r}, not 基本")
    if _gap(once, again) != 0:
        found.append("two runs of one seed give different cases")
    if not exercise.domain_is_public and _gap(once, other) == 0:
        found.append("two seeds give the same cases, so answers could be written down")
    return found


def _gap(one: tuple, other: tuple) -> float:
    return distance([c.arguments for c in one], [c.arguments for c in other])


def answer_problems(exercise: Exercise, seeds: int = SEEDS) -> list[str]:
    """Each known answer must get its verdict, on the public cases and for every tenth hidden seed.

    A puzzle's answers work for seconds: there it is every sixtieth.
    """
    found = []
    hidden = range(1, 1 + max(1, _some(exercise, seeds, 10)))
    answers = [
        ("the stub", exercise.stub() + STUB_BODY, "unanswered"),
        ("the solution", exercise.solved(), "right"),
        *((right.__name__, exercise.text_of(right), "right") for right in exercise.rights),
    ]
    for seed in (None, *hidden):
        for answer, text, outcome in answers:
            verdict = judge_with(run_answer, exercise.name, text, seed=seed)
            found += _unlike(answer, outcome, verdict, seed)
        for wrong in exercise.wrongs.values():
            verdict = judge_with(run_answer, exercise.name, wrong.text, seed=seed)
            found += _unlike(wrong.name, "wrong", verdict, seed)
            if verdict.misconception != wrong.name:
                found.append(f"{wrong.name} is taken for {verdict.misconception} (seed {seed})")
            elif wrong.diagnosis not in verdict.message:
                found.append(f"the message on {wrong.name} lacks its diagnosis (seed {seed})")
    return found


def _unlike(answer: str, outcome: str, verdict: Verdict, seed: int | None) -> list[str]:
    if verdict.outcome == outcome:
        return []
    return [f"{answer} is judged {verdict.outcome}, not {outcome} (seed {seed}): {verdict.message}"]


def margin_problems(exercise: Exercise, seeds: int = SEEDS) -> list[str]:
    """Each wrong answer must differ by 20 tolerances in some case, for every seed.

    An accepted value has no tolerance: there the verdicts of `answer_problems` are all there is.
    """
    if exercise.accepts:
        return []
    found = {}
    for seed in range(seeds):
        cases = cases_of(exercise, seed)
        for wrong in exercise.wrongs.values():
            # One case after the other: mostly the first one tells the two apart.
            if not any(_gap_of(exercise, wrong, case) >= MARGIN for case in cases):
                problem = f"{wrong.name} is less than {MARGIN} tolerances off with seed {seed}"
                found.setdefault(wrong.name, problem)
    return list(found.values())


def _gap_of(exercise: Exercise, wrong: Wrong, case: Case) -> float:
    right = known(exercise, exercise.solution, case)
    actual = known(exercise, wrong.function, case)
    if actual.failure or actual.aliased != right.aliased:
        return float("inf")
    gap = distance(right.value, actual.value, exercise.rtol)
    return max(gap, distance(right.arguments, actual.arguments))


def label_problems(exercise: Exercise, seeds: int = SEEDS) -> list[str]:
    """Each wrong answer must fail the same labels for every seed: else its mark is luck."""
    usual, found = {}, {}
    for seed in range(max(2, _some(exercise, seeds, 5))):
        cases = cases_of(exercise, seed)
        for wrong in exercise.wrongs.values():
            failing = _failing(exercise, cases, [known(exercise, wrong.function, c) for c in cases])
            for label in sorted(usual.setdefault(wrong.name, failing) ^ failing):
                problem = f"{wrong.name} fails {label!r} with seed 0 or with seed {seed}, not with both"
                found.setdefault((wrong.name, label), problem)
    return list(found.values())


def heart_problems(exercise: Exercise, seeds: int = SEEDS) -> list[str]:
    """With hidden cases nothing is earned by answers that compute nothing.

    They fail where 基本 fails. One that stands for several calls is hard to meet by chance.
    """
    if exercise.domain_is_public:
        return []
    public = _solved(exercise, PUBLIC_SEED)
    found = {}
    for seed in range(1, 1 + max(2, _some(exercise, seeds, 10))):
        hidden = _solved(exercise, seed)
        cases = tuple(case for case, _ in hidden)
        for answer, values in _by_heart(public, hidden):
            pairs = zip(cases, values, strict=True)
            observed = [Observation(value, arguments=case.arguments) for case, value in pairs]
            if cases[0].label not in _failing(exercise, cases, observed):
                found.setdefault(answer, f"{answer} earns something with seed {seed}")
    return list(found.values())


def _solved(exercise: Exercise, seed: int) -> list[tuple[Case, object]]:
    cases = cases_of(exercise, seed)
    return [(case, known(exercise, exercise.solution, case).value) for case in cases]


def _by_heart(
    public: list[tuple[Case, object]], hidden: list[tuple[Case, object]]
) -> Iterator[tuple[str, list[object]]]:
    """What answers that compute nothing return in hidden cases: (their description, the values).

    Zeros and ones have the expected shape: it can be taken from the arguments.
    """
    for constant in (None, False, True):
        yield f"the constant {constant}", [constant for _ in hidden]
    for number in (0, 1):
        yield f"{number} everywhere", [_filled(value, number) for _, value in hidden]
    for case, value in public:
        yield f"the constant of {case.label!r}", [value for _ in hidden]
    for i in range(len(hidden[0][0].arguments)):
        yield f"argument {i} handed back", [case.arguments[i] for case, _ in hidden]
        table = {show(case.arguments[i]): value for case, value in reversed(public)}  # 基本 wins
        values = [table.get(show(case.arguments[i]), public[0][1]) for case, _ in hidden]
        yield f"a table of public values by argument {i}", values


def _filled(value: object, number: int) -> object:
    """A value built in the same way that holds `number` everywhere."""
    if type(value) in (list, tuple):
        return type(value)(_filled(part, number) for part in value)
    if type(value) is dict:
        return {key: _filled(part, number) for key, part in value.items()}
    if type(value) is torch.Tensor:
        return torch.full_like(value, number)
    return type(value)(number) if type(value) in (bool, int, float) else value


def _failing(
    exercise: Exercise, cases: tuple[Case, ...], observed: list[Observation]
) -> frozenset[str]:
    """The labels of the cases in which an answer is wrong that did this."""
    expected = (known(exercise, exercise.solution, case) for case in cases)
    triples = zip(cases, expected, observed, strict=True)
    return frozenset(case.label for case, e, o in triples if finding(exercise, e, o))


def _some(exercise: Exercise, seeds: int, share: int) -> int:
    """Every so many-th seed; a puzzle's answers work for seconds, there it is every sixtieth."""
    return seeds // (60 if exercise.accepts else share)
