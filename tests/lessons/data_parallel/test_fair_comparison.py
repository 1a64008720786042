"""The fair comparisons and the puzzle: what is kept equal is equal; verdicts are the numbers'."""

import pytest

from lessons.data import digits
from lessons.data_parallel import fair_comparison, puzzle
from lessons.data_parallel.fair_comparison import Row, best, compare, comparison_table
from lessons.data_parallel.stale_training import Curve



def row(synchronous, asynchronous):
    return Row("同じ", {"同期型": (0.1, synchronous), "非同期型": (0.1, asynchronous)})


def test_a_verdict_knows_the_spread():
    """Catches a winner that is called for a gap within the spread, and a swapped sign."""
    assert row([90.0, 92.0, 94.0], [80.0, 81.0, 82.0]).verdict() == "同期型が上です"
    assert row([80.0, 81.0, 82.0], [90.0, 92.0, 94.0]).verdict() == "非同期型が上です"
    assert row([90.0, 92.0, 94.0], [88.0, 91.0, 94.0]).verdict() == "差は、ばらつきの中です"
    assert row([90.0, 92.0], [80.0, 82.0]).gap() == pytest.approx(10)


def test_the_best_rate_is_that_of_the_highest_mean():
    """Catches the highest single seed, or the largest rate."""
    assert best({0.1: [90.0, 91.0], 0.5: [99.0, 10.0], 1.0: [50.0, 60.0]}) == (0.1, [90.0, 91.0])


def test_rows_keep_equal_what_they_say(monkeypatch):
    """Catches a row that compares at different rates, numbers of gradients or times. The short
    clock has the same three readings."""
    monkeypatch.setattr(fair_comparison, "SECONDS", 40.0)
    monkeypatch.setattr(fair_comparison, "GRADIENTS", 80)
    monkeypatch.setattr(fair_comparison, "SEEDS", [0, 1])
    asked = {}

    def spied(real, name):
        def train(data, events, rates, **options):
            asked[name] = (len(events), options["measured"])
            return real(data, events, rates, **options)
        return train

    for name in ("train_synchronously", "train_asynchronously"):
        monkeypatch.setattr(fair_comparison, name, spied(getattr(fair_comparison, name), name))
    small, large, gradients, seconds = compare(digits())
    assert asked["train_synchronously"][1] == {10, asked["train_synchronously"][0]}
    assert asked["train_asynchronously"][1] == {80, asked["train_asynchronously"][0]}
    for kept, rate in ((small, 0.05), (large, 0.5)):
        assert {lr for lr, _ in kept.results.values()} == {rate}
    headers, rows = comparison_table([small, large, gradients, seconds])
    assert all(len(cells) == len(headers) == 5 for cells in rows)
    assert len({name for name in gradients.results}) == 3


@pytest.mark.parametrize("seconds,workers,solved", [
    (60.0, 4, True), (60.0, 6, False), (70.0, 2, False), (None, 2, False)])
def test_the_puzzle_asks_for_time_and_cost(seconds, workers, solved):
    """Catches a verdict that forgets one of the two, or takes "never" for 0 seconds."""
    assert puzzle.Attempt(Curve(), workers, seconds).solved is solved


def test_the_puzzle_can_be_solved_and_failed():
    """Catches a target that is out of reach, and one that the slider's first place meets."""
    good, slow = puzzle.attempt(puzzle.WAYS[2], 2, 0.5), puzzle.attempt(puzzle.WAYS[0], 2, 0.1)
    assert good.solved and good.cost == 2 * good.seconds
    assert slow.seconds is None and not slow.solved
