"""The control that plays: it ends by itself, and when the learner goes on to another cell."""

import asyncio
from types import SimpleNamespace

import pytest
from IPython.core.events import EventManager, available_events

from lessons import film
from lessons.data_parallel import steps
from lessons.data_parallel.steps import PLAY, STOP, Steps


@pytest.fixture
def shell(monkeypatch):
    """A kernel's events, and a film that need not be waited for."""
    shell = SimpleNamespace(events=EventManager(None, available_events))
    monkeypatch.setattr(film, "get_ipython", lambda: shell)
    monkeypatch.setattr(steps, "SECONDS", 0)
    return shell


def test_the_slider_moves_the_value():
    """Catches a control whose value stays while its slider moves, or runs past the last step."""
    control, seen = Steps(6, "回数"), []
    control.observe(lambda change: seen.append(change.new), "value")
    control.slider.value = 4
    control.slider.value = 99
    assert seen == [4, 6] and control.value == 6


def listening(shell) -> int:
    """How many controls wait for the next cell."""
    return len(shell.events.callbacks["pre_run_cell"])


def test_it_plays_to_the_last_step_and_again(shell):
    """Catches a film that stands still, skips a step, runs on, or cannot be seen a second time."""
    async def played() -> list[int]:
        control, seen = Steps(3, "段階"), []
        control.observe(lambda change: seen.append(change.new), "value")
        for _ in range(2):
            control.button.value = True
            assert control.button.description == STOP
            await asyncio.wait([control.film])
            assert not control.button.value and control.button.description == PLAY
            assert listening(shell) == 0
        return seen

    assert asyncio.run(played()) == [1, 2, 3, 0, 1, 2, 3]


def test_another_cell_stops_it(shell):
    """Catches a button that goes on playing behind the cell that is read now."""
    async def left() -> Steps:
        control = Steps(9, "段階")
        control.button.value = True
        await asyncio.sleep(0)
        assert listening(shell) == 1
        shell.events.trigger("pre_run_cell", None)
        await asyncio.wait([control.film])
        return control

    control = asyncio.run(left())
    assert control.value < 9 and not control.button.value and control.film.cancelled()
    assert listening(shell) == 0


def test_a_control_that_does_not_play_waits_for_nothing(shell):
    """Catches a hook that is left in the kernel each time that a cell with a control is run."""
    for _ in range(3):
        Steps(9, "段階")
    assert listening(shell) == 0
