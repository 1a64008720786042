"""Where the text of a wrong answer parts from the text of a right one.

A text that is a right answer's but for one place or two, whatever its variables are called, is told
these places in the learner's own words. What the right answer has there is not said.
"""

from __future__ import annotations

import ast
import copy
import functools
import hashlib

from checker.exercise import Exercise
from checker.judging.alignment import LARGEST, Place, extent, nodes_in, places_between
from checker.judging.mutants import bare, strip
from checker.judging.normal_form import forms

SHARE = 0.5  # of all nodes that may lie in the places: else the rest is no right answer's text


def differing(exercise: Exercise, function: ast.FunctionDef) -> tuple[str, str] | None:
    """(key, sentence): the only places in which an answer is not the nearest right answer."""
    if nodes_in(function) > LARGEST:
        return None
    try:
        mine, _, places = nearest(exercise, function)
    except RecursionError:  # a text as deep as no right answer is
        return None
    if not places or extent(places) > 2 * SHARE * nodes_in(mine):
        return None
    if len(places) > 1 and any(place.spans for place in places):  # too vague to look there
        return None
    told = "と、".join(dict.fromkeys(p.told for p in sorted(places, key=lambda place: place.line)))
    dumped = "".join(ast.dump(place.theirs) for place in places if place.theirs)
    key = f"place {hashlib.sha256(dumped.encode()).hexdigest()[:6]}"
    return key, f"正しい書き方の 1 つと違うのは、解答セルの {told}だけです。"


def nearest(
    exercise: Exercise, function: ast.FunctionDef
) -> tuple[ast.FunctionDef, ast.FunctionDef, list[Place]]:
    """An answer and the right answer that has most in common with it, as they are compared, and the
    places in which they differ."""
    mine = forms(strip(copy.deepcopy(function)))
    pairs = [pair for right in rights(exercise) for pair in zip(mine, right, strict=True)]
    return min(((*pair, places_between(*pair)) for pair in pairs), key=lambda found: extent(found[2]))


@functools.lru_cache(maxsize=64)
def rights(exercise: Exercise) -> list[tuple[ast.FunctionDef, ast.FunctionDef]]:
    """The known right answers, the solution first, each in both forms."""
    return [forms(bare(text).body[-1]) for text in exercise.right_texts()]
