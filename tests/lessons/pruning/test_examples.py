"""The arguments that tell whether a learner's function may run the experiment."""

import pytest

import lessons.pruning as reference
from checker.catalogue import load
from lessons.own_answer import yours
from lessons.pruning.examples import examples

# Wrong in a way that no experiment of the section meets: the same numbers come out.
HARMLESS = {
    "masked_sgd_step": {"always_returns_float32"},
    "pick_alpha": {"returns_zero_for_none", "takes_zero_for_none", "rejects_large_gains",
                   "rejects_all_gains"},
    "remove_neurons": {"hands_back_the_arguments", "returns_a_list"},
}


@pytest.mark.parametrize("name", examples())
def test_a_known_mistake_does_not_run_the_experiment(name):
    """Catches an example that a wrong answer passes: its numbers would then deny the text."""
    right = getattr(reference, name)
    passed = {mistake for mistake, wrong in load(name).wrongs.items()
              if yours(wrong.function, right, *examples()[name]) is not right}
    assert passed == HARMLESS.get(name, set())


@pytest.mark.parametrize("name", examples())
def test_every_right_answer_runs_the_experiment(name):
    """Catches an example that asks for more than the exercise does."""
    for written in load(name).rights:
        assert yours(written, getattr(reference, name), *examples()[name]) is written
