"""Explanations: what fits all the cases that an answer passes and fails, or nothing."""

import ast
import copy
import itertools
import os
import re
import subprocess
import sys
import time

import pytest
import torch
from sample_exercise import cases, sample, verdict_on
from torch import Tensor

from checker.catalogue import exercise_names, load
from checker.judging import explain
from checker.judging.additions import additions
from checker.judging.candidate import STEPS, Candidate
from checker.judging.candidates import candidates
from checker.judging.explain import quiet, size
from checker.judging.kinds import KINDS, REDUCTIONS, alternatives, sentence
from checker.judging.merge import Conflict, merged
from checker.judging.mutants import bare, slips
from checker.judging.observing import same
from checker.judging.source import cases_of, judge_source
from checker.judging.verdict import Verdict
from checker.running.inside.messages import Failure, Observation

@pytest.fixture(autouse=True)
def no_hurry(monkeypatch):
    """What is found hangs on no clock here."""
    monkeypatch.setattr(explain, "SECONDS", float("inf"))


HEAD = "def scaled(values, factor):\n    return "


def told(verdict: Verdict, caption: str) -> str | None:
    """The only line of a verdict with this caption, or None."""
    lines = [line.text for line in verdict.lines if line.caption == caption]
    assert len(lines) <= 1
    return lines[0] if lines else None


def explained(verdict: Verdict) -> str:
    """What is said of the cause: one sentence, under one of two captions."""
    said = [told(verdict, caption) for caption in ("考えられる原因", "手がかり")]
    assert said.count(None) == 1, "two explanations, or none"
    return said[0] or said[1]


TWO_AT_ONCE = """
def affine_params(low, high, bits):
    if low == high:
        return 1.0, 0
    scale = (high - low) / (2**bits - 1)
    return scale, int(-low / scale)
"""
DEFAULT_MEAN = """
def distillation_loss(student_logits, teacher_logits, labels, temperature, alpha):
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    p = F.softmax(teacher_logits.detach() / temperature, dim=1)
    soft = nn.KLDivLoss()(log_q, p) * temperature**2
    return alpha * soft + (1 - alpha) * F.cross_entropy(student_logits, labels)
"""
BITS = """
def csr_bytes(rows, nonzeros, value_bytes, index_bytes):
    return 16 * (nonzeros * (value_bytes + index_bytes) + (rows + 1) * index_bytes)
"""


@pytest.mark.parametrize("seed", [None, 5])
def test_two_known_mistakes_at_once_are_both_named(seed):
    """Catches the commonest answer of public files, two mistakes at once, left without a cause."""
    found = judge_source("affine_params", TWO_AT_ONCE, seed=seed)
    wrongs = load("affine_params").wrongs
    assert found.explanation == "forgets_to_widen+truncates"
    assert found.misconception is None
    for name in ("forgets_to_widen", "truncates"):
        assert wrongs[name].diagnosis in told(found, "考えられる原因")


@pytest.mark.parametrize("seed", [None, 5])
def test_a_mistake_in_a_part_is_named(seed):
    """Catches an exercise that does not know the mistakes of those it builds on."""
    found = judge_source("distillation_loss", DEFAULT_MEAN, seed=seed)
    diagnosis = load("soft_loss").wrongs["averages_over_classes"].diagnosis
    assert found.explanation == "soft_loss.averages_over_classes"
    assert told(found, "考えられる原因") == f"soft_loss の部分で、{diagnosis}"


def test_a_constant_factor_is_told_with_its_number_only_where_the_cases_are_public():
    """Catches bits for bytes without a word, and a number in a hidden verdict."""
    public, hidden = (judge_source("csr_bytes", BITS, seed=seed) for seed in (None, 5))
    assert told(public, "手がかり") == "どのケースでも、期待した値の 16 倍です。"
    assert told(hidden, "手がかり") == "どのケースでも、期待した値の決まった倍数です。"
    assert public.explanation == hidden.explanation == "factor"


def test_swapped_arguments_are_told():
    """Catches an answer whose only mistake is the order of two arguments."""

    def line(x: Tensor, slope: float, shift: float) -> Tensor:
        """傾き slope、切片 shift の直線の値を返します。"""
        return x * slope + shift

    def points(rng):
        for label in ("基本", "ほかの直線"):
            yield label, (torch.tensor(rng.normal(size=3)), *map(float, rng.uniform(2, 9, 2)))

    exercise = sample(line, cases=points, wrongs={}, rights=[])
    found = verdict_on("def line(x, slope, shift):\n    return x * shift + slope", exercise)
    said = "引数 slope と shift が入れ替わったときと、同じ結果です。"
    assert told(found, "手がかり") == said


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("hint_loss", "0.5 * (teacher_hint[0] - regressor @ student_guided[0]).square().sum()",
         "first teacher_hint student_guided"),
        ("pruned_percent", "100 * sum((~m).sum().item() for m in masks[1:]) / "
         "sum(m.numel() for m in masks[1:])", "without first masks"),
        ("quantize", "(torch.round(x / scale) + zero_point).clamp(0, 255).long()", "as eight bits"),
        ("remove_neurons", "w_in[keep.long()], b_in[keep.long()], w_out[:, keep.long()]", None),
    ],
)  # fmt: skip
def test_other_arguments_are_told(name, text, key):
    """Catches a part that was left out, or a number that was fixed, without a word; where there is
    one layer only, the solution refuses what the answer divides by."""
    head = load(name).stub().split('    """')[0]
    assert judge_source(name, f"{head}    return {text}").explanation == key


def test_the_kind_of_a_single_slip_is_told_and_not_its_place():
    """Catches a slip without a hint, or with one that gives the solution away."""
    said = explained(verdict_on(HEAD + "values ** factor"))
    assert said == sentence("operator") and "values" not in said


def test_all_kinds_of_slip_that_do_the_same_are_named():
    """Catches a learner sent to look for one slip who made another one with the same result."""

    def rest(values: Tensor, factor: float) -> Tensor:
        """values から factor の 2 倍を引いた残りです。"""
        return values - 2 * factor

    exercise = sample(rest, wrongs={}, rights=[])
    text = "def rest(values, factor):\n    return values - factor"
    said = told(verdict_on(text, exercise), "手がかり")
    assert said == (
        "式の項か因数が 1 つ抜けたとき、数を 1 つ書き違えたとき、"
        "または式に余分な 2 倍か半分があるときと、同じ結果です。"
    )
    many = alternatives(["term", "sign", "order", "constant"])
    assert many.count("とき") == 3 and KINDS["constant"] not in many


def test_a_kind_that_does_the_same_by_chance_is_not_named():
    """Catches a hint at rounding, which changes nothing in these cases and much in others."""
    text = load("pick_alpha").wrongs["excludes_the_limit"].text
    exercise = copy.copy(load("pick_alpha"))
    exercise.wrongs = {}
    assert verdict_on(text, exercise).cause == sentence("boundary")


@pytest.mark.parametrize(
    ("right", "slip", "kind"),
    [
        ("a - b * c", "(a - b) * c", "precedence"),
        ("a + b / c", "(a + b) / c", "precedence"),
        ("a * b - c", "a * (b - c)", "precedence"),
        ("(a ** 2).sum()", "a.sum() ** 2", "steps"),
        ("a.abs().mean(dim=1)", "a.mean(dim=1).abs()", "steps"),
        ("F.cross_entropy(a, b)", "F.cross_entropy(a, b, reduction='sum')", "sum mean"),
        ("torch.log2(a)", "torch.log10(a)", "function"),
        ("a.std(correction=0)", "a.std(correction=0, dim=0)", "dim"),
        ("a.clamp(0, b)", "a.clamp(0)", "keyword"),
        ("0.75 * a", "1.3333333333333333 * a", "constant"),
        ("a + b * c", "2 * a + b * c", "extra"),
        ("a + b * c", "a + b * c / 2", "extra"),
        ("F.kl_div(a, b, reduction='mean')", "F.kl_div(a, b, reduction='sum')", "sum mean"),
    ],
)
def test_steps_and_parentheses_change_places(right, slip, kind):
    """Catches slips of beginners that no explanation knows, and a tree that stays changed."""
    tree = ast.parse(f"def f(a, b, c):\n    return {right}")
    made = [(k, ast.unparse(tree.body[0].body[0].value)) for k in additions(tree)]
    assert (kind, slip) in made
    assert ast.unparse(tree.body[0].body[0].value) == right


@pytest.mark.parametrize("seed", [None, 5])
def test_a_caret_for_a_power_is_named(seed):
    """Catches 2 ^ 3 for 8, which Python computes without a word."""
    text = "def smallest_normal(exponent_bits):\n    return 2.0 ** (1 - (2 ^ (exponent_bits - 1) - 1))"
    found = judge_source("smallest_normal", text, seed=seed)
    assert found.explanation == "caret" and "べき乗は ** と書きます" in told(found, "手がかり")
    mask = "def scaled(values, factor):\n    return values * (factor + (True ^ False))"
    assert verdict_on(mask, seed=seed).explanation != "caret"


def test_a_known_mistake_with_too_few_digits_is_named():
    """Catches the commonest mistake left without a cause because it was computed in float32."""
    text = "def pruned_percent(masks):\n    rows = [100 * (~m).float().mean().item() for m in masks]\n"
    found = judge_source("pruned_percent", text + "    return sum(rows) / len(rows)")
    diagnosis = load("pruned_percent").wrongs["averages_the_layers"].diagnosis
    assert diagnosis in told(found, "考えられる原因") and "桁が足りず" in found.message
    assert (found.explanation, found.misconception) == ("averages_the_layers+precision", None)


def test_too_few_digits_alone_are_no_second_mistake():
    """Catches 「次の 2 つが重なっています」 of an answer that only counts in float32."""
    text = "def pruned_percent(masks):\n    flat = torch.cat([m.flatten() for m in masks])\n"
    found = judge_source("pruned_percent", text + "    return 100 * (~flat).float().mean().item()")
    assert (found.outcome, found.explanation) == ("wrong", "float32")


@pytest.mark.parametrize("seed", [None, *range(1001, 1006)])
def test_right_values_of_another_dtype_are_right_with_every_seed(seed):
    """Catches 「値は合っています」 that some hidden seed takes back, where terms cancel in float32."""
    text = (
        "def column_parallel(x, shards):\n"
        "    return torch.cat([x.double() @ w.double().T for w in shards], dim=1)"
    )
    assert judge_source("column_parallel", text, seed=seed).explanation == "type"


@pytest.mark.slow
def test_candidates_stand_in_one_order_in_every_process():
    """Catches a set in whose order slips are made: two workers of the grader would give one mistake
    two keys."""
    keys = (
        "from checker.catalogue import load; from checker.judging.candidates import candidates;"
        "print([c.key for name in ('soft_loss', 'power_of_two') for c in candidates(load(name))])"
    )
    found = {
        subprocess.run([sys.executable, "-c", keys], env=os.environ | {"PYTHONHASHSEED": seed},
                       capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(found) == 1


def test_a_sum_that_is_overwritten_is_told():
    """Catches = for += in a loop, told by no more than that the value is too small."""
    text = (
        "def ensemble_targets(logits, temperature):\n    for z in logits:\n"
        "        p = soft_targets(z, temperature)\n    return p / len(logits)"
    )
    found = judge_source("ensemble_targets", text)
    assert told(found, "手がかり") == sentence("overwriting")


def test_a_norm_for_a_standard_deviation_is_one_slip():
    """Catches the keyword that no norm takes, told as a second mistake."""
    text = "def threshold_mask(weight, alpha):\n    return weight.abs() >= alpha * weight.norm()"
    assert told(judge_source("threshold_mask", text), "手がかり") == sentence("std norm")


@pytest.mark.parametrize("edit", ["teacher_logits.requires_grad_(False)", "teacher_logits.detach_()"])
def test_a_teacher_is_not_cut_off_in_place(edit):
    """Catches a case whose logits are a leaf: what a network computes cannot be changed like that."""
    text = load("distillation_loss").solved().replace("teacher_logits.detach()", "teacher_logits")
    body = text.rindex('"""\n') + 4
    found = judge_source("distillation_loss", f"{text[:body]}    {edit}\n{text[body:]}")
    assert found.outcome == "error" and "引数は変えずに" in found.message


def test_modes_that_nobody_set_are_named():
    """Catches 「別の変数か引数を使った」 of an answer that calls neither eval nor train."""
    text = load("distill_step").solved().replace("    teacher.eval()\n    student.train()\n", "")
    assert judge_source("distill_step", text).misconception == "forgets_both_modes"


def test_a_known_mistake_but_for_a_label_is_told_with_the_label():
    """Catches a known mistake left without a cause because one special case comes out otherwise."""
    text = (
        "def average_gradients(gradients, batch_sizes):\n    g = torch.zeros(gradients[0].shape)\n"
        "    for i in range(len(gradients)):\n        g += gradients[i] * batch_sizes[i]\n"
        "    return g / len(gradients)"
    )
    found = judge_source("average_gradients", text)
    diagnosis = load("average_gradients").wrongs["divides_by_the_workers"].diagnosis
    assert found.cause == f"『倍精度』のほかでは、次の間違いと同じ結果です。{diagnosis}"
    assert found.misconception is None


def test_a_known_mistake_with_a_slip_beside_it_is_told():
    """Catches two mistakes of which one is known, left without a cause."""
    text = "def amdahl_speedup(p, n):\n    s = 1 - p\n    return 1 / s + n * p"
    found = judge_source("amdahl_speedup", text)
    diagnosis = load("amdahl_speedup").wrongs["forgets_the_parentheses"].diagnosis
    assert diagnosis in found.cause and KINDS["operator"] in found.cause


def test_a_slip_in_the_known_mistake_itself_is_not_told():
    """Catches a diagnosis of what the slip has taken away: here nobody waits for the slowest."""
    text = (
        "def updates_per_second(seconds, synchronous):\n    if synchronous:\n"
        "        return 1 / max(seconds)\n    return len(seconds) / sum(seconds)"
    )
    found = judge_source("updates_per_second", text)
    assert "slows_everyone_down" not in (found.explanation or "")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (Failure("RuntimeError", "size of a"), Failure("RuntimeError", "type of a"), False),
        (Failure("RuntimeError", "size of a (3)"), Failure("RuntimeError", "size of a (4)"), True),
        (Failure("TypeError", "'x' is odd"), Failure("TypeError", "'y' is odd"), True),
        (Failure("IndexError", "list"), Failure("IndexError", "tensor"), True),
        (Failure("IndexError", "list"), Failure("KeyError", "list"), False),
    ],
)
def test_failures_are_told_apart_by_what_they_say(one, other, alike):
    """Catches two different failures of torch taken for the same mistake, by their kind alone."""
    assert same(Observation(failure=one), Observation(failure=other)) == alike


def test_a_whole_number_is_the_same_as_a_float():
    """Catches a known mistake that is not named because it returned 3.0 where ours returns 3."""
    text = load("fit_slope").wrongs["returns_the_position"].text.replace("int(", "float(")
    assert judge_source("fit_slope", text).misconception == "returns_the_position"


def test_the_only_cases_that_fail_are_listed():
    """Catches an answer that is right but for one case, and is not told which one is special."""
    text = HEAD + "values * factor + (7 if values.dtype is torch.float64 else 0)"
    for seed in (None, 5):
        said = explained(verdict_on(text, seed=seed))
        assert said == "ほかのケースはすべて合っています。違うのは『倍精度』だけです。"


def test_what_nothing_explains_is_said_plainly_with_the_smallest_input():
    """Catches a verdict that keeps silent about not knowing, or shows a large input only."""
    found = verdict_on(HEAD + "values.sort().values * (factor + 0.5) + 0.3")
    assert "一致しませんでした" in told(found, "手がかり")
    assert found.explanation is None
    smallest = told(found, "外れる小さな例")
    assert "values=tensor([1.5, -2.5])" in smallest or "values=tensor([ 1.5, -2.5])" in smallest
    hidden = verdict_on(HEAD + "values.sort().values * (factor + 0.5) + 0.3", seed=5)
    assert told(hidden, "外れる小さな例") is None


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("threshold_mask", "(weight.abs() >= alpha * weight.std(correction=0)) & (weight != 0)"),
        (
            "masked_sgd_step",
            "torch.where(mask, weight - lr * gradient, 0.0) if lr else weight.clone()",
        ),
    ],
)
def test_what_agrees_in_the_failing_cases_only_is_not_named(name, source):
    """Catches a diagnosis that is false of the cases that pass: most false ones were of this kind."""
    head = load(name).stub().splitlines()[0]
    found = judge_source(name, f"{head}\n    return {source}")
    assert (found.outcome, found.misconception) == ("wrong", None)
    assert "考えられる原因" not in found.message


BODIES = (
    "values + factor", "values / factor", "values * factor + 1", "values * factor * 100",
    "values * abs(factor)", "values.flip(0) * factor", "values.half() * factor", "values * 2",
    "-values * factor * factor", "values * int(factor)", "(values * factor).round()",
    "values * factor if factor else values", "values.abs() * factor", "values * factor + 0.3 * factor",
    "values.sum() * factor", "(values * factor).flatten()[:1]", "[values]", "None",
)  # fmt: skip


@pytest.mark.parametrize("seed", [None, 7])
@pytest.mark.parametrize("body", BODIES)
def test_an_answer_gets_one_explanation_at_most(body, seed):
    """Catches two explanations that contradict each other, in one verdict."""
    found = verdict_on(HEAD + body, seed=seed)
    captions = [line.caption for line in found.lines]
    assert captions.count("考えられる原因") + captions.count("手がかり") <= 1
    assert (found.explanation is None) == (found.cause is None)
    if found.cause:
        assert explained(found) == found.cause


@pytest.mark.parametrize("body", BODIES)
def test_a_hidden_explanation_holds_no_value(body):
    """Catches a factor, an offset or an input that reaches the learner by an explanation."""
    found = verdict_on(HEAD + body, seed=7)
    message = re.sub("float16|float32|『[^』]*』", "", found.message)  # their own text is theirs
    assert not re.search(r"\d\.\d|\d{3}", message)
    assert "factor=" not in found.message and found.comparison is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("* 1024", "期待した値の 1024 倍です"),
        ("* math.log(2)", "期待した値の ln 2 倍です"),
        ("* 1.7", "期待した値の 1.7 倍です"),
        ("* values.numel()", "期待した値の「values の要素の数」倍です"),
        ("/ len(values)", "期待した値を「values の 0 番の次元の大きさ」で割った値です"),
        ("+ 1", "期待した値より 1 だけ大きい値です"),
    ],
)
def test_a_relation_that_holds_in_every_case_is_told(change, words):
    """Catches a factor or an offset that is not seen, or is called by another name."""
    exercise = sample(wrongs={}, rights=[], cases=without_zero)
    assert words in explained(verdict_on(f"{HEAD}values * factor {change}", exercise))


def without_zero(rng):
    yield from list(cases(rng))[:-1]


def test_a_relation_that_one_case_breaks_is_not_told():
    """Catches a relation that was looked for in the failing cases alone."""
    exercise = sample(wrongs={}, rights=[], cases=without_zero)
    said = explained(verdict_on(HEAD + "values * factor * (1.7 if factor > 0 else 1.8)", exercise))
    assert "倍です" not in said


def test_when_the_time_is_up_known_mistakes_are_still_named_and_slips_are_not(monkeypatch):
    """Catches a search that goes on for ever, and one that gives up what the course names."""
    [wrong, *_], slip = sample().wrongs.values(), f"{HEAD}values ** factor"
    assert explained(verdict_on(slip)) == sentence("operator")
    monkeypatch.setattr(explain, "SECONDS", 0)
    assert verdict_on(wrong.text).misconception == wrong.name
    assert "operator" not in (verdict_on(slip).explanation or "")


def test_an_endless_slip_is_stopped_and_the_tracer_put_back():
    """Catches a search that hangs, or that switches a debugger or the coverage off."""
    exercise, before = sample(), sys.gettrace()
    code = compile("def scaled(v, f):\n    while True:\n        v = v", "<candidate>", "exec")
    names: dict = {}
    exec(code, names)
    endless = Candidate("slip", "endless", "…", names["scaled"])
    assert endless.observe(exercise, exercise.make_cases(0)[0]).failure.kind == "TooManySteps"
    assert sys.gettrace() is before


@pytest.mark.slow
@pytest.mark.parametrize("name", exercise_names())
def test_no_candidate_is_slow(name):
    """Catches a slip that computes for ever inside one line, where no limit on lines stops it."""
    exercise = load(name)
    smallest = min(cases_of(exercise, 0), key=lambda case: size(case.arguments))
    with quiet():
        for candidate in itertools.islice(candidates(exercise), 0 if exercise.accepts else None):
            started = time.process_time()
            candidate.observe(exercise, smallest)
            spent = time.process_time() - started
            # torch's first shape error of a process imports for two seconds.
            assert spent < 4, f"{candidate.key} took {spent:.1f} s"


def test_the_limit_leaves_room_for_known_loops():
    """Catches a limit so low that the exercises' own answers do not reach their end."""
    assert STEPS > 2_049  # smallest_normal by halving


def test_where_many_values_are_right_only_known_answers_are_compared():
    """Catches a puzzle for which hundreds of slips are trained, or that hears something false."""
    for name in ("choose_bits", "train_student"):
        exercise = load(name)
        assert [c.key for c in candidates(exercise)] == list(exercise.wrongs)


def test_candidates_are_made_and_run_once_for_a_class(monkeypatch):
    """Catches a search that starts anew for every learner: it takes a second for a class of ten."""
    exercise, text = sample(), HEAD + "values.sort().values * (factor + 0.5) + 0.3"
    made = exercise.make_cases(3)
    monkeypatch.setattr(exercise, "make_cases", lambda seed: made)
    verdict_on(text, exercise, seed=3)
    monkeypatch.setattr("checker.judging.candidate.seed_everything", lambda: 1 / 0)
    monkeypatch.setattr("checker.judging.candidates.slips", lambda tree: 1 / 0)
    assert "一致しませんでした" in verdict_on(text, exercise, seed=3).message


BASE = "def f(x):\n    a = x + 1\n    b = a * 2\n    return b - 3"


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (
            "x + 1->x + 5",
            "b - 3->b - 4",
            "def f(x):\n    a = x + 5\n    b = a * 2\n    return b - 4",
        ),
        ("    a = x + 1\n->", "b - 3->b", "def f(x):\n    b = a * 2\n    return b"),
        ("    b = a * 2\n->", "x + 1->x", "def f(x):\n    a = x\n    return b - 3"),
        (
            "x + 1->x + 5",
            "x + 1->x + 5",
            "def f(x):\n    a = x + 5\n    b = a * 2\n    return b - 3",
        ),
        ("x + 1->x + 5", "x + 1->x + 6", None),
        ("x + 1->x", "x + 1->1", None),
        ("    a = x + 1\n->", "x + 1->x", None),
    ],
)
def test_two_edits_are_merged_or_refused(one, other, both):
    """Catches a merge that loses an edit, or makes one up where both change the same place."""
    edited = [ast.parse(BASE.replace(*edit.split("->"))) for edit in (one, other)]
    if both is None:
        with pytest.raises(Conflict):
            merged(ast.parse(BASE), *edited)
    else:
        assert ast.unparse(merged(ast.parse(BASE), *edited)) == both


def test_a_chain_of_comparisons_is_not_mixed_with_another_sign():
    """Catches `9 > b >= 3` for two edits of `b >= 3`, neither of which has that sign there."""
    texts = ("b >= 3", "b > 3", "9 >= b >= 3")
    with pytest.raises(Conflict):
        merged(*(ast.parse(text) for text in texts))


def test_every_kind_of_slip_has_a_sentence_that_says_no_more():
    """Catches a kind without words, and words that quote the solution."""
    seen = set()
    for name in exercise_names():
        seen |= set(slips(bare(load(name).solved())))
    for kind in seen:
        assert re.fullmatch(r"[^。]+ときと、同じ結果です。", sentence(kind))
        assert "=" not in sentence(kind)
    assert set(KINDS) - seen <= {"precision", "early return", "dim", "index", "logic", "steps", "extra"}
    assert sentence("sum mean") == "合計と平均を取り違えたときと、同じ結果です。"
    assert {name for kind in seen - set(KINDS) for name in kind.split()} <= set(REDUCTIONS)


def test_of_cases_lists_few_labels():
    """Catches a list of labels too long to read, and one without what passes."""
    exercise = sample()
    made = exercise.make_cases(0)

    def said(*failing):
        findings = [object() if i in failing else None for i in range(4)]
        found = explain.of_cases(explain.Seen(exercise, made, (), findings))
        return found and found.sentence

    assert said(1) == "ほかのケースはすべて合っています。違うのは『負の倍率』だけです。"
    assert "違うのは『負の倍率』『倍精度』だけです" in said(1, 2)
    assert "合っているのは『倍精度』だけです" in said(0, 1, 3)
    assert said(0, 1, 2) is None  # times 0: whatever it is comes to 0
    assert said(0, 1, 2, 3) is None


ODD = {
    "cut_traffic": "    return batch * bytes_per_value * sum(widths[c] * widths[c + 1] for c in cuts) * 2",
    "model_bytes": "    return math.ceil(n_params * bits / 1024)",
    "ring_allreduce": "    totals = torch.stack(vectors).cumsum(0)\n    return [t.clone() for t in totals]",
}


@pytest.mark.parametrize(
    ("name", "key"),
    [("cut_traffic", "above"), ("model_bytes", "below"), ("ring_allreduce", "passes ワーカーが 1 人")],
)
def test_nobody_is_sent_to_a_case_or_part_that_tells_nothing(name, key, monkeypatch):
    """Catches 合っているのは『切れ目がない』だけです of an answer that multiplies anything (0), a case
    that comes to 1 byte by any division, and 違うのは、戻り値です, which has been said."""
    monkeypatch.setattr(explain, "differing", lambda *_: None)  # the values alone
    source = f"{load(name).stub().splitlines()[0]}\n{ODD[name]}"
    assert {judge_source(name, source, seed=seed).explanation for seed in (None, 3, 7)} == {key}


def test_a_fraction_stands_apart_from_the_verb():
    """Catches 1/8です for 1/8 です, and 8 倍 です."""
    head = load("allreduce_bytes").stub().splitlines()[0]
    right = "2 * (n_workers - 1) / n_workers * n_values * bytes_per_value"
    for change, said in (("/ 8", "1/8 です。"), ("* 3", "3 倍です。")):
        found = judge_source("allreduce_bytes", f"{head}\n    return {right} {change}")
        assert told(found, "手がかり") == f"どのケースでも、期待した値の {said}"
