"""progress and mistakes, as the course map calls them. Neither waits for torch."""

from __future__ import annotations

from pathlib import Path

from IPython.display import display

from checker.catalogue import facts_of, heading, placed_in, texts, title_of, written_sections
from checker.notebook import standing, store
from checker.notebook.map_cards import Stage, Step, map_card, mistakes_card
from checker.notebook.standing import Place


def progress() -> None:
    """コースの地図です。続きのセルへのリンクと、ノートブックごとの進み具合を表示します。"""
    events = store.events()
    reached = standing.outcomes(events)
    stages = [_stage(text, reached) for section in written_sections() for text in texts(section)]
    display(map_card(stages, standing.go_on(events, reached), begun=bool(events)))


def mistakes() -> None:
    """まちがいノートです。まだ正解していない演習と問題を、考え違いと一緒に新しい順で表示します。"""
    display(mistakes_card(standing.mistakes(store.events())))


def _stage(text: Path, reached: dict[str, str]) -> Stage:
    number, title = title_of(text)
    steps = [
        Step(str(heading(name)["title"]), reached.get(name, "unanswered"), Place(text, name))
        for name in placed_in(text)
    ]
    return Stage(number, title, facts_of(text), Place(text), steps)
