"""Grading other people's answers: a child process runs them, the judge outside compares."""

import sys

# nbformat's jsonschema builds a grammar of international addresses where it finds the parser: half
# the start of every command, and no notebook's schema asks for one.
sys.modules.setdefault("rfc3987_syntax", None)
