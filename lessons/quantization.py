"""量子化(quantization): 数を表すビット数を減らし、メモリと計算を減らします。

この節の関数は、考え方ごとに 4 つのファイルに分かれています。
"""

from lessons.bit_budget import choose_bits
from lessons.float_formats import (
    decode_float,
    loss_scale,
    smallest_normal,
    underflow_fraction,
)
from lessons.integer_quantization import (
    affine_params,
    dequantize,
    fit_slope,
    int8_matmul,
    quantize,
)
from lessons.low_bit_weights import binary_weights, power_of_two, straight_through

__all__ = [
    "affine_params",
    "binary_weights",
    "choose_bits",
    "decode_float",
    "dequantize",
    "fit_slope",
    "int8_matmul",
    "loss_scale",
    "power_of_two",
    "quantize",
    "smallest_normal",
    "straight_through",
    "underflow_fraction",
]
