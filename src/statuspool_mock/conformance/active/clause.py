"""A clause: one sentence of the reference, as data and as a check."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.levels import Level, Need

Check = Callable[[Context], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One promise.

    `requests` estimates what checking it costs beyond what clauses share. `prerequisites` are
    clauses and groups whose responses it checks too; a run executes them first, where it can.
    """

    id: str
    group: str
    level: Level
    section: str
    says: str
    requests: int
    needs: frozenset[Need]
    prerequisites: tuple[str, ...]
    check: Check


class ClauseGroup:
    """Clauses of one group, in the order in which they are checked."""

    def __init__(self, name: str, *, section: str) -> None:
        self.name = name
        self.section = section
        self.clauses: list[Clause] = []

    def clause(
        self,
        name: str,
        says: str,
        *,
        level: Level = Level.DOCUMENTED,
        section: str = "",
        requests: int = 1,
        needs: Iterable[Need] = (),
        prerequisites: Iterable[str] = (),
    ) -> Callable[[Check], Check]:
        """Make the decorated check a clause with the id `group.name`."""

        def register(check: Check) -> Check:
            self.clauses.append(
                Clause(
                    id=f"{self.name}.{name}",
                    group=self.name,
                    level=level,
                    section=section or self.section,
                    says=says,
                    requests=requests,
                    needs=frozenset(needs),
                    prerequisites=tuple(prerequisites),
                    check=check,
                )
            )
            return check

        return register


def named(check: Check, name: str) -> Check:
    """Name a check that a factory made, as tracebacks and profilers show it."""
    check.__name__ = check.__qualname__ = name.replace("-", "_").replace(".", "_")
    return check
