"""The course's map and the まちがいノート: what was reached, where to go on, what was mixed up."""

import itertools
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from checker.catalogue import asked_in, facts_of, heading, placed_in, text_of, texts, title_of, written_sections
from checker.hand_in import RECORD
from checker.notebook import course_map, database, standing, store
from checker.notebook.standing import Place

FIRST, SECOND = texts("distillation")
NOTEBOOKS = [text for section in written_sections() for text in texts(section)]


@pytest.fixture(autouse=True)
def let_go():
    yield
    database.close()


@pytest.fixture
def shown(learner, monkeypatch):
    """Shows a card and gives its HTML and its text."""

    def show(what=course_map.progress) -> tuple[BeautifulSoup, str]:
        cards = []
        monkeypatch.setattr(course_map, "display", cards.append)
        what()
        return BeautifulSoup(cards[0].html, "html.parser"), cards[0].text

    return show


def entry_of(text, page):
    """The entry of a notebook, found by its link."""
    link = page.find("ul").find("a", href=Place(text).address)
    return link.find_parent("li")


def solve(*names):
    for name in names:
        store.remember("check", name, "right")


# ---- the map ---------------------------------------------------------------------------------


def test_every_notebook_has_an_entry_in_order_and_nothing_else_has(shown):
    """Catches a second notebook of a section that the map forgets, one in another order, a promise
    of sections that nobody can open, and a twin that says something else."""
    page, text = shown()
    entries = page.find("ul").find_all("li", recursive=False)
    titles = [" ".join(title_of(notebook)) for notebook in NOTEBOOKS]
    assert [entry.find("a").get_text() for entry in entries] == titles
    assert [line for line in text.splitlines() if re.match(r"\d", line)] == [
        f"{title}: 演習 0 / {len(placed_in(notebook))} 問正解、"
        f"確認問題 0 / {len(asked_in(notebook))} 問に回答 ・ これから"
        for title, notebook in zip(titles, NOTEBOOKS, strict=True)
    ]
    for entry, notebook in zip(entries, NOTEBOOKS, strict=True):
        assert facts_of(notebook) in entry.get_text() and facts_of(notebook) in text


def test_a_notebook_tells_its_minutes_and_what_comes_before():
    """Catches minutes that no text says, and a second notebook whose first one is not named."""
    for notebook in NOTEBOOKS:
        minutes, exercises = map(int, re.findall(r"(\d+) 分", facts_of(notebook)))
        assert minutes > exercises == sum(heading(name)["minutes"] for name in placed_in(notebook))
    assert facts_of(SECOND).endswith("、05-1")
    assert "05-" not in facts_of(FIRST)


def test_each_notebook_has_a_tick_of_its_own(shown):
    """Catches a tick for half a section, one that needs both halves, and one that comes early."""
    *others, last = names = placed_in(FIRST)
    solve(*others)
    store.remember("check", last, "wrong")
    page, text = shown()
    assert "✓" not in page.get_text() + text
    assert f"{len(others)} / {len(names)} 問正解" in entry_of(FIRST, page).get_text()
    assert "▶ 途中です" in entry_of(FIRST, page).get_text()
    store.remember("check", last, "right")
    store.remember("check", last, "wrong")  # right stays right
    page, text = shown()
    ticked = [e for e in page.find("ul").find_all("li", recursive=False) if "✓" in e.get_text()]
    assert ticked == [entry_of(FIRST, page)]
    number, title = title_of(FIRST)
    line = next(line for line in text.splitlines() if line.startswith(f"{number} {title}: "))
    assert f"演習 {len(names)} / {len(names)} 問正解" in line and line.endswith("✓ 演習は終わりました")
    assert f"0 / {len(placed_in(SECOND))} 問正解" in entry_of(SECOND, page).get_text()


def test_questions_are_counted_where_they_are_asked(shown):
    """Catches a question of another notebook, one that is counted twice, and a wrong answer that
    counts as none."""
    one, two, *_ = asked = asked_in(FIRST)
    for name, outcome in ((one, "wrong"), (one, "right"), (two, "wrong"), ("gone", "right")):
        store.remember("quiz", name, outcome)
    page, text = shown()
    counted = f"確認問題 2 / {len(asked)} 問に回答"
    assert counted in entry_of(FIRST, page).get_text() and text.count(counted) == 1
    assert not set(asked) & set(asked_in(SECOND)) and len(set(asked)) == len(asked) > 5


def test_an_exercise_is_told_with_its_outcome_and_its_place(shown):
    """Catches a link into the wrong half, a name for a title, an outcome of another exercise, and
    an outcome that only a colour tells."""
    name = placed_in(SECOND)[0]
    store.remember("check", name, "error")
    page, text = shown()
    for notebook in (FIRST, SECOND):
        links = entry_of(notebook, page).find("ul").find_all("a")
        path = f"05_distillation/{notebook.stem}.ipynb"
        assert [(link["href"], link.get_text()) for link in links] == [
            (f"{path}#cell-id={n}", heading(n)["title"]) for n in placed_in(notebook)
        ]
        said = [link.previous_sibling.get_text() for link in links]
        assert said == ["！ エラー" if n == name else "… 未回答" for n in placed_in(notebook)]
    assert f"  ！ エラー {heading(name)['title']}" in text.splitlines()


@pytest.mark.parametrize("broken", ["", "[]", '{"outcomes": {"f": []}, "predictions": {}}'])
def test_a_broken_record_leaves_the_map(shown, learner, broken):
    """Catches a map that dies on a file somebody edited or cut."""
    (learner / RECORD).write_text(broken, encoding="utf-8")
    assert "06 プルーニング: 演習 0 / 8 問正解" in shown()[1]


# ---- where to go on --------------------------------------------------------------------------


def going_on(shown):
    """The address and the words of the first link, and whether it says how to run what is above."""
    page, text = shown()
    link = page.find("a")
    lead, _, rest = text.partition("\n")
    assert lead.endswith(f": {link.get_text()}")  # the twin says the same
    assert ("すべてを実行" in rest.splitlines()[0]) == ("すべてを実行" in page.get_text())
    return link["href"], lead.split(":")[0], "すべてを実行" in page.get_text()


def test_a_beginner_is_led_to_the_first_notebook(shown):
    """Catches a map that leaves a beginner without a first step, or advises on a day before."""
    assert going_on(shown) == (Place(NOTEBOOKS[0]).address, "ここから始めます", False)


def test_going_on_follows_the_last_thing_that_was_done(shown):
    """Catches a link to the first gap of the course, to a solved exercise's answer, past the text
    between two exercises, or into a notebook that is finished."""
    a, b, *_, z = names = placed_in(FIRST)
    address = f"05_distillation/{FIRST.stem}.ipynb#cell-id="
    store.remember("check", b, "wrong")
    assert going_on(shown) == (f"{address}{b}", "続きから", True)
    solve(b)
    assert going_on(shown)[0] == f"{address}{b}-check"  # the text goes on below it
    solve(*names[2:])
    assert going_on(shown)[0] == f"{address}{a}"  # what was left out
    store.remember("predict", "share", "guessed", {"value": 1.0, "cell": f"{FIRST.stem}-07"})
    assert going_on(shown)[0] == f"{address}{FIRST.stem}-07"
    store.remember("quiz", "q", "wrong", {"cell": f"{b}-prompt"})
    assert going_on(shown)[0] == f"{address}{a}"
    elsewhere = {"cell": "a cell of an older copy", "section": "overview"}
    store.remember("quiz", "q", "wrong", elsewhere)
    assert going_on(shown)[0] == Place(NOTEBOOKS[0]).address
    solve(a)
    assert going_on(shown) == (Place(SECOND).address, "続きから", False)  # the next, from its top
    first = placed_in(SECOND)[0]
    solve(first, z)
    assert going_on(shown)[0] == f"{Place(SECOND).address}#cell-id={placed_in(SECOND)[1]}"


def test_what_has_no_place_leads_nowhere(shown):
    """Catches a link to a cell of a question or an exercise that a later version dropped."""
    solve("threshold_mask")
    store.remember("quiz", "gone", "wrong", {"cell": "gone", "section": "gone"})
    store.remember("check", "gone", "wrong")
    store.remember("predict", "gone", "guessed", {"value": 1.0, "cell": None})
    assert going_on(shown)[0].endswith("#cell-id=threshold_mask-check")
    page, text = shown(course_map.mistakes)
    assert page.find_all("a") == [] and text.count("gone") == 2
    store.remember("quiz", "q", "wrong", {"section": "quantization", "cell": "an old heading"})
    assert going_on(shown)[0] == Place(texts("quantization")[0]).address


def test_at_the_end_the_map_says_so(shown):
    """Catches a last link that leads back into what is solved."""
    solve(*(name for notebook in NOTEBOOKS for name in placed_in(notebook)))
    page, text = shown()
    assert text.startswith("すべての演習に正解しました。")
    assert page.find("a")["href"] == Place(NOTEBOOKS[0]).address  # the list, no lead


def test_a_cell_is_found_in_its_notebook():
    """Catches an id of one notebook that is taken for one of another with the same beginning."""
    for notebook in NOTEBOOKS:
        names = placed_in(notebook)
        for cell in (*names, f"{names[0]}-prompt", f"{names[-1]}-check", f"{notebook.stem}-12"):
            assert text_of(cell) == notebook
    for cell in ("", "-check", "gone", "06_pruning", "06_pruning-x", "pruning-12"):
        assert text_of(cell) is None


# ---- まちがいノート --------------------------------------------------------------------------


def test_mistakes_are_listed_newest_first_until_they_are_solved(shown, monkeypatch):
    """Catches a mistake that stays when it is solved, one that an error or a guess makes, reasons
    that are repeated, lost or given to another one, and an older order."""
    page, text = shown(course_map.mistakes)
    assert "まちがいノートは空です。" in text and text in page.get_text()
    name, other = placed_in(FIRST)[:2]
    quiz = {"title": "確認問題「温度」", "section": "distillation", "cell": f"{other}-prompt"}
    ticks = itertools.chain([1], itertools.repeat(0))  # a clock that is set back, and is coarse
    moments = (datetime(2026, 4, 1, 9, tick, tzinfo=UTC) for tick in ticks)
    clock = SimpleNamespace(now=lambda _: next(moments), fromisoformat=datetime.fromisoformat)
    monkeypatch.setattr(store, "datetime", clock)
    store.remember("check", name, "wrong", {"sentence": "逆です。", "label": "基本"})
    store.remember("quiz", name, "wrong", quiz | {"sentence": "T を掛けています。 <b>"})
    store.remember("check", name, "wrong", {"sentence": "足りません。"})
    store.remember("check", name, "wrong", {"sentence": "逆です。"})
    store.remember("check", other, "wrong", {"label": "端"})
    store.remember("check", "threshold_mask", "error")
    store.remember("predict", "share", "guessed", {"value": 1.0})
    page, text = shown(course_map.mistakes)
    found = standing.mistakes(store.events())
    assert [(m.title, m.place.address.split("#")[1], m.reasons) for m in found] == [
        (heading(other)["title"], f"cell-id={other}", ["「端」の場合に、値が違いました。"]),
        (heading(name)["title"], f"cell-id={name}", ["逆です。", "足りません。"]),
        ("確認問題「温度」", f"cell-id={other}-prompt", ["T を掛けています。 <b>"]),
    ]
    links = page.find_all("a")
    assert [(a.get_text(), a["href"]) for a in links] == [(m.title, m.place.address) for m in found]
    for mistake in found:
        assert all(reason in page.get_text() and reason in text for reason in mistake.reasons)
    assert page.find("b") is None
    solve(name)
    titles = [mistake.title for mistake in standing.mistakes(store.events())]
    assert titles == [heading(other)["title"], "確認問題「温度」"]
    store.remember("quiz", name, "right", quiz)
    store.remember("check", other, "right")
    assert "まちがいノートは空です。" in shown(course_map.mistakes)[1]
    store.remember("quiz", name, "wrong", quiz)  # mixed up anew
    assert len(standing.mistakes(store.events())) == 1


# ---- how long it takes -----------------------------------------------------------------------


def test_ten_thousand_events_are_read_in_one_go(shown, monkeypatch):
    """Catches a map that asks the file, or reads the exercises, once for each event."""
    solve("threshold_mask")
    folder = store.home()
    row = ("2026-01-01T00:00:00.000+00:00", "quiz", "q", "wrong", '{"cell": "csr_bytes-prompt"}')

    def fill(connection: sqlite3.Connection) -> None:
        database.insert(connection, [row] * 10_000)

    database.use(folder, list, fill)
    queries, headings = [], []
    database._kept[0].connection.set_trace_callback(queries.append)
    read = standing.heading
    monkeypatch.setattr(standing, "heading", lambda name: headings.append(name) or read(name))
    shown()
    assert len(shown(course_map.mistakes)[0].find_all("li")) == 1
    assert len(queries) == 2  # one a card
    assert len(headings) <= 1


def test_the_map_does_not_wait_for_torch():
    """Catches an import that makes the first page take seconds."""
    code = "import checker, sys; checker.progress, checker.mistakes, checker.delete_progress\n"
    code += "sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
