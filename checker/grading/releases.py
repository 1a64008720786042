"""What the course has released, and which of it a notebook is."""

from __future__ import annotations

from pathlib import Path

from checker.grading import course as paths
from checker.grading.archive import Refused
from checker.grading.submission import cell_ids


class Released:
    """The released notebooks by assignment, and the grade_ids of their cells."""

    def __init__(self, course: Path):
        self.notebooks = paths.released(course)  # by assignment
        self.assignment_of = {n: a for a, names in self.notebooks.items() for n in names}
        self.grade_ids = {
            name: cell_ids(paths.release(course, assignment, name).read_bytes())[0]
            for name, assignment in self.assignment_of.items()
        }
        # Where a name holds both, the notebook's says more than its assignment's.
        names = [*by_length(self.assignment_of), *by_length(self.notebooks)]
        self.names = list(dict.fromkeys(names))

    def belongs(self, said: str | None, ids: set[str]) -> tuple[str, tuple[str, ...]]:
        """The assignment, and those of its notebooks that a notebook with these ids counts for.

        A few cells pasted from another notebook do not make it that one.
        """
        shares = {name: len(known & ids) for name, known in self.grade_ids.items()}
        holding = [name for name, share in shares.items() if share]
        fitting = sorted({self.assignment_of[name] for name in holding})
        if not said and len(fitting) > 1:
            raise Refused(f"いくつかの課題の演習が入っています ({'、'.join(fitting)})。")
        if not said and not fitting:
            return "", ()
        assignment = self.assignment_of.get(said, said) if said else fitting[0]
        mine = [name for name in self.notebooks[assignment] if name in holding]
        most = [n for n in mine if n == said or 2 * shares[n] >= len(self.grade_ids[n])]
        nameless = [said] if said in self.grade_ids else self.notebooks[assignment]
        return assignment, tuple(most or mine or nameless)


def by_length(names: dict) -> list[str]:
    """The longest first: one name may be the beginning of another."""
    return sorted(names, key=len, reverse=True)
