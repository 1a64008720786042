"""What we draw in a cell: HTML with a text/plain twin of equal content.

Inline styles only, no theme variables, no text colour: JupyterLab's sanitizer removes the rest from
untrusted files. Markup.format escapes whatever comes from elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from checker.judging.verdict import WORDS, Line, Verdict

if TYPE_CHECKING:
    import torch

LOOK = {  # sign, colour and left edge: told apart without colour
    "unanswered": ("…", "#7a7a7a", "dashed"),
    "error": ("！", "#b26a00", "double"),
    "wrong": ("×", "#c62828", "solid"),
    "right": ("○", "#2e7d32", "solid"),
}
MAX_ROWS, MAX_COLUMNS = 8, 10


class Card:
    """Something to show in a cell's output, as HTML and as the same plain text."""

    def __init__(self, html: str, text: str):
        self.html, self.text = str(html), text

    def _repr_mimebundle_(self, **_) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def framed(body: Markup, colour: str = "#5b7a99", edge: str = "solid") -> Markup:
    """The frame that all our outputs share."""
    return Markup(
        '<div lang="ja" class="mathjax_ignore" style="border:1px solid {colour}; '
        "border-left:6px {edge} {colour}; border-radius:4px; padding:8px 14px; margin:6px 2px; "
        'max-width:760px; line-height:1.7; background-color:rgba(128,128,128,0.08)">{body}</div>'
    ).format(body=body, colour=colour, edge=edge)


def joined(parts) -> Markup:
    """Pieces of HTML one after the other."""
    return Markup("").join(parts)


def verdict_card(verdict: Verdict) -> Card:
    """The card that check() shows."""
    sign, colour, edge = LOOK[verdict.outcome]
    head = Markup(
        '<div style="font-weight:bold; font-size:110%"><span style="display:inline-block; '
        'min-width:22px">{}</span>{} <code>{}</code></div>'
    ).format(sign, WORDS[verdict.outcome], verdict.name)
    picture = _side_by_side(verdict.comparison)
    rows = []
    for line in verdict.lines:
        if picture and line.style == "compared":
            if picture not in rows:
                rows.append(picture)
        else:
            rows.append(_row(line))
    return Card(framed(joined([head, *rows]), colour, edge), f"[{sign} {verdict.message[1:]}")


def _row(line: Line) -> Markup:
    if "\n" in line.text or line.style in ("block", "compared"):
        body = Markup(
            '<pre style="white-space:pre-wrap; margin:2px 0 2px 12px; font-size:95%">{}</pre>'
        ).format(line.text)
    elif line.style == "code":
        body = Markup("<code>{}</code>").format(line.text)
    else:
        body = line.text
    return Markup('<div><span style="font-weight:bold">{}</span>　{}</div>').format(
        line.caption, body
    )


def _side_by_side(comparison: tuple[object, object] | None) -> Markup | None:
    """Two small tables, the learner's and the expected one, with every unequal cell framed."""
    if comparison is None:
        return None
    import torch  # only here: the course map is drawn without waiting for it

    from checker.judging.compare import unequal

    if not all(type(v) is torch.Tensor for v in comparison):
        return None
    actual, expected = comparison
    if actual.ndim == 1:
        actual, expected = actual[None], expected[None]
    rows, columns = actual.shape if actual.ndim == 2 else (0, 0)
    if not (0 < rows <= MAX_ROWS and 0 < columns <= MAX_COLUMNS):
        return None
    differs = unequal(expected, actual)
    return Markup(
        '<div style="display:flex; gap:24px; flex-wrap:wrap">{}{}</div>'
        '<div style="font-size:90%">太い枠と ≠ のところが違います。</div>'
    ).format(_table("あなたの値", actual, differs), _table("期待した値", expected, differs))


def _table(caption: str, values: torch.Tensor, differs: torch.Tensor) -> Markup:
    def cell(value: object, differs: bool) -> Markup:
        edge = "3px solid #c62828" if differs else "1px solid rgba(128,128,128,0.5)"
        text = f"{value:.4g}" if type(value) is float else str(value)
        return Markup('<td style="border:{}; padding:2px 6px; text-align:right">{}{}</td>').format(
            edge, "≠ " if differs else "", text
        )

    rows = joined(
        Markup("<tr>{}</tr>").format(joined(map(cell, *both)))
        for both in zip(values.tolist(), differs.tolist(), strict=True)
    )
    return Markup(
        '<div><div style="font-weight:bold">{}</div>'
        '<table style="margin:2px 0; font-size:90%">{}</table></div>'
    ).format(caption, rows)


def hint_card(name: str, hints: tuple[str, ...]) -> Card:
    """All hints, each folded: the learner opens as many as are needed."""
    folded = joined(
        Markup(
            '<details style="margin:4px 0"><summary style="cursor:pointer">ヒント {} / {}'
            '</summary><div style="margin:2px 0 6px 22px">{}</div></details>'
        ).format(i, len(hints), hint)
        for i, hint in enumerate(hints, 1)
    )
    head = Markup('<div style="font-weight:bold">ヒント <code>{}</code></div>').format(name)
    text = "\n".join(f"ヒント {i} / {len(hints)}: {hint}" for i, hint in enumerate(hints, 1))
    return Card(framed(head + folded), f"ヒント {name}\n{text}")


def code_card(title: str, code: str) -> Card:
    """A text and a program, as solution() shows it."""
    body = Markup(
        '<div style="font-weight:bold">{}</div>'
        '<pre style="white-space:pre-wrap; margin:4px 0">{}</pre>'
    ).format(title, code)
    return Card(framed(body), f"{title}\n{code}")


def table_card(headers: list[str], rows: list[list[str | Markup]]) -> Card:
    """A table with a heading row; cells that are numbers are set to the right."""

    def cell(text: str) -> Markup:
        side = "right" if re.fullmatch(r"[+−-]?[\d,.]+", text) else "left"
        return Markup('<td style="text-align:{}; padding:3px 6px">{}</td>').format(side, text)

    head = joined(
        Markup('<th scope="col" style="text-align:left; padding:3px 6px">{}</th>').format(h)
        for h in headers
    )
    body = joined(Markup("<tr>{}</tr>").format(joined(map(cell, row))) for row in rows)
    html = Markup(
        '<table lang="ja" class="mathjax_ignore" style="max-width:900px; line-height:1.6">'
        "<tr>{}</tr>{}</table>"
    ).format(head, body)
    return Card(html, "\n".join(" | ".join(map(plain, row)) for row in [headers, *rows]))


def plain(cell: str | Markup) -> str:
    """What a reader sees of a cell, which may hold a link."""
    return cell.striptags() if isinstance(cell, Markup) else cell


def lookup_card(
    headers: list[str], groups: dict[str, list[list[str | Markup]]], total: int, opened: bool
) -> Card:
    """Groups of rows, each folded under its name with its number of rows; the twin shows them all."""
    found = sum(map(len, groups.values()))
    count = (
        f"{total} 語のうち {found} 語があります。"
        if found
        else "見つかりません。別の書き方で試してください。"
    )
    parts, lines = [Markup("<div>{}</div>").format(count)], [count]
    for name, rows in groups.items():
        rows_card = table_card(headers, rows)
        head = f"{name}（{len(rows)} 語）"
        parts.append(
            Markup(
                '<details style="margin:4px 0"{}><summary style="cursor:pointer">{}</summary>{}</details>'
            ).format(Markup(" open") if opened else "", head, Markup(rows_card.html))
        )
        lines += [head, rows_card.text]
    return Card(
        Markup('<div lang="ja" class="mathjax_ignore">{}</div>').format(joined(parts)),
        "\n".join(lines),
    )


def note_card(text: str) -> Card:
    """One or more sentences in a frame."""
    return Card(framed(Markup("<br>").join(text.split("\n"))), text)


def picture_card(source: str, width: int, alternative: str, text: str) -> Card:
    """A picture with its alternative text, which says what is drawn, and the sentence below it.

    start.py has the lab turn an image of the class "figure" over in the dark theme.
    """
    html = Markup(
        '<div lang="ja" class="mathjax_ignore"><img class="figure" alt="{alternative}" width="{width}" '
        'style="max-width:100%" src="{source}"><p>{text}</p></div>'
    ).format(alternative=alternative, width=width, source=source, text=text)
    return Card(html, text)


def question_card(question: str) -> Card:
    """A question above its field."""
    return Card(Markup('<p lang="ja">{}</p>').format(question), question)
