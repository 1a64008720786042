"""Sizes of teacher and student, against counts by hand and a file on the disk."""

import torch

from lessons.distillation.sizes import file_bytes, inference_bytes, inference_flops
from lessons.training import mlp


def test_the_file_is_as_large_as_on_the_disk(tmp_path):
    """Catches a size in memory, or one that leaves out the format's own bytes."""
    network = mlp([64, 16, 10], 0)
    torch.save(network.state_dict(), tmp_path / "state_dict")
    saved = (tmp_path / "state_dict").stat().st_size
    assert 4 * 1210 < file_bytes(network) and abs(file_bytes(network) - saved) < 500


def test_memory_and_operations_by_hand():
    """Catches multiplications counted once, a layer left out, 1 byte a value, all layers' outputs
    kept at once."""
    assert inference_flops([64, 16, 10]) == 2 * (64 * 16 + 16 * 10)
    assert inference_flops([64, 256, 256, 10]) == 168_960
    assert inference_bytes(1210, [64, 16, 10]) == 4 * (1210 + 64 + 16)
    assert inference_bytes(85_002, [64, 256, 256, 10]) == 4 * (85_002 + 512)
