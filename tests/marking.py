"""Finds the tests that start programs of their own, by what their code reaches."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

_found: dict[CodeType, bool] = {}


def starts_programs(function: Any) -> bool:
    """Return whether a function reaches `subprocess`, itself or by what it names of the tests."""
    function = inspect.unwrap(getattr(function, "__func__", function))
    if not isinstance(function, FunctionType):
        return False
    code = function.__code__
    if code not in _found:
        _found[code] = False  # where it reaches itself
        names = set(_names(code))
        _found[code] = any(
            _leads_there(function.__globals__[name], names)
            for name in names & function.__globals__.keys()
        )
    return _found[code]


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _leads_there(value: Any, names: set[str]) -> bool:
    if value is subprocess:
        return True
    if isinstance(value, ModuleType):
        members = [vars(value)[name] for name in names & vars(value).keys()]
        return _is_ours(value.__name__) and any(_leads_there(member, names) for member in members)
    if not _is_ours(getattr(value, "__module__", None) or ""):
        return False
    if isinstance(value, type):
        return any(starts_programs(member) for member in vars(value).values())
    return starts_programs(value)


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == "tests" or module == "conftest"


class Guard:
    """Fails a test that starts a program and is not marked: then `make test-fast` would run it."""

    def __init__(self) -> None:
        self.running: Any = None
        sys.addaudithook(self._hear)

    def _hear(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if event != "subprocess.Popen" or self.running is None:
            return
        if not any(self.running.get_closest_marker(name) for name in ("process", "browser")):
            raise AssertionError(
                f"{self.running.nodeid} starts a program: mark it with pytest.mark.process"
            )
