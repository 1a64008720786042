"""Collecting where a section has two notebooks: one of them, both, and the version before, which
had one notebook for both."""

import os
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory
from upload_kit import archive, first_text, notebook, outcomes, release, rounds, today  # noqa: F401

S, ONE, TWO = "04_quantization", "04_1_number_formats", "04_2_integers"
OTHER = "06_pruning"
IDS_1, IDS_2 = ("decode_float", "loss_scale", "fit_slope"), ("quantize", "int8_matmul", "bits")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
HOUR = 3600


def one(text: str = "one") -> bytes:
    return notebook(text, *IDS_1)


def two(text: str = "two") -> bytes:
    return notebook(text, *IDS_2)


def old(text: str = "old") -> bytes:
    """The notebook of the version before: the two joined."""
    return notebook(text, *IDS_1, *IDS_2)


@pytest.fixture
def course(tmp_path):
    return release(tmp_path / "course", {
        f"{S}/{ONE}": one("released"),
        f"{S}/{TWO}": two("released"),
        f"{OTHER}/{OTHER}": notebook("released", "threshold_mask"),
    })  # fmt: skip


@pytest.fixture
def hand_in(tmp_path, course):
    write_and_collect = rounds(tmp_path, course)
    return lambda files, seconds=NOON: write_and_collect(files, seconds)


def submitted(course: Path, learner: str = "tanaka") -> dict[str, str]:
    """What lies where nbgrader looks: released name → text of the notebook."""
    paths = (course / "grading/submitted" / learner).glob("*/*.ipynb")
    return {path.stem: first_text(path) for path in paths}


def kept(course: Path) -> list[dict[str, str]]:
    """The submissions that were replaced, oldest first."""
    folders = sorted((course / f"grading/replaced/tanaka/{S}").glob("*"))
    return [{path.stem: first_text(path) for path in folder.glob("*.ipynb")} for folder in folders]


def seconds(course: Path) -> float:
    """The time of the submission, as nbgrader itself reads it."""
    folder = course / "grading/submitted/tanaka" / S
    return CourseDirectory().get_existing_timestamp(str(folder)).replace(tzinfo=UTC).timestamp()


BOTH = {f"{ONE}.ipynb": one(), f"{TWO}.ipynb": two()}
MAP = {"course.ipynb": notebook("map", "none"), f"{OTHER}.ipynb": notebook("pruned")}
SHAPES = {
    "loose": {f"tanaka_{name}": data for name, data in BOTH.items()},
    "loose, with the section": {f"tanaka_{S}_{name}": data for name, data in BOTH.items()},
    "loose attempts": {
        f"tanaka_attempt_2026-11-20-09-30-0{n}_{name}": data
        for n, (name, data) in enumerate(BOTH.items())},
    "a folder": {f"tanaka/{name}": data for name, data in BOTH.items()},
    "an archive": {"tanaka.zip": archive(BOTH)},
    "an archive of the section's folder": {
        f"tanaka_{S}.zip": archive({f"{S}/{name}": data for name, data in BOTH.items()})},
    "an archive for each": {
        "tanaka.zip": archive({f"{ONE}.ipynb": one()}),
        "tanaka (1).zip": archive({f"{TWO}.ipynb": two()})},
    "with the map and another section": {"tanaka.zip": archive({**BOTH, **MAP})},
    "the whole of work": {"tanaka.zip": archive({
        "work/course.ipynb": MAP["course.ipynb"], "work/.progress.json": b"{}",
        **{f"work/{S}/{name}": data for name, data in BOTH.items()},
        f"work/{S}/.ipynb_checkpoints/{ONE}-checkpoint.ipynb": one("checkpoint"),
        f"work/{OTHER}/{OTHER}.ipynb": notebook("pruned")})},
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_both_notebooks_of_a_section(hand_in, course, shape):
    """Catches a half that is lost, laid over the other one, or taken for another learner's."""
    lines = hand_in(SHAPES[shape])
    found = submitted(course)
    assert found.pop(OTHER, "pruned") == "pruned"
    assert found == {ONE: "one", TWO: "two"}
    assert set(outcomes(lines)) == {"collected"}
    assert {(line.learner, line.assignment, line.notebook) for line in lines} >= {
        ("tanaka", S, ONE), ("tanaka", S, TWO)
    }  # fmt: skip
    assert not any("提出がありません" in line.text for line in lines)
    place = course / f"grading/submitted/tanaka/{S}"
    assert {path.name for path in place.iterdir()} - {".progress.json"} == {
        f"{ONE}.ipynb", f"{TWO}.ipynb", "timestamp.txt"
    }  # fmt: skip


def test_one_of_two_is_collected_and_the_other_is_named(hand_in, course):
    """Catches a half that waits for the other, and an instructor who is not told."""
    (line,) = hand_in({f"tanaka_{ONE}.ipynb": one()})
    assert line.outcome == "collected" and f"{TWO} は、まだ提出がありません。" in line.text
    assert submitted(course) == {ONE: "one"} and seconds(course) == NOON


def test_the_second_alone_leaves_the_first(hand_in, course):
    """Catches a first half that is gone, or handed in anew, when the second one comes."""
    hand_in({f"tanaka_{ONE}.ipynb": one()})
    (line,) = hand_in({f"tanaka_{TWO}.ipynb": two()}, NOON + HOUR)
    assert (line.outcome, line.notebook) == ("collected", TWO)
    assert f"grading/replaced/tanaka/{S}/20261120T120000Z" in line.text
    assert submitted(course) == {ONE: "one", TWO: "two"}
    assert kept(course) == [{ONE: "one"}]
    assert seconds(course) == NOON + HOUR  # the submission is as late as its newest notebook


def test_each_notebook_has_its_own_time(hand_in, course):
    """Catches a better first half refused as old, or an old one taken, because of the second's
    time; the instructor reads which time the submission has."""
    hand_in({f"tanaka_{ONE}.ipynb": one()})
    hand_in({f"tanaka_{TWO}.ipynb": two()}, NOON + 2 * HOUR)
    (line,) = hand_in({f"tanaka_{ONE}.ipynb": one("better")}, NOON + HOUR)
    assert line.outcome == "replaced"
    assert f"課題の提出時刻は、いちばん新しい {TWO} の 2026-11-20 " in line.text
    assert submitted(course) == {ONE: "better", TWO: "two"}
    assert seconds(course) == NOON + 2 * HOUR
    (line,) = hand_in({f"tanaka_{ONE}.ipynb": one("too old")}, NOON + 60)
    assert line.outcome == "older"
    (line,) = hand_in({f"tanaka_{ONE}.ipynb": one("when?")}, NOON + HOUR)
    assert line.outcome == "refused" and "同じ時刻" in line.text
    assert submitted(course) == {ONE: "better", TWO: "two"}
    assert kept(course) == [{ONE: "one"}, {ONE: "one", TWO: "two"}]


def test_a_copied_course_takes_no_old_notebook_for_new(hand_in, course):
    """Catches files whose own time was lost in a copy: the submission's time stands for it."""
    hand_in({f"tanaka_{ONE}.ipynb": one()}, NOON)
    hand_in({f"tanaka_{TWO}.ipynb": two()}, NOON + HOUR)
    for path in (course / "grading/submitted/tanaka" / S).iterdir():
        os.utime(path)
    lines = hand_in({f"tanaka_{ONE}.ipynb": one("old")}, NOON - 60)
    lines += hand_in({f"tanaka_{TWO}.ipynb": two("new")}, NOON + 2 * HOUR)
    assert outcomes(lines) == ["older", "replaced"]
    assert submitted(course) == {ONE: "one", TWO: "new"}


def test_of_one_notebook_the_newest_counts(hand_in, course):
    """Catches the newest file of all deciding for both, and a tie that costs the other half."""
    lines = hand_in({
        f"tanaka_attempt_2026-11-20-08-00-00_{ONE}.ipynb": one("first"),
        f"tanaka_attempt_2026-11-20-09-00-00_{ONE}.ipynb": one("second"),
        f"tanaka_attempt_2026-11-20-07-00-00_{TWO}.ipynb": two(),
    })  # fmt: skip
    assert submitted(course) == {ONE: "second", TWO: "two"}
    assert [line.text.count("2 件のうち、いちばん新しい") for line in lines] == [0, 1]
    lines = hand_in({
        f"ito/a/{ONE}.ipynb": one("a"), f"ito/{S}/{ONE}.ipynb": one("b"),
        f"ito/{S}/{TWO}.ipynb": two(),
    })  # fmt: skip
    assert outcomes(lines) == ["collected", "refused"]
    assert submitted(course, "ito") == {TWO: "two"}


def test_the_same_again_is_unchanged(hand_in, course):
    """Catches a second round over the same uploads that makes a learner late or moves files."""
    files = {f"tanaka_{ONE}.ipynb": one(), f"tanaka_{S}.ipynb": old()}
    hand_in(files)
    lines = hand_in(files, NOON + HOUR)
    assert outcomes(lines) == ["unchanged", "unchanged"]
    assert seconds(course) == NOON and kept(course) == []


@pytest.mark.parametrize("names", [
    (f"{ONE} (1)", f"{TWO} のコピー"), (f"{ONE}-Copy1", f"{TWO}.new"), ("提出 (1)", "提出 (2)"),
    ("Untitled", "Untitled1"), (f"{S} (1)", f"{S} (2)"), (TWO, ONE), (OTHER.upper(), "x"),
])  # fmt: skip
def test_a_renamed_copy_is_known_by_its_cells(hand_in, course, names):
    """Catches a notebook laid under its sister's name because of what its copy is called."""
    first, second = names
    lines = hand_in({f"tanaka/{first}.ipynb": one(), f"tanaka/{second}.ipynb": two()})
    if first == OTHER.upper():  # whoever calls it another section's hands it in there
        assert submitted(course) == {OTHER: "one", TWO: "two"}
    else:
        assert submitted(course) == {ONE: "one", TWO: "two"}
    assert outcomes(lines) == ["collected", "collected"]


@pytest.mark.parametrize("name", [ONE, "Untitled"])
def test_a_pasted_cell_makes_it_no_other_notebook(hand_in, course, name):
    """Catches a second half replaced by a first one into which one of its cells was pasted."""
    hand_in({f"tanaka_{TWO}.ipynb": two()})
    lines = hand_in({f"tanaka/{name}.ipynb": notebook("one", *IDS_1, IDS_2[0])}, NOON + HOUR)
    assert [(line.outcome, line.notebook) for line in lines] == [("collected", ONE)]
    assert submitted(course) == {ONE: "one", TWO: "two"}


def test_a_few_cells_of_a_notebook_are_enough(hand_in, course):
    """Catches a learner who deleted most cells, or all marks, and loses the rest with them."""
    lines = hand_in({
        "tanaka/x.ipynb": notebook("one", IDS_1[0]), f"tanaka/{TWO}.ipynb": notebook("two", "?"),
        f"ito_{S}.ipynb": notebook("nothing", "?"), "abe/x.ipynb": notebook("one", IDS_1[0]),
        f"mori/{ONE}.ipynb": notebook("both", IDS_1[0], *IDS_2),
    })  # fmt: skip
    assert set(outcomes(lines)) == {"collected"}
    assert submitted(course) == {ONE: "one", TWO: "two"}
    assert submitted(course, "abe") == {ONE: "one"}
    assert submitted(course, "mori") == {ONE: "both", TWO: "both"}
    assert submitted(course, "ito") == {ONE: "nothing", TWO: "nothing"}


# The version before: one notebook, now two.


@pytest.mark.parametrize("name", [f"{S}.ipynb", f"{S} (1).ipynb", "Untitled.ipynb", f"{ONE}.ipynb"])
def test_an_old_notebook_counts_for_both(hand_in, course, name):
    """Catches an old hand-in that is refused, or of which half the answers are lost."""
    lines = hand_in({f"tanaka/{name}": old()})
    assert submitted(course) == {ONE: "old", TWO: "old"}
    assert [(line.outcome, line.notebook) for line in lines] == [
        ("collected", ONE), ("collected", TWO)
    ]  # fmt: skip
    assert all(f"{ONE}、{TWO} の解答が 1 つのノートブックに入っています。" in line.text for line in lines)


@pytest.mark.parametrize("minutes, first", [(-1, "one"), (0, "one"), (1, "old")])
def test_of_old_and_new_the_newest_counts_for_each_notebook(hand_in, course, minutes, first):
    """Catches an old notebook that wins against newer work, or is lost though it is newer; at the
    same time the notebook of today's counts."""
    lines = hand_in({
        f"tanaka_attempt_2026-11-20-09-{30 + minutes}-00_{S}.ipynb": old(),
        f"tanaka_attempt_2026-11-20-09-30-00_{ONE}.ipynb": one(),
    })  # fmt: skip
    assert submitted(course) == {ONE: first, TWO: "old"}
    (line,) = [line for line in lines if line.notebook == ONE]
    assert "2 件のうち、いちばん新しい" in line.text
    assert (f"_{S}.ipynb" in line.where) == (first == "old")


def test_a_tie_of_two_old_notebooks_is_told_once(hand_in, course):
    """Catches one refusal that reads as two."""
    (line,) = hand_in({f"tanaka/a/{S}.ipynb": old("1"), f"tanaka/{S}/{S}.ipynb": old("2")})
    assert line.outcome == "refused" and submitted(course) == {}


def test_in_one_archive_the_files_times_decide_between_old_and_new(hand_in, course):
    """Catches a whole `work` in which the kept old notebook hides the answers in the new ones."""
    saved = {f"{S}.ipynb": (8, old()), f"{ONE}.ipynb": (7, one()), f"{TWO}.ipynb": (9, two())}
    members = {
        zipfile.ZipInfo(f"work/{S}/{name}", (2026, 11, 19, hour, 0, 0)): data
        for name, (hour, data) in saved.items()
    }
    hand_in({"tanaka_attempt_2026-11-20-09-30-00.zip": archive(members)})
    assert submitted(course) == {ONE: "old", TWO: "two"}


def test_a_new_notebook_over_an_old_submission(hand_in, course):
    """Catches the other half's answers, which only the old notebook has, lost with it."""
    hand_in({f"tanaka_{S}.ipynb": old()})
    (line,) = hand_in({f"tanaka_{ONE}.ipynb": one()}, NOON + HOUR)
    assert line.outcome == "replaced" and submitted(course) == {ONE: "one", TWO: "old"}
    lines = hand_in({f"tanaka_{S}.ipynb": old("older")}, NOON + HOUR / 2)
    assert outcomes(lines) == ["older", "replaced"]
    assert submitted(course) == {ONE: "one", TWO: "older"}


@pytest.mark.parametrize("files", [{}, {f"tanaka_{S}.ipynb": old()}, {f"tanaka_{ONE}.ipynb": one()}])
def test_what_the_version_before_collected_gets_its_new_names(hand_in, course, files):
    """Catches a submission that nbgrader no longer finds after an update of the course."""
    place = course / f"grading/submitted/tanaka/{S}"
    place.mkdir(parents=True)
    (place / f"{S}.ipynb").write_bytes(old())
    (place / "timestamp.txt").write_text("2026-11-20 12:00:00 UTC")
    lines = hand_in(files, NOON + HOUR)
    new = f"tanaka_{ONE}.ipynb" in files
    assert submitted(course) == {ONE: "one" if new else "old", TWO: "old"}
    assert seconds(course) == NOON + (HOUR if new else 0)
    assert kept(course) == [{S: "old"}]
    assert any("今の名前で置き直しました" in line.text for line in lines)
    assert outcomes(hand_in({}, NOON + HOUR)) == []


def test_an_old_notebook_beside_a_new_one_hides_nothing(hand_in, course):
    """Catches a new notebook, laid there by another tool, replaced by the old one beside it."""
    place = course / f"grading/submitted/tanaka/{S}"
    place.mkdir(parents=True)
    for name, data in {S: old(), ONE: one()}.items():
        (place / f"{name}.ipynb").write_bytes(data)
    assert [line.notebook for line in hand_in({})] == [TWO]
    assert submitted(course) == {ONE: "one", TWO: "old"}


# Nothing is lost.


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_a_kill_in_between_loses_neither_half(hand_in, course, monkeypatch, moved):
    """Catches the first half left behind where only the second one is handed in once more."""
    hand_in({f"tanaka_{ONE}.ipynb": one()})
    rename, done = os.rename, []

    def killed_after(*paths):
        if len(done) == moved:
            raise KeyboardInterrupt
        done.append(paths)
        rename(*paths)

    files = {f"tanaka_{TWO}.ipynb": two()}
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "rename", killed_after)
        hand_in(files, NOON + HOUR)
    hand_in(files, NOON + HOUR)
    assert submitted(course) == {ONE: "one", TWO: "two"}
    assert kept(course) == [{ONE: "one"}] and seconds(course) == NOON + HOUR


def test_the_newest_record_stays(hand_in, course):
    """Catches a learner's record lost because the second half came without one."""
    place = course / f"grading/submitted/tanaka/{S}/.progress.json"
    hand_in({f"tanaka/{ONE}.ipynb": one(), "tanaka/.progress.json": b'{"1": 1}'})
    hand_in({f"tanaka_{TWO}.ipynb": two()}, NOON + HOUR)
    assert place.read_bytes() == b'{"1": 1}'
    hand_in({f"tanaka/{ONE}.ipynb": one("3"), "tanaka/.progress.json": b'{"3": 3}'}, NOON + 9999)
    assert place.read_bytes() == b'{"3": 3}'
    for n, (first, second) in enumerate([(ONE, TWO), (TWO, ONE)]):
        data = {ONE: one(f"{n}"), TWO: two(f"{n}")}
        hand_in({
            f"tanaka_attempt_2026-11-2{n + 2}-0{hour}-00-00.zip":
            archive({f"{name}.ipynb": data[name], ".progress.json": b'{"%d": 0}' % hour})
            for hour, name in ((8, first), (9, second))
        })  # fmt: skip
        assert place.read_bytes() == b'{"9": 0}'


def test_a_full_disk_costs_one_learner(hand_in, course, monkeypatch):
    """Catches what one failed copy leaves behind, on which everybody after it fails, too."""
    hand_in({f"tanaka_{ONE}.ipynb": one()})
    copyfile = shutil.copyfile

    def full(source, target):
        if "tanaka" in str(source):
            raise OSError("no space left")
        return copyfile(source, target)

    monkeypatch.setattr(shutil, "copyfile", full)
    files = {f"tanaka_{TWO}.ipynb": two(), f"ueda_{TWO}.ipynb": two()}
    assert outcomes(hand_in(files, NOON + HOUR)) == ["collected", "refused"]
    assert submitted(course) == {ONE: "one"} and submitted(course, "ueda") == {TWO: "two"}


def test_checkpoints_are_no_released_notebooks(hand_in, course):
    """Catches JupyterLab's own copies, in the instructor's folder, taken for an assignment."""
    release(course, {
        ".ipynb_checkpoints/course-checkpoint": notebook("map", "decode_float"),
        f"{S}/.ipynb_checkpoints/{ONE}-checkpoint": one("checkpoint"),
    })  # fmt: skip
    assert outcomes(hand_in({"tanaka/x.ipynb": one()})) == ["collected"]
    assert submitted(course) == {ONE: "one"}
