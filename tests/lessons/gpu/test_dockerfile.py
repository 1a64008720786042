"""The Dockerfile of the course: linted here, built where Docker runs."""

import json
import re
import shutil
import subprocess
import sysconfig

import pytest
from packaging.specifiers import SpecifierSet
from places import ROOT

FILE = ROOT / "lessons/gpu/Dockerfile"
TEXT = FILE.read_text("utf-8")
HADOLINT = shutil.which("hadolint", path=sysconfig.get_path("scripts"))
DOCKER = shutil.which("docker")


def faults(text: str) -> list[str]:
    """What hadolint warns of, and what no linter can know: a file that is not there."""
    said = subprocess.run([HADOLINT, "--format=json", "-"], input=text, capture_output=True,
                          text=True, encoding="utf-8", check=False).stdout
    found = [f"{fault['code']} {fault['message']}" for fault in json.loads(said)
             if fault["level"] in ("error", "warning")]
    copied = [line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY ")]
    sources = [name for names in copied for name in names if not name.startswith("--")]
    return found + [f"copies what is not there: {name}" for name in sources if not (ROOT / name).exists()]


@pytest.mark.skipif(HADOLINT is None, reason="no hadolint: it has no wheel for Windows")
def test_the_dockerfile_is_sound():
    """Catches a file that was renamed, an instruction that is misspelt, and an image that floats."""
    assert faults(TEXT) == []


@pytest.mark.skipif(HADOLINT is None, reason="no hadolint: it has no wheel for Windows")
@pytest.mark.parametrize("old, new", [
    ("python:3.12-slim", "python"), ("3.12-slim", "latest"), ("COPY lessons", "COPY lesson"),
    ("USER learner", "USER root"), ("RUN pip", "RUNS pip"), ('["jupyter"', "['jupyter'"),
    ("--no-cache-dir ", "")])
def test_a_fault_is_found(old, new):
    """Catches a check that passes whatever the file says."""
    assert old in TEXT and len(faults(TEXT.replace(old, new))) >= 1


def test_the_image_has_a_python_that_the_course_runs_on():
    """Catches a base image that falls out of the range of pyproject.toml."""
    version = re.search(r"^FROM python:(\d+\.\d+)-slim$", TEXT, re.M)[1]
    wanted = re.search(r'requires-python = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"))[1]
    assert SpecifierSet(wanted).contains(f"{version}.0")


def builds_linux_images() -> bool:
    """A client alone builds nothing, and Docker on Windows may be set to Windows' own containers."""
    if DOCKER is None:
        return False
    asked = subprocess.run([DOCKER, "version", "--format", "{{.Server.Os}}"],
                           capture_output=True, text=True, check=False)
    return asked.stdout.strip() == "linux"


@pytest.mark.slow
@pytest.mark.long("it downloads a Python image and PyTorch, as whoever builds the image does")
@pytest.mark.skipif(not builds_linux_images(), reason="no Docker that builds Linux images")
def test_the_image_is_built_and_opens_the_notebooks():
    """Catches a step that fails, a package that is missing in the image, a user who cannot write, and
    notebooks that are not where JupyterLab looks for them."""
    image = "keiryoka-test"
    subprocess.run([DOCKER, "build", "-f", FILE, "-t", image, ROOT], check=True)
    try:
        program = ("import pathlib, checker.notebook, lessons.gpu; "
                   "pathlib.Path('notebooks/mine.txt').touch(); "
                   "print(sorted(map(str, pathlib.Path('notebooks').glob('*.ipynb'))))")
        run = subprocess.run([DOCKER, "run", "--rm", image, "python", "-c", program],
                             check=True, capture_output=True, text=True)
        assert run.stdout.strip() == "['notebooks/course.ipynb']"
        subprocess.run([DOCKER, "run", "--rm", image, "jupyter", "lab", "--version"], check=True)
    finally:
        subprocess.run([DOCKER, "image", "rm", "--force", image], check=False)
