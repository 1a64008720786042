"""Twenty thousand damaged inputs: nothing but a clear refusal, nothing lost.

Half are messages from the child, which runs hostile code; half are files that learners hand in.
Every draw comes from a fixed seed, so that a failure names the input again.
"""

import copy
import hashlib
import io
import json
import logging
import random
import struct
import time
from collections.abc import Iterator

import cost
import nbformat
import pytest
import safetensors.torch
import torch
from honest.innocent_notebooks import RELEASED, mixed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_course import LESSON, hand_in
from traitlets.config import Config

from checker.cards import verdict_card
from checker.catalogue import load
from checker.grading import autograde
from checker.grading.nbgrader_steps import RestoreFromRelease, SubmissionExporter
from checker.judging import words
from checker.judging.judge import judge
from checker.judging.source import request
from checker.running.inside import wire
from checker.running.inside.answer import run_answer
from checker.running.inside.cell_text import TEXT_LIMIT, Answer, read_cell
from checker.running.inside.messages import Failure, Run
from checker.running.inside.plain import Strange
from checker.running.sandbox import refuse_misfit

# nbformat warns of odd cell ids, Python of odd escapes, hypothesis of long values.
WARN = (
    "FutureWarning", "DeprecationWarning", "SyntaxWarning", "hypothesis.errors.HypothesisWarning",
)  # fmt: skip
pytestmark = [pytest.mark.slow, *(pytest.mark.filterwarnings(f"ignore::{w}") for w in WARN)]

SECONDS = 2.0  # of work for one input
# What hypothesis draws is the same in every run, and slow inputs are our own business.
STEADY = settings(
    max_examples=500,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
DEEP = "[" * 100_000
NESTED = json.loads("[" * 300 + "]" * 300)
JUNK = [
    None, True, False, 0, -1, 4, 2**70, 10**1200, 1.5, -0.0, float("nan"), float("inf"), "", "x",
    "0", "code", "４", "\ud800", "\ufeff", "\0", "x" * 70_000, [], {}, [None], [1, "a"], [[], {}],
    {"": None}, {"nbgrader": 1}, {"nbgrader": {"grade_id": []}}, {"0": {"1": []}}, NESTED,
]  # fmt: skip


def assert_quick(started: float) -> None:
    """Fail where more processor time has passed than one input may cost on a machine like this."""
    worked = time.process_time() - started
    assert worked < SECONDS or worked < SECONDS * cost.slowness()


def mutated(data: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    """Bytes with one to four injuries."""
    data = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        if not data:
            break
        at, length = draw.randrange(len(data)), draw.choice([1, 2, 8, 100])
        match draw.choice(["flip", "set", "cut", "end", "repeat", "insert", "splice", "number"]):
            case "flip":
                data[at] ^= 1 << draw.randrange(8)
            case "set":
                data[at] = draw.choice(b'\x00\xff"[]{},:0-9\\ \xe3')
            case "cut":
                del data[at : at + length]
            case "end":
                del data[at:]
            case "repeat":
                data[at:at] = data[at : at + length] * draw.choice([1, 2, 50])
            case "insert":
                data[at:at] = draw.randbytes(length)
            case "splice":
                other = draw.choice(others)
                start = draw.randrange(len(other))
                data[at:at] = other[start : start + length]
            case "number":
                number = draw.choice([0, 1, 7, 2**31, 2**40, 2**63, 2**64 - 1])
                start = draw.choice([0, at])
                data[start : start + 8] = struct.pack("<Q", number)
    return bytes(data)


def places(tree: object, path: tuple = ()) -> Iterator[tuple]:
    """The path to every part of a JSON tree, the root first."""
    yield path
    if isinstance(tree, (dict, list)):
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            yield from places(tree[key], (*path, key))


def at_path(tree: object, path: tuple) -> object:
    for key in path:
        tree = tree[key]
    return tree


def damaged(tree: object, path: tuple, how: str, junk: object) -> object:
    """A copy of a JSON tree with one part replaced, removed, wrapped or added to."""
    if not path:
        return junk
    tree = copy.deepcopy(tree)
    home, key = at_path(tree, path[:-1]), path[-1]
    match how:
        case "replace":
            home[key] = junk
        case "remove":
            del home[key]
        case "wrap":
            home[key] = [home[key]]
        case "add" if isinstance(home, dict):
            home[f"{key}2"] = junk
        case "add":
            home.insert(key, junk)
        case "text":
            home[key] = str(home[key])
        case "items" if isinstance(home[key], dict):
            home[key] = list(map(list, home[key].items()))
        case "items":
            home[key] = {"0": home[key]}
    return tree


HOW = ("replace", "replace", "remove", "wrap", "add", "text", "items")


# Messages from the child.


def genuine(name: str, source: str | None = None) -> tuple:
    """An exercise, its cases, an answer and the frame with what that did."""
    exercise = load(name)
    cases, answer = exercise.make_cases(0), Answer(source or exercise.solved(), name)
    return exercise, cases, answer, wire.pack_run(run_answer(request(exercise, answer, cases)))


RAISES = "def dead_neurons(incoming, outgoing):\n    print('あ')\n    return 1 // 0"
GENUINE = {name: genuine(name) for name in ("threshold_mask", "pick_alpha", "remove_neurons")}
GENUINE["dead_neurons"] = genuine("dead_neurons", RAISES)
FRAMES = [frame for *_, frame in GENUINE.values()]


def parts_of(frame: bytes) -> tuple[dict, bytes, list]:
    """Header, tensor bytes and tree of a frame."""
    length = int.from_bytes(frame[:8], "little")
    header, body = json.loads(frame[8 : 8 + length]), frame[8 + length :]
    start, end = header[wire.TREE]["data_offsets"]
    return header, body, json.loads(body[start:end])


def frame_of(header: object, body: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def with_tree(frame: bytes, tree: object) -> bytes:
    """The frame with another tree."""
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    tensors = safetensors.torch.load(frame)
    tensors[wire.TREE] = torch.frombuffer(bytearray(text), dtype=torch.uint8)
    return safetensors.torch.save(tensors)


def is_plain(value: object, depth: int = 0) -> bool:
    """True for what the judge may be given: exactly our types, whole tensors, scalar keys."""
    kind = type(value)
    if depth > wire.DEPTH_CAP:
        return False
    if kind in (list, tuple):
        return all(is_plain(part, depth + 1) for part in value)
    if kind is dict:
        scalars = all(type(key) in (type(None), bool, int, float, str) for key in value)
        return scalars and is_plain(list(value.values()), depth)
    if kind is torch.Tensor:
        bytes_of_bools = value.dtype is not torch.bool or value.view(torch.uint8).le(1).all()
        return value.dtype in wire.DTYPES and bool(bytes_of_bools)
    return value is None or kind in (bool, int, float, str, Strange)


def judged_or_refused(name: str, frame: bytes) -> bool:
    """Unpack a frame as the grader does and judge it; True where it was a run for these cases."""
    exercise, cases, answer, _ = GENUINE[name]
    started = time.process_time()
    try:
        run = wire.unpack_run(frame)
        refuse_misfit(run, [case.arguments for case in cases])
    except wire.BadReply:
        run = None
    if run:
        assert type(run) is Run
        failures = [run.failure, *(seen.failure for seen in run.observations)]
        assert all(f is None or type(f.line) in (int, type(None)) for f in failures)
        assert all(is_plain(seen.value) and is_plain(seen.arguments) for seen in run.observations)
        for reveal in (True, False):
            verdict = words.verdict(judge(exercise, cases, answer, run, reveal=reveal))
            assert 0 <= verdict.score <= 1
            card = verdict_card(verdict)
            assert (card.html + card.text).encode()
    assert_quick(started)
    return run is not None


def test_a_genuine_message_is_judged():
    """Shows the tests below a message that passes: refusing everything would pass them."""
    for name, (*_, frame) in GENUINE.items():
        assert judged_or_refused(name, frame)
        assert judged_or_refused(name, with_tree(frame, parts_of(frame)[2]))


@pytest.mark.parametrize("block", range(8))
def test_injured_messages(block):
    """Catches bytes of a hostile child that raise in the grader or keep it busy: 8,000 messages."""
    draw = random.Random(block)
    accepted = 0
    for _ in range(1_000):
        name = draw.choice(list(GENUINE))
        accepted += judged_or_refused(name, mutated(GENUINE[name][-1], draw, FRAMES))
    assert 0 < accepted < 1_000


@pytest.mark.parametrize("block", range(8))
def test_injured_streams(block):
    """Catches a frame's length that is believed, or an end that is not noticed: 2,000 streams."""
    draw = random.Random(block)
    whole = b"".join(len(frame).to_bytes(8, "little") + frame for frame in FRAMES)
    for _ in range(250):
        stream = io.BytesIO(mutated(whole[: draw.choice([20, len(whole)])], draw, FRAMES))
        read = 0
        try:
            while read <= len(whole) * 60:
                read += 8 + len(wire.read_frame(stream))
        except (EOFError, wire.BadReply):
            continue
        raise AssertionError("a stream without end")


@pytest.mark.parametrize("block", range(6))
def test_forged_trees(block):
    """Catches a value that the decoder lets through and the judge cannot compare: 3,000 trees."""
    draw = random.Random(block)
    trees = {name: parts_of(frame)[2] for name, (*_, frame) in GENUINE.items()}
    nodes = [at_path(tree, path) for tree in trees.values() for path in places(tree)]
    deep = ["is", None]
    for _ in range(200):
        deep = ["list", [deep]]
    accepted = 0
    for _ in range(500):
        name = draw.choice(list(GENUINE))
        tree = trees[name]
        for _ in range(draw.randint(1, 3)):
            path = draw.choice(list(places(tree)))
            tree = damaged(
                tree, path, draw.choice(HOW), draw.choice([*JUNK, deep, *draw.sample(nodes, 20)])
            )
            if not isinstance(tree, list):
                break
        accepted += judged_or_refused(name, with_tree(GENUINE[name][-1], tree))
    assert 0 < accepted < 500


@pytest.mark.parametrize("block", range(6))
def test_forged_headers(block):
    """Catches overlapping, missing, oversized or unknown tensors that get in: 1,500 headers."""
    draw = random.Random(block)
    kinds = ["F64", "F32", "F16", "BF16", "C64", "BOOL", "I64", "U8", "F8_E4M3", "F4", "X", ""]
    accepted = 0
    for _ in range(250):
        name = draw.choice(list(GENUINE))
        frame = GENUINE[name][-1]
        header, body, _ = parts_of(frame)
        entry = header[draw.choice([key for key in header if key != "__metadata__"])]
        other = header[draw.choice([key for key in header if key != "__metadata__"])]
        match draw.choice(
            ["dtype", "shape", "overlap", "offsets", "tree", "swap", "doubled", "any"]
        ):
            case "dtype":
                entry["dtype"] = draw.choice(kinds)
            case "shape":
                entry["shape"] = draw.choice(
                    [[], [0], [-1], [2**40, 2**40], entry["shape"][::-1], [1] * 70]
                )
            case "overlap":
                entry["data_offsets"] = other["data_offsets"]
            case "offsets":
                entry["data_offsets"] = draw.choice(
                    [[0, 0], [8, 0], [-8, 8], [0, 2**63], [0, len(body) + 8]]
                )
            case "tree":
                header[wire.TREE] = other
            case "swap":
                entry["dtype"], other["dtype"] = other["dtype"], entry["dtype"]
            case "doubled":
                text = json.dumps(header)[:-1] + ", " + json.dumps({wire.TREE: other})[1:]
                header = text.encode()
            case "any":
                path = draw.choice(list(places(header)))
                header = damaged(header, path, draw.choice(HOW), draw.choice(JUNK))
        accepted += judged_or_refused(name, frame_of(header, body))
    assert accepted < 250


VALUES = st.recursive(
    st.sampled_from(JUNK) | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=12,
)
TAGS = st.sampled_from(["is", "int", "float", "list", "tuple", "dict", "tensor", "strange", "x"])
NODES = st.recursive(
    st.tuples(TAGS, VALUES) | st.tuples(st.just("tensor"), st.integers(-1, 3), st.booleans()),
    lambda inner: (
        st.tuples(st.sampled_from(["list", "tuple"]), st.lists(inner, max_size=4))
        | st.tuples(st.just("dict"), st.lists(st.tuples(inner, inner), max_size=3))
    ),
    max_leaves=12,
)


@STEADY
@given(st.sampled_from(sorted(GENUINE)), NODES, NODES, NODES | st.none())
def test_invented_results(name, value, argument, line):
    """Catches a result of any shape that the judge cannot take: 500 of them in a genuine frame."""
    tree = parts_of(GENUINE[name][-1])[2]
    value_of, failure, arguments, _ = tree[1][0][1][0][1]  # the parts of the first observation
    value_of[:], arguments[1][0] = value, argument
    if line:
        failure[:] = ["tuple", [["is", "E"], ["is", ""], line]]
    judged_or_refused(name, with_tree(GENUINE[name][-1], tree))


@pytest.mark.parametrize(
    "line", [["is", True], ["is", "3"], ["float", "nan"], ["list", []]], ids=str
)
def test_a_line_that_is_no_number(line):
    """Catches a line number that is no number, and that the learner would be shown: True."""
    tree = parts_of(GENUINE["dead_neurons"][-1])[2]
    tree[1][0][1][0][1][1][1][2] = line
    assert not judged_or_refused("dead_neurons", with_tree(GENUINE["dead_neurons"][-1], tree))


@pytest.mark.parametrize("tree", [DEEP.encode(), b'["is",' * 50_000, b"9" * 5_000, b"NaN", b"\xff"])
def test_trees_that_the_parser_cannot_take(tree):
    """Catches a RecursionError, or a number too long to be read, in the grader."""
    assert not judged_or_refused("pick_alpha", with_tree(GENUINE["pick_alpha"][-1], tree))


@pytest.mark.parametrize("block", range(2))
def test_injured_requests(block):
    """Catches another exception where the child reads what it should run: 500 requests."""
    draw = random.Random(block)
    exercise, cases, answer, _ = GENUINE["remove_neurons"]
    packed = wire.pack_request(request(exercise, answer, cases))
    for _ in range(250):
        try:
            wire._unpack(mutated(packed, draw, FRAMES))
        except wire.BadReply:
            pass


# Files that learners hand in.


ANSWERS = ("threshold_mask", "pick_alpha")


def small(notebook) -> nbformat.NotebookNode:
    """The notebook with two of its exercises: every check of ours, at a tenth of the time."""
    kept = {part for name in ANSWERS for part in (name, f"{name}-prompt", f"{name}-check")}
    notebook.cells = [cell for cell in notebook.cells if cell.id in kept]
    return notebook


SUBMITTED = json.loads(nbformat.writes(small(mixed())))
BYTES = json.dumps(SUBMITTED, ensure_ascii=False).encode()
EXPECTED = {
    cell["id"]: "".join(cell["source"]) for cell in SUBMITTED["cells"] if cell["id"] in ANSWERS
}


@pytest.fixture(autouse=True)
def silent():
    """What the libraries log quotes the input, and pytest-xdist cannot send a lone surrogate."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A small course, with a second learner whose file must never change."""
    folder = tmp_path_factory.mktemp("course")
    path = folder / "notebooks" / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(small(nbformat.read(RELEASED, as_version=4)), path)
    hand_in(folder, "other", {})
    hand_in(folder, "fuzz", {})
    return folder


@pytest.fixture(scope="module")
def restored(course):
    """Reads bytes as a submission, as autograde does: the restored answers, or None if refused."""
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.release_directory = str(course / "notebooks")
    config.JudgeCells.trust_submissions = True  # nothing is run here, on any system
    reader = SubmissionExporter(config=config)
    path = course / "grading/submitted/fuzz" / LESSON / f"{LESSON}.ipynb"
    others = [file for file in course.rglob("*") if file.is_file() and file != path]
    before = {file: hashlib.sha256(file.read_bytes()).digest() for file in others}

    def restored(data: bytes) -> dict[str, str] | None:
        path.write_bytes(data)
        started = time.process_time()
        refusal = autograde.unreadable(path)
        if refusal:
            assert refusal.startswith(f"{path.name} はノートブックとして開けません（")
            assert refusal.isprintable() and len(refusal) < 300
            answers = None
        else:
            reader._preprocessors = []  # as Autograde does
            reader.register_preprocessor(RestoreFromRelease)
            names = {"nbgrader": {"student": "fuzz", "assignment": LESSON, "notebook": LESSON}}
            text, _ = reader.from_filename(str(path), resources=names)
            notebook = nbformat.reads(text, as_version=4)
            nbformat.validate(notebook)
            assert [cell.id for cell in notebook.cells] == [
                cell["id"] for cell in SUBMITTED["cells"]
            ]
            answers = {cell.id: cell.source for cell in notebook.cells if cell.id in ANSWERS}
            assert "".join(answers.values()).encode() is not None
        assert_quick(started)
        assert path.read_bytes() == data
        return answers

    yield restored
    after = {file for file in course.rglob("*") if file.is_file() and file != path}
    assert {file: hashlib.sha256(file.read_bytes()).digest() for file in after} == before


def test_a_whole_file_keeps_its_answers(restored):
    """Shows the tests below a file that passes: refusing everything would pass them."""
    assert restored(BYTES) == EXPECTED


@pytest.mark.parametrize("block", range(8))
def test_injured_files(restored, block):
    """Catches a file that is neither read nor refused: 4,000 of them."""
    draw = random.Random(block)
    taken = 0
    for _ in range(500):
        taken += restored(mutated(BYTES, draw, [BYTES])) is not None
    assert 0 < taken < 500


@pytest.mark.parametrize("block", range(6))
def test_fields_of_other_types(restored, block):
    """Catches a field whose type is believed, anywhere in the file: 3,000 files."""
    draw = random.Random(block)
    taken = 0
    for _ in range(500):
        tree = SUBMITTED
        for _ in range(draw.randint(1, 3)):
            tree = damaged(
                tree, draw.choice(list(places(tree))), draw.choice(HOW), draw.choice(JUNK)
            )
            if not isinstance(tree, dict):
                break
        taken += restored(json.dumps(tree).encode()) is not None
    assert 0 < taken < 500


@STEADY
@given(st.sampled_from(list(places(SUBMITTED))), st.sampled_from(HOW), VALUES)
def test_fields_with_invented_values(restored, path, how, value):
    """Catches a value that nobody thought of, and an answer lost by damage elsewhere: 500 files."""
    answers = restored(json.dumps(damaged(SUBMITTED, path, how, value)).encode())
    beside = (
        len(path) > 2 and path[0] == "cells" and SUBMITTED["cells"][path[1]]["id"] not in ANSWERS
    )
    if answers is not None and beside:
        assert answers == EXPECTED


VERSIONS = [3, 4, 5, 1, 0, -1, 4.5, "x", "4", None, [], {}, True, 2**70, float("nan")]


@pytest.mark.parametrize("major", VERSIONS, ids=str)
@pytest.mark.parametrize("minor", VERSIONS, ids=str)
def test_versions(restored, major, minor):
    """Catches a version that sends the file down a way of its own: 225 pairs."""
    restored(json.dumps(SUBMITTED | {"nbformat": major, "nbformat_minor": minor}).encode())


OLD = json.loads(nbformat.writes(nbformat.from_dict(SUBMITTED), version=3))


@STEADY
@given(st.sampled_from(list(places(OLD))), st.sampled_from(HOW), VALUES)
def test_files_of_an_old_format(restored, path, how, value):
    """Catches a conversion from format 3 that dies of a strange field: 500 files."""
    restored(json.dumps(damaged(OLD, path, how, value)).encode())


@pytest.mark.parametrize(
    "place", [(), ("metadata",), ("cells", 0, "metadata"), ("cells", 2)], ids=str
)
def test_every_depth(restored, place):
    """Catches a depth that the reader takes and a later step does not: 100 files."""
    for depth in range(20, 1_020, 40):
        tree = copy.deepcopy(SUBMITTED)
        at_path(tree, place)["deep"] = "DEEP"
        text = json.dumps(tree).replace('"DEEP"', "[" * depth + "]" * depth)
        restored(text.encode())


ENCODED = BYTES.decode()
STRANGE_FILES = {
    "nothing": b"",
    "a byte order mark alone": b"\xef\xbb\xbf",
    "two byte order marks": b"\xef\xbb\xbf" * 2 + BYTES,
    "UTF-16": ENCODED.encode("utf-16"),
    "Shift JIS": ENCODED.encode("shift_jis", "replace"),
    "invalid UTF-8": BYTES.replace("残す".encode(), b"\xe6\xae"),
    "a page of HTML": b"<!doctype html><html>404</html>",
    "a zip archive": b"PK\x03\x04" + bytes(100),
    "NUL bytes": bytes(5_000),
    "a notebook in a list": b"[" + BYTES + b"]",
    "two notebooks": BYTES + BYTES,
    "too deep": BYTES[:-1] + b', "x": ' + DEEP.encode(),
    "deep": BYTES[:-1] + b', "x": ' + b"[" * 900 + b"]" * 900 + b"}",
    "a number of a million digits": BYTES[:-1] + b', "x": ' + b"9" * 1_000_000 + b"}",
    "a key twice": BYTES[:-1] + b', "cells": 3}',
    "a text of five million characters": BYTES.replace(b"check(", b"#" * 5_000_000 + b"\\ncheck("),
    "lone surrogates": BYTES.replace(b"check(", b"\\ud800 check("),
    "a surrogate as a key": BYTES[:-1] + b', "\\udfff": 1}',
    "a cell that is null": BYTES.replace(b'"cells": [', b'"cells": [null, '),
    "five thousand cells": BYTES.replace(
        b'"cells": [',
        b'"cells": [' + b'{"cell_type": "raw", "metadata": {}, "source": ""},' * 5_000,
    ),
}


@pytest.mark.parametrize("kind", STRANGE_FILES)
def test_strange_files(restored, kind):
    """Catches what chance does not find: other encodings, depths, sizes and doubled keys."""
    restored(STRANGE_FILES[kind])


# Texts of answers, which the grader parses itself to tell a stub from an answer.


@pytest.mark.parametrize("block", range(2))
def test_injured_texts(block):
    """Catches a text that raises in the grader, or loses a line on its way: 1,000 texts."""
    draw = random.Random(block)
    texts = [
        *EXPECTED.values(),
        "%%time\nfor i in a:\n    !ls \\\n  -l\nx = %timeit\nf?\n",
        "\n\n>>> a = !ls \\\n... /f 1\n,f a\n;f a\n??f\n",
        "In [1]: await f\n   ...: %%bash\n",
        "    x = '''\n",
    ]
    for _ in range(500):
        text = "".join(draw.choices(texts, k=2)).encode()
        text = mutated(text, draw, [each.encode() for each in texts]).decode("utf-8", "replace")
        started = time.process_time()
        assert Answer(text, "pick_alpha").unanswered in (True, False)
        assert len(f"{read_cell(text)[0]}.".splitlines()) == len(f"{text}.".splitlines())
        assert_quick(started)


LONG = {
    "magics": "%time\n" * 16_000,
    "unclosed magics": "!echo (\n" * 12_000,
    "a line of blanks": " " * 90_000 + "$",
    "a word with a question": "a" * 99_000 + " b ?",
    "words with a question": "(" + ("a" * 298 + "\n") * 330 + ") ?",
    "attributes with a question": "(" + ("a." * 149 + "\n") * 330 + ") ?",
    "quotes": ('"""' * 99 + "\n") * 330,
    "magics that grow": "%x\n" * 250,
    "timed again and again": "%%time\n" * 14_000,
    "questions": "a?\n" * 33_000,
    "empty lines": "\n" * 99_999 + "1",
    "parentheses": "(" * 90_000,
    "signs": "-" * 90_000 + "1",
    "attributes": "x" + ".a" * 45_000,
    "nested calls": "f(a=" * 95 + "1 2" + ")" * 95,
    "comments": "# x\n" * 1_000_000,
}


@pytest.mark.parametrize("kind", LONG)
def test_long_texts(kind):
    """Catches a text whose parsing crashes the grader, or takes it minutes and gigabytes."""
    started = time.process_time()
    assert not Answer(LONG[kind], "pick_alpha").unanswered
    assert_quick(started)


def test_a_message_about_a_text_without_measure():
    """Catches a parse, for the number of a line, of what was too long to be parsed before."""
    exercise, cases, *_ = GENUINE["pick_alpha"]
    run = Run(failure=Failure("SyntaxError"))
    texts = ("x y", "x y" + "#" * TEXT_LIMIT)
    answers = [Answer(text, "pick_alpha") for text in texts]
    short, long = (judge(exercise, cases, answer, run, reveal=False) for answer in answers)
    assert (short.line, long.line) == (1, None)
