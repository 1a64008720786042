"""quiz, as a notebook calls it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import ipywidgets
from IPython.display import display

from checker.cards import Card, note_card
from checker.catalogue import (
    SUBHEADING,
    UnknownQuestion,
    heading,
    placed_in,
    question,
    texts_showing,
    title_of,
)
from checker.notebook import standing, store
from checker.notebook.inputs import running_cell
from checker.notebook.question_cards import (
    Place,
    options_card,
    reply_card,
    stem_card,
    unanswered_card,
)
from checker.judging.verdict import WORDS
from checker.question import Choice, Item, Reply, Variant

TWIN = "（このセルを実行すると、選んで答えられます）"
AGAIN = "次は、別の問題でも試してみましょう。はじめの答えが正解なら、まちがいノートから消えます。"
WIDE = ipywidgets.Layout(width="100%", max_width="760px")
OPTIONS = "checker-options"
# The widgets' own style gives each option one line's height: longer ones would lie over each other.
STYLE = (
    f"<style>.{OPTIONS} label {{display: flex; height: auto; line-height: 1.6; margin: 2px 0}}"
    f".{OPTIONS} input {{order: -1; flex: none; height: 1.6em}}</style>"
)


def quiz(*names: str) -> None:
    """確認問題です。選ぶと、正誤とその理由がすぐに表示されます。何度でも答えられます。"""
    try:
        items = [question(name) for name in names]
    except UnknownQuestion as error:
        display(note_card(str(error)))
        return
    numbered = enumerate(items, 1)
    for _, group in itertools.groupby(numbered, lambda pair: pair[1].stem or pair[1].name):
        _Group(list(group))


class _Group:
    """One question, or a set of one stem: one seed, and one button for the next variant."""

    def __init__(self, numbered: list[tuple[int, Item]]):
        self.seed = 0
        first, last = numbered[0], numbered[-1]
        shared = first[1].draw(0).shared
        several = first[0] < last[0]
        self.head = f"問 {first[0]} から問 {last[0]} に共通" if several else f"問 {first[0]} の前提"
        self.stem = shared and display(stem_card(self.head, shared), display_id=True)
        self.asked = [_Asked(number, item) for number, item in numbered[:-1]]
        more = ipywidgets.Button(description="もう一問" if last[1].varies else "もう一度")
        more.on_click(lambda _: self.draw_next())
        self.asked.append(_Asked(*last, more))

    def draw_next(self) -> None:
        """Show the next variant of every question."""
        self.seed += 1
        variants = [asked.item.draw(self.seed) for asked in self.asked]
        if self.stem:
            self.stem.update(stem_card(self.head, variants[0].shared))
        for asked, variant in zip(self.asked, variants, strict=True):
            asked.show(variant)


class _Asked:
    """One question on the page: its stem, its answer field and what is said of the answer.

    Stem and reply are outputs of their own, so that a saved notebook keeps them.
    """

    def __init__(self, number: int, item: Item, *below: ipywidgets.Widget):
        self.item, self.head, self.variant = item, f"問 {number}", item.draw(0)
        self.cell = running_cell()
        chosen = isinstance(self.variant.question, Choice)
        self.field = (_Buttons if chosen else _NumberField)(self.answer)
        self.stem = display(self._stem(), display_id=True)
        style = ipywidgets.HTML(STYLE, layout=ipywidgets.Layout(display="none"))
        column = ipywidgets.VBox([self.field.widget, *below, style])
        self.field.show(self.variant)
        twin = options_card(self.field.twin(self.variant), TWIN)
        display({**column._repr_mimebundle_(), **twin._repr_mimebundle_()}, raw=True)
        self.reply = display(unanswered_card(_before(item)), display_id=True)
        self.tries: list[str] = []  # outcomes, of this variant

    def show(self, variant: Variant) -> None:
        """Ask another variant."""
        self.variant, self.tries = variant, []
        self.stem.update(self._stem())
        self.field.show(variant)
        self.reply.update(unanswered_card())

    def answer(self, answer: float) -> None:
        """Say at once whether it is right, and keep the first answer to a variant."""
        reply, place = self.variant.reply_to(answer), place_of(self.item)
        notes = [reply.reason]
        if not self.tries:
            self._remember(reply)
            # What is displayed while a button is pressed goes to Lab's log.
            notes += store.unsaved().split("\n")
        elif reply.outcome == "right" and self.tries[0] == "wrong":
            notes.append(AGAIN)
        self.tries.append(reply.outcome)
        explanation = self.variant.question.explanation
        self.reply.update(reply_card(reply.outcome, reply.given, notes, explanation, place))

    def _remember(self, reply: Reply) -> None:
        detail = {
            "title": f"確認問題「{self.item.word}」",
            "section": self.item.section,
            "option": reply.given,
            "misconception": reply.misconception,
            "sentence": reply.reason,
            "cell": self.cell,
            "seed": self.variant.seed,
        }
        store.remember(kind="quiz", name=self.item.name, outcome=reply.outcome, detail=detail)

    def _stem(self) -> Card:
        return stem_card(self.head, self.variant.question.stem)


class _Buttons:
    """The options of a question as radio buttons: Tab and Space choose."""

    def __init__(self, answer: Callable[[float], None]):
        self.answer = answer
        self.widget = ipywidgets.RadioButtons(layout=WIDE)
        self.widget.add_class(OPTIONS)
        self.widget.observe(self._chosen, "index")

    def show(self, variant: Variant) -> None:
        """Show the options of a variant, none of them chosen."""
        self.widget.unobserve(self._chosen, "index")
        with self.widget.hold_sync():  # new options choose the first one
            self.widget.options = self.twin(variant)
            self.widget.index = None
        self.widget.observe(self._chosen, "index")

    @staticmethod
    def twin(variant: Variant) -> list[str]:
        """The options as lines."""
        return variant.lines

    def _chosen(self, change) -> None:
        if change.new is not None:
            self.answer(change.new)


class _NumberField:
    """A field for a number, and the button that hands it in."""

    def __init__(self, answer: Callable[[float], None]):
        self.number = ipywidgets.FloatText(
            description="答え", layout=ipywidgets.Layout(width="220px")
        )
        self.unit = ipywidgets.Label()
        button = ipywidgets.Button(description="答える")
        button.on_click(lambda _: answer(self.number.value))
        self.widget = ipywidgets.HBox([self.number, self.unit, button])

    def show(self, variant: Variant) -> None:
        """Begin anew."""
        self.number.value, self.unit.value = 0.0, variant.question.unit

    @staticmethod
    def twin(variant: Variant) -> list[str]:
        """What is to be typed."""
        return [f"答え（数）: ＿＿＿ {variant.question.unit}"]


def _before(item: Item) -> str:
    """What is remembered of a question: the day and the outcome of the last answer."""
    answers = store.events("quiz", item.name)
    if not answers:
        return ""
    day = answers[-1].at.astimezone()
    return f"前回（{day.month} 月 {day.day} 日）は、{WORDS[answers[-1].outcome]}でした。"


def place_of(item: Item) -> Place:
    """Where a question's answer can be seen: an exercise, or a heading in the learner's notebook."""
    text = texts_showing(item.cell, item.section)[0]
    if item.cell in placed_in(text):
        title, cell = heading(item.cell)["title"], item.cell
    else:
        notebook = Path("..", standing.Place(text).address)
        title, cell = item.cell, _cell_under(item.cell, notebook)
    if text.parent.name != item.section:
        title = f"{title_of(text)[0]} {title}"
    return Place(title, f"../{standing.Place(text, cell).address}")


def _cell_under(title: str, notebook: Path) -> str | None:
    """The id of the first code cell below a heading. A text's cells have ids that a new version may
    change. Code cells: see standing._cell_to_go_on.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        found = False
        for cell in cells:
            found = found or title in SUBHEADING.findall("".join(cell["source"]))
            if found and cell["cell_type"] == "code":
                return cell["id"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None
