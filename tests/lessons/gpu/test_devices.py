"""Which names of `device` can be used."""

from lessons.gpu.devices import NAMES, usable


def test_the_cpu_can_be_used_and_opencl_cannot():
    """Catches a probe that says yes to every name, and one that dies on a device that is missing."""
    assert usable("cpu") and not usable("opencl")
    assert [type(usable(name)) for name in NAMES] == [bool] * len(NAMES)
