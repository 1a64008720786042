"""The control that plays: it stops when the learner goes on to another cell."""

from types import SimpleNamespace

from IPython.core.events import EventManager, available_events

from lessons.data_parallel import steps
from lessons.data_parallel.steps import Steps


def test_the_slider_moves_the_value():
    """Catches a control whose value stays while its slider moves, or runs past the last step."""
    control, seen = Steps(6, "回数"), []
    control.observe(lambda change: seen.append(change.new), "value")
    control.slider.value = 4
    control.slider.value = 99
    assert seen == [4, 6] and control.value == 6
    assert control.play.max == 6 and not control.play.repeat


def test_another_cell_stops_it(monkeypatch):
    """Catches a button that goes on playing behind the cell that is read now."""
    shell = SimpleNamespace(events=EventManager(None, available_events))
    monkeypatch.setattr(steps, "get_ipython", lambda: shell)
    control = Steps(3, "段階")
    control.play.playing = True
    shell.events.trigger("pre_run_cell", None)
    assert control.play.playing is False
