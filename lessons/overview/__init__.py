"""はじめに: メモリと計算を見積もる式です。あとの節からも、この名前で呼びます。

    B = ⌈n·b / 8⌉                     値を隙間なく詰めたときの大きさ (byte)         (1)
    F = 2·N·I·O                       全結合層の計算の回数 (FLOP)                   (2)
    F = 2·N·C_in·C_out·k²·H·W         畳み込み層の計算の回数 (FLOP)                 (3)
    D = v·(入力 + 重み + 出力)        1 つの層で動かすデータ (byte)                 (4)
    E = F/2·(e_× + e_+) + D/4·e_DRAM  32 bit の計算とメモリのエネルギー (pJ)        (5)

記号: n 値の個数, b bits, N batch, I n_in, O n_out, C チャネル数, k kernel, H·W 出力の画素数,
      v bytes_per_value, e 1 回のエネルギー (pJ)
出典: FLOP の数え方と e は Han, Pool, Tran, Dally 2015, arXiv:1506.02626, 表 2・表 3 と図 1。
      図 1 は、Horowitz 2014 (ISSCC) の 45 nm CMOS の値を引用したものです。
"""

from lessons.overview.calculator import (
    LayerCost,
    conv2d_cost,
    energy_picojoules,
    linear_cost,
    model_bytes,
)
