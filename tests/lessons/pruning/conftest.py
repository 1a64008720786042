"""The pruning tests' data and their dense network, trained once."""

import pytest

from lessons.data import fashion_mnist
from lessons.pruning.network import dense_network


@pytest.fixture(scope="session")
def fashion():
    return fashion_mnist()


@pytest.fixture(scope="session")
def dense(fashion):
    return dense_network(fashion, seed=0)
