"""Learners choose names and write outputs: nothing of it may steer the instructor's terminal."""

import ast
import json
import unicodedata
from pathlib import Path

import pytest
from places import ROOT

from checker import __main__ as command_line
from checker.grading import collect, grade, report
from checker.grading.autograde import GRADED, SUBMISSION, Outcome, Task
from checker.grading.output import printable
from checker.refusal import Refusal

STREAMS = ("sys.stdout.", "sys.stderr.")
INSTRUCTORS = {"judge", "collect", "grade", "report", "export"}
HARMFUL = {  # what may not arrive, and how it is shown
    "\x00": r"\x00", "\x07": r"\x07", "\b": r"\x08", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\x1b": r"\x1b",
    "\x7f": r"\x7f", "\x85": r"\x85", "\x9b": r"\x9b", "\xad": r"\xad", "\u200b": r"\u200b", "\u200d": r"\u200d",
    "\u200e": r"\u200e", "\u2028": r"\u2028", "\u2029": r"\u2029", "\u202e": r"\u202e", "\u2066": r"\u2066",
    "\u2069": r"\u2069", "\u3164": r"\u3164", "\ufeff": r"\ufeff", "\ud800": r"\ud800", "\U000e0041": r"\U000e0041",
}  # fmt: skip
HONEST = "山田　太郎 髙橋 か\u3099 葛\U000e0100 🙂 é ｱ \\ [red]"
FORGED = "sato\x1b[2J\x9b32m\u202e\u2028[正解]\r"


def test_harmful_characters_are_spelled_out_and_names_stay():
    """Catches a class of characters that gets through, and a name that is spoilt."""
    for character, shown in HARMFUL.items():
        assert printable(f"a{character}b") == f"a{shown}b"
    assert printable(HONEST) == HONEST
    for code in (*range(32), *range(0x7F, 0xA0), *range(0x2000, 0x2070), *range(0xE0000, 0xE0080)):
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp", "Cn"):
            assert printable(chr(code)).isascii(), hex(code)


def writes(tree: ast.AST):
    """Every call that may write to a terminal: print, anything.print, sys.stdout.write and its like."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name.split(".")[-1] in ("print", "print_exc") or name.startswith(STREAMS):
                yield node


def unfiltered(text: str) -> list[str]:
    """The calls of a module that write what printable() has not seen."""
    tree = ast.parse(text)
    tree.body = [
        part
        for part in tree.body
        if not (isinstance(part, ast.FunctionDef) and part.name.startswith("command_"))
        or part.name.removeprefix("command_") in INSTRUCTORS
    ]
    return [
        ast.unparse(node)
        for node in writes(tree)
        if not (node.args and ast.unparse(node.args[0]).startswith("printable("))
    ]


def test_every_line_goes_through_the_filter():
    """Catches a print of tomorrow: in whatever module of grading, in whatever command."""
    files = [ROOT / "checker/__main__.py", *sorted((ROOT / "checker/grading").glob("*.py"))]
    found = {file.name: unfiltered(file.read_text(encoding="utf-8")) for file in files}
    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "line",
    ["print(name)", "sys.stderr.write(name)", "console.print(f'{name}')", "def command_export(): print(1)"],
)
def test_a_line_that_goes_around_it_is_seen(line):
    """Shows the test above what it must find."""
    assert unfiltered(line)


def judge(monkeypatch, tmp_path):
    answer = tmp_path / "answer.py"
    answer.write_text(f"print({FORGED!r})\ndef threshold_mask(weight, alpha):\n    raise ValueError({FORGED!r})")
    assert command_line.main(["judge", "threshold_mask", str(answer), "--unconfined"]) == 1


def judge_json(monkeypatch, tmp_path):
    answer = tmp_path / "answer.py"
    answer.write_text(f"print({FORGED!r})\ndef threshold_mask(weight, alpha):\n    return {FORGED!r}")
    words = ["judge", "threshold_mask", str(answer), "--unconfined", "--json"]
    assert command_line.main(words) == 1


def collect_(monkeypatch, tmp_path):
    lines = [collect.Line("refused", f"{FORGED}.zip", FORGED, FORGED, FORGED, FORGED)]
    monkeypatch.setattr(collect, "collect", lambda *_, **__: lines)
    command_line.main(["collect", str(tmp_path)])


def grade_as_it_goes(monkeypatch, tmp_path):
    def work_through(names, jobs, work, tell):
        tell(names[0], Outcome(names[0], SUBMISSION, FORGED))

    monkeypatch.setattr(grade.workers, "work_through", work_through)
    grade.graded(Task("06_pruning", False, False, ""), [FORGED], 1)


def grade_at_last(monkeypatch, tmp_path):
    outcomes = [Outcome(FORGED, GRADED, changes={FORGED: (None, 1.0)})]
    monkeypatch.setattr(grade, "grade", lambda *_, **__: outcomes)
    assert command_line.main(["grade", "06_pruning"]) == 0


def report_(monkeypatch, tmp_path):
    monkeypatch.setattr(report, "write_report", lambda *_: [Path.cwd() / FORGED])
    command_line.main(["report", "06_pruning"])


def a_refusal(monkeypatch, tmp_path):
    def refuse(_):
        raise Refusal(FORGED)

    monkeypatch.setattr(command_line, "command_export", refuse)
    assert command_line.main(["export", "06_pruning", "--to", "nbgrader"]) == 2


PATHS = (judge, judge_json, collect_, grade_as_it_goes, grade_at_last, report_, a_refusal)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_no_command_lets_a_learner_steer_the_terminal(path, monkeypatch, tmp_path, capsys):
    """Catches a title, a cleared screen, a turned direction or a second line made by a learner."""
    path(monkeypatch, tmp_path)
    said = "".join(capsys.readouterr())
    assert "sato" in said
    assert [c for c in HARMFUL if c in said.replace("\n", "")] == []
    assert all(printable(line) == line for line in said.split("\n"))
    if path is judge_json:
        assert said.isascii() and FORGED.strip() in json.loads(said)["message"]


def test_an_output_cannot_pass_for_a_verdict(tmp_path, capsys):
    """Catches a line of a learner's at the margin, where our own lines begin."""
    answer = tmp_path / "answer.py"
    answer.write_text("print('a\\n[正解] threshold_mask\\n結果: 満点')\ndef threshold_mask(*_):\n    return 1")
    assert command_line.main(["judge", "threshold_mask", str(answer), "--unconfined"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert "    [正解] threshold_mask" in said
    assert [line for line in said if line.startswith(("[", "結果"))] == ["[不正解] threshold_mask"]
