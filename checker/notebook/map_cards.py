"""The course map and the まちがいノート as HTML with their text/plain twins.

Lists, not tables: beside a file browser a window of 800 px leaves them 400. What a colour or a sign
says, a word says too.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from checker.cards import LOOK, Card, framed, joined
from checker.judging.verdict import WORDS
from checker.notebook.standing import Mistake, Place

RUN_ABOVE = (
    "リンクの先のセルをクリックして選び、"
    "メニューの「実行」から「選択したセルの上にあるすべてを実行」を選ぶと、"
    "前の日の続きから始められます。"
)
LIST = Markup('<ul role="list" style="list-style:none; margin:0; padding:0">{}</ul>')


@dataclass(frozen=True)
class Step:
    """An exercise on the map."""

    title: str
    outcome: str
    place: Place


@dataclass(frozen=True)
class Stage:
    """A notebook on the map."""

    number: str
    title: str
    facts: str  # minutes and prerequisites
    place: Place
    steps: list[Step]

    @property
    def right(self) -> int:
        """The number of exercises that are solved."""
        return sum(step.outcome == "right" for step in self.steps)

    @property
    def state(self) -> str:
        """Sign and word."""
        if self.steps and self.right == len(self.steps):
            return "✓ 終わりました"
        return "▶ 途中です" if any(s.outcome != "unanswered" for s in self.steps) else "・ これから"


def map_card(stages: list[Stage], going_on: Place | None, begun: bool) -> Card:
    """Where to go on, and every notebook with its exercises."""
    lead, lead_text = _lead(stages, going_on, begun)
    here = going_on.text if going_on and begun else None
    body = LIST.format(joined(_stage(stage, stage.place.text == here) for stage in stages))
    html = Markup(
        '<div lang="ja" class="mathjax_ignore" style="max-width:760px; line-height:1.7">{}{}</div>'
    ).format(lead, body)
    return Card(html, "\n".join([lead_text, *map(_stage_text, stages)]))


def _lead(stages: list[Stage], going_on: Place | None, begun: bool) -> tuple[Markup, str]:
    if going_on is None:
        said = "すべての演習に正解しました。"
        return framed(Markup("{}").format(said), *LOOK["right"][1:]), said
    stage = next(stage for stage in stages if stage.place.text == going_on.text)
    exercise = (going_on.cell or "").removesuffix("-check")
    step = next((step for step in stage.steps if step.place.cell == exercise), None)
    target = f"{stage.number} {stage.title}" + (f"、演習「{step.title}」" if step else "")
    word = "続きから" if begun else "ここから始めます"
    link = Markup(
        '<div style="font-size:110%"><span style="font-weight:bold">{}</span>　<a href="{}">{}</a></div>'
    ).format(word, going_on.address, target)
    advice = (
        Markup('<div style="font-size:90%">{}</div>').format(RUN_ABOVE) if going_on.cell else ""
    )
    text = f"{word}: {target}" + (f"\n{RUN_ABOVE}" if going_on.cell else "")
    return framed(Markup("{}{}").format(link, advice)), text


def _stage(stage: Stage, is_open: bool) -> Markup:
    return Markup(
        '<li style="padding:8px 2px; border-top:1px solid rgba(128,128,128,0.4)">'
        '<div><a href="{address}" style="font-weight:bold">{number} {title}</a>　{state}</div>'
        '<div><progress value="{right}" max="{count}" title="{title}の進み" style="width:6em">'
        "</progress> {right} / {count} 問正解</div>"
        '<div style="font-size:90%">{facts}</div>'
        '<details{is_open}><summary style="cursor:pointer; font-size:90%">{title}の演習</summary>'
        "{steps}</details></li>"
    ).format(
        address=stage.place.address, number=stage.number, title=stage.title, state=stage.state,
        right=stage.right, count=len(stage.steps), facts=stage.facts,
        is_open=Markup(" open") if is_open else "",
        steps=LIST.format(joined(map(_step, stage.steps))),
    )  # fmt: skip


def _step(step: Step) -> Markup:
    return Markup(
        '<li style="padding:2px 0 2px 18px"><span style="display:inline-block; min-width:5.5em">'
        '{} {}</span><a href="{}">{}</a></li>'
    ).format(LOOK[step.outcome][0], WORDS[step.outcome], step.place.address, step.title)


def _stage_text(stage: Stage) -> str:
    head = f"{stage.number} {stage.title}: {stage.right} / {len(stage.steps)} 問正解 {stage.state}"
    steps = [f"  {LOOK[s.outcome][0]} {WORDS[s.outcome]} {s.title}" for s in stage.steps]
    return "\n".join([head, f"  {stage.facts}", *steps])


def mistakes_card(mistakes: list[Mistake]) -> Card:
    """What is mixed up, the newest first, each with a link to its cell."""
    if not mistakes:
        said = "まちがいノートは空です。間違えた演習と問題が、正解するまでここに並びます。"
        return Card(framed(Markup("{}").format(said)), said)
    entries = joined(
        Markup(
            '<li style="padding:6px 2px; border-top:1px solid rgba(128,128,128,0.4)"><div>× {}　'
            '<span style="font-size:90%">{}</span></div>{}</li>'
        ).format(_title(each), _day(each), joined(map(_reason, each.reasons)))
        for each in mistakes
    )
    head = f"まちがいノート: {len(mistakes)} 件（新しい順）"
    html = Markup('<div style="font-weight:bold">{}</div>{}').format(head, LIST.format(entries))
    lines = [
        "\n".join([f"× {each.title}（{_day(each)}）", *(f"  {reason}" for reason in each.reasons)])
        for each in mistakes
    ]
    return Card(framed(html, *LOOK["wrong"][1:]), "\n".join([head, *lines]))


def _title(mistake: Mistake) -> Markup:
    if mistake.place is None:
        return Markup("{}").format(mistake.title)
    return Markup('<a href="{}">{}</a>').format(mistake.place.address, mistake.title)


def _reason(reason: str) -> Markup:
    return Markup('<div style="padding-left:18px">{}</div>').format(reason)


def _day(mistake: Mistake) -> str:
    day = mistake.at.astimezone()
    return f"{day.month} 月 {day.day} 日"
