"""Mutants that no legal input can tell from the solution, one by one with the reason."""

EQUIVALENT: dict[str, dict[str, str]] = {}
