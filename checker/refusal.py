"""What a command says instead of a traceback."""


class Refusal(Exception):
    """A sentence for the user: what cannot be done, and the remedy. The command exits with 2."""
