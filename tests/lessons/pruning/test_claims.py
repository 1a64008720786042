"""The section's claims and tables: from the numbers given, and each of them can fail."""

from types import SimpleNamespace

import pytest

from lessons.data import caffenet_table
from lessons.pruning import claims
from lessons.pruning.figures import tables
from lessons.pruning.network import IterativeResult, PruningResult
from lessons.training import mlp

RESULTS = [
    PruningResult(0.5, (35.0, 37.0, 54.0), 35.4, 84.5, 84.7),
    PruningResult(1.0, (68.0, 68.0, 69.0), 68.3, 80.0, 84.5),
    PruningResult(1.5, (89.0, 88.9, 86.0), 89.1, 63.8, 83.8),
    PruningResult(2.0, (96.0, 95.9, 93.0), 95.9, 50.0, 80.0),
    PruningResult(2.6, (98.8, 98.1, 97.7), 98.7, 41.2, 70.6),
]
KEPT = [PruningResult(1.0, (80.0, 79.0, 83.0), 79.6, 70.0, 84.0)]
ITERATIVE = IterativeResult(tuple(RESULTS[:2]), 20.0, 70.0)


def spoilt(results, alpha, **changes):
    return [PruningResult(**(vars(r) | changes)) if r.alpha == alpha else r for r in results]


def test_what_was_measured_holds():
    """Catches a claim that is false of results like ours."""
    for _, holds in (
        *claims.about_retraining(RESULTS, 84.9, ITERATIVE),
        *claims.about_the_table(RESULTS, KEPT),
        *claims.about_size(mlp([784, 300, 100, 10], 0), at_90()),
    ):
        assert holds


def at_90(neurons=85.0, scratch=84.0, zeros=0.95, hidden=30):
    """A result of 9 of 10 weights removed."""
    connections = mlp([784, 300, 100, 10], 0)
    for weight in connections.parameters():
        flat = weight.detach().flatten()
        weight.data.view(-1)[: int(zeros * flat.numel())] = 0
    small = mlp([784, hidden, 20, 10], 0)
    return SimpleNamespace(
        connections=connections, neurons=small, connections_after=84.5, neurons_after=neurons,
        scratch=scratch,
    )  # fmt: skip


@pytest.mark.parametrize("results, failing", [
    (spoilt(RESULTS, 1.5, total_percent=30.0), [0]),
    (spoilt(RESULTS, 1.5, accuracy_before=80.0), [1]),
    (spoilt(RESULTS, 1.5, accuracy_after=81.0), [2]),
])  # fmt: skip
def test_a_claim_about_retraining_can_fail(results, failing):
    """Catches a claim that holds whatever is measured."""
    found = claims.about_retraining(results, 84.9, ITERATIVE)
    assert [i for i, (_, holds) in enumerate(found) if not holds] == failing
    worse = IterativeResult(ITERATIVE.steps, 20.0, 83.0)
    assert not claims.about_retraining(RESULTS, 84.9, worse)[3][1]


@pytest.mark.parametrize("results, kept, failing", [
    (spoilt(RESULTS, 0.5, layer_percent=(60.0, 37.0, 54.0)), KEPT, [0]),
    (spoilt(RESULTS, 2.0, layer_percent=(90.0, 95.9, 93.0)), KEPT, [0]),
    (spoilt(RESULTS, 2.6, accuracy_after=84.0), KEPT, [1]),
    (spoilt(RESULTS, 1.0, total_percent=74.0), KEPT, [2]),
    (RESULTS, spoilt(KEPT, 1.0, total_percent=69.0), [3]),
])  # fmt: skip
def test_a_claim_about_the_table_can_fail(results, kept, failing):
    """Catches a claim that holds whatever is measured."""
    found = claims.about_the_table(results, kept)
    assert [i for i, (_, holds) in enumerate(found) if not holds] == failing


@pytest.mark.parametrize("changes, failing", [
    ({"hidden": 60}, 1), ({"zeros": 0.5}, 2), ({"neurons": 86.0}, 3), ({"scratch": 80.0}, 4)])
def test_a_claim_about_size_can_fail(changes, failing):
    """Catches a claim that holds whatever is measured."""
    found = claims.about_size(mlp([784, 300, 100, 10], 0), at_90(**changes))
    assert [i for i, (_, holds) in enumerate(found) if not holds] == [failing]


def test_the_gap_is_the_root_of_the_mean_square():
    """Catches a mean of signed gaps, in which too much and too little cancel."""
    published = {row.alpha: row.total for row in caffenet_table()}
    rows = [PruningResult(a, (), published[a] + gap, 0, 0) for a, gap in ((0.5, 3), (1.0, -4))]
    assert claims.gap_to_the_table(rows) == pytest.approx((25 / 2) ** 0.5)


def test_the_tables_show_the_numbers_in_their_rows():
    """Catches a column that shows another quantity than its heading says."""
    published = [row for row in caffenet_table() if row.alpha in [r.alpha for r in RESULTS]]
    headers, rows = tables.published_beside_measured(published, RESULTS)
    first = dict(zip(headers, rows[0], strict=True))
    assert (first["α"], first["FC 1 公表"], first["FC 3 測定"]) == ("0.5", "49.54", "54.0")
    assert (first["正解率 公表"], first["正解率 測定"], first["全体 測定"]) == ("91.66", "84.7", "35.4")
    headers, rows = tables.step_by_step(ITERATIVE)
    assert rows[1] == ["2 回目", "68.3", "80.0", "84.5"]
    assert rows[2] == ["一度に切る", "68.3", "20.0", "70.0"] and len(headers) == 4
