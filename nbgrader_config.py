"""nbgrader's settings, for the command line in this folder and for formgrader.

autograde restores the released notebook, judges the answers and runs no kernel on a submission.
"""

import os
import sys
from pathlib import Path

HERE = str(Path(__file__).resolve().parent)
sys.path.insert(0, HERE)  # the import strings below name our package
# nbgrader starts `alembic` by its bare name, which an unactivated environment does not find.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

import nbgrader  # noqa: E402

import checker  # noqa: E402

c = get_config()  # noqa: F821  (traitlets gives it)

c.CourseDirectory.course_id = "keiryoka"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.solution_directory = "grading/solution"
# Files beside a submitted notebook are of no use: nothing runs there.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints", "__MACOSX", ".DS_Store", "__pycache__", "*.pyc", ".progress*",
    "feedback",
]  # fmt: skip

c.ClearSolutions.code_stub = {"python": "# ここに解答を書く\n..."}
c.ClearSolutions.text_stub = "（ここに解答を書く）"

STEPS = "checker.grading.nbgrader_steps"
c.Autograde.exporter_class = f"{STEPS}.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [f"{STEPS}.RestoreFromRelease"]
c.Autograde.autograde_preprocessors = [
    f"{STEPS}.JudgeCells",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
]
# Where the submissions' code cannot be isolated, autograde refuses. If you trust everybody:
# c.JudgeCells.trust_submissions = True

# Our template for generate_feedback; formgrader's own pages stay nbgrader's.
c.HTMLExporter.extra_template_basedirs = [
    str(Path(checker.__file__).parent / "grading/templates"),
    str(Path(nbgrader.__file__).parent / "server_extensions/formgrader/templates"),
]
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    "clean_html": "checker.grading.clean.clean_html",
    "judged": "checker.grading.check_cell.read",
}

# Uploads lie in grading/downloaded/<assignment>/archive/ and are named after the learner:
# tanaka.zip, tanaka_attempt_2026-11-20.zip or tanaka_attempt_2026-11-20_06_pruning.ipynb.
# "06_pruning (1).ipynb" counts as 06_pruning.ipynb. There is no timestamp group: nbgrader misreads
# the form 2026-11-20-09-30-00 (it takes -30-00 for a time zone).
c.ZipCollectApp.downloaded_directory = "grading/downloaded"
c.FileNameCollectorPlugin.named_regexp = (
    r"(?!.*\.ipynb_checkpoints).*[/\\]extracted[/\\]"
    r"(?P<student_id>\w[\w.-]*?)"
    r"(?:(?:_attempt_[\d-]+)?[/\\](?:.*[/\\])?|_attempt_[\d-]+_)"
    r"(?P<file_id>\w+)[^/\\]*$"
)
