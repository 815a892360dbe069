"""A clause: one sentence of the reference, as data and as a check."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.levels import Level, Need

Check = Callable[[Context], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One promise. `requests` estimates what judging it costs beyond what others share."""

    id: str
    group: str
    level: Level
    section: str
    says: str
    requests: int
    needs: frozenset[Need]
    check: Check


class ClauseGroup:
    """Clauses of one group, in the order in which they are judged."""

    def __init__(self, group: str, *, section: str) -> None:
        self.group = group
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
    ) -> Callable[[Check], Check]:
        """Make the decorated check a clause named `group.name`."""

        def keep(check: Check) -> Check:
            self.clauses.append(
                Clause(
                    id=f"{self.group}.{name}",
                    group=self.group,
                    level=level,
                    section=section or self.section,
                    says=says,
                    requests=requests,
                    needs=frozenset(needs),
                    check=check,
                )
            )
            return check

        return keep
