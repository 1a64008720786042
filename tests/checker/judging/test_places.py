"""Where an answer's text parts from a right answer's text."""

import ast
import itertools
import textwrap

import pytest
from sample_exercise import sample

from checker.catalogue import exercise_names, load
from checker.judging.alignment import places_between
from checker.judging.mutants import bare, mutants
from checker.judging.places import differing, nearest


def scaled(values, factor):
    """Standardised, then scaled; nothing for one value."""
    if len(values) < 2:
        return values
    mean = values.mean()
    spread = (values - mean).square().sum() / len(values)
    return factor * (values - mean) / spread.sqrt()


RIGHT = textwrap.dedent("""\
    if len(values) < 2:
        return values
    mean = values.mean()
    spread = (values - mean).square().sum() / len(values)
    return factor * (values - mean) / spread.sqrt()
    """)


def told(body: str) -> str | None:
    text = "def scaled(values, factor):\n" + textwrap.indent(body, "    ")
    found = differing(sample(scaled, rights=[]), ast.parse(text).body[0])
    return found and found[1]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("mean()", "median()", "4 行目の『values.median』"),
        ("sum() / len", "sum() * len", "5 行目の『(values - mean).square().sum() * len(values)』の記号"),
        ("values) < 2", "values) <= 2", "2 行目の『len(values) <= 2』の記号"),
        ("spread.sqrt()", "spread", "6 行目の『spread』に計算が 1 つ足りないこと"),
        (".square().sum()", ".square().sum(dim=0)", "5 行目の『(values - mean).square().sum(dim=0)』"),
        ("2:", "1:", "2 行目の『1』"),
        ("mean = values.mean()\n", "mean = values.mean()\nprint(mean)\n", "5 行目の『print(mean)』が余分なこと"),
        ("if len(values) < 2:\n    return values\n", "", "2 行目のあたりに 1 文足りないこと"),
    ],
)
def test_one_place_is_told_in_the_learners_words(old, new, place):
    """Catches a place that is another one, or larger than what differs."""
    assert RIGHT.count(old) == 1
    assert told(RIGHT.replace(old, new)) == f"正しい書き方の 1 つと違うのは、解答セルの {place}だけです。"


def test_two_places_are_told_and_three_are_not():
    """Catches a long list, of which nobody knows where to begin."""
    two = RIGHT.replace("< 2", "< 3").replace("square", "abs")
    assert "『3』と、5 行目の『(values - mean).abs』だけ" in told(two)
    assert told(two.replace("sqrt", "log")) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mean = values.mean()", "m = values.mean()\nmean = m"),
        ("factor * (values - mean)", "(values - mean) * factor"),
        ("len(values) < 2:\n    return values\n", "2 > len(values):\n    return values\n"),
    ],
)
def test_other_ways_to_write_the_same_are_no_place(old, new):
    """Catches a learner who is sent to a line that is right, by a slip somewhere else."""
    slip = RIGHT.replace("square()", "abs()").replace(old, new).replace("mean", "average")
    found = told(slip.replace(".average()", ".mean()"))
    assert found is None or "abs』だけ" in found, found


def test_an_else_after_a_return_is_no_place():
    """Catches the form in which beginners write a special case."""
    first, rest = RIGHT.split("    return values\n")
    rest = textwrap.indent(rest.replace("square", "abs"), "    ")
    assert told(f"{first}    return values\nelse:\n{rest}").endswith("『(values - mean).abs』だけです。")


def test_a_text_of_another_kind_gets_no_place():
    """Catches a claim that the whole of a text is one place."""
    assert told("return torch.tensor([factor * float(v) for v in values])") is None
    assert told("return values") is None
    assert told("x = " + "-" * 400 + "1") is None


class Mended(ast.NodeTransformer):
    """Puts what the right answer has into the places."""

    def __init__(self, places):
        self.places = places

    def visit(self, node):
        place = next((place for place in self.places if place.mine is node), None)
        return place.theirs if place else self.generic_visit(node)


@pytest.mark.slow
@pytest.mark.parametrize("name", exercise_names())
def test_what_is_told_is_all_that_differs(name):
    """Catches a place that is not the only one: with the right answer's part there, it is right."""
    exercise = load(name)
    assert differing(exercise, bare(exercise.solved()).body[-1]) is None
    for mutant in itertools.islice(mutants(exercise.solved()), 0, None, 7):
        function = ast.parse(mutant.text).body[-1]
        mine, right, places = nearest(exercise, function)
        whole = all(place.mine and place.theirs for place in places)
        if not whole or not differing(exercise, function):
            continue  # a statement or a term too many, or missing, has no place to put it
        assert places_between(Mended(places).visit(mine), right) == [], mutant.change
