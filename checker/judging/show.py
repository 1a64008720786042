"""Values as short text, the same on every machine."""

from __future__ import annotations

import numpy as np
import torch

from checker.running.inside.plain import Strange


def type_name(value: object) -> str:
    """The name of a value's type as a learner would write it."""
    if value is None:
        return "None"
    return value.type_name if type(value) is Strange else type(value).__name__


def show(value: object, limit: int = 400) -> str:
    """A value as short text, the same on every machine."""
    if type(value) is Strange:
        text = f"{value.type_name}: {value.text}"
    elif type(value) is float:
        text = repr(float(f"{value:.10g}"))
    elif type(value) is int and value.bit_length() > 1_000:  # Python refuses to write some of them
        text = f"（{value.bit_length()} ビットの整数）"
    elif type(value) is torch.Tensor:
        text = _tensor_text(value)
    elif type(value) in (list, tuple):
        inner = ", ".join(show(v, limit) for v in value[:12]) + (", …" if len(value) > 12 else "")
        comma = "," if type(value) is tuple and len(value) == 1 else ""
        text = f"[{inner}]" if type(value) is list else f"({inner}{comma})"
    else:
        text = repr(value)
    return text if len(text) <= limit else text[:limit] + "…"


def _tensor_text(tensor: torch.Tensor) -> str:
    values = tensor.float() if tensor.dtype is torch.bfloat16 else tensor
    text = np.array2string(
        values.numpy(),
        precision=4,
        threshold=40,
        max_line_width=88,
        separator=", ",
        prefix="tensor(",
    )
    dtype = (
        ""
        if tensor.dtype in (torch.float32, torch.int64, torch.bool)
        else f", {dtype_name(tensor)}"
    )
    return f"tensor({text}{dtype})"


def dtype_name(tensor: torch.Tensor) -> str:
    """float32, without torch's own prefix."""
    return str(tensor.dtype).removeprefix("torch.")
