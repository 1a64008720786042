"""Relations that leave something open: another type or order, or nearly the same values."""

from __future__ import annotations

import torch

from checker.judging.compare import difference
from checker.judging.elements import LARGEST


def numbers(value: object) -> torch.Tensor | None:
    """All numbers of a value in one row, whatever holds them."""
    if type(value) is torch.Tensor:
        return value.double().flatten() if value.numel() <= LARGEST else None
    if _is_number(value):
        return torch.tensor([float(value)], dtype=torch.float64)
    if type(value) in (list, tuple) and len(value) <= LARGEST:
        if all(map(_is_number, value)):
            return torch.tensor([float(v) for v in value], dtype=torch.float64) if value else None
        rows = [numbers(element) for element in value]
        if rows and all(row is not None for row in rows):
            return torch.cat(rows)
    return None


def _is_number(value: object) -> bool:
    return type(value) is float or type(value) is int and value.bit_length() < 1_000


def _near(one: torch.Tensor, other: torch.Tensor, share: float, least: float = 0.0) -> bool:
    return one.shape == other.shape and bool(
        torch.allclose(other, one, rtol=share, atol=least, equal_nan=True)
    )


def _other_type(expected: object, actual: object) -> bool:
    found, one, other = difference(expected, actual), numbers(expected), numbers(actual)
    if found is None or one is None or other is None:
        return found is None
    return found.kind in ("type", "shape", "dtype") and _alike(one, other)


def _alike(one: torch.Tensor, other: torch.Tensor) -> bool:
    """The same values in other dtypes: where terms cancel, the rest is as exact as the largest."""
    finite = one[one.isfinite()].abs()
    least = 1e-6 * float(finite.max()) if finite.numel() else 0.0
    return _near(one, other, 1e-5, least)


def _off_by(expected: object, actual: object, share: float) -> bool:
    """Values of the same type that differ by no more than this share."""
    one, other = numbers(expected), numbers(actual)
    if type(actual) is not type(expected) or one is None or other is None:
        return False
    return _near(one, other, share)


def _as_float32(expected: object, actual: object) -> bool:
    exact = type(expected) is not torch.Tensor or expected.dtype is torch.float64
    return exact and _off_by(expected, actual, 2.0**-21)


def _other_order(expected: object, actual: object) -> bool:
    one, other = numbers(expected), numbers(actual)
    if one is None or other is None or one.isnan().any() or other.isnan().any():
        return False
    if difference(expected, actual) and (len(one) < 2 or _near(one, other, 1e-5)):
        return False  # it differs in its values, not in their order
    return _near(one.sort().values, other.sort().values, 1e-5)


def _a_little_off(expected: object, actual: object) -> bool:
    return _off_by(expected, actual, 1e-3)


LOOSE = [
    ("type", "値は合っています。違うのは、型か形か dtype だけです。", _other_type),
    ("permuted", "どのケースでも、値はそろっていて、並ぶ順だけが違います。", _other_order),
    (
        "float32",
        "どのケースでも、float32 の桁までは合っています。途中の計算が float32 です。",
        _as_float32,
    ),
    (
        "a little off",
        "どのケースでも、期待した値との違いはごくわずかです。"
        "途中の丸めや、数値精度の低い型が原因になります。",
        _a_little_off,
    ),
]
