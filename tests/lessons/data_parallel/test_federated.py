"""FedAvg against NumPy's weighted average, and against one client who holds all data."""

import numpy as np
import pytest
import torch
from module_gate import public_functions
from torch import nn

from lessons.data_parallel import federated, federated_average


def test_each_name_is_averaged_by_the_samples():
    """Catches a plain mean, weights of another client, a mixed-up name and shared memory."""
    layers = [nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1).double()) for _ in range(3)]
    states, samples = [layer.state_dict() for layer in layers], [40, 3, 7]
    states[1] = dict(reversed(states[1].items()))  # the order of the names is its own
    average = federated_average(states, samples)
    assert average.keys() == states[0].keys()
    for name, mean in average.items():
        values = np.stack([state[name].numpy() for state in states])
        np.testing.assert_allclose(mean.numpy(), np.average(values, 0, samples), rtol=1e-6)
        assert mean.dtype == states[0][name].dtype and not mean.requires_grad
    alone = federated_average(states[:1], [5])
    assert all(torch.equal(alone[name], states[0][name]) for name in alone)
    assert all(alone[name].data_ptr() != states[0][name].data_ptr() for name in alone)


ILLEGAL = [
    (lambda: federated_average([], []), "辞書が 0 個、件数が 0 個です"),
    (lambda: federated_average([{}], [1, 2]), "辞書が 1 個、件数が 2 個です"),
    (lambda: federated_average([{}], [0]), r"件数が 1 に満ちません: \[0\]"),
    (lambda: federated_average([{"w": torch.ones(1)}, {}], [1, 2]), r"そろいません: \[\['w'\], \[\]\]"),
]


@pytest.mark.parametrize("call,message", ILLEGAL, ids=[message for _, message in ILLEGAL])
def test_illegal_values_are_named(call, message):
    """Catches an illegal value that passes silently or a message that does not name it."""
    with pytest.raises(ValueError, match=message):
        call()


def test_every_function_of_the_module_is_tested_here():
    """Catches a function that joins the module and is compared with nothing."""
    assert public_functions(federated) == {"federated_average"}
