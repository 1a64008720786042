"""Where a learner stands, from what is remembered: outcomes, open mistakes, where to go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checker.catalogue import exercise_names, heading, placed_in, text_of, texts, written_sections
from checker.notebook.record import standing
from checker.notebook.store import Event
from lessons import SECTIONS


@dataclass(frozen=True)
class Place:
    """A notebook, and a cell in it where one is known."""

    text: Path
    cell: str | None = None

    @property
    def address(self) -> str:
        """The link from the course map, as JupyterLab follows it; elsewhere the notebook opens."""
        folder = SECTIONS[self.text.parent.name].folder
        return f"{folder}/{self.text.stem}.ipynb{f'#cell-id={self.cell}' if self.cell else ''}"


@dataclass(frozen=True)
class Mistake:
    """An exercise or a question that was answered wrongly and not rightly since."""

    title: str
    place: Place | None
    at: datetime  # of the newest wrong answer
    reasons: list[str]  # each once, the newest first


def outcomes(events: list[Event]) -> dict[str, str]:
    """The outcome of each exercise that was tried. A right answer stays right."""
    tried: dict[str, list] = {}
    for event in events:
        if event.kind == "check":
            tried.setdefault(event.name, []).append((event.outcome, event.detail))
    return {name: standing(found)[0] for name, found in tried.items()}


def mistakes(events: list[Event]) -> list[Mistake]:
    """What was mixed up and is not solved yet, the newest first."""
    wrong: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        key = event.kind, event.name
        if event.outcome == "right":
            wrong.pop(key, None)
        elif event.outcome == "wrong":
            wrong[key] = [event, *wrong.pop(key, [])]  # to the end: clocks stand still and go back
    return [_mistake(found) for found in reversed(wrong.values())]


def _mistake(found: list[Event]) -> Mistake:
    newest = found[0]
    known = newest.kind == "check" and newest.name in exercise_names()
    title = heading(newest.name)["title"] if known else newest.detail.get("title", newest.name)
    reasons = [reason for event in found if (reason := _reason(event.detail))]
    return Mistake(str(title), place_of(newest), newest.at, list(dict.fromkeys(reasons)))


def _reason(detail: dict) -> str:
    label = detail.get("label")
    return detail.get("sentence") or (f"「{label}」の場合に、値が違いました。" if label else "")


def place_of(event: Event) -> Place | None:
    """Where an event happened: its cell, or the exercise of its name, or else its section."""
    cell = event.name if event.kind == "check" else event.detail.get("cell")
    if isinstance(cell, str) and (text := text_of(cell)):
        return Place(text, cell)
    section = event.detail.get("section")
    first = texts(section) if section in written_sections() else []
    return Place(first[0]) if first else None


def go_on(events: list[Event], reached: dict[str, str]) -> Place | None:
    """Where the learner goes on: at the last thing that was done, as long as its notebook has
    something to solve, then at the next notebook that has; None where all is solved."""
    order = [text for section in written_sections() for text in texts(section)]
    to_solve = {text: [n for n in placed_in(text) if reached.get(n) != "right"] for text in order}
    last = next(filter(None, map(place_of, reversed(events))), None)
    if last is None:
        return Place(order[0])
    if to_solve[last.text]:
        return Place(last.text, _cell_to_go_on(last, to_solve[last.text]))
    after = order.index(last.text) + 1
    text = next((text for text in [*order[after:], *order[:after]] if to_solve[text]), None)
    if text is None:
        return None
    begun = len(to_solve[text]) < len(placed_in(text))
    return Place(text, to_solve[text][0] if begun else None)


def _cell_to_go_on(last: Place, to_solve: list[str]) -> str | None:
    """The answer cell of what is not solved yet, or the cell below which the text goes on. What was
    left out above comes when everything below is solved.

    Code cells: at a link to a Markdown cell JupyterLab selects everything above it as well, and leaves
    the first cell the active one.
    """
    names, cell = placed_in(last.text), last.cell and last.cell.removesuffix("-prompt")
    if cell not in names or cell in to_solve:
        return cell
    below = names[names.index(cell) + 1 :]
    return f"{cell}-check" if {*below} & {*to_solve} else to_solve[0]
