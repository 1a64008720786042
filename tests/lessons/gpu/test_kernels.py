"""The kernels of 03_2: two languages, one text; run by a C++ compiler, and where the extra is, really."""

import ctypes
import html
import re
import shutil
import subprocess
import tomllib

import numpy as np
import pytest
import torch
from places import ROOT

from lessons import measured
from lessons.gpu import kernels
from lessons.gpu.kernels import launch
from lessons.processes import run_processes

SHIM = """
struct Index { int x, y; };
static Index blockIdx, blockDim, threadIdx;
#define __global__
%s
extern "C" void every_thread(int blocks, int threads, int n, float a, const float *x, float *y) {
    blockDim.x = threads;
    for (blockIdx.x = blocks - 1; blockIdx.x >= 0; blockIdx.x--)
        for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++)
            saxpy(n, a, x, y);
}
"""


@pytest.mark.parametrize("name", kernels.NAMES)
def test_the_two_languages_differ_by_the_words_of_the_table_alone(name):
    """Catches a kernel that was mended in one language, and a word that the table lacks."""
    cuda, opencl = kernels.source(f"{name}.cu"), kernels.source(f"{name}.cl")
    assert kernels.in_opencl(cuda) == opencl != cuda
    rows = kernels.side_by_side(name)
    shown = [re.sub("<[^>]*>", "", right) for *_, right in rows]
    assert [html.unescape(line) for line in shown] == opencl.splitlines()
    assert all((left == right) == (mark.striptags() == "同じ") for mark, left, right in rows)
    assert max(len(line) for line in cuda.splitlines() + opencl.splitlines()) <= 70


@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler")
def test_the_cuda_text_of_saxpy_runs_in_a_loop_over_its_threads(tmp_path):
    """Catches an index or a guard of saxpy.cu that is wrong: no GPU, but the very text that is shown,
    and an element behind the last one that must stay."""
    source, library = tmp_path / "saxpy.cpp", tmp_path / "saxpy.so"
    source.write_text(SHIM % kernels.source("saxpy.cu"), "utf-8")
    subprocess.run(["g++", "-shared", "-fPIC", source, "-o", library], check=True)
    x, y = np.random.default_rng(0).normal(size=(2, 101)).astype(np.float32)
    expected = np.append(np.float32(0.7) * x[:100] + y[:100], y[100])
    pointer = ctypes.POINTER(ctypes.c_float)
    ctypes.CDLL(str(library)).every_thread(
        4, 32, 100, ctypes.c_float(0.7), x.ctypes.data_as(pointer), y.ctypes.data_as(pointer))
    np.testing.assert_allclose(y, expected, rtol=1e-6)


@pytest.mark.parametrize("language", launch.PROGRAMS)
def test_the_stored_results_are_those_of_torch(language):
    """Catches a stored file that was edited, or made from other inputs than the notebook's."""
    [result] = measured.stored(launch.PROGRAMS[language][0], 1)["results"]
    assert result["device"]
    for kernel in kernels.NAMES:
        assert 0 <= launch.largest_difference(result, kernel) <= 1e-5
        assert len(result[kernel]) == len(launch.by_torch()[kernel])


def test_without_the_extra_one_line_says_how_to_install_it(monkeypatch, capsys):
    """Catches a traceback, a process that is started for nothing, and a stored result that is not
    called one."""
    monkeypatch.setattr(launch, "find_spec", lambda name: None)
    monkeypatch.setattr(measured, "run_processes", None)
    result = launch.launched("OpenCL")
    first, second = capsys.readouterr().out.splitlines()
    assert 'pip install -e ".[kernels]"' in first and "保存してある結果を使います" in second
    assert launch.largest_difference(result, "saxpy") < 1e-5


def test_a_wrong_value_shows():
    """Catches a difference that is always small."""
    right = launch.by_torch()
    wrong = {"saxpy": (right["saxpy"] + torch.eye(100)[99]).tolist()}
    assert launch.largest_difference(wrong, "saxpy") == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.parametrize("language", launch.PROGRAMS)
def test_the_kernels_really_run_where_the_extra_is(language):
    """Catches a launcher with wrong arguments: PoCL's, or the simulator's values are not torch's;
    and a stored result of another shape, with which the cells would fail only where it is shown."""
    target, needed = launch.PROGRAMS[language]
    pytest.importorskip(needed)
    [result] = run_processes(target, 1, seconds=200)
    assert result.keys() == measured.stored(target, 1)["results"][0].keys()
    for kernel in kernels.NAMES:
        assert launch.largest_difference(result, kernel) <= 1e-5


def test_the_suite_takes_the_extra_along():
    """Catches kernels that are installed for nobody, so that no test ever runs one, and another
    release in one of the two lists."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {name: set(map(without_marker, project["optional-dependencies"][name]))
              for name in ("kernels", "test")}
    assert extras["kernels"] - {"pyopencl>=2026.1,<2027"} <= extras["test"]
    assert any(line.startswith("pyopencl[pocl]") for line in extras["test"])


def without_marker(line: str) -> str:
    return line.partition(";")[0]
