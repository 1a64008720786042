"""export_progress and delete_progress."""

import csv
import json

import pytest

from checker.hand_in import RECORD
from checker.notebook import database, own_data, store
from checker.notebook.database import FILE

SECRET = "逆です、<と書きました>"


@pytest.fixture
def said(learner, monkeypatch):
    """The lines that a learner is told."""
    lines = []
    monkeypatch.setattr(own_data, "_say", lines.append)
    yield lines
    database.close()


@pytest.fixture
def two_events(said):
    store.remember("check", "f", "wrong", {"sentence": SECRET})
    store.remember("predict", "p", "guessed", {"value": 1.5})


def test_everything_can_be_taken_along(two_events, said, learner):
    """Catches an export that leaves something out, breaks Japanese, or says nothing of its place."""
    own_data.export_progress("all.json")
    own_data.export_progress("all.csv")
    folder = learner / "06_pruning"
    known = json.loads((folder / "all.json").read_text(encoding="utf-8"))
    with (folder / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert (folder / "all.csv").read_bytes().startswith(b"\xef\xbb\xbf")  # for Excel
    assert [each["detail"] for each in known] == [{"sentence": SECRET}, {"value": 1.5}]
    assert SECRET in (folder / "all.csv").read_text(encoding="utf-8-sig")
    assert [row | {"detail": json.loads(row["detail"])} for row in table] == known
    assert [(each["kind"], each["name"], each["outcome"]) for each in known] == [
        ("check", "f", "wrong"), ("predict", "p", "guessed"),
    ]  # fmt: skip
    assert [event.at.isoformat(timespec="milliseconds") for event in store.events()] == [
        each["at"] for each in known
    ]
    assert said == [
        f"記録 2 件を {(folder / name).resolve()} に書き出しました。" for name in ("all.json", "all.csv")
    ]


def test_an_export_overwrites_nothing(two_events, said, learner):
    """Catches a learner's file that is lost, and a name that ends in a traceback."""
    mine = learner / "06_pruning" / "mine.csv"
    mine.write_text("大切", encoding="utf-8")
    for name, reason in (
        ("mine.csv", "もうあります"), ("mine.xls", ".csv か .json"), ("no/where.csv", "書き込めません"),
    ):  # fmt: skip
        own_data.export_progress(name)
        assert name in said[-1] and reason in said[-1]
    assert mine.read_text(encoding="utf-8") == "大切"
    assert [path.name for path in mine.parent.iterdir()] == ["mine.csv"]


def test_deleting_is_asked_for_and_then_complete(two_events, said, learner):
    """Catches a slip that costs everything, and words of the learner that stay on the disk."""
    (learner / ".progress.broken.sqlite").write_text(SECRET, encoding="utf-8")
    (learner / ".progress.broken.sqlite-wal").write_text(SECRET, encoding="utf-8")
    own_data.delete_progress()
    assert len(store.events()) == 2
    database.use(learner, list, lambda c: c.execute("PRAGMA secure_delete = OFF").fetchall())
    assert "2 件が消え、元には戻せません" in said[-1] and "delete_progress(confirm=True)" in said[-1]
    own_data.delete_progress(confirm=True)
    assert said[-1] == "記録 2 件を消しました。"
    assert store.events() == []
    left = [path for path in learner.iterdir() if path.name.startswith(".")]
    assert {path.name for path in left} <= {FILE, f"{FILE}-wal", f"{FILE}-shm"}
    escaped = json.dumps(SECRET)[1:-1].encode()
    assert not any(escaped in path.read_bytes() for path in left)
    store.remember("check", "g", "right")
    assert [event.name for event in store.events()] == ["g"]
    assert json.loads((learner / RECORD).read_text(encoding="utf-8"))["outcomes"] == {"g": "right"}


def test_deleting_what_is_broken_or_not_there(said, learner):
    """Catches a file that can no longer be deleted because it can no longer be read."""
    own_data.delete_progress(confirm=True)
    assert said == ["記録 0 件を消しました。"]
    (learner / FILE).write_bytes(b"no database " * 99)
    own_data.delete_progress(confirm=True)
    assert [path for path in learner.glob(".progress.broken*")] == []
    assert store.events() == []
