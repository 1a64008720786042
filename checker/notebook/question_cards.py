"""What quiz() draws: the question, its options for a reader without a kernel, what is said of an
answer."""

from __future__ import annotations

from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup

from checker.cards import LOOK, Card, framed, joined
from checker.judging.verdict import WORDS

WAY, WHERE = "解き方", "確かめるところ"
# No HTML of the source's own; a line's end is a line's end.
MARKDOWN = MarkdownIt("js-default", {"html": False, "breaks": True})
PLAIN = {  # what the lab would set to the right, or far from the frame
    "p": 'style="margin:4px 0"',
    "table": 'style="margin:6px 0"',
    "th": 'scope="col" style="text-align:left; padding:3px 6px"',
    "td": 'style="text-align:left; padding:3px 6px"',
}


@dataclass(frozen=True)
class Place:
    """The cell that shows what a question asks."""

    title: str
    address: str  # seen from a notebook of any section


def unanswered_card(before: str = "") -> Card:
    """Where quiz() will say something of an answer; what is remembered of an earlier day."""
    sign, colour, edge = LOOK["unanswered"]
    text = "　".join(filter(None, [f"{sign} {WORDS['unanswered']}", before]))
    return Card(framed(Markup("<div>{}</div>").format(text), colour, edge), text)


def stem_card(head: str, markdown: str) -> Card:
    """A question of the bank, or what several questions are asked about."""
    body = Markup('<div style="font-weight:bold">{}</div>{}').format(head, _rendered(markdown))
    return Card(framed(body), f"{head}\n{markdown}")


def reply_card(outcome: str, given: str, notes: list[str], explanation: str, place: Place) -> Card:
    """What quiz() says of an answer: the verdict, why, the way to the answer, where to look.

    The way stands open below a right answer; below a wrong one it is folded, for another try.
    """
    sign, colour, edge = LOOK[outcome]
    notes = [note for note in notes if note]
    head = Markup('<div style="font-weight:bold">{} {}　{}</div>').format(
        sign, WORDS[outcome], given
    )
    below = [Markup("<div>{}</div>").format(note) for note in notes]
    way = Markup('<div style="margin:4px 0">{}</div>').format(_rendered(explanation))
    if outcome != "right":
        way = Markup('<details><summary style="cursor:pointer">{}</summary>{}</details>').format(
            WAY, way
        )
    there = Markup('<div>{}: <a href="{}">{}</a></div>').format(WHERE, place.address, place.title)
    lines = [f"[{sign} {WORDS[outcome]}] {given}", *notes, f"{WAY}:", explanation]
    lines.append(f"{WHERE}: {place.title}")
    return Card(framed(joined([head, *below, way, there]), colour, edge), "\n".join(lines))


def options_card(lines: list[str], text: str) -> Card:
    """The options of a question without their buttons, for a reader without a kernel."""
    rows = joined(
        Markup('<div style="white-space:pre-wrap">{}</div>').format(each) for each in lines
    )
    note = Markup("<div><small>{}</small></div>").format(text)
    html = Markup('<div lang="ja" class="mathjax_ignore">{}{}</div>').format(rows, note)
    return Card(html, "\n".join([*lines, text]))


def _rendered(markdown: str) -> Markup:
    """Markdown of our own as HTML."""
    html = MARKDOWN.render(markdown)
    for tag, attributes in PLAIN.items():
        html = html.replace(f"<{tag}>", f"<{tag} {attributes}>")
    return Markup(html)
