"""The kinds of small slips, and what is said of each."""

from __future__ import annotations

from collections.abc import Iterable

# kind: when it happens, the likeliest first. An explanation is this and 「ときと、同じ結果です。」;
# none of them says where the slip is, or what stands there in the solution.
KINDS = {
    "boundary": "境目の値の扱い（≧ と ＞）が違う",
    "no dim": "次元の指定がない",
    "term": "式の項か因数が 1 つ抜けた",
    "statement": "文が 1 つ抜けた",
    "rounding": "丸め方（切り捨て、四捨五入、丸めなし）が違う",
    "sign": "符号か「ない」(not) が 1 つ逆の",
    "direction": "比べる向きが逆の",
    "call": "関数やメソッドの呼び出しが 1 つ抜けた",
    "condition": "条件か場合分けが 1 つ抜けた",
    "logic": "「かつ」と「または」を取り違えた",
    "keyword": "関数に渡す指定が 1 つ足りない",
    "dim": "次元の指定が違う",
    "function": "よく似た関数を取り違えた",
    "order": "引数や式の左右の順が逆の",
    "precedence": "計算の順（かっこの付け方）が違う",
    "steps": "2 つの処理の順（二乗と合計など）が逆の",
    "constant": "数を 1 つ書き違えた",
    "overwriting": "繰り返しの中で、足し込まずに上書きした",
    "index": "添え字や範囲の指定が違う",
    "early return": "繰り返しの途中で return した",
    "quantity": "求める値の代わりに、計算の途中の値を返した",
    "name": "別の変数か引数を使った",
    "operator": "演算の記号（+ − × ÷ など）を 1 つ取り違えた",
    "precision": "途中で数値精度の低い型に直した",
    "extra": "式に余分な 2 倍か半分がある",
}
SAID = 3  # kinds that one sentence lists
REDUCTIONS = {
    "sum": "合計",
    "mean": "平均",
    "max": "最大",
    "min": "最小",
    "median": "中央値",
    "norm": "ノルム",
    "std": "標準偏差",
}


def likelihood(kind: str) -> int:
    """Where a kind stands among the others; a reduction in place of another one is likely."""
    return list(KINDS).index(kind if kind in KINDS else "statement")


def sentence(kind: str) -> str:
    """A kind of slip as an explanation."""
    return alternatives([kind])


def alternatives(kinds: Iterable[str]) -> str:
    """Kinds of slips that all do the same, as one explanation: the likeliest three."""
    *others, last = [when(kind) for kind in kinds][:SAID]
    listed = f"{'、'.join(others)}、または{last}" if others else last
    return f"{listed}と、同じ結果です。"


def when(kind: str) -> str:
    """「…したとき」, of a kind of slip."""
    if kind in KINDS:
        return f"{KINDS[kind]}とき"
    one, other = (REDUCTIONS[name] for name in kind.split())
    return f"{one}と{other}を取り違えたとき"
