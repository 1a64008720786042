"""Three-way merge of syntax trees: two changed versions of one text, put together."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from difflib import SequenceMatcher


class Conflict(Exception):
    """Both versions change the same place."""


def merged(base: object, one: object, other: object) -> object:
    """`base` with the changes of both versions; nodes, lists of nodes or plain values.

    Raises `Conflict` where both change the same place differently.
    """
    if _same(one, base):
        return other
    if _same(other, base) or _same(one, other):
        return one
    if isinstance(base, list) and isinstance(one, list) and isinstance(other, list):
        return _merged_lists(base, one, other)
    if isinstance(base, ast.AST) and type(base) is type(one) is type(other):
        if isinstance(base, ast.Compare) and not len(base.ops) == len(one.ops) == len(other.ops):
            raise Conflict  # signs and operands are two lists that belong together
        fields = {
            name: merged(value, getattr(one, name), getattr(other, name))
            for name, value in ast.iter_fields(base)
        }
        return ast.copy_location(type(base)(**fields), base)
    raise Conflict


def _merged_lists(base: list, one: list, other: list) -> list:
    if len(base) == len(one) == len(other):
        return [merged(*parts) for parts in zip(base, one, other, strict=True)]
    mine, yours = dict(_edits(base, one)), dict(_edits(base, other))
    for span in mine:
        for span_of_other in yours:
            if _touch(span, span_of_other) and mine[span] != yours[span_of_other]:
                raise Conflict
    whole = list(base)
    for (start, end), new in sorted((mine | yours).items(), key=lambda edit: edit[0], reverse=True):
        whole[start:end] = new
    return whole


def _edits(base: list, version: list) -> Iterator[tuple[tuple[int, int], list]]:
    """What a version replaces: (from, to) in `base` → the new elements."""
    texts = [[_text(element) for element in elements] for elements in (base, version)]
    for kind, start, end, first, last in SequenceMatcher(
        None, *texts, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            yield (start, end), version[first:last]


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1] or one[0] == other[0]


def _same(one: object, other: object) -> bool:
    return one is other or _text(one) == _text(other)


def _text(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    if not isinstance(value, ast.AST):
        return repr(value)
    if not hasattr(value, "dumped"):  # a tree is merged with many others
        value.dumped = ast.dump(value)
    return value.dumped
