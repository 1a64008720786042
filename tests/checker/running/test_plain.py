"""Plain values: copied exactly, compared by the published rules, shown the same everywhere."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from checker.judging.compare import difference, distance, unequal
from checker.judging.show import show
from checker.judging.words import sentence
from checker.running.inside.plain import MAX_DEPTH, Strange, snapshot, storages

ALSO_NONE = "return の行を通らずに終わったときも None になります。"

numbers = st.one_of(st.booleans(), st.integers(-(10**6), 10**6), st.floats())
tensors = st.builds(
    lambda values, dtype: torch.tensor(values, dtype=dtype),
    st.lists(st.floats(-1e6, 1e6), max_size=4),
    st.sampled_from([torch.float32, torch.float64, torch.int64]),
)
plain_values = st.recursive(
    st.one_of(st.none(), numbers, st.text(max_size=5), tensors),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    ),
    max_leaves=6,
)


@given(plain_values)
def test_a_value_equals_its_own_snapshot(value):
    """Catches a copy that changes a type, a NaN or the sign of a zero."""
    copied = snapshot(value)
    assert difference(value, copied) is None
    assert distance(value, copied) == 0


def nudged(value, tolerances):
    """The same value, its floats moved by about this many tolerances."""
    if type(value) is float:
        return value * (1 + tolerances * 1e-9)
    if type(value) is torch.Tensor and value.is_floating_point():
        return value * (1 + tolerances * (1e-5 if value.dtype is torch.float32 else 1e-9))
    if type(value) in (list, tuple):
        return type(value)(nudged(part, tolerances) for part in value)
    if type(value) is dict:
        return {key: nudged(part, tolerances) for key, part in value.items()}
    return value


@given(plain_values, plain_values, st.floats(-3, 3))
def test_the_margin_measures_what_the_judge_measures(expected, other, tolerances):
    """Catches two notions of equality: one that judges, and one that proves the margin."""
    for actual in (other, nudged(expected, tolerances)):
        assert (difference(expected, actual) is None) == (distance(expected, actual) <= 1)


def test_a_snapshot_shares_nothing():
    """Catches a copy that a later change of the learner's still reaches."""
    value = [torch.ones(2), {"a": [1]}, (torch.zeros(1),)]
    copied = snapshot(value)
    value[0] += 1
    value[1]["a"].append(2)
    value[2][0].add_(1)
    assert copied[0].tolist() == [1, 1]
    assert copied[1] == {"a": [1]}
    assert copied[2][0].item() == 0


def test_nesting_is_limited():
    """Catches a limit that is off, so that an honest result is refused or a deep one kills."""

    def nested(depth):
        return [nested(depth - 1)] if depth else []

    assert snapshot(nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    assert type(snapshot(nested(MAX_DEPTH + 1))) is Strange


def test_storages_sees_through_containers():
    """Catches shared memory that is missed inside a list, a tuple or a dict."""
    x = torch.ones(4)
    assert storages(x)
    for holder in (x[2:], [x], (1, x.detach()), {"k": [x.view(2, 2)]}):
        assert storages(holder) == storages(x)
    assert storages(["text", 1, None, torch.empty(0), np.ones(2)]) == set()


@pytest.mark.parametrize(
    ("dtype", "rtol"), [(torch.float32, 1e-5), (torch.float64, 1e-9), (torch.float16, 1e-2)]
)
@pytest.mark.parametrize("element", [0, 1, 2])
def test_the_tolerance_of_tensors_at_its_border(dtype, rtol, element):
    """Catches another formula than |a−e| ≤ rtol·|e| + rtol/10·max|e|."""
    expected = torch.tensor([0.0, 1.0, -8.0], dtype=dtype)
    border = rtol * abs(expected[element].item()) + rtol / 10 * 8.0
    for sign in (1, -1):
        for share, passes in ((0.5, True), (2.0, False)):
            actual = expected.clone()
            actual[element] += sign * share * border
            assert (difference(expected, actual) is None) == passes
            assert unequal(expected, actual).tolist() == [
                i == element and not passes for i in range(3)
            ]


@pytest.mark.parametrize(
    ("dtype", "rtol", "closeness"), [(torch.float32, 1e-5, 0.02), (torch.float64, 1e-9, 1e-4)]
)
def test_the_tolerance_of_tensors_is_exact(dtype, rtol, closeness):
    """Catches a factor of the formula that is a little off, such as max|e| without its tenth."""
    expected = torch.tensor([1.0, 8.0], dtype=dtype)
    border = rtol + rtol / 10 * 8.0
    just_in = torch.tensor([1.0 + border * (1 - closeness), 8.0], dtype=dtype)
    just_out = torch.tensor([1.0 + border * (1 + closeness), 8.0], dtype=dtype)
    assert difference(expected, just_in) is None
    assert difference(expected, just_out).kind == "value"
    assert distance(expected, just_out) == pytest.approx(1 + closeness, rel=closeness)


def test_the_tolerance_follows_the_expected_values():
    """Catches a tolerance that grows with the answer: one huge value would excuse the others."""
    expected, actual = torch.tensor([0.0, 1.0]), torch.tensor([5e-6, 1e6])
    assert unequal(expected, actual).tolist() == [True, True]


@pytest.mark.parametrize("rtol", [None, 1e-5])
@pytest.mark.parametrize("expected", [3.0, -3.0, 1e-300, 1e300])
def test_the_tolerance_of_python_floats_at_its_border(expected, rtol):
    """Catches an absolute tolerance, or an exercise's own rtol that is ignored."""
    border = rtol or 1e-9
    for sign in (1, -1):
        assert difference(expected, expected * (1 + sign * 0.999 * border), rtol) is None
        assert difference(expected, expected * (1 + sign * 1.001 * border), rtol).kind == "value"
        ten_off = expected * (1 + sign * 10 * border)
        assert distance(expected, ten_off, rtol) == pytest.approx(10, rel=1e-3)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (2.0, 2),
        (0.0, 0),
        (0.0, -0.0),
        (math.nan, math.nan),
        (math.inf, math.inf),
        ([1.0, (2, None)], [1, (2, None)]),
        ({"a": 1.0}, {"a": 1}),
        (torch.tensor([math.nan, math.inf, 1]), torch.tensor([math.nan, math.inf, 1])),
        (torch.empty(0, 3), torch.empty(0, 3)),
        (torch.tensor(1.5), torch.tensor(1.5)),
        (torch.zeros(2), torch.tensor([0.0, -0.0])),
    ],
)
def test_these_are_equal(expected, actual):
    """Catches a rule so strict that right answers fail."""
    assert difference(expected, actual) is None
    assert distance(expected, actual) == 0


ONE = torch.tensor([1.0, 2.0])


@pytest.mark.parametrize(
    ("expected", "actual", "kind", "words"),
    [
        (2.73, None, "type", "None が返りました。期待した値は 2.73 です。"),
        (ONE, None, "type", "戻り値が None です。Tensor を return してください。" + ALSO_NONE),
        (1.0, True, "type", "bool です。float になるはず"),
        (1, True, "type", "bool です。int になるはず"),
        (True, 1, "type", "int です。bool になるはず"),
        (1, 1.0, "type", "float です。int になるはずです（int(…) で直せます）。"),
        (1, 1.5, "type", "float です。int になるはずです。"),
        (1.0, "1.0", "type", "str です。float になるはず"),
        (1.0, torch.tensor(1.0), "type", ".item() で取り出せます"),
        (1, torch.tensor(1), "type", ".item() で取り出せます"),
        (ONE, [1.0, 2.0], "type", "list です。Tensor になるはず"),
        ([1], (1,), "type", "tuple です。list になるはず"),
        ((1,), [1], "type", "list です。tuple になるはず"),
        (ONE, Strange("ndarray", ""), "type", "ndarray です。Tensor になるはずです（torch.tensor(…) で直せます）。"),
        (1.0, Strange("float64", ""), "type", "float64 です。float になるはず"),
        (None, 0, "type", "int です。None になるはず"),
        ([1, 2], [1], "length", "長さが 1 です。2 になるはず"),
        ([1, (2.0,)], [1, (None,)], "type", "戻り値[1][0]の型が None です。float になるはずです。"),
        (ONE, ONE[None], "shape", "[1, 2] です。[2] になるはず"),
        (torch.tensor(1.0), torch.tensor([1.0]), "shape", "[1] です。[] になるはず"),
        (ONE, ONE.double(), "dtype", "float64 です。float32 になるはず"),
        (ONE, ONE.long(), "dtype", "int64 です。float32 になるはず"),
        (ONE, torch.tensor([1.0, math.nan]), "finite", "戻り値の 2 個のうち 1 個が nan か inf"),
        (ONE, torch.tensor([math.inf, -math.inf]), "finite", "2 個が nan か inf"),
        (1.0, math.nan, "finite", "nan です"),
        (1.0, 10**400, "finite", "inf です"),
        (math.inf, -math.inf, "value", "値が違います"),
        (math.nan, 1.0, "value", "値が違います"),
        (0.0, 1e-300, "value", "値が違います"),
        (1, 2, "value", "値が違います"),
        ("a", "b", "value", "値が違います"),
        ({"a": 1}, {"b": 1}, "value", "キーが違います"),
        ({"a": 1}, {"a": 2}, "value", "戻り値['a']"),
        (ONE, torch.tensor([1.0, 2.5]), "value", "最初に違うのは [1] の要素で、あなたの値は 2.5、期待した値は 2"),
        (torch.tensor(1.0), torch.tensor(1.5), "value", "戻り値が違います。あなたの値は 1.5"),
        (torch.tensor([True]), torch.tensor([False]), "value", "あなたの値は False、期待した値は True"),
        (torch.tensor([math.inf]), torch.tensor([1.0]), "value", "期待した値は inf"),
        (torch.tensor([math.nan]), torch.tensor([1.0]), "value", "期待した値は nan"),
        (torch.zeros(2), torch.tensor([0.0, 1e-30]), "value", "2 個のうち 1 個が違います"),
    ],
)
def test_these_differ_and_the_sentence_says_how(expected, actual, kind, words):
    """Catches a wrong type that passes, and a sentence that names something else."""
    found = difference(expected, actual)
    assert found.kind == kind
    assert words in sentence(found)


def test_the_order_of_the_checks():
    """Catches a sentence about values where the type, the shape or the dtype is the mistake."""
    wrong_everywhere = torch.tensor([[math.nan, 9]], dtype=torch.float64)
    assert difference(ONE, wrong_everywhere.tolist()).kind == "type"
    assert difference(ONE, wrong_everywhere).kind == "shape"
    assert difference(ONE, wrong_everywhere[0]).kind == "dtype"
    assert difference(ONE, wrong_everywhere[0].float()).kind == "finite"


@given(plain_values)
def test_every_value_can_be_shown(value):
    """Catches a message that dies while it is written, or that fills the screen."""
    assert len(show(value)) <= 401


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (10**400, "（1329 ビットの整数）"),
        (torch.tensor([1.0, 0.25]), "tensor([1.  , 0.25])"),
        (torch.tensor(2.0), "tensor(2.)"),
        (torch.tensor([True, False]), "tensor([ True, False])"),
        (torch.tensor([1.5], dtype=torch.float64), "tensor([1.5], float64)"),
        (torch.tensor([1.5], dtype=torch.bfloat16), "tensor([1.5], bfloat16)"),
        ((1,), "(1,)"),
        ([1, None, "a"], "[1, None, 'a']"),
        (list(range(13)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …]"),
        (Strange("R", "<R>"), "R: <R>"),
        ("x" * 500, "'" + "x" * 399 + "…"),
    ],
)
def test_a_value_as_short_text(value, text):
    """Catches text that changes with torch's print options or with the machine."""
    assert show(value) == text


@pytest.mark.parametrize(
    ("actual", "rtol", "expected"),
    [
        ({"損失": 2.0, "重み": [ONE, None]}, None, 0),
        ({"損失": 2, "重み": [ONE.clone(), None]}, None, 0),
        ({"損失": 2.0 * (1 + 3e-9), "重み": [ONE, None]}, None, 3),
        ({"損失": 2.0 * (1 + 3e-5), "重み": [ONE, None]}, 1e-5, 3),
        ({"損失": 2.0 * (1 + 3e-9), "重み": [ONE + torch.tensor([0, 88e-5]), None]}, None, 40),
        ({"損失": 2.0, "重み": [ONE, ONE]}, None, math.inf),
        ({"損失": 2.0, "重み": (ONE, None)}, None, math.inf),
        ({"損失": 2.0}, None, math.inf),
        ({"損失": 2.0, "勾配": [ONE, None]}, None, math.inf),
        ({"重み": [ONE, None], "損失": 2.0}, None, 0),
        ([2.0, [ONE, None]], None, math.inf),
        (None, None, math.inf),
    ],
)
def test_the_distance_of_dicts_is_that_of_their_worst_value(actual, rtol, expected):
    """Catches a margin that is infinite for every dict, or that looks at the keys alone."""
    found = distance({"損失": 2.0, "重み": [ONE, None]}, actual, rtol)
    assert found == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(
    ("actual", "begins"),
    [
        ({"損失": 3.0, "重み": [ONE]}, "損失の値が違います。"),
        ({"損失": torch.tensor(2.0), "重み": [ONE]}, "損失の型が Tensor です。"),
        ({"損失": 2.0, "重み": [ONE[:1]]}, "重み[0]の形が [1] です。[2] になるはずです。"),
        ({"損失": 2.0, "重み": [ONE + 1]}, "重み[0]の 2 個のうち 2 個が違います。"),
        ({"損失": 2.0, "重み": []}, "重みの長さが 0 です。1 になるはずです。"),
        ({"損失": 2.0, "重み": [None]}, "重み[0]の型が None です。Tensor になるはずです。"),
        ({"損失": math.nan, "重み": None}, "損失が nan です。"),  # the first key, not the worst kind
    ],
)
def test_a_dict_without_a_name_of_its_own_names_its_key_alone(actual, begins):
    """Catches 戻り値['損失'] in front of a learner whose function returns no dict."""
    expected = {"損失": 2.0, "重み": [ONE]}
    assert sentence(difference(expected, actual, where="")).startswith(begins)
    assert sentence(difference(expected, actual)).startswith(f"戻り値['{begins[:2]}']")


def test_equal_dicts_without_a_name_have_no_difference():
    """Catches an empty name taken for a difference, and an rtol that does not reach the values."""
    expected = {"損失": 2.0, "重み": [ONE]}
    assert difference(expected, {"損失": 2.0, "重み": [ONE.clone()]}, where="") is None
    near = {"損失": 2.0 * (1 + 5e-6), "重み": [ONE]}
    assert difference(expected, near, 1e-5, where="") is None
    assert difference(expected, near, where="").kind == "value"
