"""What the names of uploads say: whose, which assignment or notebook, when.

    read_name("山田 太郎_1234567_assignsubmission_file_06_pruning.ipynb", ["06_pruning"])

A learning management system (LMS) writes the learner first; behind it stands the learner's own
file name, which says what a notebook is and nothing else. Every pattern takes linear time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field

CLOCK = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:-[0-9]{2}-[0-9]{2}-[0-9]{2})?"
# How each LMS names a download, from its own code or help page. A group that is a key of KEYS is
# what the LMS knows the learner by; n1 … say which of several uploads is the newer one.
SHAPES = {
    # mod/assign/classes/downloader.php: <name>_<participant>_assignsubmission_<plugin>_[<file>],
    # a folder or a file; a group of learners may have no number.
    "moodle": r"(?P<name>.+?)(?:_(?P<participant>[0-9]++))?"
    r"_assignsubmission_(?P<plugin>[a-z]++)(?:_|$)",
    # instructorAssessmentDownloads.sql: <uid>_<instance>_<question>_<variant>_<submission>_<file>
    "prairielearn": r"(?P<uid>[^@]+@[^@_]+)_(?P<n1>[0-9]++)_.+?_(?P<n2>[0-9]++)_(?P<n3>[0-9]++)_",
    # [<title>_]<user>_attempt_<time>[_<file>]; without a title: so named for nbgrader's zip_collect
    "blackboard": rf"(?P<login>.+?)_attempt_(?P<clock>{CLOCK})(?![0-9])",
    # lib/content_zipper.rb: <name>[_LATE]_<user id>_<file id>_<file>, the name in letters only;
    # a year and a month are no ids
    "canvas": r"(?P<name>\w+?)(?:_LATE)?_(?!20[0-9]{2}_[0-9]{1,2}_)(?P<user_id>[1-9][0-9]*+)"
    r"_(?:(?P<n1>[0-9]++)_|(?P<text>text|link)\.html$)",
    # faq.manaba.jp, id 371: <student number>@<user>@<file>, in some universities the other way round
    "manaba": r"(?P<first>[^@]+)@(?P<second>[^@]+)@",
}  # fmt: skip
SHAPES = {system: re.compile(shape) for system, shape in SHAPES.items()}
NUMBERED = [system for system, shape in SHAPES.items() if "n1" in shape.groupindex]
KEYS = ("participant", "uid", "login", "user_id", "first", "second")
MOODLES = "_assignsubmission_"
# Google Drive: "Copy of x", Colab: "Copy_of_x", "x_ipynb_のコピー"; Windows, macOS, JupyterLab, browsers
COPY_OF = re.compile(r"Copy(?: \([0-9]{1,4}\))?[ _]of[ _]", re.IGNORECASE)
COPY = re.compile(
    r"(?: ?\([0-9]{1,4}\)|(?:[._]ipynb)?[ _]のコピー(?: [0-9]{1,4})?| - コピー| - Copy"
    r"| copy(?: [0-9]{1,4})?|-Copy[0-9]{1,4})$",
    re.IGNORECASE,
)
LONGEST_COPY = 40  # characters that COPY may match
LONGEST_NAME = 1_000  # characters of an honest name
DRIVES_PART = re.compile(r"-[0-9]{8}T[0-9]{6}Z(?:-[0-9]{1,4})?-[0-9]{3}$")


@dataclass(frozen=True)
class Name:
    """What the name of a file, folder or archive says."""

    learner: str
    released: str | None = None  # a notebook or an assignment
    clock: str = ""  # the time that an LMS or the instructor wrote into it, local time
    order: tuple[int, ...] = (0,)  # which copy: decides between equal times
    sure: bool = False  # an LMS wrote the learner into it
    system: str = ""  # this LMS, where it is known
    keys: dict[str, str] = field(default_factory=dict)  # what it knows the learner by
    display: str = ""  # the learner's name as it writes it
    own_text: bool = False  # it is the LMS's own text about an upload, no upload
    problem: str = ""  # why nothing of it can be believed


def composed(text: str) -> str:
    """One spelling of a name: macOS takes が apart. Marks in disorder cost quadratic time."""
    return unicodedata.normalize("NFC", text) if len(text) <= LONGEST_NAME else text


def learner_id(owner: str) -> str:
    """A learner's name as nbgrader's id: one safe part of a path and of a command."""
    return re.sub(r"[^\w.@+-]+", "_", composed(owner)).strip("._@+-")


def stem(name: str) -> str:
    """The name without what says that it is a notebook, an archive, a part of one, or a copy."""
    text = re.sub(r"\.(ipynb|zip)$", "", composed(name), flags=re.IGNORECASE)
    return DRIVES_PART.sub("", text[: end_without_copies(text)])


def end_without_copies(text: str) -> int:
    """Where a name ends before " (1)", " のコピー" and the like."""
    end = len(text)
    while mark := COPY.search(text, max(0, end - LONGEST_COPY), end):
        end = mark.start()
    return end


def start_without_copies(text: str) -> int:
    """Where a name begins behind "Copy of " and the like."""
    start = 0
    while mark := COPY_OF.match(text, start):
        start = mark.end()
    return start


def read_name(name: str, released: list[str], titles: Collection[str] = ()) -> Name:
    """Whose, what, when: tanaka_attempt_2026-11-20-09-30-00_06_pruning (1).ipynb.

    Of several released names in it, the one that is listed first says what it is. `titles` are
    names of the assignment in the LMS, which may stand before the learner's.
    """
    text = re.sub(r"\.(ipynb|zip)$", "", composed(name), flags=re.IGNORECASE)
    copied = start_without_copies(text)
    text = text[copied:]
    patterns = ((each, rf"(?<![0-9A-Za-z]){re.escape(each)}(?![0-9A-Za-z])") for each in released)
    found = [(r, match) for r, p in patterns if (match := re.search(p, text, re.IGNORECASE))]
    known, owner, rest, first = None, stem(text), "", len(text)
    if found:
        known, first = found[0][0], min(match.start() for _, match in found)
        owner, rest = text[:first], text[max(match.end() for _, match in found) :]
    numbers = re.findall(r"[0-9]{1,9}", rest)
    order = (int(numbers[-1]) if numbers else int(bool(rest or copied)),)
    system, mark = lms_mark(text, first, [*released, *titles])
    if not mark:
        return Name(owner.strip(" _-"), known, order=order)
    said = {group: value for group, value in mark.groupdict().items() if value}
    keys = {key: said[key] for key in KEYS if key in said}
    display, plugin = said.get("name", ""), said.get("plugin", "file")
    problem = ""
    if system == "moodle" and (
        text.count(MOODLES[1:]) > 1 or lms_mark(display, len(display), [])[1]
    ):
        problem = "LMS の書く印が、名前の中に 2 つ以上あります。だれの提出か、決められません。"
    return Name(
        "_".join(filter(None, (display, *keys.values()))).strip(" _-"),
        known,
        said.get("clock", ""),
        tuple(int(said[n][-18:]) for n in ("n1", "n2", "n3") if n in said) or order,
        True,
        system if system != "attempt" else "",
        keys if system != "attempt" else {},  # behind a title that nobody knows: no login
        display,
        plugin != "file" or "text" in said or text[mark.end() :] == ".txt",
        problem,
    )


def lms_mark(text: str, first: int, titles: list[str]) -> tuple[str, re.Match | None]:
    """What an LMS wrote into a name, and which; `first` is where a released name begins in it.

    "attempt" is Blackboard's mark without a known title before it.
    """
    if moodle := SHAPES["moodle"].match(text):
        return "moodle", moodle
    fitting = [t for t in titles if text[: len(t) + 1].casefold() == f"{t}_".casefold()]
    title = max(map(len, fitting), default=-1) + 1
    if title and (attempt := SHAPES["blackboard"].match(text, title)):
        return "blackboard", attempt
    ends = {
        "prairielearn": len(text),
        "blackboard": len(text),
        "canvas": first,
        "manaba": len(text),
    }
    found = {system: SHAPES[system].match(text, 0, end) for system, end in ends.items()}
    # The LMS's part stands first: whatever the learner has written stands behind it.
    system = min(filter(found.get, found), key=lambda system: found[system].end(), default="")
    return ("attempt" if system == "blackboard" else system), found.get(system)
