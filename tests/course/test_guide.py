"""The instructor's guide: what it tells people to type is what the commands take."""

import re
import shlex

import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp
from places import ROOT

from checker.__main__ import command_line
from checker.catalogue import load
from checker.grading.collect import WORDS
from lessons import SECTIONS

GUIDE = ROOT / "checker/grading/README.ja.md"
TEXT = GUIDE.read_text("utf-8")
OURS = "python -m checker "


def typed(text: str) -> list[str]:
    """Every line of the blocks of code, without its comment."""
    blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


LINES = [line for path in (GUIDE, ROOT / "README.md") for line in typed(path.read_text("utf-8"))]
COMMANDS = [line for line in LINES if line.startswith(OURS) and " | " not in line]


@pytest.mark.parametrize("line", dict.fromkeys(COMMANDS))
def test_our_commands_take_the_line(line):
    """Catches an option, a system or an assignment that the guide promises and nobody has."""
    words = shlex.split(line.removeprefix(OURS), comments=True)
    chosen = command_line().parse_args([word.strip("[]") for word in words])
    if "assignment" in chosen:
        assert chosen.assignment in {section.folder for section in SECTIONS.values()}
    if chosen.command == "judge":
        assert load(chosen.name)


def test_nbgraders_commands_take_the_line():
    """Catches a command of nbgrader that has another name, or no such flag."""
    lines = [shlex.split(line, comments=True) for line in LINES if line.startswith("nbgrader ")]
    assert {words[1] for words in lines} >= {"generate_assignment", "generate_feedback"}
    for _, command, *arguments in lines:
        app, _ = NbGraderApp.subcommands[command]
        flags = [each.removeprefix("--") for each in arguments if each.startswith("--")]
        assert set(flags) <= set(app.flags)


def test_every_step_is_shown():
    """Catches a command or a system that the guide leaves out."""
    parser = command_line()
    chosen = [parser.parse_args(shlex.split(line.removeprefix(OURS)))
              for line in typed(TEXT) if line.startswith(OURS)]  # fmt: skip
    assert {each.command for each in chosen} == {"collect", "grade", "judge", "report", "export"}
    from checker.__main__ import SYSTEMS

    assert {each.to for each in chosen if each.command == "export"} == set(SYSTEMS)


def test_options_in_the_text_exist():
    """Catches an option that the prose names and no command has."""
    commands = next(a for a in command_line()._actions if a.dest == "command").choices.values()
    known = {option for command in commands for a in command._actions for option in a.option_strings}
    named = set(re.findall(r"`(--[a-z-]+)", TEXT))
    assert {"--sheet", "--column", "--jobs"} <= named and named <= known


def test_the_words_of_the_terminal_are_explained():
    """Catches a word that collect or export prints and the guide does not explain."""
    tables = re.findall(r"\| 表示 \| 意味 \|\n\|[- |]+\n((?:\|.*\n)+)", TEXT)
    collected, exported = (re.findall(r"^\| (\S+) \|", table, re.MULTILINE) for table in tables)
    assert collected == list(WORDS.values())
    source = (ROOT / "checker/grading/worksheets.py").read_text("utf-8")
    assert set(exported) == set(re.findall(r'f"(\w+)  \{', source))


def test_links_lead_somewhere():
    """Catches a picture or a chapter that has moved, and a picture too big for a slow line."""
    places = re.findall(r"\]\(([^)]+)\)", TEXT)
    chapters = re.findall(r"^## (.*)", TEXT, re.MULTILINE)
    anchors = {f"#{chapter.replace('、', '')}" for chapter in chapters}
    assert {place for place in places if place.startswith("#")} == anchors
    for picture in (place for place in places if place.endswith(".png")):
        assert (GUIDE.parent / picture).stat().st_size < 150_000
    for readme in ("README.md", "README.ja.md"):
        assert "(checker/grading/README.ja.md)" in (ROOT / readme).read_text("utf-8")
