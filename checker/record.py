"""Remembers outcomes and predictions between days, beside the learner's notebooks.

The file lies in the folder of the course map (course.ipynb). Elsewhere nothing is remembered, so
that a test or a build leaves no trace.
"""

from __future__ import annotations

import json
import os
import tempfile
from html import escape
from pathlib import Path

from IPython.display import display

from checker.display import Card
from checker.exercise import exercise_names, folder_name, load
from checker.judge import WORDS, Verdict
from lessons import SECTIONS

FILE, MAP = ".progress.json", "course.ipynb"


def home() -> Path | None:
    """The learner's folder: where the course map lies, seen from the kernel's folder."""
    here = Path.cwd()
    return next((folder for folder in (here, here.parent) if (folder / MAP).exists()), None)


def recall() -> dict:
    """What is remembered: {"outcomes": {name: outcome}, "tries": {name: count}, "predictions":
    {name: number}}."""
    empty = {"outcomes": {}, "tries": {}, "predictions": {}}
    folder = home()
    if folder is None:
        return empty
    try:
        known = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {
            "outcomes": {n: o for n, o in known["outcomes"].items() if o in list(WORDS)},
            "tries": {n: int(c) for n, c in known.get("tries", {}).items()},
            "predictions": {n: float(v) for n, v in known["predictions"].items()},
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return empty  # absent, or broken by hand: begin anew


def _write(kind: str, name: str, value: object) -> None:
    folder = home()
    if folder is None:
        return
    known = recall()
    known[kind][name] = value
    # A new file that replaces the old one: a kill in between loses nothing.
    handle, path = tempfile.mkstemp(dir=folder, prefix=FILE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(known, file, ensure_ascii=False, indent=1)
    os.replace(path, folder / FILE)


def remember(verdict: Verdict) -> None:
    """Keep the outcome of a check and the number of tries until the answer was right.

    A right answer stays right when the learner goes on trying.
    """
    known = recall()
    if verdict.outcome != "unanswered" and known["outcomes"].get(verdict.name) != "right":
        _write("tries", verdict.name, known["tries"].get(verdict.name, 0) + 1)
        _write("outcomes", verdict.name, verdict.outcome)


def remember_prediction(name: str, value: float) -> None:
    """Keep a prediction."""
    _write("predictions", name, value)


def prediction(name: str) -> float | None:
    """The prediction that was made under this name, if any."""
    return recall()["predictions"].get(name)


def progress() -> None:
    """コースの地図です。節ごとに、どこまで進んだかを表示します。"""
    outcomes = recall()["outcomes"]
    rows, lines = [], []
    for section, title in SECTIONS.items():
        names, folder = exercise_names(section), folder_name(section)
        number = folder[:2]
        right = sum(outcomes.get(name) == "right" for name in names)
        if not names:
            rows.append(_row(number, title, "準備中", ""))
            lines.append(f"{number} {title}: 準備中")
            continue
        path = f"{folder}/{folder}.ipynb"
        steps = "、".join(
            f'<a href="{path}#cell-id={name}">{escape(load(name).title)}</a>'
            f"（{WORDS[outcomes.get(name, 'unanswered')]}）"
            for name in names
        )
        bar = f'<progress value="{right}" max="{len(names)}" title="{title}の進み"></progress>'
        link = f'<a href="{path}">{title}</a>'
        rows.append(_row(number, link, f"{bar} {right} / {len(names)} 問", steps))
        lines.append(f"{number} {title}: {right} / {len(names)} 問正解")
    head = "".join(
        f'<th scope="col" style="text-align:left">{h}</th>' for h in ("節", "名前", "正解", "演習")
    )
    table = f'<table lang="ja" style="text-align:left"><tr>{head}</tr>{"".join(rows)}</table>'
    display(Card(table, "\n".join(lines)))


def _row(number: str, title: str, count: str, steps: str) -> str:
    """A row of the map; only the list of exercises may be broken into lines."""
    whole = "".join(
        f'<td style="text-align:left; white-space:nowrap">{cell}</td>'
        for cell in (number, title, count)
    )
    return f'<tr>{whole}<td style="text-align:left">{steps}</td></tr>'
