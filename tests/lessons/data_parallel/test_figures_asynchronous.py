"""The figures of 02-2: drawn with every glyph, labelled, and told truly."""

import re

import pytest
import torch
from figure_gate import assert_well_drawn

from lessons.data_parallel import max_stable_lr
from lessons.data_parallel.event_clock import asynchronous_clock, speeds, synchronous_clock
from lessons.data_parallel.figures.federated import (
    accuracy_by_round,
    classes_held,
    image_from_gradient,
)
from lessons.data_parallel.figures.gantt import WINDOW, with_and_without_waiting
from lessons.data_parallel.figures.puzzle import time_to_target
from lessons.data_parallel.figures.server import server_after
from lessons.data_parallel.figures.stability import limit_and_descent
from lessons.data_parallel.figures.staleness import against_time_and_updates, histograms, remedies
from lessons.data_parallel.puzzle import WAYS

ARRIVALS = [0, 1, 0, 2, 0, 1]
AGES = {"時計の上": [0, 1, 1, 2, 9], "プロセス": [2, 2, 2, 2]}
SAVED = {"同期型": {0.05: [20.0, 30.0], 0.5: [90.0, 92.0]},
         "非同期型 そのまま": {0.05: [90.0, 94.0], 0.5: [10.0, 12.0]}}
ROUNDS = {"全クラス": {1: [[20.0, 30.0], [60.0, 70.0]], 20: [[80.0, 90.0], [94.0, 96.0]]},
          "2 クラスずつ": {1: [[10.0, 12.0], [40.0, 44.0]], 20: [[30.0, 40.0], [50.0, 60.0]]}}
IMAGE = torch.linspace(0.1, 1.0, 64)
SENT = (torch.outer(IMAGE, torch.tensor([0.5, -2.0])), torch.tensor([0.5, -2.0]))

FIGURES = {
    "gantt, one": lambda: with_and_without_waiting(1, 0.5),
    "gantt, eight": lambda: with_and_without_waiting(8, 0.2),
    "server, at first": lambda: server_after(ARRIVALS, 0),
    "server, stale": lambda: server_after(ARRIVALS, 4),
    "histograms": lambda: histograms(AGES, 3, 7),
    "curves": lambda: against_time_and_updates(2, 0.5, 0.2),
    "remedies": lambda: remedies(SAVED),
    "limit, outside": lambda: limit_and_descent(max_stable_lr, 0, 2.2),
    "classes": lambda: classes_held({"全クラス": [[7, 8] * 5], "2 クラスずつ": [[60, 61] + [0] * 8]}),
    "rounds": lambda: accuracy_by_round(ROUNDS),
    "leak": lambda: image_from_gradient(IMAGE, *SENT),
    "puzzle, solved": lambda: time_to_target(WAYS[2], 2, 0.5),
    "puzzle, never": lambda: time_to_target(WAYS[0], 2, 0.1),
}


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text)]


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_draws_every_glyph_inside_the_picture(name, caplog):
    """Catches boxes for missing glyphs, a font that is not found, clipped text, and pyplot."""
    assert_well_drawn(FIGURES[name], caplog)


def test_gantt_counts_what_lies_in_its_window():
    """Catches counts of the longer clock, and the staleness of pushes that are not drawn."""
    fast = speeds(8, 0.3)
    sent = [p for p in asynchronous_clock(fast, 60, 0) if p.pushed <= WINDOW]
    updates = sum(s.ended <= WINDOW for s in synchronous_clock(fast, 60, 0))
    found = numbers(with_and_without_waiting(8, 0.3)[1])
    assert found[:4] == [8, WINDOW, updates, len(sent)]
    assert found[-1] == max(p.staleness for p in sent)


def test_the_server_tells_the_recursion():
    """Catches a gradient of the newest theta: worker 2 pushes what it pulled at first."""
    assert numbers(server_after(ARRIVALS, 4)[1]) == [4, 2, 0, 8.0, 2.5, 0.5, 3]
    assert numbers(server_after(ARRIVALS, 5)[1]) == [5, 0, 3, 2.5, 0.5, -0.125, 1]


def test_histograms_add_up_and_gather_the_rest():
    """Catches a tail that is cut off: all bars together are 100 %."""
    figure, sentence = histograms(AGES, 3, 7)
    for ax in figure.axes:
        assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(100)
    assert figure.axes[0].patches[7].get_height() == pytest.approx(20)
    assert numbers(sentence) == [3, 2.6, 9, 3, 2.0, 2]


@pytest.mark.parametrize("delay,lr,word", [(7, 0.20, "近づきます"), (7, 0.22, "近づきません"),
                                           (0, 1.9, "近づきます"), (0, 2.1, "近づきません")])
def test_the_point_turns_on_the_curve(delay, lr, word):
    """Catches a verdict that is not that of the drawn loss."""
    figure, sentence = limit_and_descent(max_stable_lr, delay, lr)
    loss = figure.axes[1].lines[0].get_ydata()
    assert sentence.endswith(f"{word}。")
    assert (max(loss[-20:]) < max(loss[20:40])) == (word == "近づきます")


def test_the_curve_is_the_learners():
    """Catches a figure that draws the reference whatever is passed."""
    figure, _ = limit_and_descent(lambda h, delay: 1.5 / (delay + 1), 3, 0.1)
    assert list(figure.axes[0].lines[0].get_ydata()) == [1.5 / (d + 1) for d in range(17)]


def test_sentences_of_trained_numbers():
    """Catches the smallest or first seed in place of the mean, and another rate's numbers."""
    assert numbers(remedies(SAVED)[1]) == [0.5, 91.0, 11.0]
    assert numbers(accuracy_by_round(ROUNDS)[1]) == [2, 1, 65.0, 20, 95.0, 2, 1, 42.0, 2, 20, 55.0]
    assert numbers(classes_held({"全": [[4] * 10], "少": [[60, 61, 3] + [0] * 7]})[1]) == [
        4, 1, 10, 1, 2]


def test_the_image_comes_back():
    """Catches the gradient itself shown as the image."""
    figure, _ = image_from_gradient(IMAGE, *SENT)
    shown = torch.tensor(figure.axes[2].images[0].get_array().data)
    assert torch.allclose(shown.flatten(), IMAGE, atol=1e-5)


def test_the_puzzle_says_what_is_missed():
    """Catches a way that is too dear and passes, or one verdict for both."""
    assert time_to_target(WAYS[2], 2, 0.5)[1].endswith("両方を満たします。")
    assert "予算を超えます" in time_to_target(WAYS[2], 8, 0.5)[1]
    assert time_to_target(WAYS[0], 2, 0.1)[1].endswith("届きません。")
