"""Imports a few modules of a large package without the rest of it."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from types import ModuleType


@contextlib.contextmanager
def narrow_imports(*, packages: Sequence[str], unused: Sequence[str]) -> Iterator[None]:
    """Import modules of some packages within the block, without running the packages' `__init__`.

    `unused` are modules that are imported but never used; empty ones stand in for them. What the
    block imports of the packages is not shared: whoever imports them later gets them whole. If
    the first package has been imported before, it is used as it is.
    """
    if packages[0] in sys.modules:
        yield
        return
    before = dict(sys.modules)
    try:
        for name in packages:
            sys.modules[name] = _without_init(name)
        for name in unused:
            sys.modules.setdefault(name, _StandIn(name))
        yield
    finally:
        for name in [one for one in sys.modules if one not in before]:
            if name in unused or name.partition(".")[0] == packages[0]:
                del sys.modules[name]


def _without_init(name: str) -> ModuleType:
    spec = find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return module_from_spec(spec)


class _StandIn(ModuleType):
    """A module that has every name, as an empty class."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, name: str) -> type:
        return type(name, (), {})
