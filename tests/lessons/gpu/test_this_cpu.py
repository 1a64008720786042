"""The peak of this CPU: what is known, what is assumed, and what is told where nothing is known."""

from types import SimpleNamespace

import psutil
import pytest
import torch

from lessons.gpu import peak_flops, this_cpu
from lessons.gpu.ladder import ALL, ONE
from lessons.gpu.this_cpu import Cpu

STEPS = {ONE: {64: 3e10, 512: 6e10}, ALL: {64: 1e10, 512: 1.1e11}}


@pytest.mark.parametrize("instructions, one_set", [("AVX2", 48.0), ("AVX512", 96.0)])
def test_the_peak_follows_from_the_width_of_an_instruction(instructions, one_set, monkeypatch):
    """Catches a width in bytes, a multiply-add that counts once, hyper-threads that count as cores,
    and a slowest product: at 3 GHz one set of AVX2 makes 8 × 2 × 3 = 48 GFLOPS."""
    monkeypatch.setattr(torch, "get_num_threads", lambda: 8)
    one, every = this_cpu.rows(Cpu(instructions, 4, 3e9), STEPS, peak_flops)
    assert one == [ONE, 1, f"{one_set:.0f} GFLOPS", f"{2 * one_set:.0f} GFLOPS", "60 GFLOPS",
                   f"{100 * 60 / (2 * one_set):.0f} %"]
    assert every[:5] == [ALL, 4, f"{4 * one_set:.0f} GFLOPS", f"{8 * one_set:.0f} GFLOPS", "110 GFLOPS"]
    assert len(this_cpu.HEADERS) == len(one)


def test_threads_that_are_not_used_are_not_counted(monkeypatch):
    """Catches the peak of four cores beside a product that one thread made."""
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    one, every = this_cpu.rows(Cpu("AVX2", 4, 3e9), STEPS, peak_flops)
    assert every[1:4] == one[1:4]


def test_the_learners_function_computes_the_peak():
    """Catches a peak that the lesson computes for itself."""
    calls = []
    this_cpu.rows(Cpu("AVX2", 1, 3e9), STEPS, lambda *given: calls.append(given) or 1e9)
    assert calls[:2] == [(8, 3e9, 2), (16, 3e9, 2)]


@pytest.mark.parametrize("cpu, said", [
    (Cpu("DEFAULT", 4, 3e9), "理論値は計算できません"), (Cpu("AVX2", 4, None), "クロックを示さない")])
def test_what_cannot_be_known_is_told(cpu, said):
    """Catches a peak that is made up on a machine that tells too little."""
    assert this_cpu.rows(cpu, STEPS, peak_flops) == [] and said in this_cpu.told(cpu)


def test_without_the_number_of_cores_one_is_computed():
    """Catches a failure on a virtual machine that hides its cores."""
    cpu = Cpu("AVX2", None, 2.6e9)
    assert [row[0] for row in this_cpu.rows(cpu, STEPS, peak_flops)] == [ONE]
    assert "2.60 GHz" in this_cpu.told(cpu) and "コアの数が分からない" in this_cpu.told(cpu)


@pytest.mark.parametrize("told, hertz", [
    (SimpleNamespace(current=2596.0, max=0.0), 2.596e9), (SimpleNamespace(current=800.0, max=3500.0), 3.5e9),
    (None, None)])
def test_the_highest_clock_is_taken_where_it_is_told(told, hertz, monkeypatch):
    """Catches MHz taken for Hz, the clock of a sleeping core, and a 0 that the system means as unknown."""
    monkeypatch.setattr(psutil, "cpu_freq", lambda: told)
    assert this_cpu.this_cpu().clock_hz == (pytest.approx(hertz) if hertz else None)


def test_a_clock_that_cannot_be_read_is_unknown(monkeypatch):
    """Catches a traceback where the system has no file of the clock."""
    def refuse():
        raise FileNotFoundError("cpuinfo_max_freq")

    monkeypatch.setattr(psutil, "cpu_freq", refuse)
    assert this_cpu.this_cpu().clock_hz is None
