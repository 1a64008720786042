"""Draws a verdict as a card: HTML with a text/plain twin of equal content.

Inline styles only, no theme variables, no text colour: JupyterLab's sanitizer removes the rest from
untrusted files. Everything that came from learner code is escaped.
"""

from __future__ import annotations

import re
from html import escape

import torch

from checker.judge import WORDS, Verdict
from checker.plain import unequal

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
        self.html, self.text = html, text

    def _repr_mimebundle_(self, **_) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def box(body: str, colour: str = "#5b7a99", edge: str = "solid") -> str:
    """The frame that all our outputs share."""
    return (
        f'<div lang="ja" class="mathjax_ignore" style="border:1px solid {colour}; '
        f"border-left:6px {edge} {colour}; border-radius:4px; padding:8px 14px; margin:6px 2px; "
        f'max-width:760px; line-height:1.7; background-color:rgba(128,128,128,0.08)">{body}</div>'
    )


def verdict_card(verdict: Verdict) -> Card:
    """The card that check() shows."""
    sign, colour, edge = LOOK[verdict.outcome]
    head = (
        f'<div style="font-weight:bold; font-size:110%"><span style="display:inline-block; '
        f'min-width:22px">{sign}</span>{WORDS[verdict.outcome]} '
        f"<code>{escape(verdict.name)}</code></div>"
    )
    picture = _side_by_side(verdict.comparison)
    rows = [
        _row(caption, text)
        for caption, text in verdict.lines
        if not (picture and caption in ("あなたの値", "期待した値"))
    ]
    at = next((i for i, line in enumerate(verdict.lines) if line[0] == "違い"), len(rows)) + 1
    rows[at:at] = [picture] if picture else []
    return Card(box(head + "".join(rows), colour, edge), f"[{sign} {verdict.message[1:]}")


def _row(caption: str, text: str) -> str:
    if "\n" in text or caption in ("あなたの出力", "あなたの値", "期待した値"):
        body = (
            '<pre style="white-space:pre-wrap; margin:2px 0 2px 12px; font-size:95%">'
            f"{escape(text)}</pre>"
        )
    elif caption == "呼び出し":
        body = f"<code>{escape(text)}</code>"
    else:
        body = escape(text)
    return f'<div><span style="font-weight:bold">{escape(caption)}</span>　{body}</div>'


def _side_by_side(comparison: tuple[object, object] | None) -> str:
    """Two small tables, the learner's and the expected one, with every unequal cell framed."""
    if comparison is None or not all(type(v) is torch.Tensor for v in comparison):
        return ""
    actual, expected = comparison
    if actual.ndim == 1:
        actual, expected = actual[None], expected[None]
    rows, columns = actual.shape if actual.ndim == 2 else (0, 0)
    if not (0 < rows <= MAX_ROWS and 0 < columns <= MAX_COLUMNS):
        return ""
    differs = unequal(expected, actual)
    tables = _table("あなたの値", actual, differs) + _table("期待した値", expected, differs)
    note = '<div style="font-size:90%">太い枠と ≠ のところが違います。</div>'
    return f'<div style="display:flex; gap:24px; flex-wrap:wrap">{tables}</div>{note}'


def _table(caption: str, values: torch.Tensor, differs: torch.Tensor) -> str:
    def cell(value: object, differs: bool) -> str:
        edge = "3px solid #c62828" if differs else "1px solid rgba(128,128,128,0.5)"
        sign = "≠ " if differs else ""
        text = f"{value:.4g}" if type(value) is float else str(value)
        return f'<td style="border:{edge}; padding:2px 6px; text-align:right">{sign}{text}</td>'

    rows = "".join(
        f"<tr>{''.join(map(cell, *both))}</tr>"
        for both in zip(values.tolist(), differs.tolist(), strict=True)
    )
    head = f'<div style="font-weight:bold">{caption}</div>'
    return f'<div>{head}<table style="margin:2px 0; font-size:90%">{rows}</table></div>'


def hint_card(name: str, hints: tuple[str, ...]) -> Card:
    """All hints, each folded: the learner opens as many as are needed."""
    folded = "".join(
        f'<details style="margin:4px 0"><summary style="cursor:pointer">ヒント {i} / {len(hints)}'
        f'</summary><div style="margin:2px 0 6px 22px">{escape(hint)}</div></details>'
        for i, hint in enumerate(hints, 1)
    )
    head = f'<div style="font-weight:bold">ヒント <code>{escape(name)}</code></div>'
    text = "\n".join(f"ヒント {i} / {len(hints)}: {hint}" for i, hint in enumerate(hints, 1))
    return Card(box(head + folded), f"ヒント {name}\n{text}")


def code_card(title: str, code: str) -> Card:
    """A text and a program, as solution() shows it."""
    body = (
        f'<div style="font-weight:bold">{escape(title)}</div>'
        f'<pre style="white-space:pre-wrap; margin:4px 0">{escape(code)}</pre>'
    )
    return Card(box(body), f"{title}\n{code}")


def table_card(headers: list[str], rows: list[list[str]]) -> Card:
    """A table with a heading row; cells that are numbers are set to the right."""

    def cell(text: str) -> str:
        side = "right" if re.fullmatch(r"[+−-]?[\d,.]+", text) else "left"
        return f'<td style="text-align:{side}; padding:3px 10px">{escape(text)}</td>'

    head = "".join(
        f'<th scope="col" style="text-align:left; padding:3px 10px">{escape(h)}</th>'
        for h in headers
    )
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    style = 'lang="ja" class="mathjax_ignore" style="max-width:900px; line-height:1.6"'
    html = f"<table {style}><tr>{head}</tr>{body}</table>"
    return Card(html, "\n".join(" | ".join(row) for row in [headers, *rows]))


def note_card(text: str) -> Card:
    """One or more sentences in a frame."""
    return Card(box(escape(text).replace("\n", "<br>")), text)
