"""The lines of a Markdown paragraph as one: a page shows a line's end as a space, and between two
Japanese letters there is none."""

from __future__ import annotations

import unicodedata

from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark").enable("table")
MATHS = "$$"
EMPHASIS = "*_"  # a reader sees what stands behind it


def join_lines(markdown: str) -> str:
    """A cell's Markdown without the line ends that would be seen as a space out of place.

    Only those within a paragraph or an item go. Code, tables, formulas, headings, HTML and hard
    breaks stay as they are, and so does a line end that keeps two Latin words apart.
    """
    lines = markdown.split("\n")
    tokens = MARKDOWN.parse(markdown)
    for opening, inline in reversed(list(zip(tokens, tokens[1:], strict=False))):
        if opening.type != "paragraph_open":
            continue
        content = inline.content.split("\n")
        for at in reversed(range(1, len(content))):
            if is_out_of_place("\n".join(content[:at]), "\n".join(content[at:])):
                line = inline.map[0] + at
                lines[line - 1 : line + 1] = [lines[line - 1].rstrip() + lines[line].lstrip(" \t>")]
    return "\n".join(lines)


def is_out_of_place(before: str, after: str) -> bool:
    """Whether nothing but a space is lost with the line end between two parts of a paragraph."""
    if MATHS in (before[-2:], after[:2]) or before.count(MATHS) % 2:
        return False
    left, right = before.rstrip(EMPHASIS)[-1:], after.lstrip(EMPHASIS)[:1]
    beside = is_wide(left) and is_wide(right) or is_wide_sign(left) or is_wide_sign(right)
    return beside and shown(before + "\n" + after) == shown(before.rstrip() + after.lstrip(" \t"))


def is_wide(letter: str) -> bool:
    """Whether a letter has the width of a Japanese one."""
    return unicodedata.east_asian_width(letter or " ") in "WF"


def is_wide_sign(letter: str) -> bool:
    """Whether a letter is a Japanese sign, which brings its own space: 。、（「."""
    return is_wide(letter) and unicodedata.category(letter)[0] == "P"


def shown(paragraph: str) -> str:
    """A paragraph as HTML; not equal where joined lines would change emphasis, code or a break."""
    return MARKDOWN.renderInline(paragraph).replace("\n", "")
