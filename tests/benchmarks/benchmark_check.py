"""Prints how long check() takes: python tests/benchmark_check.py [NAME …]. No test, no limit.

Everything counts that a learner waits for: generating the cases, running the answer, judging and
drawing the card.
"""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from checker.cards import verdict_card  # noqa: E402
from checker.catalogue import exercise_names, load  # noqa: E402
from checker.judging.source import judge_source  # noqa: E402

RUNS = 50


def main(names: list[str]) -> None:
    print(f"{'milliseconds, median / 95th percentile':40} {'solution':>15} {'wrong':>15} {'broken':>15}")
    for name in names or exercise_names():
        exercise = load(name)
        answers = (
            exercise.solved(),
            list(exercise.wrongs.values())[-1].text,
            f"{exercise.stub()}\n    return undefined",
        )
        columns = "".join(f"{measure(name, answer):>16}" for answer in answers)
        print(f"{name:40}{columns}")


def measure(name: str, answer: str) -> str:
    """Median and 95th percentile of RUNS checks, after one that loads what is loaded once."""
    verdict_card(judge_source(name, answer))
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        verdict_card(judge_source(name, answer))
        times.append(1000 * (time.perf_counter() - started))
    return f"{statistics.median(times):.1f} / {statistics.quantiles(times, n=20)[-1]:.1f}"


if __name__ == "__main__":
    main(sys.argv[1:])
