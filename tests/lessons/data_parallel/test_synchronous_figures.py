"""The figures of 02-1: well drawn, and their sentences tell their numbers."""

import re

import pytest
import torch
from figure_gate import assert_well_drawn

from lessons.data_parallel import allreduce_bytes, average_gradients
from lessons.data_parallel.communication_budget import Plan, accuracies_of
from lessons.data_parallel.figures.communication_budget import budget_puzzle, verdict
from lessons.data_parallel.figures.one_step import step_of_workers
from lessons.data_parallel.figures.ring import ring_at, traffic_of_machines
from lessons.data_parallel.figures.stragglers import batch_and_accuracy, waiting_for_the_slowest
from lessons.data_parallel.ring import ring_frames
from lessons.data_parallel.stragglers import step_seconds

FRAMES = ring_frames([torch.arange(1.0, 5.0) * 10**i for i in range(4)])
FIXED = {16: [95.0, 96.0, 97.0], 64: [90.0, 91.0, 93.0]}
SCALED = {16: [95.0, 96.0, 97.0], 64: [20.0, 50.0, 80.0]}
FIGURES = {
    "a step, begun": lambda: step_of_workers(average_gradients, 2, 0),
    "a step, done": lambda: step_of_workers(average_gradients, 4, 4),
    "a step alone": lambda: step_of_workers(average_gradients, 1, 3),
    "ring, begun": lambda: ring_at(FRAMES, 24, 0),
    "ring, done": lambda: ring_at(FRAMES, 24, 6),
    "traffic": lambda: traffic_of_machines(allreduce_bytes, 2410, 16),
    "stragglers": lambda: waiting_for_the_slowest(0.8),
    "no stragglers": lambda: waiting_for_the_slowest(0.0),
    "batches": lambda: batch_and_accuracy(FIXED, SCALED),
    "puzzle": lambda: budget_puzzle(allreduce_bytes, 16, 64, 8, 0.6),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_is_well_drawn(name, caplog):
    """Catches boxes for missing glyphs, text that is cut off, an axis without a name."""
    assert_well_drawn(FIGURES[name], caplog)


def written(figure, axes: int = 0) -> list[str]:
    return [text.get_text() for text in figure.axes[axes].texts if text.get_text()]


def test_each_stage_adds_its_part():
    """Catches a slider that changes the sentence alone, and a gradient shown before it is computed."""
    shown = [written(step_of_workers(average_gradients, 3, stage)[0]) for stage in range(5)]
    assert not any("勾配" in text for text in shown[1]) and "勾配 -5" in shown[2]
    assert not any("平均" in text for text in shown[2]) and "平均 -3" in shown[3]
    assert any("1.3" in text for text in shown[4])
    assert len({step_of_workers(average_gradients, n, 2)[1] for n in (1, 2, 3, 4)}) == 4


def test_the_ring_shows_the_values_of_its_frame():
    """Catches a picture that is one message behind its sentence, and a bar of other bytes."""
    figure, sentence = ring_at(FRAMES, 24, 4)
    assert "16 個のうち 8 個" in sentence and "16 byte" in sentence
    values = [text for text in written(figure) if text.isdigit()]
    expected = [f"{float(chunk.sum()):g}" for row in FRAMES[4].chunks for chunk in row]
    assert values == expected
    assert figure.axes[1].patches[0].get_height() == 16
    assert figure.axes[1].lines[0].get_ydata()[0] == 24


def test_traffic_grows_at_the_server_alone():
    """Catches bars on scales of their own, and sent bytes beside bytes that come and go."""
    few, many = (traffic_of_machines(allreduce_bytes, 1000, n)[0] for n in (4, 16))
    assert few.axes[0].get_ylim() == few.axes[1].get_ylim() == many.axes[1].get_ylim()
    heights = [[bar.get_height() for bar in fig.axes[1].patches] for fig in (few, many)]
    assert len(heights[0]) == 5 and len(heights[1]) == 17
    assert heights[1][-1] == 4 * heights[0][-1] and heights[1][0] == heights[0][0]
    ring = [fig.axes[0].patches[0].get_height() for fig in (few, many)]
    assert ring == pytest.approx([2 * 2 * 3 / 4 * 4, 2 * 2 * 15 / 16 * 4])


def test_waiting_is_what_the_sentence_says():
    """Catches waiting counted against the work, and a picture of other times."""
    figure, sentence = waiting_for_the_slowest(0.5)
    seconds = step_seconds(0.5, 64, 2000, seed=0)[:, :8]
    longest = seconds.max(axis=1)
    share = 100 * (longest.sum() * 8 - seconds.sum()) / (longest.sum() * 8)
    assert f"{share:.0f} % は、待ち時間" in sentence and f"8 人で {longest.mean():.2f} 秒" in sentence
    ends = [line.get_xdata()[0] for line in figure.axes[0].lines]
    assert ends == pytest.approx(longest[:4].cumsum())


def test_batches_show_their_seeds():
    """Catches a spread around another mean."""
    figure, sentence = batch_and_accuracy(FIXED, SCALED)
    assert "64 件 91.3 %" in sentence and "64 件 50.0 %" in sentence
    ends = [segment[:, 1].tolist() for bars in figure.axes[0].collections
            for segment in bars.get_segments()]
    assert [20.0, 80.0] in [pytest.approx(end) for end in ends]


def test_the_puzzle_tells_what_falls_short():
    """Catches a verdict that does not follow from the three numbers."""
    assert verdict(4.0, 400, 94.0) == "3 つの条件をすべて満たします。"
    assert "時間です" in verdict(4.1, 400, 94.0)
    assert "通信と正解率です" in verdict(1.0, 401, 93.9)
    _, sentence = budget_puzzle(allreduce_bytes, 16, 64, 8, 0.6)
    reached = sum(accuracies_of(Plan(16, 64, 8, 0.6))) / 3
    assert re.search(rf"正解率は {reached:.1f} %", sentence) and "正解率です。" in sentence
