"""What nbval does not ask of a notebook: that it runs without a network, and that every check says
未回答 before anybody has answered."""

import os
from pathlib import Path

import nbformat
import pytest
from chromium import CHROMIUM
from nbval.plugin import IPyNbCell, IPyNbFile, coalesce_streams
from places import ROOT

FOLDERS = (ROOT / "notebooks", ROOT / "solutions")
BLOCKED = Path(__file__).parent / "blocked"
PROBE = "__import__('socket').create_connection(('192.0.2.1', 80), timeout=1)"


def pytest_ignore_collect(collection_path, config):
    """In a whole run of start.py a browser runs the learners' notebooks from top to bottom and asks of
    them what nbval asks of these and of the solved ones; where there is none, nbval runs both."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    spared = whole and CHROMIUM and config.getoption("--browser-runs-notebooks")
    if spared and collection_path.parent.parent in FOLDERS:
        return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """The kernel of a notebook starts where nothing but this machine answers."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    item.output_timeout = 120  # nbval's 5 s are short beside other work
    running = item.parent.kernel
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(BLOCKED), prepend=os.pathsep)
        result = yield
    if item.parent.kernel is not running:
        said = refusal(item.parent.kernel)
        assert "the test blocks the network" in said, f"the network is not blocked: {said}"
    return result


def refusal(kernel) -> str:
    """What a kernel says of an attempt to leave the machine."""
    asked = kernel.kc.execute("", silent=True, user_expressions={"probe": PROBE})
    while (reply := kernel.get_message("shell", timeout=120))["parent_header"]["msg_id"] != asked:
        pass
    kernel.await_idle(asked, 120)
    return reply["content"]["user_expressions"]["probe"].get("evalue", "it got through")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """A check in a learner's notebook is neither red nor right before anybody has answered."""
    result = yield
    if isinstance(item, IPyNbCell) and is_check(item):
        said = [text_of(output) for output in item.test_outputs[:1]]
        assert said and "未回答" in said[0], f"the first word of {item.cell.id} is {said}"
    return result


def stored_cells(session: pytest.Session, path: Path) -> dict[str, IPyNbCell]:
    """The code cells of a notebook by id, ready for comparing."""
    file = IPyNbFile.from_parent(session, path=path)
    file.setup_sanitize_files()
    return {item.cell.id: item for item in file.collect()}


def difference(item: IPyNbCell, outputs: list[dict]) -> str:
    """What nbval says against the outputs of a cell that was run elsewhere, or nothing."""
    if item.cell.execution_count is None:
        return f"{item.cell.id} is stored without having been run"
    shown, stored = map(coalesce_streams, (list(map(nbformat.from_dict, outputs)), item.cell.outputs))
    if not item.options["check"] or item.compare_outputs(shown, stored):
        return ""
    return "\n".join([item.cell.source, *item.comparison_traceback])


def is_check(item) -> bool:
    released = item.config.rootpath / "notebooks"
    return item.path.is_relative_to(released) and item.cell.id.endswith("-check")


def text_of(output) -> str:
    return output.get("text") or output.get("data", {}).get("text/plain", "")
