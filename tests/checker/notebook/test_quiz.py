"""quiz as a notebook calls it: what is shown, what is said of an answer, what is kept."""

import json
import re

import ipywidgets
import pytest

from checker.catalogue import exercise_names, load, question, question_files, texts
from checker.notebook import quiz as tool
from checker.notebook import store
from checker.notebook.quiz import place_of, quiz
from checker.question import Choice

CHOSEN = "threshold_mask_code"  # its wrong options are an exercise's


class Shown(list):
    """What a cell displays: the bundles in order, each updated in place."""

    def display(self, shown, raw=False, display_id=None):
        self.append(shown if raw else shown._repr_mimebundle_())
        at = len(self) - 1

        class Handle:
            def update(_, card):
                self[at] = card._repr_mimebundle_()

        return Handle() if display_id else None


@pytest.fixture
def shown(monkeypatch):
    """The outputs of the quiz, and what it remembers."""
    shown = Shown()
    shown.kept = []
    monkeypatch.setattr(tool, "display", shown.display)
    monkeypatch.setattr(store, "remember", lambda **event: shown.kept.append(event))
    shown.widgets = []
    made = ipywidgets.VBox.__init__

    def note(self, children=(), **_):
        made(self, children, **_)
        shown.widgets.append(self)

    monkeypatch.setattr(ipywidgets.VBox, "__init__", note)
    return shown


def test_a_choice_is_answered_at_once_and_kept_once(shown, monkeypatch):
    """Catches a reason of another option, a second try that overwrites the first, a lost answer."""
    monkeypatch.setattr(tool, "running_cell", lambda: "06_pruning-12")
    quiz(CHOSEN)
    variant = question(CHOSEN).draw(0)
    buttons, more, _ = shown.widgets[0].children
    assert buttons.index is None and "未回答" in shown[2]["text/plain"]
    right, wrong = variant.order.index(0), variant.order.index(1)

    buttons.index = wrong
    diagnosis = variant.question.wrong[0].reason
    assert "[× 不正解]" in shown[2]["text/plain"] and diagnosis in shown[2]["text/plain"]
    assert "<details>" in shown[2]["text/html"]
    buttons.index = right
    assert "[○ 正解]" in shown[2]["text/plain"] and "<details>" not in shown[2]["text/html"]
    assert tool.AGAIN in shown[2]["text/plain"]
    assert shown.kept == [
        {
            "kind": "quiz",
            "name": CHOSEN,
            "outcome": "wrong",
            "detail": {
                "title": "確認問題「しきい値」",
                "section": "pruning",
                "option": variant.options[wrong],
                "misconception": variant.question.wrong[0].misconception,
                "sentence": diagnosis,
                "cell": "06_pruning-12",
                "seed": 0,
            },
        }
    ]

    more.click()
    assert buttons.index is None and "未回答" in shown[2]["text/plain"]
    assert [o[2:] for o in buttons.options] == question(CHOSEN).draw(1).options
    buttons.index = 0
    assert [event["detail"]["seed"] for event in shown.kept] == [0, 1]


def test_the_next_day_an_answer_is_still_told(learner, monkeypatch):
    """Catches a question that looks untouched the next day, an older answer, another's answer."""
    for name, outcome in ((CHOSEN, "wrong"), (CHOSEN, "right"), ("normal_share", "wrong")):
        store.remember("quiz", name, outcome)
    shown = Shown()
    monkeypatch.setattr(tool, "display", shown.display)
    quiz(CHOSEN)
    assert re.fullmatch(r"… 未回答　前回（\d+ 月 \d+ 日）は、正解でした。", shown[2]["text/plain"])


def test_what_is_saved_is_the_same_each_time(shown):
    """Catches a twin without the question or with a widget's id, which nbval would compare."""
    for _ in "ab":
        quiz(*question_files())
    plain = [{k: v for k, v in o.items() if "widget" not in k} for o in shown]
    half = len(plain) // 2
    assert plain[:half] == plain[half:]
    told = "\n".join(o["text/plain"] for o in plain[:half])
    for name in question_files():
        variant = question(name).draw(0)
        assert variant.question.stem in told
        if isinstance(variant.question, Choice):
            assert all(option in told for option in variant.options)
        assert variant.question.explanation not in told


def test_an_unknown_question_is_named(shown):
    """Catches an English traceback for a misspelt name."""
    quiz("threshold_mask_cod")
    assert (
        "「threshold_mask_cod」という問題はありません。近い名前: threshold_mask_code"
        in (shown[0]["text/plain"])
    )


def test_a_heading_is_found_in_the_learners_notebook(tmp_path, monkeypatch):
    """Catches a link to a cell whose id the learner's older copy does not have, and one to a
    Markdown cell, at which JupyterLab selects everything above."""
    (tmp_path / "06_pruning").mkdir()
    monkeypatch.chdir(tmp_path / "06_pruning")
    item = question("order_of_steps")
    assert place_of(item).address == "../06_pruning/06_pruning.ipynb"  # no copy: its beginning
    cells = [
        {"id": "a", "cell_type": "code", "source": "# 06"},
        {"id": "b", "cell_type": "markdown", "source": [f"## 5 {item.cell}\n", "文"]},
        {"id": "c", "cell_type": "markdown", "source": "図の読み方"},
        {"id": "d", "cell_type": "code", "source": "figure()"},
    ]
    (tmp_path / "06_pruning/06_pruning.ipynb").write_text(json.dumps({"cells": cells}), "utf-8")
    assert place_of(item).address == "../06_pruning/06_pruning.ipynb#cell-id=d"
    assert place_of(question(CHOSEN)).title == load("threshold_mask").title


def test_a_question_may_lead_to_another_section():
    """Catches a link that stays in the section that asks, and one to a heading of the same name."""
    place = place_of(question("share_of_two_layers"))
    assert place.address == "../06_pruning/06_pruning.ipynb#cell-id=pruned_percent"
    assert place.title == f"06 {load('pruned_percent').title}"
    assert place_of(question("when_csr_pays")).address.startswith("../06_pruning/")


def test_every_question_is_asked_in_its_sections_notebooks():
    """Catches a question that no learner meets, and a quiz without one. Some are graded."""
    graded = {question for name in exercise_names() for question in load(name).questions}
    for name, path in question_files().items():
        sources = "".join(text.read_text("utf-8") for text in texts(path.parent.name))
        assert f'"{name}"' in sources or name in graded, name
