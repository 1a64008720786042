"""連合学習(federated learning): データを出さずに、学習したパラメータだけを集めて平均します。

式の番号は 02_2 のものです。
出典: McMahan ほか 2017, arXiv:1602.05629 (FedAvg。要旨を確かめました)
"""

from torch import Tensor


def federated_average(states: list[dict[str, Tensor]], n_samples: list[int]) -> dict[str, Tensor]:
    """式 (4): クライアントのパラメータを、件数で重みを付けて、名前ごとに平均します (FedAvg)。

    states:     クライアントごとの、パラメータの名前とテンソルの辞書。名前と形は互いに同じです。
                名前の並ぶ順は違うことがあります。テンソルは浮動小数点数で、書き換えません。
    n_samples:  クライアントごとの件数 (件)。states と同じ順で、どれも 1 以上です。
    戻り値:     同じ名前の、平均したテンソルの辞書。形と型は元と同じで、元とメモリを共有しません。
    ValueError: 辞書と件数の個数が違うとき、空のとき、名前がそろわないとき、または件数が 1 に
                満たないとき。
    """
    if not len(states) == len(n_samples) > 0:
        raise ValueError(f"辞書が {len(states)} 個、件数が {len(n_samples)} 個です")
    if min(n_samples) < 1:
        raise ValueError(f"件数が 1 に満ちません: {n_samples}")
    if any(state.keys() != states[0].keys() for state in states):
        raise ValueError(f"パラメータの名前がそろいません: {[sorted(state) for state in states]}")
    total = sum(n_samples)
    return {
        name: sum(n / total * state[name] for n, state in zip(n_samples, states, strict=True))
        for name in states[0]
    }
