"""量子化(quantization): 数を表すビット数を減らし、メモリと計算を減らします。

この節の関数は、考え方ごとに 4 つのファイルに分かれています。
"""

from lessons.quantization.bit_budget import choose_bits
from lessons.quantization.bit_widths import accuracy_with, uniform_weights
from lessons.quantization.float_formats import (
    decode_float,
    loss_scale,
    smallest_normal,
    underflow_fraction,
)
from lessons.quantization.integers import (
    affine_params,
    dequantize,
    fit_slope,
    int8_matmul,
    quantize,
)
from lessons.quantization.low_bit_weights import binary_weights, power_of_two, straight_through
