"""The buttons of the machine: they count, they end, and another cell stops them."""

import asyncio
from types import SimpleNamespace

import pytest
from IPython.core.events import EventManager, available_events

from lessons import film
from lessons.distillation import buttons
from lessons.distillation.buttons import Updates, controls


@pytest.fixture
def shell(monkeypatch):
    """A kernel's events, and a film that need not be waited for."""
    shell = SimpleNamespace(events=EventManager(None, available_events))
    monkeypatch.setattr(film, "get_ipython", lambda: shell)
    monkeypatch.setattr(buttons, "PAUSE", 0)
    return shell


def test_a_hundred_updates_are_shown_in_ten_steps_and_end(shell):
    """Catches a film that draws once, runs past the end, or cannot be started again."""
    async def played() -> list[int]:
        control, seen = Updates(115), []
        control.observe(lambda change: seen.append(change.new), "value")
        control.once.click()
        for _ in range(2):
            control.many.click()
            await asyncio.wait([control.film])
        return seen

    assert asyncio.run(played()) == [1, *range(11, 102, 10), 111, 115]


def test_starting_again_and_another_cell_stop_the_film(shell):
    """Catches updates that go on behind the learner's back."""
    async def left(stop) -> Updates:
        control = Updates(400)
        control.many.click()
        await asyncio.sleep(0)
        film = control.film
        stop(control)
        await asyncio.wait([film])
        assert film.cancelled()
        return control

    assert asyncio.run(left(lambda control: control.again.click())).value == 0
    assert 0 < asyncio.run(left(lambda _: shell.events.trigger("pre_run_cell", None))).value < 100


def test_every_argument_of_the_figure_has_a_control():
    """Catches a control that the figure does not know, and a start at which a mix-up hides."""
    values = {name: control.value for name, control in controls().items()}
    assert values == {"updates": 0, "temperature": 4.0, "alpha": 0.5, "squared": True, "frozen": True}
    assert all(control.description for control in controls().values())
