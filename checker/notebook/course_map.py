"""progress, as the course map calls it."""

from __future__ import annotations

from pathlib import Path

from IPython.display import display
from markupsafe import Markup

from checker.cards import map_card
from checker.catalogue import heading, placed_in, texts, title_of
from checker.judging.verdict import WORDS
from checker.notebook import store
from checker.notebook.record import standing
from lessons import SECTIONS


def progress() -> None:
    """コースの地図です。ノートブックごとに、どこまで進んだかを表示します。"""
    outcomes = _outcomes(store.events("check"))
    rows, lines = [], []
    for section, known in SECTIONS.items():
        for text in texts(section):
            row, line = _notebook(known.folder, text, outcomes)
            rows.append(row)
            lines.append(line)
        if not texts(section):
            rows.append((known.folder[:2], known.title, "準備中", []))
            lines.append(f"{known.folder[:2]} {known.title}: 準備中")
    display(map_card(rows, "\n".join(lines)))


def _notebook(folder: str, text: Path, outcomes: dict[str, str]) -> tuple[tuple, str]:
    """One notebook of the map: number, name, count and exercises; and the same as a line."""
    (number, title), names = title_of(text), placed_in(text)
    path = f"{folder}/{text.stem}.ipynb"
    right = sum(outcomes.get(name) == "right" for name in names)
    tick = "✓ " if names and right == len(names) else ""
    steps = [
        Markup('<a href="{}#cell-id={}">{}</a>（{}）').format(
            path, name, heading(name)["title"], WORDS[outcomes.get(name, "unanswered")]
        )
        for name in names
    ]
    bar = Markup(
        '<progress value="{}" max="{}" title="{}の進み" style="width:5em"></progress>'
    ).format(right, len(names), title)
    link = Markup('{}<a href="{}">{}</a>').format(tick, path, title)
    count = Markup("{} {} / {} 問").format(bar, right, len(names))
    return (number, link, count, steps), f"{number} {tick}{title}: {right} / {len(names)} 問正解"


def _outcomes(checks: list[store.Event]) -> dict[str, str]:
    """The outcome of each exercise that was tried."""
    tried: dict[str, list] = {}
    for event in checks:
        tried.setdefault(event.name, []).append((event.outcome, event.detail))
    return {name: standing(found)[0] for name, found in tried.items()}
