"""What a learner is told of an exception: in Japanese, with what to do, and nothing hidden."""

import pytest

from checker.judging.failures import explain
from checker.judging.lookalikes import ASCII_FOR, stray_character
from checker.running.inside.answer import run_answer
from checker.running.inside.cell_text import Answer
from checker.running.inside.messages import Failure, Request


def told(body: str, reveal: bool = True) -> str:
    """What is said of the exception in which an answer with this body ends."""
    answer = Answer("def f(x):\n" + "\n".join(f"    {line}" for line in body.splitlines()), "f")
    run = run_answer(Request(answer, ((0,),)))
    failure = run.failure or run.observations[0].failure
    return "".join(explain(answer, failure, reveal))


LOOKALIKES = {
    "return x ≧ 0": "「≧」は >= と、半角で打ちます。",
    "return x ≥ 0": "「≥」は >= と、半角で打ちます。",
    "return x ≦ 0": "「≦」は <= と、半角で打ちます。",
    "return x ≠ 0": "「≠」は != と、半角で打ちます。",
    "return x × 2": "「×」は * と、半角で打ちます。",
    "return x ÷ 2": "「÷」は / と、半角で打ちます。",
    "return x − 2": "「−」は - と、半角で打ちます。",
    "return x – 2": "「–」は - と、半角で打ちます。",
    "return x — 2": "「—」は - と、半角で打ちます。",
    "return x ー 2": "「ー」は - と、半角で打ちます。",
    "return “a”": '「“」は " と、半角で打ちます。',
    'return "a”': '「”」は " と、半角で打ちます。',
    "return ‘a’": "「‘」は ' と、半角で打ちます。",
    "return 'a’": "「’」は ' と、半角で打ちます。",
    "return (x、2)": "「、」は , と、半角で打ちます。",
    "return x。": "「。」は . と、半角で打ちます。",
    "return 〜x": "「〜」は ~ と、半角で打ちます。",
    "return ～x": "「～」は ~ と、半角で打ちます。",
    "return '' + ￥": "「￥」は \\ と、半角で打ちます。",
    "return '' + ¥": "「¥」は \\ と、半角で打ちます。",
    "return x ＋ 2": "「＋」は + と、半角で打ちます。",
    "return x + ２": "「２」は 2 と、半角で打ちます。",
    "return （x）": "「（」は ( と、半角で打ちます。",
    "return [x，2]": "「，」は , と、半角で打ちます。",
    "if x：\n    pass": "「：」は : と、半角で打ちます。",
    "ｒｅｔｕｒｎ x": "「ｒｅｔｕｒｎ」は return と、半角で打ちます。",
    "return √x": "「√」は math.sqrt(…) と、半角で打ちます。",
    "return x²": "「²」は、2**24 や 10**-3 のように、** を使って半角で打ちます。",
    "return 10⁻³": "「⁻」は、2**24 や 10**-3 のように、** を使って半角で打ちます。",
    "return ½ * x": "「½」は 1 / 2 と、半角で打ちます。",
    "return x → 2": "「→」は -> と、半角で打ちます。",
    "return $x$": "「$」は文章の中の印です。プログラムでは、その印を消します。",
    "return x * $T^2$": "「$」は文章の中の印です。プログラムでは、その印を消します。",
    "return `x` + 1": "「`」は文章の中の印です。プログラムでは、その印を消します。",
    r"return x \cdot 2": r"数式の命令「\cdot」がプログラムに混じっています。「\cdot」は * と、半角で打ちます。",
    r"return x \le 2": r"「\le」は <= と、半角で打ちます。",
    r"return \sqrt{x}": r"「\sqrt」は math.sqrt(…) と、半角で打ちます。",
    r"return \frac{x}{2}": r"「\frac」はプログラムの中では使えません。数式を、Python の式に書き直してください。",
    "return x…": "「…」は ... と、半角で打ちます。",
    "return\u00a0x": "普通とは違う空白（U+00A0）",
    "return\u3000x": "全角の空白（U+3000）",
    "return\u2003x": "普通とは違う空白（U+2003）",
    "return x\u200b": "目に見えない文字（U+200B）",
    "\ufeffreturn x": "目に見えない文字（U+FEFF）",
    "return 😀": "「😀」はプログラムの中では使えません。",
}


@pytest.mark.parametrize("reveal", [True, False])
@pytest.mark.parametrize("body", LOOKALIKES)
def test_a_lookalike_is_named_with_what_to_type(body, reveal):
    """Catches the advice to look for a bracket where the text holds a character of a formula, and
    hidden feedback that does not name it although it stands in the learner's own text."""
    assert LOOKALIKES[body] in told(body, reveal)


@pytest.mark.parametrize(
    "text",
    [
        "x = (1,",
        "f(x) = 3",
        'print("ａ") x',
        "x = 'a' b  # ≧",
        "データ = 3 4",
        "x = 'abc",
        "σ = 1 2",
        "x = 3  # “",
        "x = '$' b",
        r"x = '\cdot' b",
        "x = 3 4  # $T$ `x`",
    ],
)
def test_another_mistake_is_no_lookalike(text):
    """Catches a string, a comment or a Japanese name that is blamed for a mistake beside it."""
    assert stray_character(Answer(text, "f")) is None


def test_an_answer_cannot_put_a_character_into_hidden_feedback():
    """Catches a message that quotes the exception instead of the text: it could spell an input."""
    said = told("raise SyntaxError('invalid character \"７\" (U+FF17)')", reveal=False)
    assert "７" not in said and "FF17" not in said


def test_every_lookalike_is_none_of_pythons_own():
    """Catches a table that corrects what was right."""
    assert not any(character.isascii() for character in ASCII_FOR)


MESSAGES = {
    "(torch.ones(2, requires_grad=True) * 2).requires_grad_(False)": "その場で変えようとしています",
    "torch.ones(2, requires_grad=True).view(2).detach_()": "その場で変えようとしています",
    "torch.ones(3).sum().backward()": "引数の順が逆でないか",
    "F.cross_entropy(torch.tensor([[1, 0]]), torch.tensor([0]))": "dtype が Long の Tensor",
    "if torch.ones(2): pass": "&、|、~ や torch.where",
    "if np.ones(2): pass": ".any() か .all()",
    "return torch.ones(4) + torch.ones(3)": "（大きさ 4 と 3）",
    "return np.ones(4) + np.ones(3)": "形の合わない配列",
    "return torch.ones(2, 3) @ torch.ones(2, 3)": "行列の積の形が合いません",
    "return torch.ones(2, 3) @ torch.ones(2)": "行列の積の形が合いません",
    "return torch.ones(3) @ torch.ones(2)": "行列の積の形が合いません",
    "return np.ones((2, 3)) @ np.ones((2, 3))": "行列の積の形が合いません",
    "return torch.cat([torch.ones(2, 3), torch.ones(3, 2)])": "つなぐ次元のほかは",
    "return np.concatenate([np.ones((2, 3)), np.ones((3, 2))])": "つなぐ次元のほかは",
    "return torch.stack([torch.ones(2), torch.ones(3)])": "重ねる Tensor や配列の形",
    "return torch.stack([])": "空のリスト",
    "return torch.cat([])": "空のリスト",
    "torch.ones(2).sum().backward()": "勾配を記録していない値",
    "return max([])": "最大か最小",
    "return min(i for i in [])": "最大か最小",
    "return np.max([])": "最大か最小",
    "return torch.ones(0).max()": "最大か最小",
    "a, b = torch.ones(3)": "左辺の変数の個数 (2)",
    "a, b = [1]": "左辺の変数の個数 (2)",
    "return torch.ones(2, 2) @ torch.ones(2, 2).double()": "float と double",
    "return torch.ones(2) ^ 2": "累乗は ** と書きます",
    "return 2.0 ^ 2": "累乗は ** と書きます",
    "return torch.ones(3)[5]": "大きさ 3 の次元",
    "return [1][3]": "len(...) - 1",
    "return [1][[0]]": "1 つずつ取り出して",
    "return torch.ones(2)[:, 0]": "Tensor にない次元",
    "return torch.ones(2).sum(1)": "Tensor にない次元",
    "return torch.ones(2).item()": "1 つの数に直そう",
    "return math.sqrt(torch.ones(2))": "1 つの数に直そう",
    "return float(np.ones(2))": "1 つの数に直そう",
    "return torch.ones(2).int().mean()": ".float() か .double()",
    "return torch.ones(2).int().std()": ".float() か .double()",
    "w = torch.ones(2, requires_grad=True)\nw += 1": "torch.no_grad() の中で",
    "return torch.ones(2, requires_grad=True).numpy()": ".detach() をつけて",
    "(torch.ones(2, requires_grad=True) * 2).backward()": ".sum() などで",
    "y = (torch.ones(2, requires_grad=True) ** 2).sum()\ny.backward()\ny.backward()": "2 回呼んでいます",
    "return torch.ones(6).reshape(4, 2)": "要素が 6 個の Tensor は、形 [4, 2] に",
    "return torch.ones(2) & torch.ones(2)": "dtype が Float の Tensor",
    "return torch.sqrt(3.0)": "Tensor ではなく float を",
    "return [1] - [2]": "list と list は、- で計算できません",
    "return None + 1": "NoneType と int は、+ で計算できません",
    "return None < 1": "NoneType と int は、< で比べられません",
    "return None.shape": "None です",
    "return [1].shape": "list には .shape がありません",
    "return (3)(x)": "掛け算の * の書き忘れ",
    "for i in 3: pass": "いくつもの値の並び",
    "return len(3)": "いくつもの値の並び",
    "return 'a' + 1": "str と int を + で",
    "return 1 // 0": "0 で割っています",
    "return 1 % 0": "0 で割っています",
    "return 1.0 / x": "0 で割っています",
    "return round(float('inf'))": "範囲に収めてから",
    "return torch.tensor(2**70)": "範囲に収めてから",
    "return np.array(70000, dtype=np.uint16)": "dtype uint16 の範囲に収まらない",
    "return torch.zeros(2, dtype=torch.uint8).fill_(300)": "dtype uint8 の範囲に収まらない",
    "return round(torch.ones(2))": "torch.round や np.round",
    "return round(np.ones(2))": "torch.round や np.round",
    "return {5: 1}[6]": "6 というキーがありません",
    "return int(float('nan'))": "nan になる場合",
    "return math.log(0)": "負の数の平方根、0 の対数",
    "return range(2.5)": "// か int(...)",
    "return [1][0.5]": "// か int(...)",
    "return f()": "引数の個数と名前",
    "def g(a): pass\ng(1, 2)": "g を呼ぶときの引数",
    "y = y + 1": "y に値を入れる前に",
}


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("body", MESSAGES)
def test_a_common_message_is_told_in_japanese(body):
    """Catches a meaning that no longer fits the words of this release of torch or NumPy."""
    said = told(body)
    assert MESSAGES[body] in said
    assert "メッセージと行の番号を手がかりに" not in said


def test_the_english_text_stays():
    """Catches a learner who cannot search for the message that everybody else sees."""
    assert "RuntimeError: stack expects a non-empty TensorList" in told("return torch.stack([])")


def test_hidden_feedback_says_nothing_by_the_message():
    """Catches a meaning that is chosen by a text into which an answer can write."""
    one, other = (told(body, reveal=False) for body in ("raise ValueError('max() arg is an empty')",
                                                        "raise ValueError('math domain error')"))
    assert one == other


@pytest.mark.parametrize(
    ("message", "reveal", "words"),
    [
        ("work 5", True, "（計算に使う時間で 5 秒まで）"),
        ("wait 30", True, "（待つ時間も入れて 30 秒まで）"),
        ("work 0.3", True, "（計算に使う時間で 0.3 秒まで）"),
        ("work 10", False, "（計算に使う時間で 10 秒まで）"),
        ("work 731", False, "終わりませんでした。"),
        ("", True, "終わりませんでした。"),
    ],
)
def test_the_limit_is_said_in_seconds(message, reveal, words):
    """Catches a limit that nobody knows, and a hidden number that is written as one."""
    said = "".join(explain(Answer("", "f"), Failure("TimeUp", message), reveal))
    assert words in said
    assert "731" not in said


@pytest.mark.parametrize(
    "body, meant",
    [("total = x\nreturn totol", "total"), ("return flaot(x)", "float"), ("y = x\nreturn yy", "")],
)
def test_a_slip_in_a_name_is_told_before_anything_is_to_be_moved(body, meant):
    """Catches the advice to move a definition where there is none: only a letter is wrong."""
    said = told(body)
    assert (f"{meant} の打ち間違いではありませんか" in said) == bool(meant), said
    assert "解答セルの中に移してください" in said


def test_no_name_is_guessed_in_a_hidden_case_or_for_a_helper():
    """Catches a name of a hidden input in feedback, and `help` where `helper` is of another cell."""
    assert "打ち間違い" not in told("total = x\nreturn totol", reveal=False)
    assert "打ち間違い" not in told("return helper(x)")
