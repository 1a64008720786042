"""What is heavy or clever in an upload costs nobody else anything; what is only large is taken."""

import contextlib
import json
import os
import random
import re
import time
import tracemalloc
import types

import cost
import nbformat
import pytest
import slow_patterns
from honest.heavy_files import HONEST, with_outputs
from hostile.heavy_files import HEAVY, LEARNER_CAP, loose
from nbformat.v4 import new_output
from upload_kit import first_text, notebook, outcomes, release, rounds

from checker.grading import archive, autograde, cut_down, nbgrader_steps, stage, submission
from checker.grading.archive import Refused
from checker.grading.cut_down import needed
from checker.judging import lookalikes
from checker.running.inside import cell_text

A = "06_pruning"
NOON = 1_795_000_000.0
PARTS = {"nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def hand_in(tmp_path_factory):
    """A course, and a function that collects files into it."""
    folder = tmp_path_factory.mktemp("heavy")
    place = release(folder / "course", {f"{A}/{A}": notebook("released", "threshold_mask")})
    return place, rounds(folder, place)


@pytest.mark.parametrize("how", HEAVY)
def test_a_hostile_file_is_refused_and_hurts_nobody(hand_in, how, monkeypatch):
    """Catches an upload that takes minutes or gigabytes, is taken, or takes others down with it."""
    monkeypatch.setattr(stage, "LEARNER_CAP", LEARNER_CAP)
    words, make = HEAVY[how]
    name, data = make()
    place, collect = hand_in
    began = time.process_time()
    lines = collect({f"{how}_sato_{A}.ipynb": notebook(), name: data}, NOON)
    assert time.process_time() - began < 8 * cost.slowness()
    first, *others = (outcome for outcome in outcomes(lines) if outcome != "notice")
    assert first == "collected" and set(others) == {"refused"}
    assert any(words in line.text for line in lines), lines
    assert all(len(line.where) < 200 for line in lines)
    assert not list(place.glob("grading/submitted/mallory*"))


def test_what_is_not_needed_is_never_built(monkeypatch):
    """Catches a reader that makes objects of everything first: 25 bytes of memory for each here."""
    monkeypatch.setattr(cut_down, "BRACKETS_CAP", 10**9)
    data = loose(metadata=f'{{"x":[{"{}," * 50_000}0]}}')
    tracemalloc.start()
    try:
        needed(data)
        assert tracemalloc.get_traced_memory()[1] < 3 * len(data)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("make", HONEST, ids=lambda make: make.__name__)
def test_an_honest_file_is_taken_however_large(hand_in, make):
    """Catches "a bomb" that is a beginner's loop, and an odd separator that is called an attack."""
    place, collect = hand_in
    name, data = make()
    lines = collect({f"{make.__name__}_{name}": data}, NOON)
    assert outcomes(lines) == ["collected"], lines
    laid = place / f"grading/submitted/{lines[0].learner}/{A}/{A}.ipynb"
    assert first_text(laid) == "answer" and laid.stat().st_size < 300_000


# What is kept of a notebook.


def test_what_grading_needs_is_kept():
    """Catches a lost answer, mark, version of Python, or an output that is carried along."""
    marks = {"grade_id": "a", "points": 2, "locked": False}
    language = {"name": "python", "version": "3.13.1"}
    cells = [
        {"cell_type": "code", "id": "x", "source": ["a = 1\n", "b"], "execution_count": 3,
         "metadata": {"nbgrader": marks, "colab": {"x": [1]}}, "outputs": [{"text": "}]\"\\"}]},
        {"cell_type": "markdown", "source": "み\u3000\ud83d", "attachments": {}, "metadata": None},
        None, 3, "text", [],
    ]  # fmt: skip
    metadata = {
        "language_info": language,
        "kernelspec": {"name": "x"},
        "widgets": {"language_info": 1},
    }
    whole = {"x": {"cells": 1}, "cells": cells, "metadata": metadata, **PARTS}
    kept = {
        "metadata": {"language_info": language, "kernelspec": {"name": "x"}},
        "cells": [
            {"cell_type": "code", "id": "x", "source": "a = 1\nb", "outputs": [],
             "metadata": {"nbgrader": marks}, "execution_count": None},
            {"cell_type": "markdown", "source": "み\u3000\ud83d", "metadata": {}},
        ],
        **PARTS,
    }  # fmt: skip
    for text in (json.dumps(whole), json.dumps(whole, indent=3), json.dumps(whole, sort_keys=True)):
        assert needed(b"\xef\xbb\xbf \n" + text.encode() + b"\n ") == kept
    again = cut_down.cut_down(json.dumps(whole).encode())
    assert needed(again) == kept and cut_down.cut_down(again) == again
    nbformat.validate(nbformat.reads(cut_down.readable(notebook()), as_version=4))


def test_it_reads_as_pythons_own_reader_does():
    """Catches a text that is cut in the wrong place: 2,000 random notebooks, half of them damaged."""
    draw = random.Random(20_261_125)
    texts = ['"', "\\", "]}", '\\"[', "あ", "\n", ",:", "", "\u2028"]

    def anything(depth=0):
        kind = draw.randrange(7 if depth < 4 else 5)
        if kind == 5:
            return [anything(depth + 1) for _ in range(draw.randrange(4))]
        if kind == 6:
            return {text(): anything(depth + 1) for _ in range(draw.randrange(4))}
        return [None, True, draw.randrange(-9, 9), -1.5e-7, text()][kind]

    def text():
        return "".join(draw.choices(texts, k=draw.randrange(5)))

    taken = 0
    for _ in range(2_000):
        cells = [
            {"source": text(), "metadata": anything(), text(): anything(), "cell_type": "code"}
            for _ in range(2)
        ]
        data = json.dumps({text(): anything(), **PARTS, "cells": cells, "metadata": anything()},
                          ensure_ascii=draw.random() < 0.5, indent=draw.choice([None, 1]))  # fmt: skip
        if draw.random() < 0.5:
            at = draw.randrange(len(data))
            data = data[:at] + draw.choice(["", '"', "}", "[", ",", "\\"]) + data[at + 1 :]
        try:
            expected = json.loads(data)
        except ValueError:
            with contextlib.suppress(Refused):  # or it steps over the damage
                needed(data.encode())
            continue
        if expected.get("nbformat") == 4 and isinstance(expected.get("cells"), list):
            taken += 1
            found = [cell["source"] for cell in needed(data.encode())["cells"]]
            assert found == [c.get("source", "") for c in expected["cells"] if isinstance(c, dict)]
    assert taken > 1_000


# Patterns.

# Names are cut before upload_names reads them: test_collect_owners times that.
READING = (archive, autograde, cut_down, nbgrader_steps, submission, lookalikes, cell_text)


@pytest.mark.parametrize("module", READING, ids=lambda module: module.__name__)
def test_no_pattern_is_slow_on_a_strangers_text(module):
    """Catches a name or a text of 100,000 characters that keeps a pattern busy for minutes."""
    assert slow_patterns.slow(module) == {}


def test_a_slow_pattern_is_found():
    """Shows that the test above sees a quadratic pattern, compiled, in a table or in a call."""
    assert slow_patterns.slow_text(re.compile(r"(?: ?\(\d+\))+$"))
    assert len(list(slow_patterns.patterns(cut_down))) >= 4
    module = types.ModuleType("shown")
    module.TABLE = {"x": re.compile("a")}
    source = 'import re\nre.sub("b", "", text)\n'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slow_patterns.inspect, "getsource", lambda _: source)
        assert {p.pattern for p in slow_patterns.patterns(module)} == {"a", "b"}


def test_what_the_version_before_collected_whole_is_the_same_notebook(hand_in):
    """Catches a class that is refused, or late, because we keep less of the same files today."""
    place, collect = hand_in
    data = with_outputs(new_output("stream", text="7"))
    held = place / f"grading/submitted/ume/{A}/{A}.ipynb"
    held.parent.mkdir(parents=True)
    held.write_bytes(data)
    os.utime(held, (NOON, NOON))
    assert outcomes(collect({f"ume_{A}.ipynb": data}, NOON)) == ["unchanged"]
    assert outcomes(collect({f"ume_{A}.ipynb": notebook("other")}, NOON + 1)) == ["replaced"]
