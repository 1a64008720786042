"""層ごとの分割: 層の並びを途中で切ると、境目を出力と勾配が通ります。

式の番号は 01_1_layers のものです。
"""


def cut_traffic(widths: list[int], cuts: list[int], batch: int, bytes_per_value: int) -> int:
    """式 (1): 1 回の更新で、すべての切れ目を通るデータの大きさを返します。

    1 つの切れ目を、順伝播では出力が、逆伝播では同じ個数の勾配が通ります。

    widths:  各層の出力の、1 件あたりの値の個数。層の番号は 0 から数えます。
    cuts:    切れ目の直前の層の番号。互いに違い、順序は問いません。空のこともあります。
             最後の層のあとでは切りません。
    batch:   1 回の更新に使うデータの件数
    bytes_per_value: 値 1 個の大きさ (byte)
    戻り値:  すべての切れ目を両方向に通る大きさの合計 (byte)。切れ目がなければ 0 です。
    ValueError: cuts に、切れない番号や同じ番号があるとき。
    """
    if not set(cuts) <= set(range(len(widths) - 1)) or len(set(cuts)) < len(cuts):
        raise ValueError(f"cuts に、切れない番号か同じ番号があります: {cuts}")
    crossing = sum(widths[cut] for cut in cuts)
    return 2 * crossing * batch * bytes_per_value
