"""Verdicts: every kind of bad answer gets its own message, and hidden cases stay hidden."""

import ast
import contextlib
import math
import re
import signal
import warnings
from collections.abc import Callable

import pytest
import torch
from asking import ask
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_exercise import WRONGS, cases, sample, scaled, verdict_on

from checker.catalogue import UnknownExercise, exercise_names, load
from checker.exercise import Case
from checker.judging import source as runner
from checker.judging import words
from checker.judging.judge import judge
from checker.judging.show import show
from checker.judging.source import judge_source, judge_with, request
from checker.running import sandbox
from checker.running.inside.answer import run_answer
from checker.running.inside.cell_text import Answer
from checker.running.sandbox import started_sandbox

HEAD = "def scaled(values, factor):\n"
RIGHT = HEAD + "    return values * factor"


def verdict(body: str, **options):
    """The verdict on an answer with this body."""
    return verdict_on(HEAD + "\n".join(f"    {line}" for line in body.splitlines()), **options)


def test_a_right_answer():
    """Catches full marks that are not full, or a message that shows a mistake."""
    found = verdict("return values * factor")
    assert (found.outcome, found.score, found.label, found.misconception) == ("right", 1, None, None)
    assert found.message == (
        "[正解] scaled\n結果: 4 種類のケースすべてで、値も型も合っています。"
    )


def told_in(verdict) -> dict[str, str]:
    """The lines of a verdict by their captions."""
    return {line.caption: line.text for line in verdict.lines}


@pytest.mark.parametrize(
    "source",
    [
        "",
        "# あとで書く",
        HEAD + "    ...",
        HEAD + "    pass",
        HEAD + "    '''説明'''",
        HEAD + "    '''説明'''\n    # ここ\n    ...\n    pass",
        HEAD + "    raise NotImplementedError",
        HEAD + "    if factor < 0:\n        raise NotImplementedError('あとで')\n    return values * factor",
        RIGHT + "\n\n" + HEAD + "    ...",
        HEAD + "    ...\n\ncheck(scaled)",
    ],
)
def test_nothing_written_is_unanswered(source):
    """Catches an empty answer that is called wrong or an error."""
    found = verdict_on(source)
    assert (found.outcome, found.score) == ("unanswered", 0)
    assert "まだ書かれていません" in found.message


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("return None", "wrong"),
        ("return", "wrong"),
        ("return ...", "wrong"),
        ("x = 1", "wrong"),
        ("return values.bool().abs()", "error"),  # torch's own NotImplementedError
    ],
)
def test_something_written_is_not_unanswered(body, outcome):
    """Catches a learner who is told that nothing was written when something was."""
    assert verdict(body).outcome == outcome


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("values * factor", "戻り値が None です。Tensor を return してください。"),
        ("return str(values * factor)", "戻り値の型が str です。Tensor になるはずです。"),
        ("return (values * factor).numpy()", "戻り値の型が ndarray です"),
        ("return (values * factor).tolist()", "戻り値の型が list です"),
        ("return (values * factor, 1)", "戻り値の型が tuple です"),
        ("return (values * factor)[0]", "戻り値の形が [3] です。[2, 3] になるはずです。"),
        ("return (values * factor).double()", "戻り値の dtype が float64 です"),
        ("return values * factor * math.nan", "6 個のうち 6 個が nan か inf です"),
        ("return values * factor + 1", "6 個のうち 6 個が違います。最初に違うのは [0, 0] の要素で、あなたの値は"),
        ("return [0] * 100_000", "戻り値の型が list です"),
        ("l = []\nl.append(l)\nreturn l", "戻り値の型が list です"),
        ("return torch.eye(2).to_sparse()", "戻り値の型が Tensor です"),
        (
            "class T(Tensor):\n    __eq__ = lambda self, other: True\n"
            "return (values * factor).as_subclass(T)",
            "戻り値の型が T です。Tensor になるはずです。",
        ),
        (
            "class R:\n    def __repr__(self):\n        raise SystemExit\n"
            "    __eq__ = lambda self, other: True\nreturn R()",
            "exit()",
        ),
        ("values *= factor\nreturn values.clone()", "引数 values を書き換えています"),
        ("out = values * factor\nvalues.zero_()\nreturn out", "引数 values を書き換えています"),
        ("return values.mul_(factor)", "引数 values を書き換えています"),
    ],
)
def test_each_bad_answer_has_its_message(body, words):
    """Catches a bad answer that passes, or one whose message points somewhere else."""
    found = verdict(body)
    assert found.outcome in ("wrong", "error")
    assert found.score == 0
    assert words in found.message


def test_shared_memory_has_its_message():
    """Catches a result that equals the expected one and uses the argument's memory."""

    def kept(values: torch.Tensor) -> torch.Tensor:
        """同じ値の新しいテンソルを返します。"""
        return values.clone()

    def one_case(rng):
        yield "基本", (torch.ones(3),)

    exercise = sample(kept, cases=one_case, wrongs={}, rights=[])
    for body in ("values", "values[:]", "values.view(3)", "torch.from_numpy(values.numpy())"):
        found = verdict_on(f"def kept(values):\n    return {body}", exercise)
        assert found.outcome == "wrong"
        assert "戻り値が引数とメモリを共有しています。.clone() で複製してください。" in found.message
    assert verdict_on("def kept(values):\n    return values.clone()", exercise).outcome == "right"


@pytest.mark.parametrize(
    ("expected", "answer", "outcome"),
    [
        (3.0, "3", "right"),
        (3.0, "3.0 * (1 + 1e-12)", "right"),
        (3.0, "True", "wrong"),
        (3.0, "np.float64(3)", "right"),
        (3.0, "np.float32(3)", "right"),
        (3.0, "np.int64(3)", "right"),
        (0.1, "np.float32(0.1)", "wrong"),
        (3.0, "np.array(3.0)", "wrong"),
        (3.0, "np.bool_(True)", "wrong"),
        (3.0, "torch.tensor(3.0)", "wrong"),
        (3.0, "float('nan')", "wrong"),
        (3.0, "'3.0'", "wrong"),
        (1, "True", "wrong"),
        (1, "1.0", "wrong"),
        (1, "np.int64(1)", "right"),
        (1, "np.uint8(1)", "right"),
        (1, "np.float64(1)", "wrong"),
        (1, "np.bool_(True)", "wrong"),
        (1, "np.timedelta64(1)", "wrong"),
        (True, "np.int64(1)", "wrong"),
        (1, "torch.tensor(1)", "wrong"),
        (1, "10 ** 10_000", "wrong"),
        (True, "1", "wrong"),
        (True, "np.bool_(True)", "wrong"),
        (None, "None", "right"),
        (None, "0", "wrong"),
        ([1, 2], "[1, 2]", "right"),
        ([1, 2], "list(np.array([1, 2]))", "right"),
        ((1.5, 2), "(np.float64(1.5), np.int32(2))", "right"),
        ((1.5, 2), "(np.float64(1.5), np.float64(2))", "wrong"),
        ([1, 2], "(1, 2)", "wrong"),
        ([1, 2], "[1, 2, 3]", "wrong"),
        ([1, 2], "[1, True]", "wrong"),
        ((1.0, None), "(1, None)", "right"),
        (math.nan, "math.nan", "right"),
        (-0.0, "-0.0", "right"),
        (-0.0, "0.0", "wrong"),
        (-0.0, "0", "wrong"),
        (0.0, "-0.0", "right"),
        (-math.inf, "math.inf", "wrong"),
        (torch.float16, "torch.float16", "right"),
        (torch.float16, "torch.float32", "wrong"),
    ],
)
def test_types_are_exact(expected, answer, outcome):
    """Catches a bool, an array without an axis or a 0-d tensor that counts as a number, and a
    right number that is refused because NumPy worked it out."""

    def constant(x: int) -> object:
        """いつも同じ値を返します。"""
        return expected

    def one_case(rng):
        yield "基本", (0,)

    exercise = sample(constant, cases=one_case, wrongs={}, rights=[])
    found = verdict_on(f"def constant(x):\n    return {answer}", exercise)
    assert found.outcome == outcome


def split(total: int) -> list[int]:
    """合計が total になる 2 つの数を返します。"""
    return [1, total - 1]


def puzzle():
    """An exercise with many right answers."""
    exercise = sample(split, cases=lambda rng: [("基本", (5,))], wrongs={}, rights=[])

    @exercise.accepted_when
    def accepted(parts, total):
        return None if sum(parts) == total else f"合計が {show(sum(parts))} です。"

    @exercise.wrong("1 だけ多くなっています。")
    def one_too_many(total):
        return [1, total]

    return exercise


@pytest.mark.parametrize(
    ("value", "outcome", "words"),
    [
        ("[1, total - 1]", "right", ""),
        ("[2, total - 2]", "right", ""),
        ("[1, total]", "wrong", "1 だけ多くなっています。"),
        ("[3, total]", "wrong", "合計が 8 です。"),
        ("(1, total - 1)", "wrong", "戻り値の型が tuple です"),
        ("[1.0, total - 1.0]", "wrong", "戻り値[0]の型が float です"),
        ("[total]", "wrong", "戻り値の長さが 1 です"),
        ("[4, torch.zeros(5)]", "wrong", "戻り値[1]の型が Tensor です"),
        ("[4, True]", "wrong", "戻り値[1]の型が bool です"),
        ("[4, 1.0]", "wrong", "戻り値[1]の型が float です"),
        ("[10 ** 5000, 1]", "wrong", "合計が"),
    ],
)
def test_a_puzzle_accepts_every_value_that_meets_its_terms(value, outcome, words):
    """Catches a puzzle that knows one solution only, or that takes any value of its type."""
    found = verdict_on(f"def split(total):\n    return {value}", puzzle())
    assert found.outcome == outcome
    assert words in found.message
    assert "期待した値" not in found.message, "one solution would give the puzzle away"


def test_a_puzzle_keeps_its_terms_from_hidden_cases():
    """Catches a hidden case that tells its numbers through the puzzle's own sentence."""
    found = verdict_on("def split(total):\n    return [3, total]", puzzle(), seed=1)
    assert "条件を満たしていません。" in found.message
    assert "8" not in found.message


def test_a_puzzle_is_measured_on_its_own_arguments():
    """Catches an answer that changes the puzzle instead of solving it."""

    def best(goals: list[int]) -> int:
        """最大の目標に届く数を返します。"""
        return max(goals)

    exercise = sample(best, cases=lambda rng: [("基本", ([3, 9],))], wrongs={}, rights=[])
    exercise.accepted_when(lambda value, goals: None if value >= max(goals) else "届きません。")
    found = verdict_on("def best(goals):\n    goals[:] = [0]\n    return 1", exercise)
    assert found.outcome == "wrong" and "届きません。" in found.message


def test_an_answer_may_call_the_exercises_that_it_uses(monkeypatch):
    """Catches an exercise whose earlier functions are not given, in the notebook or the sandbox."""
    name = exercise_names("pruning")[0]
    exercise = sample(uses=(name,))
    monkeypatch.setattr(runner, "load", lambda _: exercise)
    calls = f"def scaled(values, factor):\n    {name}(values, 1.0)\n    return values * factor"
    assert judge_source("scaled", calls).outcome == "right"
    exercise.uses = ()
    assert "名前" in judge_source("scaled", calls).message


@pytest.mark.parametrize(
    ("source", "words", "line"),
    [
        (HEAD + "\u3000return values", "全角の空白（U+3000）がプログラムに混じっています。", 2),
        (HEAD + "    return values * （factor）", "全角の文字「（」がプログラムに混じっています。", 2),
        (HEAD + "    return values *", "Python の文法に合いません", 2),
        (HEAD + "return values", "Python の文法に合いません", 2),
        ("def scale(values, factor):\n    return values", "解答セルに関数 scaled がありません", None),
        ("scaled = 3", "解答セルに関数 scaled がありません", None),
        ("def scaled(values):\n    return values", "引数の数が合いません", None),
        ("def scaled(values, factor, more):\n    return values", "引数の数が合いません", None),
        ("def scaled():\n    return 1", "引数の数が合いません", None),
        (HEAD + "    return helper(values)", "名前 helper が解答セルの中にありません", 2),
        (HEAD + "    return scaled(values, factor)", "関数が自分自身を呼びつづけて", 2),
        (HEAD + "    exit()", "exit() などでプログラムを終えています", None),
        (HEAD + "    raise KeyboardInterrupt", "実行が途中で止められました", 2),
        (HEAD + "    return [0] * 2**60", "メモリが足りなくなりました", 2),
        (HEAD + "    return values + torch.ones(7)", "RuntimeError: The size of tensor", 2),
        (HEAD + "    raise ValueError", "ValueError が起きました", 2),
        ("import lessons", "解答セルで lessons か checker を import しています", 1),
    ],
)
def test_each_error_has_its_message(source, words, line):
    """Catches an error that is explained as another one, or without its line."""
    found = verdict_on(source)
    assert (found.outcome, found.score) == ("error", 0)
    assert f"起きたこと: {words}" in found.message
    assert "<解答セル>" not in found.message
    if line:
        assert f"場所: 解答セルの {line} 行目" in found.message


def test_a_wrong_call_inside_the_answer_is_not_blamed_on_its_def_line():
    """Catches the advice to restore the `def` line where a helper was called wrongly."""
    found = verdict_on("def helper(x):\n    return x\n\n" + HEAD + "    return helper()")
    assert "引数の数が合いません" not in found.message
    assert "TypeError: helper() missing 1 required positional argument" in found.message


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="nothing here stops a loop")
def test_an_endless_loop_has_its_message():
    """Catches a check that never ends, or that calls the loop wrong."""
    found = verdict("while True:\n    pass", seconds=0.3)
    assert found.outcome == "error"
    assert "制限時間の中に終わりませんでした" in found.message


def test_an_error_in_one_edge_case_names_the_case():
    """Catches an answer that fails in one case and is told nothing about which."""
    found = verdict("assert factor >= 0, 'negative'\nreturn values * factor")
    assert (found.outcome, found.label, found.score) == ("error", "負の倍率", 0)
    assert "AssertionError: negative" in found.message
    assert "ケース: 負の倍率" in found.message


def test_printing_and_warnings_cost_nothing():
    """Catches a mark lost for a print or a warning, and printed text that disappears."""
    found = verdict(
        "import warnings\nwarnings.warn('old')\nprint('途中', factor > 0)\nreturn values * factor"
    )
    assert found.outcome == "right"
    assert "あなたの出力: 途中 True" in found.message
    assert "old" not in found.message


def test_a_known_answer_that_warns_is_not_heard(recwarn):
    """Catches a warning in the notebook of a learner who did nothing that is warned of."""

    def warns(values, factor):
        warnings.warn("known", stacklevel=1)
        return values

    exercise = sample(wrongs=WRONGS | {warns: "警告します。"})
    assert verdict_on(HEAD + "    return -values", exercise).outcome == "wrong"
    assert not recwarn.list


def test_calling_check_at_the_end_of_the_answer_is_harmless():
    """Catches an endless regress of checks, or a NameError."""
    assert verdict_on(RIGHT + "\n\ncheck(scaled)").outcome == "right"


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.__name__)
def test_the_message_says_call_values_cause_and_next_step(wrong):
    """Catches a part of the message that is lost, or the parts in another order."""
    found = verdict_on(sample().text_of(wrong))
    assert found.misconception == wrong.__name__
    captions = [line.caption for line in found.lines]
    assert captions == [
        "呼び出し", "ケース", "違い", "あなたの値", "期待した値", "考えられる原因",
        "通ったケース", "次の一歩",
    ]  # fmt: skip
    called = told_in(found)["呼び出し"]
    assert called.startswith("scaled(\n    values=tensor([[") and "    factor=2." in called
    assert WRONGS[wrong] in found.message
    assert 'hint("scaled")' in found.message


def test_a_misconception_in_the_failing_cases_alone_is_not_named():
    """Catches a diagnosis that is false of the cases that pass."""
    found = verdict("return values * factor if factor >= 0 else values + factor")
    assert (found.outcome, found.misconception) == ("wrong", None)
    assert WRONGS[next(iter(WRONGS))] not in found.message


def test_a_call_is_shown_in_full_where_it_takes_a_few_lines():
    """Catches inputs that nobody can try by hand, and a screen full of numbers."""
    small, large = torch.tensor([[1.5, -2.0]] * 2), torch.zeros(30, 30)
    call = words.call_text(sample(), Case("基本", (small, 2.0)))
    assert call == (
        "scaled(\n"
        "    values=tensor([[ 1.5, -2. ],\n"
        "                   [ 1.5, -2. ]]),\n"
        "    factor=2.0,\n"
        ")"
    )
    assert words.call_text(sample(), Case("基本", (large, 2.0))) == (
        "scaled(values=Tensor[30, 30], factor=2.0)"
    )
    assert words.call_text(sample(), Case("基本", (small[0], 2.0))) == (
        "scaled(values=tensor([ 1.5, -2. ]), factor=2.0)"
    )


def test_an_unknown_mistake_is_not_given_a_name():
    """Catches a diagnosis that accuses the learner of something else."""
    found = verdict("return values * factor + 0.5")
    assert found.misconception is None
    assert "考えられる原因" not in found.message


def test_a_misconception_that_raises_is_recognised():
    """Catches a known mistake that ends in an exception and is only called an error."""

    def stacks(values, factor):
        return torch.stack([values, torch.ones(9)])

    exercise = sample(wrongs=WRONGS | {stacks: "並べています。"})
    found = verdict_on(exercise.text_of(stacks), exercise)
    assert (found.outcome, found.misconception) == ("wrong", "stacks")
    assert "RuntimeError が起きました" in found.message
    other = verdict("raise LookupError", exercise=exercise)
    assert (other.outcome, other.misconception) == ("error", None)


@pytest.mark.parametrize(
    ("condition", "score", "passed"),
    [
        ("factor < 0", 3 / 4, "4 種類のうち 3 種類"),
        ("values.dtype is torch.float64", 3 / 4, "4 種類のうち 3 種類"),
        ("factor <= 0", 2 / 4, "4 種類のうち 2 種類"),
        ("values.ndim == 1", 1 / 4, "4 種類のうち 1 種類"),
        ("values.ndim == 2", 0, "4 種類のうち 3 種類（「基本」が通ると部分点がつきます）"),
        ("True", 0, "4 種類のうち 0 種類（「基本」が通ると部分点がつきます）"),
    ],
)
def test_partial_credit_is_the_share_of_labels_if_basics_pass(condition, score, passed):
    """Catches marks for edge cases without the basics, and a share of something else."""
    found = verdict(f"return values * factor + (0.5 if {condition} else 0)")
    assert found.score == score
    assert f"通ったケース: {passed}" in found.message


def test_labels_count_once_however_many_calls_they_have():
    """Catches credit by calls: a label with nine calls would weigh nine times."""

    def several_calls(rng):
        yield from cases(rng)
        for size in range(1, 9):
            yield "負の倍率", (torch.ones(size), -2.0)

    exercise = sample(cases=several_calls)
    assert verdict("return values * abs(factor)", exercise=exercise).score == 3 / 4


def secret_cases(rng):
    """Cases whose numbers are long enough to be recognised in a message."""
    yield "基本", (torch.tensor(rng.uniform(1000, 9999, (2, 2))), rng.uniform(100, 999))
    yield "ほかの値", (torch.tensor(rng.uniform(1000, 9999, 3)), rng.uniform(100, 999))


LEAKS = [
    "return values",
    "return values * factor + 1",
    "return (values * factor).tolist()",
    "return (values * factor)[0]",
    "return values * factor * math.nan",
    "return values * factor + (values.ndim == 1)",
    "values += 1\nreturn (values - 1) * factor",
    "print(values, factor)\nreturn values",
    "raise ValueError(f'{values.tolist()} {factor}')",
    "raise NameError(f\"name '{int(factor)}' is not defined\")",
    "raise SyntaxError(str(factor))",
    "raise TypeError(f'argument {factor}')",
    "raise SystemExit(f'{factor}')",
    "raise type(f'V{factor}', (Exception,), {})(factor)",
    "if values.ndim == 1:\n    raise type(f'V{factor}', (Exception,), {})\nreturn values * factor",
    "return type(f'V{factor}', (), {'__repr__': lambda s: str(factor)})()",
    "return {str(factor): factor}",
    "return str(factor)",
    "return factor",
    "import sys\nsys.stderr.write(str(values.tolist()))\nraise KeyboardInterrupt(factor)",
]


def digits(exercise, seed: int) -> list[str]:
    """The beginnings of all numbers in the inputs and expected results of a seed."""
    numbers = []
    for case in exercise.make_cases(seed):
        values, factor = case.arguments
        numbers += [factor, *values.flatten().tolist(), *(values * factor).flatten().tolist()]
    return [f"{abs(number):.9f}"[:3] for number in numbers]


@pytest.mark.parametrize("body", LEAKS)
@settings(max_examples=10)
@given(seed=st.integers(1, 10**9))
def test_a_hidden_verdict_holds_no_input_and_no_expected_value(body, seed):
    """Catches a hidden number that reaches the learner by a message, a class name or a print."""
    exercise = sample(cases=secret_cases)
    found = verdict(body, exercise=exercise, seed=seed)
    assert found.outcome in ("wrong", "error")
    assert found.comparison is None
    for beginning in digits(exercise, seed):
        assert beginning not in found.message
    assert not re.search(r"\d\.\d", found.message)


def test_the_leak_test_can_fail():
    """Catches a search for digits that finds nothing anywhere: public verdicts do show them."""
    exercise = sample(cases=secret_cases)
    messages = [verdict(body, exercise=exercise).message for body in LEAKS]
    shown = [m for m in messages if any(beginning in m for beginning in digits(exercise, 0))]
    assert len(shown) > len(LEAKS) / 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return 1", "戻り値の型が違います。"),
        ("return values[:1] * factor", "戻り値の形が違います。"),
        ("return (values * factor).half()", "戻り値の dtype が違います。"),
        ("return values * math.inf", "戻り値に nan か inf が混じっています。"),
        ("return values * factor + 1", "戻り値の値が違います。"),
        ("out = values * factor\nvalues.zero_()\nreturn out", "引数 values を書き換えています"),
        ("raise ValueError('秘密')", "ValueError が起きました。"),
        ("return undefined", "使われている名前が解答セルの中にありません"),
    ],
)
def test_a_hidden_verdict_names_the_kind_of_mistake_and_the_case(body, words):
    """Catches a hidden verdict that says nothing a learner can use."""
    found = verdict(body, exercise=sample(wrongs={}), seed=7)
    assert words in found.message
    assert "ケース: 基本" in found.message
    assert "秘密" not in found.message
    assert "（）" not in found.message


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.__name__)
def test_a_hidden_verdict_names_the_misconception(wrong):
    """Catches feedback without a cause: the diagnosis holds no hidden value and may be shown."""
    found = verdict_on(sample().text_of(wrong), seed=11)
    assert found.misconception == wrong.__name__
    assert WRONGS[wrong] in found.message


@pytest.mark.slow
@pytest.mark.parametrize("name", exercise_names())
def test_hidden_verdicts_on_every_exercise_hold_no_long_number(name):
    """Catches an exercise whose diagnosis or label spells out a generated number."""
    exercise = load(name)
    for wrong in exercise.wrongs.values():
        found = judge_source(name, wrong.text, seed=123)
        static = wrong.diagnosis + "".join(case.label for case in exercise.make_cases(0))
        for number in re.findall(r"\d+\.\d{3,}|\d{5,}", found.message):
            assert number in static


@pytest.mark.parametrize("source", ["(" * 5000, "-" * 200_000 + "1", "\x00", "\ud800", "def"])
def test_text_that_cannot_be_parsed_is_not_unanswered(source):
    """Catches a judge that dies on text that Python itself refuses."""
    assert not Answer(source, "scaled").unanswered
    assert verdict_on(source).outcome == "error"


def test_judge_source_follows_the_design():
    """Catches fixed names that move, and a sandbox that starts for a typing error."""
    name = exercise_names()[0]
    for box in (False, True):
        with pytest.raises(UnknownExercise):
            judge_source("no_such_exercise", "", box=box)
    public, hidden = (judge_source(name, "x = 1", seed=seed) for seed in (None, 3))
    assert public.outcome == hidden.outcome == "error"


def test_any_runner_gives_the_same_calls(monkeypatch):
    """Catches a grader that runs other calls than the notebook, or runs an empty answer."""
    seen = []

    def spy(request):
        seen.append((request.answer.source, request.answer.name, len(request.calls)))
        return run_answer(request)

    monkeypatch.setattr(runner, "load", lambda name: sample())
    assert judge_with(spy, "scaled", RIGHT).outcome == "right"
    assert judge_with(spy, "scaled", HEAD + "    ...").outcome == "unanswered"
    assert seen == [(RIGHT, "scaled", 4)]


def twice(function: Callable, x: float) -> float:
    """function を x に 2 回適用します。"""
    return function(function(x))


def lines(rng):
    """Straight lines, by plain numbers that are long enough to be recognised in a message."""
    for label in ("基本", "ほかの値"):
        slope, shift, x = (float(number) for number in rng.uniform(1000, 9999, 3))
        yield label, ([slope, shift], x)


def watched():
    """An exercise whose argument is a function: no case can hold it, so an observer makes it."""
    exercise = sample(twice, cases=lines, wrongs={}, rights=[])

    @exercise.observe
    def observer(answer, line, x):
        given = []

        def function(value):
            given.append(value)
            return line[0] * value + line[1]

        value = answer(function, x)
        return {"戻り値": value, "呼んだ回数": len(given), "渡した値": given}

    @exercise.wrong("1 回しか適用していません。")
    def once(function, x):
        return function(x)

    return exercise


@pytest.fixture
def watched_verdict(monkeypatch):
    """The verdict on the body of an answer to the watched exercise."""
    exercise = watched()
    monkeypatch.setattr(runner, "load", lambda _: exercise)

    def verdict_on_body(body: str, head: str = "def twice(function, x):\n", **options):
        text = head + "\n".join(f"    {line}" for line in body.splitlines())
        return judge_source("twice", text, **options)

    return verdict_on_body


@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize(
    "body", ["return function(function(x))", "for _ in range(2):\n    x = function(x)\nreturn x"]
)
def test_a_right_answer_through_an_observer(watched_verdict, body, seed):
    """Catches an observer whose text lacks a name, or a judge that calls the answer without it."""
    assert watched_verdict(body, seed=seed).outcome == "right"


OBSERVED = {  # body: (what differs, the two values shown or None)
    "function(x)\nreturn function(function(x))": ("呼んだ回数の値が違います。", ("3", "2")),
    "return str(function(function(x)))": ("戻り値の型が str です。float になるはずです。", None),
    "function(function(x))": (
        "None が返りました。期待した値は 62053598480.0 です。"
        "return の行を通らずに終わったときも None になります。", None),
    "y = function(function(x))\nreturn y, y": ("戻り値の型が tuple です。float になるはずです。", None),
    "return function(function(np.array(x))).item()": (
        "渡した値[0]の型が ndarray です。float になるはずです。", None),
    "return function(function(x)) * 1.01": ("戻り値の値が違います。", ...),
}  # fmt: skip


@pytest.mark.parametrize("seed", [None, 5])
def test_what_an_observer_says_in_words_is_no_value(seed):
    """Catches 戻り値どうしのメモリの値が違います for a memory that is shared."""
    source = f"{load('ring_allreduce').stub().splitlines()[0]}\n    return [sum(vectors)] * len(vectors)"
    found = judge_source("ring_allreduce", source, seed=seed)
    assert told_in(found)["違い"] == "戻り値どうしのメモリが違います。"


@pytest.mark.parametrize("body", OBSERVED)
def test_what_an_observer_saw_is_told_by_its_name(watched_verdict, body):
    """Catches a message that calls a count the return value, or shows the whole dict."""
    words, shown = OBSERVED[body]
    found = watched_verdict(body)
    told = told_in(found)
    assert (found.outcome, told["違い"], found.misconception) == ("wrong", words, None)
    if shown is ...:
        assert "{" not in told["あなたの値"] + told["期待した値"]
        assert all(type(value) is float for value in found.comparison)
    elif shown:
        assert (told["あなたの値"], told["期待した値"]) == shown
        assert found.comparison == (3, 2)
    else:
        assert "あなたの値" not in told and found.comparison is None


def test_the_call_of_an_observed_case_names_the_parameters(watched_verdict):
    """Catches a call that is told with the names of the observer, or one with the dict."""
    told = told_in(watched_verdict("return x"))
    assert re.match(r"twice\(function=\[\d+\.\d+, \d+\.\d+\], x=\d+\.\d+\)$", told["呼び出し"])


@pytest.mark.parametrize(
    ("head", "body", "words", "line"),
    [
        (None, "raise ValueError('負の数')", "ValueError: 負の数", 2),
        (None, "y = x\nreturn y.nothing", "AttributeError", 3),
        (None, "y = 1\nreturn function('a')", "TypeError", 3),  # it arises in the observer's function
        ("def twice(function):\n", "return 1", "引数の数が合いません", None),
        ("def other(function, x):\n", "return 1", "解答セルに関数 twice がありません", None),
    ],
)
def test_an_error_below_an_observer_is_that_of_the_answer(watched_verdict, head, body, words, line):
    """Catches an exception without the line of the cell, or with that of the observer's text."""
    found = watched_verdict(body, **({"head": head} if head else {}))
    told = told_in(found)
    assert (found.outcome, found.score) == ("error", 0)
    assert told["起きたこと"].startswith(words)
    assert told.get("場所") == (f"解答セルの {line} 行目" if line else None)


def test_an_observed_misconception_is_named(watched_verdict):
    """Catches known wrong answers that are called without the observer, and never coincide."""
    for seed in (None, 5):
        found = watched_verdict("y = function(x)\nreturn y", seed=seed)
        assert (found.outcome, found.misconception) == ("wrong", "once")
        assert "考えられる原因: 1 回しか適用していません。" in found.message


@pytest.mark.parametrize(
    "body",
    [
        *OBSERVED,
        "return function(x)",
        "return function.__closure__",
        "raise ValueError(f'{x} {function(x)}')",
        "raise type(f'V{x}', (Exception,), {})(x)",
        "print(x, function(0))\nreturn x",
        "return {'戻り値': x, str(function(x)): x}",
    ],
)
@settings(max_examples=5)
@given(seed=st.integers(1, 10**9))
def test_a_hidden_observed_verdict_holds_no_input_and_no_expected_value(body, seed):
    """Catches a hidden number that reaches the learner by way of the observer's dict."""
    exercise = watched()
    cases = exercise.make_cases(seed)
    source = "def twice(function, x):\n" + "\n".join(f"    {line}" for line in body.splitlines())
    calls = [case.arguments for case in cases]
    run = ask(run_answer, source, "twice", calls, observer=exercise.observer_text())
    facts = judge(exercise, cases, Answer(source, "twice"), run, reveal=False)
    found = words.verdict(facts)
    assert found.outcome in ("wrong", "error") and found.comparison is None
    assert not {"呼び出し", "あなたの値", "期待した値", "あなたの出力"} & {line.caption for line in found.lines}
    message = re.sub("『[^』]*』", "", found.message)  # the answer's own text
    assert not re.search(r"\d\.\d|\d{3}", message)


@pytest.mark.parametrize("seed", [None, 5])
def test_the_part_that_differs_is_named(watched_verdict, seed):
    """Catches a hidden verdict that blames the return value for what an observer saw."""
    found = watched_verdict("function(x)\nreturn function(function(x))", seed=seed)
    assert told_in(found)["違い"] == "呼んだ回数の値が違います。"


def test_an_argument_changed_below_an_observer_is_told(monkeypatch):
    """Catches a judge that looks for a part that differs where only an argument does."""
    exercise = sample(scaled, wrongs={}, rights=[])

    @exercise.observe
    def observer(answer, values, factor):
        return {"戻り値": [answer(values, factor)]}

    monkeypatch.setattr(runner, "load", lambda _: exercise)
    spoils = "def scaled(values, factor):\n    y = values * factor\n    values += 1\n    return y"
    found = judge_source("scaled", spoils)
    assert "引数 values を書き換えています" in told_in(found)["違い"]


def test_a_switched_off_gradient_spoils_neither_the_kernel_nor_later_verdicts():
    """Catches known answers observed in the state that a learner's cell left behind, and kept."""
    text = load("distill_step").solved()
    spoiled = judge_source("distill_step", f"torch.set_grad_enabled(False)\n{text}", seed=11)
    assert (spoiled.outcome, spoiled.misconception) == ("error", None)
    assert torch.is_grad_enabled()
    assert judge_source("distill_step", text, seed=11).outcome == "right"


@pytest.mark.slow
def test_the_kernels_own_settings_reach_no_verdict():
    """Catches a puzzle that cannot be made, or a right answer rejected, in a kernel of doubles."""
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            for name in ("distillation_loss", "train_student"):
                assert judge_source(name, load(name).solved(), seed=12).outcome == "right"
            assert not torch.is_grad_enabled()
        assert torch.get_default_dtype() is torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


def test_a_solution_that_fails_is_the_authors_fault_and_is_not_kept(monkeypatch):
    """Catches a broken solution that calls every right answer wrong, or is remembered as broken."""

    def scaled(values: torch.Tensor, factor: float) -> torch.Tensor:
        """values を factor 倍します。"""
        if broken:
            raise OSError("no data")
        return values * factor

    broken = True
    exercise = sample(scaled, wrongs={}, rights=[])
    monkeypatch.setattr(runner, "load", lambda _: exercise)
    with pytest.raises(runner.JudgeFailed, match="the solution of scaled fails .*no data"):
        judge_source("scaled", RIGHT)
    broken = False
    assert judge_source("scaled", RIGHT).outcome == "right"


@pytest.fixture(scope="module")
def box():
    """One sandbox for all that is asked of it here: to start it is the dearest."""
    with started_sandbox() as found:
        yield found


@pytest.mark.box
@pytest.mark.parametrize("seed", [None, 3])
@pytest.mark.parametrize("name", ["distillation_loss", "distill_step"])
def test_an_observer_sees_the_same_in_the_sandbox(box, name, seed):
    """Catches an observer that needs more than the prelude, or what it saw lost on the way back."""
    exercise = load(name)
    rights = [exercise.text_of(function) for function in (exercise.solution, *exercise.rights)]
    wrongs = [wrong.text for wrong in exercise.wrongs.values()]
    with box.learner() as boxed:
        for text in (*rights, *wrongs):
            here = judge_source(name, text, seed=seed)
            there = judge_with(boxed, name, text, seed=seed)
            assert here.outcome == ("wrong" if text in wrongs else "right")
            assert there.lines == here.lines, text
            for part in ("outcome", "score", "label", "misconception"):
                assert getattr(there, part) == getattr(here, part), text


@pytest.mark.box
def test_the_box_takes_an_observer(box, watched_verdict, monkeypatch):
    """Catches `box=True` that runs an answer without its observer."""
    monkeypatch.setattr(sandbox, "started_sandbox", lambda: contextlib.nullcontext(box))
    for body, outcome in (("return function(function(x))", "right"), ("return function(x)", "wrong")):
        here, there = (watched_verdict(body, box=box) for box in (False, True))
        assert there.outcome == here.outcome == outcome
        assert there.lines == here.lines


def test_known_answers_run_once_for_the_same_cases(monkeypatch):
    """Catches known answers that run again for every answer of a class, or never for new cases."""
    ran = []

    def counted(values: torch.Tensor, factor: float) -> torch.Tensor:
        """values を factor 倍します。"""
        ran.append("solution")
        return values * factor

    def offset(values, factor):
        ran.append("wrong")
        return values + factor

    exercise = sample(counted, wrongs={offset: "足しています。"}, rights=[])
    monkeypatch.setattr(runner, "load", lambda _: exercise)
    answers = "def counted(values, factor):\n    return values + factor{}"
    for comment in ("", "  # もう一度"):
        assert judge_source("counted", answers.format(comment)).misconception == "offset"
        assert sorted(ran) == ["solution"] * 4 + ["wrong"] * 4
    judge_source("counted", answers.format(""), seed=2)
    assert sorted(ran) == ["solution"] * 8 + ["wrong"] * 8


def test_a_text_is_parsed_once(monkeypatch):
    """Catches a judge and a runner that each parse the answer anew: long texts cost seconds."""
    parse, texts = ast.parse, []
    monkeypatch.setattr(
        "checker.running.inside.cell_text.ast.parse",
        lambda text, *rest: texts.append(text) or parse(text, *rest),
    )
    assert verdict_on(RIGHT).outcome == "right"
    assert texts.count(RIGHT) == 1
    texts.clear()
    assert verdict_on("def scaled(", seed=1).outcome == "error"  # its line is told from the text
    assert texts.count("def scaled(") == 1


def test_the_judge_gives_facts_without_words():
    """Catches a judge that words what it found: the exam and the report need the facts alone."""
    exercise = sample()
    answer = Answer(HEAD + "    return values + factor", "scaled")
    made = exercise.make_cases(0)
    facts = judge(exercise, made, answer, run_answer(request(exercise, answer, made)))
    assert (facts.outcome, facts.case.label, facts.misconception.name) == ("wrong", "基本", "adds")
    assert facts.finding.kind == facts.finding.difference.kind == "value"
    assert facts.finding.difference.expected is facts.expected
    assert not hasattr(facts, "lines") and not hasattr(facts, "message")


@pytest.mark.parametrize("seed", [None, 5])
def test_an_argument_changed_beside_a_wrong_value_is_told(seed):
    """Catches abs_() in place, told by no more than the elements that differ."""
    text = "def threshold_mask(weight, alpha):\n    weight.abs_()\n    return weight >= alpha * weight.std()"
    assert "引数 weight も書き換えています。" in judge_source("threshold_mask", text, seed=seed).message
    fresh = text.replace("weight.abs_()", "weight = weight.abs()")
    assert "書き換え" not in judge_source("threshold_mask", fresh, seed=seed).message
