"""Break the contract on purpose, to test whether checkers and clients notice.

A mutant is data: a name, the defect, the promise of the reference, and a small change at one of a
few seams. `middleware` applies it; a server without mutants runs none of this.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

from statuspool_mock.mutants.mutant import Mutant

__all__ = ["Mutant", "UnknownMutant", "all_mutants", "choose"]


class UnknownMutant(ValueError):
    """No mutant has this name; the message lists similar ones."""


def all_mutants() -> Sequence[Mutant]:
    """Return all mutants."""
    found: Sequence[Mutant] = import_module("statuspool_mock.mutants.catalog").CATALOG
    return found


def choose(names: Sequence[str]) -> tuple[Mutant, ...]:
    """Return the mutants of these names, each once, in this order. Raises `UnknownMutant`."""
    # Servers without mutants start without importing the catalog.
    known = {mutant.name: mutant for mutant in all_mutants()} if names else {}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.4)
            near = near or [each for each in known if name and name in each][:3]
            hint = f"similar: {', '.join(near)}" if near else "nothing is similar"
            raise UnknownMutant(
                f"expected the name of a mutant, got {name!r} ({hint}; "
                "statuspool-mock mutants lists all)"
            )
    return tuple(known[name] for name in dict.fromkeys(names))
