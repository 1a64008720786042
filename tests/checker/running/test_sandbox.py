"""The child process that runs answers: the same verdicts as the notebook, and no exercise harms
the next."""

import math
import signal
import sys

import pytest
from asking import ask

from checker.catalogue import exercise_names, load
from checker.judging.source import judge_source, judge_with
from checker.running import isolation
from checker.running.inside import wire
from checker.running.inside.cell_text import Answer
from checker.running.inside.messages import Failure, Observation, Request, Run
from checker.running.sandbox import ANSWER, Learner, Sandbox, SandboxNotStarted, refuse_misfit

NAME, CALLS = "double", [(1,), (2,)]
RIGHT = "def double(x):\n    return 2 * x"
ADDS_ONE = "def double(x):\n    return x + 1"
LINUX = sys.platform == "linux"
pytestmark = pytest.mark.slow
FORKS = pytest.mark.skipif(not LINUX, reason="the child forks on Linux only")


LAYERS = {"sandbox": tuple(isolation.LAYERS), "plain": ()}


@pytest.fixture(scope="module", params=[pytest.param("sandbox", marks=pytest.mark.box), "plain"])
def layers(request):
    """In the sandbox as in a plain process: the same answers, and nobody harms the next."""
    return LAYERS[request.param]


@pytest.fixture(scope="module")
def child(layers):
    with Sandbox(layers=layers) as sandbox, sandbox.learner() as runner:
        runner.left = math.inf  # hundreds of answers are no one learner's
        yield runner


@pytest.fixture(scope="module")
def hasty(layers):
    """A child for endless answers, so that the tests need not wait for the usual limit."""
    with Sandbox(seconds=0.5, layers=layers) as sandbox, sandbox.learner() as runner:
        runner.left = math.inf
        yield runner


def values(run: Run) -> list:
    assert run.failure is None
    return [observation.value for observation in run.observations]


@pytest.mark.box
@pytest.mark.parametrize("layers", ["sandbox"], indirect=True)
@pytest.mark.parametrize("name", exercise_names())
def test_the_child_gives_the_verdict_of_the_notebook(child, name):
    """Catches an answer that passes in the notebook and not in grading, or the other way round."""
    assert_same_verdicts(child, name)


@pytest.mark.parametrize("layers", ["plain"], indirect=True)
@pytest.mark.parametrize("name", ["decode_float", "distill_step", "pick_alpha"])
def test_the_plain_child_gives_the_verdict_of_the_notebook(child, name):
    """Catches the same without the sandbox: it is the same child with fewer layers."""
    assert_same_verdicts(child, name)


def assert_same_verdicts(child, name):
    exercise = load(name)
    texts = [exercise.text_of(function) for function in (exercise.solution, *exercise.rights)]
    for text in (*texts, *(wrong.text for wrong in exercise.wrongs.values())):
        here, there = judge_source(name, text), judge_with(child, name, text)
        assert (there.outcome, there.lines) == (here.outcome, here.lines), text
        assert (there.score, there.misconception) == (here.score, here.misconception)


@pytest.mark.parametrize("message, share", [("wait 30", 32.0), ("work 10", 10.0), (None, 32.0)])
def test_an_endless_loop_costs_a_learner_no_more_on_a_busy_machine(message, share):
    """Catches right answers that are not judged because the computer was busy with a wrong one."""
    run = Run(failure=Failure("TimeUp", message)) if message else Run()
    assert Learner(Sandbox(seconds=10.0))._share(run, 32.0) == share


DEADLY = {
    "ends the process": "import os\nos._exit(0)",
    "crashes in C code": "import ctypes\nctypes.string_at(0)",
    "kills its parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
    "closes every descriptor": "import os\nos.closerange(0, 1000)\n" + RIGHT,
}


@FORKS
@pytest.mark.parametrize("kind", DEADLY)
def test_a_death_costs_only_its_own_exercise(child, layers, kind):
    """Catches a dead child that takes the next answer, or the grader, with it."""
    shielded = layers and kind == "kills its parent"  # PID 1 of its namespace: the signal is lost
    expected = "NotDefined" if shielded else "ChildDied"
    assert ask(child, DEADLY[kind], NAME, CALLS).failure.kind == expected
    assert values(ask(child, RIGHT, NAME, CALLS)) == [2, 4]


ENDLESS = {
    "in Python": "while True: pass",
    "in C code": "sum(range(10**15))",
    "deaf to signals": (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\nwhile True: pass"
    ),
    "asleep": "import time\ntime.sleep(10**6)",
    "while it prints": "import os\nwhile True: os.write(1, b'x' * 60_000)",
    "in a thread that stays": (
        "import threading\nthreading.Thread(target=lambda: sum(range(10**15))).start()\n"
        "while True: pass"
    ),
}


@FORKS
@pytest.mark.parametrize("kind", ENDLESS)
def test_an_endless_loop_is_cut(hasty, kind):
    """Catches a loop that escapes the limit and holds up the batch."""
    assert ask(hasty, ENDLESS[kind], NAME, CALLS).failure.kind == "TimeUp"


@FORKS
def test_an_answer_leaves_nothing_to_the_next(child):
    """Catches state that survives: a patched torch would change the next learner's marks."""
    patch = "torch.zeros = None\nimport builtins\nbuiltins.range = None\n" + RIGHT
    assert values(ask(child, patch, NAME, CALLS)) == [2, 4]
    uses = "def double(x):\n    return int(torch.zeros(1).sum()) + sum(2 for _ in range(x))"
    assert values(ask(child, uses, NAME, CALLS)) == [2, 4]


def test_deep_recursion_is_an_exception_like_any_other(child):
    """Catches a recursion that ends the child instead of the call."""
    run = ask(child, "def double(x):\n    return double(x)", NAME, CALLS)
    assert [o.failure.kind for o in run.observations] == ["RecursionError"] * 2


def test_sixty_megabytes_of_output_are_not_kept(child):
    """Catches output without a cap, which would end up in the gradebook's notebooks."""
    run = ask(child, "for _ in range(60):\n    print('x' * 1_000_000)\n" + RIGHT, NAME, CALLS)
    assert values(run) == [2, 4]
    assert len(run.printed) <= 2_000


@FORKS
def test_output_that_goes_around_python_does_not_reach_the_replies(child):
    """Catches a learner's bytes on the pipe of the replies."""
    text = "import os, sys\nos.write(1, b'x' * 99)\nprint('y', file=sys.__stdout__, flush=True)\n"
    assert values(ask(child, text + RIGHT, NAME, CALLS)) == [2, 4]


FORGERIES = {
    "nonsense": "b'nonsense'",
    "a length beyond the cap": "(1 << 60).to_bytes(8, 'little')",
    "too few observations": "wire.pack_run(Run())",
}


@FORKS
@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forged_reply_costs_only_its_own_exercise(child, kind):
    """Catches a reply that is believed, or that breaks the judge, because a learner wrote it."""
    text = f"""
import os
from importlib import import_module
wire, Run = import_module("checker.running.inside.wire"), import_module("checker.running.inside.answer").Run
forged = {FORGERIES[kind]}
framed = len(forged).to_bytes(8, "little") + forged
for descriptor in range(3, 64):
    try:
        os.write(descriptor, forged if len(forged) == 8 else framed)
    except OSError:
        pass
"""
    assert ask(child, text, NAME, CALLS).failure.kind == "BadReply"
    assert values(ask(child, RIGHT, NAME, CALLS)) == [2, 4]


def test_a_reply_of_too_many_bytes_is_refused(child):
    """Catches a result that fills the grader's memory."""
    run = ask(child, "def double(x):\n    return torch.ones(20_000_000)", NAME, CALLS[:1])
    assert run.failure.kind == "BadReply"


@pytest.fixture
def without_fork(monkeypatch):
    """As on Windows and macOS: one process for each answer."""
    monkeypatch.setattr("checker.running.sandbox.FORKS", False)


def test_one_process_for_each_answer_where_there_is_no_fork(without_fork):
    """Catches a state that survives on Windows and macOS, and a death there that stops the rest."""
    with Sandbox(layers=()) as child, child.learner() as runner:
        assert values(ask(runner, "torch.zeros = None\n" + RIGHT, NAME, CALLS)) == [2, 4]
        assert values(ask(runner, "torch.zeros(1)\n" + ADDS_ONE, NAME, CALLS)) == [2, 3]
        assert ask(runner, "import os\nos._exit(3)", NAME, CALLS).failure.kind == "ChildDied"
        assert values(ask(runner, RIGHT, NAME, CALLS)) == [2, 4]


def test_without_a_fork_the_outside_cuts_an_endless_loop(without_fork, monkeypatch):
    """Catches a grader that waits for ever where the child has no alarm and no fork."""
    monkeypatch.setattr("checker.running.sandbox.PATIENCE", 1)
    monkeypatch.setattr("checker.running.sandbox.MARGIN", 1.0)
    with Sandbox(seconds=2.0, layers=()) as child, child.learner() as runner:
        assert ask(runner, "sum(range(10**15))", NAME, CALLS).failure.kind == "TimeUp"
        assert values(ask(runner, RIGHT, NAME, CALLS)) == [2, 4]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no process")
def test_without_a_fork_an_endless_loop_does_not_outlive_the_grader(without_fork):
    """Catches a child that works on for hours after nobody is left who would end it."""
    with Sandbox(seconds=0.1, layers=()) as child:
        child.start()
        process = child._process
        request = Request(Answer("sum(range(10**15))", NAME), tuple(CALLS))
        child.send(ANSWER + wire.pack_request(request))
        assert process.wait(60) == -signal.SIGXCPU


def test_a_child_that_cannot_start_is_no_fault_of_the_answer(monkeypatch):
    """Catches a broken installation that would give every learner 0 points."""
    monkeypatch.setattr(sys, "executable", "/bin/false" if LINUX else sys.executable)
    monkeypatch.setenv("PYTHONHOME", "nowhere")
    with Sandbox(layers=()) as child, child.learner() as runner:
        with pytest.raises(SandboxNotStarted, match="開始できません"):
            ask(runner, RIGHT, NAME, CALLS)


@pytest.mark.parametrize("observations", [(), (Observation(1, arguments=(1,)),) * 3])
def test_observations_must_fit_the_calls(observations):
    """Catches a forged run that the judge would pair with the wrong cases."""
    with pytest.raises(wire.BadReply):
        refuse_misfit(Run(observations), CALLS)
