"""What every test and every kernel started by a test inherits: one thread, and a home of its own.

Loaded before torch is, by pytest itself and by each worker of pytest-xdist.
"""
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# What is imported and collected stays: to look through all of it for garbage, again and again, would
# take a tenth of the run. See pytest_collection_finish.
gc.disable()

# With more threads than that the workers fight over the cores and float sums change their order.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

# nbgrader finds alembic, and the tests find jupyter, through PATH.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# Whoever runs the tests has settings, kernels and start-up files that must not take part.
home = Path(tempfile.mkdtemp(prefix="keiryoka-tests-"))
for name, folder in {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
}.items():
    os.environ[name] = str(home / folder)
    (home / folder).mkdir()

import cost  # noqa: E402
import hypothesis  # noqa: E402
import matplotlib  # noqa: E402
import notebooks  # noqa: E402
import pytest  # noqa: E402
import together  # noqa: E402
import touched  # noqa: E402

# Not MPLBACKEND: the kernels would inherit it, and their notebooks would show no pictures.
matplotlib.use("Agg")

# No deadline: on a busy machine a slow example is no defect.
hypothesis.settings.register_profile("keiryoka", deadline=None)
hypothesis.settings.load_profile("keiryoka")


def missing_box() -> str:
    """Why the sandbox cannot run here; empty where it can."""
    from checker.running import isolation

    bwrap = isolation.bubblewrap()
    if sys.platform != "linux" or bwrap is None:
        return "no bubblewrap here, which only Linux has"
    command = [bwrap, "--unshare-user", "--disable-userns", "--ro-bind", "/", "/", "true"]
    said = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    return said.stderr.strip()


def pytest_addoption(parser):
    parser.addoption(
        "--fast",
        action="store_true",
        help="leave out what is marked slow or box, and the gates that the change does not touch",
    )
    parser.addoption(
        "--browser-runs-notebooks",
        action="store_true",
        help="where there is a Chromium, it runs every notebook and is asked what nbval asks",
    )


def pytest_configure(config):
    for rules in (together, notebooks, cost):
        config.pluginmanager.register(rules)


def pytest_report_header(config):
    return touched.told(config.getoption("--fast"))


def pytest_collection_modifyitems(config, items):
    """Leaves out what is not fast, and skips, with the reason, what has no sandbox here."""
    if config.getoption("--fast"):
        left_out = [item for item in items if not is_fast(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    boxed = [item for item in items if item.get_closest_marker("box")]
    if boxed and (reason := missing_box()):
        for item in boxed:
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish():
    gc.freeze()
    gc.enable()


def is_fast(item) -> bool:
    marks = {mark.name for mark in item.iter_markers()}
    if marks & {"slow", "box"}:
        return False
    return "gate" not in marks or item.callspec.params["name"] in touched.touched()


@pytest.fixture(autouse=True)
def every_search_ends(caplog):
    """Catches a search for an explanation that fails: it costs no verdict, so nobody would notice."""
    yield
    failed = [r for when in ("setup", "call") for r in caplog.get_records(when)
              if r.name == "checker.judging.judge"]
    assert not failed, failed[0].exc_info


def pytest_unconfigure():
    shutil.rmtree(home, ignore_errors=True)
