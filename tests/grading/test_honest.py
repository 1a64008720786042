"""An honest notebook keeps its marks however odd it is; where one is lost, the message says why."""

import json
import os
import shutil
import subprocess
import sys

import honest.innocent_notebooks as odd
import nbformat
import pytest
from honest.innocent_notebooks import ODDITIES, answer, instead, mixed
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade
from remembered import remember_verdicts
from sample_course import LESSON, ROOT, SEED, make_course
from traitlets.config import PyFileConfigLoader

from checker.grading import autograde, check_cell, collect
from checker.grading.course import LMS
from checker.grading.nbgrader_steps import JudgeCells, RestoreFromRelease, SubmissionExporter
from checker.judging.source import judge_source
from checker.judging.verdict import WORDS

# nbformat warns of the cell ids of odd files, Python of their escapes.
WARN = ("FutureWarning", "DeprecationWarning", "SyntaxWarning")
pytestmark = [pytest.mark.box, *(pytest.mark.filterwarnings(f"ignore::{w}") for w in WARN)]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    make_course(folder)
    return folder


@pytest.fixture(scope="module")
def judged(course):
    """The way of autograde, in one process: a file's bytes in, every exercise's facts out."""
    settings = PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    settings.CourseDirectory.root = str(course)
    settings.CourseDirectory.release_directory = str(course / "notebooks")
    reader = SubmissionExporter(config=settings)
    reader._preprocessors = []  # as Autograde does
    for step in (RestoreFromRelease, JudgeCells):
        reader.register_preprocessor(step, enabled=True)

    def judged(notebook) -> dict[str, dict]:
        path = course / "grading/submitted/odd" / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file_of(notebook))
        assert autograde.unreadable(path) == ""
        names = {"nbgrader": {"student": "odd", "assignment": LESSON, "notebook": LESSON}}
        text, _ = reader.from_filename(str(path), resources=names)
        checks = filter(check_cell.is_check, nbformat.reads(text, as_version=4).cells)
        return {check_cell.exercise_of(cell): facts(cell) for cell in checks}

    with pytest.MonkeyPatch.context() as patch:
        remember_verdicts(patch)  # most oddities leave most texts as they are
        yield judged


def file_of(notebook) -> bytes:
    return notebook if isinstance(notebook, bytes) else nbformat.writes(notebook).encode()


def facts(cell) -> dict:
    """What a check cell says: the points for nbgrader, the verdict, and the message."""
    found = check_cell.read(cell)
    kept = {k: getattr(found.facts, k) for k in ("outcome", "score", "label", "misconception")}
    return {**kept, "points": determine_grade(cell)[0], "text": found.message}


@pytest.fixture(scope="module")
def clean(judged):
    return judged(mixed())


def test_the_clean_notebook_has_something_to_gain_and_to_lose(clean):
    """Shows the next test marks to lose and to gain: all full, or all nothing, would hide one."""
    for name, found in clean.items():
        verdict = judge_source(name, answer(mixed(), name).source, seed=SEED)
        assert (found["outcome"], found["score"]) == (verdict.outcome, verdict.score), name
    assert {found["outcome"] for found in clean.values()} == {"right", "wrong", "unanswered"}
    assert any(0 < found["score"] < 1 for found in clean.values())


@pytest.mark.parametrize("make", ODDITIES, ids=lambda make: make.__name__)
def test_an_odd_notebook_gets_exactly_the_marks_of_the_clean_one(judged, clean, make):
    """Catches a mark that hangs on anything but the answer."""
    found = judged(make(mixed()))
    for name, expected in clean.items():
        told = ("outcome", "score", "label", "misconception", "points")
        assert {k: found[name][k] for k in told} == {k: expected[k] for k in told}, found[name][
            "text"
        ]


def test_an_oddity_is_odd():
    """Catches an oddity that changes nothing and so proves nothing."""
    plain = file_of(mixed())
    same = [make.__name__ for make in ODDITIES if file_of(make(mixed())) == plain]
    assert same == ["nothing_odd"]
    assert len(ODDITIES) >= 50


# Where a mark cannot be saved: the exercise, the oddity, and what its message must say.

OWN = "def dead_neurons(incoming, outgoing):\n    "
LOST = {
    "a helper in another cell": (
        "dead_neurons",
        OWN + "return without(incoming, 1) | without(outgoing, 0)",
        ["エラー", "解答セルの中にありません", "解答セルの中に移してください"],
    ),
    "a constant that needs a name of another cell": (
        "dead_neurons",
        "AXIS = axis_of_another_cell\n" + OWN + "return ~incoming.any(AXIS) | ~outgoing.any(0)",
        ["エラー", "解答セルの中にありません", "解答セルの中に移してください"],
    ),
    "a decorator of another cell": (
        "dead_neurons",
        "@timed\n" + OWN + "return ~incoming.any(1) | ~outgoing.any(0)",
        ["エラー", "解答セルの中にありません", "解答セルの中に移してください"],
    ),
    "a question inside the function": (
        "dead_neurons",
        OWN + "return ~incoming.any(int(input('軸は? '))) | ~outgoing.any(0)",
        ["エラー", "input() で入力を待っています", "引数から受け取ってください"],
    ),
    "a package that is not here": (
        "dead_neurons",
        "import polars_of_mine as pl\n" + OWN + "return pl.find(incoming, outgoing)",
        [
            "エラー",
            "import しているパッケージが、判定する環境にありません",
            "NumPy と torch だけで",
        ],
    ),
    "a full-width space in the code": (
        "dead_neurons",
        "%matplotlib inline\n" + OWN + "\u3000return ~incoming.any(1)",
        ["エラー", "全角の空白（U+3000）がプログラムに混じっています", "3 行目", "半角の空白を"],
    ),
    "a missing colon below a magic": (
        "dead_neurons",
        "!pip install \\\n  torch\ndef dead_neurons(incoming, outgoing)\n    return incoming",
        ["エラー", "Python の文法に合いません", "3 行目"],
    ),
    "another name": (
        "dead_neurons",
        "def find_dead(incoming, outgoing):\n    return ~incoming.any(1) | ~outgoing.any(0)",
        ["エラー", "解答セルに関数 dead_neurons がありません", "名前を、もとに戻して"],
    ),
    "one parameter fewer": (
        "dead_neurons",
        "def dead_neurons(incoming):\n    return ~incoming.any(1)",
        ["エラー", "引数の数が合いません", "もとの引数に戻して"],
    ),
    "the course's own function": (
        "dead_neurons",
        "from lessons.pruning import dead_neurons",
        ["エラー", "lessons か checker を import しています", "自分で書いて"],
    ),
    "exit in the function": (
        "dead_neurons",
        OWN + "exit(~incoming.any(1) | ~outgoing.any(0))",
        ["エラー", "exit()", "return で返して"],
    ),
    "print for return": (
        "dead_neurons",
        OWN + "print(~incoming.any(1) | ~outgoing.any(0))",
        ["不正解", "戻り値の型が違います"],
    ),
    "an array of NumPy": (
        "dead_neurons",
        OWN + "return (~incoming.any(1) | ~outgoing.any(0)).numpy()",
        ["不正解", "戻り値の型が違います"],
    ),
    "only a magic": ("dead_neurons", "%%time", ["未回答", "まだ書かれていません"]),
    "a stub below a magic": (
        "dead_neurons",
        "%%time\n" + OWN + "'''説明'''\n    %timeit 1\n    ...",
        ["未回答", "まだ書かれていません"],
    ),
}


@pytest.mark.parametrize("kind", LOST)
def test_a_mark_that_cannot_be_saved_is_explained(judged, clean, kind):
    """Catches a learner who loses points and cannot know why, and a loss that spreads."""
    name, text, words = LOST[kind]
    notebook = instead(mixed(), name, text)
    notebook.cells.insert(0, new_code_cell("def without(mask, axis):\n    return ~mask.any(axis)"))
    found = judged(notebook)
    assert found[name]["points"] == 0
    missing = [word for word in words if word not in found[name]["text"]]
    assert not missing, found[name]["text"]
    others = [other for other in clean if other != name]
    assert {o: found[o] for o in others} == {o: clean[o] for o in others}


NEWER = "のノートブックは Python 3.99 で書かれています。採点する環境は Python 3."
UNREADABLE = "dead_neurons", OWN + "return (~incoming.any(1) | ~outgoing.any(0)"
FULL_WIDTH = "remove_neurons", "def remove_neurons(*_):\n\u3000return 1"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ({"name": "python", "version": "3.99.1"}, ["dead_neurons"]),
        ({"version": f"3.{sys.version_info.minor}.99"}, []),
        ({"version": "3.9.1"}, []),
        ({"version": 3.99}, []),
        (["3.99"], []),
    ],
    ids=str,
)
def test_a_newer_python_is_named_where_a_text_does_not_parse(judged, clean, language, told):
    """Catches a learner whose text is right on a newer Python and who hears of brackets; and the
    same words where nothing is wrong with the text, or where a character is."""
    notebook = instead(instead(mixed(), *UNREADABLE), *FULL_WIDTH)
    notebook.metadata["language_info"] = language
    found = judged(notebook if isinstance(language, dict) else json.dumps(notebook).encode())
    assert [name for name, facts in found.items() if NEWER in facts["text"]] == told
    right = [name for name in clean if name not in (UNREADABLE[0], FULL_WIDTH[0])]
    assert {name: found[name] for name in right} == {name: clean[name] for name in right}


def test_every_message_begins_with_its_outcome(clean):
    """Shows the test above that the words it looks for are told apart."""
    for found in clean.values():
        assert WORDS[found["outcome"]] in found["text"].splitlines()[0]


# The oddest files, collected and graded by the real commands.


@pytest.fixture(scope="module")
def graded(course, tmp_path_factory):
    """The gradebook after `checker collect` and `checker grade`: {learner: {exercise: points}}."""
    uploads = tmp_path_factory.mktemp("uploads")
    for make in odd.FILES:
        folder = uploads / make.__name__
        folder.mkdir()
        (folder / f"{LESSON} (1).ipynb").write_bytes(file_of(make(mixed())))
    shutil.rmtree(course / "grading/submitted", ignore_errors=True)
    refused = [line for line in collect.collect(uploads, course) if line.outcome != "collected"]
    assert not refused
    for folder in course.glob(f"grading/submitted/*/{LESSON}"):
        (folder / LMS).write_text('{"system": "moodle", "keys": {"participant": "7"}, "name": ""}')
    done = subprocess.run(
        [sys.executable, "-m", "checker", "grade", LESSON, "--jobs", "2"],
        cwd=course, env=os.environ | {"PYTHONPATH": str(ROOT)}, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            submission.student_id: {
                entry.name.removesuffix("-check"): entry.auto_score
                for notebook in submission.notebooks
                for entry in notebook.grades
            }
            for submission in gradebook.assignment_submissions(LESSON)
        }


def test_what_an_lms_knows_of_a_learner_stays_where_it_is(graded, course):
    """Catches nbgrader's autograde stumbling over lms.json, or taking it along."""
    assert graded and list(course.glob(f"grading/submitted/*/*/{LMS}"))
    assert not list(course.glob(f"grading/autograded/*/*/{LMS}"))


@pytest.mark.parametrize("make", odd.FILES, ids=lambda make: make.__name__)
def test_the_commands_give_an_odd_file_the_marks_of_the_clean_one(graded, clean, make):
    """Catches a way to lose a mark outside our own steps: collecting, nbgrader, the gradebook."""
    assert graded[make.__name__] == {name: found["points"] for name, found in clean.items()}
