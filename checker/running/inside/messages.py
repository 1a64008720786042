"""What is asked of whoever runs an answer, and what comes back. No expected value among it."""

from __future__ import annotations

from dataclasses import dataclass

from checker.running.inside.cell_text import Answer

PRINTED_LIMIT = 2_000  # characters of a run's output that are kept


@dataclass(frozen=True)
class Request:
    """An answer and what to do with it.

    `calls` holds the arguments of each call; `given` is the text of earlier exercises' functions,
    which the answer may call; `observer` that of the function which calls the answer where cases
    can't hold its arguments.
    """

    answer: Answer
    calls: tuple[tuple, ...]
    given: str = ""
    observer: str = ""


@dataclass(frozen=True)
class Failure:
    """An exception of the learner's code: class name, message, line within the answer cell."""

    kind: str
    message: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Observation:
    """What one call did."""

    value: object = None
    failure: Failure | None = None
    arguments: tuple = ()  # as they are after the call
    aliased: bool = False  # the result uses an argument's memory


@dataclass(frozen=True)
class Run:
    """What a whole answer did; `failure` where the cell itself failed or the run was cut."""

    observations: tuple[Observation, ...] = ()
    failure: Failure | None = None
    printed: str = ""
