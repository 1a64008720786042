"""Mutants that no legal input can tell from the solution, one by one with the reason."""

EQUIVALENT: dict[str, dict[str, str]] = {
    "pick_alpha": {
        "- return max((a for a, acc in zip(alphas, accuracies, strict=True) if acc >= lowest),"
        " default=None)\n"
        "+ return max((a for a, acc in zip(alphas, accuracies) if acc >= lowest),"
        " default=None)": "the two lists have the same length; strict only matters where they do not",
        "- return max((a for a, acc in zip(alphas, accuracies, strict=True) if acc >= lowest),"
        " default=None)\n"
        "+ return max((a for a, acc in zip(alphas, accuracies, strict=False) if acc >= lowest),"
        " default=None)": "the two lists have the same length; strict only matters where they do not",
    },
    "dead_neurons": {
        "- return ~incoming.any(dim=1) | ~outgoing.any(dim=0)\n"
        "+ return ~incoming.any(dim=-1) | ~outgoing.any(dim=0)": (
            "a mask of connections has two axes: 1 is the last one"
        ),
    },
}
