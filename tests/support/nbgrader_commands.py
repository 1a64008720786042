"""nbgrader's own commands, one after the other, each in a process of its own.

The processes are forks of one that has imported everything: alone, each would import for seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from places import ROOT


class Said(NamedTuple):
    returncode: int
    stdout: str


def nbgrader(folder: Path, *commands: list[str], before: tuple[str, ...] = ()) -> list[Said]:
    """Run commands in the folder of a course; what each said, errors included."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    with tempfile.TemporaryDirectory(prefix="nbgrader-said-") as place:
        subprocess.run(
            [*before, sys.executable, __file__, place, json.dumps(commands)],
            cwd=folder, env=environment, check=True,
        )  # fmt: skip
        return [
            Said(int(Path(place, f"{i}.status").read_text()), Path(place, f"{i}.log").read_text())
            for i in range(len(commands))
        ]


def run(place: str, commands: list[list[str]]) -> None:
    import checker.grading.nbgrader_steps  # noqa: F401, I001  first: it makes the next one quick
    from nbgrader.apps.nbgraderapp import main

    for i, command in enumerate(commands):
        if os.fork() == 0:
            log = os.open(f"{place}/{i}.log", os.O_WRONLY | os.O_CREAT)
            os.dup2(log, 1), os.dup2(log, 2)
            sys.argv = ["nbgrader", *command]
            main()
            sys.exit()
        status = os.waitstatus_to_exitcode(os.wait()[1])
        Path(place, f"{i}.status").write_text(str(status))


if __name__ == "__main__":
    run(sys.argv[1], json.loads(sys.argv[2]))
