"""The tables of Moodle, Canvas and Blackboard: the right row, the right column, nothing else."""

import codecs
import csv
import io
import json
import runpy
import shutil
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbgrader.api import Gradebook
from sample_marks import LESSON, POINTS, copied, graded
from upload_kit import archive, first_text, notebook, release, rounds

from checker.__main__ import main
from checker.grading import lms
from checker.grading.course import COURSE_ID, LMS, TIMESTAMP, submitted
from checker.grading.export import Exported, export, show
from checker.grading.marks import CannotExport
from checker.grading.sheet import Sheet, cells
from checker.grading.submission import collected_at
from checker.grading.worksheets import FORMATS

TANAKA, SATO, ITO = ("1234567", "1234568", "1234569")
MOODLE = (
    "\ufeff{id},{name},ID number,Email address,Status,{grade},{most},Grade can be changed,"
    '"{modified}","Feedback comments"\n'
    '{word}1234568,"=HYPERLINK(""//x"",""y"")",s2,s@x,Submitted,"3.00",9.00,Yes,"Friday, 20 November",\n'
    '{word}1234567,"田中, 花子",s1,t@x,"Submitted",,9.00,Yes,-,"a ""b""\nc"\n'
    "{word}1234569,伊藤,s3,i@x,Submitted,,9.00,Yes,-,\n"
    "{word}1234570,-鈴木,s4,u@x,No submission,,9.00,Yes,-,"
)
ENGLISH = {
    "id": "Identifier", "name": "Full name", "grade": "Grade", "most": "Maximum grade",
    "word": "Participant ", "modified": "Last modified (grade)",
}  # fmt: skip
JAPANESE = {
    "id": "ID", "name": "フルネーム", "grade": "評点", "most": "最大評点", "word": "参加者",
    "modified": "最終更新日時 (評定)",
}  # fmt: skip
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,小テスト (901),06_pruning 課題 (902),Current Score\r\n"
    ",,,,,,Manual Posting,\r\n"
    '"    Points Possible",,,,,10.00,9.00,(read only)\r\n'
    '"田中, 花子",1234567,,s1,A,5.00,,50.00\r\n'
    "佐藤,1234568,,s2,A,,3.00,\r\n"
    '"伊藤, 三郎",1234569,,s3,A,,,\r\n'
    '"Student, Test",99,,aaa,A,,,'
)
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"06_pruning [Total Pts: 9 Score] |55"\r\n'
    '"田中"\t"花子"\t"1234567"\t"0012"\t""\r\n'
    '"佐藤"\t"次郎"\t"1234568"\t"0013"\t"3"\r\n'
    '"伊藤"\t"三郎"\t"1234569"\t"0014"\t""\r\n'
    '"鈴木"\t"四郎"\t"1234570"\t"0015"\t""\r\n'
)
SHEETS = {
    "moodle": MOODLE.format(**JAPANESE).encode(),
    "moodle in English": MOODLE.format(**ENGLISH).encode(),
    "canvas": CANVAS.encode(),
    "canvas with ;": CANVAS.replace(",", ";").encode(),
    "blackboard": codecs.BOM_UTF16_LE + BLACKBOARD.encode("utf-16-le"),
    "blackboard with ,": BLACKBOARD.replace("\t", ",").encode("utf-8-sig"),
    "blackboard with , in Japanese": BLACKBOARD.replace("\t", ",").replace("Username", "ユーザ名")
    .replace("Total Pts: 9 Score", "合計点: 9 スコア").encode("utf-8-sig"),
}
CHANGED = {  # the only places that may differ: what stood there, and what stands there now
    "moodle": [(b'"Submitted",,9', b'"Submitted",2.75,9'), (b'"3.00"', b'"5.5"')],
    "canvas": [(b"5.00,,50", b"5.00,2.75,50"), (b"A,,3.00,", b"A,,5.5,")],
    "canvas with ;": [(b"5.00;;50", b"5.00;2.75;50"), (b"A;;3.00;", b"A;;5.5;")],
    "blackboard": [('2"\t""\r'.encode("utf-16-le"), '2"\t"2.75"\r'.encode("utf-16-le")),
                   ('"3"'.encode("utf-16-le"), '"5.5"'.encode("utf-16-le"))],
    "blackboard with ,": [(b'2",""\r', b'2","2.75"\r'), (b'"3"', b'"5.5"')],
}  # fmt: skip


def knows(course, system: str, learner: str, key: str, name: str = "") -> None:
    """What `collect` keeps beside a submission."""
    folder = submitted(course, learner, LESSON)
    folder.mkdir(parents=True, exist_ok=True)
    found = {"system": system, "keys": {FORMATS[system].key: key}, "name": name}
    (folder / LMS).write_text(json.dumps(found), encoding="utf-8")


@pytest.fixture
def course(tmp_path):
    return copied(tmp_path)


@pytest.mark.parametrize("kind", SHEETS)
def test_the_marks_come_back_and_nothing_else_changes(course, tmp_path, kind):
    """Catches a mark in another's row, a byte of the table lost, and an absence that becomes a 0."""
    system = kind.split()[0]
    for learner, key in {"tanaka": TANAKA, "sato": SATO, "ito": ITO, "abe": "777"}.items():
        if learner != "abe":  # abe is in the gradebook and has never handed in
            knows(course, system, learner, key, f"{learner}さん")
    given = tmp_path / "table.csv"
    given.write_bytes(SHEETS[kind])
    exported = export(course, LESSON, system, given)
    wanted = SHEETS[kind]
    for before, after in CHANGED[kind.split(" in ")[0]]:
        assert wanted.count(before) == 1
        wanted = wanted.replace(before, after)
    assert exported.paths == [course / f"grading/export/{LESSON}/{system}.csv"]
    assert exported.paths[0].read_bytes() == wanted
    assert given.read_bytes() == SHEETS[kind]
    ungraded, over, absent, count = exported.lines
    assert ungraded == "記入なし  ito（itoさん）: まだ採点していません。"
    assert over.startswith("上書き  sato（satoさん）: 表の 3") and over.endswith("を 5.5 に変えました。")
    row = {"moodle": "1234570 -鈴木", "canvas": "99 Student", "blackboard": "1234570 鈴木"}
    assert absent.startswith("提出なし  ") and f"{row[system]}" in absent
    assert count == "2 人の点を書きました。" and exported.lost == 0


UPLOADS = {
    "moodle": {
        "田中 花子_1234567_assignsubmission_file/06_pruning.ipynb": "tanaka",
        "佐藤_1234568_assignsubmission_file/06_pruning (1).ipynb": "sato",
    },
    "canvas": {
        "tanakahanako_1234567_990001_06_pruning.ipynb": "tanaka",
        "satou_LATE_1234568_990002_06_pruning-1.ipynb": "sato",
    },
    "blackboard": {
        "06_pruning_1234567_attempt_2026-11-20-09-00-00_06_pruning.ipynb": "tanaka",
        "06_pruning_1234568_attempt_2026-11-20-09-00-00_06_pruning.ipynb": "sato",
    },
}


@pytest.mark.parametrize("system", UPLOADS)
def test_there_and_back(course, tmp_path, system):
    """Catches a key that is lost between the names of the uploads and the rows of the table."""
    shutil.rmtree(course / "grading/autograded")
    release(course, {f"{LESSON}/{LESSON}": notebook("")})
    files = {name: notebook(whose) for name, whose in UPLOADS[system].items()}
    lines = rounds(tmp_path, course)({"class.zip": archive(files)}, 1_700_000_000)
    assert [line.outcome for line in lines] == ["collected"] * 2
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE_ID) as gradebook:
        for line in lines:
            place = submitted(course, line.learner, LESSON)
            time = collected_at(place).replace(tzinfo=None)
            gradebook.update_or_create_student(line.learner)
            gradebook.update_or_create_submission(LESSON, line.learner, timestamp=time)
            points = {"tanaka": 2.75, "sato": 5.5}[first_text(place / f"{LESSON}.ipynb")]
            for name in POINTS:
                grade = gradebook.find_grade(name, LESSON, LESSON, line.learner)
                grade.manual_score, grade.needs_manual_grade = points if name == "essay" else 0, False
            gradebook.db.commit()
            graded(course, line.learner)
    given = tmp_path / "table.csv"
    given.write_bytes(SHEETS[system])
    exported = export(course, LESSON, system, given)
    wanted = SHEETS[system]
    for before, after in CHANGED[system]:
        wanted = wanted.replace(before, after)
    assert exported.paths[0].read_bytes() == wanted and exported.lost == 0


def written(course, table: str, system: str = "moodle", column: str = "") -> tuple[list, list, int]:
    """The rows of the filled table, the lines and the number of lost marks."""
    given = course / "given.csv"
    given.write_text(table, encoding="utf-8", newline="")
    exported = export(course, LESSON, system, given, column)
    rows = list(csv.DictReader(io.StringIO(exported.paths[0].read_text("utf-8-sig"), newline="")))
    return rows, exported.lines, exported.lost


def test_a_mark_without_a_row_is_told(course, capsys, monkeypatch):
    """Catches marks that vanish between the two lists, with an exit status that says all is well."""
    knows(course, "moodle", "tanaka", TANAKA)
    knows(course, "moodle", "sato", "5555", "さとう\x1b[2J")
    rows, lines, lost = written(course, MOODLE.format(**ENGLISH))
    assert [row["Grade"] for row in rows] == ["3.00", "2.75", "", ""] and lost == 1
    assert any(line.startswith("行なし  sato") and "5.5 点は書いていません" in line for line in lines)
    assert sum(line.startswith("提出なし") for line in lines) == 3
    monkeypatch.chdir(course)
    assert main(["export", LESSON, "--to", "moodle", "--sheet", "given.csv"]) == 1
    assert "\x1b" not in (said := capsys.readouterr().out) and "書きました" in said


def test_one_row_is_never_two_learners(course):
    """Catches a second upload of one person whose mark replaces the first one's by chance."""
    knows(course, "canvas", "tanaka", TANAKA)
    knows(course, "canvas", "sato", TANAKA)
    rows, lines, lost = written(course, CANVAS, "canvas")
    assert lost == 2 and rows[2]["06_pruning 課題 (902)"] == ""
    assert sum("ほかの提出者と同じ行" in line for line in lines) == 2


def test_without_a_key_the_id_itself_is_looked_up(course):
    """Catches a class from a shared folder that finds nobody, and a number that is no id."""
    table = MOODLE.format(**ENGLISH).replace(",s1,", ",TANAKA,").replace(",s@x,", ",sato,")
    rows, _, lost = written(course, table)
    assert [row["Grade"] for row in rows] == ["5.5", "2.75", "", ""] and lost == 0
    twice = table.replace(",s3,", ",tanaka,")
    rows, _, lost = written(course, twice)
    assert [row["Grade"] for row in rows] == ["5.5", "", "", ""] and lost == 1
    elsewhere = MOODLE.format(**ENGLISH).replace("Submitted,,9", "Submitted,tanaka,9")
    assert written(course, elsewhere)[2] == 2
    knows(course, "moodle", "tanaka", "9999")  # Moodle knows another person by this name
    assert written(course, table)[2] == 1


@pytest.mark.parametrize("state", ["replaced", "by hand", "fault"])
def test_points_that_are_no_mark_yet_stay_here(course, state):
    """Catches the mark of a former submission, of half an essay, or of a judge that failed."""
    knows(course, "moodle", "tanaka", TANAKA)
    if state == "replaced":
        place = submitted(course, "tanaka", LESSON)
        (place / TIMESTAMP).write_text("2026-11-20 03:04:06 UTC")
    if state == "by hand":
        with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE_ID) as gradebook:
            gradebook.find_grade("essay", LESSON, LESSON, "tanaka").needs_manual_grade = True
            gradebook.db.commit()
    if state == "fault":
        path = course / f"grading/autograded/tanaka/{LESSON}/{LESSON}.ipynb"
        path.write_text(path.read_text("utf-8").replace('"wrong"', '"not_judged"', 1), "utf-8")
    rows, lines, _ = written(course, MOODLE.format(**ENGLISH))
    assert rows[1]["Grade"] == ""
    why = {"replaced": "別の提出", "by hand": "人の採点", "fault": "採点する側の不具合"}[state]
    assert any(line.startswith("記入なし  tanaka: ") and why in line for line in lines)


def test_a_submission_graded_as_it_lies_there_has_a_mark(course):
    """Catches a time that is compared in two zones, so that every mark looks outdated."""
    knows(course, "moodle", "tanaka", TANAKA)
    (submitted(course, "tanaka", LESSON) / TIMESTAMP).write_text("2026-11-20 03:04:05 UTC")
    assert written(course, MOODLE.format(**ENGLISH))[0][1]["Grade"] == "2.75"


@pytest.mark.parametrize("system, table", [("moodle", MOODLE.format(**JAPANESE)), ("canvas", CANVAS),
                                           ("blackboard", BLACKBOARD)])  # fmt: skip
def test_other_full_marks_are_told(course, system, table):
    """Catches 9 of 9 that arrives as 9 of 100, and a mark that Moodle skips without a word."""
    assert not any(line.startswith("満点") for line in written(course, table, system)[1])
    for old, new in (("9.00", "100.00"), ("Pts: 9 ", "Pts: 100 ")):
        table = table.replace(old, new)
    (line,) = (each for each in written(course, table, system)[1] if each.startswith("満点"))
    assert "100" in line and "課題の満点は 9 点です" in line


def test_the_column_is_chosen_or_asked_for(course):
    """Catches marks in another assignment's column."""
    knows(course, "canvas", "tanaka", TANAKA)
    other = CANVAS.replace("06_pruning 課題 (902)", "第6回 (902)")
    with pytest.raises(CannotExport, match=r"--column.*「小テスト \(901\)」、「第6回 \(902\)」"):
        written(course, other, "canvas")
    for name in ("第6回", "第6回 (902)"):
        assert written(course, other, "canvas", name)[0][2]["第6回 (902)"] == "2.75"
    with pytest.raises(CannotExport, match="「第7回」という列が 1 つだけではありません"):
        written(course, other, "canvas", "第7回")
    finnish = MOODLE.format(**ENGLISH | {"grade": "Arvosana"})
    with pytest.raises(CannotExport, match="「Arvosana」"):
        written(course, finnish)
    knows(course, "moodle", "tanaka", TANAKA)
    assert written(course, finnish, column="Arvosana")[0][1]["Arvosana"] == "2.75"


@pytest.mark.parametrize("data, said", [
    (b"", "見出しと学習者の行がありません"),
    (MOODLE.format(**JAPANESE)[1:].encode("cp932"), "文字コードが UTF-8 でも UTF-16 でもありません"),
    (b"PK\x03\x04\xff\xff", "文字コード"),
    (b"a,Grade\nb,1\n", "人を見分ける列がありません"),
    (b"\xff\xfea", "文字コード"),
    (b"x,Grade\nParticipant 1234567\n", "行が短すぎます"),
])  # fmt: skip
def test_what_is_no_table_is_refused(course, data, said):
    """Catches a traceback for what instructors do to tables, and a table that loses its Japanese."""
    knows(course, "moodle", "tanaka", TANAKA)
    (course / "given.csv").write_bytes(data)
    with pytest.raises(CannotExport, match=said):
        export(course, LESSON, "moodle", course / "given.csv")
    assert not (course / f"grading/export/{LESSON}").exists()


def test_what_is_missing_is_named(course):
    """Catches an export that writes something nobody can import."""
    for system in ("canvas", "blackboard"):
        with pytest.raises(CannotExport, match="--sheet で渡してください"):
            export(course, LESSON, system)
    with pytest.raises(CannotExport, match="absent.csv がありません"):
        export(course, LESSON, "canvas", course / "absent.csv")
    with pytest.raises(CannotExport, match="読めません"):
        export(course, LESSON, "canvas", course)
    with pytest.raises(CannotExport, match="--sheet は"):
        export(course, LESSON, "nbgrader", course / "absent.csv")
    with pytest.raises(CannotExport, match="--column は"):
        export(course, LESSON, "gradescope", None, "Grade")
    knows(course, "moodle", "tanaka", TANAKA)
    with pytest.raises(CannotExport, match="評定ワークシート"):  # Moodle would find nobody
        export(course, LESSON, "moodle")
    (course / "given.csv").write_text(MOODLE.format(**ENGLISH), encoding="utf-8")
    (path,) = export(course, LESSON, "moodle", course / "given.csv").paths
    before = path.read_bytes()
    with pytest.raises(CannotExport, match="前に書き出した表です"):
        export(course, LESSON, "moodle", path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["", "[]", '{"system": 1}', '{"system": "moodle", "keys": []}', "\x00"])
def test_half_a_key_is_no_key(tmp_path, text):
    """Catches a mark for whom a broken file seems to name."""
    (tmp_path / LMS).write_text(text)
    assert lms.read(tmp_path / LMS) == lms.Known()


def test_a_key_of_another_system_is_none():
    """Catches a login of Canvas that is looked up among Blackboard's."""
    known = lms.Known("canvas", {"login": "s1"})
    assert (known.key("canvas", "login"), known.key("blackboard", "login")) == ("s1", "")


def test_gradescope_hands_each_submission_its_own(course, tmp_path, capsys, monkeypatch):
    """Catches an archive that Gradescope cannot run, and the old mark for a newer submission."""
    for learner, key in {"tanaka": "111", "ito": "333"}.items():
        folder = submitted(course, learner, LESSON)
        folder.mkdir(parents=True)
        found = {"system": "gradescope", "keys": {"submission_id": key, "email": "x@y"}, "name": ""}
        (folder / LMS).write_text(json.dumps(found))
    monkeypatch.chdir(course)
    assert show(Exported()) == 0 and capsys.readouterr().out == ""
    exported = export(course, LESSON, "gradescope")
    assert exported.lost == 1 and "sato" in exported.lines[1]  # handed in elsewhere
    assert show(exported) == 1
    assert capsys.readouterr().out.endswith("gradescope/autograder.zip など 3 個のファイル\n")
    with zipfile.ZipFile(exported.paths[0]) as archive:
        assert sorted(archive.namelist()) == ["marks.json", "run_autograder", "setup.sh"]
        assert all(info.external_attr >> 16 & 0o111 for info in archive.infolist())
        archive.extractall(tmp_path / "source")
    (tmp_path / "results").mkdir()
    shutil.copy(tmp_path / "source/run_autograder", tmp_path)
    for number, score in {111: 2.75, 333: None, 112: None}.items():
        (tmp_path / "submission_metadata.json").write_text(json.dumps({"id": number, "users": []}))
        if score is None:
            with pytest.raises(SystemExit, match="まだ点がありません"):
                runpy.run_path(str(tmp_path / "run_autograder"))
        else:
            runpy.run_path(str(tmp_path / "run_autograder"))
            (tmp_path / "results/results.json").rename(tmp_path / "found.json")
    assert json.loads((tmp_path / "found.json").read_text())["score"] == 2.75
    assert not (tmp_path / "results/results.json").exists()


def test_prairielearn_gets_its_columns(course):
    """Catches a table that PrairieLearn's page Uploads does not read."""
    folder = submitted(course, "tanaka", LESSON)
    folder.mkdir(parents=True)
    found = {"system": "prairielearn", "keys": {"uid": "t@x.ac.jp"}, "name": ""}
    (folder / LMS).write_text(json.dumps(found))
    (path,) = export(course, LESSON, "prairielearn").paths
    assert path.read_text("utf-8-sig").splitlines() == ["uid,instance,points", "t@x.ac.jp,1,2.75"]


@given(
    st.lists(st.lists(st.text('a,;"\n\r\t 3=', max_size=5), min_size=2, max_size=4), min_size=1),
    st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.sampled_from([0, 1]),
)  # fmt: skip
@example([["", "a"], ["", ""]], ",", "\n", 0)
def test_every_table_is_read_as_csv_reads_it(rows, separator, ending, quoting):
    """Catches a value cut at a quoted separator or line end, which moves every later column."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator=ending, quoting=quoting).writerows(rows)
    found = [[cell.text for cell in row] for row in cells(stream.getvalue(), separator)]
    reader = csv.reader(io.StringIO(stream.getvalue(), newline=""), delimiter=separator)
    assert found == [row for row in reader if any(row)]


@given(st.text(max_size=30))
def test_what_is_not_filled_in_stays(text):
    """Catches an odd file that loses a character on the way through."""
    data = text.encode("utf-8", "replace")
    assert Sheet(data).filled({}) == data
