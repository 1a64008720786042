"""The Dockerfile of the course: parsed here, built where Docker runs."""

import json
import re
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

import lessons

ROOT = Path(lessons.__file__).parents[1]
KNOWN = {"FROM", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "CMD"}


def instructions(text: str) -> list[tuple[str, str]]:
    """(instruction, arguments) in their order: comments dropped, continued lines joined."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [tuple(line.split(" ", 1)) for line in joined.splitlines()]


def faults(text: str) -> list[str]:
    """What a linter would say."""
    steps = instructions(text)
    found = [f"unknown: {name}" for name, _ in steps if name not in KNOWN]
    if steps[0][0] != "FROM" or not re.fullmatch(r"\S+:(?!latest)\S+", steps[0][1]):
        found.append("starts from no fixed image")
    for name, arguments in steps:
        sources = [part for part in arguments.split()[:-1] if not part.startswith("--")]
        if name == "COPY":
            found += [f"copies what is not there: {s}" for s in sources if not (ROOT / s).exists()]
        if name == "RUN" and "pip install" in arguments and "--no-cache-dir" not in arguments:
            found.append("keeps pip's cache")
    last = dict(steps)
    try:
        started = json.loads(last.get("CMD", ""))
    except ValueError:
        started = None
    if not (isinstance(started, list) and all(isinstance(word, str) for word in started)):
        found.append("CMD is no list of words")
    if last.get("USER", "root") == "root":
        found.append("runs as root")
    return found


TEXT = (ROOT / "lessons/gpu/Dockerfile").read_text("utf-8")


def test_the_dockerfile_is_sound():
    """Catches a file that was renamed, an instruction that is misspelt, an image that floats, and a
    Python that the course does not run on."""
    assert faults(TEXT) == []
    version = re.match(r"FROM python:(\d+\.\d+)-slim", TEXT[TEXT.index("FROM"):])[1]
    wanted = re.search(r'requires-python = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"))[1]
    assert SpecifierSet(wanted).contains(f"{version}.0")


@pytest.mark.parametrize("old, new", [
    ("python:3.12-slim", "python"), ("3.12-slim", "latest"), ("COPY lessons", "COPY lesson"),
    ("USER learner", "USER root"), ("RUN pip", "RUNS pip"), ('["jupyter"', "['jupyter'"),
    ("--no-cache-dir ", "")])
def test_a_fault_is_found(old, new):
    """Catches a check that passes whatever the file says."""
    assert old in TEXT and len(faults(TEXT.replace(old, new))) >= 1
