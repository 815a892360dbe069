"""Servers that break the contract on purpose, to see who notices.

A mutant is data: a name, what is wrong, what the reference promises, and a small change at one of a
few seams. `ring` sets them around a server; without mutants nothing of it is there.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

from statuspool_mock.mutants.mutant import Mutant

__all__ = ["Mutant", "UnknownMutant", "choose"]


class UnknownMutant(Exception):
    """No mutant has this name; the message names those that are near."""


def choose(names: Sequence[str]) -> tuple[Mutant, ...]:
    """Return the mutants of these names, each once, in this order. Raises `UnknownMutant`."""
    known: dict[str, Mutant] = {}
    if names:  # servers without mutants start without reading two hundred of them
        gallery = import_module("statuspool_mock.mutants.gallery")
        known = {mutant.name: mutant for mutant in gallery.GALLERY}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.4)
            near = near or [each for each in known if name and name in each][:3]
            hint = f"near it: {', '.join(near)}" if near else "nothing is near it"
            raise UnknownMutant(
                f"came {name!r}, expected the name of a mutant ({hint}; "
                "statuspool-mock mutants lists all)"
            )
    return tuple(known[name] for name in dict.fromkeys(names))
