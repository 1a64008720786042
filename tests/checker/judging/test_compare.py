"""The rules of equality as properties: reflexive, strict about types, blind to NumPy's own types."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from checker.judging.compare import PYTHON_RTOL, difference, distance
from checker.running.inside import wire
from checker.running.inside.messages import Observation, Run
from checker.running.inside.plain import Strange, snapshot

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
INTS = st.integers(-(2**31), 2**31 - 1)
INT_TYPES = st.sampled_from([np.int32, np.int64, np.longlong])
NUMBERS = st.one_of(FLOATS, INTS)
NOT_NUMBERS = st.one_of(
    st.booleans(),
    st.booleans().map(np.bool_),
    st.text(max_size=3),
    st.none(),
    NUMBERS.map(torch.tensor),
    NUMBERS.map(np.array),
    st.builds(complex, FLOATS),
    st.builds(lambda n: [n], NUMBERS),
    st.integers(0, 99).map(np.timedelta64),
)
CONTAINERS = st.sampled_from([
    lambda v: v, lambda v: [v], lambda v: (v, None), lambda v: ["a", (v,)], lambda v: {"a": [v]},
])  # fmt: skip


def judged(expected: object, returned: object) -> str | None:
    """The kind of difference when an answer returns this, in the kernel; None where it counts."""
    found = difference(expected, snapshot(returned))
    return found and found.kind


def boxed(expected: object, returned: object) -> str | None:
    """The same through the bytes of the sandbox."""
    run = wire.unpack_run(wire.pack_run(Run((Observation(snapshot(returned)),))))
    found = difference(expected, run.observations[0].value)
    return found and found.kind


@given(FLOATS, CONTAINERS)
def test_a_float_of_numpy_counts_as_a_float(value, within):
    """Catches a right value that is refused for its type, in the kernel or through the sandbox."""
    for verdict in (judged, boxed):
        assert verdict(within(value), within(np.float64(value))) is None


@given(st.floats(width=32, allow_nan=False), CONTAINERS)
def test_a_single_precision_number_counts_by_its_value(value, within):
    """Catches a type that is refused, or one that widens the tolerance."""
    for verdict in (judged, boxed):
        assert verdict(within(value), within(np.float32(value))) is None
    assume(math.isfinite(value) and abs(value) > 1e-30)
    assert judged(value * (1 + 1e-6), np.float32(value)) == "value"


@given(INTS, INT_TYPES, CONTAINERS)
def test_an_int_of_numpy_counts_as_an_int_and_as_a_float(value, kind, within):
    """Catches an index or a count of NumPy's that is refused where a number is asked."""
    for verdict in (judged, boxed):
        assert verdict(within(value), within(kind(value))) is None
        assert verdict(within(float(value)), within(kind(value))) is None
        assert verdict(within(value + 1), within(kind(value))) == "value"


@given(INTS, CONTAINERS)
def test_a_float_of_numpy_is_no_int(value, within):
    """Catches the rule "int for float" read backwards."""
    for kind in (float, np.float64, np.float32):
        assert judged(within(value), within(kind(value))) == "type"
        assert boxed(within(value), within(kind(value))) == "type"


@given(NUMBERS, NOT_NUMBERS, CONTAINERS)
def test_nothing_else_is_a_number(expected, returned, within):
    """Catches a bool, a 0-d tensor or array, or a text that passes for the number it shows."""
    assert judged(within(expected), within(returned)) == "type"
    assert boxed(within(expected), within(returned)) == "type"


@given(FLOATS, st.floats(-50, 50))
def test_the_tolerance_is_the_same_for_numpy(expected, tolerances):
    """Catches another tolerance for NumPy's numbers than for Python's."""
    actual = expected * (1 + tolerances * PYTHON_RTOL)
    assert judged(expected, np.float64(actual)) == judged(expected, actual)


@given(st.booleans(), st.one_of(NUMBERS, INTS.map(np.int64), FLOATS.map(np.float64)))
def test_a_number_is_no_bool(expected, returned):
    """Catches 1 for True, in NumPy's dress too."""
    assert judged(expected, returned) == "type"


@pytest.mark.parametrize("code", "bhilqBHILQefdg")
def test_every_real_type_of_numpy_becomes_plain(code):
    """Catches a type of this machine that is forgotten: long and long long are two."""
    value = snapshot(np.dtype(code).type(3))
    assert type(value) is (float if code in "efdg" else int) and value == 3


@pytest.mark.parametrize("returned", [np.bool_(1), np.array(1), np.complex64(1), np.str_("a"), np.void(b"a")])
def test_the_other_scalars_of_numpy_stay_strange(returned):
    """Catches np.bool_ or an array without an axis that counts as a number."""
    assert type(snapshot(returned)) is Strange


@given(st.dictionaries(st.integers(0, 9), FLOATS, max_size=3))
def test_keys_of_numpy_are_plain_too(value):
    """Catches a table by NumPy's integers that equals nothing."""
    assert judged(value, {np.int64(k): np.float64(v) for k, v in value.items()}) is None


@given(st.dictionaries(st.integers(0, 9), FLOATS, min_size=2, max_size=4))
def test_the_order_of_keys_means_nothing(value):
    """Catches parameters that are refused, or taken for each other's, for the order of their names."""
    backwards = dict(reversed(value.items()))
    assert judged(value, backwards) is None and distance(value, backwards) == 0
    first = next(iter(value))
    assert judged(value, backwards | {first: None}) == "type"
    assert judged(value, {k: v for k, v in value.items() if k != first}) == "value"
