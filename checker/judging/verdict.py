"""The verdict on one answer, as everybody outside of the judge sees it."""

from __future__ import annotations

from dataclasses import dataclass

WORDS = {"unanswered": "未回答", "error": "エラー", "wrong": "不正解", "right": "正解"}


@dataclass(frozen=True)
class Line:
    """One line of a verdict. A card may replace the "compared" ones by a picture of both values."""

    caption: str
    text: str
    style: str = "text"  # "text", "code", "block" or "compared"


@dataclass(frozen=True)
class Verdict:
    """The outcome of one answer, and what is said about it in Japanese."""

    name: str
    outcome: str  # a key of WORDS
    score: float = 0.0  # 0.0–1.0
    label: str | None = None  # the first failing case
    misconception: str | None = None  # name of the wrong answer that it coincides with
    lines: tuple[Line, ...] = ()
    comparison: tuple[object, object] | None = None  # (actual, expected) where they may be shown
    explanation: str | None = None  # its key: answers with the same one belong together
    cause: str | None = None  # the explanation as a sentence

    @property
    def message(self) -> str:
        """The whole verdict as plain Japanese text."""
        head = f"[{WORDS[self.outcome]}] {self.name}"
        return "\n".join([head, *(f"{line.caption}: {line.text}" for line in self.lines)])
