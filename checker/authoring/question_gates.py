"""The gates that every question passes: it is right, and nothing but knowledge finds its answer.

`python -m checker questions` prints the problems; the tests demand that there are none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from checker.catalogue import texts_showing
from checker.judging.source import judge_source
from checker.question import Choice, Item, Option, Variant

SEEDS = 200
NUMBER = re.compile(r"(?<![A-Za-z\d.])[-−]?\d[\d,]*(?:\.\d+)?")
LONGEST = {"stem": 500, "option": 70, "reason": 130, "explanation": 400}
# χ² with three degrees of freedom exceeds this once in a thousand banks of fair shuffles.
FAIR = 16.27
# A fourth is chance. With twenty items two standard deviations more are 0.44.
GUESSED = 0.45
GUESSES: dict[str, Callable[[str], float]] = {
    "the longest option": len,
    "the shortest option": lambda text: -len(text),
    "the largest number": lambda text: max(numbers_in(text), default=0),
    "the smallest number": lambda text: -max(numbers_in(text), default=0),
    "the most digits": lambda text: len(re.findall(r"\d", text)),
    "the fewest digits": lambda text: -len(re.findall(r"\d", text)),
}


def problems(item: Item, seeds: int = SEEDS) -> list[str]:
    """Everything that is wrong with a question, as English sentences; empty when it is sound."""
    variants = [item.draw(seed) for seed in range(seeds)]
    found = [
        *tag_problems(item),
        *(p for variant in variants for p in text_problems(variant)),
        *(p for variant in variants for p in option_problems(variant)),
        *(p for variant in variants for p in answer_problems(variant)),
        *place_problems(item, variants),
        *program_problems(variants),
    ]
    if item.draw(0) != variants[0]:
        found.append("two draws of one seed differ")
    # A problem of many seeds is told once, with the first of them.
    told = {re.split(": | with seed", problem)[0]: problem for problem in reversed(found)}
    return [f"{item.name}: {problem}" for problem in reversed(told.values())]


def numbers_in(text: str) -> list[float]:
    """The numbers of a text in their order; letters before a digit make it a name (FC1)."""
    return [float(n.replace(",", "").replace("−", "-")) for n in NUMBER.findall(text)]


def tag_problems(item: Item) -> list[str]:
    """The tags must be there, and the cell that shows the answer must exist."""
    found = [f"no {tag}" for tag in ("word", "keyword") if not getattr(item, tag)]
    shown = texts_showing(item.cell, item.section)
    if len(shown) != 1:
        found.append(
            f"{len(shown)} texts have an exercise or a heading {item.cell!r}; it takes one"
        )
    return found


def text_problems(variant: Variant) -> list[str]:
    """Each text must be there, be Japanese and stay within its limit."""
    question = variant.question
    parts = [
        ("stem", (variant.shared or "") + question.stem),
        ("explanation", question.explanation),
    ]
    parts += [("reason", wrong.reason) for wrong in question.wrong]
    if isinstance(question, Choice):
        parts += [("option", option) for option in variant.options]
    found = []
    for part, text in parts:
        if not text.strip():
            found.append(f"a text is empty: {part}")
        if len(text) > LONGEST[part]:
            found.append(
                f"{part} of {len(text)} characters; at most {LONGEST[part]}: {text[:40]!r}"
            )
        if part != "option" and text and not re.search("[ぁ-ん]", text):
            found.append(f"{part} is not Japanese: {text[:40]!r}")
    if variant.item.solve:
        lines = [line.split(":")[0] for line in question.explanation.splitlines()]
        if [head for head in ("使う公式", "代入", "答え") if head not in lines]:
            found.append("a calculation is explained by the lines 使う公式, 代入 and 答え")
    return found


def option_problems(variant: Variant) -> list[str]:
    """Four different options of one form; mistakes about a number that nobody takes for right."""
    question = variant.question
    if not isinstance(question, Choice):
        values = [question.right, *(wrong.value for wrong in question.wrong)]
        near = any(
            abs(a - b) <= 2 * question.tolerance for i, a in enumerate(values) for b in values[:i]
        )
        return [f"two numbers within the tolerance with seed {variant.seed}"] if near else []
    found = []
    if len(set(variant.options)) != 4:
        found.append(f"not four different options with seed {variant.seed}: {variant.options}")
    if variant.item.solve:
        forms = {re.sub(r"\d[\d,]*", "0", text).replace("−", "") for text in variant.options}
        decimals = {tuple(map(len, re.findall(r"\.(\d+)", text))) for text in variant.options}
        if len(forms) > 1 or len(decimals) > 1:
            found.append(f"the options show different forms of number: {variant.options}")
    return found


def answer_problems(variant: Variant) -> list[str]:
    """The right option must be what the independent computation makes of the stem's numbers."""
    item, question = variant.item, variant.question
    if item.solve is None:
        computed = not isinstance(question, Choice)
        return ["a number is asked, and nothing computes it: @by_hand"] if computed else []
    solved = item.solve(*numbers_in(f"{variant.shared or ''} {question.stem}"))
    solved = list(solved) if isinstance(solved, Iterable) else [solved]
    if not isinstance(question, Choice):
        agrees = abs(solved[0] - question.right) <= question.tolerance / 10
        return [] if agrees else [f"the right number is {question.right}; by hand it is {solved}"]
    shown = NUMBER.findall(question.right)
    steps = [10.0 ** -len(number.partition(".")[2]) for number in shown]
    agrees = len(shown) == len(solved) and all(
        abs(s - value) <= 0.501 * step
        for s, value, step in zip(solved, numbers_in(question.right), steps, strict=True)
    )
    return [] if agrees else [f"the right option is {question.right!r}; by hand it is {solved}"]


def place_problems(item: Item, variants: list[Variant]) -> list[str]:
    """Over the seeds the right option stands at every place equally often."""
    if not all(isinstance(variant.question, Choice) for variant in variants):
        return []
    places = [variant.order.index(0) for variant in variants]
    even = len(variants) / 4
    distance = sum((places.count(place) - even) ** 2 / even for place in range(4))
    return (
        [f"the place gives the right option away: χ² = {distance:.1f}"] if distance > FAIR else []
    )


def program_problems(variants: list[Variant]) -> list[str]:
    """The exercise must call the program of the right option right, and each other one by its name."""
    found = {}
    for variant in variants:
        question = variant.question
        names = [None, *(wrong.misconception for wrong in question.wrong)]
        for name, program in zip(names, getattr(question, "programs", ()), strict=False):
            if program not in found:
                found[program] = _misjudged(question, name, program)
    return [problem for problem in found.values() if problem]


def _misjudged(question: Choice, name: str | None, program: str) -> str | None:
    verdict = judge_source(question.exercise, program)
    got = verdict.misconception and f"{question.exercise}.{verdict.misconception}"
    if verdict.outcome == ("wrong" if name else "right") and got == name:
        return None
    return (
        f"the program of {name or 'the right option'} is judged {verdict.outcome} {got}:\n{program}"
    )


def bank_problems(items: list[Item], seeds: int = 20) -> list[str]:
    """What gives right options away over a whole bank: length, size of a number, its digits."""
    found = []
    for guess, hits in guessed(items, seeds).items():
        if hits > GUESSED:
            found.append(f"{guess} is the right one in {hits:.0%}; at most {GUESSED:.0%}")
    computed = sum(item.solve is not None for item in items)
    if 3 * computed < len(items):
        found.append(f"{computed} of {len(items)} questions are computed; at least a third")
    return found


def guessed(items: list[Item], seeds: int = 20) -> dict[str, float]:
    """How often each guess meets the right option; where several options fit, a part of it."""
    choices = [item for item in items if isinstance(item.draw(0).question, Choice)]
    variants = [item.draw(seed) for item in choices for seed in range(seeds)]
    return {
        guess: sum(_met(variant, measure) for variant in variants) / max(1, len(variants))
        for guess, measure in GUESSES.items()
    }


def _met(variant: Variant, measure: Callable[[str], float]) -> float:
    measured = [measure(text) for text in variant.options]
    best = [i for i, value in enumerate(measured) if value == max(measured)]
    return (variant.order.index(0) in best) / len(best)


def statistics(items: list[Item]) -> dict[str, int]:
    """What a bank holds, by Japanese-free names: counted on the variants of seed 0."""
    variants = [item.draw(0) for item in items]
    wrong: list[Option] = [option for v in variants for option in v.question.wrong]
    return {
        "questions": len(items),
        "computed": sum(item.solve is not None for item in items),
        "fill in a number": sum(not isinstance(v.question, Choice) for v in variants),
        "code blanks": sum(bool(getattr(v.question, "programs", ())) for v in variants),
        "in sets of one stem": sum(item.stem is not None for item in items),
        "with variants": sum(item.varies for item in items),
        "wrong options": len(wrong),
        "of them exercises' wrong answers": sum(bool(option.misconception) for option in wrong),
    }
