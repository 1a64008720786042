"""What a module of the lessons offers."""

import inspect
from types import ModuleType


def public_functions(module: ModuleType) -> set[str]:
    """The names of the functions that a module defines for others."""
    return {name for name, function in inspect.getmembers(module, inspect.isfunction)
            if function.__module__ == module.__name__ and not name.startswith("_")}
