"""A learner's folder, as start.py lays it, and a kernel."""

from collections.abc import Callable

import pytest
from kernels import Kernel, Output

from checker.running.inside.prelude import PRELUDE

FIRST = (
    PRELUDE + "from checker import check, figure, hint, live, predict, progress, solution, table"
)
FORGET = "import checker.notebook.inputs\nchecker.notebook.inputs.begin()"


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A learner's folder, with the kernel's folder inside it."""
    (tmp_path / "course.ipynb").write_text("{}", encoding="utf-8")
    (tmp_path / "06_pruning").mkdir()
    monkeypatch.chdir(tmp_path / "06_pruning")
    return tmp_path


@pytest.fixture(scope="module")
def kernel():
    kernel = Kernel()
    kernel.run(FIRST)
    # Each %reset collects garbage: not among all of torch, which takes a third of a second.
    assert kernel.run("import gc\ngc.collect()\ngc.freeze()").error is None
    yield kernel
    kernel.end()


@pytest.fixture
def run(kernel, tmp_path) -> Callable[..., Output]:
    """Runs cells in a fresh namespace, in a folder of its own, where nothing was run before."""

    kernel.run("%reset -f")
    kernel.run("%reset -f in")
    ran = kernel.run(f"import os, sys\nos.chdir({str(tmp_path)!r})\n{FIRST}\n{FORGET}")
    assert ran.error is None
    return kernel.run
