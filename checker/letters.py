"""A graded set of questions: an exercise whose answer is the letters of questions of the bank.

    def overview_letters(number: int) -> str:
        \"""問 number の答えを、記号で返します。…\"""
        return "CBCA"[number - 1]

    exercise = Exercise(overview_letters, title="…", statement="…", …)
    ask(exercise, (bytes_of_a_layer, flops_of_a_convolution, …), seed=114)

The function is the key. It stands in the exercise's file and not in `lessons`, which learners import
all day, and `ask` refuses letters that are not those of the bank.
"""

from __future__ import annotations

import itertools
import re
import unicodedata

from checker.exercise import Exercise
from checker.question import LETTERS, Choice, Item, Variant

ANY = f"{'、'.join(LETTERS)} のどれか 1 文字を、半角の大文字で返してください。"
EMPTY = "？? \u3000"  # what may stand where nothing is chosen yet
MARKS = re.compile(r"([\\`*_$<>\[\]|~#])")  # to which Markdown gives a meaning


def ask(exercise: Exercise, items: tuple[Item, ...], seed: int) -> None:
    """Give an exercise its questions, as one seed draws them: the worked example shows them, each
    is a case with a label of its own, and each wrong option a known wrong answer.

    Raises ValueError where a question has no options, or the function's letters are other ones.
    """
    asked = [item.draw(seed) for item in items]
    if not all(isinstance(variant.question, Choice) for variant in asked):
        raise ValueError("a question that asks for a number has no letter")
    key = "".join(LETTERS[variant.order.index(0)] for variant in asked)
    if exercise.solved_body().count(f'"{key}"') != 1:
        raise ValueError(f'with seed {seed} the letters are "{key}": write them so, once')
    exercise.questions = tuple(item.name for item in items)
    exercise.domain_is_public = True

    exercise.example(lambda: sheet(asked))

    @exercise.cases
    def cases(rng):
        for i in rng.permutation(len(asked)).tolist():
            yield f"問 {i + 1} {items[i].word}", (i + 1,)

    @exercise.accepted_when
    def accepts(letter, number):
        return shortfall(asked[number - 1], letter)

    for i, variant in enumerate(asked):
        for letter in LETTERS.replace(key[i], ""):
            reason = variant.reply_to(LETTERS.index(letter)).reason
            chosen = key[:i] + letter + key[i + 1 :]
            exercise.slip(f"{items[i].name}_{letter}", reason, f'"{key}"', f'"{chosen}"')


def sheet(asked: list[Variant]) -> str:
    """How an answer is written, and the questions with their options, as Markdown."""
    blanks = ", ".join(f'{i}: "？"' for i in range(1, 1 + len(asked)))
    parts = [f"`return {{{blanks}}}[number]` と書き、`？` を選んだ記号に変えます。"]
    numbered = enumerate(asked, 1)
    for shared, group in itertools.groupby(numbered, lambda pair: pair[1].shared):
        parts += [shared] if shared else []
        for number, variant in group:
            options = (MARKS.sub(r"\\\1", line) for line in variant.lines)
            parts += [f"**問 {number}**　{variant.question.stem}", "\n".join(f"- {line}" for line in options)]
    return "\n\n".join(parts)


def shortfall(variant: Variant, letter: str) -> str | None:
    """Why a letter is not the right one, in the words of its option; how it is written if it is
    none, whether or not it is meant for the right one."""
    if letter not in tuple(LETTERS):
        return misspelt(letter)
    reason = variant.reply_to(LETTERS.index(letter)).reason
    return f"{letter} を選んでいます。{reason}" if reason else None


def misspelt(letter: str) -> str:
    """What is wrong with the writing of a letter."""
    if not letter.strip(EMPTY):
        return f"まだ選んでいません。{ANY}"
    spellings = {
        "記号のほかに、空白があります。": letter.strip(),
        "記号が全角です。": unicodedata.normalize("NFKC", letter[:9]),
        "記号が小文字です。": letter[:9].upper(),
    }
    told = (said for said, mended in spellings.items() if mended in tuple(LETTERS))
    return next(told, f"{letter[:9]!r} は、選択肢の記号ではありません。") + ANY
