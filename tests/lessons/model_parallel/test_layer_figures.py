"""The figures of notebook 01_1: drawn with every glyph, labelled, and told truly."""

import re

import pytest
from figure_gate import assert_well_drawn

from lessons.model_parallel import balanced_bottleneck, bubble_fraction, cut_traffic, gpipe_schedule
from lessons.model_parallel.figures import cuts, memory, partition, timetables, traffic
from lessons.model_parallel.layer_costs import best_groups, gflops, grouped
from lessons.model_parallel.separate_training import FROZEN, OWN_HEAD, TOGETHER, Joined
from lessons.training import mlp

WIDTHS = [784, 300, 100, 10]
APART = [{TOGETHER: Joined(w, w, w), OWN_HEAD: Joined(83.0, 76.0, w - 10), FROZEN: Joined(70.0, 76.0, 35.0)}
         for w in (81.0, 82.0, 83.0)]
COSTS = gflops(64)
BEST = {p: best_groups(COSTS, p, balanced_bottleneck) for p in (2, 4, 6)}

FIGURES = {
    "memory of one worker": lambda: memory.memory_per_worker(1, 8),
    "memory of many": lambda: memory.memory_per_worker(64, 80),
    "two cuts": lambda: cuts.two_cuts(mlp(WIDTHS, 0), 64),
    "where to cut": lambda: traffic.where_to_cut(WIDTHS, 1, 1024, cut_traffic),
    "joined": lambda: traffic.before_and_after_joining(APART),
    "one stage": lambda: timetables.forward_grid(gpipe_schedule(1, 1)),
    "longest timetable": lambda: timetables.forward_grid(gpipe_schedule(6, 12)),
    "equal stages": lambda: timetables.gpipe_day(4, 1, timetables.EQUAL, bubble_fraction),
    "one stage alone": lambda: timetables.gpipe_day(1, 32, timetables.HEAVY, bubble_fraction),
    "two orders": lambda: timetables.two_orders(BEST[6], 32),
    "puzzle": lambda: partition.partition_puzzle((15, 4, 4), 600.0),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_draws_every_glyph_inside_the_picture(name, caplog):
    """Catches boxes for missing glyphs, clipped text, an axis without a name, and pyplot."""
    assert_well_drawn(FIGURES[name], caplog)


def numbers(text: str) -> list[float]:
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def test_memory_is_sixteen_bytes_a_parameter():
    """Catches a network that is said to fit and does not: 2.8 TB on 35 workers of 80 GB is the edge."""
    assert memory.training_bytes(1_000) == 16_000
    assert "どのネットワークも収まります" in memory.memory_per_worker(35, 80)[1]
    assert "GPT-3 は収まりません" in memory.memory_per_worker(34, 80)[1]
    assert "DistBelief と GPT-3 は収まりません" in memory.memory_per_worker(1, 16)[1]


def test_the_arrows_carry_the_bytes_of_the_tensors():
    """Catches bytes of another layer or batch on the picture of the two cuts."""
    text = cuts.two_cuts(mlp([20, 12, 6, 3], 0), 8)[1]
    assert [float(n) for n in re.findall(r"(\d+) byte", text)] == [8 * 12 * 4, 8 * 12 * 4, 8 * 6 * 4]
    assert "12×20、6×12、3×6" in text


def test_where_to_cut_uses_the_function_it_is_given():
    """Catches a picture that ignores the learner's function, or counts the biases of no one."""
    text = traffic.where_to_cut(WIDTHS, 0, 64, lambda widths, cuts, batch, size: 7 * widths[cuts[0]])[1]
    assert numbers(text) == [1, 942.0, 124.4, 64, 2100]


def test_the_grid_counts_what_it_draws():
    """Catches a share of idle slots that is not that of the table it is given."""
    assert numbers(timetables.forward_grid([[0, None], [1, 0], [None, 1]])[1]) == [2, 3, 6, 2, 33.3]


def test_one_microbatch_is_as_slow_as_one_machine_and_many_are_not():
    """Catches a time axis that is not the uncut network's."""
    for stages in (1, 3, 6):
        assert numbers(timetables.gpipe_day(stages, 1, timetables.EQUAL, bubble_fraction)[1])[2] == 100
    text = timetables.gpipe_day(4, 8, timetables.EQUAL, bubble_fraction)[1]
    assert numbers(text)[2] == round(100 * 11 / 32, 1) and numbers(text)[-1] == 27.3


def test_only_1f1b_keeps_less_with_more_microbatches():
    """Catches peaks that are not a share of the batch: worker 1 keeps all in GPipe, p of m in 1F1B."""
    sizes = [re.findall(r"([\d.]+) GB", timetables.two_orders(BEST[4], m)[1]) for m in (1, 8, 32)]
    gpipe, one_f_one_b = zip(*((float(first), float(second)) for first, second, *_ in sizes), strict=True)
    assert len(set(gpipe)) == 1
    assert one_f_one_b == pytest.approx([gpipe[0], gpipe[0] / 2, gpipe[0] / 8], abs=0.01)


def test_the_puzzle_is_won_at_the_optimum_only():
    """Catches a target that is reached from anywhere, or from nowhere."""
    target = balanced_bottleneck(COSTS, 4)
    best = [group[0] for group in BEST[4][1:]]
    assert "目標に届きました" in partition.partition_puzzle(tuple(best), target)[1]
    assert "目標に届きました" in partition.partition_puzzle(tuple(reversed(best)), target)[1]
    assert "まだ縮められます" in partition.partition_puzzle((4, 8, 12), target)[1]
    assert grouped(16, [4, 8, 12])[0] == [0, 1, 2, 3]
