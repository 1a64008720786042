"""Runs the text of an answer cell: the same code in the learner's kernel and in the grader's child.

Nothing here knows the expected values. `run_answer` takes a request, an answer's text and the calls
to make, and gives back plain observations.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import inspect
import io
import linecache
import sys
import traceback
import types

from checker.running.inside.cell_text import FILENAME, Answer
from checker.running.inside.clock import PATIENCE, SECONDS, TimeUp, within
from checker.running.inside.messages import (
    PRINTED_LIMIT,
    Failure,
    Observation,
    Request,
    Run,
)
from checker.running.inside.plain import Strange, snapshot, storages
from checker.running.inside.prelude import OBSERVER, PRELUDE, SILENT
from checker.running.inside.state import fresh_state, seed_everything

AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # as IPython compiles a cell


class _Printed(io.StringIO):
    """Keeps the first characters and forgets the rest: an answer may print in a loop."""

    def write(self, text: str) -> int:
        room = PRINTED_LIMIT - self.tell()
        super().write(text[: max(room, 0)])
        return len(text)


def run_answer(request: Request, seconds: float = SECONDS, patience: float = PATIENCE) -> Run:
    """Execute an answer's text, then call its function once for each tuple of arguments.

    It may work for `seconds` of a processor and take `patience` seconds on the clock: no verdict
    depends on what else the machine has to do.
    """
    observations: list[Observation] = []
    printed = _Printed()
    failure = None
    try:
        with (
            fresh_state(),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            within(seconds, patience, lambda: _run(request, observations))
    except BaseException as error:  # SystemExit and the stop button too: the kernel lives on
        failure = describe(error)
    return Run(tuple(observations), failure, printed.getvalue())


def _run(request: Request, observations: list[Observation]) -> None:
    """What is cut when the time is up: the observations until then are kept."""
    function, stumble = define(request.answer, request.given)
    function = through_observer(function, request.observer)
    for arguments in request.calls:
        observations.append(run_call(function, arguments))
    if stumble and all(o.failure and o.failure.kind == "NameError" for o in observations):
        raise stumble  # the cause: the name was not made because of it


def define(answer: Answer, given: str = ""):
    """The function after executing an answer's text, and the first exception on the way or None.

    As in a notebook, the function counts where another statement fails: a try-out below it, a
    package that it does not use. Only where it is not defined is the exception raised.
    """
    tree = answer.tree
    refuse_course_imports(tree)
    futures = [s for s in tree.body if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
    statements = [
        compile(ast.Module([*futures, s], []), FILENAME, "exec", AWAIT, dont_inherit=True)
        for s in tree.body
    ]
    namespace = fresh_namespace(answer.text, given)
    stumble = None
    for statement in statements:
        try:
            execute(statement, namespace)
        except (Exception, SystemExit) as error:
            stumble = stumble or error
    function = namespace.get(answer.name)
    if not callable(function):
        raise stumble or NotDefined(answer.name)
    return function, stumble


def execute(statement: types.CodeType, namespace: dict) -> None:
    """Execute a statement, with an `await` outside of functions too, as far as nothing waits."""
    running = eval(statement, namespace)
    if not statement.co_flags & inspect.CO_COROUTINE:
        return
    try:
        while running.send(None) is None:  # asyncio.sleep(0) only lets others go first
            pass
    except StopIteration:
        return
    finally:
        running.close()
    raise Waits


def through_observer(function, observer: str):
    """`function` as the cases call it: itself, or through the observer of this text."""
    if not observer:
        return function
    namespace: dict = {}
    exec(PRELUDE + observer, namespace)
    return functools.partial(namespace[OBSERVER], function)


def fresh_namespace(text: str, given: str) -> dict:
    """The names that an answer may use without defining them, in a module of their own.

    dataclasses look for that module by its name, and inspect and TorchScript for its text.
    """
    module = types.ModuleType(FILENAME)
    sys.modules[FILENAME] = module
    linecache.cache[FILENAME] = (len(text), None, text.splitlines(keepends=True), FILENAME)
    namespace = vars(module)
    exec(PRELUDE, namespace)
    exec(given, namespace)
    namespace.update({silent: _do_nothing for silent in SILENT})
    namespace.update({"input": _refuse_input, "get_ipython": _Shell})
    return namespace


def _do_nothing(*_, **__) -> None:
    pass


def _refuse_input(*_) -> None:
    raise EOFError  # the grader has no keyboard, and check() must not wait for one


class _Shell:
    """What `get_ipython()` gives: IPython makes a call of it from every %magic and !command."""

    def run_cell_magic(self, *_) -> None:
        raise CellMagic

    def __getattr__(self, _):
        return _do_nothing


class CellMagic(Exception):
    """The whole cell is the text of a magic that does not run it here, as `%%writefile`."""


class NotDefined(Exception):
    """The answer cell does not define the function that was asked for."""


class Waits(Exception):
    """A statement waits for what only a notebook's event loop could bring."""


class CourseImport(Exception):
    """The answer cell imports the course's own implementation."""


def refuse_course_imports(tree: ast.Module) -> None:
    """Raise `CourseImport` where the text imports `lessons` or `checker`: that is no answer."""
    for node in ast.walk(tree):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        for module in modules:
            if module.split(".")[0] in ("lessons", "checker"):
                error = CourseImport(module)
                error.lineno = node.lineno
                raise error


def run_call(function, arguments: tuple) -> Observation:
    """Call `function` on a copy of `arguments` and record what happened."""
    given = copy.deepcopy(arguments)
    owned = storages(given)
    seed_everything()
    try:
        value = function(*given)
    except (TimeUp, KeyboardInterrupt):
        raise
    except BaseException as error:
        return Observation(failure=describe(error), arguments=tuple(map(snapshot, given)))
    plain = snapshot(value)
    aliased = type(plain) is not Strange and bool(storages(value) & owned)
    return Observation(plain, None, tuple(map(snapshot, given)), aliased)


def describe(error: BaseException) -> Failure:
    """A `Failure` with the line of the answer cell where the exception arose."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == FILENAME]
    line = lines[-1] if lines else getattr(error, "lineno", None)
    try:
        message = str((error.msg or "") if isinstance(error, SyntaxError) else error)
    except Exception:
        message = "（メッセージを文字にできません）"
    return Failure(type(error).__name__, message[:500], line)
