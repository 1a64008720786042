"""What the published table counts: its own totals say so."""

import pytest

from lessons.data import caffenet_table
from lessons.pruning import pruned_percent
from lessons.pruning.published import CONNECTIONS, han_headlines, recomputed_totals


def test_the_connections_give_the_published_totals():
    """Catches a wrong layer size, and masks too short for two decimals: 14 rows within 0.005."""
    totals = recomputed_totals(pruned_percent)
    assert len(totals) == 14
    for total, row in zip(totals, caffenet_table(), strict=True):
        size = sum(CONNECTIONS.values())
        exact = sum(getattr(row, name) * n for name, n in CONNECTIONS.items()) / size
        assert total.counted == pytest.approx(exact, abs=0.002)
        assert abs(total.counted - row.total) <= 0.005
        assert (total.alpha, total.published) == (row.alpha, row.total)


def test_neither_neurons_nor_the_mean_of_layers_give_them():
    """Catches a proof that proves nothing: counted by neurons the totals would differ."""
    neurons = {"fc1": 4096, "fc2": 4096, "fc3": 102}
    for row, total in zip(caffenet_table(), recomputed_totals(pruned_percent), strict=True):
        by_neurons = sum(getattr(row, k) * n for k, n in neurons.items()) / sum(neurons.values())
        assert total.mean == pytest.approx((row.fc1 + row.fc2 + row.fc3) / 3)
        assert abs(total.mean - row.total) > 0.005 and abs(by_neurons - row.total) > 0.005


def test_the_learners_function_counts():
    """Catches totals that are computed without the function that is handed in."""
    assert {total.counted for total in recomputed_totals(lambda masks: len(masks))} == {3}


def test_the_headlines_are_nine_and_thirteen_times():
    """Catches a mistyped figure: the abstract itself says 9 and 13 times."""
    assert [round(h.before / h.after) for h in han_headlines()] == [9, 13]
