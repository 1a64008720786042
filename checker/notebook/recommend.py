"""recommend, as the first notebook calls it after its diagnosis."""

from __future__ import annotations

from IPython.display import display
from markupsafe import Markup

from checker.cards import note_card, table_card
from checker.catalogue import texts, title_of
from checker.notebook import store
from checker.notebook.standing import Place
from lessons import SECTIONS

NOTHING_YET = (
    "まだ 1 問も答えていません。診断の問題に答えてから、このセルをもう一度実行してください。"
)
SKIP, LEARN = "飛ばしてもよい節です", "ここで学びます"
PERHAPS = "あとでもよい節です"  # one right answer of one question: one learner in four guesses it
LATER = "準備ができたら、ここで学びます"
CAUTION = (
    "飛ばしてもよい節は、2 問以上の診断の問題に、すべて正解した節です。"
    "たまたま当たることもあるので、用語集に知らない言葉があれば、その節も開いてください。"
)


def recommend(asked: dict[str, list[str]]) -> None:
    """診断の結果から、学ぶ順番と、飛ばしてもよい節を表示します。

    asked: 節の名前ごとの、診断の問題の名前。答えていない問題は、正解に数えません。
    """
    outcomes = {event.name: event.outcome for event in store.events("quiz")}  # the newest ones
    if not outcomes.keys() & {name for names in asked.values() for name in names}:
        display(note_card(NOTHING_YET))
        return
    right = {
        section: [outcomes.get(name) for name in names].count("right")
        for section, names in asked.items()
    }
    missing = {section: len(names) - right[section] for section, names in asked.items()}
    # Most is missing first, what is not written yet after what is; else in the course's order.
    order = sorted(
        asked, key=lambda s: (not missing[s], not texts(s), -missing[s], SECTIONS[s].folder)
    )
    rows = [
        [
            str(place),
            _links(section),
            f"{right[section]}\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{len(asked[section])}",
            _advice(section, missing[section], len(asked[section])),
        ]
        for place, section in enumerate(order, 1)
    ]
    display(table_card(["順番", "節", "正解", "おすすめ"], rows))
    if not all(missing.values()):
        display(note_card(CAUTION))


def _advice(section: str, missing: int, asked: int) -> str:
    if not missing:
        return SKIP if asked > 1 else PERHAPS
    return LEARN if texts(section) else LATER


def _links(section: str) -> Markup:
    """The notebooks of a section; its title where there is none yet."""
    known = SECTIONS[section]
    if not texts(section):
        return Markup("{} {}（準備中）").format(known.folder[:2], known.title)
    link = Markup('<a href="../{}">{} {}</a>')
    return Markup("<br>").join(
        link.format(Place(text).address, *title_of(text)) for text in texts(section)
    )
