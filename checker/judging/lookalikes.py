"""Characters that look like Python's own and are others: pasted from a text, or typed full-width."""

from __future__ import annotations

import re
import unicodedata

from checker.running.inside.cell_text import UNPARSABLE, Answer

# What NFKC does not know, or would turn into something else.
TYPED = {
    "≧≥⩾": ">=",
    "≦≤⩽": "<=",
    "≠": "!=",
    "×✕✖⨯·⋅∙•・∗": "*",
    "÷∕⁄": "/",
    "−–—―‐‑‒⁃ー": "-",
    "“”„‟″‶「」『』«»〝〟": '"',
    "‘’‚‛′‵´": "'",
    "、": ",",
    "。": ".",
    "〜∼": "~",
    "￥¥": "\\",
    "【〔": "[",
    "】〕": "]",
    "→⇒": "->",
    "½": "1 / 2",
    "∞": "math.inf",
    "√": "math.sqrt(…)",
    "∑Σ": "sum(…)",
    "∧": "and",
    "∨": "or",
    "¬": "not",
    "∈": "in",
    "≒≈": "math.isclose(…)",
}
# The commands of formulas that have a counterpart; others have to be written as Python.
COMMANDS = {
    "cdot times": "*",
    "div": "/",
    "ge geq": ">=",
    "le leq": "<=",
    "ne neq": "!=",
    "log ln": "math.log(…)",
    "exp": "math.exp(…)",
    "sqrt": "math.sqrt(…)",
    "sum": "sum(…)",
    "max": "max(…)",
    "min": "min(…)",
    "infty": "math.inf",
}
ASCII_FOR = {character: typed for characters, typed in TYPED.items() for character in characters}
TYPED_FOR = ASCII_FOR | {
    f"\\{command}": typed for commands, typed in COMMANDS.items() for command in commands.split()
}
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
# The signs of formulas and of code in a text, which Python refuses outside strings.
OF_A_TEXT = re.compile(rf"\\[A-Za-z]+|[$`{SUPERSCRIPTS}]")
QUOTES = "“”„‟″〝〟＂‘’‚‛′´＇"
# A full-width word, or the lengthening mark of kana in the place of a minus sign.
HIDDEN = re.compile(r"[！-～]+|(?<![ぁ-ヿ一-鿿])ー(?![ぁ-ヿ一-鿿])")
CODE_POINT = re.compile(r"U\+([0-9A-F]{4,6})")
STRING_OR_COMMENT = re.compile(r"\"[^\"]*\"|'[^']*'|#.*")


def stray_character(answer: Answer) -> str | None:
    """The character, full-width word or command of a formula at which Python stops reading, as the
    text shows it."""
    if answer.huge:  # only the process that runs it may parse it
        return None
    try:
        answer.tree  # noqa: B018
    except SyntaxError as error:
        if found := CODE_POINT.search(error.msg):
            return chr(int(found[1], 16))
        return _hidden_in(error)
    except UNPARSABLE:
        pass
    return None


def _hidden_in(error: SyntaxError) -> str | None:
    """One of which Python does not speak: it may stand in a name, or close no string."""
    line = error.text or ""
    if error.msg.startswith("unterminated"):
        rest = line[error.offset or 0 :]
        return next((character for character in reversed(rest) if character in QUOTES), None)
    code = STRING_OR_COMMENT.sub(lambda found: " " * len(found[0]), line)
    if of_a_text := OF_A_TEXT.search(code):
        return of_a_text[0]
    until = code[: max(error.end_offset or 0, error.offset or 0)]
    found = HIDDEN.findall(until)
    return found[-1] if found else None


def what_it_is(character: str) -> str:
    """What is stray, as a learner can look for it."""
    if character[0] == "\\":
        return f"数式の命令「{character}」"
    point = f"U+{ord(character[0]):04X}"
    if character == "\u3000":
        return f"全角の空白（{point}）"
    if is_space(character):
        return f"普通とは違う空白（{point}）"
    if not character.isprintable():
        return f"目に見えない文字（{point}）"
    if unicodedata.east_asian_width(character[0]) == "F":
        return f"全角の文字「{character}」"
    return f"Python の記号ではない文字「{character}」（{point}）"


def what_to_type(character: str) -> str:
    """What to type in its place."""
    shown = f"「{character}」は"
    if character in SUPERSCRIPTS:
        return f"{shown}、2**24 や 10**-3 のように、** を使って半角で打ちます。"
    if character in "$`":
        return f"{shown}文章の中の印です。プログラムでは、その印を消します。"
    typed = TYPED_FOR.get(character) or unicodedata.normalize("NFKC", character)
    if is_space(character):
        return "その空白を消して、半角の空白を打ち直してください。"
    if not character.isprintable():
        return "その場所の前後を、消して打ち直してください。"
    if typed != character:
        return f"{shown} {typed} と、半角で打ちます。"
    if character[0] == "\\":
        return f"{shown}プログラムの中では使えません。数式を、Python の式に書き直してください。"
    return f"{shown}プログラムの中では使えません。消すか、引用符で囲んで文字列にしてください。"


def is_space(character: str) -> bool:
    """True for the spaces of other alphabets, which look like Python's own."""
    return unicodedata.category(character[0]) in ("Zs", "Zl", "Zp")
