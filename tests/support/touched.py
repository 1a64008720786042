"""What a change touches: the exercises whose gates may answer otherwise than on `main`.

Their gates take many seeds in the full run, and are the only ones in the fast run.
"""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Iterable
from pathlib import Path

import grimp
from grimp.exceptions import SourceSyntaxError
from places import ROOT

from checker.catalogue import exercise_files, question_files

GATES = "checker.authoring.gates"  # what it imports judges every exercise
MANY, SOME, FEW = 200, 40, 2  # seeds: for what a change touches, elsewhere, in the fast run


@functools.cache
def touched() -> frozenset[str]:
    """The exercises that the change in this working tree touches; all where nobody can tell."""
    paths = changed(ROOT)
    return frozenset(exercise_files() if paths is None else touched_by(paths))


def changed(root: Path) -> set[str] | None:
    """The files that differ from where `main` was left, committed or not, and the new ones.

    On `main` itself: from the commit before. None without git, or without a `main`.
    """

    def git(*command: str) -> str:
        return subprocess.run(
            ["git", *command], cwd=root, capture_output=True, encoding="utf-8", check=True
        ).stdout.strip()

    try:
        mains = git("for-each-ref", "--format=%(refname)", "refs/heads/main", "refs/remotes/*/main")
        base = git("merge-base", "HEAD", mains.split()[0])
        if base == git("rev-parse", "HEAD"):
            base = git("rev-parse", "--verify", "HEAD^")
        differing = git("diff", "--name-only", "--no-renames", "-z", base)
        new = git("ls-files", "--others", "--exclude-standard", "-z")
    except (OSError, IndexError, subprocess.CalledProcessError):
        return None
    return {path for path in f"{differing}\0{new}".split("\0") if path}


def touched_by(paths: Iterable[str]) -> set[str]:
    """The exercises that import one of these files, over however many others."""
    paths, files = set(paths), exercise_files()
    sections = {f"checker.exercises.{path.parent.name}" for path in files.values()}
    sections |= {f"checker.questions.{path.parent.name}" for path in question_files().values()}
    try:
        graph = grimp.build_graph("lessons", "checker", *sorted(sections), cache_dir=None)
    except SourceSyntaxError:  # the tests themselves will say where
        return set(files)
    reached = {module_of(path) for path in paths} & graph.modules
    for module in list(reached):
        reached |= graph.find_downstream_modules(module)
    if GATES in reached or "constraints.txt" in paths:
        return set(files)
    module = "checker.exercises.{0.parent.name}.{0.stem}".format
    return {name for name, path in files.items() if module(path) in reached}


def module_of(path: str) -> str:
    """The module that a file is, or that reads it: data belong to lessons.data."""
    if path.startswith("lessons/data/") and not path.endswith((".py", ".md")):
        path = "lessons/data/__init__.py"
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def seeds(name: str, fast: bool) -> int:
    """How many seeds the gates of an exercise take."""
    return FEW if fast else MANY if name in touched() else SOME


def told(fast: bool) -> str:
    """One line on whose gates run, with how many seeds."""
    names, number = sorted(touched()), FEW if fast else MANY
    if changed(ROOT) is None:
        return f"gates: {number} seeds (no git, or no main that tells what has changed)"
    if len(names) == len(exercise_files()):
        return f"gates: {number} seeds, as the change touches every exercise"
    rest = "no others" if fast else f"{SOME} for the others"
    return f"gates: {number} seeds for {', '.join(names) or 'no exercise'}, {rest}"
