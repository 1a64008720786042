"""Running an answer: whatever it does, there is an observation and the process lives on."""

import signal
import sys
import threading
import warnings

import pytest
import torch

from checker.answer import PRINTED_LIMIT, Run, run_answer
from checker.plain import Strange

needs_alarm = pytest.mark.skipif(
    not hasattr(signal, "SIGALRM"), reason="without SIGALRM nothing here stops a loop"
)


def run(body: str, *arguments, seconds: float = 5.0) -> Run:
    """Run a cell that defines f(x) with this body and call it once."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return run_answer(f"def f(x):\n{lines}", "f", [arguments or (0,)], seconds)


def kind(ran: Run) -> str:
    """The exception that ended the run or the first call."""
    return (ran.failure or ran.observations[0].failure).kind


def test_each_call_is_observed():
    """Catches calls that are lost, reordered or share their arguments."""
    ran = run_answer("def f(a, b):\n    a.append(b)\n    return len(a)", "f", [([], 1), ([5], 2)])
    assert [o.value for o in ran.observations] == [1, 2]
    assert [o.arguments for o in ran.observations] == [([1], 1), ([5, 2], 2)]
    assert ran.failure is None


def test_arguments_are_copies():
    """Catches an answer that changes the cases for everybody after it."""
    x = torch.zeros(3)
    ran = run("x += 1\nreturn x.sum().item()", x)
    assert x.tolist() == [0, 0, 0]
    assert ran.observations[0].arguments[0].tolist() == [1, 1, 1]


def test_later_changes_do_not_reach_an_observation():
    """Catches an answer that keeps its result and rewrites it in a later call."""
    source = "kept = []\ndef f(x):\n    kept.append(torch.zeros(1))\n    kept[0] += 1\n    return kept[0]"
    ran = run_answer(source, "f", [(0,), (0,)])
    assert [o.value.item() for o in ran.observations] == [1, 2]


def test_one_failing_call_does_not_stop_the_others():
    """Catches a run that ends at the first exception: the later cases would count as failed."""
    ran = run_answer("def f(x):\n    return 1 // x", "f", [(1,), (0,), (-1,)])
    kinds = [o.failure and o.failure.kind for o in ran.observations]
    assert kinds == [None, "ZeroDivisionError", None]


def test_printed_text_is_kept_up_to_a_limit():
    """Catches output that floods the notebook, or that escapes into it."""
    ran = run("print('あ' * 10)\nfor _ in range(5000):\n    print('0123456789')")
    assert ran.printed.startswith("あ" * 10 + "\n0123")
    assert len(ran.printed) == PRINTED_LIMIT
    assert run("import sys\nprint('残念', file=sys.stderr)").printed == "残念\n"


def test_stdout_is_given_back(capsys):
    """Catches a kernel that stays silent after a check that failed."""
    before = sys.stdout
    run("print('inside')\nraise SystemExit")
    print("outside")
    assert sys.stdout is before
    assert capsys.readouterr().out == "outside\n"


def test_a_warning_is_not_an_error():
    """Catches warnings that cost a mark, even where the surroundings turn them into errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ran = run("import warnings\nwarnings.warn('old')\nreturn 1")
    assert ran.observations[0].value == 1
    assert ran.printed == ""


@needs_alarm
@pytest.mark.parametrize(
    "body",
    [
        "while True:\n    pass",
        "while True:\n    try:\n        x = 1\n    except:\n        pass",
        "while True:\n    try:\n        x = sum([1])\n    except Exception:\n        pass",
    ],
)
def test_an_endless_loop_is_cut(body):
    """Catches an answer that hangs the kernel, with a bare `except:` too."""
    assert run(body, seconds=0.3).failure.kind == "TimeUp"


@needs_alarm
def test_an_endless_loop_in_the_cell_itself_is_cut():
    """Catches a limit that only covers the calls."""
    ran = run_answer("while True:\n    pass", "f", [], seconds=0.3)
    assert ran.failure.kind == "TimeUp"


@needs_alarm
def test_calls_before_the_cut_are_kept():
    """Catches a cut that throws away what was observed."""
    ran = run_answer("def f(x):\n    while x:\n        pass", "f", [(0,), (1,), (0,)], seconds=0.3)
    assert len(ran.observations) == 1
    assert ran.failure.kind == "TimeUp"


@needs_alarm
def test_the_alarm_is_given_back():
    """Catches an alarm that rings later, in the learner's next cell."""
    before = signal.getsignal(signal.SIGALRM)
    run("return 1")
    run("while True:\n    pass", seconds=0.3)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_outside_the_main_thread_there_is_no_alarm():
    """Catches a check that fails in a thread, where signals cannot be set."""
    ran = []
    thread = threading.Thread(target=lambda: ran.append(run("return 1")))
    thread.start()
    thread.join()
    assert ran[0].observations[0].value == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return f(x)", "RecursionError"),
        ("exit()", "SystemExit"),
        ("import sys\nsys.exit(0)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("raise NotImplementedError", "NotImplementedError"),
        ("return [0] * 2**60", "MemoryError"),
        ("raise SyntaxError", "SyntaxError"),
        ("raise SyntaxError(1)", "SyntaxError"),
        ("class Bad(Exception):\n    def __str__(self):\n        1 / 0\nraise Bad", "Bad"),
        ("return helper(x)", "NameError"),
        ("return f(1, 2, 3)", "TypeError"),
    ],
)
def test_every_exception_becomes_a_failure(body, expected):
    """Catches an exception that ends the kernel, or that hides behind another one."""
    assert kind(run(body)) == expected


@pytest.mark.parametrize(
    ("source", "expected", "line"),
    [
        ("x = 1\nraise SyntaxError", "SyntaxError", 2),
        ("raise SystemExit", "SystemExit", 1),
        ("def f(x):\n\u3000return x", "SyntaxError", 2),
        ("def f(x)\n    return x", "SyntaxError", 1),
        ("def f(x):\nreturn x", "IndentationError", 2),
        ("\x00", "SyntaxError", None),
        ("def g(x):\n    return x", "NotDefined", None),
        ("f = 3", "NotDefined", None),
        ("", "NotDefined", None),
        ("import lessons", "CourseImport", 1),
        ("x = 1\nfrom lessons.pruning import threshold_mask as f", "CourseImport", 2),
        ("def f(x):\n    import checker.judge", "CourseImport", 2),
    ],
)
def test_a_cell_that_cannot_be_used_fails_as_a_whole(source, expected, line):
    """Catches a broken cell that is judged as if its calls had failed, or without its line."""
    ran = run_answer(source, "f", [(0,)])
    assert ran.observations == ()
    assert (ran.failure.kind, ran.failure.line) == (expected, line)


def test_modules_that_only_begin_like_ours_may_be_imported():
    """Catches a refusal by the beginning of the name: a learner's `checkers` is not ours."""
    ran = run("import checkers_of_mine")
    assert kind(ran) == "ModuleNotFoundError"


def test_the_line_is_the_innermost_one_of_the_cell():
    """Catches a line number from inside a library, or that of the outermost call."""
    source = "def helper(x):\n    return torch.stack(x)\n\ndef f(x):\n    return helper(x)"
    assert run_answer(source, "f", [([],)]).observations[0].failure.line == 2


def test_a_wrong_number_of_parameters_has_no_line():
    """Catches advice about the `def` line for a mistake inside the body."""
    failure = run_answer("def f(x, y):\n    return x", "f", [(0,)]).observations[0].failure
    assert (failure.kind, failure.line) == ("TypeError", None)


def test_a_long_message_is_shortened():
    """Catches an exception that carries megabytes into the verdict."""
    assert len(run("raise ValueError('x' * 10**6)").observations[0].failure.message) == 500


@pytest.mark.parametrize(
    "cell",
    [
        "def helper(x):\n    return x + 1\n\ndef f(x):\n    return helper(x)",
        "f = lambda x: x + 1",
        "ONE = 1\ndef f(x):\n    return x + ONE",
        "def twice(g):\n    return lambda x: g(g(x))\n\n@twice\ndef f(x):\n    return x + 0.5",
        "import functools\n@functools.cache\ndef f(x):\n    return x + 1",
        "class Adder:\n    def __call__(self, x):\n        return x + 1\nf = Adder()",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n"
        "def f(x):\n    return P(x).x + 1",
        "def f(x):\n    return int(torch.tensor(x) + np.int64(1) * math.cos(0))",
        "def f(x: Tensor, y: Callable = None, z: Optimizer = None) -> nn.Module:\n    return x + 1",
        "def f(x):\n    return x + 1\n\ncheck(f)\nhint(f)\nlive(f)\nclaim('', True)\nfigure(f, '')\ntable([], [])\ndisplay(f(1))\nprogress()",
    ],
)
def test_an_answer_may_be_written_in_many_ways(cell):
    """Catches a way to write an answer that works in the notebook and fails in the checker."""
    ran = run_answer(cell, "f", [(1,)])
    assert (ran.failure, ran.observations[0].failure) == (None, None)
    assert ran.observations[0].value == 2


def test_a_cell_sees_no_name_from_outside():
    """Catches an answer that works by a name of the checker or of an earlier answer."""
    run_answer("leaked = 1\ndef f(x):\n    global leaked", "f", [(0,)])
    for name in ("leaked", "run_answer", "expected", "observe", "pytest"):
        assert kind(run(f"return {name}")) == "NameError"


@pytest.mark.parametrize(
    "body",
    [
        "return x",
        "return x[1:]",
        "return x.view(2, 2)",
        "return x.T",
        "return [1, (x.detach(),)]",
        "return {'a': x[0]}",
        "return torch.from_numpy(x.numpy())",
        "return x.abs_()",
    ],
)
def test_shared_memory_is_noticed(body):
    """Catches a result that changes when somebody changes the argument."""
    assert run(body, torch.ones(4)).observations[0].aliased


@pytest.mark.parametrize(
    "body",
    [
        "return x.clone()",
        "return x + 0",
        "return torch.from_numpy(x.numpy().copy())",
        "return x[torch.tensor([True, False, False, False])]",
        "return x.clone()[1:]",
        "return torch.empty(0)",
        "return x.tolist()",
        "return None",
    ],
)
def test_memory_of_its_own_is_no_alias(body):
    """Catches a rule so strict that right answers fail."""
    assert not run(body, torch.ones(4)).observations[0].aliased


def test_two_empty_tensors_share_nothing():
    """Catches the null address of empty tensors taken for shared memory."""
    assert not run("return torch.empty(0)", torch.empty(0)).observations[0].aliased


HOSTILE = {
    "a subclass of Tensor with a lying ==": (
        "class T(Tensor):\n    def __eq__(self, other):\n        return True\n"
        "return torch.ones(2).as_subclass(T)"
    ),
    "a list subclass that raises": (
        "class L(list):\n    def __iter__(self):\n        raise SystemExit\nreturn L([1])"
    ),
    "an int subclass": "class I(int):\n    pass\nreturn I(3)",
    "an object with a hostile repr": (
        "class R:\n    def __repr__(self):\n        raise ValueError\nreturn R()"
    ),
    "an object with an endless repr": "class R:\n    __repr__ = lambda s: 'x' * 10**6\nreturn R()",
    "an object that equals everything": (
        "class E:\n    __eq__ = lambda s, o: True\n    __hash__ = None\nreturn E()"
    ),
    "a sparse tensor": "return torch.eye(2).to_sparse()",
    "a tensor without data": "return torch.empty(2, device='meta')",
    "a list inside itself": "l = []\nl.append(l)\nreturn l",
    "a very deep list": "l = []\nfor _ in range(100_000):\n    l = [l]\nreturn l",
    "a very wide list": "return [0] * 100_000",
    "a list that unfolds without end": "l = [0]\nfor _ in range(11):\n    l = [l] * 10\nreturn l",
    "a numpy number": "return np.float64(1)",
    "an array": "return np.ones(2)",
    "a generator": "return (i for i in range(3))",
    "a set": "return {1, 2}",
    "a complex number": "return 1j",
    "the function itself": "return f",
    "a class": "return int",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_plain_value_becomes_strange(body):
    """Catches an object of the learner's that reaches a comparison, or that ends the run."""
    ran = run(body)
    assert ran.failure is None
    observed = ran.observations[0]
    assert type(observed.value) is Strange
    assert len(observed.value.text) <= 200


def test_strange_parts_stay_inside_their_list():
    """Catches one odd element that spoils the type of the whole result."""
    value = run("return [1, np.float64(2)]").observations[0].value
    assert value[0] == 1
    assert value[1].type_name == "float64"


def test_a_result_that_needs_gradients_is_plain():
    """Catches a correct result that fails because autograd recorded it."""
    value = run("return torch.ones(2, requires_grad=True) * 2").observations[0].value
    assert not value.requires_grad
    assert value.tolist() == [2, 2]
