"""量子化(quantization): 数を表すビット数を減らし、メモリと計算を減らします。

式の番号は、ノートブックごとに (1) から数えます。式は次のファイルの先頭にあります。

04_1_number_formats の式:

    float_formats     (1)–(6)      浮動小数点数の値と限界、0 になる割合、損失の倍率
    integers          (7)–(12)     使える値での傾き、目盛り、量子化と逆量子化

04_2_integers の式:

    symmetric         (1)(2)       対称量子化、整数の積
    low_bit_weights   (3)–(7)      1 bit、2 の累乗、sign の勾配の代わり
"""

from lessons.quantization.bit_budget import choose_bits
from lessons.quantization.bit_widths import accuracy_with, uniform_weights
from lessons.quantization.float_formats import (
    decode_float,
    loss_scale,
    smallest_normal,
    underflow_fraction,
)
from lessons.quantization.int8_inference import int8_linear
from lessons.quantization.integers import (
    affine_params,
    dequantize,
    fit_slope,
    quantize,
)
from lessons.quantization.low_bit_weights import binary_weights, power_of_two, straight_through
from lessons.quantization.symmetric import int8_matmul, symmetric_int8
