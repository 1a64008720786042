"""The course's names in a learner's namespace: one that is not there yet, one that was replaced; and
a cell that was stopped.

An extension of IPython: start.py has the kernel load it, since after a restart no cell has run that
could. So no torch here.
"""

from __future__ import annotations

import ast
import functools
import os
import re
from collections.abc import Iterator
from pathlib import Path

from IPython import get_ipython
from IPython.display import display

from markupsafe import Markup

from checker.cards import Card, framed, note_card
from checker.catalogue import exercise_names, section_of, texts
from checker.notebook import store
from checker.notebook.inputs import begin, last_input, newest, remember
from checker.running.inside.prelude import PRELUDE, TOOLS

RUN_FIRST = "先に {name} の解答セルを実行し、そのあとでこのセルを実行してください。"
RUN_ABOVE = (
    "名前 {name} は、まだ作られていません。この名前は、教材のほかのセルで作られます。\n"
    "このセルを選び、メニューの「実行」から「選択したセルの上にあるすべてを実行」を選んでください。"
    "そのあとで、このセルを実行してください。"
)
WAY_BACK = "前の日にどこまで進んだかは、{}の「続きから」で分かります。"
STOPPED = "セルを途中で止めました。もう一度このセルを実行すると、はじめから計算します。"
REPLACED = (
    "このセルは、教材の道具 {names} を、同じ名前の別のものに置き換えました。"
    "このままでは、教材のセルがエラーになります。\n"
    "from checker import {names} を実行すると、もとに戻ります。"
)
CODE = re.compile(r"^```python[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def load_ipython_extension(shell) -> None:
    """Explain missing and replaced names and a stop in Japanese from now on, and keep what is run."""
    if remember in shell.events.callbacks["pre_run_cell"]:
        return
    shell.set_custom_exc((NameError, KeyboardInterrupt), _explain)
    begin()
    shell.events.register("pre_run_cell", remember)
    shell.events.register("post_run_cell", _tell_replaced)


def _explain(shell, kind, error, trace, tb_offset=None) -> None:
    """Say what to run first, where a name of the course is missing, and that a cell was stopped.

    Not under nbgrader: there a cell whose error is not shown would get full marks.
    """
    name = getattr(error, "name", None) or ""
    if os.environ.get("NBGRADER_EXECUTION"):
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    elif issubclass(kind, KeyboardInterrupt):
        _note(STOPPED)
    elif name in exercise_names():
        if re.search(rf"\bcheck\(\s*{name}\s*\)", last_input()) and newest(name):
            from checker.notebook.check import check

            check(name)  # the answer cell was run, and defined no such name
        else:
            _note(RUN_FIRST.format(name=name))
    elif name in course_names(Path.cwd().name):
        _note_with_the_way_back(RUN_ABOVE.format(name=name))
    else:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


@functools.cache
def course_names(folder: str) -> frozenset[str]:
    """What the cells of a folder's notebooks define, the first cell's imports among them."""
    section = section_of(folder)
    found = [text.read_text(encoding="utf-8") for text in texts(section)] if section else []
    cells = [PRELUDE, *(cell for text in found for cell in CODE.findall(text))]
    return frozenset({"reference", *TOOLS, *(name for cell in cells for name in _bound(cell))})


def _bound(cell: str) -> Iterator[str]:
    """The names that a cell binds at its top level."""
    for statement in ast.parse(cell).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            yield from ((a.asname or a.name).split(".")[0] for a in statement.names)
        else:
            stored = (n for n in ast.walk(statement) if isinstance(getattr(n, "ctx", 0), ast.Store))
            yield from (n.id for n in stored if isinstance(n, ast.Name))


_present: set[str] = set()  # the tools that were ours after the last cell


def _tell_replaced(_) -> None:
    """Tell once that a cell has taken tools away: `from pylab import *` has a figure and a table."""
    names = get_ipython().user_ns
    ours = {t for t, home in TOOLS.items() if getattr(names.get(t), "__module__", None) == home}
    replaced = [tool for tool in sorted(_present - ours) if tool in names]
    _present.clear()
    _present.update(ours)
    if replaced:
        _note(REPLACED.format(names=", ".join(replaced)))


def _note(text: str) -> None:
    display(note_card(text))


def _note_with_the_way_back(text: str) -> None:
    """A note that leads to the course map, where the kernel's folder has one above it."""
    if store.home() == Path.cwd().parent:
        link = Markup('<a href="../{}">コースの地図</a>').format(store.MAP)
        html = Markup("<br>").join([*text.split("\n"), Markup(WAY_BACK).format(link)])
        display(Card(framed(html), f"{text}\n{WAY_BACK.format('コースの地図')}"))
    else:
        _note(text)
