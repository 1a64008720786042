# class: honest_but_odd
# wants: full marks with annotations, a dataclass and overloads
# expect: right
from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Union


@dataclass(frozen=True)
class Cut:
    alpha: float
    sigma: Tensor

    @property
    def value(self) -> Tensor:
        return self.alpha * self.sigma


def threshold_mask(weight: Tensor, alpha: Union[int, float], note: Optional[str] = None) -> Tensor:
    """Any docstring."""
    cut: Cut = Cut(alpha, weight.std(correction=0))
    return weight.abs() >= cut.value
