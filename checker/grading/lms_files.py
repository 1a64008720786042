"""What an LMS lays beside a class's uploads, and what that says about the learners.

- Blackboard: `<title>_<user>_attempt_<time>.txt` for each attempt; its first line is
  "Name: Taro Yamada (s1234567)", in the language of the server.
- Gradescope: submission_metadata.yml, by name of folder: `:submitters:` with `:name:`, `:sid:` and
  `:email:`, and `:created_at:`.
- manaba: reportlist.xls(x), the marking sheet; the folders beside it are learners.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import yaml

from checker.grading.archive import Entry, Refused, read
from checker.grading.upload_names import Name, read_name

SUBMITTERS = "submission_metadata.yml"
SHEETS = ("reportlist.xlsx", "reportlist.xls")
RECEIPT_CAP = 1 << 20  # bytes; a learner's comment stands in it
USER = re.compile(r"(?:[^:：(]{1,40}[:：])?([^()]*)\(([^()]+)\)\s*$")
# The loader that makes texts of everything: a student number keeps its zeros, nothing is merged.
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class Beside:
    """What is known of the uploads of one level."""

    titles: frozenset[str] = frozenset()  # the assignment's names in Blackboard
    displays: dict[str, str] = field(default_factory=dict)  # login → name
    submitters: dict[str, list[Name]] = field(default_factory=dict)  # folder → learners
    sheet: bool = False  # manaba's marking sheet: each folder is a learner

    def names(self, first: str, released: list[str], folder: bool) -> list[Name]:
        """The learners that a file, a folder or an archive of this level belongs to."""
        if folder and self.submitters:
            nobody = Name("", problem=f"{SUBMITTERS} に、このフォルダーの学習者がありません。")
            return self.submitters.get(first) or [nobody]
        name = read_name(first, released, self.titles)
        if display := self.displays.get(name.keys.get("login", "")):
            name = replace(name, display=display)
        if self.sheet and folder and not name.sure:
            name = replace(name, sure=True, system="manaba")
        return [name]


def is_of_lms(part: str) -> bool:
    """True for a file that an LMS writes for the teacher."""
    return part == SUBMITTERS or part in SHEETS


def beside(entries: list[Entry]) -> Beside:
    """Read what an LMS wrote into the folder or archive that these entries lie in."""
    titles, displays, submitters, sheet = set(), {}, {}, False
    for entry in (entry for entry in entries if len(entry.parts) == 1 and not entry.refusal):
        part = entry.parts[0]
        name = read_name(part, [])
        sheet = sheet or part in SHEETS
        if part == SUBMITTERS:
            submitters |= read_submitters(entry)
        elif name.own_text and name.clock and (found := read_receipt(entry, name.learner)):
            title, login, displays[login] = found
            titles.add(title)
    return Beside(frozenset(filter(None, titles)), displays, submitters, sheet)


def read_receipt(entry: Entry, head: str) -> tuple[str, str, str] | None:
    """Title, login and name from Blackboard's text; `head` is what stands before the attempt."""
    if entry.size > RECEIPT_CAP:
        return None
    first = read(entry).decode("utf-8-sig", "replace").lstrip().partition("\n")[0][:500]
    found = USER.match(first)
    if not found or not f"_{head}".endswith(f"_{found[2]}"):
        return None
    return head.removesuffix(found[2]).removesuffix("_"), found[2], found[1].strip()


def read_submitters(entry: Entry) -> dict[str, list[Name]]:
    """Who handed in what, by folder."""
    try:
        data = yaml.load(read(entry).decode("utf-8-sig"), Loader=LOADER)
        return {
            folder: [submitter(folder, person, facts) for person in facts.get(":submitters") or []]
            for folder, facts in data.items()
        }
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Refused(f"Gradescope の {SUBMITTERS} として読めません。") from None


def submitter(folder: str, person: dict[str, str], facts: dict) -> Name:
    """One learner of a submission: by student number, else by address, else by name."""
    keys = {"submission_id": folder.removeprefix("submission_")}
    for key in ("email", "sid"):
        if value := person.get(f":{key}"):
            keys[key] = str(value)
    display = str(person.get(":name", ""))
    learner = keys.get("sid") or keys.get("email") or display
    clock = str(facts.get(":created_at", ""))
    return Name(learner, None, clock, (0,), True, "gradescope", keys, display)
