"""このノートブックで述べたことを確かめます。測った速さは、どの計算機でも同じになる順序だけを確かめます。"""

from lessons.data.hardware import Card, buses, cards
from lessons.gpu.flops import arithmetic_intensity, matmul_flops, peak_flops
from lessons.gpu.ladder import NUMPY, PYTHON
from lessons.gpu.layers_on_the_roof import BATCHES, LARGE, NETWORK, Point
from lessons.gpu.measuring import FLOAT_BYTES
from lessons.gpu.speedup import amdahl_speedup, offload_speedup

Claims = list[tuple[str, bool]]


def tflops(card: Card) -> tuple[float, float]:
    """式 (2) で計算した、単精度と倍精度の理論値 (TFLOPS) です。"""
    single, double = (peak_flops(units, card.clock_mhz * 1e6, card.flops_per_cycle) / 1e12
                      for units in (card.single_units, card.double_units))
    return single, double


def about_sheets() -> Claims:
    """公表された理論値についての主張です。"""
    v100, p100 = cards()[:2]
    return [
        ("V100 SXM2 と P100 PCIe の 4 つの値は、演算器の数 × クロック × 2 を丸めた値と同じ",
         [round(peak, 1) for card in (v100, p100) for peak in tflops(card)] == [15.7, 7.8, 9.3, 4.7]),
        ("表のどのカードでも、単精度の理論値は倍精度の 2 倍",
         all(abs(single / double - 2) < 1e-9 for single, double in map(tflops, cards()))),
    ]


def about_intensity() -> Claims:
    """演算強度についての主張です。"""
    squares = [n for n in (4, 32, 512) if arithmetic_intensity(n, n, n, 4) != n / 6]
    layers = {layer: [arithmetic_intensity(batch, *layer, FLOAT_BYTES) for batch in BATCHES]
              for layer in NETWORK}
    return [
        ("float32 の n×n の積の演算強度は n / 6", not squares),
        ("float64 にすると、どの n でも演算強度は半分",
         all(2 * arithmetic_intensity(n, n, n, 8) == arithmetic_intensity(n, n, n, 4) for n in (4, 32, 512))),
        ("06 のどの層でも、件数を増やすほど演算強度は高くなる",
         all(found == sorted(set(found)) for found in layers.values())),
        ("1 件では、06 のどの層の演算強度も 0.5 FLOP/byte に届かない",
         all(found[0] < 0.5 for found in layers.values())),
    ]


def about_speedups() -> Claims:
    """アムダールの法則と転送についての主張です。"""
    bus = buses()[0].bytes_per_second
    card = {"cpu_flops": 1e11, "gpu_flops": 1.41e13, "bus_bandwidth": bus}
    additions = [offload_speedup(n, 3 * FLOAT_BYTES * n, **card) for n in (10**3, 10**6, 10**9)]
    products = [offload_speedup(matmul_flops(n, n, n), 3 * FLOAT_BYTES * n * n, **card)
                for n in (8, 64, 512, 4096)]
    return [
        ("95 % を並列にしても、1 億個のコアで 20 倍に届かない", 19.9 < amdahl_speedup(0.95, 10**8) < 20),
        ("転送を数えると、行列の積は大きいほど得になる", products == sorted(set(products))),
        ("転送を数えると、8×8 の積は、理論値の V100 でも 1000 億 FLOPS の CPU より遅い", products[0] < 1),
        ("転送を数えると、足し算の倍率は、個数を増やしても変わらない",
         max(additions) - min(additions) < 1e-9 * max(additions)),
    ]


def about_measured(
    speeds: dict[str, dict[int, float]], steps: dict[str, dict[int, float]],
    points: dict[tuple[int, int], dict[int, Point]], addition: float,
) -> Claims:
    """測った速さについての主張です。引数は、measuring、ladder、layers_on_the_roof の測定の結果です。"""
    single, double = speeds["float32"], speeds["float64"]
    return [
        ("512×512 の積の速さは、8×8 の積の 20 倍より速い", single[512] > 20 * single[8]),
        ("512×512 の積は、倍精度が単精度の 1.3 倍より長くかかる", single[512] > 1.3 * double[512]),
        ("128×128 の積は、NumPy が純粋な Python の 50 倍より速い", steps[NUMPY][128] > 50 * steps[PYTHON][128]),
        ("足し算の速さは、512×512 の積の 5 分の 1 に届かない", addition < single[512] / 5),
        ("重みが 67 MB の層は、256 件では 1 件の 2 倍より速い",
         points[LARGE][256].speed > 2 * points[LARGE][1].speed),
    ]
