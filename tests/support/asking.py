"""Asks a runner about a text: the sandbox's or this process's."""

from checker.running.inside.cell_text import Answer
from checker.running.inside.messages import Request, Run


def ask(runner, source: str, name: str, calls, given: str = "", observer: str = "", **limits) -> Run:
    """Run `source` and call its function `name` once for each tuple of arguments."""
    return runner(Request(Answer(source, name), tuple(calls), given, observer), **limits)
