"""Uploads for the tests of collecting: notebooks and archives in a few bytes, and what became."""

import json
import os
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest

from checker.grading import moments
from checker.grading.collect import collect


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """A day on which no upload of these tests lies in the future, whatever the computer's clock."""
    monkeypatch.setattr(moments, "now", lambda: datetime(2027, 1, 1, tzinfo=UTC))


def notebook(text: str = "answer", *grade_ids: str) -> bytes:
    """A notebook whose bytes say which one it is; one cell for each grade_id."""
    cells = [
        {
            "cell_type": "code", "id": "x", "source": text, "outputs": [], "execution_count": None,
            "metadata": {"nbgrader": {"grade_id": grade_id}},
        }
        for grade_id in grade_ids or ["threshold_mask"]
    ]  # fmt: skip
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole).encode()


def archive(members: dict) -> bytes:
    """A zip archive; a key is a ready ZipInfo, or a name of a member that tells no time."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, data in members.items():
            info = zipfile.ZipInfo(name) if isinstance(name, str) else name
            file.writestr(info, data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def release(course: Path, notebooks: dict[str, bytes]) -> Path:
    """A course with these released notebooks: "06_pruning/06_pruning" → its bytes."""
    for name, data in notebooks.items():
        path = course / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return course


def two_assignments(course: Path) -> Path:
    """A course that has released 06_pruning and 05_distillation."""
    return release(course, {
        "06_pruning/06_pruning": notebook("released", "threshold_mask"),
        "05_distillation/05_distillation": notebook("released", "soft_loss"),
    })  # fmt: skip


def rounds(folder: Path, course: Path):
    """A function that writes files into an empty folder of uploads and collects it."""
    numbers = count()

    def hand_in(files: dict[str, bytes], seconds: float, whole_class: bool = False) -> list:
        uploads = folder / f"uploads{next(numbers)}"
        uploads.mkdir()
        for name, data in files.items():
            path = uploads / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, (seconds, seconds))
        return collect(uploads, course, whole_class)

    return hand_in


def outcomes(lines) -> list[str]:
    return [line.outcome for line in lines]


def first_text(path: Path) -> str:
    """The text of a notebook's first cell."""
    return json.loads(path.read_bytes().decode("utf-8-sig"))["cells"][0]["source"]
