"""A learner's folder, as start.py lays it."""

import pytest


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A learner's folder, with the kernel's folder inside it."""
    (tmp_path / "course.ipynb").write_text("{}", encoding="utf-8")
    (tmp_path / "06_pruning").mkdir()
    monkeypatch.chdir(tmp_path / "06_pruning")
    return tmp_path
