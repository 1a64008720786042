"""A whole course in a folder, with submissions: for the tests and benchmarks of grading.

    python tests/support/sample_course.py FOLDER COUNT     # COUNT submissions of 06_pruning
"""

import atexit
import copy
import functools
import json
import random
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import nbformat  # noqa: E402
from nbgrader_commands import nbgrader  # noqa: E402

from checker.catalogue import exercise_names, load  # noqa: E402
from checker.grading import course  # noqa: E402
from checker.hand_in import grade_id  # noqa: E402

LESSON, SECTION = "06_pruning", "pruning"
HALVES = ("06_1_masks", "06_2_neurons")  # the notebooks of the course with two in an assignment
SECOND_BEGINS = "pick_alpha"  # its first exercise in the second one
SEED = 20_251_124
# As in a container: nothing inside can make a user namespace.
WITHOUT_USER_NAMESPACES = (
    "bwrap", "--unshare-user", "--disable-userns", "--dev-bind", "/", "/", "--",
)  # fmt: skip


def make_course(folder: Path) -> None:
    """Configuration, solutions and the release, with an entry in the gradebook."""
    shutil.copytree(released_course(halves=False), folder, dirs_exist_ok=True)


def make_course_of_two(folder: Path) -> None:
    """The same course with two notebooks in its one assignment."""
    shutil.copytree(released_course(halves=True), folder, dirs_exist_ok=True)


@functools.cache
def released_course(halves: bool) -> Path:
    """A course released by nbgrader once for all tests of this process, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="keiryoka-course-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    solutions = folder / "solutions" / LESSON
    shutil.copytree(ROOT / "solutions" / LESSON, solutions)
    if halves:
        split(solutions / f"{LESSON}.ipynb")
    (folder / "grading").mkdir()
    (folder / "grading/seed").write_text(str(SEED))
    [said] = nbgrader(folder, ["generate_assignment", LESSON])
    assert said.returncode == 0, said.stdout
    return folder


def split(solved: Path) -> None:
    """Cut a solved notebook in two, each with the title and the imports."""
    whole = nbformat.read(solved, as_version=4)
    names = [grade_id(cell) for cell in whole.cells]
    cut, prelude = names.index(f"{SECOND_BEGINS}-prompt"), 1
    while whole.cells[prelude].cell_type != "code":
        prelude += 1
    for name, cells in zip(
        HALVES, (whole.cells[:cut], whole.cells[: prelude + 1] + whole.cells[cut:]), strict=True
    ):
        half = copy.deepcopy(whole)
        half.cells = cells
        nbformat.write(half, solved.with_name(f"{name}.ipynb"))
    solved.unlink()


def exercises_of(folder: Path) -> dict[str, list[str]]:
    """The released notebooks of the assignment and the exercises that each holds."""
    known, found = exercise_names(SECTION), {}
    for name in course.released(folder)[LESSON]:
        cells = json.loads(course.release(folder, LESSON, name).read_bytes())["cells"]
        ids = {grade_id(cell) for cell in cells}
        found[name] = [exercise for exercise in known if exercise in ids]
    return found


def hand_in(folder: Path, student: str, answers: dict[str, str], only: str | None = None) -> Path:
    """A submission: the released notebooks with these answers, the others as they were.

    Returns the path of the first one. With `only`, that notebook alone is handed in.
    """
    paths = []
    for name in [only] if only else course.released(folder)[LESSON]:
        notebook = nbformat.read(course.release(folder, LESSON, name), as_version=4)
        for cell in notebook.cells:
            cell.source = answers.get(cell.get("id"), cell.source)
        paths.append(course.submitted(folder, student, LESSON) / f"{name}.ipynb")
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, paths[-1])
    return paths[0]


def known_answers(name: str) -> list[str]:
    """The stub, the solution, and every known right and wrong answer to an exercise."""
    exercise = load(name)
    rights, wrongs = map(exercise.text_of, exercise.rights), exercise.wrongs.values()
    return [exercise.stub(), exercise.solved(), *rights, *(wrong.text for wrong in wrongs)]


def hand_in_many(folder: Path, count: int) -> None:
    """Submissions of which two thirds of the answers are solutions, the others any known one."""
    draw = random.Random(0)
    names = exercise_names(SECTION)
    known = {name: known_answers(name) for name in names}
    for i in range(count):
        answers = {
            name: load(name).solved() if draw.random() < 2 / 3 else draw.choice(known[name])
            for name in names
        }
        hand_in(folder, f"learner{i:04}", answers)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True)
    make_course(target)
    hand_in_many(target, int(sys.argv[2]))
