"""The operations of the document as clauses see them that hold for all of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from statuspool_mock import contract
from statuspool_mock.conformance.active.levels import Need

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: its name in ids of clauses, its method and its path below the base."""

    name: str
    operation: str
    method: str
    path: str
    takes_body: bool

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"

    @property
    def is_of_monitor(self) -> bool:
        """Whether its path names a monitor."""
        return "{id}" in self.path

    @property
    def is_permanent(self) -> bool:
        """Whether it creates what cannot be deleted."""
        return self.method == "POST" and self.path != "/monitors"

    def needs(self, *more: Need) -> Iterable[Need]:
        """Return what a clause about this route needs."""
        return more if self.is_read else (Need.WRITES, *more)


def _name(operation: contract.Operation) -> str:
    """Name an operation as `list-monitors`; what belongs to one monitor is `list-logs`."""
    words = _WORDS.sub("-", operation.id).lower()
    part = operation.path.rpartition("/")[2]
    return f"{words.partition('-')[0]}-{part}" if "{id}/" in operation.path else words


ROUTES = tuple(
    Route(
        name=_name(operation),
        operation=operation.id,
        method=operation.method,
        path=operation.path,
        takes_body=operation.takes_body,
    )
    for operation in contract.load().operations.values()
)
"""Every operation, in the order of the document."""
