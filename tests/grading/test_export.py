"""The marks as other systems take them: the right points, no formula, nothing hidden."""

import ast
import csv
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from places import ROOT

from checker.cards import Card
from checker.grading import check_cell, export, output
from checker.grading.check_cell import Facts
from checker.grading.export import CannotExport, gradescope_json, moodle_csv, nbgrader_csv

LESSON = "06_pruning"
POINTS = {"threshold_mask-check": 2.0, "csr_bytes-check": 3.0, "essay": 4.0}
MESSAGE = "不正解  threshold_mask\n  符号を見ていません。 a < b && <script>alert(1)</script>"


def graded(course: Path, learner: str, message: str = MESSAGE) -> None:
    """A graded notebook. What no output but the first text/plain says must stay hidden."""
    cells = [
        new_markdown_cell("SECRET", metadata={"nbgrader": {"grade_id": "essay", "grade": True}})
    ]
    for name in ("threshold_mask", "csr_bytes"):
        marks = {"grade_id": name, "grade": False, "solution": True}
        cells.append(new_code_cell("SECRET = 1", metadata={"nbgrader": marks}))
        marks = {"grade_id": f"{name}-check", "grade": True, "solution": False, "points": 2}
        check = new_code_cell("SECRET", metadata={"nbgrader": marks})
        secrets = dict.fromkeys(("fault", "explanation", "cause"), "SECRET")
        facts = Facts("wrong", 0.375, "SECRET", "SECRET", "SECRET", **secrets)
        check_cell.write(check, facts, [Card("<b>SECRET</b>", message)])
        cells.append(check)
    folder = course / "grading/autograded" / learner / LESSON
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").write_text(writes(new_notebook(cells=cells)), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A gradebook: tanaka on time, sato late and marked by hand, ito graded nowhere, abe absent."""
    tmp_path = tmp_path_factory.mktemp("made")
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", export.COURSE_ID) as gradebook:
        gradebook.add_assignment(LESSON, duedate="2026-11-20 12:00:00 UTC")
        gradebook.add_notebook(LESSON, LESSON)
        for name, points in POINTS.items():
            kind = "markdown" if name == "essay" else "code"
            gradebook.add_grade_cell(name, LESSON, LESSON, max_score=points, cell_type=kind)
        gradebook.add_student("tanaka", last_name="田中", email="tanaka@example.ac.jp")
        gradebook.add_student("sato", last_name='=HYPERLINK("//x","y")', first_name="@SUM(1)")
        gradebook.add_student("ito")
        gradebook.add_student("abe", last_name="-2+3")
        for learner, scores, penalty in (("tanaka", (2, 0.75, 0), 0), ("sato", (2, 0, 4), 0.5),
                                         ("ito", (0, 0, 0), 1)):  # fmt: skip
            submission = gradebook.add_submission(
                LESSON, learner, timestamp="2026-11-20 03:04:05 UTC"
            )
            for name, points in zip(POINTS, scores, strict=True):
                grade = gradebook.find_grade(name, LESSON, LESSON, learner)
                grade.auto_score = 0 if name == "essay" else points
                grade.manual_score = points if name == "essay" else None
            submission.notebooks[0].late_submission_penalty = penalty
            gradebook.db.commit()
    graded(tmp_path, "tanaka")
    graded(tmp_path, "sato", "=cmd|' /C calc'!A0")
    return tmp_path


@pytest.fixture
def course(made, tmp_path):
    """A copy of the course for one test."""
    return shutil.copytree(made, tmp_path / "course")


def table(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_says_what_nbgrader_says(course):
    """Catches another column, another mark or a missing learner than `nbgrader export` has."""
    (path,) = nbgrader_csv(course, LESSON)
    assert path == course / f"grading/export/{LESSON}/nbgrader.csv"
    ours = table(path)
    with Gradebook(f"sqlite:///{course}/gradebook.db", export.COURSE_ID) as gradebook:
        for student in gradebook.students:  # nbgrader writes its table without quotation marks
            if student.id == "sato":
                student.last_name = student.first_name = None
        CsvExportPlugin(to=str(course / "theirs.csv"), assignment=[LESSON]).export(gradebook)
        gradebook.db.rollback()
    with open(course / "theirs.csv", encoding="utf-8", newline="") as file:
        theirs = sorted(csv.DictReader(file), key=lambda row: row["student_id"])
    harmless = {"abe": {"last_name": "'-2+3"}, "sato": {
        "last_name": '\'=HYPERLINK("//x","y")', "first_name": "'@SUM(1)"}}  # fmt: skip
    assert ours == [row | harmless.get(row["student_id"], {}) for row in theirs]
    assert [row["score"] for row in ours] == ["0.0", "0.0", "5.5", "2.75"]


def test_moodle_gets_marks_and_messages(course):
    """Catches a late penalty left out, text that Moodle swallows as a tag, and a 0 for absence."""
    (path,) = moodle_csv(course, LESSON)
    ito, sato, tanaka = table(path)
    assert tanaka["ID number"] == "tanaka" and tanaka["Email address"] == "tanaka@example.ac.jp"
    assert [row["Grade"] for row in (ito, sato, tanaka)] == ["0.0", "5.5", "2.75"]
    assert tanaka["Maximum grade"] == "9.0"
    assert "threshold_mask 2 / 2<br>不正解" in tanaka["Feedback"]
    assert "csr_bytes 0.75 / 3<br>" in tanaka["Feedback"]
    assert "a &lt; b &amp;&amp; &lt;script&gt;" in tanaka["Feedback"]
    assert export.NOT_GRADED in ito["Feedback"]


def test_gradescope_gets_its_form(course):
    """Catches a key that Gradescope does not know, and tests that do not add up to the score."""
    paths = gradescope_json(course, LESSON)
    folder = course / f"grading/export/{LESSON}/gradescope"
    assert paths == [folder / name / "results.json" for name in ("ito", "sato", "tanaka")]
    _, sato, tanaka = (json.loads(path.read_bytes()) for path in paths)
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
    for path in [*moodle_csv(course, LESSON), *gradescope_json(course, LESSON)]:
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
    assert "不正解" not in moodle_csv(course, LESSON)[0].read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("write", [nbgrader_csv, moodle_csv])
def test_no_field_begins_a_formula(course, write):
    """Catches a learner's text that runs in the instructor's spreadsheet."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", export.COURSE_ID) as gradebook:
        gradebook.update_or_create_student(
            "tanaka", email="+cmd", first_name="\t=1", last_name="＝1"
        )
    (path,) = write(course, LESSON)
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
    with Gradebook(f"sqlite:///{course}/gradebook.db", export.COURSE_ID) as gradebook:
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
    _, sato, tanaka = table(*moodle_csv(course, LESSON))
    assert sato["Grade"] == "5.5" and export.NOT_GRADED in sato["Feedback"]
    assert "不正解" in tanaka["Feedback"]


def test_a_failed_writing_leaves_the_last_file(course, monkeypatch):
    """Catches half a table after a full disk."""
    (path,) = nbgrader_csv(course, LESSON)
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
    assert f'course_id = "{export.COURSE_ID}"' in config
    before = (course / "gradebook.db").read_bytes()
    for write in (nbgrader_csv, moodle_csv, gradescope_json):
        write(course, LESSON)
    assert (course / "gradebook.db").read_bytes() == before
