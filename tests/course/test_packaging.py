"""The lists of pyproject.toml, environment.yml and constraints.txt, and the two CI descriptions."""
import os
import re
import shutil
import subprocess
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from places import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DIRECT = [Requirement(line) for lines in (PROJECT["dependencies"], *EXTRAS.values())
          for line in lines]


def constraints():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_conda_installs_the_same_list():
    """Catches a dependency that is changed in one of the two files only."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, pip, section = environment["dependencies"]
    assert python == "python" + PROJECT["requires-python"] and pip == "pip"
    first, *lines, last = section["pip"]
    assert first == "-c constraints.txt" and last == "-e ."
    assert lines == PROJECT["dependencies"] + EXTRAS["test"]


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_dependency_has_a_range_and_a_tested_release_in_it(requirement):
    """Catches an open-ended dependency, and a tested release that the range forbids or lacks."""
    assert {clause.operator for clause in requirement.specifier} == {">=", "<"}
    assert requirement.specifier.contains(constraints()[requirement.name])


def test_constraints_are_the_direct_dependencies():
    """Catches a stale line, and a version that only one machine has (torch==2.13.0+cpu)."""
    assert set(constraints()) == {requirement.name for requirement in DIRECT}
    for version in constraints().values():
        assert re.fullmatch(r"[0-9a-z.]+", version)


def test_ci_covers_three_systems():
    """Catches a system or a Python that is promised but no longer tested."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]
    matrix = jobs["systems"]["strategy"]["matrix"]
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.13"]
    assert jobs["systems"]["steps"][-1]["run"] == "python start.py test"
    assert jobs["debian"]["steps"][-1]["run"] == ".ci/run"


def test_ci_runs_the_command_of_the_readme():
    """Catches a CI that tests something else than what the README tells people to run."""
    assert "python start.py test" in (ROOT / "README.md").read_text("utf-8")
    assert re.search(r'^ *exec .*"\$python" start\.py test', (ROOT / ".ci/run").read_text(), re.M)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
def test_ci_script_can_be_run():
    """Catches a lost executable bit, and a script that bash cannot read."""
    assert os.access(ROOT / ".ci/run", os.X_OK)
    if shutil.which("bash"):
        subprocess.run(["bash", "-n", ROOT / ".ci/run"], check=True)


def sanitised(text):
    for regex, replacement in re.findall(r"^regex: (.*)\n^replace: (.*)$",
                                         (ROOT / "tests/nbval.cfg").read_text("ascii"), re.M):
        text = re.sub(regex, replacement, text)
    return text


@pytest.mark.parametrize("one, other", [
    ("約12.5秒です", "約3秒です"),
    ("1.2e-05 s以内", "0.003 s以内"),
    ("12 ミリ秒", "7.5 ミリ秒"),
    ("<Figure at 0x7f12ab>", "<Figure at 0x00ff>"),
    ("device=cuda:0で", "device=cpuで"),
    ('<img src="data:image/png;base64,AbC+/=">', '<img src="data:image/png;base64,xyz">'),
    ("/a/ipykernel_12/34.py:1", "/b/ipykernel_5/6.py:1"),
], ids=["秒", "s", "ミリ秒", "address", "device", "picture", "cell"])
def test_what_differs_between_machines_is_not_compared(one, other):
    """Catches a notebook that is green on one machine only."""
    assert sanitised(one) == sanitised(other)


@pytest.mark.parametrize("claim", [
    "主張: 正解率は 0.912 → 成立", "100 steps", "疎率 90 %", "cpu_count", "3.5 samples"])
def test_claims_are_compared(claim):
    """Catches a pattern so wide that nbval no longer compares the numbers that matter."""
    assert sanitised(claim) == claim
