"""Prints what collecting costs: python tests/benchmarks/benchmark_collect.py [COUNT …]

No test, no limit: the machine decides. Each count once in Moodle's archive of folders and once as
loose uploads and archives by name, into a course of its own. Twice the learners, twice the seconds.
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from upload_kit import archive, notebook, outcomes, release  # noqa: E402

from checker.grading.collect import collect  # noqa: E402

A = "06_pruning"
CELLS = [f"exercise_{n}" for n in range(20)]


def main(*counts: int) -> None:
    print(f"{'':24} uploads   CPU s  CPU ms each")
    for name, write in (("Moodle's archive", moodle), ("by name, half of it zip", by_name)):
        for count in counts or (250, 500, 1000):
            with tempfile.TemporaryDirectory() as folder:
                course = release(Path(folder, "course"), {f"{A}/{A}": notebook("x", *CELLS)})
                uploads = Path(folder, "uploads")
                uploads.mkdir()
                write(uploads, count)
                started = time.process_time()
                lines = collect(uploads, course)
                seconds = time.process_time() - started
                assert outcomes(lines) == ["collected"] * count
                print(f"{name:24} {count:7} {seconds:7.2f} {1000 * seconds / count:12.2f}")


def moodle(uploads: Path, count: int) -> None:
    members = {
        f"学習者{n:04}_{70_000 + n}_assignsubmission_file_/{A}.ipynb": notebook(str(n), *CELLS)
        for n in range(count)
    }
    (uploads / "99.zip").write_bytes(archive(members))


def by_name(uploads: Path, count: int) -> None:
    for n in range(count):
        data = notebook(str(n), *CELLS)
        if n % 2:
            (uploads / f"s26{n:04}_{A}.ipynb").write_bytes(data)
        else:
            member = archive({f"work/{A}/{A}.ipynb": data})
            (uploads / f"s26{n:04}.zip").write_bytes(archive({"work.zip": member}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
