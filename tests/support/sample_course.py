"""A whole course in a folder, with submissions: for the tests and benchmarks of grading.

    python tests/support/sample_course.py FOLDER COUNT     # COUNT submissions of 06_pruning
"""

import random
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import nbformat  # noqa: E402

from checker.catalogue import exercise_names, load  # noqa: E402

LESSON, SECTION = "06_pruning", "pruning"
SEED = 20_251_124
# As in a container: nothing inside can make a user namespace.
WITHOUT_USER_NAMESPACES = (
    "bwrap", "--unshare-user", "--disable-userns", "--dev-bind", "/", "/", "--",
)  # fmt: skip


def make_course(folder: Path) -> None:
    """Configuration, solutions and the release, with an entry in the gradebook."""
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(ROOT / "solutions" / LESSON, folder / "solutions" / LESSON)
    (folder / "grading").mkdir()
    (folder / "grading/seed").write_text(str(SEED))
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", LESSON],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


def hand_in(folder: Path, student: str, answers: dict[str, str]) -> Path:
    """A submission: the released notebook with these answers, the others as they were."""
    notebook = nbformat.read(folder / "notebooks" / LESSON / f"{LESSON}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(cell.get("id"), cell.source)
    path = folder / "grading/submitted" / student / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


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
