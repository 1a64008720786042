"""The file that remembers a learner's progress."""

import json
from pathlib import Path

import pytest

from checker.hand_in import RECORD
from checker.judging.verdict import Verdict
from checker.notebook import store


def outcomes(folder: Path) -> dict:
    return json.loads((folder / RECORD).read_text(encoding="utf-8"))["outcomes"]


def test_right_stays_right(learner):
    """Catches a learner who tries another way and loses what was reached."""
    for outcome, kept in (
        ("wrong", "wrong"), ("error", "error"), ("unanswered", "error"), ("right", "right"),
        ("wrong", "right"), ("error", "right"), ("unanswered", "right"),
    ):  # fmt: skip
        store.remember(Verdict("f", outcome))
        assert outcomes(learner) == {"f": kept}


def test_tries_are_counted_until_the_answer_is_right(learner):
    """Catches a count that grows with an empty cell, or when a learner goes on to play."""
    for outcome in ("unanswered", "wrong", "error", "wrong", "right", "wrong", "right"):
        store.remember(Verdict("f", outcome))
    assert store.recall()["tries"] == {"f": 4}


def test_a_record_of_an_older_version_is_kept(learner):
    """Catches a learner whose progress is gone after an update."""
    (learner / RECORD).write_text('{"outcomes": {"f": "right"}, "predictions": {"p": 1.5}}')
    assert store.recall() == {"outcomes": {"f": "right"}, "tries": {}, "predictions": {"p": 1.5}}


def test_nothing_written_is_nothing_remembered(learner):
    """Catches a file full of unanswered exercises."""
    store.remember(Verdict("f", "unanswered"))
    assert not (learner / RECORD).exists()


def test_outcomes_and_predictions_do_not_overwrite_each_other(learner):
    """Catches a file that is written anew with only the last thing in it."""
    store.remember(Verdict("f", "right"))
    store.remember_prediction("share", 38.0)
    store.remember(Verdict("g", "wrong"))
    assert store.recall() == {
        "outcomes": {"f": "right", "g": "wrong"},
        "tries": {"f": 1, "g": 1},
        "predictions": {"share": 38.0},
    }
    assert store.prediction("share") == 38.0
    assert store.prediction("other") is None


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[]", "3", '"outcomes"', "{}", '{"outcomes": 5, "predictions": {}}',
        '{"outcomes": [], "predictions": []}', '{"outcomes": {"f": []}, "predictions": {}}',
        '{"outcomes": {"f": "splendid"}, "predictions": {}}',
        '{"outcomes": {}, "predictions": {"share": "viel"}}',
        '{"outcomes": {}, "predictions": {"share": [1]}}',
        '{"outcomes": {}, "tries": {"f": "x"}, "predictions": {}}',
    ],
)  # fmt: skip
def test_a_broken_file_does_no_harm(learner, text):
    """Catches a check, a prediction or a course map that dies on a file somebody edited or cut."""
    (learner / RECORD).write_text(text, encoding="utf-8")
    assert store.recall()["outcomes"] == {}
    assert store.prediction("share") is None
    store.remember(Verdict("f", "right"))
    assert outcomes(learner) == {"f": "right"}


def test_bytes_that_are_no_text_do_no_harm(learner):
    """Catches a file in another encoding, or a damaged disk."""
    (learner / RECORD).write_bytes(b"\xff\xfe\x00")
    store.remember(Verdict("f", "right"))
    assert outcomes(learner) == {"f": "right"}


@pytest.mark.parametrize("step", ["json.dump", "os.replace"])
def test_a_kill_while_writing_loses_nothing(learner, monkeypatch, step):
    """Catches a file that is emptied before it is written."""
    store.remember(Verdict("f", "right"))
    before = (learner / RECORD).read_bytes()

    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(step, killed)
    with pytest.raises(KeyboardInterrupt):
        store.remember(Verdict("g", "wrong"))
    assert (learner / RECORD).read_bytes() == before


def test_without_a_course_map_nothing_is_written(tmp_path, monkeypatch):
    """Catches a test, a build or a grader that leaves files behind."""
    monkeypatch.chdir(tmp_path)
    store.remember(Verdict("f", "right"))
    store.remember_prediction("share", 1.0)
    assert list(tmp_path.iterdir()) == []
    assert store.recall() == {"outcomes": {}, "tries": {}, "predictions": {}}
