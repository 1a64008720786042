"""Who owns what in an upload, and when it was handed in: whatever an LMS, an instructor, Google Drive
or an attacker makes of it, each learner is found, or the upload is refused by name."""

import json
import os
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from honest.class_uploads import MOODLE, SHAPES, in_folder
from hostile.hostile_uploads import FOR_OTHERS, FOR_OTHERS_IN_A_CLASS, OTHER_SPELLINGS, SLOW_NAMES
from nbgrader.api import Base, Student
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from upload_kit import archive, first_text, notebook, outcomes, rounds, today, two_assignments  # noqa: F401

from checker.__main__ import main
from checker.grading import ownership, receipts, similar_ids
from checker.grading.archive import opened
from checker.grading.collect import collect, show
from checker.grading.stage import Stage
from checker.grading.upload_names import learner_id, read_name

A, B = "06_pruning", "05_distillation"
FILE = f"{A}.ipynb"
MOODLE_AGAIN = in_folder("x", MOODLE)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def course(tmp_path):
    return two_assignments(tmp_path / "course")


@pytest.fixture
def hand_in(tmp_path, course):
    write_and_collect = rounds(tmp_path, course)
    return lambda files, seconds=NOON, **options: write_and_collect(files, seconds, **options)


def submitted(course: Path) -> dict[str, str]:
    """Learner → text of the answer, of assignment A."""
    paths = (course / "grading/submitted").glob(f"*/{A}/{A}.ipynb")
    return {path.parts[-3]: first_text(path) for path in paths}


def beside(course: Path, learner: str) -> dict | None:
    path = course / f"grading/submitted/{learner}/{A}/lms.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def time_of(course: Path, learner: str) -> datetime:
    """The time stamp as nbgrader itself reads it."""
    folder = course / "grading/submitted" / learner / A
    return CourseDirectory().get_existing_timestamp(str(folder)).replace(tzinfo=UTC)


# Honest classes.


@pytest.mark.parametrize("shape", SHAPES)
def test_every_learner_of_a_class_is_found(hand_in, course, shape):
    """Catches a class that becomes one learner, a learner with several ids, an LMS's own text that
    is called a fault, and a key of the LMS that is lost."""
    files, keys, options = SHAPES[shape]
    lines = hand_in(files, **options)
    assert outcomes(lines) == ["collected"] * len(keys), lines
    assert {learner: beside(course, learner) for learner in submitted(course)} == keys
    assert set(submitted(course).values()) == {"tanaka", "sato"} or len(keys) == 1
    assert show(lines) == 0


@pytest.mark.parametrize("shape", [s for s, (*_, options) in SHAPES.items() if options])
def test_a_class_without_an_lms_waits_for_the_instructors_word(hand_in, course, shape):
    """Catches a class of which one learner is collected and the rest is dropped in silence."""
    lines = hand_in(SHAPES[shape][0])
    lost = [line for line in lines if line.outcome == "collected" and "--class" not in line.text]
    if shape == "an archive of one learner":  # nobody can tell it from an archive by this name
        assert list(submitted(course)) == ["class"]
    else:
        assert not lost and all("--class" in line.text for line in lines), lines
        assert submitted(course) == {}


def test_the_command_takes_the_instructors_word(course, tmp_path, monkeypatch, capsys):
    """Catches an option that the command line does not pass on."""
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads/class.zip").write_bytes(archive({
        f"tanaka/{FILE}": notebook("tanaka"), f"sato/{FILE}": notebook("sato")}))  # fmt: skip
    monkeypatch.chdir(course)
    assert main(["collect", str(tmp_path / "uploads")]) == 1
    assert main(["collect", str(tmp_path / "uploads"), "--class"]) == 0
    assert submitted(course) == {"tanaka": "tanaka", "sato": "sato"}
    assert "取り込み 2 件" in capsys.readouterr().out


@pytest.mark.parametrize("system, names, learner", [
    ("canvas", ("tanaka_98_1001_06_pruning.ipynb", "tanaka_LATE_98_1002_06_pruning-1.ipynb"),
     "tanaka_98"),
    ("prairielearn", ("a@x.jp_1_q_1_1_06_pruning.ipynb", "a@x.jp_1_q_2_1_06_pruning.ipynb"),
     "a@x.jp"),
    ("blackboard", ("06_pruning_s1_attempt_2026-11-20-09-30-00_06_pruning.ipynb",
                    "06_pruning_s1_attempt_2026-11-20-09-31-00_06_pruning.ipynb"), "s1"),
])  # fmt: skip
def test_each_attempt_is_the_same_learners_and_the_last_counts(
    hand_in, course, system, names, learner
):
    """Catches a number of the upload in the id: each attempt would be a learner of its own."""
    lines = hand_in({name: notebook(str(n)) for n, name in enumerate(names)})
    assert outcomes(lines) == ["collected"] and submitted(course) == {learner: "1"}
    assert beside(course, learner)["system"] == system


def test_a_file_unpacked_a_moment_later_is_not_the_newer_one(course, tmp_path):
    """Catches Canvas' older file chosen because its name comes later in the alphabet."""
    for number, moment in ((1001, NOON), (998, NOON + 0.25)):
        path = tmp_path / "unpacked" / f"tanaka_98_{number}_{FILE}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(notebook(str(number)))
        os.utime(path, (moment, moment))
    assert outcomes(collect(path.parent, course)) == ["collected"]
    assert submitted(course) == {"tanaka_98": "1001"}


def test_an_lms_without_a_notebook_is_told(hand_in):
    """Catches a learner who handed in a text and no notebook, and of whom nobody hears."""
    lines = hand_in({
        "ito_1_assignsubmission_onlinetext_/onlinetext.html": b"my answer",
        f"abe_2_assignsubmission_file_{FILE}": notebook(),
    })  # fmt: skip
    assert [(line.outcome, line.where[:3]) for line in lines] == [
        ("collected", "abe"), ("refused", "ito")
    ]  # fmt: skip


def test_a_broken_list_of_submitters_leaves_everybody_out(hand_in, course):
    """Catches learners called submission_501 because Gradescope's file could not be read."""
    for text in (b"[", b"- 1", b"submission_1: 2", b"\xff", b"a: &a [*a]"):
        lines = hand_in({"submission_metadata.yml": text, f"submission_501/{FILE}": notebook()})
        assert outcomes(lines) == ["refused"], text
    assert submitted(course) == {}


def test_a_learners_file_is_no_list_of_submitters(hand_in, course):
    """Catches one learner's submission_metadata.yml or reportlist.xlsx that hides everybody else."""
    keys = SHAPES["Moodle, packed again"][1]
    members = {f"x/田中 太郎_1234567_assignsubmission_file_/{name}": b"a: {':submitters': []}"
               for name in ("submission_metadata.yml", "reportlist.xlsx")}  # fmt: skip
    lines = hand_in({"x.zip": archive(MOODLE_AGAIN | members)})
    assert outcomes(lines) == ["collected"] * 2 and set(submitted(course)) == set(keys)


def test_what_lies_above_the_learners_is_told(hand_in):
    """Catches files beside the single folder around a class that vanish without a line."""
    link = zipfile.ZipInfo("link.ipynb")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    lines = hand_in({"x.zip": archive({
        **MOODLE_AGAIN, "late.rar": b"Rar!", "memo.ipynb": notebook("m", "none"), link: b"/etc"})})  # fmt: skip
    assert outcomes(lines) == ["collected"] * 2 + ["refused"] * 3
    assert [line.where for line in lines[2:]] == [
        "x.zip/late.rar", "x.zip/link.ipynb", "x.zip/memo.ipynb"
    ]  # fmt: skip


def test_a_group_hands_in_for_each_of_it(hand_in, course):
    """Catches the second one of a group in Gradescope left without a submission."""
    people = "".join(f"  - :name: {who}\n    :sid: '{n}'\n" for n, who in ((7, "Ito"), (8, "Abe")))
    lines = hand_in({
        "submission_metadata.yml": f"submission_1:\n  :submitters:\n{people}".encode(),
        f"submission_1/{FILE}": notebook("ours"),
    })  # fmt: skip
    assert outcomes(lines) == ["collected"] * 2 and submitted(course) == {"7": "ours", "8": "ours"}


# "The newest of several" chooses between uploads of one learner, and between nothing else.


def test_two_folders_of_one_upload_are_not_weighed_against_each_other(hand_in, course):
    """Catches a learner's old copy, or another learner's work, chosen by a file's own time."""
    lines = hand_in({
        "tanaka.zip": archive({
            zipfile.ZipInfo(f"{A}/{FILE}", (2026, 11, 18, 0, 0, 0)): notebook("1"),
            zipfile.ZipInfo(f"backup/{FILE}", (2026, 11, 19, 0, 0, 0)): notebook("2"),
        }),
        f"ito_1_assignsubmission_file_/a/{FILE}": notebook("same"),
        f"ito_1_assignsubmission_file_/b/{FILE}": notebook("same"),
    })  # fmt: skip
    assert outcomes(lines) == ["collected", "refused"]
    assert "別のフォルダー" in lines[1].text and submitted(course) == {"ito_1": "same"}


def test_single_folders_that_may_be_a_learners_are_told(hand_in, course):
    """Catches the first learner of a class collected under the class's name without a word."""
    lines = hand_in({f"2026/kadai6/ito/{FILE}": notebook()})
    assert outcomes(lines) == ["collected", "notice"] and "kadai6、ito" in lines[1].text
    lines = hand_in({"c.zip": archive({f"kadai6/ito/{FILE}": notebook()})}, whole_class=True)
    assert outcomes(lines) == ["refused"] and "kadai6、ito" in lines[0].text


def test_what_is_passed_over_in_a_learners_folder_is_told(hand_in, course):
    """Catches newer work under another ending, beside an old notebook that counts in silence."""
    lines = hand_in({
        f"tanaka/{FILE}": notebook("old"), f"tanaka/{A}_v2.ipynb.json": notebook("new"),
        f"tanaka/{FILE} のコピー": notebook("copy"), "tanaka/all.rar": b"Rar!",
        f"tanaka/{A}.html": b"<html>", "tanaka/data.csv": b"1", f"tanaka/{FILE}~": b"",
    })  # fmt: skip
    told = {line.where.removeprefix("tanaka/"): (line.outcome, line.text) for line in lines}
    assert told.pop(FILE)[0] == "collected"
    assert (
        told[f"{A}_v2.ipynb.json"][0] == "refused" and "「.json」" in told[f"{A}_v2.ipynb.json"][1]
    )
    assert (
        told[f"{FILE} のコピー"][0] == "refused" and "「 のコピー」" in told[f"{FILE} のコピー"][1]
    )
    assert told["all.rar"][0] == "refused" and told[f"{A}.html"][0] == "notice"
    assert len(told) == 5  # the table is of no assignment; the editor's backup has a line, too


def test_a_notebook_without_a_telling_name_counts_by_its_cells(hand_in, course):
    """Catches a learner whose Untitled.ipynb hides, and a memo that makes one learner two."""
    lines = hand_in(
        {"x.zip": archive({f"sato/{FILE}": notebook(), "ito/Untitled.ipynb": notebook()})}
    )
    assert outcomes(lines) == ["refused"] and "ito、sato" in lines[0].text
    memo = notebook("memo", "nothing of ours")
    lines = hand_in({"abe.zip": archive({f"work/{FILE}": notebook("abe"), "memo/x.ipynb": memo})})
    assert outcomes(lines) == ["collected"] and submitted(course) == {"abe": "abe"}


# Hostile uploads.


@pytest.mark.parametrize("alone, case", [
    *((True, case) for case in FOR_OTHERS if case not in OTHER_SPELLINGS),
    *((False, case) for case in FOR_OTHERS),
])  # fmt: skip
def test_nobody_hands_in_for_others(hand_in, course, case, alone):
    """Catches an upload that reaches somebody else's place, alone in a round or beside theirs."""
    own = {f"{who}_{FILE}": notebook(who) for who in ("tanaka", "sato")}
    hand_in(own)
    lines = hand_in(FOR_OTHERS[case] if alone else own | FOR_OTHERS[case], NOON + 3600)
    assert submitted(course) == {"tanaka": "tanaka", "sato": "sato"}
    assert outcomes(lines) == [*([] if alone else ["unchanged"] * 2), "refused"], lines


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("case", FOR_OTHERS_IN_A_CLASS)
def test_nobody_hands_in_for_others_where_the_instructor_says_class(hand_in, course, case, packed):
    """Catches --class believed of each learner's own folder, too, and the LMS's marks in one."""
    own = {f"{who}/{FILE}": notebook(who) for who in ("tanaka", "sato")}
    files = own | in_folder("mallory", FOR_OTHERS_IN_A_CLASS[case])
    lines = hand_in({"class.zip": archive(files)} if packed else files, whole_class=True)
    assert submitted(course) == {"tanaka": "tanaka", "sato": "sato"}
    assert outcomes(lines) == ["collected"] * 2 + ["refused"], lines


def test_times_in_the_future_are_refused_by_name(hand_in, course):
    """Catches an upload that no later one can replace."""
    lines = hand_in({"class.zip": archive({
        f"tanaka_attempt_2099-01-01-00-00-00_{FILE}": notebook(),
        zipfile.ZipInfo(f"ito_1_2_{FILE}", (2099, 1, 1, 0, 0, 0)): notebook(),
        f"abe_3_4_{FILE}": notebook(),
    })}, whole_class=True)  # fmt: skip
    assert outcomes(lines) == ["collected", "refused", "refused"]
    assert all("未来" in line.text for line in lines[1:]) and list(submitted(course)) == ["abe_3"]
    assert outcomes(hand_in({f"sato_{FILE}": notebook()}, NOON + 1e9)) == ["refused"]


@pytest.mark.parametrize("files", [
    {f"ito_7_assignsubmission_file_/x_attempt_2020-01-01-00-00-00_{FILE}": notebook()},
    {f"ito_7/x_{FILE}": notebook()},
    {"ito_7.zip": archive({zipfile.ZipInfo(FILE, (2019, 1, 1, 0, 0, 0)): notebook()})},
    {"ito_7_assignsubmission_file_/work.zip": archive({
        zipfile.ZipInfo(FILE, (2019, 1, 1, 0, 0, 0)): notebook()})},
    {"ito_7.zip": archive({zipfile.ZipInfo("w.zip", (2019, 1, 1, 0, 0, 0)): archive({
        zipfile.ZipInfo(FILE, (2018, 1, 1, 0, 0, 0)): notebook()})})},
    {f"ito@7@x_attempt_2020-01-01-00-00-00_{FILE}": notebook()},
])  # fmt: skip
def test_a_learner_writes_no_time(hand_in, course, files):
    """Catches a late learner who is on time by a file name, or by the clock of an own archive."""
    hand_in(files)
    assert list(submitted(course)) == ["ito_7"] and time_of(course, "ito_7").timestamp() == NOON


def test_who_writes_the_times_of_each_system(hand_in, course):
    """Catches Gradescope's time taken for local time, or passed over."""
    hand_in(SHAPES["Gradescope"][0])
    assert time_of(course, "0012") == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    assert time_of(course, "sato@example.ac.jp") == datetime(2026, 11, 20, 0, 31, tzinfo=UTC)


@pytest.mark.parametrize("bytes_of_id, outcome", [(200, "collected"), (201, "refused")])
def test_an_id_leaves_room_for_what_is_added_to_it(hand_in, course, bytes_of_id, outcome):
    """Catches a name within the limit that outgrows it as the name of a receipt."""
    name = "あ" * (bytes_of_id // 3) + "a" * (bytes_of_id % 3)
    lines = hand_in({f"{name}.zip": archive({FILE: notebook()}), f"ito_{FILE}": notebook()})
    assert outcomes(lines) == sorted([outcome, "collected"])


def test_one_long_name_stops_nobody(tmp_path, monkeypatch):
    """Catches the run of everybody ended by one learner whose receipt cannot even be looked for."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "grading/receipts" / A).mkdir(parents=True)
    assert receipts.unchanged("course", A, "x" * 250) is False


@pytest.mark.parametrize(
    "name, most", [("{n}.zip", 0), ("a ({n}).zip", 2), ("Untitled{n}.ipynb", 2)]
)
def test_little_is_read_only_to_learn_whose_it_is(hand_in, monkeypatch, name, most):
    """Catches minutes of reading for an archive that is refused by its names, or by its size."""
    work = archive({FILE: notebook()}) if name.endswith("zip") else notebook()
    monkeypatch.setattr(ownership, "PEEKED_CAP", 2 * len(work))
    reads = []
    monkeypatch.setattr(ownership, "opened", lambda e: reads.append(e.where) or opened(e))
    is_ours = Stage.is_ours
    monkeypatch.setattr(Stage, "is_ours", lambda s, e: reads.append(e.where) or is_ours(s, e))
    upload = archive({f"x/{name.format(n=n)}": work for n in range(1, 6)})
    hand_in({f"mallory_{A}.zip": upload, f"sato_{FILE}": notebook()})
    nested = [where for where in reads if "/" in where]
    assert len(set(nested)) <= most, nested


def seconds(shape: str, length: int) -> float:
    """Seconds of CPU for everything that reads a name made of this shape."""
    name = (shape * (length // len(shape) + 1))[:length]
    started = time.process_time()
    for text in (name, f"{name}x", f"x{name}{FILE}"):
        read_name(text, [A, B], [f"{shape}x"])
        learner_id(text)
    return time.process_time() - started


@pytest.mark.parametrize("shape", SLOW_NAMES)
def test_no_name_takes_more_than_linear_time(shape):
    """Catches a pattern that goes back: 65,000 characters of " (1)" once cost a minute."""
    short = max(seconds(shape, 1_600), 1e-3)
    for length in (6_400, 25_600, 102_400):  # up in steps: what is slow ends early
        spent = seconds(shape, length)
        if spent > 10 * short:  # another process may have been in the way
            spent = min(spent, seconds(shape, length))
        assert spent < 10 * short, f"{length} characters"
        short = max(spent, 1e-3)


# Ids that are nearly the same.


def test_an_upload_that_needs_rewriting_yields_to_the_one_that_does_not(hand_in, course):
    """Catches somebody held up by whoever picks a name that becomes the same id."""
    lines = hand_in({
        f"tanaka_{FILE}": notebook("own"), f"tanaka\u202e_{FILE}": notebook("forged"),
        f"佐藤 花子_9_assignsubmission_file_{FILE}": notebook("own"),
        f"佐藤_花子_9_{FILE}": notebook("forged"),
    })  # fmt: skip
    assert sorted(outcomes(lines)) == ["collected"] * 2 + ["refused"] * 2
    assert submitted(course) == {"tanaka": "own", "佐藤_花子_9": "own"}


def test_a_new_id_that_looks_like_another_is_told(hand_in):
    """Catches one person under two ids: two rows of marks, and nobody who sees it."""
    hand_in({f"tanaka_{FILE}": notebook(), f"s1234567_{FILE}": notebook(),
             f"sato-hanako_{FILE}": notebook()})  # fmt: skip
    new = {f"kadai_tanaka_{FILE}": notebook(), f"SATO.hanako_{FILE}": notebook(),
           f"s1234568_{FILE}": notebook(), f"ito_{FILE}": notebook()}  # fmt: skip
    lines = hand_in(new)
    notices = [line for line in lines if line.outcome == "notice"]
    assert outcomes(lines) == ["collected"] * 4 + ["notice"] * 2
    assert "SATO.hanako は、sato-hanako に" in notices[0].text
    assert "kadai_tanaka は、tanaka に" in notices[1].text
    both = hand_in({f"abe_{FILE}": notebook(), f"abe_x_{FILE}": notebook()})
    assert [line.text[:24] for line in both if line.outcome == "notice"] == [
        "新しい ID abe_x は、abe に似ていま"
    ]
    assert show(lines) == 0 and outcomes(hand_in(new)) == ["unchanged"] * 4  # told once


def test_a_title_that_nobody_can_tell_from_a_name_is_told(hand_in):
    """Catches a title of Blackboard's in every id, which makes new learners of the next one."""
    lines = hand_in({
        f"第6回_s{n}_attempt_2026-11-20-09-30-00_{FILE}": notebook() for n in (1234567, 1234568)
    })  # fmt: skip
    assert outcomes(lines) == ["collected"] * 2 + ["notice"] * 2
    assert all("「第6回」" in line.text and ".txt" in line.text for line in lines[2:])


def test_who_is_in_the_gradebook_counts_as_known(tmp_path):
    """Catches a roster that is not asked, and a broken gradebook that stops collecting."""
    assert similar_ids.in_gradebook(tmp_path) == set()
    engine = create_engine(f"sqlite:///{tmp_path}/gradebook.db")
    Base.metadata.create_all(engine)  # nbgrader's own tables
    with Session(engine) as session:
        session.add(Student(id="tanaka"))
        session.commit()
    engine.dispose()
    assert similar_ids.similar({"x_tanaka"}, similar_ids.in_gradebook(tmp_path)) == {
        "x_tanaka": "tanaka"
    }
    (tmp_path / "gradebook.db").write_bytes(b"no database")
    assert similar_ids.in_gradebook(tmp_path) == set()


# What the LMS knows stays beside the submission.


def test_the_keys_stay_when_the_next_upload_knows_none(hand_in, course):
    """Catches marks that cannot go back because a later upload came by mail, and a submission of
    the version before that never gets its keys."""
    by_moodle = {f"ito_7_assignsubmission_file_{FILE}": notebook("1")}
    hand_in(by_moodle)
    hand_in({f"ito_7_{FILE}": notebook("2")}, NOON + 60)
    known = {"system": "moodle", "keys": {"participant": "7"}, "name": "ito"}
    assert submitted(course) == {"ito_7": "2"} and beside(course, "ito_7") == known
    os.remove(course / f"grading/submitted/ito_7/{A}/lms.json")
    hand_in({f"ito_7_assignsubmission_file_{FILE}": notebook("2")}, NOON + 120)
    assert beside(course, "ito_7") == known


def test_what_an_lms_knows_changes_no_mark(hand_in, course, monkeypatch):
    """Catches everybody graded anew because a key of the LMS came or went."""
    hand_in({f"ito_7_assignsubmission_file_{FILE}": notebook()})
    monkeypatch.chdir(course)
    before = receipts.of_submission("course", A, "ito_7")
    (course / f"grading/submitted/ito_7/{A}/lms.json").unlink()
    assert receipts.of_submission("course", A, "ito_7") == before
