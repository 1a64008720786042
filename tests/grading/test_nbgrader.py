"""nbgrader's own commands on a whole course: who gets how many points, and what nobody can break.

One course is graded once for the module; the tests read its gradebook, feedback and log.
"""

import csv
import json
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader_commands import Said, nbgrader
from places import ROOT
from sample_course import LESSON, SEED, WITHOUT_USER_NAMESPACES, make_course

from checker.catalogue import load
from checker.grading import nbgrader_steps
from checker.grading.nbgrader_steps import JudgeCells, RestoreFromRelease
from checker.grading.seed import secret_seed
from checker.judging.source import judge_source
from checker.running.inside.prelude import PRELUDE

pytestmark = pytest.mark.box
RELEASED = ROOT / "notebooks" / LESSON / f"{LESSON}.ipynb"
MARKS = "nbgrader"


def released() -> nbformat.NotebookNode:
    return nbformat.read(RELEASED, as_version=4)


NAMES = [c.id for c in released().cells if c.metadata.get(MARKS, {}).get("solution")]
POINTS = {name: float(load(name).points) for name in NAMES}
FIRST, SECOND, THIRD, FOURTH = NAMES[:4]
PARTIAL = ("threshold_mask", "cuts_ties")  # passes 基本 and fails one case


def solved() -> nbformat.NotebookNode:
    """A submission with the solution of every exercise."""
    notebook = released()
    for name in NAMES:
        cell(notebook, name).source = load(name).text_of(load(name).solution)
    return notebook


def cell(notebook, grade_id: str):
    return next(c for c in notebook.cells if c.metadata.get(MARKS, {}).get("grade_id") == grade_id)


def wrong_text(name: str, wrong: str) -> str:
    return load(name).wrongs[wrong].text


# Each function damages a solved notebook and returns the exercises that lose all their points.


def all_right(notebook):
    return []


def untouched(notebook):
    notebook.cells = released().cells
    return NAMES


def some_wrong(notebook):
    cell(notebook, PARTIAL[0]).source = wrong_text(*PARTIAL)
    name = next(n for n in NAMES if n != PARTIAL[0])
    cell(notebook, name).source = f"def {name}(*_):\n    return 'なにか'"
    return [name]


def copied_cells(notebook):
    """Answer and check cell copied in JupyterLab, the older text first."""
    for grade_id in (FIRST, f"{FIRST}-check"):
        copy = nbformat.from_dict(cell(notebook, grade_id))
        copy.id = f"copy-{grade_id}"[:60]
        if grade_id == FIRST:
            copy.source = f"def {FIRST}(*_):\n    return None"
        notebook.cells.insert(1, copy)
    return []


def deleted_cells(notebook):
    gone = {f"{FIRST}-check", SECOND, f"{SECOND}-check"}
    notebook.cells = [
        c for c in notebook.cells if c.metadata.get(MARKS, {}).get("grade_id") not in gone
    ]
    return [SECOND]


def retyped_cells(notebook):
    for grade_id in (FIRST, f"{SECOND}-check"):
        at = notebook.cells.index(cell(notebook, grade_id))
        old = notebook.cells[at]
        notebook.cells[at] = new_markdown_cell(old.source, id=old.id, metadata=old.metadata)
    return []


def retagged_cells(notebook):
    """Metadata edited by hand: more points, no grade, an answer as a check, swapped ids."""
    cell(notebook, f"{FIRST}-check").metadata[MARKS].points = 1000
    cell(notebook, f"{SECOND}-check").metadata[MARKS].grade = False
    cell(notebook, f"{THIRD}-check").metadata[MARKS].solution = True
    del cell(notebook, f"{FOURTH}-check").metadata[MARKS]["schema_version"]
    cell(notebook, FOURTH).metadata[MARKS].extra = {"key": []}
    one, other = cell(notebook, FIRST).metadata[MARKS], cell(notebook, SECOND).metadata[MARKS]
    one.grade_id, other.grade_id = SECOND, FIRST
    cell(notebook, THIRD).metadata[MARKS] = "no dictionary"
    return []


def no_metadata(notebook):
    """Answers pasted into new cells, the stubs left where they were."""
    for name in NAMES:
        notebook.cells.append(new_code_cell(cell(notebook, name).source))
        cell(notebook, name).source = cell(released(), name).source
    return []


def edited_checks(notebook):
    for name in NAMES:
        cell(notebook, f"{name}-check").source = f"{POINTS[name]}"
        cell(notebook, name).source = cell(released(), name).source
    return NAMES


def from_windows(notebook):
    """A BOM, CRLF in file and sources, a second download's name (see `upload`), cells moved."""
    for each in notebook.cells:
        each.source = each.source.replace("\n", "\r\n")
    notebook.cells.reverse()
    return []


def deadly(notebook):
    """One answer kills its process, one is not Python, one prints a lone surrogate."""
    cell(notebook, FIRST).source = "import os\nos._exit(0)"
    cell(notebook, SECOND).source = f"def {SECOND}(　):"
    cell(notebook, THIRD).source = f"def {THIRD}(*_):\n    print(chr(0xd800))\n    return '\\ud800'"
    return [FIRST, SECOND, THIRD]


def tells_tales(notebook):
    """Answers that try to carry the hidden inputs into the feedback, and a script with them."""
    tale = '"LE" "AK" + str(abs(hash(str(x))))'
    for name, does in {
        FIRST: f"print({tale}, x)\n    raise ValueError({tale}, x)",
        SECOND: f"raise type({tale}, (Exception,), {{}})(str(x))",
        THIRD: f"""raise NameError("'" + {tale} + "'")""",
        FOURTH: f"return type({tale}, (), {{}})()",
    }.items():
        script = "<script>alert(1)</script>"
        cell(notebook, name).source = f"# {script}\ndef {name}(*x):\n    '{script}'\n    {does}"
    notebook.cells.append(new_markdown_cell("<script>alert(2)</script>"))
    return [FIRST, SECOND, THIRD, FOURTH]


LEARNERS = [
    all_right, untouched, some_wrong, copied_cells, deleted_cells, retyped_cells, retagged_cells,
    no_metadata, edited_checks, from_windows, deadly, tells_tales,
]  # fmt: skip


def upload(archive: Path, learner) -> float:
    """Put a learner's submission into the archive; returns the points that it should get."""
    notebook = solved()
    lost = learner(notebook)
    text = nbformat.writes(notebook)
    if learner is deadly:
        # nbformat cannot write a lone surrogate, but a file can spell one.
        text = text.replace("\\\\ud800", "\\ud800")
    name = f"{LESSON}.ipynb"
    if learner is from_windows:
        text = "\ufeff" + text.replace("\n", "\r\n")
        name = f"{LESSON} (1).ipynb"
    student = learner.__name__
    with zipfile.ZipFile(archive / f"{student}_attempt_2025-11-24.zip", "w") as file:
        file.writestr(f"{LESSON}/{name}", text.encode())
        file.writestr(f"{LESSON}/.ipynb_checkpoints/{LESSON}-checkpoint.ipynb", "{}")
        file.writestr(f"__MACOSX/{LESSON}/._{LESSON}.ipynb", b"\0\5")
    expected = sum(points for exercise, points in POINTS.items() if exercise not in lost)
    if learner is some_wrong:
        share = judge_source(PARTIAL[0], wrong_text(*PARTIAL), seed=SEED).score
        expected -= POINTS[PARTIAL[0]] - round(share * POINTS[PARTIAL[0]], 4)
    return expected


TRUST = "--JudgeCells.trust_submissions=True"


class Course:
    """A copy of the course in a folder of its own, and what nbgrader said about it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.said: dict[str, Said] = {}

    def nbgrader(self, before: tuple = (), **commands: list[str]) -> None:
        """Run commands, each under the name by which a test asks what it said."""
        said = nbgrader(self.folder, *commands.values(), before=before)
        self.said |= dict(zip(commands, said, strict=True))

    def scores(self) -> dict[str, float]:
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as gradebook:
            return {s.student.id: s.score for s in gradebook.assignment_submissions(LESSON)}

    def feedback(self, learner) -> str:
        path = self.folder / f"grading/feedback/{learner.__name__}/{LESSON}/{LESSON}.html"
        return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("course"))
    make_course(course.folder)
    archive = course.folder / f"grading/downloaded/{LESSON}/archive"
    archive.mkdir(parents=True)
    course.expected = {learner.__name__: upload(archive, learner) for learner in LEARNERS}
    with zipfile.ZipFile(archive / "broken.zip", "w") as file:
        file.writestr(f"{LESSON}.ipynb", '{"cells": [')
    course.nbgrader(
        zip_collect=["zip_collect", LESSON],
        autograde=["autograde", LESSON],
        feedback=["generate_feedback", LESSON],
        export=["export", "--to=grades.csv"],
    )
    course.nbgrader(
        before=WITHOUT_USER_NAMESPACES,
        refused=["autograde", LESSON, "--force"],
        trusted=["autograde", LESSON, "--force", "--student=untouched", TRUST],
    )
    return course


def test_generate_assignment_writes_the_committed_notebook(course):
    """Catches a notebook for learners that differs from what nbgrader makes of the solution."""
    made = course.folder / "notebooks" / LESSON / f"{LESSON}.ipynb"
    assert made.read_bytes() == RELEASED.read_bytes()


def test_zip_collect_finds_every_notebook_once(course):
    """Catches an upload that is lost or taken twice: a renamed file, a checkpoint, macOS's shadow."""
    assert course.said["zip_collect"].returncode == 0, course.said["zip_collect"].stdout
    found = sorted(p.relative_to(course.folder / "grading/submitted").as_posix()
                   for p in course.folder.glob("grading/submitted/**/*.ipynb"))  # fmt: skip
    students = [*course.expected, "broken"]
    assert found == sorted(f"{student}/{LESSON}/{LESSON}.ipynb" for student in students)


@pytest.mark.parametrize("learner", LEARNERS)
def test_everybody_gets_exactly_the_points_that_the_answers_earn(course, learner):
    """Catches a damage that costs or brings points, and nbgrader's full marks by default."""
    name = learner.__name__
    log = course.said["autograde"].stdout[-3000:]
    assert course.scores()[name] == pytest.approx(course.expected[name]), log


def test_partial_credit_is_neither_nothing_nor_everything(course):
    """Shows the test above a partial mark: without it, all or nothing would pass."""
    lost = sum(POINTS.values()) - course.expected["some_wrong"]
    assert 0 < lost % 1 < 1


def test_an_unreadable_file_fails_alone_and_by_name(course):
    """Catches one broken file that stops the batch or passes in silence."""
    said = course.said["autograde"]
    assert said.returncode == 1
    failed = [line for line in said.stdout.splitlines() if "for student" in line]
    assert len(failed) == 1 and "'broken'" in failed[0]


def test_without_isolation_nothing_is_graded_and_no_mark_changes(course):
    """Catches foreign code that runs unasked: the refusal comes before --force deletes anything."""
    said = course.said["refused"]
    assert said.returncode == 1
    for words in ("断りました", "対処: ", "user namespace", TRUST):
        assert words in said.stdout, words
    graded = course.folder.glob(f"grading/autograded/*/{LESSON}/{LESSON}.ipynb")
    assert {path.parts[-3] for path in graded} == set(course.expected)
    scores = course.scores()
    assert {name: scores[name] for name in course.expected} == pytest.approx(course.expected)


def test_with_trust_it_grades_without_isolation_and_says_so(course):
    """Catches a mark that looks as trustworthy as one from the sandbox."""
    assert course.said["trusted"].returncode == 0, course.said["trusted"].stdout[-2000:]
    path = course.folder / f"grading/autograded/untouched/{LESSON}/{LESSON}.ipynb"
    message = cell(nbformat.read(path, as_version=4), f"{FIRST}-check").outputs[0]
    assert "隔離なし" in message.data["text/plain"] and "隔離なし" in message.data["text/html"]


def test_export_lists_the_points(course):
    """Catches marks that do not reach the instructor's table."""
    with open(course.folder / "grades.csv", encoding="utf-8") as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert {name: rows[name] for name in course.expected} == pytest.approx(course.expected)


def test_every_message_says_that_the_answer_was_isolated(course):
    """Catches a report without its honesty line."""
    for learner in LEARNERS:
        assert course.feedback(learner).count("隔離あり") == len(NAMES), learner


def test_the_feedback_says_which_of_several_answers_counted(course):
    """Catches a choice between two answers that the learner is not told about."""
    assert course.feedback(copied_cells).count(f">{nbgrader_steps.SEVERAL}<") == 1
    assert nbgrader_steps.SEVERAL not in course.feedback(all_right)


def test_hidden_cases_stay_hidden(course):
    """Catches a hidden input or an expected value in the feedback, by whatever way."""
    page = course.feedback(tells_tales)
    assert "LEAK" not in page
    for learner in (some_wrong, tells_tales):
        for caption in ("期待した値", "あなたの値", "呼び出し", "あなたの出力"):
            assert f"{caption}</span>" not in course.feedback(learner)


def test_a_learners_text_is_escaped(course):
    """Catches a script in the feedback or in formgrader, on the instructor's own origin."""
    page = course.feedback(tells_tales)
    assert "alert(1)" in page
    assert "<script>alert(1)" not in page
    assert "alert(2)" not in page


def test_the_check_cells_hold_the_message_and_the_number(course):
    """Catches a third output, or a number that nbgrader would read as full marks."""
    path = course.folder / f"grading/autograded/some_wrong/{LESSON}/{LESSON}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for name in NAMES:
        message, number = cell(notebook, f"{name}-check").outputs
        assert message.output_type == "display_data"
        assert set(message.data) == {"text/html", "text/plain"}
        assert number.output_type == "execute_result"
        assert 0 <= float(number.data["text/plain"]) <= POINTS[name]


def test_stock_nbgrader_gives_an_untouched_notebook_nothing(tmp_path):
    """Catches marks given away where an instructor forgot our configuration: full by default."""
    course = Course(tmp_path)
    source = nbformat.read(ROOT / "solutions" / LESSON / f"{LESSON}.ipynb", as_version=4)
    # Without the experiments, which take a minute: the imports and the exercises.
    source.cells = [c for c in source.cells if MARKS in c.metadata or PRELUDE in c.source]
    (tmp_path / "source" / LESSON).mkdir(parents=True)
    nbformat.write(source, tmp_path / "source" / LESSON / f"{LESSON}.ipynb")
    course.nbgrader(release=["generate_assignment", LESSON])
    shutil.copytree(tmp_path / "release" / LESSON, tmp_path / "submitted" / "tanaka" / LESSON)
    course.nbgrader(autograde=["autograde", LESSON])
    assert course.scores() == {"tanaka": 0.0}, course.said["autograde"].stdout[-3000:]


# The two steps alone, without the commands around them.


def checked_notebook(*grade_ids: str) -> nbformat.NotebookNode:
    """A restored notebook with a right answer to the first exercise and these check cells."""
    marks = {"grade": False, "solution": True, "locked": False, "grade_id": FIRST}
    answer = load(FIRST).text_of(load(FIRST).solution)
    check = {"grade": True, "solution": False, "locked": True, "points": 2}
    return new_notebook(
        cells=[
            new_code_cell(answer, metadata={MARKS: marks}),
            *(new_code_cell("", metadata={MARKS: check | {"grade_id": g}}) for g in grade_ids),
        ]
    )


@pytest.fixture
def judge_cells(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return JudgeCells()


def number(cell) -> str:
    return cell.outputs[1].data["text/plain"]


def test_an_unknown_check_cell_counts_as_zero(judge_cells):
    """Catches a cell that nobody can judge and that nbgrader would give full marks."""
    notebook, _ = judge_cells.preprocess(checked_notebook("nobody-check", f"{FIRST}-check"), {})
    unknown, known = notebook.cells[1:]
    assert (number(unknown), number(known)) == ("0.0", "2.0")
    assert nbgrader_steps.NOT_JUDGED in unknown.outputs[0].data["text/html"]


def test_a_fault_of_the_judge_counts_as_zero_and_is_told(judge_cells, monkeypatch):
    """Catches our own error that ends in full marks or takes the other exercises with it."""
    monkeypatch.setattr(nbgrader_steps, "judge_with", lambda *_, **__: 1 / 0)
    notebook, _ = judge_cells.preprocess(checked_notebook(f"{FIRST}-check"), {})
    assert number(notebook.cells[1]) == "0.0"
    assert nbgrader_steps.NOT_JUDGED in notebook.cells[1].outputs[0].data["text/plain"]


def test_a_cell_without_its_number_is_an_error(judge_cells, monkeypatch):
    """Catches a check cell that reaches SaveAutoGrades unjudged."""
    monkeypatch.setattr(JudgeCells, "judge", lambda *_: None)
    with pytest.raises(NbGraderException, match=f"{FIRST}-check"):
        judge_cells.preprocess(checked_notebook(f"{FIRST}-check"), {})


def test_old_outputs_are_cleared(judge_cells):
    """Catches a number that a learner left in a check cell: nbgrader reads the first one."""
    notebook = checked_notebook(f"{FIRST}-check")
    forged = nbformat.v4.new_output("execute_result", {"text/plain": "2.0"})
    for each in notebook.cells:
        each.outputs = [forged]
    notebook.cells[0].source = f"def {FIRST}(*_): return None"
    notebook, _ = judge_cells.preprocess(notebook, {})
    assert notebook.cells[0].outputs == []
    assert number(notebook.cells[1]) == "0.0"


def test_judging_refuses_where_nothing_isolates(tmp_path, monkeypatch):
    """Catches the step alone, in another configuration, running foreign code unasked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(nbgrader_steps, "shared_sandbox", nbgrader_steps.shared_sandbox.__wrapped__)
    monkeypatch.setattr("checker.running.isolation.bubblewrap", lambda: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NbGraderException, match="bubblewrap .*入れてください.*trust_submissions"):
        JudgeCells().preprocess(checked_notebook(f"{FIRST}-check"), {})


def test_a_text_that_a_person_marks_arrives_as_plain_text(tmp_path, monkeypatch):
    """Catches a learner's Markdown that runs a script or a link in formgrader."""
    monkeypatch.chdir(tmp_path)
    marks = {"grade": True, "solution": True, "locked": False, "grade_id": "essay", "points": 3}
    essay = new_markdown_cell("ここに書く", metadata={MARKS: marks | {"schema_version": 3}})
    folder = tmp_path / "release" / LESSON
    folder.mkdir(parents=True)
    nbformat.write(new_notebook(cells=[essay]), folder / f"{LESSON}.ipynb")
    written = "```\n[x](javascript:alert(1)) <script>alert(2)</script>"
    submission = new_notebook(cells=[new_markdown_cell(written, metadata={MARKS: marks})])
    names = {"nbgrader": {"student": "me", "assignment": LESSON, "notebook": LESSON}}
    restored, _ = RestoreFromRelease().preprocess(submission, names)
    assert restored.cells[0].source == f"````text\n{written}\n````"
    untouched, _ = RestoreFromRelease().preprocess(new_notebook(cells=[essay]), names)
    assert untouched.cells[0].source == "ここに書く"


def test_the_secret_seed_is_drawn_once_and_for_each_course_anew(tmp_path):
    """Catches marks that change with every run, and a seed that learners could know."""
    one, other = tmp_path / "one/seed", tmp_path / "other/seed"
    assert secret_seed(one) == secret_seed(one) != secret_seed(other)


def test_only_answers_survive_the_restoring(tmp_path, monkeypatch):
    """Catches a cell, an output or metadata of a submission that reaches the instructor."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(RELEASED.parent, tmp_path / "release" / LESSON)
    submission = solved()
    submission.metadata["widgets"] = {"x": 1}
    submission.cells.insert(0, new_code_cell("print('mine')"))
    for each in submission.cells:
        each.metadata["mine"] = True
    names = {"nbgrader": {"student": "me", "assignment": LESSON, "notebook": LESSON}}
    restored, _ = RestoreFromRelease().preprocess(submission, names)
    expected = released()
    for name in NAMES:
        cell(expected, name).source = cell(submission, name).source
    assert json.loads(nbformat.writes(restored)) == json.loads(nbformat.writes(expected))
