"""A section's face gives its exercises' functions, and each of them is a model answer as it stands."""

import builtins
import importlib
import inspect
import symtable

import pytest

from checker.catalogue import exercise_names, load
from checker.running.inside.prelude import PRELUDE
from lessons import SECTIONS

EXERCISES = [(section, name) for section in SECTIONS for name in exercise_names(section)
             if not load(name).questions]  # whose key is nothing to find


@pytest.mark.parametrize("section,name", EXERCISES)
def test_the_face_gives_the_function_under_its_name(section, name):
    """Catches a function that its exercise, a notebook or a learner cannot find in the section."""
    found = getattr(importlib.import_module(f"lessons.{section}"), name)
    assert found.__name__ == name and found is load(name).solution


def names_from_outside(table: symtable.SymbolTable) -> set[str]:
    """Names that a piece of source reads without defining them, nested scopes included."""
    own = {s.get_name() for s in table.get_symbols()
           if (s.is_referenced() if table.get_type() == "module" else s.is_global())}
    return own.union(*map(names_from_outside, table.get_children()))


@pytest.mark.parametrize("section,name", EXERCISES)
def test_the_source_stands_alone(section, name):
    """Catches a helper, constant or import of the module: the source is the model answer."""
    exec(PRELUDE, prelude := {})
    source = symtable.symtable(inspect.getsource(load(name).solution), "answer", "exec")
    assert names_from_outside(source) <= {*prelude, *dir(builtins), *load(name).uses}
