"""start.py, in a temporary copy of the repository: the learner's copies, the stamp, the remedies,
and one real installation that opens JupyterLab, then opens it again without a network."""
import ast
import contextlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from places import ROOT

LIMIT = 600     # seconds: ends what hangs; on a busy machine everything takes ten times as long


def load(folder):
    """The start.py that stands in folder; all its paths lie in folder."""
    spec = importlib.util.spec_from_file_location("start_under_test", folder / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def start(tmp_path):
    for name in ("start.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return load(tmp_path)


def run_start(folder, *args, **variables):
    done = subprocess.run([sys.executable, "start.py", *args], cwd=folder, timeout=LIMIT,
                          env={**os.environ, **variables}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode()


# ---- the learner's copies --------------------------------------------------------------------

def notebook(text, cells, output=None):
    """A released notebook: a line of text, and one answer cell for each grade_id."""
    made = [{"cell_type": "markdown", "id": "text", "metadata": {}, "source": [text]}]
    for grade_id, source in cells.items():
        outputs = [{"output_type": "stream", "name": "stdout", "text": [output]}] if output else []
        made.append({"cell_type": "code", "id": grade_id, "execution_count": None,
                     "metadata": {"nbgrader": {"grade_id": grade_id, "solution": True}},
                     "outputs": outputs, "source": source.splitlines(keepends=True)})
    whole = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


class House:
    """notebooks/ and work/ with one notebook in a section's folder."""
    name = Path("01_a") / "01_a.ipynb"

    def __init__(self, root, start):
        self.notebooks, self.work, self.start = root / "notebooks", root / "work", start
        (self.notebooks / self.name).parent.mkdir(parents=True)

    def release(self, content):
        self.release_all({self.name.name: content})

    def release_all(self, contents):
        self.publish(contents)
        self.open()

    def publish(self, contents):
        """A version of the course with exactly these notebooks in the section's folder."""
        for path in (self.notebooks / "01_a").iterdir():
            path.unlink()
        for name, content in contents.items():
            (self.notebooks / "01_a" / name).write_bytes(content)

    def open(self):
        self.start.lay_notebooks(self.notebooks, self.work)

    def save(self, content, name="01_a.ipynb"):
        (self.work / "01_a" / name).write_bytes(content)

    def files(self):
        """Every visible file in work/ with its content; a .part left by a kill is no copy."""
        return {path.name: path.read_bytes() for path in sorted(self.work.rglob("*"))
                if path.is_file() and not path.name.startswith(".")}

    def answers(self, name):
        cells = json.loads((self.work / "01_a" / name).read_bytes())["cells"]
        return {cell["id"]: "".join(cell["source"]) for cell in cells}


@pytest.fixture
def house(tmp_path, start):
    return House(tmp_path, start)


V1 = notebook("版1", {"mask": "def mask(): ...", "prune": "def prune(): ..."})
MINE = notebook("版1", {"mask": "def mask(): return 1", "prune": "def prune(): ..."}, "実行した")
V2 = notebook("版2", {"mask": "def mask(w): ...", "prune": "def prune(w): ...", "new": "..."})
V3 = notebook("版3", {"prune": "def prune(w, k): ...", "mask": "def mask(w, k): ..."})


def test_fresh_copy(house):
    """Catches a copy that differs from what was released, or that takes hidden files along."""
    (house.notebooks / ".ipynb_checkpoints").mkdir()
    (house.notebooks / ".ipynb_checkpoints" / "old.ipynb").write_bytes(V1)
    house.release(V1)
    assert house.files() == {"01_a.ipynb": V1}


def test_untouched_copy_is_replaced(house):
    """Catches learners who keep an old text although they never wrote in it."""
    house.release(V1)
    house.release(V2)
    assert house.files() == {"01_a.ipynb": V2}


def test_touched_copy_is_kept_without_a_new_version(house, capsys):
    """Catches an answer overwritten, or a needless second file, by merely opening again."""
    house.release(V1)
    house.save(MINE)
    house.open()
    assert house.files() == {"01_a.ipynb": MINE}
    assert capsys.readouterr().out == ""


def test_new_version_lies_beside_a_touched_copy_with_its_answers(house, capsys):
    """Catches a lost answer, and an old stub that takes the place of the new one."""
    house.release(V1)
    house.save(MINE)
    house.release(V2)
    house.open()
    assert sorted(house.files()) == ["01_a.ipynb", "01_a.new.ipynb"]
    assert house.files()["01_a.ipynb"] == MINE
    assert house.answers("01_a.new.ipynb") == {
        "text": "版2", "mask": "def mask(): return 1", "prune": "def prune(w): ...", "new": "..."}
    said = capsys.readouterr().out
    assert "work/01_a/01_a.new.ipynb" in said and "1 件" in said


def test_deleted_copy_comes_back(house):
    """Catches a notebook that is gone for good after the learner deleted it to start over."""
    house.release(V1)
    (house.work / house.name).unlink()
    house.open()
    assert house.files() == {"01_a.ipynb": V1}


def test_answer_to_a_dropped_exercise_stays_in_the_old_file(house, capsys):
    """Catches a message that counts an answer as carried over when its exercise is gone."""
    house.release(V2)
    house.save(notebook("版2", {"mask": "return 1", "new": "return 4"}))
    house.release(V3)
    assert "return 4" in house.files()["01_a.ipynb"].decode()
    assert "return 4" not in house.files()["01_a.new.ipynb"].decode()
    assert "1 件" in capsys.readouterr().out


def test_second_new_version_replaces_an_untouched_first_one(house):
    """Catches a pile of .new files that nobody opened."""
    house.release(V1)
    house.save(MINE)
    house.release(V2)
    house.release(V3)
    assert sorted(house.files()) == ["01_a.ipynb", "01_a.new.ipynb"]
    assert house.files()["01_a.ipynb"] == MINE
    assert house.answers("01_a.new.ipynb") == {
        "text": "版3", "mask": "def mask(): return 1", "prune": "def prune(w, k): ..."}


def test_second_new_version_lies_beside_a_touched_first_one(house):
    """Catches work lost in the .new file; where both files answer, the newer file's answer counts."""
    newer = notebook("版2", {"mask": "def mask(): return 2", "prune": "def prune(): return 3"})
    house.release(V1)
    house.save(MINE)
    house.release(V2)
    house.save(newer, "01_a.new.ipynb")
    house.release(V3)
    assert house.files()["01_a.ipynb"] == MINE
    assert house.files()["01_a.new.ipynb"] == newer
    assert house.answers("01_a.new2.ipynb") == {
        "text": "版3", "mask": "def mask(): return 2", "prune": "def prune(): return 3"}


def test_what_was_changed_after_it_was_carried_over_counts(house):
    """Catches a later version that takes the answer from our own copy, made before the learner went
    on in the old file."""
    house.release(V1)
    house.save(MINE)
    house.release(V2)
    house.save(MINE.replace(b"return 1", b"return 9"))
    house.release(V3)
    assert sorted(house.files()) == ["01_a.ipynb", "01_a.new.ipynb"]
    assert house.answers("01_a.new.ipynb")["mask"] == "def mask(): return 9"


def test_new_file_moved_over_the_old_one(house):
    """Catches a learner who takes the new version over being handed it again at every start."""
    house.release(V1)
    house.save(MINE)
    house.release(V2)
    os.replace(house.work / "01_a" / "01_a.new.ipynb", house.work / "01_a" / "01_a.ipynb")
    before = house.files()
    house.open()
    assert house.files() == before


def test_copied_answer_cell_and_broken_file(house):
    """Catches a blank duplicate that hides the answer above it, and a damaged file that stops us."""
    copied = json.loads(MINE)
    copied["cells"].append({**json.loads(V1)["cells"][1], "id": "copy"})
    house.release(V1)
    house.save(json.dumps(copied).encode())
    house.release(V2)
    assert house.answers("01_a.new.ipynb")["mask"] == "def mask(): return 1"
    house.save(b'{"cells": [', "01_a.new.ipynb")
    house.release(V3)
    assert house.files()["01_a.new.ipynb"] == b'{"cells": ['
    assert house.answers("01_a.new2.ipynb")["mask"] == "def mask(): return 1"


def test_lost_record_loses_no_answer(house):
    """Catches a learner's file taken for untouched when .laid.json is gone or unreadable."""
    house.release(V1)
    house.save(MINE)
    (house.work / ".laid.json").write_bytes(b"{")
    house.release(V2)
    assert house.files()["01_a.ipynb"] == MINE
    assert house.answers("01_a.new.ipynb")["mask"] == "def mask(): return 1"


class Killed(BaseException):
    """Ends the process as far as start.py can tell: nothing catches it."""


@pytest.mark.parametrize("touched", [False, True])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("steps", [1, 2])
def test_kill_in_the_middle(house, monkeypatch, touched, after, steps):
    """Catches a half file, a lost answer or a leftover .new when start.py dies at any write."""
    house.release(V1)
    if touched:
        house.save(MINE)
    count, replace = 0, os.replace

    def dying(source, target):
        nonlocal count
        count += 1
        if count == steps and not after:
            raise Killed
        replace(source, target)
        if count == steps:
            raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(os, "replace", dying)
        house.release(V2)
    for content in house.files().values():
        json.loads(content)
    if touched:
        assert house.files()["01_a.ipynb"] == MINE
    house.open()
    if touched:
        assert sorted(house.files()) == ["01_a.ipynb", "01_a.new.ipynb"]
        assert house.answers("01_a.new.ipynb")["mask"] == "def mask(): return 1"
    else:
        assert house.files() == {"01_a.ipynb": V2}


# A section had one notebook, and now has two.

ONE, TWO = "01_1_masks.ipynb", "01_2_prune.ipynb"
HALVES = {ONE: notebook("前半", {"mask": "def mask(): ..."}),
          TWO: notebook("後半", {"prune": "def prune(): ...", "new": "def new(): ..."})}
BOTH = notebook("版1", {"mask": "return 1", "prune": "return 2"}, "実行した")


def test_untouched_notebook_makes_room_for_two(house, capsys):
    """Catches a stale notebook that lies beside the new ones although nobody wrote in it."""
    house.release(V1)
    house.release_all(HALVES)
    assert house.files() == HALVES
    assert capsys.readouterr().out == ""
    (house.work / "01_a" / ONE).unlink()
    house.open()
    assert house.files() == HALVES


def test_answers_go_into_both_new_notebooks(house, capsys):
    """Catches a lost answer, an old file that vanishes with its outputs, a learner who is not told
    or told at every start, and a record of progress that the update touches."""
    house.release(V1)
    house.save(BOTH)
    for file in (".progress.json", ".progress.sqlite"):
        (house.work / file).write_bytes(b'{"tries": {}}')
    house.release_all(HALVES)
    assert capsys.readouterr().out.splitlines() == [
        "work/01_a/01_a.ipynb は、新しい版にはありません。",
        f"  あなたの解答を 1 件、work/01_a/{ONE} に写しました。",
        f"  あなたの解答を 1 件、work/01_a/{TWO} に写しました。",
        "  あなたが使っていた work/01_a/01_a.ipynb は、そのまま残っています。"]
    before = house.files()
    assert before["01_a.ipynb"] == BOTH
    assert house.answers(ONE) == {"text": "前半", "mask": "return 1"}
    assert house.answers(TWO) == {"text": "後半", "prune": "return 2", "new": "def new(): ..."}
    house.open()
    assert house.files() == before and capsys.readouterr().out == ""
    for file in (".progress.json", ".progress.sqlite"):
        assert (house.work / file).read_bytes() == b'{"tries": {}}'
    (house.work / "01_a" / ONE).unlink()        # to start over
    house.open()
    assert house.files() == {**before, ONE: HALVES[ONE]}


def test_only_run_or_broken_it_stays(house, capsys):
    """Catches outputs, or a damaged file that can still be mended, deleted as if untouched."""
    for content in (notebook("版1", {"mask": "def mask(): ..."}, "実行した"), b'{"cells": [', b"[" * 9999):
        house.release(V1)
        house.save(content)
        house.release_all(HALVES)
        assert house.files() == {"01_a.ipynb": content, **HALVES}
        said = capsys.readouterr().out
        assert "件" not in said and "work/01_a/01_a.ipynb は、そのまま残っています" in said
        shutil.rmtree(house.work)


def test_two_old_versions_give_their_newest_answers(house, capsys):
    """Catches answers of an .new file that are left behind, or lose against older ones."""
    newer = notebook("版2", {"mask": "return 3", "prune": "def prune(w): ...", "new": "return 4"})
    house.release(V1)
    house.save(BOTH)
    house.release(V2)
    house.save(newer, "01_a.new.ipynb")
    house.release_all(HALVES)
    assert sorted(house.files()) == [ONE, TWO, "01_a.ipynb", "01_a.new.ipynb"]
    assert (house.files()["01_a.ipynb"], house.files()["01_a.new.ipynb"]) == (BOTH, newer)
    assert house.answers(ONE)["mask"] == "return 3"
    assert house.answers(TWO) == {"text": "後半", "prune": "return 2", "new": "return 4"}
    assert "01_a.new.ipynb は、そのまま" in capsys.readouterr().out


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("grade_id", ["mask", "dropped"])
def test_an_untouched_new_file_goes_where_it_is_not_the_last(house, deleted, grade_id):
    """Catches a second stale notebook; and the only file with an answer, which the new notebooks
    have no cell for, deleted because nobody touched it after we laid it."""
    house.release(notebook("版1", {grade_id: "..."}))
    house.save(notebook("版1", {grade_id: "return 1"}))
    house.release(notebook("版2", {grade_id: "..."}))
    if deleted:
        (house.work / "01_a" / "01_a.ipynb").unlink()
    house.release_all(HALVES)
    stays = {(False, "mask"): ["01_a.ipynb"], (False, "dropped"): ["01_a.ipynb"],
             (True, "mask"): [], (True, "dropped"): ["01_a.new.ipynb"]}[deleted, grade_id]
    assert sorted(house.files()) == [ONE, TWO, *stays]
    assert any(b"return 1" in content for content in house.files().values())


def test_two_untouched_copies_do_not_vouch_for_each_other(house):
    """Catches the last two files with an answer, each deleted because the other one has it."""
    mine = notebook("版1", {"dropped": "return 1"})
    house.release(V1)
    house.save(mine)
    house.save(mine, "01_a.new.ipynb")
    laid = json.loads((house.work / ".laid.json").read_bytes())
    for name in ("01_a/01_a.ipynb", "01_a/01_a.new.ipynb"):
        laid["copies"][name] = house.start.digest(mine)
    (house.work / ".laid.json").write_text(json.dumps(laid))
    house.release_all(HALVES)
    assert sorted(house.files()) == [ONE, TWO, "01_a.new.ipynb"]


def test_new_notebooks_copied_by_hand_get_the_answers(house):
    """Catches blank notebooks taken for the learner's own because they were there before us."""
    house.release(V1)
    house.save(BOTH)
    house.publish(HALVES)
    for name, content in HALVES.items():
        house.save(content, name)
    house.open()
    assert sorted(house.files()) == [ONE, TWO, "01_a.ipynb"]
    assert house.answers(ONE)["mask"] == "return 1" and house.answers(TWO)["prune"] == "return 2"


def test_carried_answers_survive_the_next_version(house):
    """Catches a new notebook that is still untouched, replaced together with the answers that were
    carried into it; and one whose answer the next version has no cell for."""
    house.release(V1)
    house.save(BOTH)
    house.release_all(HALVES)
    house.release_all({ONE: notebook("前半、版3", {"mask": "def mask(w): ..."}), TWO: HALVES[TWO]})
    assert sorted(house.files()) == [ONE, TWO, "01_a.ipynb"]
    assert house.answers(ONE) == {"text": "前半、版3", "mask": "return 1"}
    (house.work / "01_a" / "01_a.ipynb").unlink()
    house.release_all({ONE: notebook("前半、版4", {"other": "..."}), TWO: HALVES[TWO]})
    assert house.answers(ONE)["mask"] == "return 1"
    assert house.answers(ONE.replace(".", ".new.")) == {"text": "前半、版4", "other": "..."}


def test_lost_record_carries_answers_into_both(house):
    """Catches answers left behind where .laid.json is gone: the notebook was named as its folder."""
    house.release(V1)
    house.save(BOTH)
    (house.work / ".laid.json").unlink()
    house.release_all(HALVES)
    assert house.files()["01_a.ipynb"] == BOTH
    assert house.answers(ONE)["mask"] == "return 1" and house.answers(TWO)["prune"] == "return 2"


def test_what_no_file_can_hold_stops_nobody(house):
    """Catches half a character, which JSON can hold, ending every start with a traceback."""
    house.release(V1)
    house.save(BOTH.replace(b"return 1", b"return '\\ud800'"))
    house.release_all(HALVES)
    assert house.answers(ONE)["mask"] == "return '?'"


@pytest.mark.parametrize("record", [True, False])
@pytest.mark.parametrize("content", [V1, BOTH])
def test_kill_while_one_becomes_two(tmp_path, start, monkeypatch, content, record):
    """Catches an answer lost, or a notebook left over, when start.py dies before or after any of
    its steps (files put in place, the old one removed)."""
    def update(number, dies_at):
        house, steps = House(tmp_path / f"house{number}", start), 0
        house.release(V1)
        house.save(content)
        if not record:
            (house.work / ".laid.json").unlink()

        def dying(step):
            def wrapped(*arguments):
                nonlocal steps
                steps += 1
                if steps == dies_at:
                    raise Killed
                step(*arguments)
                steps += 1
                if steps == dies_at:
                    raise Killed
            return wrapped

        house.publish(HALVES)
        with monkeypatch.context() as patch, contextlib.suppress(Killed):
            patch.setattr(os, "replace", dying(os.replace))
            patch.setattr(Path, "unlink", dying(Path.unlink))
            house.open()
        house.open()
        return house, steps

    undisturbed, steps = update(0, dies_at=0)
    assert steps >= 8
    for number in range(1, steps + 1):
        house, _ = update(number, dies_at=number)
        assert house.files() == undisturbed.files(), number
        house.open()
        assert house.files() == undisturbed.files(), number


def cells_of(section):
    """All cells of a section's released notebooks, one after the other."""
    return [cell for path in sorted((ROOT / "notebooks" / section).glob("*.ipynb"))
            for cell in json.loads(path.read_bytes())["cells"]]


@pytest.mark.parametrize("section", ["04_quantization", "05_distillation"])
def test_a_real_section_cut_in_two(house, section):
    """Catches an answer that our own cells, marks and stubs do not let through."""
    cells, made = cells_of(section), json.loads(V1)
    middle = len(cells) // 2

    def write(some):
        return (json.dumps({**made, "cells": some}, ensure_ascii=False) + "\n").encode()

    house.release(write(cells))
    answered = json.loads(write(cells))["cells"]
    mine = {}
    for cell in answered:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            mine[cell["id"]] = cell["source"] = f"# 私の {cell['id']}\n" + "".join(cell["source"])
    house.save(write(answered))
    house.release_all({ONE: write(cells[:middle]), TWO: write(cells[middle:])})
    both = {**house.answers(ONE), **house.answers(TWO)}
    assert len(mine) >= 8 and {name: both[name] for name in mine} == mine
    assert both == {**{cell["id"]: "".join(cell["source"]) for cell in cells}, **mine}


def test_settings(start, tmp_path):
    """Catches an English interface, the news question, nbgrader's panels, white figures in the dark
    theme, and a lost own setting."""
    own = tmp_path / ".lab" / "lab" / "user-settings" / "own.json"
    own.parent.mkdir(parents=True)
    own.write_text("{}")
    start.lay_settings(tmp_path / ".lab")
    start.lay_settings(tmp_path / ".lab")
    laid = {path.name: json.loads(path.read_text("utf-8"))
            for path in (tmp_path / ".lab" / "labconfig").iterdir()}
    overrides = laid.pop("default_setting_overrides.json")
    assert overrides["@jupyterlab/translation-extension:plugin"] == {"locale": "ja_JP"}
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    assert laid.pop("page_config.json")["disabledExtensions"]["@jupyter/nbgrader"] is True
    assert laid == {} and own.read_text() == "{}"
    assert "img.figure" in (tmp_path / ".lab" / "custom" / "custom.css").read_text("utf-8")


# ---- the stamp -------------------------------------------------------------------------------

@pytest.fixture
def calls(start, monkeypatch):
    """What install() would run, one word each; calls.fails makes pip end with an error."""
    class Calls(list):
        fails = None

    calls = Calls()

    def fake_run(command, **_):
        words = [str(word) for word in command]
        code = 0
        if "venv" in words:
            made = Path(words[-1])
            shutil.rmtree(made)
            python = made / start.PYTHON.relative_to(start.VENV)
            python.parent.mkdir(parents=True)
            python.touch()
            calls.append("venv")
        elif "install" in words:
            calls.append("pip " + words[-1])
            if isinstance(calls.fails, BaseException):
                raise calls.fails
            code = int(bool(calls.fails))
        return subprocess.CompletedProcess(words, code, stdout=b"index")

    monkeypatch.setattr(start.subprocess, "run", fake_run)
    return calls


def installs(start, calls, extra=""):
    calls.clear()
    start.install(extra)
    return list(calls)


def test_second_run_installs_nothing(start, calls):
    """Catches a second run that needs the network; the test extra includes the course itself."""
    assert installs(start, calls) == ["venv", "pip ."]
    assert installs(start, calls) == []
    assert installs(start, calls, "test") == ["pip .[test]"]
    assert installs(start, calls, "test") == []
    assert installs(start, calls) == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_list_is_installed(start, calls, tmp_path, name):
    """Catches an update of the course that runs with the libraries of the former version."""
    start.install("")
    with (tmp_path / name).open("a", encoding="utf-8") as file:
        file.write("# new\n")
    assert installs(start, calls) == ["pip ."]


def test_moved_folder_is_installed_anew(start, calls, tmp_path):
    """Catches the absolute paths in .venv that still point to the former folder."""
    start.install("")
    shutil.move(start.VENV, tmp_path / "elsewhere" / ".venv")
    for name in ("start.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(tmp_path / name, tmp_path / "elsewhere")
    moved = load(tmp_path / "elsewhere")
    assert moved.VENV.exists()
    assert installs(moved, calls) == ["venv", "pip ."]


def test_interrupted_pip_starts_from_a_clean_environment(start, calls):
    """Catches a half-filled .venv taken for a whole one after Ctrl+C, first time and at an update."""
    for change in ("# first\n", "# second\n"):
        calls.fails = KeyboardInterrupt()
        (start.ROOT / "constraints.txt").write_text(change)
        with pytest.raises(KeyboardInterrupt):
            start.install("")
        calls.fails = None
        assert installs(start, calls) == ["venv", "pip ."]


def test_failed_update_keeps_the_working_environment(start, calls):
    """Catches an offline update that throws away the environment which worked until then."""
    start.install("")
    before = (start.ROOT / "constraints.txt").read_bytes()
    (start.ROOT / "constraints.txt").write_bytes(before + b"# new\n")
    calls.fails = True
    with pytest.raises(start.Stop):
        start.install("")
    calls.fails = None
    (start.ROOT / "constraints.txt").write_bytes(before)
    assert installs(start, calls) == []


# ---- the test command ------------------------------------------------------------------------

@pytest.fixture
def asked(start, monkeypatch):
    """What `start.py test …` asks of pytest, without installing or running anything."""
    monkeypatch.setattr(start, "install", lambda extra: None)
    monkeypatch.setattr(start, "run", lambda arguments, variables: arguments)
    (start.ROOT / "tests").mkdir()
    (start.ROOT / "tests" / "test_a.py").touch()
    return lambda *words: start.main(["test", *words])


def test_everything_is_tested_by_default(asked):
    """Catches a full run without the notebooks, on one core, or without the list of what is slow."""
    everything = asked()
    assert everything[:6] == ["-m", "pytest", "-n", "3", "--dist", "loadfile"]
    assert {"--nbval", "--durations=25"} <= set(everything)
    assert not {"--fast", "-m"} & set(everything[6:])


def test_the_fast_tests(asked):
    """Catches a fast run that executes notebooks, or whose folders are gone."""
    fast = asked("fast", "-x")
    assert "--fast" in fast and "--nbval" not in fast and fast[-1] == "-x"
    folders = [word for word in fast if word.startswith("tests/")]
    assert folders and all((ROOT / folder).is_dir() for folder in folders)


def test_a_misspelt_word_is_no_test(asked, start):
    """Catches `test fats`, which pytest would answer with an English line about a missing file."""
    with pytest.raises(start.Stop, match="「fats」というテストはありません。(.|\n)*test fast"):
        asked("fats")


@pytest.mark.parametrize("words", [["-k", "fast"], ["tests"], ["tests/test_a.py::test_b[1]", "-x"]])
def test_other_words_are_for_pytest(asked, words):
    """Catches a file, a case or an option of pytest that is refused."""
    assert asked(*words)[-len(words):] == words


# ---- the remedies ----------------------------------------------------------------------------

@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 0), (3, 14, 0)])
def test_wrong_python(start, version):
    """Catches a wrong Python that goes on to an error of pip; it must be able to read the file."""
    with pytest.raises(start.Stop, match=f"この Python は 3.{version[1]} です.*\n.*start.py"):
        start.check_python(version)
    ast.parse((ROOT / "start.py").read_text("utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 0)])
def test_right_python(start, version):
    """Catches a supported Python that is refused."""
    assert start.check_python(version) is None


def test_missing_ensurepip(start, tmp_path):
    """Catches Debian's Python without python3-venv ending in a traceback."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "ensurepip.py").write_text(
        "raise ModuleNotFoundError('missing', name='ensurepip')")
    code, said = run_start(tmp_path, PYTHONPATH=str(tmp_path / "broken"))
    assert code == 1 and "Traceback" not in said
    assert "ensurepip" in said
    assert "apt install python{}.{}-venv".format(*sys.version_info) in said


def test_low_disk(start, monkeypatch):
    """Catches a disk that fills up after minutes of downloading; the free space is named."""
    usage = shutil.disk_usage(".")._replace(free=int(1.2e9))
    monkeypatch.setattr(start.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(start.Stop, match="1.2 GB しか(.|\n)*3 GB が必要"):
        start.check_space(3)
    assert start.check_space(1) is None
    assert "1.2 GB" in start.pip_remedy("ERROR: [Errno 28] No space left on device")


def test_unwritable_folder(start, tmp_path):
    """Catches a traceback where .venv cannot be made (a file of that name: root may write anywhere)."""
    (tmp_path / ".venv").touch()
    code, said = run_start(tmp_path)
    assert code == 1 and "Traceback" not in said
    assert f"{tmp_path / '.venv'} を読み書きできません" in said


def closed_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def only_index(port):
    """pip settings that leave one index, on a port of this machine."""
    return {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": f"http://127.0.0.1:{port}/simple",
            "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_RETRIES": "1",
            "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def test_no_network(start, tmp_path):
    """Catches an offline first run that shows only pip's English, and a missing JupyterLab."""
    port = closed_port()
    code, said = run_start(tmp_path, **only_index(port))
    assert code == 1 and "Traceback" not in said
    assert f"http://127.0.0.1:{port}/simple) につながりません" in said
    assert "もう一度同じコマンド" in said and str(start.PIP_LOG) in said
    assert not start.STAMP.exists()
    # The environment that this left has no JupyterLab; the next run must install it anew.
    start.STAMP.write_text("{}")
    assert "JupyterLab がありません" in start.lab_remedy(1, [])
    assert not start.STAMP.exists()


def test_failed_lab_names_the_port(start, monkeypatch):
    """Catches a JupyterLab that ends at once and leaves the learner without a next step."""
    monkeypatch.setattr(start, "PYTHON", Path(sys.executable))
    assert "ポート 9999 が" in start.lab_remedy(1, ["--no-browser", "--port=9999"])


def test_unknown_pip_failure_is_passed_on(start):
    """Catches a first message of pip that is swallowed, and a wrong guess at its cause."""
    said = start.pip_remedy("2026 ERROR: first\n2026 ERROR: the last word\n")
    assert "pip の言葉: the last word" in said and "につながりません" not in said
    said = start.pip_remedy("2026 ERROR: No matching distribution found for torch")
    assert "64 ビット" in said and sys.platform in said


@pytest.mark.skipif(os.name == "nt", reason="a console's Ctrl+C cannot be sent to a child here")
def test_interrupt_while_pip_waits(start, tmp_path):
    """Catches a traceback, or a stamp, after Ctrl+C in the middle of the installation."""
    with socket.create_server(("127.0.0.1", 0)) as index:       # accepts, and never answers
        child = subprocess.Popen(
            [sys.executable, "start.py"], cwd=tmp_path, start_new_session=True,
            env={**os.environ, **only_index(index.getsockname()[1])},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        index.settimeout(LIMIT)
        connection, _ = index.accept()
        os.killpg(child.pid, signal.SIGINT)
        said = child.communicate(timeout=LIMIT)[0].decode()
        connection.close()
    assert child.returncode == 1
    assert said.splitlines()[-1].startswith("中断しました。") and "start.py\", line" not in said
    assert not start.STAMP.exists()


# ---- the real thing --------------------------------------------------------------------------

@contextlib.contextmanager
def lab(folder, log, **variables):
    """start.py opening JupyterLab in folder; gives a function that fetches a page."""
    port, token = closed_port(), "for-the-test"
    with log.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "start.py", "--no-browser", "--ip=127.0.0.1", f"--port={port}",
             f"--IdentityProvider.token={token}"], cwd=folder, env={**os.environ, **variables},
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def fetch(path):
        with direct.open(f"http://127.0.0.1:{port}{path}?token={token}", timeout=LIMIT) as answer:
            return answer.read().decode()

    try:
        while True:
            assert child.poll() is None, log.read_text("utf-8")[-4000:]
            with contextlib.suppress(OSError):
                fetch("/api")
                break
            time.sleep(0.5)
        yield fetch
    finally:
        if os.name == "nt":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(child.pid)], check=False)
        else:
            os.killpg(child.pid, signal.SIGTERM)
        child.wait(LIMIT)


@pytest.fixture
def whole_copy(tmp_path):
    """The repository without what .gitignore leaves out; removed at the end, as it grows to GBs."""
    probe = subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir",
                            "-d", str(tmp_path), "iniconfig"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("pip cannot reach its index: " + probe.stderr.decode().strip()[-200:])
    copy = tmp_path / "コース の写し"           # a blank and Japanese in the path
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(
        ".git", ".venv", ".lab", "work", "grading", "node_modules", "__pycache__", "*.egg-info"))
    yield copy
    shutil.rmtree(copy, ignore_errors=True)


@pytest.mark.long("it downloads and installs everything, as a learner does")
def test_install_open_and_open_again_offline(whole_copy, tmp_path):
    """Catches a list that pip cannot install, an English or misplaced JupyterLab, settings written
    to the learner's own Jupyter, and a second run that calls pip or needs the network."""
    (tmp_path / "own").mkdir()
    log = tmp_path / "log"
    course = whole_copy / "notebooks" / "course.ipynb"
    if not course.exists():
        course.parent.mkdir(exist_ok=True)
        course.write_bytes(V1)

    # Without .pyc files it takes about half the time. (PIP_NO_COMPILE=1 would mean: do compile.)
    quick = {"PIP_COMPILE": "0"}
    with lab(whole_copy, log, JUPYTER_CONFIG_DIR=str(tmp_path / "own"), **quick) as fetch:
        page = fetch("/lab/tree/course.ipynb")
        assert '"disabledExtensions": ["@jupyter/nbgrader"' in page
        language = json.loads(fetch("/lab/api/settings/@jupyterlab/translation-extension:plugin"))
        assert language["schema"]["properties"]["locale"]["default"] == "ja_JP"
        assert "ja_JP" in json.loads(fetch("/lab/api/translations"))["data"]
        assert json.loads(fetch("/api/contents/course.ipynb"))["type"] == "notebook"
    assert "/lab/tree/course.ipynb" in log.read_text("utf-8")
    assert list((tmp_path / "own").iterdir()) == []

    for package in whole_copy.glob(".venv/**/site-packages/pip"):
        shutil.rmtree(package)
    dead = f"http://127.0.0.1:{closed_port()}"
    offline = {"PIP_NO_INDEX": "1", "PIP_INDEX_URL": dead, "HTTP_PROXY": dead, "HTTPS_PROXY": dead,
               "ALL_PROXY": dead}
    with lab(whole_copy, log, JUPYTER_CONFIG_DIR=str(tmp_path / "own"), **offline) as fetch:
        assert json.loads(fetch("/api/contents/course.ipynb"))["type"] == "notebook"
    assert "準備" not in log.read_text("utf-8")
