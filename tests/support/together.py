"""Which tests stay together on one worker of pytest-xdist, and which workers' tests go first.

A file stays together, and so does a notebook with its kernel. Where cases are independent of each
other they say so with a mark of their own, `xdist_group`.
"""

import re

import pytest

# The dear ones first: at the end stand the many small groups, which keep both workers busy.
FIRST = ("tests/grading", "tests/course", "tests/browser", "solutions", "notebooks")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(config, items):
    places = {}
    for item in items:
        file = item.path.relative_to(config.rootpath).as_posix()
        alone = item.get_closest_marker("xdist_group")
        if not alone:
            item.add_marker(pytest.mark.xdist_group(file))
        before = [folder for folder in FIRST if file.startswith(f"{folder}/")]
        places[item] = 99 if alone else FIRST.index(before[0]) if before else len(FIRST)
    items.sort(key=places.get)


class Reported:
    """Tests are reported by the names that pytest takes, without their groups."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        report.nodeid = re.sub(r"@[^@\]]*$", "", report.nodeid)
