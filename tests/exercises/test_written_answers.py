"""Answers that were written from the notebooks alone are judged as they are."""

import pytest
from written_answers import FOLDER, written_answers

from checker.catalogue import exercise_names
from checker.judging import judge
from checker.judging.source import judge_source

SEEDS = (None, 20_261)  # the public cases, and hidden ones


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.iterdir()))
def test_no_right_answer_is_refused_and_no_wrong_one_accepted(name, monkeypatch):
    """Catches a case that a right way to write it fails, and a mistake that every case lets pass."""
    monkeypatch.setattr(judge, "explanation", lambda *_: None)  # it takes longest, and decides nothing
    for i, answer in enumerate(written_answers(name)):
        for seed in SEEDS if answer.right else SEEDS[i % 2 :][:1]:  # half of the wrong ones each
            found = judge_source(name, answer.text, seed=seed)
            assert (found.outcome == "right") == answer.right, f"{answer.label}, {found.message}"


def test_every_file_is_an_exercise():
    """Catches answers that nothing judges because the exercise bears another name."""
    assert {path.stem for path in FOLDER.iterdir()} <= set(exercise_names())
