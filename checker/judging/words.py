"""What a verdict says: the judge's facts in Japanese, for the learner."""

from __future__ import annotations

import inspect

import torch

from checker.exercise import Case, Exercise
from checker.judging.compare import Difference, strays, unequal
from checker.judging.failures import explain
from checker.judging.judge import Facts, Finding
from checker.judging.show import dtype_name, show, type_name
from checker.judging.verdict import Line, Verdict

HIDDEN = {  # what a hidden case may say: the kind of mistake, never an input or an expected value
    "type": "戻り値の型が違います。",
    "length": "戻り値の長さが違います。",
    "shape": "戻り値の形が違います。",
    "dtype": "戻り値の dtype が違います。",
    "finite": "戻り値に nan か inf が混じっています。",
    "value": "戻り値の値が違います。",
    "exception": "例外が起きました。",
    "unmet": "条件を満たしていません。",
}
UNEXPLAINED = "よくある間違いのどれとも一致しませんでした。値を 1 つ、手で計算して比べてください。"
WIDTH, ROWS = 88, 6  # of a call on the screen


def verdict(facts: Facts) -> Verdict:
    """The verdict that these facts make."""
    say = {"unanswered": _unanswered, "error": _error, "wrong": _wrong, "right": _right}
    lines = say[facts.outcome](facts)
    return Verdict(
        facts.exercise.name,
        facts.outcome,
        facts.score,
        facts.case.label if facts.case else None,
        facts.misconception.name if facts.misconception else None,
        tuple(line for line in lines if line.text),
        (facts.actual, facts.expected) if _both_values(facts) else None,
        facts.explanation.key if facts.explanation else None,
        facts.explanation.sentence if facts.explanation else None,
    )


def _both_values(facts: Facts) -> bool:
    """Whether the learner's value is shown beside the expected one."""
    return facts.reveal and facts.finding is not None and facts.finding.kind == "value"


def _unanswered(_: Facts) -> list[Line]:
    return [
        Line("状態", "まだ書かれていません。"),
        Line("次の一歩", "解答セルの ... を消して、関数の中身を書いてください。"),
    ]


def _right(facts: Facts) -> list[Line]:
    passed = f"{len(facts.labels)} 種類のケースすべてで、値も型も合っています。"
    return [Line("結果", passed), _printed(facts)]


def _error(facts: Facts) -> list[Line]:
    what, next_step = explain(facts.answer, facts.failure, facts.reveal)
    return [
        Line("起きたこと", what),
        Line("場所", f"解答セルの {facts.line} 行目" if facts.line else ""),
        Line("ケース", facts.case.label if facts.case else ""),
        _printed(facts),
        Line("次の一歩", next_step),
    ]


def _wrong(facts: Facts) -> list[Line]:
    name, reveal, both = facts.exercise.name, facts.reveal, _both_values(facts)
    hint = f'ヒントを 1 つずつ開きます。hint("{name}") でも読めます。'
    return [
        Line("呼び出し", call_text(facts.exercise, facts.case) if reveal else "", "code"),
        Line("ケース", facts.case.label),
        Line("違い", told_difference(facts) + _changed_too(facts.finding)),
        Line("あなたの値", show(facts.actual) if both else "", "compared"),
        Line("期待した値", show(facts.expected) if both else "", "compared"),
        _explained(facts),
        _smallest(facts),
        Line("通ったケース", _passed(facts)),
        _printed(facts),
        Line("次の一歩", hint if reveal else ""),
    ]


def _explained(facts: Facts) -> Line:
    """What the answer coincides with; where it is nothing known, that is said too."""
    if facts.explanation:
        is_cause = facts.explanation.stage in ("named", "pair")
        said = facts.explanation.sentence
        twice = said in told_difference(facts)  # by the exercise's own words
        return Line("考えられる原因" if is_cause else "手がかり", "" if twice else said)
    told = facts.finding.kind not in ("value", "finite", "exception")
    return Line("手がかり", "" if told else UNEXPLAINED)


def _smallest(facts: Facts) -> Line:
    """Where nothing is known of the cause: the failing call that is easiest to follow by hand."""
    another = not facts.explanation and facts.smallest is not facts.case
    text = call_text(facts.exercise, facts.smallest) if facts.reveal and another else ""
    return Line("外れる小さな例", text, "code")


def _printed(facts: Facts) -> Line:
    return Line("あなたの出力", facts.printed if facts.reveal else "", "block")


def _passed(facts: Facts) -> str:
    total = len(facts.labels)
    count = f"{total} 種類のうち {total - len(facts.failed)} 種類"
    if facts.misses_basics:
        return f"{count}（「{facts.labels[0]}」が通ると部分点がつきます）"
    return count


def told_difference(facts: Facts) -> str:
    """What is wrong in the first failing case, as far as it may be told."""
    public = facts.finding.kind == "unmet" and facts.exercise.domain_is_public
    return found(facts) if facts.reveal or public else hidden(facts)


def found(facts: Facts) -> str:
    """What is wrong in the first failing case, where the case may be shown."""
    finding: Finding = facts.finding
    match finding.kind:
        case "exception":
            return f"{facts.failure.kind} が起きました。"
        case "unmet":
            return finding.unmet
        case "changed":
            return f"引数 {finding.parameter} を書き換えています。複製を作って計算してください。"
        case "aliased":
            return "戻り値が引数とメモリを共有しています。.clone() で複製してください。"
    return sentence(finding.difference)


def _changed_too(finding: Finding) -> str:
    """The argument that was changed as well: mostly it is the cause."""
    if finding.kind == "changed" or not finding.parameter:
        return ""
    return f"引数 {finding.parameter} も書き換えています。"


def hidden(facts: Facts) -> str:
    """What is wrong, where the case is hidden."""
    kind = facts.finding.kind
    if kind == "value" and type(facts.expected) is str:
        return f"{facts.part}が違います。"
    return HIDDEN[kind].replace("戻り値", facts.part) if kind in HIDDEN else found(facts)


def sentence(difference: Difference) -> str:
    """A difference as a sentence."""
    where, expected, actual = difference.where, difference.expected, difference.actual
    match difference.kind:
        case "type":
            return _of_types(where, expected, actual)
        case "length":
            return f"{where}の長さが {len(actual)} です。{len(expected)} になるはずです。"
        case "shape":
            shapes = f"{list(actual.shape)} です。{list(expected.shape)} になるはずです。"
            return f"{where}の形が {shapes}"
        case "dtype":
            dtypes = f"{dtype_name(actual)} です。{dtype_name(expected)} になるはずです。"
            return f"{where}の dtype が {dtypes}"
        case "finite" if type(actual) is torch.Tensor:
            count = f"{int(strays(expected, actual).sum())} 個が nan か inf です。"
            return f"{where}の {actual.numel()} 個のうち {count}"
        case "finite":
            return f"{where}が {actual} です。有限の数になるはずです。"
    if type(expected) is torch.Tensor:
        return _of_elements(where, expected, actual)
    if type(expected) is str:  # what an observer says in words
        return f"{where}が違います。"
    what = "キー" if type(expected) is dict else "値"
    return f"{where}の{what}が違います。"


def _of_types(where: str, expected: object, actual: object) -> str:
    got, wanted = type_name(actual), type_name(expected)
    if actual is None and where == "戻り値" and wanted in ("int", "float"):
        # On purpose, where None is the right value of another case, or by a missing return.
        told = f"None が返りました。期待した値は {show(expected)} です。"
        return f"{told}return の行を通らずに終わったときも None になります。"
    if actual is None and where == "戻り値":
        told = f"{where}が None です。{wanted} を return してください。"
        return f"{told}return の行を通らずに終わったときも None になります。"
    if type(actual) is torch.Tensor and wanted in ("float", "int"):
        return f"{where}の型が Tensor です。Python の {wanted} になるはずです（.item() で取り出せます）。"
    remedy = ""
    if wanted == "int" and type(actual) is float and actual.is_integer():
        remedy = "（int(…) で直せます）"
    if (got, wanted) == ("ndarray", "Tensor"):
        remedy = "（torch.tensor(…) で直せます）"
    return f"{where}の型が {got} です。{wanted} になるはずです{remedy}。"


def _of_elements(where: str, expected: torch.Tensor, actual: torch.Tensor) -> str:
    wrong = unequal(expected, actual)
    at = wrong.nonzero()[0].tolist()
    values = (f"あなたの値は {_number(actual[tuple(at)])}、"
              f"期待した値は {_number(expected[tuple(at)])} です。")
    if not at:
        return f"{where}が違います。{values}"
    count = f"{where}の {wrong.numel()} 個のうち {int(wrong.sum())} 個が違います。"
    return f"{count}最初に違うのは [{', '.join(map(str, at))}] の要素で、{values}"


def _number(element: torch.Tensor) -> str:
    value = element.item()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def call_text(exercise: Exercise, case: Case) -> str:
    """The call of a case with its arguments' names; tensors in full where they are small."""
    names = inspect.signature(exercise.solution).parameters
    pairs = zip(names, case.arguments, strict=True)
    # show() sets the rows of a tensor below each other: they move with the name before it.
    arguments = [f"{n}={_argument(v)}".replace("\n", "\n" + " " * (len(n) + 1)) for n, v in pairs]
    line = f"{exercise.name}({', '.join(arguments)})"
    if "\n" not in line and len(line) <= WIDTH:
        return line
    rows = (argument.replace("\n", "\n    ") for argument in arguments)
    return "\n".join([f"{exercise.name}(", *(f"    {row}," for row in rows), ")"])


def _argument(value: object) -> str:
    """An argument in full where that takes a few lines, else with its tensors as their shapes."""
    whole = show(value, WIDTH * ROWS)
    fits = whole.count("\n") < ROWS and len(whole) <= WIDTH * ROWS and "..." not in whole
    return whole if fits else _short(value)


def _short(value: object) -> str:
    if isinstance(value, torch.Tensor):
        return f"Tensor{list(value.shape)}"
    if isinstance(value, list) and _holds_tensors(value):
        return f"[{', '.join(map(_short, value))}]"
    return show(value, 80)


def _holds_tensors(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_holds_tensors, value))
    return isinstance(value, torch.Tensor)
