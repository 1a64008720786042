"""The marks as other systems take them: the right points, no formula, nothing hidden."""

import ast
import csv
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from places import ROOT
from sample_marks import LESSON, MESSAGE, copied

from checker.grading import marks, output
from checker.grading.course import COURSE_ID
from checker.grading.export import gradescope_json, moodle_csv, nbgrader_csv
from checker.grading.marks import CannotExport


@pytest.fixture
def course(tmp_path):
    return copied(tmp_path)


def table(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_says_what_nbgrader_says(course):
    """Catches another column, another mark or a missing learner than `nbgrader export` has; and its
    0 for a submission that nobody has graded yet."""
    exported = nbgrader_csv(course, LESSON)
    (path,) = exported.paths
    assert exported.lines == ["記入なし  ito: まだ採点していません。"]
    assert path == course / f"grading/export/{LESSON}/nbgrader.csv"
    ours = table(path)
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE_ID) as gradebook:
        for student in gradebook.students:  # nbgrader writes its table without quotation marks
            if student.id == "sato":
                student.last_name = student.first_name = None
        CsvExportPlugin(to=str(course / "theirs.csv"), assignment=[LESSON]).export(gradebook)
        gradebook.db.rollback()
    with open(course / "theirs.csv", encoding="utf-8", newline="") as file:
        theirs = sorted(csv.DictReader(file), key=lambda row: row["student_id"])
    harmless = {"abe": {"last_name": "'-2+3"}, "sato": {
        "last_name": '\'=HYPERLINK("//x","y")', "first_name": "'@SUM(1)"}}  # fmt: skip
    waiting = dict.fromkeys(("raw_score", "late_submission_penalty", "score"), "")
    different = harmless | {"ito": waiting}
    assert ours == [row | different.get(row["student_id"], {}) for row in theirs]
    assert [row["score"] for row in ours] == ["0.0", "", "5.5", "2.75"]


def test_moodle_gets_marks_and_messages(course):
    """Catches a late penalty left out, text that Moodle swallows as a tag, and a 0 for absence."""
    exported = moodle_csv(course, LESSON)
    sato, tanaka = table(*exported.paths)
    assert tanaka["ID number"] == "tanaka" and tanaka["Email address"] == "tanaka@example.ac.jp"
    assert [row["Grade"] for row in (sato, tanaka)] == ["5.5", "2.75"]
    assert tanaka["Maximum grade"] == "9.0"
    assert "threshold_mask 2 / 2<br>不正解" in tanaka["Feedback"]
    assert "csr_bytes 0.75 / 3<br>" in tanaka["Feedback"]
    assert "a &lt; b &amp;&amp; &lt;script&gt;" in tanaka["Feedback"]
    assert exported.lines == ["記入なし  ito: まだ採点していません。"] and exported.lost == 0


def test_gradescope_gets_its_form(course):
    """Catches a key that Gradescope does not know, and tests that do not add up to the score."""
    paths = gradescope_json(course, LESSON).paths
    folder = course / f"grading/export/{LESSON}/gradescope"
    assert paths == [folder / name / "results.json" for name in ("sato", "tanaka")]
    sato, tanaka = (json.loads(path.read_bytes()) for path in paths)
    assert set(tanaka) == {"score", "output", "tests"}
    assert (tanaka["score"], tanaka["output"]) == (2.75, "")
    assert sato["score"] == 5.5 and "0.5 点" in sato["output"]
    named = {test["name"]: test for test in tanaka["tests"]}
    assert list(named) == ["essay", "threshold_mask", "csr_bytes"]  # as in the notebook
    assert named["threshold_mask"] == {
        "name": "threshold_mask", "score": 2.0, "max_score": 2.0, "output": MESSAGE,
        "visibility": "visible",
    }  # fmt: skip
    assert sum(test["score"] for test in sato["tests"]) - 0.5 == sato["score"]


def test_only_the_message_leaves_the_notebook(course):
    """Catches a source, HTML, metadata or a second output in what a learner gets to see."""
    for path in [*moodle_csv(course, LESSON).paths, *gradescope_json(course, LESSON).paths]:
        text = path.read_text(encoding="utf-8-sig")
        assert "SECRET" not in text and LESSON not in text


def test_a_notebook_that_another_tool_graded_says_nothing(course):
    """Catches a learner's own output passed on as the judge's message."""
    path = course / f"grading/autograded/tanaka/{LESSON}/{LESSON}.ipynb"
    notebook = json.loads(path.read_bytes())
    for cell in notebook["cells"]:
        cell.get("outputs", [])[:1] = []
    path.write_text(json.dumps(notebook), encoding="utf-8")
    test_only_the_message_leaves_the_notebook(course)
    assert "不正解" not in moodle_csv(course, LESSON).paths[0].read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("write", [nbgrader_csv, moodle_csv])
def test_no_field_begins_a_formula(course, write):
    """Catches a learner's text that runs in the instructor's spreadsheet."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE_ID) as gradebook:
        gradebook.update_or_create_student(
            "tanaka", email="+cmd", first_name="\t=1", last_name="＝1"
        )
    (path,) = write(course, LESSON).paths
    for row in table(path):
        for column, text in row.items():
            assert not text.lstrip().startswith(tuple("=+-@＝＋－＠")), (column, text)


@given(st.text(max_size=20))
@example(" =1+1")
@example("\u3000＠SUM(1)")
def test_every_text_is_harmless_and_whole(text):
    """Catches a formula behind white space, and a text of which a part is lost."""
    found = output.harmless(text)
    assert found in (text, f"'{text}")
    assert not found.lstrip().startswith(tuple("=+-@＝＋－＠\t\r\n"))


@given(st.floats(0, 1000))
def test_numbers_stay_numbers(number):
    """Catches a mark that a spreadsheet sorts as text."""
    assert output.harmless(number) == ast.literal_eval(str(number))


def test_what_cannot_be_exported_is_said(course, tmp_path):
    """Catches a traceback, and an empty gradebook made by asking for marks."""
    with pytest.raises(CannotExport, match=f"あるのは {LESSON} です"):
        nbgrader_csv(course, "07_golf")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(CannotExport, match=f"python -m checker grade {LESSON}"):
        moodle_csv(empty, LESSON)
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("student", ["..", "../../evil", "x/y", "x\\y"])
def test_an_id_leads_nowhere(course, student):
    """Catches a result written outside of the export's folder."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE_ID) as gradebook:
        gradebook.add_student(student)
        gradebook.add_submission(LESSON, student)
    before = set(course.rglob("results.json"))
    with pytest.raises(CannotExport, match="別の ID に変えてください"):
        gradescope_json(course, LESSON)
    assert set(course.rglob("results.json")) == before


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"cells": 1}', b'{"cells": [1]}', b"\xff"])
def test_a_broken_notebook_costs_no_export(course, data):
    """Catches one unreadable graded notebook that keeps everybody's marks from leaving."""
    (course / f"grading/autograded/sato/{LESSON}/{LESSON}.ipynb").write_bytes(data)
    sato, tanaka = table(*moodle_csv(course, LESSON).paths)
    assert sato["Grade"] == "5.5" and marks.NOT_GRADED in sato["Feedback"]
    assert "不正解" in tanaka["Feedback"]


def test_a_failed_writing_leaves_the_last_file(course, monkeypatch):
    """Catches half a table after a full disk."""
    (path,) = nbgrader_csv(course, LESSON).paths
    before = path.read_bytes()

    def full_disk(*_):
        raise OSError("no space left")

    monkeypatch.setattr(output.os, "replace", full_disk)
    with pytest.raises(OSError, match="no space"):
        nbgrader_csv(course, LESSON)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_exporting_leaves_the_gradebook_as_it_was(course):
    """Catches a second course in the gradebook, made by opening it under another name."""
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    assert f'course_id = "{COURSE_ID}"' in config
    before = (course / "gradebook.db").read_bytes()
    for write in (nbgrader_csv, moodle_csv, gradescope_json):
        write(course, LESSON)
    assert (course / "gradebook.db").read_bytes() == before
