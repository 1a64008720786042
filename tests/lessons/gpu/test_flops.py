"""FLOP, peak, intensity and roofline against a counting loop and published figures."""

import pytest
import torch
from module_gate import public_functions

from lessons.gpu import arithmetic_intensity, flops, matmul_flops, peak_flops, roofline


class Counted(float):
    """A number that counts the multiplications and additions made with it."""

    made = 0

    def __mul__(self, other):
        Counted.made += 1
        return Counted(float(self) * float(other))

    def __add__(self, other):
        Counted.made += 1
        return Counted(float(self) + float(other))


def counted_product(m: int, k: int, n: int) -> int:
    """Operations of the textbook's three loops, each sum starting at 0."""
    Counted.made = 0
    left = [[Counted(r + c) for c in range(k)] for r in range(m)]
    right = [[Counted(r - c) for c in range(n)] for r in range(k)]
    for row in left:
        for column in range(n):
            total = Counted(0.0)
            for position in range(k):
                total = total + row[position] * right[position][column]
    return Counted.made


@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 3, 4), (4, 1, 3), (1, 5, 2)])
def test_the_product_is_counted_operation_by_operation(sizes):
    """Catches additions left out, a size left out, and k − 1 additions."""
    assert matmul_flops(*sizes) == counted_product(*sizes)


def test_a_count_stays_exact_where_floats_do_not():
    """Catches a count that went through a float: above 2^53 that would lose its last digits."""
    m, k, n = 999_983, 1_000_003, 1_000_033
    assert matmul_flops(m, k, n) - 2 * (m - 1) * k * n == 2 * k * n


@pytest.mark.parametrize("units,clock,tera", [
    (5120, 1.53e9, 15.7), (2560, 1.53e9, 7.8), (3584, 1.303e9, 9.3), (1792, 1.303e9, 4.7)])
def test_the_published_peaks_follow_from_units_and_clock(units, clock, tera):
    """Catches a clock in GHz, and a multiply-add that counts once (V100 and P100, TFLOPS)."""
    assert peak_flops(units, clock, 2) / 1e12 == pytest.approx(tera, rel=0.01)
    assert isinstance(peak_flops(units, clock, 2), float)


@pytest.mark.parametrize("sizes,dtype", [
    ((7, 5, 3), torch.float32), ((1, 40, 40), torch.float64), ((8, 8, 8), torch.float16)])
def test_intensity_is_work_over_the_storage_of_three_real_matrices(sizes, dtype):
    """Catches an output that is not counted, and a matrix of the wrong two sizes."""
    m, k, n = sizes
    left, right = torch.ones(m, k, dtype=dtype), torch.ones(k, n, dtype=dtype)
    moved = sum(t.numel() * t.element_size() for t in (left, right, left @ right))
    found = arithmetic_intensity(*sizes, left.element_size())
    assert found == pytest.approx(counted_product(*sizes) / moved)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_roofline_is_the_lower_of_two_roofs(dtype):
    """Catches a sum or a maximum of the roofs, and a result of another type or shape."""
    intensity = torch.tensor([[0.25, 4.0], [9.5, 80.0]], dtype=dtype)
    found = roofline(intensity, 1e12, 1e11)
    plain = [[min(1e12, i * 1e11) for i in row] for row in intensity.tolist()]
    torch.testing.assert_close(found, torch.tensor(plain, dtype=dtype))
    assert intensity.tolist() == [[0.25, 4.0], [9.5, 80.0]]


@pytest.mark.parametrize("function,arguments", [
    (matmul_flops, (0, 1, 1)), (peak_flops, (1, 0.0, 2)), (arithmetic_intensity, (1, 1, 1, 0)),
    (roofline, (torch.tensor([1.0, 0.0]), 1.0, 1.0)), (roofline, (torch.tensor([1.0]), 1.0, 0.0))])
def test_a_value_out_of_range_is_refused(function, arguments):
    """Catches a silent division by zero, and a size that no matrix has."""
    with pytest.raises(ValueError, match="あります"):
        function(*arguments)


def test_this_module_offers_its_exercises():
    """Catches a function without a test of its own."""
    names = {"matmul_flops", "peak_flops", "arithmetic_intensity", "roofline"}
    assert public_functions(flops) == names
