"""The time of an answer: its own work counts, an import does not and is never cut half way."""

import signal
import subprocess
import sys
import textwrap
import time

import pytest
from asking import ask

from checker.catalogue import load
from checker.judging.source import judge_with
from checker.running.inside.answer import run_answer
from checker.running.inside.messages import Run

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="without timers nothing here stops a loop"
)
SPINS = "import time\nuntil = time.thread_time() + {}\nwhile time.thread_time() < until: pass\n"


def run(text: str, **limits) -> Run:
    return ask(run_answer, text, "f", [(1,)], **limits)


def told(ran: Run) -> str:
    """The failure that ended a run, and which limit it met."""
    return f"{ran.failure.kind} {ran.failure.message}"


@pytest.fixture
def slow_module(tmp_path, monkeypatch):
    """A module whose import works for longer than the answers here may."""
    (tmp_path / "slow_module.py").write_text(SPINS.format(0.6) + "WHOLE = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "slow_module"
    sys.modules.pop("slow_module", None)


def test_waiting_is_no_work():
    """Catches an answer that loses its marks because the machine had other things to do."""
    text = "import time\ndef f(x):\n    time.sleep(0.5)\n    return x"
    assert run(text, seconds=0.2, patience=20.0).observations[0].value == 1


def test_work_ends():
    """Catches a loop that only the clock on the wall would end."""
    ran = run("def f(x):\n    while True: pass", seconds=0.3, patience=60.0)
    assert told(ran) == "TimeUp work 0.3"


@pytest.mark.parametrize(
    "body", ["time.sleep(60)", "try: time.sleep(60)\n    except BaseException: time.sleep(60)"]
)
def test_waiting_ends_too(body):
    """Catches a notebook that hangs on a sleeping answer, with a bare `except` too."""
    ran = run(f"import time\ndef f(x):\n    {body}", seconds=60.0, patience=0.3)
    assert told(ran) == "TimeUp wait 0.3"


WAYS = {
    "by a statement": "import {}",
    "inside the function": "def g():\n    import {}\ng()",
    "by importlib": "import importlib\nimportlib.import_module('{}')",
    "by an extension module": (
        "import ctypes\nimports = ctypes.pythonapi.PyImport_ImportModule\n"
        "imports.restype = ctypes.py_object\nimports(b'{}')"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_an_import_does_not_count(way, slow_module):
    """Catches an import that is cut, or that is paid with the answer's own seconds."""
    text = f"{WAYS[way].format(slow_module)}\ndef f(x):\n    return x"
    ran = run(text, seconds=0.3, patience=0.4)
    assert (ran.failure, [o.value for o in ran.observations]) == (None, [1])
    assert sys.modules[slow_module].WHOLE


@pytest.mark.slow
def test_a_time_out_after_an_import_leaves_the_process_sound(slow_module):
    """Catches a half-made module that raises in every later check until the kernel restarts."""
    text = f"import {slow_module}\nwhile True:\n    import json, {slow_module}"
    assert told(run(text, seconds=0.3, patience=60.0)) == "TimeUp work 0.3"
    assert sys.modules[slow_module].WHOLE
    for name in ("threshold_mask", "straight_through"):
        assert judge_with(run_answer, name, load(name).solved(), seed=17).outcome == "right"


def test_what_an_answer_does_to_the_time_module_moves_no_limit(monkeypatch):
    """Catches a clock that an answer can stop."""
    text = "import time\ntime.monotonic = time.thread_time = lambda: 0.0\nwhile True: pass"
    for name in ("monotonic", "thread_time"):
        monkeypatch.setattr(time, name, getattr(time, name))  # put back afterwards
    assert told(run(text, seconds=0.3, patience=60.0)) == "TimeUp work 0.3"


def test_a_check_below_an_import_has_its_limit(tmp_path, monkeypatch):
    """Catches a check that a module makes while it is imported, and that would have no limit."""
    module = """
        from asking import ask
        from checker.running.inside.answer import run_answer
        RAN = ask(run_answer, "while True: pass", "f", [], seconds=0.3)
    """
    (tmp_path / "checks_itself.py").write_text(textwrap.dedent(module))
    monkeypatch.syspath_prepend(tmp_path)
    import checks_itself

    assert told(checks_itself.RAN) == "TimeUp work 0.3"


FIRST_USE = """
import functools, sys
from checker.judging.source import judge_with
from checker.running.inside.answer import run_answer
from checker.catalogue import load
assert "torch._dynamo" not in sys.modules
runner = functools.partial(run_answer, seconds=0.5, patience=60.0)
text = '''
w = torch.nn.Linear(2, 2)
optimizer = torch.optim.Adam(w.parameters())
w(torch.ones(2)).sum().backward()
optimizer.step()
''' + load("straight_through").solved()
print(judge_with(runner, "straight_through", text).message)
print(judge_with(runner, "distill_step", load("distill_step").solved()).message)
assert "torch._dynamo" in sys.modules
"""


@pytest.mark.slow
def test_the_first_use_of_a_part_of_torch_costs_no_answer():
    """Catches the first optimizer or backward of a process, which imports for seconds."""
    said = subprocess.run([sys.executable, "-c", FIRST_USE], capture_output=True, encoding="utf-8")
    assert said.stdout.count("[正解]") == 2, said.stdout + said.stderr


@pytest.mark.slow
def test_after_a_real_time_out_among_imports_the_judge_is_sound():
    """Catches what was found in the field: an alarm inside the import of torch._dynamo."""
    text = """
import functools
from checker.judging.source import judge_source, judge_with
from checker.running.inside.answer import run_answer
from checker.catalogue import load
runner = functools.partial(run_answer, seconds=0.1, patience=0.2)
slow = "import torch._dynamo, sympy.printing, scipy.stats\\nwhile True: pass"
print(judge_with(runner, "choose_bits", slow).message)
for name in ("distillation_loss", "distill_step", "choose_bits"):
    print(judge_source(name, load(name).solved()).message)
"""
    said = subprocess.run([sys.executable, "-c", text], capture_output=True, encoding="utf-8")
    assert "[エラー] choose_bits" in said.stdout and "制限時間" in said.stdout
    assert said.stdout.count("[正解]") == 3, said.stdout + said.stderr
