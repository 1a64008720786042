"""The claims hold, and those about a measurement can fail."""

from lessons.data import distbelief_points
from lessons.model_parallel import tensor_claims

GOOD = [{"losses": [2.0, 1.0], "largest_difference": 0.0}, {"losses": [2.0, 1.0]}]


def test_the_claims_hold():
    """Catches a claim that the lesson no longer supports."""
    said = [*tensor_claims.about_two_orders((3,)), *tensor_claims.about_a_block((3,)),
            *tensor_claims.about_speed_and_bytes(distbelief_points()),
            *tensor_claims.about_two_processes(GOOD)]
    assert len(said) == len(dict(said)) == 22
    assert all(holds is True for _, holds in said)


def test_claims_about_the_processes_can_fail():
    """Catches claims that hold whatever the two processes return."""
    bad = [{"losses": [1.0, 1.0], "largest_difference": 1e-3}, {"losses": [1.0, 1.1]}]
    assert not any(holds for _, holds in tensor_claims.about_two_processes(bad))
