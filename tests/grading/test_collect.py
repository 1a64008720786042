"""Collecting uploads: whose is what, which is the newest, what hostile names and archives do."""

import json
import os
import random
import stat
import struct
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from upload_kit import archive, first_text, notebook, outcomes, rounds, today, two_assignments  # noqa: F401

from checker.grading import archive as archives
from checker.grading import stage as module
from checker.grading.collect import collect, show
from checker.grading.submission import stamp
from checker.grading.upload_names import learner_id, read_name

A, B = "06_pruning", "05_distillation"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def course(tmp_path):
    """A course with two released assignments."""
    return two_assignments(tmp_path / "course")


@pytest.fixture
def hand_in(tmp_path, course):
    """Write files into an empty folder of uploads and collect it; returns the lines."""
    write_and_collect = rounds(tmp_path, course)
    return lambda files, seconds=NOON, **options: write_and_collect(files, seconds, **options)


def submitted(course: Path) -> dict[str, str]:
    """What lies where nbgrader looks: "learner/assignment" → text of the answer."""
    found = {}
    for path in (course / "grading/submitted").glob("*/*/*.ipynb"):
        assert path.stem == path.parent.name
        found[path.parent.relative_to(course / "grading/submitted").as_posix()] = first_text(path)
    return found


def time_of(course: Path, learner: str, assignment: str = A) -> datetime:
    """The time stamp as nbgrader itself reads it."""
    folder = course / "grading/submitted" / learner / assignment
    return CourseDirectory().get_existing_timestamp(str(folder)).replace(tzinfo=UTC)


# Whose, which and when.

SHAPES = {
    "an archive": ({"tanaka.zip": archive({f"{A}.ipynb": notebook()})}, "tanaka"),
    "an archive with its folder": (
        {"tanaka.zip": archive({f"w/{A}/{A}.ipynb": notebook()})}, "tanaka"),
    "an attempt": (
        {"tanaka_attempt_2026-11-20-09-30-00.zip": archive({f"{A}.ipynb": notebook()})}, "tanaka"),
    "an archive named after both": (
        {f"tanaka_{A}.zip": archive({f"{A}.ipynb": notebook()})}, "tanaka"),
    "an archive downloaded again": (
        {"tanaka (1).zip": archive({f"{A}.ipynb": notebook()})}, "tanaka"),
    "Moodle's archive": (
        {"KOUZA-課題-99.zip": archive(
            {f"山田 太郎_12345_assignsubmission_file_/{A}.ipynb": notebook()})},
        "山田_太郎_12345"),
    "Moodle's archive of archives": (
        {"99.zip": archive({"山田 太郎_12345_assignsubmission_file_/teisyutu.zip":
                            archive({f"{A}.ipynb": notebook()})})},
        "山田_太郎_12345"),
    "Moodle's archive, extracted": (
        {f"山田 太郎_12345_assignsubmission_file_/{A}.ipynb": notebook()}, "山田_太郎_12345"),
    "Moodle's files without folders": (
        {f"山田 太郎_12345_assignsubmission_file_{A}.ipynb": notebook()}, "山田_太郎_12345"),
    "Canvas's archive": (
        {"submissions.zip": archive({f"tanaka_12345_67890_{A}-1.ipynb": notebook()})},
        "tanaka_12345"),
    "a folder": ({f"tanaka/{A}.ipynb": notebook()}, "tanaka"),
    "a folder for each assignment": ({f"{A}/tanaka/{A}.ipynb": notebook()}, "tanaka"),
    "a loose notebook": ({f"tanaka_{A}.ipynb": notebook()}, "tanaka"),
    "a loose attempt": (
        {f"tanaka_attempt_2026-11-20-09-30-00_{A} (1).ipynb": notebook()}, "tanaka"),
    "Canvas": ({f"tanaka_12345_67890_{A}-1.ipynb": notebook()}, "tanaka_12345"),
    "Canvas, late": ({f"tanaka_LATE_12345_67890_{A}.ipynb": notebook()}, "tanaka_12345"),
    "a name in Japanese": ({f"田中{A}.ipynb": notebook()}, "田中"),
    "an address": ({f"tanaka@example.ac.jp_{A}.ipynb": notebook()}, "tanaka@example.ac.jp"),
    "another case": ({f"tanaka_{A.upper()}.IPYNB": notebook()}, "tanaka"),
    "a nameless notebook": ({"tanaka/Untitled.ipynb": notebook()}, "tanaka"),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_upload_finds_its_learner(hand_in, course, shape):
    """Catches a shape that an LMS makes and that is lost or gets another learner's name."""
    files, learner = SHAPES[shape]
    lines = hand_in(files)
    assert outcomes(lines) == ["collected"], lines
    assert submitted(course) == {f"{learner}/{A}": "answer"}
    assert (lines[0].learner, lines[0].assignment) == (learner, A)


@pytest.mark.parametrize("name", [
    f"{A}.ipynb", f"{A} (1).ipynb", f"{A} のコピー.ipynb", f"{A}-Copy1.ipynb", f"{A}_final.ipynb",
    f"Copy of {A}.ipynb", f"{A} - コピー (2).ipynb",
])  # fmt: skip
def test_a_renamed_notebook_is_still_the_assignment(hand_in, course, name):
    """Catches a copy's name that hides the assignment, which nbgrader would then not find."""
    assert outcomes(hand_in({f"tanaka/{name}": notebook()})) == ["collected"]
    assert list(submitted(course)) == [f"tanaka/{A}"]


def test_the_whole_course_in_one_archive(hand_in, course):
    """Catches the course's map or an unreleased section that is refused or taken for a learner."""
    members = {f"work/{name}/{name}.ipynb": notebook(name, name) for name in (A, B, "07_golf")}
    members["work/course.ipynb"] = notebook("map", "none")
    lines = hand_in({"tanaka.zip": archive(members)})
    assert outcomes(lines) == ["collected", "collected"]
    assert submitted(course) == {f"tanaka/{A}": A, f"tanaka/{B}": B}


def test_rubbish_is_passed_over(hand_in, course):
    """Catches a checkpoint or macOS's shadow file that is collected, or refused aloud."""
    members = {
        f".ipynb_checkpoints/{A}-checkpoint.ipynb": b"{}",
        f"__MACOSX/._{A}.ipynb": b"\0\5",
        f"._{A}.ipynb": b"\0\5",
        ".DS_Store": b"\0",
        "data.csv": b"1",
        f"{A}.ipynb": notebook(),
    }
    lines = hand_in({"tanaka.zip": archive(members), ".DS_Store": b"\0"})
    assert outcomes(lines) == ["collected"]


def test_names_from_macos_are_composed(hand_in, course):
    """Catches が in two code points: another learner, or the same one refused as two."""
    name = unicodedata.normalize("NFD", "がぎ")
    hand_in({f"{name}.zip": archive({f"{A}.ipynb": notebook("old")}),
             f"がぎ_{B}.ipynb": notebook("other")})  # fmt: skip
    lines = hand_in({f"がぎ_{A}.ipynb": notebook("new")}, NOON + 60)
    assert outcomes(lines) == ["replaced"]
    assert submitted(course) == {f"がぎ/{A}": "new", f"がぎ/{B}": "other"}


def test_a_folder_for_each_assignment(hand_in, course):
    """Catches downloads sorted by assignment that are taken for two learners."""
    hand_in({f"{A}/tanaka/{A}.ipynb": notebook(), f"{B}/tanaka_{B}.ipynb": notebook("b")})
    assert submitted(course) == {f"tanaka/{A}": "answer", f"tanaka/{B}": "b"}


def coded(name: str, encoding: str) -> bytes:
    """A zip archive whose names are bytes of this encoding, without the flag for UTF-8."""
    info = zipfile.ZipInfo(f"{'x' * len(name.encode(encoding))}/{A}.ipynb")
    data = archive({info: notebook(), f"q/{A}.ipynb": notebook("q")})
    return data.replace(b"x" * len(name.encode(encoding)), name.encode(encoding))


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_names_without_a_declared_encoding(hand_in, course, encoding):
    """Catches mojibake ids, and the 0x5C byte in cp932's 表 taken for a path separator."""
    lines = hand_in({"all.zip": coded("表田", encoding)}, whole_class=True)
    assert outcomes(lines) == ["collected", "collected"], lines
    assert set(submitted(course)) == {f"表田/{A}", f"q/{A}"}


def test_the_time_in_the_name_is_local_time(hand_in, course):
    """Catches 09:30:00 read as 09:00:00 or as UTC."""
    hand_in({f"tanaka_attempt_2026-11-20-09-30-00_{A}.ipynb": notebook()})
    assert time_of(course, "tanaka") == datetime(2026, 11, 20, 9, 30).astimezone()


FORGED = f"sato_attempt_2020-01-01-00-00-00_{A}.ipynb"


@pytest.mark.parametrize("name, learner", [
    ("tanaka_attempt_2026-11-20-09-30-00.zip/", "tanaka"),
    ("tanaka_attempt_2026-11-20-09-30-00_", "tanaka"),
    ("tanaka_12345_67890_", "tanaka_12345"),
    ("田中_2026_12345_assignsubmission_file_", "田中_2026_12345"),
])  # fmt: skip
def test_what_the_learner_named_decides_nothing(hand_in, course, name, learner):
    """Catches a learner who is on time, or somebody else, by the name of the uploaded file."""
    if name.endswith("/"):
        hand_in({name[:-1]: archive({FORGED: notebook()})})
    else:
        hand_in({f"{name}{FORGED}": notebook()})
    assert list(submitted(course)) == [f"{learner}/{A}"]
    assert time_of(course, learner).year == 2026


def test_without_a_time_in_the_name_the_file_has_one(hand_in, course):
    """Catches the moment of collecting taken for the moment of handing in: everybody late."""
    info = zipfile.ZipInfo(f"ito_12_34_{A}.ipynb", (2026, 11, 19, 8, 7, 6))
    members = {info: notebook(), f"abe_13_35_{A}.ipynb": notebook()}
    hand_in({"submissions.zip": archive(members)})
    hand_in({f"sato_{A}.ipynb": notebook()})
    assert time_of(course, "sato").timestamp() == NOON
    assert time_of(course, "ito_12") == datetime(2026, 11, 19, 8, 7, 6).astimezone()
    assert time_of(course, "abe_13").timestamp() == NOON  # 1980 means: unknown


@given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.timezones()))
def test_nbgrader_reads_the_stamp_rightly(time):
    """Catches a form that dateutil misreads: with +0900, nbgrader is off by almost nine hours."""
    assert parse_utc(stamp(time)) == time.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def test_the_form_that_nbgrader_misreads():
    """Shows why the stamp says UTC: when this fails, nbgrader has been repaired."""
    assert parse_utc("2026-11-21 09:30:00 +0900") == datetime(2026, 11, 21, 9, 15)


# Several uploads of one learner.


def test_the_newest_of_several_counts(hand_in, course):
    """Catches the order of names deciding: 9 comes after 10, and a later copy before the first."""
    lines = hand_in({
        f"tanaka_attempt_2026-11-20-10-00-00_{A}.ipynb": notebook("ten"),
        f"tanaka_attempt_2026-11-20-09-00-00_{A} (1).ipynb": notebook("nine"),
        f"tanaka_{A}.ipynb": notebook("eight"),
    }, datetime(2026, 11, 20, 8).timestamp())  # fmt: skip
    assert submitted(course) == {f"tanaka/{A}": "ten"}
    assert outcomes(lines) == ["collected"]
    assert lines[0].text.startswith("2026-11-20 10:00:00 ")
    assert lines[0].text.endswith("3 件のうち、いちばん新しいものです。")


def test_the_time_in_the_name_goes_before_the_files_own(hand_in, course):
    """Catches a download's time, which says nothing, deciding between two attempts."""
    hand_in({
        f"tanaka_attempt_2026-11-20-{hour}-00-00.zip":
        archive({zipfile.ZipInfo(f"{A}.ipynb", (2026, 11, day, 0, 0, 0)): notebook(hour)})
        for hour, day in (("10", 18), ("09", 19))
    })  # fmt: skip
    assert submitted(course) == {f"tanaka/{A}": "10"}


def test_of_one_time_the_later_copy_counts(hand_in, course):
    """Catches a resubmission lost where the archive's unpacking gave both files one time."""
    hand_in({f"sato_12345_67890_{A} (3).ipynb": notebook("1"),
             f"sato_12345_67999_{A}-1.ipynb": notebook("2"),
             f"ito_{A}.ipynb": notebook("1"), f"ito_{A} (1).ipynb": notebook("2"),
             f"ito_{A} (10).ipynb": notebook("10")})  # fmt: skip
    assert submitted(course) == {f"sato_12345/{A}": "2", f"ito/{A}": "10"}


def test_nothing_decides_between_equals(hand_in, course):
    """Catches a coin tossed in silence between two notebooks."""
    lines = hand_in({f"tanaka/a/{A}.ipynb": notebook("1"), f"tanaka/{A}/{A}.ipynb": notebook("2")})
    assert outcomes(lines) == ["refused"] and "同じ時刻" in lines[0].text
    assert submitted(course) == {}


def test_the_same_again_is_unchanged(hand_in, course):
    """Catches a second round that makes everybody late or fills the disk with backups."""
    files = {f"tanaka_{A}.ipynb": notebook(), "ito.zip": archive({f"{A}.ipynb": notebook()})}
    hand_in(files)
    lines = hand_in(files, NOON + 3600)
    assert outcomes(lines) == ["unchanged", "unchanged"]
    assert time_of(course, "tanaka").timestamp() == NOON
    assert not (course / "grading/replaced").exists()


def test_handing_in_the_same_twice_keeps_the_first_time(hand_in, course):
    """Catches a learner who becomes late by uploading the same file once more."""
    hand_in({f"tanaka_attempt_2026-11-20-{hour}-00-00_{A}.ipynb": notebook(text)
             for hour, text in (("08", "x"), ("09", "y"), ("10", "x"), ("11", "x"))})  # fmt: skip
    assert submitted(course) == {f"tanaka/{A}": "x"}
    assert time_of(course, "tanaka") == datetime(2026, 11, 20, 10).astimezone()


def test_newer_replaces_and_nothing_is_lost(hand_in, course):
    """Catches an overwritten submission, and an old upload that overwrites a newer one."""
    for text, hours in (("first", 0), ("second", 1), ("third", 2)):
        hand_in({f"tanaka_{A}.ipynb": notebook(text)}, NOON + 3600 * hours)
    lines = hand_in({f"tanaka_{A}.ipynb": notebook("late to the party")}, NOON - 60)
    assert outcomes(lines) == ["older"]
    assert submitted(course) == {f"tanaka/{A}": "third"}
    kept = sorted((course / "grading/replaced/tanaka" / A).glob(f"*/{A}.ipynb"))
    assert [json.loads(p.read_bytes())["cells"][0]["source"] for p in kept] == ["first", "second"]
    assert [p.parent.name for p in kept] == ["20261120T120000Z", "20261120T130000Z"]


def test_a_collected_notebook_without_a_readable_time_is_kept_too(hand_in, course):
    """Catches a submission of another tool that is overwritten because its stamp says nothing."""
    for number, text in enumerate(("", "yesterday")):
        place = course / f"grading/submitted/tanaka{number}/{A}"
        place.mkdir(parents=True)
        (place / f"{A}.ipynb").write_bytes(notebook("theirs"))
        (place / "timestamp.txt").write_text(text)
        lines = hand_in({f"tanaka{number}_{A}.ipynb": notebook("ours")})
        assert outcomes(lines) == ["replaced"]
        assert len(list((course / f"grading/replaced/tanaka{number}").rglob("*.ipynb"))) == 1


def test_the_same_time_and_another_content_is_refused(hand_in, course):
    """Catches a submission replaced although nobody knows which came later."""
    hand_in({f"tanaka_{A}.ipynb": notebook("one")})
    assert outcomes(hand_in({f"tanaka_{A}.ipynb": notebook("other")})) == ["refused"]
    assert submitted(course) == {f"tanaka/{A}": "one"}


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_a_kill_in_between_loses_nothing(hand_in, course, monkeypatch, moved):
    """Catches a half-written submission, or an old one that is neither in its place nor kept."""
    hand_in({f"tanaka_{A}.ipynb": notebook("old")})
    place, kept = course / f"grading/submitted/tanaka/{A}", course / "grading/replaced"
    rename, done = os.rename, []

    def killed_after(*paths):
        if len(done) == moved:
            raise KeyboardInterrupt
        done.append(paths)
        rename(*paths)

    monkeypatch.setattr(os, "rename", killed_after)
    files = {f"tanaka_{A}.ipynb": notebook("new")}
    with pytest.raises(KeyboardInterrupt):
        hand_in(files, NOON + 60)
    monkeypatch.undo()
    left = [p for p in (*place.glob("*"), *kept.rglob("*.ipynb")) if p.parent.name != "arriving"]
    assert [first_text(p) for p in left if p.suffix == ".ipynb"] == ["old"]
    # After the second step it only remains to be put in its place, and that comes first.
    assert outcomes(hand_in(files, NOON + 60)) == ["unchanged" if moved == 2 else "replaced"]
    assert submitted(course) == {f"tanaka/{A}": "new"}
    assert list(map(first_text, kept.rglob("*.ipynb"))) == ["old"]
    assert time_of(course, "tanaka").timestamp() == NOON + 60


# The learner's own record.


def test_the_record_beside_the_notebook_comes_along(hand_in, course):
    """Catches a lost record of tries, and one that lands in nbgrader's autograded folder."""
    record = json.dumps({"outcomes": {}, "tries": {"threshold_mask": 3}}).encode()
    hand_in({
        "sato.zip": archive({f"work/{A}/{A}.ipynb": notebook(), "work/.progress.json": record}),
        f"ito/{A}.ipynb": notebook(), "ito/.progress.json": record,
        f"abe_{A}.ipynb": notebook(), ".progress.json": record,
    })  # fmt: skip
    kept = {p.parts[-3] for p in (course / "grading/submitted").rglob(".progress.json")}
    assert kept == {"sato", "ito"}  # a record beside loose notebooks is nobody's


@pytest.mark.parametrize("record", [
    b"[]", b"{", b"\xff", b"[" * 20_000, b'{"x": "' + b"x" * 70_000 + b'"}'
])  # fmt: skip
def test_a_broken_record_costs_no_notebook(hand_in, course, record):
    """Catches a record that nobody can read, or that fills the disk, taken or fatal."""
    lines = hand_in({f"tanaka/{A}.ipynb": notebook(), "tanaka/.progress.json": record})
    assert outcomes(lines) == ["collected"] and ".progress.json は取り込みませんでした" in lines[0].text
    assert not list((course / "grading/submitted").rglob(".progress.json"))


# In doubt, nothing is guessed.


def test_two_spellings_of_one_id_are_not_merged(hand_in, course):
    """Catches two learners in one folder, in silence, on any operating system."""
    lines = hand_in({f"sato 1_{A}.ipynb": notebook("1"), f"sato#1_{A}.ipynb": notebook("2"),
                     f"Ito_{A}.ipynb": notebook("3"), f"ito_{B}.ipynb": notebook("4"),
                     f"abe_{A}.ipynb": notebook("5")})  # fmt: skip
    assert outcomes(lines).count("refused") == 4
    assert submitted(course) == {f"abe/{A}": "5"}
    assert outcomes(hand_in({f"ABE_{A}.ipynb": notebook("6")})) == ["refused"]


def test_an_archive_among_others_hands_in_for_one_learner(hand_in, course):
    """Catches a learner who hands in for another one by the names inside an archive."""
    forged = {f"sato_attempt_2030-01-01-00-00-00_{A}.ipynb": notebook("forged")}
    lines = hand_in({
        f"sato_{A}.ipynb": notebook("sato"),
        "tanaka.zip": archive(forged),
        "ito.zip": archive({f"sato/{A}.ipynb": notebook("x"), f"abe/{A}.ipynb": notebook("y")}),
        f"{A}.zip": archive({f"sato/{A}.ipynb": notebook("z")}),
        "kato_attempt_2026-11-20-09-30-00.zip": archive(forged),
    }, NOON)  # fmt: skip
    refused = [line.where for line in lines if line.outcome == "refused"]
    assert refused == [f"{A}.zip", "ito.zip", "tanaka.zip"]
    assert submitted(course) == {f"sato/{A}": "sato", f"kato/{A}": "forged"}


def test_what_names_nobody_or_nothing_is_refused_by_name(hand_in, course):
    """Catches uploads that vanish: each of them needs a line."""
    both = json.loads(notebook())
    both["cells"] += json.loads(notebook("x", "soft_loss"))["cells"]
    lines = hand_in({
        f"{A}.ipynb": notebook(),
        "tanaka.ipynb": notebook("x", "unknown"),
        "sato/notes.txt": b"see my mail",
        "ito.pdf": b"%PDF",
        "kato/Untitled.ipynb": json.dumps(both).encode(),
        f"abe_attempt_2026-13-20-09-30-00_{A}.ipynb": notebook(),
        f"mori_{A}.ipynb": notebook("fine"),
    })  # fmt: skip
    assert outcomes(lines) == ["collected"] + ["refused"] * 6
    assert submitted(course) == {f"mori/{A}": "fine"}
    reasons = {line.where: line.text for line in lines}
    assert f"{B}、{A}" in reasons["kato/Untitled.ipynb"]
    assert "month" in reasons[f"abe_attempt_2026-13-20-09-30-00_{A}.ipynb"]
    assert show(lines) == 1 and show(lines[:1]) == 0


def test_the_outcomes_stand_in_one_column(hand_in, capsys):
    """Catches lines that nobody can scan, and a round without uploads that looks like success."""
    again = {f"ito_{A}.ipynb": notebook(), f"abe_{A}.ipynb": notebook("new")}
    hand_in({f"ito_{A}.ipynb": notebook(), f"abe_{A}.ipynb": notebook("old")})
    lines = hand_in(again | {f"sato_{A}.ipynb": notebook(), "x.pdf": b""}, NOON + 60)
    lines += hand_in({f"abe_{A}.ipynb": notebook("older")})
    show(lines)
    *printed, summary = capsys.readouterr().out.splitlines()
    words = ["差し替え", "変更なし", "取り込み", "受付不可", "古い提出"]
    assert [line[:6] for line in printed] == [f"{word}  " for word in words]
    assert printed[2].startswith(f"取り込み  sato {A}: sato_{A}.ipynb: 2026-11-20 ")
    assert summary == "、".join(f"{word} 1 件" for word in words)
    assert show([]) == 0
    assert capsys.readouterr().out == "提出物が見つかりませんでした。\n"


def test_no_folder_no_traceback(course):
    """Catches a mistyped folder that ends in a traceback or in success."""
    assert show(collect(course / "nowhere", course)) == 1


# Hostile files, names and archives.


@pytest.mark.parametrize("data", [
    b"", b"{", b"[]", b"\xff\xfe{\0}\0", "日本".encode("cp932"), b"[" * 100_000, b'{"cells": 1}',
    b'{"nbformat": 3, "worksheets": []}', b'{"cells": [], "nbformat": 4',
])  # fmt: skip
def test_what_is_no_notebook_is_refused_alone(hand_in, course, data):
    """Catches a broken file that stops the round or reaches the grader."""
    lines = hand_in({f"sato_{A}.ipynb": data, f"ito_{A}.ipynb": notebook()})
    assert outcomes(lines) == ["collected", "refused"]
    assert list(submitted(course)) == [f"ito/{A}"]


def test_odd_but_honest_notebooks_are_taken(hand_in, course):
    """Catches a BOM, old cells without ids, or cells without metadata that cost a learner all."""
    odd = json.loads(notebook())
    odd["cells"] += [{"cell_type": "raw"}, {"metadata": {"nbgrader": "no dictionary"}}, None]
    odd["nbformat_minor"] = 4
    data = b"\xef\xbb\xbf" + json.dumps(odd).replace(", ", ",\r\n").encode()
    assert outcomes(hand_in({f"sato_{A}.ipynb": data})) == ["collected"]
    assert submitted(course) == {f"sato/{A}": "answer"}


def everything_below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "uploads" not in str(path.relative_to(folder))}


@pytest.mark.parametrize("name", [
    f"../{A}.ipynb", f"x/../../../{A}.ipynb", f"/etc/{A}.ipynb", f"..\\{A}.ipynb", f"C:/{A}.ipynb",
    f"C:{A}.ipynb", f"\\\\host\\{A}.ipynb", f"x\n{A}.ipynb", f"x\x1b[2J{A}.ipynb",
    f"{A}.ipynb\0.txt", "../../../../evil.txt", "/",
])  # fmt: skip
def test_a_name_that_leads_out_is_refused(hand_in, course, tmp_path, name, capsys):
    """Catches zip slip, and a name that forges a line of the report or drives the terminal."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    before = everything_below(tmp_path)
    lines = hand_in({"sato.zip": archive({info: notebook("evil"), f"{A}.ipynb": notebook("good")})})
    assert outcomes(lines) == ["collected", "refused"], lines
    assert submitted(course) == {f"sato/{A}": "good"}
    new = {path.relative_to(course).parts[:2] for path in everything_below(tmp_path) - before}
    assert new <= {("grading",), ("grading", "submitted")}
    show(lines)
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 3 and "\x1b" not in printed


def test_links_are_not_followed(hand_in, course, tmp_path):
    """Catches the instructor's own files handed in through a link."""
    info = zipfile.ZipInfo(f"{A}.ipynb")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    lines = hand_in({"sato.zip": archive({info: b"/etc/passwd"})})
    assert outcomes(lines) == ["refused"] and "リンク" in lines[0].text
    uploads = tmp_path / "links"
    uploads.mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / f"secret/{A}.ipynb").write_bytes(notebook("secret"))
    try:
        (uploads / "sato").symlink_to(tmp_path / "secret", target_is_directory=True)
        (uploads / f"ito_{A}.ipynb").symlink_to(tmp_path / f"secret/{A}.ipynb")
    except OSError:
        pytest.skip("this system does not let us make links")
    lines = collect(uploads, course)
    assert [(line.outcome, "リンク" in line.text) for line in lines] == [("refused", True)] * 2
    assert submitted(course) == {}


def test_bombs_are_refused_unread(hand_in, course, monkeypatch):
    """Catches an archive that fills memory or disk: by size, by their sum, by number."""
    monkeypatch.setattr(archives, "MEMBER_CAP", 2_000)
    large = notebook(random.Random(0).randbytes(2_000).hex())
    assert outcomes(hand_in({"sato.zip": archive({f"{A}.ipynb": large})})) == ["refused"]
    assert outcomes(hand_in({f"sato_{A}.ipynb": large})) == ["refused"]
    monkeypatch.setattr(module, "LEARNER_CAP", 1_000)
    many = archive({f"{A} ({n}).ipynb": notebook(str(n)) for n in range(100)})
    lines = hand_in({"sato.zip": many, f"ito_{A}.ipynb": notebook()})
    assert outcomes(lines).count("refused") > 90 and f"ito/{A}" in submitted(course)
    monkeypatch.setattr(archives, "MEMBERS_CAP", 50)
    lines = hand_in({"abe.zip": many})
    assert outcomes(lines) == ["refused"] and "100 個の名前" in lines[0].text


def patched(data: bytes, central: int, local: int, form: str, value: int) -> bytes:
    """An archive with one member, a field of whose two headers says something else."""
    data = bytearray(data)
    struct.pack_into(form, data, data.index(b"PK\x01\x02") + central, value)
    struct.pack_into(form, data, data.index(b"PK\x03\x04") + local, value)
    return bytes(data)


@pytest.mark.parametrize("central, local, form, value, reason", [
    (24, 22, "<I", 40, "CRC"),  # declares fewer bytes than it holds
    (24, 22, "<I", 4_000, "書かれている長さ"),  # and more
    (8, 6, "<H", 1, "暗号化"),
    (10, 8, "<H", 9, "deflate"),  # deflate64
    (10, 8, "<H", 12, "deflate"),  # bzip2, which inflates without a limit
])  # fmt: skip
def test_headers_that_lie_are_found_out(hand_in, course, central, local, form, value, reason):
    """Catches a size, a flag or a method that is believed."""
    data = patched(archive({f"{A}.ipynb": notebook()}), central, local, form, value)
    lines = hand_in({"sato.zip": data, "ito.zip": archive({f"{A}.ipynb": notebook()})})
    assert outcomes(lines) == ["collected", "refused"]
    assert reason in lines[1].text, lines[1]


def test_archives_in_archives_end_at_the_second(hand_in, course):
    """Catches a quine of archives."""
    inner = archive({f"{A}.ipynb": notebook()})
    lines = hand_in({
        "ito.zip": archive({"2.zip": inner}),
        "sato.zip": archive({"2.zip": archive({"3.zip": inner})}),
    })  # fmt: skip
    assert outcomes(lines) == ["collected", "refused"]
    assert submitted(course) == {f"ito/{A}": "answer"}


def test_no_damaged_archive_stops_the_round(tmp_path, course):
    """Catches an exception that nobody expected: 300 archives with bytes changed or cut off."""
    chance = random.Random(20_261_124)
    whole = archive({f"{A}.ipynb": notebook(), f"x/{B}.ipynb": notebook("b"), "n.zip": b"PK"})
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    for number in range(300):
        data = bytearray(whole[: chance.choice([len(whole), chance.randrange(len(whole))])])
        for _ in range(chance.randrange(1, 9)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        (uploads / f"s{number}.zip").write_bytes(data)
    (uploads / f"honest_{A}.ipynb").write_bytes(notebook("honest"))
    lines = collect(uploads, course)
    assert {line.where.split("/")[0] for line in lines} >= {
        f"s{number}.zip" for number in range(300)
    }
    assert submitted(course)[f"honest/{A}"] == "honest"


@given(st.text(max_size=80))
def test_an_id_is_one_safe_part_of_a_path(owner):
    """Catches an id with a separator, a leading dot or dash, a control character or a glob."""
    found = learner_id(owner)
    assert found == "" or (found[0].isalnum() and found[-1] not in ".-@+_")
    assert not set(found) & set("/\\:*?[]{}<>|\"'`$&;, \0\n\r\t")
    assert all(c.isprintable() for c in found)
    assert learner_id(found) == found


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from([A, B]))
def test_no_name_breaks_the_reading(text, assignment):
    """Catches a name that raises, and an assignment lost behind odd characters."""
    read_name(text, [A, B])
    assert read_name(f"{text} {assignment}.ipynb", [A, B]).released in (A, B)


def test_nothing_of_the_work_stays_behind(hand_in, course):
    """Catches copies of uploads left in the course's folder."""
    hand_in({f"tanaka_{A}.ipynb": notebook(), f"ito_{A}.ipynb": b"{"})
    assert [path.name for path in (course / "grading").iterdir()] == ["submitted"]
