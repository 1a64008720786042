"""Which tests stay together on one worker of pytest-xdist, and which go first.

A file stays together, and so does a notebook with its kernel. (The marks of `--dist loadgroup` are
not heard with pytest 9.2: pytest-xdist issue 1386.)
"""

import re

import pytest
from xdist.scheduler import LoadScopeScheduling

# The dear ones first.
FIRST = ("tests/browser/", "tests/grading/", "tests/course/", "solutions/", "notebooks/")
# Here the cases are independent: those of one exercise, attack or block stay together. They come
# last and keep every worker busy to the end.
SPREAD = ("tests/grading/test_hostile.py", "tests/checker/test_fuzz.py", "tests/exercises/")


def group(nodeid: str) -> str:
    """What stays on one worker: a file, or where cases are spread those of one last parameter."""
    file, _, case = nodeid.partition("::")
    return f"{file}::{re.split(r'[-[]', case)[-1]}" if file.startswith(SPREAD) else file


def place(item) -> int:
    """When an item's turn comes."""
    file = item.nodeid.partition("::")[0]
    if file.startswith(SPREAD):
        return len(FIRST) + 1
    return next((i for i, folder in enumerate(FIRST) if file.startswith(folder)), len(FIRST))


class Together(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False  # pytest-xdist would put the largest number of cases first
    return Together(config, log)
