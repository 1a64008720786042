"""Writes the skeleton of a new exercise file: python -m checker new NAME."""

from __future__ import annotations

import importlib
from pathlib import Path

from checker.catalogue import FOLDER
from checker.refusal import Refusal
from lessons import SECTIONS

TEMPLATE = '''\
"""{name}: say in one English line what the learner writes."""

from checker.exercise import Exercise
from lessons.{section} import {name}

exercise = Exercise(
    {name},
    title="",
    statement="",
    difficulty=1,
    minutes=8,
    points=2,
    hints=(),
)


@exercise.example
def example() -> str:
    return ""


@exercise.cases
def cases(rng):
    yield "基本", ()


@exercise.wrong("")
def names_the_misconception({parameters}):
    ...


@exercise.right
def loop({parameters}):
    ...
'''


class CannotWrite(Refusal):
    """The skeleton cannot be written; the message names the remedy."""


def write(name: str) -> Path:
    """Write checker/exercises/<section>/<name>.py for a function of `lessons`."""
    section, function = _find(name)
    path = FOLDER / section / f"{name}.py"
    if path.exists():
        raise CannotWrite(f"{path} is there already; edit it, or delete it first")
    path.parent.mkdir(parents=True, exist_ok=True)
    code = function.__code__
    parameters = ", ".join(code.co_varnames[: code.co_argcount])
    text = TEMPLATE.format(name=name, section=section, parameters=parameters)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _find(name: str):
    for section in SECTIONS:
        try:
            module = importlib.import_module(f"lessons.{section}")
        except ModuleNotFoundError:
            continue
        function = getattr(module, name, None)
        if callable(function) and function.__module__.startswith("lessons."):
            return section, function
    raise CannotWrite(
        f"no face lessons/<section>/__init__.py has {name}: write the real implementation first"
    )
