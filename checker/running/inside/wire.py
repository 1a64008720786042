"""What the grader and its child say to each other: plain values as bytes, and back.

Tensors travel as safetensors entries, the containers and scalars around them as a JSON tree in one
more entry. The child runs a learner's code, so its bytes are not believed: nothing is unpickled or
evaluated, sizes are checked before anything is parsed, and every malformed byte string ends in
`BadReply`.
"""

from __future__ import annotations

import json
import re
from typing import BinaryIO

import safetensors.torch
import torch

from checker.running.inside.cell_text import Answer, writable
from checker.running.inside.messages import PRINTED_LIMIT, Failure, Observation, Request, Run
from checker.running.inside.plain import MAX_DEPTH, Strange

DTYPES = (
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.bool,
    torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8,
)  # fmt: skip
FRAME_CAP = 64 << 20
HEADER_CAP = 256 << 10  # safetensors parses a header of 100,000 entries for seconds
TREE_CAP = 8 << 20
NODES_CAP = 200_000
KEYS_CAP = 2_000  # of all dicts together: keys with one hash cost the square of their number
DEPTH_CAP = MAX_DEPTH + 4  # a value lies four levels deep in a reply
DIGITS_CAP = 1_300
TREE = "tree"


class BadReply(Exception):
    """These bytes are no message of ours."""


class CannotPack(Exception):
    """This value cannot travel."""


def pack_request(request: Request) -> bytes:
    """Raises `CannotPack` where an argument would arrive as something else."""
    for arguments in request.calls:
        _refuse_uncarried(arguments)
    answer = request.answer
    return _pack((answer.source, answer.name, request.calls, request.given, request.observer))


def unpack_request(data: bytes) -> Request:
    """What `pack_request` packed."""
    source, name, calls, given, observer = _unpack(data)
    return Request(Answer(source, name), calls, given, observer)


def pack_run(run: Run) -> bytes:
    """What an answer did."""
    observations = tuple(
        (o.value, _pack_failure(o.failure), o.arguments, o.aliased) for o in run.observations
    )
    return _pack((observations, _pack_failure(run.failure), run.printed))


def unpack_run(data: bytes) -> Run:
    """What `pack_run` packed. Raises `BadReply`, and nothing else, for any other bytes."""
    match _unpack(data):
        case (tuple() as observations, failure, str() as printed):
            return Run(
                tuple(map(_observation, observations)),
                _unpack_failure(failure),
                writable(printed)[:PRINTED_LIMIT],
            )
    raise BadReply("not a run")


def write_frame(stream: BinaryIO, data: bytes) -> None:
    """Write one message with its length before it."""
    stream.write(len(data).to_bytes(8, "little") + data)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes:
    """Read one message. Raises `EOFError` at the end and `BadReply` where it is too long."""
    length = int.from_bytes(_read_exactly(stream, 8), "little")
    if length > FRAME_CAP:
        raise BadReply(f"a message of {length} bytes")
    return _read_exactly(stream, length)


def _read_exactly(stream: BinaryIO, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:  # an unbuffered stream gives what there is
        piece = stream.read(length - len(data))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _observation(parts: object) -> Observation:
    match parts:
        case (value, failure, tuple() as arguments, bool() as aliased):
            return Observation(value, _unpack_failure(failure), arguments, aliased)
    raise BadReply("not an observation")


def _pack_failure(failure: Failure | None) -> tuple | None:
    return failure and (failure.kind, failure.message, failure.line)


def _unpack_failure(parts: object) -> Failure | None:
    match parts:
        case None:
            return None
        case (str() as kind, str() as message, line) if line is None or type(line) is int:
            return Failure(writable(kind)[:80], writable(message)[:500], line)
    raise BadReply("not a failure")


def _refuse_uncarried(value: object) -> None:
    """Raise `CannotPack` for an argument that would arrive in the child as something else."""
    kind = type(value)
    if kind is torch.Tensor:
        if value.dtype not in DTYPES or not value.is_contiguous():
            raise CannotPack(f"an argument is {value.dtype}, or not contiguous: change the case")
    elif kind in (list, tuple):
        for part in value:
            _refuse_uncarried(part)
    elif kind is dict:
        _refuse_uncarried(list(value.values()))
    elif kind is torch.dtype and value in DTYPES:
        pass
    elif value is not None and kind not in (bool, int, float, str):
        raise CannotPack(f"an argument is a {kind.__name__}: cases must hold plain values")


def _pack(value: object) -> bytes:
    tensors: dict[str, torch.Tensor] = {}
    nodes, keys, room = 0, 0, FRAME_CAP

    def encode(v: object, depth: int) -> list:
        nonlocal nodes, keys, room
        nodes += 1
        keys += len(v) if type(v) is dict else 0
        if keys > KEYS_CAP or nodes > NODES_CAP or depth > DEPTH_CAP:
            raise CannotPack("too many parts, or too deep")
        kind = type(v)
        if v is None or kind in (bool, str):
            return ["is", v]
        if kind is int and abs(v) < 10**DIGITS_CAP:
            return ["int", str(v)]
        if kind is float:
            return ["float", v.hex()]
        if kind is torch.dtype and v in DTYPES:
            return ["dtype", DTYPES.index(v)]
        if kind in (list, tuple):
            return [kind.__name__, [encode(x, depth + 1) for x in v]]
        if kind is dict:
            pairs = [[encode(k, depth + 1), encode(x, depth + 1)] for k, x in v.items()]
            return ["dict", pairs]
        if kind is torch.Tensor and v.dtype in DTYPES:
            room -= v.nbytes
            if room < 0:
                raise CannotPack("too large")
            plain = v.detach().resolve_conj().resolve_neg().contiguous().clone()
            tensors[str(len(tensors))] = plain
            return ["tensor", len(tensors) - 1, v.requires_grad]
        if kind is Strange:
            return ["strange", v.type_name, v.text]
        return ["strange", kind.__name__, str(v.dtype) if kind is torch.Tensor else "…"]

    tree = json.dumps(encode(value, 0)).encode()
    if len(tree) > TREE_CAP:
        raise CannotPack("too much text")
    tensors[TREE] = torch.frombuffer(bytearray(tree), dtype=torch.uint8)
    data = safetensors.torch.save(tensors)
    if len(data) > FRAME_CAP or _header_length(data) > HEADER_CAP:
        raise CannotPack("too large")
    return data


def _unpack(data: bytes) -> object:
    nodes = keys = 0

    def decode(node: object, depth: int) -> object:
        nonlocal nodes, keys
        nodes += 1
        if nodes > NODES_CAP or depth > DEPTH_CAP:
            raise BadReply("too many parts, or too deep")
        match node:
            case ["is", None | bool() | str() as v]:
                return v
            case ["int", str() as digits] if re.fullmatch(rf"-?[0-9]{{1,{DIGITS_CAP}}}", digits):
                return int(digits)
            case ["float", str() as digits] if len(digits) < 40:
                return float.fromhex(digits)
            case ["dtype", int() as index] if 0 <= index < len(DTYPES):
                return DTYPES[index]
            case ["list", list() as parts]:
                return [decode(part, depth + 1) for part in parts]
            case ["tuple", list() as parts]:
                return tuple(decode(part, depth + 1) for part in parts)
            case ["dict", list() as pairs]:
                keys += len(pairs)
                if keys > KEYS_CAP:
                    raise BadReply("too many keys")
                return {key(k, depth): decode(v, depth + 1) for k, v in pairs}
            case ["tensor", int() as index, bool() as requires_grad]:
                # Each is named once: a short tree could hold one large tensor a thousand times.
                return tensor(tensors.pop(str(index))).requires_grad_(requires_grad)
            case ["strange", str() as type_name, str() as text]:
                return Strange(writable(type_name)[:80], writable(text)[:200])
        raise BadReply("unknown part")

    def key(node: object, depth: int) -> object:
        found = decode(node, depth + 1)
        # A tensor as a key would make the comparison of two dicts raise.
        if found is not None and type(found) not in (bool, int, float, str):
            raise BadReply("a key that is no scalar")
        return found

    def tensor(found: torch.Tensor) -> torch.Tensor:
        if found.dtype not in DTYPES:
            raise BadReply("unknown dtype")
        # safetensors takes any byte for a bool; torch computes nonsense with one that is not 0 or 1.
        if found.dtype is torch.bool and (found.view(torch.uint8) > 1).any():
            raise BadReply("a bool that is neither 0 nor 1")
        return found

    try:
        if len(data) > FRAME_CAP or _header_length(data) > HEADER_CAP:
            raise BadReply("too large")
        tensors = safetensors.torch.load(data)
        tree = bytes(tensors.pop(TREE).numpy())
        if len(tree) > TREE_CAP:
            raise BadReply("too much text")
        return decode(json.loads(tree), 0)
    except BadReply:
        raise
    except Exception as error:  # whatever a parser says about hostile bytes
        raise BadReply(f"{type(error).__name__}: {error}"[:200]) from error


def _header_length(data: bytes) -> int:
    return int.from_bytes(data[:8], "little")
