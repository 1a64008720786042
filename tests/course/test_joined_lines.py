"""A notebook shows no space where a text's source merely begins a new line."""

import re

import pytest

from checker import catalogue
from checker.authoring.assemble import COURSE, assemble
from checker.authoring.joined_lines import join_lines
from lessons import SECTIONS

JOINED = {
    "a paragraph": ("重みは\n小さい値です。\n次の文です。", "重みは小さい値です。次の文です。"),
    "a sign before code": ("終わりです。\n`check` を使います。", "終わりです。`check` を使います。"),
    "a sign before a formula": ("そこで、\n$T$ を使います。", "そこで、$T$ を使います。"),
    "a bracket after code": ("`check`\n（確認）を使います。", "`check`（確認）を使います。"),
    "emphasis": ("大切なのは\n**重み** です。", "大切なのは**重み** です。"),
    "an item": ("- 一つめの\n  項目です。\n- 二つめ", "- 一つめの項目です。\n- 二つめ"),
    "an item within": ("1. 外の\n   - 中の\n     項目", "1. 外の\n   - 中の項目"),
    "a lazy item": ("1. 一つめの\n項目です。", "1. 一つめの項目です。"),
    "a quotation": ("> 重みは\n> 小さい。", "> 重みは小さい。"),
    "what follows a formula": ("$$\na\n$$\nここで、\nこうです。", "$$\na\n$$\nここで、こうです。"),
    "text within HTML": ("<details>\n\n中の\n文です。\n\n</details>", "<details>\n\n中の文です。\n\n</details>"),
}
LEFT = {
    "two Latin words": "ReLU\nnetwork",
    "a Japanese letter before a Latin one": "重みは\nReLU です。",
    "a figure after a Japanese letter": "全部で\n8 bit です。",
    "code after a Japanese letter": "名前は\n`check` です。",
    "two paragraphs": "一つめの段落\n\n二つめの段落",
    "items": "- 一つめ\n- 二つめ\n\n1. 三つめ\n2. 四つめ",
    "a heading": "# 題\n文です。",
    "a heading of two lines": "題の\n続き\n===",
    "a table": "|型|値|\n|--|--|\n|あ|い|\n|う|え|",
    "a fence": "```python\n# 重みは\n# 小さい\n重み\n値\n```",
    "code by its indentation": "文です。\n\n    重み\n    値",
    "code within a sentence": "次の `重み。\n値` です。",
    "a formula": "文です。\n$$\n\\text{重み}。\n値\n\\tag{1}\n$$\n次の文です。",
    "HTML": "<details>\n<summary>重み\n値</summary>\n</details>",
    "a hard break": "重みは  \n小さい。\\\n次の文です。",
    "emphasis that would be lost": "**終わりです。**\n次の文です。",
}
TEXTS = [*(text for section in SECTIONS for text in catalogue.texts(section)), COURSE]


@pytest.mark.parametrize("source, joined", JOINED.values(), ids=JOINED)
def test_lines_of_a_paragraph_become_one(source, joined):
    """Catches a space after 。, also within items, quotations and HTML."""
    assert join_lines(source) == joined


@pytest.mark.parametrize("source", LEFT.values(), ids=LEFT)
def test_other_lines_stay(source):
    """Catches code, a table or a formula on one line, a lost hard break, two words run together."""
    assert join_lines(source) == source


JAPANESE = "[\u3000-\u30ff\u4e00-\u9fff\uff00-\uff60]"
NO_PROSE = re.compile(r"^(```|\$\$).*?^\1$", re.MULTILINE | re.DOTALL)


def broken(markdown):
    """Where two lines meet between Japanese letters: no mark of an item, a table or a heading is one."""
    return re.findall(f".*{JAPANESE}\n{JAPANESE}.*", NO_PROSE.sub("", markdown))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
def test_no_notebook_breaks_a_line_between_japanese_letters(text):
    """Catches a cell, an exercise's card among them, that the build does not join."""
    cells = [cell.source for cell in assemble(text).cells if cell.cell_type == "markdown"]
    assert [line for source in cells for line in broken(source)] == []
    assert broken(text.read_text("utf-8")), "the texts themselves have such lines"
