"""The bytes between the grader and its child: everything plain survives, nothing else gets in."""

import json

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.running.inside import wire
from checker.running.inside.cell_text import Answer
from checker.running.inside.messages import Failure, Observation, Request, Run
from checker.running.inside.plain import Strange

DTYPES = st.sampled_from(wire.DTYPES)
SHAPES = st.lists(st.integers(0, 3), max_size=3)
TEXTS = st.text(max_size=20)
KEYS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
TENSORS = st.builds(lambda shape, dtype: (torch.rand(shape) * 9 - 4).to(dtype), SHAPES, DTYPES)
LEAVES = KEYS | st.floats() | TENSORS | st.builds(Strange, TEXTS, TEXTS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=10,
)
FAILURES = st.none() | st.builds(Failure, TEXTS, TEXTS, st.none() | st.integers(1, 99))
OBSERVATIONS = st.builds(
    Observation, VALUES, FAILURES, st.lists(VALUES, max_size=2).map(tuple), st.booleans()
)
RUNS = st.builds(Run, st.lists(OBSERVATIONS, max_size=3).map(tuple), FAILURES, TEXTS)


def identical(one: object, other: object) -> bool:
    """Equal in type and in every bit, nan included."""
    if type(one) is not type(other):
        return False
    if type(one) is torch.Tensor:
        alike = (one.dtype, one.shape) == (other.dtype, other.shape)
        return alike and safetensors.torch.save({"t": one}) == safetensors.torch.save({"t": other})
    if type(one) is dict:
        return identical(list(one.items()), list(other.items()))
    if type(one) in (list, tuple):
        return len(one) == len(other) and all(map(identical, one, other))
    if type(one) is float:
        return one.hex() == other.hex()
    if type(one) in (Run, Observation, Failure):
        return identical(tuple(vars(one).values()), tuple(vars(other).values()))
    return one == other


@pytest.mark.slow
@given(RUNS)
def test_a_run_survives_the_journey(run):
    """Catches a lost type: 1 for True, a list for a tuple, a rounded float, a dropped dtype."""
    assert identical(wire.unpack_run(wire.pack_run(run)), run)


def test_arguments_keep_requires_grad():
    """Catches arguments that reach the child without their gradient."""
    weight = torch.ones(2, requires_grad=True)
    calls = ((weight, 0.5, torch.float16),)
    asked = Request(Answer("x = 1", "f"), calls, "def g(): ...", "def h(): ...")
    there = wire.unpack_request(wire.pack_request(asked))
    assert (there.answer, there.given, there.observer) == (asked.answer, asked.given, asked.observer)
    assert there.calls[0][1:] == calls[0][1:] and there.calls[0][0].requires_grad


@pytest.mark.parametrize("argument", [torch.ones(2, 3).T, torch.nn.Linear(1, 1), {1: object()}])
def test_an_argument_that_cannot_travel_is_refused(argument):
    """Catches a case that would arrive changed, so that notebook and grading would disagree."""
    with pytest.raises(wire.CannotPack):
        wire.pack_request(Request(Answer("", "f"), ((argument,),)))


@pytest.mark.parametrize("value", [torch.ones(1, dtype=torch.complex128), 10**2000])
def test_a_result_that_cannot_travel_arrives_as_strange(value):
    """Catches a whole run lost for one odd value: the other cases still count."""
    run = wire.unpack_run(wire.pack_run(Run((Observation(value),))))
    assert type(run.observations[0].value) is Strange


def sample() -> bytes:
    mask = torch.tensor([True, False])
    values = [1.5, -3, "ア", None, (mask, {"k": torch.ones(2, 2)}), Strange("A", "a")]
    seen = Observation(values, None, (torch.arange(3),), True)
    return wire.pack_run(Run((seen, seen), Failure("E", "m", 3), "out"))


@pytest.mark.slow
@settings(max_examples=500)
@given(st.data())
def test_damaged_bytes_give_a_bad_reply_or_a_run(data):
    """Catches any other exception that bytes from a hostile child could raise in the grader."""
    damaged = bytearray(sample())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "double", "insert"])):
            case "flip":
                damaged[at] = data.draw(st.integers(0, 255))
            case "cut":
                del damaged[at : at + data.draw(st.integers(1, len(damaged)))]
            case "double":
                damaged[at:at] = damaged[at : at + 40]
            case "insert":
                damaged[at:at] = data.draw(st.binary(max_size=9))
        if not damaged:
            break
    try:
        assert type(wire.unpack_run(bytes(damaged))) is Run
    except wire.BadReply:
        pass


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_bad_reply(data):
    """Catches bytes that are taken for a message although nobody packed them."""
    with pytest.raises(wire.BadReply):
        wire.unpack_run(data)


def forged(tree: object, **tensors: torch.Tensor) -> bytes:
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    entry = torch.frombuffer(bytearray(text), dtype=torch.uint8)
    return safetensors.torch.save({wire.TREE: entry, **tensors})


def whole(value: object) -> list:
    """A run whose only observation has this encoded value."""
    seen = ["tuple", [value, ["is", None], ["tuple", []], ["is", False]]]
    return ["tuple", [["tuple", [seen]], ["is", None], ["is", ""]]]


def deep(levels: int) -> list:
    node = ["is", None]
    for _ in range(levels):
        node = ["list", [node]]
    return node


INVALID_BOOL = torch.tensor([0, 255], dtype=torch.uint8).view(torch.bool)
FORGED = {
    "an int of too many digits": forged(whole(["int", "9" * 1301])),
    "an int in full-width digits": forged(whole(["int", "１２"])),
    "a float that is an expression": forged(whole(["float", "__import__('os')"])),
    "a float beyond the range": forged(whole(["float", "0x1p99999"])),
    "a number where text belongs": forged(whole(["float", 1.5])),
    "NaN as a JSON word": forged(whole(["is", float("nan")])),
    "an unknown tag": forged(whole(["object", "os.system"])),
    "too deep": forged(whole(deep(wire.DEPTH_CAP))),
    "deeper than the JSON parser goes": forged(b"[" * 100_000),
    "too many parts": forged(whole(["list", [["is", None]] * wire.NODES_CAP])),
    "an unhashable key": forged(whole(["dict", [[["list", []], ["is", None]]]])),
    "a tensor as a key": forged(
        whole(["dict", [[["tensor", 0, False], ["is", None]]]]), **{"0": torch.ones(2)}
    ),
    "a tensor that is not there": forged(whole(["tensor", 7, False])),
    "the tree as a tensor": forged(whole(["tensor", wire.TREE, False])),
    "a bool of 255": forged(whole(["tensor", 0, False]), **{"0": INVALID_BOOL}),
    "a dtype that nobody sends": forged(
        whole(["tensor", 0, False]), **{"0": torch.ones(1).to(torch.float8_e4m3fn)}
    ),
    "an int tensor with a gradient": forged(
        whole(["tensor", 0, True]), **{"0": torch.ones(1).int()}
    ),
    "no tree": safetensors.torch.save({"0": torch.ones(1)}),
    "a tree that is no text": safetensors.torch.save({wire.TREE: torch.ones(3)}),
    "a value instead of a run": forged(["is", None]),
    "an observation without arguments": forged(
        ["tuple", [["tuple", [["tuple", [["is", None]]]]], ["is", None], ["is", ""]]]
    ),
    "a header of 100,000 entries": (10 << 20).to_bytes(8, "little") + b"{" * 100,
}


def test_the_forgeries_differ_from_the_genuine_only_in_the_forged_place():
    """Shows the next test a broken input: without the forgery the same bytes are accepted."""
    genuine = forged(whole(["tensor", 0, False]), **{"0": torch.ones(2)})
    assert wire.unpack_run(genuine).observations[0].value.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_message_is_a_bad_reply(kind):
    """Catches a check that is missing for this kind of forgery."""
    with pytest.raises(wire.BadReply):
        wire.unpack_run(FORGED[kind])


def test_text_of_a_learner_can_be_written_to_a_file():
    """Catches a lone surrogate in a message, which would end the writing of the notebook."""
    run = wire.unpack_run(wire.pack_run(Run((), Failure("E", "\ud800"), "\udfff")))
    assert (run.failure.message + run.printed).encode()
