"""What a run computes once, however many clauses use it."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from statuspool_mock.conformance.active.errors import Finding, NotVerified

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


class Computed:
    """The values that one run has computed, and the errors that it got instead.

    `position` returns how many exchanges there are: those of a value are evidence wherever it is
    used.
    """

    def __init__(self, position: Callable[[], int]) -> None:
        self._position = position
        self._values: dict[Hashable, object] = {}
        self._errors: dict[Hashable, Exception] = {}
        self._exchanges: dict[Hashable, range] = {}
        self._used: set[Hashable] = set()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made at the first call. Raises what `make` raised then."""
        self._used.add(key)
        if key in self._errors:
            raise self._errors[key]
        if key not in self._values:
            before = self._position()
            try:
                self._values[key] = make()
            except (Finding, NotVerified) as error:
                self._errors[key] = error
                raise
            finally:
                self._exchanges[key] = range(before, self._position())
        value: Value = self._values[key]  # type: ignore[assignment]  # only `make` puts it there
        return value

    def used(self) -> set[int]:
        """Return the numbers of the exchanges of all values used since the last call."""
        used, self._used = self._used, set()
        return {number for key in used for number in self._exchanges.get(key, ())}


class Run(Protocol):
    """Whatever holds the values of a run."""

    @property
    def computed(self) -> Computed:
        """The values of the run."""


RunT = TypeVar("RunT", bound=Run)


class PrerequisiteMissing(NotVerified):
    """A shared subject is not there. Clauses that need it have nothing to add to the reason."""


def once(
    make: Callable[Concatenate[RunT, Arguments], Value],
) -> Callable[Concatenate[RunT, Arguments], Value]:
    """Compute once a run, for each set of arguments. A `Finding` is raised at every call."""

    @wraps(make)
    def get(run: RunT, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Value:
        return run.computed.get((make, args, *kwargs.items()), lambda: make(run, *args, **kwargs))

    return get


def shared(
    make: Callable[Concatenate[RunT, Arguments], Value],
) -> Callable[Concatenate[RunT, Arguments], Value]:
    """Compute once a run what clauses start from. Where that fails, none of them is verified."""

    def attempt(run: RunT, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Value:
        try:
            return make(run, *args, **kwargs)
        except PrerequisiteMissing:
            raise
        except (Finding, NotVerified) as error:
            what = (make.__doc__ or make.__name__).split(".")[0]
            raise PrerequisiteMissing(f"{what}: {error}") from error

    return wraps(make)(once(attempt))
