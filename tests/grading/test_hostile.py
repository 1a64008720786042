"""The attack suite: every hostile answer is run in the sandbox and must get nothing out of it.

tests/grading/hostile/ holds the answers, its driver the rules. The second half shows the driver what must
not happen, without the sandbox: a watch that cannot bark would pass every attack.
"""

import contextlib
import sys
from dataclasses import replace

import pytest

from checker.catalogue import load
from checker.judging.verdict import Line, Verdict
from checker.running import isolation
from checker.running.inside.answer import run_answer
from checker.running.inside.messages import Failure, Run
from checker.running.sandbox import Sandbox

LINUX = sys.platform == "linux"
pytestmark = pytest.mark.skipif(not LINUX, reason="only Linux can isolate answers")
if LINUX:
    from hostile import driver
    from hostile.driver import CLASSES, Attack, Driver, World, attacks
    from hostile.scoreboard import SAMPLE

    ATTACKS = attacks()
else:
    ATTACKS = []


@pytest.fixture(scope="module")
def guarded():
    """The driver on a child with every layer, which is started anew only as the product does it."""
    with World() as world, Sandbox(seconds=driver.seconds()) as child:
        child.start()
        assert set(child.active) == set(isolation.LAYERS)
        yield Driver(world, child)


@pytest.mark.box
@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_an_attack_gets_nothing(guarded, attack):
    """Catches a hostile answer that gets points, a secret, a trace, or the next one's mark; and an
    honest one that does not get its own."""
    assert guarded.examine(attack).breaches == ()


def test_every_class_has_attacks_that_say_what_they_are():
    """Catches a class that has been lost, and a head that the driver would not understand."""
    assert {str(a).split("/")[0] for a in ATTACKS} == set(CLASSES)
    for attack in ATTACKS:
        assert attack.head["class"] == attack.path.parent.name
        assert attack.rule in ("held", "blind", "residual", "right") and attack.head["wants"]
        assert (attack.rule == "right") == (attack.head["class"] == "honest_but_odd"), attack


def test_the_scoreboard_samples_every_class():
    """Catches a sample that leaves a class out, or names an attack that is gone."""
    assert set(SAMPLE) <= {str(attack) for attack in ATTACKS}
    for name in CLASSES:
        assert sum(sampled.startswith(f"{name}/") for sampled in SAMPLE) >= 2, name


# From here on: what the driver must bark at. These run without any layer, so they reach only into
# the driver's own world.


@pytest.fixture(scope="module")
def unguarded():
    with World() as world, Sandbox(seconds=driver.seconds(), layers=()) as child:
        yield Driver(world, child)


def hostile(text: str, expect: str = "held", **head: str) -> Attack:
    head = {"class": "read", "wants": "to be noticed", "expect": expect} | head
    return Attack(driver.HERE / "read" / "shown.py", head, text)


WRONG = "\ndef threshold_mask(weight, alpha):\n    return None\n"
BREACHES = {
    "read: CANARY-reference": "print(open(SECRET_FILES[0]).read())",
    "read: CANARY-env": "import os; print(os.environ['GRADER_TOKEN'])",
    "read: CANARY-neighbour": "print(open(f'/proc/{KERNEL_PID}/environ').read())",
    "changed: course/reference.py": "open(COURSE + '/reference.py', 'a').write('#')",
    "changed: home/.bashrc": "import os; os.utime(HOME + '/.bashrc', (0, 0))",
    "changed: submissions/sato/answer.py": "import os; os.remove(SUBMISSIONS + '/sato/answer.py')",
    "changed: course/gradebook.db": (
        "import sqlite3\nwith sqlite3.connect(COURSE + '/gradebook.db') as book:\n"
        "    book.execute('UPDATE grade SET manual_score = 99')"
    ),
    "changed: /tmp/planted-": "open('/tmp/' + PLANT, 'w').close()",
    "changed: System V shm": "import ctypes; ctypes.CDLL(None).shmget(PLANTED_KEY, 9, 0o1666)",
    "changed: the neighbour": "import os; os.setpriority(os.PRIO_PROCESS, KERNEL_PID, 5)",
    "changed: the grader": (
        "import resource\nresource.prlimit(SUPERVISOR_PID, resource.RLIMIT_CORE, (0, 1))"
    ),
    "reached: it says 'ESCAPED": "print('ESCAPED to the moon')",
    "reached: the TCP server": "import socket; socket.create_connection(('127.0.0.1', LOOP_PORT))",
    "reached: the UDP server": (
        "import socket\n"
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', LOOP_PORT))"
    ),
    "reached: the unix socket": "import socket; socket.socket(1).connect(UNIX_PATH)",
    "reached: the abstract socket": r"import socket; socket.socket(1).connect('\0' + ABSTRACT)",
    "left running: ": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        os.closerange(0, 64); time.sleep(60)\n    os._exit(0)"
    ),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_the_driver_sees(unguarded, breach, monkeypatch):
    """Catches a watch that sees nothing: without the sandbox each of these gets through."""
    monkeypatch.setattr(driver, "MOMENT", 1.0)
    breaches = unguarded.examine(hostile(BREACHES[breach] + WRONG)).breaches
    assert any(found.startswith(breach) for found in breaches), breaches


TELLS_AN_INPUT = """
def threshold_mask(weight, alpha):
    kinds = (ValueError, TypeError, KeyError, IndexError, OSError, EOFError, LookupError)
    raise kinds[int(abs(weight.sum()) * 1000) % 7]
"""
RULES = {
    "mark: 1.00": (load("threshold_mask").solved(), {}),
    "mark: an honest answer got 0.00": (WRONG, {"expect": "right"}),
    "unnamed: ": (load("threshold_mask").solved(), {}),
    "named otherwise: wrong": (WRONG, {"kind": "TimeUp|ChildDied"}),
    "read: the message depends": (TELLS_AN_INPUT, {"expect": "blind"}),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_driver_knows_the_rule(unguarded, rule):
    """Catches a rule about the mark or the message that nothing can break."""
    text, head = RULES[rule]
    breaches = unguarded.examine(hostile(text, **head)).breaches
    assert any(found.startswith(rule) for found in breaches), breaches


class Poisoned:
    """A child in which a poisoned answer spoils one that comes after it."""

    def __init__(self, spoils):
        self.spoils, self.before = spoils, []

    @contextlib.contextmanager
    def learner(self):
        self.before.append("a new learner")

        def runner(request):
            self.before.append(request.answer.source)
            run = run_answer(request)
            return self.spoils(run) if self.poisoned() else run

        yield runner

    def poisoned(self) -> bool:
        return False


class SameLearner(Poisoned):
    def poisoned(self) -> bool:
        return "# poison" in self.before[-2]


class NextLearner(Poisoned):
    def poisoned(self) -> bool:
        return any("# poison" in source for source in self.before[:-2])


DIES = Run(failure=Failure("ChildDied"))
SPOILT = {
    "next answer: ": SameLearner(lambda run: DIES),
    "next learner: ": NextLearner(lambda run: DIES),
    "planted: the next learner sees": NextLearner(lambda run: replace(run, printed="a note")),
}


@pytest.mark.parametrize("breach", SPOILT)
def test_the_driver_asks_whoever_comes_next(breach):
    """Catches a next answer or a next learner whose harm nobody looks at."""
    with World() as world:
        breaches = Driver(world, SPOILT[breach]).examine(hostile("# poison" + WRONG)).breaches
    assert any(found.startswith(breach) for found in breaches), breaches


@pytest.mark.parametrize(
    "html",
    ["<script>1</script>", "<img src=x>", "<div onclick=1>", "<pre class='MARK'>", "<b/><a>"],
)
def test_active_markup_is_found(html):
    """Catches a script in a card that is taken for one of our own elements."""
    assert driver.active_markup(f"<div style='color:red'>{html}</div>")


def test_the_graders_own_work_is_measured(unguarded, monkeypatch):
    """Catches an answer on which the grader itself, where no limit holds, works for long."""
    monkeypatch.setattr(driver, "WORK", 0.0)
    breaches = unguarded.examine(hostile(WRONG)).breaches
    assert any(found.startswith("exhausted: ") for found in breaches), breaches


def test_a_hidden_case_that_quotes_the_learner_is_found(unguarded, monkeypatch):
    """Catches a text of the learner's in the message on hidden cases, escaped or not."""
    quoting = Verdict("threshold_mask", "wrong", lines=(Line("違い", "MARK"),))
    monkeypatch.setattr(driver, "judge_with", lambda runner, *request, seed: quoting)
    monkeypatch.setattr(unguarded, "_next_learner", lambda: (quoting, Run()))
    breaches = unguarded.examine(hostile(WRONG)).breaches
    assert any(found.startswith("markup: a hidden case") for found in breaches), breaches
