"""Grading other people's answers: a child process runs them, the judge outside compares."""
