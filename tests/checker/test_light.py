"""What must not wait for torch, which takes seconds to load."""

import subprocess
import sys

import pytest

SAYS = """
import sys
sys.argv[1:] = {words!r}
try:
    from checker.__main__ import main
    main()
except SystemExit as end:
    assert not end.code, end.code
sys.exit("torch was loaded" if "torch" in sys.modules else 0)
"""


def started(*words: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", SAYS.format(words=words)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("words", [["--help"], ["list"], ["verify", "--help"]], ids=" ".join)
def test_a_command_that_lists_loads_no_torch(words):
    """Catches an import at a module's head that makes --help wait for seconds."""
    done = started(*words)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 5


@pytest.mark.slow
def test_loaded_torch_is_seen():
    """Catches a test that cannot fail: judging needs torch."""
    done = started("judge", "csr_bytes", __file__)
    assert "torch was loaded" in done.stderr
