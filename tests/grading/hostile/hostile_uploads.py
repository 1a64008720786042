"""Uploads that would hand in for others, at another time, or stop everybody's grading."""

import zipfile

from upload_kit import archive, notebook

A = "06_pruning"
FILE = f"{A}.ipynb"
LATER = (2099, 1, 1, 0, 0, 0)


def forged(name: str, time: tuple = LATER) -> dict:
    """A notebook under somebody else's name, with a time that the learner has chosen."""
    return {zipfile.ZipInfo(name, time): notebook("forged")}


# Beside tanaka's and sato's own work, or alone: none of it may reach their places.
FOR_OTHERS = {
    "an archive": {"evil.zip": archive(forged(f"tanaka/{FILE}") | forged(f"sato/{FILE}"))},
    "a folder around it": {"evil.zip": archive(forged(f"x/tanaka_{FILE}") | forged(f"x/sato_{FILE}"))},
    "no assignment's name": {
        "evil.zip": archive(forged("tanaka/Untitled.ipynb") | forged("sato/Untitled.ipynb"))},
    "an archive in it": {
        "evil.zip": archive({"x.zip": archive(forged(f"tanaka/{FILE}") | forged(f"sato/{FILE}"))})},
    "a folder on the disk": {
        f"evil/tanaka/{FILE}": notebook("forged"), f"evil/sato/{FILE}": notebook("forged")},
    "Moodle's mark in a display name": {
        f"tanaka_99_assignsubmission_file__7_assignsubmission_file_/{FILE}": notebook("forged")},
    "the same, flat": {
        f"tanaka_99_assignsubmission_file__7_assignsubmission_file_{FILE}": notebook("forged")},
    "Canvas's mark in a display name": {
        f"tanaka_99_123__7_assignsubmission_file_/{FILE}": notebook("forged")},
    "an invisible letter": {f"tanaka\u202e_{FILE}": notebook("forged")},
    "an id of 249 bytes": {f"{'あ' * 83}.zip": archive({FILE: notebook("forged")})},
}  # fmt: skip

# What a learner puts into the own folder, in a class that the instructor calls one.
FOR_OTHERS_IN_A_CLASS = {
    "folders": {f"tanaka/{FILE}": notebook("forged"), f"sato/{FILE}": notebook("forged")},
    "an archive": {"x.zip": archive(forged(f"tanaka/{FILE}") | forged(f"sato/{FILE}"))},
    "Moodle's marks": {
        f"{who}_assignsubmission_file_{FILE}": notebook("forged") for who in ("tanaka", "sato")},
    "Blackboard's marks, packed": {"x.zip": archive({
        f"{who}_attempt_2026-11-25-00-00-00_{FILE}": notebook("forged")
        for who in ("tanaka", "sato")})},
}  # fmt: skip

# In a round of its own it is a learner's new spelling: only beside the other does it stand out.
OTHER_SPELLINGS = {"an invisible letter"}

# Shapes that make a careless pattern slow, each up to any length.
SLOW_NAMES = [
    " (1)", "Copy of ", "_1", "_1x", "_", "1", "@", "a@", "(1", " のコピー", "_LATE_1", ".ipynb", A,
    "_assignsubmission_", "_1_assignsubmission", "_attempt_2026", "_attempt_2026-11-20", "a@b_1_x",
    "-20261120T010203Z", "\u0323\u0300", "e\u0301", " copy", "Copy (1", "(", "（",
]  # fmt: skip
