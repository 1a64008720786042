"""Running an answer: whatever it does, there is an observation and the process lives on."""

import random
import signal
import sys
import threading
import warnings

import numpy as np
import pytest
import torch
from asking import ask
from IPython.core.inputtransformer2 import TransformerManager

from checker.running.inside.answer import run_answer
from checker.running.inside.cell_text import LINE_LIMIT, TEXT_LIMIT, read_cell
from checker.running.inside.messages import PRINTED_LIMIT, Run
from checker.running.inside.plain import Strange

needs_alarm = pytest.mark.skipif(
    not hasattr(signal, "SIGALRM"), reason="without SIGALRM nothing here stops a loop"
)


def run(body: str, *arguments, seconds: float = 5.0) -> Run:
    """Run a cell that defines f(x) with this body and call it once."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return ask(run_answer, f"def f(x):\n{lines}", "f", [arguments or (0,)], seconds=seconds)


def kind(ran: Run) -> str:
    """The exception that ended the run or the first call."""
    return (ran.failure or ran.observations[0].failure).kind


def test_each_call_is_observed():
    """Catches calls that are lost, reordered or share their arguments."""
    ran = ask(run_answer, "def f(a, b):\n    a.append(b)\n    return len(a)", "f", [([], 1), ([5], 2)])
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
    ran = ask(run_answer, source, "f", [(0,), (0,)])
    assert [o.value.item() for o in ran.observations] == [1, 2]


def test_one_failing_call_does_not_stop_the_others():
    """Catches a run that ends at the first exception: the later cases would count as failed."""
    ran = ask(run_answer, "def f(x):\n    return 1 // x", "f", [(1,), (0,), (-1,)])
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
    ran = ask(run_answer, "while True:\n    pass", "f", [], seconds=0.3)
    assert ran.failure.kind == "TimeUp"


@needs_alarm
def test_calls_before_the_cut_are_kept():
    """Catches a cut that throws away what was observed."""
    ran = ask(run_answer, "def f(x):\n    while x:\n        pass", "f", [(0,), (1,), (0,)], seconds=1.0)
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
        ("def f(x):\n    import checker.judging.judge", "CourseImport", 2),
    ],
)
def test_a_cell_that_cannot_be_used_fails_as_a_whole(source, expected, line):
    """Catches a broken cell that is judged as if its calls had failed, or without its line."""
    ran = ask(run_answer, source, "f", [(0,)])
    assert ran.observations == ()
    assert (ran.failure.kind, ran.failure.line) == (expected, line)


def test_modules_that_only_begin_like_ours_may_be_imported():
    """Catches a refusal by the beginning of the name: a learner's `checkers` is not ours."""
    ran = run("import checkers_of_mine")
    assert kind(ran) == "ModuleNotFoundError"


def test_the_line_is_the_innermost_one_of_the_cell():
    """Catches a line number from inside a library, or that of the outermost call."""
    source = "def helper(x):\n    return torch.stack(x)\n\ndef f(x):\n    return helper(x)"
    assert ask(run_answer, source, "f", [([],)]).observations[0].failure.line == 2


def test_a_wrong_number_of_parameters_has_no_line():
    """Catches advice about the `def` line for a mistake inside the body."""
    failure = ask(run_answer, "def f(x, y):\n    return x", "f", [(0,)]).observations[0].failure
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
    ran = ask(run_answer, cell, "f", [(1,)])
    assert (ran.failure, ran.observations[0].failure) == (None, None)
    assert ran.observations[0].value == 2


ADDS_ONE = "def f(x):\n    return x + 1"
STUMBLES = {
    "a try-out with a name of another cell": ADDS_ONE + "\nprint(f(weights))",
    "a test of their own that fails": ADDS_ONE + "\nassert f(1) == 3",
    "an exit at the end": ADDS_ONE + "\nimport sys\nsys.exit()",
    "a package that the function does not use": "import no_such_package\n" + ADDS_ONE,
    "a question that the function does not need": "alpha = float(input())\n" + ADDS_ONE,
    "a decorator of another cell, below": ADDS_ONE + "\nf = timed(f)",
}


@pytest.mark.parametrize("cell", STUMBLES.values(), ids=STUMBLES)
def test_the_function_counts_where_another_statement_fails(cell):
    """Catches a right function that is lost with a line beside it."""
    ran = ask(run_answer, cell, "f", [(1,)])
    assert (ran.failure, ran.observations[0].value) == (None, 2)


@pytest.mark.parametrize(
    ("above", "expected", "line"),
    [
        ("import no_such_package as p", "ModuleNotFoundError", 1),
        ("x = 0\np = helper(x)", "NameError", 2),
        ("p = int(input())", "EOFError", 1),
    ],
)
def test_a_statement_that_the_function_needed_is_the_cause(above, expected, line):
    """Catches the advice to define a name that stands in the cell, where its line failed."""
    failure = ask(run_answer, f"{above}\ndef f(x):\n    return p + x", "f", [(1,), (2,)]).failure
    assert (failure.kind, failure.line) == (expected, line)


@pytest.mark.parametrize("body", ["return 1 // 0", "raise NotImplementedError"])
def test_a_stumble_does_not_hide_what_the_calls_did(body):
    """Catches a failing call, or a stub, that is told as the failure of a try-out below it."""
    ran = ask(run_answer, f"def f(x):\n    {body}\nf(0)", "f", [(0,)])
    assert ran.failure is None
    assert ran.observations[0].failure.line == 2


def test_a_cell_with_a_mistake_in_its_grammar_is_not_run_in_part():
    """Catches half a cell that counts: the notebook runs nothing of it either."""
    assert ask(run_answer, ADDS_ONE + "\nreturn 3", "f", [(1,)]).failure.kind == "SyntaxError"


def test_nobody_is_asked():
    """Catches a check that waits for the keyboard."""
    assert kind(run("return input('?')")) == "EOFError"


def test_a_postponed_annotation_may_stand_in_a_dataclass():
    """Catches a namespace without a module, in which dataclasses look up the annotation."""
    head = "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\n"
    cell = head + "class P:\n    x: Unknown = 1\ndef f(x: Missing):\n    return x + P().x"
    assert ask(run_answer, cell, "f", [(1,)]).observations[0].value == 2


def test_an_answer_can_read_its_own_text():
    """Catches a text that inspect and TorchScript cannot find, or that of an earlier answer."""
    for comment in ("# 1", "# 2"):
        ran = run(f"import inspect\nreturn inspect.getsource(f)  {comment}")
        assert ran.observations[0].value.strip().endswith(comment)
    script = "@torch.jit.script\ndef f(x: int) -> int:\n    return x + 1"
    assert ask(run_answer, script, "f", [(1,)]).observations[0].value == 2


IPYTHON = {
    "magics": "%matplotlib inline\n%config A.b = 'c'\n{}\n%timeit f(1)",
    "commands": "!pip install 'it(\n!echo it's\n!!date\n{}\n! ls | head",
    "help": "?torch.std\n{}\nf?\ntorch.Tensor.std??\n%timeit?",
    "assigned": "files = !ls\nbest = %timeit -o 1\na, b = !echo 1\n{}",
    "in a block": "for i in range(2):\n    %time i\nif i:\n    !ls\n{}",
    "over several lines": "!pip install \\\n  torch \\\n  numpy\n%time \\\n  1\n{}",
    "beside what looks like one": 'x = """\n%time\n!ls\n"""\ny = (7\n% 4)\n%time\n{}',
    "indented as a whole": "    x = 1\n    def f(x):\n        return x + 1\n",
    "by its name": "get_ipython().run_line_magic('time', '')\nget_ipython().system('ls')\n{}",
}


@pytest.mark.parametrize("cell", IPYTHON.values(), ids=IPYTHON)
def test_what_ipython_understands_costs_nothing(cell):
    """Catches a cell that runs in the notebook, where its text is IPython's, but not when graded."""
    cell = cell.format(ADDS_ONE)
    for text in (cell, TransformerManager().transform_cell(cell)):
        ran = ask(run_answer, text, "f", [(1,)])
        assert (ran.failure, ran.observations[0].value) == (None, 2), text


AWAITS = {
    "what does not wait": "import asyncio\nasync def g():\n    await asyncio.sleep(0)\n    return 1\nONE = await g()",
    "a comprehension": "async def g():\n    yield 1\nONE, = [i async for i in g()]",
    "what never comes, aside": "class Never:\n    def __await__(self):\n        yield 1\nawait Never()\nONE = 1",
}


@pytest.mark.parametrize("head", AWAITS.values(), ids=AWAITS)
def test_an_await_outside_of_functions_is_no_mistake(head):
    """Catches a syntax error for `await micropip.install(…)`, which IPython runs."""
    ran = ask(run_answer, f"{head}\ndef f(x):\n    return x + ONE", "f", [(1,)])
    assert (ran.failure, ran.observations[0].value) == (None, 2)


def test_a_value_that_never_comes_is_the_cause():
    """Catches the advice to define a name that the cell defines, by waiting for it."""
    never = "class Never:\n    def __await__(self):\n        yield 1\n"
    cell = f"{never}ONE = await Never()\ndef f(x):\n    return x + ONE"
    assert ask(run_answer, cell, "f", [(1,)]).failure.kind == "Waits"
    assert ask(run_answer, f"{cell}\nreturn 3", "f", [(1,)]).failure.kind == "SyntaxError"


@pytest.mark.parametrize("magic", ["writefile a.py", "bash", "timeit -n1", "html", "no_such_magic"])
def test_a_cell_that_is_the_text_of_a_magic_defines_nothing(magic):
    """Catches a function that counts here and does not exist in the notebook."""
    ran = ask(run_answer, f"%%{magic}\n{ADDS_ONE}", "f", [(1,)])
    assert (ran.failure.kind, ran.failure.line) == ("CellMagic", 1)


@pytest.mark.parametrize("magic", ["%%time", "%%capture out --no-stderr", "\n\n%%prun -q"])
def test_the_text_below_a_cell_magic_is_the_answer(magic):
    """Catches a timed cell that counts as not written, or that hides an import."""
    ran = ask(run_answer, f"{magic}\n{ADDS_ONE}", "f", [(1,)])
    assert (ran.failure, ran.observations[0].value) == (None, 2)
    assert ask(run_answer, f"{magic}\nimport lessons", "f", []).failure.kind == "CourseImport"


@pytest.mark.parametrize("cell", [cell for cell in IPYTHON.values() if "{}" in cell])
def test_lines_keep_their_numbers(cell):
    """Catches a mistake that is shown in another line than the learner's."""
    cell = cell.format("def f(x):\n    return x +* 1")
    at = cell.split("\n").index("    return x +* 1") + 1
    failure = ask(run_answer, cell, "f", [(1,)]).failure
    assert (failure.kind, failure.line) == ("SyntaxError", at)


@pytest.mark.parametrize(
    "text", ['x = """\n%time\n!ls\nwhy?\n"""', "x = (7\n%  4)", "", "# x\n", "x = 'a?'", "\n\nx\n\n"]
)
def test_python_stays_as_it_is(text):
    """Catches a string or an expression that is taken for a magic."""
    assert read_cell(text)[0] == text


@pytest.mark.parametrize("text", ["x = 1 ! 2", "f(x) = !ls", "x = a ? b : c", "await"])
def test_other_mistakes_stay_mistakes(text):
    """Catches a wrong line that disappears as if it were a magic."""
    assert ask(run_answer, text, "f", []).failure.kind == "SyntaxError"


def test_a_text_without_measure_is_left_alone():
    """Catches minutes and gigabytes for the parsing of a text that nobody wrote by hand."""
    text = "%time\n" + "#" * TEXT_LIMIT
    assert read_cell(text)[0] == text
    assert "%time" in read_cell("%time\n" * 1_000)[0].split()
    assert read_cell("%time\n#" + "x" * LINE_LIMIT)[0].startswith("%time")


def test_a_cell_sees_no_name_from_outside():
    """Catches an answer that works by a name of the checker or of an earlier answer."""
    ask(run_answer, "leaked = 1\ndef f(x):\n    global leaked", "f", [(0,)])
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
    "a numpy bool": "return np.bool_(1)",
    "an array without an axis": "return np.array(1.0)",
    "a span of time": "return np.timedelta64(1)",
    "a subclass of numpy's number": "class N(np.float64):\n    pass\nreturn N(1)",
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
    value = run("return [1, np.complex128(2)]").observations[0].value
    assert value[0] == 1
    assert value[1].type_name == "complex128"


def test_a_result_that_needs_gradients_is_plain():
    """Catches a correct result that fails because autograd recorded it."""
    value = run("return torch.ones(2, requires_grad=True) * 2").observations[0].value
    assert not value.requires_grad
    assert value.tolist() == [2, 2]


DRAWS = {
    "torch.rand": "return torch.rand(3)",
    "torch.randn in double": "return torch.randn(3, dtype=torch.float64)",
    "a layer's first weights": "return nn.Linear(3, 1).weight.detach()",
    "Dropout": "return F.dropout(torch.ones(40))",
    "with a seed of its own": "torch.manual_seed(9)\nreturn torch.rand(3)",
    "NumPy's old way": "return torch.tensor(np.random.rand(3))",
    "random": "import random\nreturn torch.tensor(random.random())",
    "above the function": "return torch.tensor(DRAWN)",
}
ABOVE = "import random\nDRAWN = [random.random(), np.random.rand(), torch.rand(()).item()]\n"


@pytest.mark.parametrize("body", DRAWS.values(), ids=DRAWS)
def test_an_answer_that_draws_gives_the_same_value_twice(body):
    """Catches a verdict that hangs on luck, on the call before or on the kernel's own state."""
    source = f"{ABOVE}def f(x):\n    {body}".replace("\nreturn", "\n    return")
    first = ask(run_answer, source, "f", [(0,), (0,)])
    torch.rand(1), np.random.rand(), random.random()
    second = ask(run_answer, source, "f", [(0,)])
    values = [o.value for ran in (first, second) for o in ran.observations]
    assert len(values) == 3
    assert all(torch.equal(value, values[0]) for value in values)


@pytest.mark.parametrize("body", [*DRAWS.values(), "torch.manual_seed(9)\nraise ValueError"])
def test_the_random_state_of_the_kernel_is_left_alone(body):
    """Catches a check after which the learner's next cell draws other numbers than without it."""
    seed_all()
    expected = draw_all()
    seed_all()
    ask(run_answer, f"{ABOVE}def f(x):\n    {body}".replace("\nr", "\n    r"), "f", [(0,)])
    assert draw_all() == expected


def seed_all() -> None:
    torch.manual_seed(5), np.random.seed(5), random.seed(5)


def draw_all() -> list[float]:
    return [torch.rand(()).item(), np.random.rand(), random.random()]


@pytest.mark.parametrize("where", ["above the function", "inside it"])
def test_the_settings_of_the_kernel_are_left_alone(where):
    """Catches a cell that switches gradients off, or doubles on, for the rest of the notebook."""
    switches = "torch.set_grad_enabled(False); torch.set_default_dtype(torch.float64)"
    text = {"above the function": f"{switches}\ndef f(x):\n    return torch.ones(())",
            "inside it": f"def f(x):\n    {switches}\n    return torch.ones(())"}[where]
    assert ask(run_answer, text, "f", [(0,)]).observations[0].value.dtype is torch.float64
    assert torch.is_grad_enabled() and torch.get_default_dtype() is torch.float32


OBSERVES = (
    "def observe_answer(answer, x):\n"
    "    weight = torch.full((2,), float(x), requires_grad=True)\n"
    "    value = answer(weight)\n"
    "    return {'戻り値': value, '勾配': weight.grad, '型': isinstance(weight, Tensor)}"
)


def test_an_observer_makes_the_arguments_and_sees_the_effects():
    """Catches a call that goes past the observer, or effects that are lost in the copy."""
    source = "def f(weight):\n    weight.square().sum().backward()\n    return weight"
    ran = ask(run_answer, source, "f", [(3,), (4,)], observer=OBSERVES)
    assert ran.failure is None
    assert [o.arguments for o in ran.observations] == [(3,), (4,)]
    for x, observation in zip((3, 4), ran.observations, strict=True):
        seen = observation.value
        assert list(seen) == ["戻り値", "勾配", "型"]
        assert (seen["戻り値"].tolist(), seen["勾配"].tolist(), seen["型"]) == ([x, x], [2 * x] * 2, True)
        assert not seen["戻り値"].requires_grad


def test_an_answer_cannot_put_its_own_names_into_an_observer():
    """Catches an observer that runs in the answer's namespace, where `Tensor` may mean anything."""
    source = "Tensor = int\ndef observe_answer(answer, x):\n    return 7\ndef f(weight):\n    return 1"
    seen = ask(run_answer, source, "f", [(3,)], observer=OBSERVES).observations[0].value
    assert seen == {"戻り値": 1, "勾配": None, "型": True}


@needs_alarm
def test_an_endless_loop_below_an_observer_is_cut():
    """Catches a limit that ends at the observer."""
    ran = ask(run_answer, "def f(x):\n    while True: pass", "f", [(1,)], observer=OBSERVES, seconds=0.3)
    assert ran.failure.kind == "TimeUp"
