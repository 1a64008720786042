"""切ったあとに小さくする: ニューロンを取り除くか、0 を除いて保存します。

式の番号は lessons.pruning のものです。hidden は隠れニューロンの数です。
"""

from torch import Tensor


def dead_neurons(incoming: Tensor, outgoing: Tensor) -> Tensor:
    """結合のプルーニングのあとで、取り除いてよい隠れニューロンを見つけます。

    入る結合が 1 本も残っていないニューロンは、取り除けます。
    その出力は入力によらず、バイアスだけで決まるからです。
    出る結合が 1 本も残っていないニューロンも、取り除けます。

    incoming: 隠れ層に入る結合のマスク。bool [hidden, in]
    outgoing: 隠れ層から出る結合のマスク。bool [out, hidden]
    戻り値:   取り除けるニューロンが True の bool [hidden]
    ValueError: 2 つのマスクで hidden が違うとき。
    """
    if incoming.shape[0] != outgoing.shape[1]:
        raise ValueError(f"隠れニューロンの数が違います: {incoming.shape[0]}, {outgoing.shape[1]}")
    return ~incoming.any(dim=1) | ~outgoing.any(dim=0)


def remove_neurons(
    w_in: Tensor, b_in: Tensor, w_out: Tensor, keep: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """ニューロンのプルーニング: 隠れニューロンを取り除いた、小さい層の重みを返します。

    元のテンソルは変えません。戻り値は元のテンソルとメモリを共有しません。

    w_in:   隠れ層に入る重み [hidden, in]
    b_in:   隠れ層のバイアス [hidden]
    w_out:  隠れ層から出る重み [out, hidden]
    keep:   残すニューロンが True の bool [hidden]。すべて True でもすべて False でもかまいません。
    戻り値: (w_in, b_in, w_out)。hidden は残したニューロンの数になります。
    ValueError: hidden がそろわないとき。
    """
    hidden = [w_in.shape[0], b_in.shape[0], w_out.shape[1], keep.shape[0]]
    if len(set(hidden)) != 1:
        raise ValueError(f"隠れニューロンの数がそろいません: {hidden}")
    return w_in[keep], b_in[keep], w_out[:, keep]


def csr_bytes(rows: int, nonzeros: int, value_bytes: int, index_bytes: int) -> int:
    """式 (6): 疎行列を CSR 形式で保存するときのバイト数を返します。

    CSR は 3 つの配列を保存します。
    0 でない値の配列、その列番号の配列、各行の始まりを指す行ポインタの配列です。
    行ポインタの要素は、行数より 1 つ多くあります。

    rows:        行数。0 のこともあります。
    nonzeros:    0 でない値の個数。0 のこともあります。
    value_bytes: 値 1 個の大きさ (byte)
    index_bytes: 列番号または行ポインタ 1 個の大きさ (byte)
    戻り値:      3 つの配列の大きさの合計 (byte)
    ValueError:  引数に負の値があるとき。
    """
    if min(rows, nonzeros, value_bytes, index_bytes) < 0:
        raise ValueError(f"負の値があります: {(rows, nonzeros, value_bytes, index_bytes)}")
    values = nonzeros * value_bytes
    columns = nonzeros * index_bytes
    row_pointers = (rows + 1) * index_bytes
    return values + columns + row_pointers
