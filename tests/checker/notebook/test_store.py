"""What is remembered of a learner, and what it survives."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from places import ROOT

from checker.hand_in import RECORD
from checker.notebook import database, store
from checker.notebook.database import FILE


@pytest.fixture(autouse=True)
def nothing_waits():
    """No test inherits what another one could not write, or its open file."""
    yield
    database.close()
    store._waiting.clear()
    store._told.clear()


@pytest.fixture
def said(monkeypatch):
    """The lines that a learner is told."""
    lines = []
    monkeypatch.setattr(store, "_note", lines.append)
    return lines


def known(*which):
    return [(e.kind, e.name, e.outcome, e.detail) for e in store.events(*which)]


def record(folder: Path) -> dict:
    return json.loads((folder / RECORD).read_text(encoding="utf-8"))


def hidden(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name.startswith(".")}


# ---- what is remembered ----------------------------------------------------------------------


def test_events_come_back_in_their_order_with_their_time(learner):
    """Catches an event that is lost, changed, overwritten by the next or filed under another name."""
    store.remember("check", "f", "wrong", {"sentence": "逆です。", "label": "基本"})
    store.remember("quiz", "f", "right")
    store.remember("check", "g", "error")
    store.remember("check", "f", "right", {"broken \ud800": [1.5, None, {"a": "б"}]})
    everything = known()
    assert everything == [
        ("check", "f", "wrong", {"sentence": "逆です。", "label": "基本"}),
        ("quiz", "f", "right", {}),
        ("check", "g", "error", {}),
        ("check", "f", "right", {"broken \ud800": [1.5, None, {"a": "б"}]}),
    ]
    assert known("check") == [e for e in everything if e[0] == "check"]
    assert known("check", "f") == [everything[0], everything[3]]
    assert known(None, "f") == [e for e in everything if e[1] == "f"]
    assert known("exam") == []
    times = [event.at for event in store.events()]
    assert times == sorted(times)
    assert abs(times[-1].timestamp() - time.time()) < 60


def test_after_the_kernels_end_there_is_one_file(learner):
    """Catches a log that a copy of one file leaves out, and a file without a log."""
    store.remember("check", "f", "right")
    assert hidden(learner) == {FILE, f"{FILE}-wal", f"{FILE}-shm", RECORD}
    database.close()
    assert hidden(learner) == {FILE, RECORD}


def test_looking_leaves_no_file(learner):
    """Catches a map, or a notebook that nbval runs, that lays files into a clean folder."""
    assert store.events() == []
    assert hidden(learner) == set()


def test_without_a_course_map_nothing_is_written(tmp_path, monkeypatch):
    """Catches a test, a build or a grader that leaves files behind."""
    monkeypatch.chdir(tmp_path)
    store.remember("check", "f", "right")
    assert list(tmp_path.iterdir()) == []
    assert store.events() == []


def test_a_detail_that_is_no_json_is_refused_at_once(learner):
    """Catches an event that waits for ever because it can never be written, and all after it."""
    with pytest.raises(TypeError):
        store.remember("quiz", "f", "wrong", {"value": object()})
    store.remember("quiz", "g", "right")
    assert known() == [("quiz", "g", "right", {})]


# ---- the record beside it --------------------------------------------------------------------


def test_right_stays_right_in_the_record(learner):
    """Catches a learner who tries another way and loses what was reached."""
    for outcome, kept in (
        ("wrong", "wrong"), ("error", "error"), ("right", "right"), ("wrong", "right"),
        ("error", "right"),
    ):  # fmt: skip
        store.remember("check", "f", outcome)
        assert record(learner)["outcomes"] == {"f": kept}


def test_the_record_counts_tries_until_right_and_keeps_predictions(learner):
    """Catches a count that grows when a learner goes on to play, and a quiz taken for a check."""
    for outcome in ("wrong", "error", "wrong", "right", "wrong", "right"):
        store.remember("check", "f", outcome)
        store.remember("quiz", "f", "wrong")
    store.remember("predict", "share", "guessed", {"value": 38.0})
    store.remember("predict", "share", "guessed", {"value": 40.5})
    store.remember("check", "g", "wrong")
    assert record(learner) == {
        "outcomes": {"f": "right", "g": "wrong"},
        "tries": {"f": 4, "g": 1},
        "predictions": {"share": 40.5},
    }


def test_the_record_of_an_older_version_is_carried_over_once(learner):
    """Catches a learner whose progress is gone after an update, or comes back twice."""
    old = {"outcomes": {"f": "right", "g": "error"}, "tries": {"f": 3}, "predictions": {"p": 1.5}}
    (learner / RECORD).write_text(json.dumps(old), encoding="utf-8")
    carried = [
        ("check", "f", "right", {"tries": 3}),
        ("check", "g", "error", {"tries": 1}),
        ("predict", "p", "guessed", {"value": 1.5}),
    ]
    assert known() == carried
    store.remember("check", "g", "right")
    assert known() == [*carried, ("check", "g", "right", {})]
    assert record(learner) == {
        "outcomes": {"f": "right", "g": "right"},
        "tries": {"f": 3, "g": 2},
        "predictions": {"p": 1.5},
    }


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"null", b"[]", b"3", b'"outcomes"', b"{}", b'{"outcomes": 5, "predictions": {}}',
        b'{"outcomes": [], "predictions": []}', b'{"outcomes": {"f": []}, "predictions": {}}',
        b'{"outcomes": {"f": "splendid"}, "predictions": {}}',
        b'{"outcomes": {}, "predictions": {"share": "viel"}}',
        b'{"outcomes": {}, "predictions": {"share": [1]}}',
        b'{"outcomes": {"f": "right"}, "tries": {"f": "x"}, "predictions": {}}', b"\xff\xfe\x00",
    ],
)  # fmt: skip
def test_a_broken_record_does_no_harm(learner, text):
    """Catches a check, a prediction or a course map that dies on a file somebody edited or cut."""
    (learner / RECORD).write_bytes(text)
    assert known() == []
    store.remember("check", "f", "right")
    assert record(learner)["outcomes"] == {"f": "right"}


def test_a_record_that_cannot_be_written_costs_no_event(learner, said):
    """Catches an event that is lost because a virus scanner holds the file beside it."""
    (learner / RECORD).mkdir()
    store.remember("check", "f", "right")
    assert known() == [("check", "f", "right", {})]
    assert said == []


# ---- what it survives ------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["garbage", "half", "another table", "page", "empty"])
def test_a_broken_file_is_set_aside_with_a_line(learner, said, damage):
    """Catches progress that dies with its file, a file that is deleted, and one that is not told."""
    store.remember("check", "f", "right")
    for number in range(99):
        store.remember("quiz", f"q{number}", "wrong", {"sentence": "長い文" * 20})
    database.close()
    path = learner / FILE
    data = path.read_bytes()
    if damage == "another table":
        path.unlink()
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE events (something)")
        connection.close()
    else:
        path.write_bytes({
            "garbage": b"no database " * 99, "half": data[: len(data) // 2], "empty": b"",
            "page": data[:8192] + b"\xaa" * 4096 + data[12288:],
        }[damage])  # fmt: skip
    broken = path.read_bytes()
    store.events()
    store.remember("check", "g", "wrong")
    after = known()
    assert ("check", "f", "right", {"tries": 1}) in after  # from the record
    assert after[-1] == ("check", "g", "wrong", {})
    aside = learner / ".progress.broken.sqlite"
    if damage != "empty":  # an empty file is a new database to SQLite, and nothing is lost in it
        same = aside.read_bytes() == broken
        assert same or damage == "another table" and b"something" in aside.read_bytes()
        assert len(said) == 1 and aside.name in said[0] and "壊れていた" in said[0]
    database.close()
    path.write_bytes(b"again no database")
    store.remember("check", "h", "right")
    assert len([name for name in hidden(learner) if "broken" in name]) == 1 + (damage != "empty")


def test_a_file_that_is_replaced_or_moved_is_noticed(learner, said, tmp_path_factory, monkeypatch):
    """Catches events that go to a file which is no longer there: a learner has copied the folder of
    an older course over this one, or moved it, while a kernel ran."""
    store.remember("check", "f", "right")
    database.close()
    other = Path(shutil.copy(learner / FILE, tmp_path_factory.mktemp("other")))
    store.remember("check", "g", "right")
    other.replace(learner / FILE)
    store.remember("check", "h", "right")
    database.close()
    assert {"f", "h"} <= {name for _, name, _, _ in known()}
    moved = learner.rename(learner.with_name("moved"))
    monkeypatch.chdir(moved)
    store.remember("check", "i", "right")
    assert {"f", "h", "i"} <= {name for _, name, _, _ in known()}
    assert said == [] and not store._waiting


def test_a_damaged_row_costs_only_itself(learner):
    """Catches a map that dies on one bad byte."""
    for name in ("f", "g", "h"):
        store.remember("check", name, "right")
    with sqlite3.connect(learner / FILE) as connection:
        connection.execute("UPDATE events SET detail = '{' WHERE name = 'f'")
        connection.execute("UPDATE events SET name = CAST(x'ff' AS TEXT) WHERE name = 'g'")
    connection.close()
    assert [event.name for event in store.events()] == ["\ufffd", "h"]


def test_a_full_database_is_told_once_and_loses_nothing(learner, said, monkeypatch):
    """Catches a verdict spoilt by a full disk, a line at every check, and events that are gone."""
    store.remember("check", "f", "right")
    database.close()
    connect, full = sqlite3.connect, True

    def limited(*arguments, **options):
        connection = connect(*arguments, **options)
        if full:
            connection.execute("PRAGMA max_page_count = 1")  # SQLite sets it to the pages in use
        return connection

    monkeypatch.setattr(database.sqlite3, "connect", limited)
    for number in range(3):
        store.remember("quiz", f"q{number}", "wrong", {"sentence": "x" * 5000})
    assert len(said) == 1 and "ディスクがいっぱいです" in said[0]
    assert store.unsaved() == said[0]
    assert [name for _, name, _, _ in known()] == ["f", "q0", "q1", "q2"]
    full = False
    database.close()
    store.remember("check", "g", "right")
    assert store.unsaved() == ""
    store._waiting.clear()
    assert [name for _, name, _, _ in known()] == ["f", "q0", "q1", "q2", "g"]


def test_another_program_that_holds_the_file_is_told(learner, said, monkeypatch):
    """Catches a check that hangs, or fails, while a backup or a stopped kernel holds the file."""
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    store.remember("check", "f", "right")
    database.close()  # a connection keeps the patience that it was opened with
    other = sqlite3.connect(learner / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.remember("check", "g", "right")
    assert len(said) == 1 and "ほかのプログラムが" in said[0]
    assert [name for _, name, _, _ in known()] == ["f", "g"]
    other.close()
    store.remember("check", "h", "right")
    assert [name for _, name, _, _ in known()] == ["f", "g", "h"]


@pytest.mark.skipif(sys.platform != "linux", reason="SQLite's unix-dotfile knows no shared memory")
def test_without_shared_memory_an_older_journal_serves(learner, said, monkeypatch):
    """Catches a network drive, where SQLite cannot have the log, and a folder moved to one."""
    store.remember("check", "f", "right")  # the file has a log now
    database.close()
    connect = sqlite3.connect
    monkeypatch.setattr(
        database.sqlite3, "connect",
        lambda path, **options: connect(f"file:{path}?vfs=unix-dotfile", uri=True, **options),
    )  # fmt: skip
    store.remember("check", "g", "right")
    assert [name for _, name, _, _ in known()] == ["f", "g"]
    (learner / FILE).rename(learner / "elsewhere")
    (learner / RECORD).unlink()
    store.remember("check", "h", "right")  # a new file, with no log from the beginning
    assert [name for _, name, _, _ in known()] == ["h"]
    assert said == []


WRITER = """
import os, sys, time
from checker.notebook import store
os.chdir(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    store.remember("check", f"{sys.argv[2]}{number}", "wrong")
    print(number, flush=True)
    time.sleep(0.003)  # no learner writes without a pause, and SQLite promises no turns
assert not store.unsaved(), store.unsaved()
assert "torch" not in sys.modules
"""


def writer(folder: Path, name: str, count: int, *before: str) -> subprocess.Popen:
    """A process that remembers `count` checks, and says each when it is written."""
    return subprocess.Popen(
        [*before, sys.executable, "-c", WRITER, str(folder), name, str(count)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_two_kernels_write_at_once_and_one_is_killed(learner):
    """Catches events that two kernels take from each other, a lock that a killed one leaves, an
    import of torch, and a record that lacks what the other kernel wrote."""
    both = [writer(learner, name, 25) for name in ("a", "b")]
    victim = writer(learner, "c", 100_000)
    for each in (*both, victim):
        assert each.stdout.readline() == "ready\n"
    for each in (*both, victim):
        each.stdin.write("\n")
        each.stdin.flush()
    assert victim.stdout.readline() == "0\n"
    written = [each.communicate()[0].split() for each in both]
    assert [len(numbers) for numbers in written] == [25, 25]
    victim.kill()
    told = ["0", *victim.communicate()[0].split()]
    names = [event.name for event in store.events()]
    assert len(names) == len(set(names))
    assert {f"{x}{n}" for x in "ab" for n in range(25)} | {f"c{n}" for n in told} <= {*names}
    store.remember("check", "d", "right")
    more = {*record(learner)["outcomes"]} - {*names, "d"}
    assert more <= {f"c{len(told)}", f"c{len(told) + 1}"}  # killed between the record and its event
    assert {*names, "d"} <= {*record(learner)["outcomes"]}


REAL = """
import os, pathlib
from checker.notebook import store
lines = []
store._note = lines.append
work = pathlib.Path(os.environ["WORK"])
os.chdir(work / "there")
assert [e.name for e in store.events()] == ["f"]
store.remember("check", "g", "right")
assert len(lines) == 1 and "書き込めません" in lines[0], lines
assert [e.name for e in store.events()] == ["f", "g"]
store._waiting.clear(), store._told.clear(), lines.clear()

full = work / "full"
os.chdir(full)
(full / "course.ipynb").touch()
store.remember("check", "f", "right")
with open("filler", "wb", buffering=0) as filler, __import__("contextlib").suppress(OSError):
    while True:
        filler.write(b"x" * 4096)
for number in range(9):
    store.remember("quiz", f"q{number}", "wrong", {"sentence": "x" * 9999})
assert len(lines) == 1 and "ディスクがいっぱいです" in lines[0], lines
assert [e.name for e in store.events()] == ["f", *(f"q{n}" for n in range(9))]
os.unlink("filler")
store.remember("check", "g", "right")
store._waiting.clear()
assert [e.name for e in store.events()] == ["f", *(f"q{n}" for n in range(9)), "g"]
"""


@pytest.mark.box
def test_a_read_only_folder_and_a_full_disk(learner, tmp_path_factory):
    """Catches what no imitation shows: a mount that refuses to write, and one that has no room."""
    store.remember("check", "f", "right")
    database.close()
    work = tmp_path_factory.mktemp("work")
    (work / "there").mkdir()
    (work / "full").mkdir()
    done = subprocess.run(
        ["bwrap", "--dev-bind", "/", "/", "--ro-bind", learner, work / "there",
         "--size", str(1 << 20), "--tmpfs", work / "full", sys.executable, "-c", REAL],
        env={**os.environ, "PYTHONPATH": str(ROOT), "WORK": str(work)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
