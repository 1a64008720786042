"""The course's map: every notebook with what was reached in it."""

import re

import pytest
from bs4 import BeautifulSoup

from checker.catalogue import heading, placed_in, texts, title_of
from checker.hand_in import RECORD
from checker.notebook import course_map, store
from lessons import SECTIONS

FIRST, SECOND = texts("distillation")


@pytest.fixture
def shown(learner, monkeypatch):
    """Shows the map and gives what it shows: the rows of the table, and the lines of the text."""

    def show() -> tuple[list, list[str]]:
        cards = []
        monkeypatch.setattr(course_map, "display", cards.append)
        course_map.progress()
        rows = BeautifulSoup(cards[0].html, "html.parser").find_all("tr")[1:]
        return rows, cards[0].text.splitlines()

    return show


def row_of(text, rows):
    """The row of a notebook, found by its link."""
    path = f"{SECTIONS[text.parent.name].folder}/{text.stem}.ipynb"
    return next(row for row in rows if row.find("a", href=path))


def test_every_notebook_has_a_row_and_every_section_to_come(shown):
    """Catches a second notebook of a section that the map forgets, and one in another order."""
    rows, lines = shown()
    expected = []
    for section, known in SECTIONS.items():
        expected += [title_of(text) for text in texts(section)] or [(known.folder[:2], known.title)]
    shown_names = [row.find_all("td")[1].get_text("\n").split("\n")[0] for row in rows]
    assert [row.find("td").get_text() for row in rows] == [number for number, _ in expected]
    assert shown_names == [title for _, title in expected]
    assert [line.rsplit(": ", 1)[0] for line in lines] == [" ".join(each) for each in expected]


def test_each_notebook_has_a_tick_of_its_own(shown):
    """Catches a tick for half a section, one that needs both halves, and one that comes early."""
    *others, last = names = placed_in(FIRST)
    for name in others:
        store.remember("check", name, "right")
    store.remember("check", last, "wrong")
    rows, lines = shown()
    assert "✓" not in "".join([*lines, *(row.get_text() for row in rows)])
    assert f"{len(others)} / {len(names)} 問" in row_of(FIRST, rows).get_text()
    store.remember("check", last, "right")
    rows, lines = shown()
    assert [row for row in rows if "✓" in row.get_text()] == [row_of(FIRST, rows)]
    number, title = title_of(FIRST)
    ticked = f"{number} ✓ {title}: {len(names)} / {len(names)} 問正解"
    assert [line for line in lines if "✓" in line] == [ticked]
    assert f"0 / {len(placed_in(SECOND))} 問" in row_of(SECOND, rows).get_text()


def test_an_exercise_is_told_with_its_outcome_and_its_place(shown):
    """Catches a link into the wrong half, a name for a title, an outcome of another exercise."""
    name = placed_in(SECOND)[0]
    store.remember("check", name, "error")
    rows, _ = shown()
    for text in (FIRST, SECOND):
        links = row_of(text, rows).find_all("a", href=re.compile("#cell-id="))
        path = f"05_distillation/{text.stem}.ipynb"
        assert [(link["href"], link.get_text()) for link in links] == [
            (f"{path}#cell-id={n}", heading(n)["title"]) for n in placed_in(text)
        ]
        said = [link.next_sibling[:5] for link in links]
        assert said == ["（エラー）" if n == name else "（未回答）" for n in placed_in(text)]


@pytest.mark.parametrize("broken", ["", "[]", '{"outcomes": {"f": []}, "predictions": {}}'])
def test_a_broken_record_leaves_the_map(shown, learner, broken):
    """Catches a map that dies on a file somebody edited or cut."""
    (learner / RECORD).write_text(broken, encoding="utf-8")
    assert "06 プルーニング: 0 / 8 問正解" in shown()[1]
