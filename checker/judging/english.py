"""The commonest error messages of Python, NumPy and torch: what each means, and what to look at."""

from __future__ import annotations

import re

SHAPES = "両方の .shape を確かめてください。"
EMPTY = "1 つも残らない場合を、先に分けて扱ってください。"
ONE_NUMBER = "要素ごとに計算する関数 (torch.sqrt など) を使うか、先に .sum() や .mean() で 1 つにします。"
# A pattern of the message, and a Japanese sentence or two that may take its groups.
MEANINGS = {
    r"Boolean value of Tensor with more than one value|truth value of an array with more than one": (
        "要素が 2 つ以上ある Tensor や配列を、1 つの条件として使っています。要素ごとの条件は"
        " &、|、~ や torch.where で書き、全体で 1 つの条件にするときは .any() か .all() をつけます。"
    ),
    r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)": (
        "形の合わない Tensor どうし（大きさ {0} と {1}）を計算しています。" + SHAPES
    ),
    r"operands could not be broadcast together": "形の合わない配列どうしを計算しています。" + SHAPES,
    r"mat1 and mat2 shapes cannot|size mismatch, got|inconsistent tensor size|matmul: Input operand": (
        "行列の積の形が合いません。左の列の数と、右の行の数が同じになるようにします。" + SHAPES
    ),
    r"Sizes of tensors must match except in dimension (\d+)|"
    r"all the input array dimensions except for the concatenation axis must match exactly": (
        "つなぐ Tensor や配列の形が合いません。つなぐ次元のほかは、大きさが同じでなければなりません。" + SHAPES
    ),
    r"stack expects each tensor to be equal size|all input arrays must have the same shape": (
        "重ねる Tensor や配列の形が、すべて同じではありません。" + SHAPES
    ),
    r"stack expects a non-empty TensorList|expected a non-empty list of Tensors": (
        "空のリストを、torch.stack や torch.cat に渡しています。" + EMPTY
    ),
    r"does not require grad and does not have a grad_fn": (
        "勾配を記録していない値で backward() を呼んでいます。途中に .detach()、.item()、"
        "torch.no_grad() がないかと、関数に渡す引数の順が逆でないかを確かめてください。"
    ),
    r"(max|min)\(\) (?:arg|iterable argument) is (?:an )?empty|zero-size array to reduction|"
    r"Expected reduction dim to be specified for input.numel\(\) == 0": (
        "空の列や空の Tensor の、最大か最小を求めています。" + EMPTY
    ),
    r"(?:too many|not enough) values to unpack \(expected (\d+)": (
        "右辺の値の個数が、左辺の変数の個数 ({0}) と合いません。右辺を print で確かめてください。"
    ),
    r"to have the same dtype, but got: (\w+) != (\w+)": (
        "dtype の違う Tensor どうし ({0} と {1}) の積です。.to(...) で dtype をそろえてください。"
    ),
    r"index -?\d+ is out of bounds for (?:dimension|axis) \d+ with size (\d+)": (
        "添え字が範囲の外です。大きさ {0} の次元の添え字は、0 から数えます。"
    ),
    r"(?:list|tuple|string) (?:assignment )?index out of range": (
        "添え字が範囲の外です。添え字は 0 から数え、最後は len(...) - 1 です。"
    ),
    r"Dimension out of range|too many indices for": (
        "Tensor にない次元を指定しています。.shape で次元の数を確かめてください。"
    ),
    r"only one element tensors can|elements cannot be converted to Scalar|only 0-dimensional arrays": (
        "要素が 2 つ以上ある Tensor や配列を、1 つの数に直そうとしています。" + ONE_NUMBER
    ),
    r"could not infer output dtype|only support floating point": (
        "整数や bool の Tensor では求められません。先に .float() か .double() で直してください。"
    ),
    r"a leaf Variable that requires grad is being used in an in-place": (
        "勾配を求めている重みを、その場で書き換えています。torch.no_grad() の中で書き換えてください。"
    ),
    r"Can't call numpy\(\) on Tensor that requires grad": (
        "勾配を記録している Tensor は、そのままでは NumPy に直せません。先に .detach() をつけてください。"
    ),
    r"grad can be implicitly created only for scalar outputs": (
        "要素が 2 つ以上ある Tensor で backward() を呼んでいます。先に .sum() などで 1 つの数にします。"
    ),
    r"Trying to backward through the graph a second time": (
        "同じ計算について、backward() を 2 回呼んでいます。損失をもう一度計算してから呼んでください。"
    ),
    r"shape '(.+)' is invalid for input of size (\d+)": (
        "要素が {1} 個の Tensor は、形 {0} にできません。形の数の積を、要素の個数と同じにします。"
    ),
    r"bitwise_xor|unsupported operand type\(s\) for \^": (
        "^ は、Python では累乗ではありません。累乗は ** と書きます。"
    ),
    r"only change requires_grad flags of leaf|Can't detach views in-place": (
        "渡された Tensor の設定を、その場で変えようとしています。引数は変えずに、"
        "勾配を流さない別の Tensor を .detach() で作って使います。"
    ),
    r"\"(\w+)_(?:cpu|kernel_impl)\" not implemented for '(\w+)'": (
        "この計算は、dtype が {1} の Tensor にはありません。.dtype を確かめてください。"
    ),
    r"argument '(\w+)' \(position (\d+)\) must be Tensor, not (\w+)": (
        "torch の関数に、Tensor ではなく {2} を渡しています。torch.tensor(...) で直すか、"
        "Python の数なら math の関数を使ってください。"
    ),
    r"unsupported operand type\(s\) for (\S+): '(.+)' and '(.+)'": (
        "{1} と {2} は、{0} で計算できません。それぞれの type(...) を確かめてください。"
    ),
    r"'(\S+)' not supported between instances of '(.+)' and '(.+)'": (
        "{1} と {2} は、{0} で比べられません。それぞれの type(...) を確かめてください。"
    ),
    r"'NoneType' object": (
        "値があるはずのところが None です。値を返さない関数の結果を使っていないか確かめてください。"
    ),
    r"'(.+)' object has no attribute '(\w+)'": (
        "{0} には .{1} がありません。綴りと、その値の type(...) を確かめてください。"
    ),
    r"'(.+)' object is not callable": (
        "関数ではない {0} に ( ) をつけて呼んでいます。掛け算の * の書き忘れや、"
        "関数と同じ名前の変数がないかを確かめてください。"
    ),
    r"'(.+)' object is not iterable|object of type '(.+)' has no len": (
        "1 つの値を、いくつもの値の並びとして使っています。その値の type(...) を確かめてください。"
    ),
    r"can only concatenate (\w+) \(not \"(\w+)\"\) to": (
        "{0} と {1} を + でつなごうとしています。それぞれの type(...) を確かめてください。"
    ),
    r"division by zero|modulo by zero": "0 で割っています。分母が 0 になる場合を、先に分けて扱ってください。",
    r"cannot convert float infinity to integer|int too (?:large|big) to convert|Overflow when unpacking": (
        "表せる範囲を超えた値を、整数に直そうとしています。torch.clamp などで範囲に収めてから直します。"
    ),
    r"(?:Python integer \S+ out of bounds for|value cannot be converted to type) (\w+?)(?:_t)?\b": (
        "dtype {0} の範囲に収まらない数です。もっと範囲の広い dtype を使ってください。"
    ),
    r"type (\S+) doesn't define __(\w+)__ method": (
        "Python の {1} は、{0} には使えません。torch.{1} や np.{1} なら、要素ごとに計算できます。"
    ),
    r"^KeyError: (.+)": (
        "辞書に {0} というキーがありません。辞書に入れたキーと、引数の値を確かめてください。"
    ),
    r"cannot convert float NaN to integer": (
        "nan（0 割る 0 など、数でない値）を、整数に直そうとしています。nan になる場合を先に分けます。"
    ),
    r"math domain error": "その関数では求められない数です（負の数の平方根、0 の対数など）。",
    r"list indices must be integers or slices, not (list|tuple)": (
        "リストの番号に {0} を渡しています。番号は、for や内包表記で 1 つずつ取り出して渡します。"
    ),
    r"object cannot be interpreted as an integer|indices must be integers": (
        "整数が要るところに、ほかの型の値があります。割り算の / は float になるので、// か int(...) を使います。"
    ),
    r"(\w+)\(\) (?:missing \d+ required|takes .+ positional argument|got an unexpected keyword)": (
        "{0} を呼ぶときの引数が合いません。引数の個数と名前を確かめてください。"
    ),
    r"cannot access local variable '(\w+)'": (
        "{0} に値を入れる前に、{0} を使っています。値を入れる行が、必ず先に動くようにしてください。"
    ),
}


def meaning(message: str) -> str:
    """A message in Japanese; empty where it is none of the commonest."""
    for pattern, text in MEANINGS.items():
        if found := re.search(pattern, message):
            return text.format(*found.groups())
    return ""
