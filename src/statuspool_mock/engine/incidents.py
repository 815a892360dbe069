"""The incidents of a world, in the order in which they began."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator

from statuspool_mock.engine.model import Incident, Team


class IncidentBook:
    """Incidents by team, by monitor and by whether they are open.

    Sequence numbers grow with time, so every index is in order by being appended to.
    """

    def __init__(self) -> None:
        self._incidents: dict[int, Incident] = {}
        self._of_team: defaultdict[Team, dict[int, None]] = defaultdict(dict)
        self._of_monitor: defaultdict[str, list[int]] = defaultdict(list)
        self._open: defaultdict[Team, dict[int, None]] = defaultdict(dict)

    def __iter__(self) -> Iterator[Incident]:
        return iter(self._incidents.values())

    def __len__(self) -> int:
        return len(self._incidents)

    def write(self, incident: Incident) -> None:
        """Enter a new incident, or the new form of one already entered."""
        number = incident.sequence
        if number not in self._incidents:
            self._of_team[incident.team][number] = None
            self._of_monitor[incident.monitor_id].append(number)
        self._incidents[number] = incident
        if incident.resolved_at is None:
            self._open[incident.team][number] = None
        else:
            self._open[incident.team].pop(number, None)

    def open_automatic(self, monitor_id: str) -> Incident | None:
        """Return the incident that the checks opened and have not resolved yet."""
        for number in reversed(self._of_monitor.get(monitor_id, ())):
            incident = self._incidents[number]
            if incident.automatic:
                return incident if incident.resolved_at is None else None
        return None

    def count_since(self, monitor_id: str, since: int) -> int:
        """Return how many incidents of a monitor began at `since` or later."""
        numbers = self._of_monitor.get(monitor_id, [])
        first = bisect_left(numbers, since, key=lambda number: self._incidents[number].started_at)
        return len(numbers) - first

    def forget(self, monitor_id: str) -> None:
        """Remove every incident of a monitor."""
        for number in self._of_monitor.pop(monitor_id, ()):
            incident = self._incidents.pop(number)
            del self._of_team[incident.team][number]
            self._open[incident.team].pop(number, None)

    def newest_first(
        self, team: Team, *, monitor_id: str | None, resolved: bool | None
    ) -> list[Incident]:
        """Return a team's incidents, of one monitor or all, open or resolved or both."""
        numbers: Iterable[int]
        if monitor_id is not None:
            numbers = reversed(self._of_monitor.get(monitor_id, []))
        elif resolved is False:
            numbers = reversed(self._open[team])
        else:
            numbers = reversed(self._of_team[team])
        found = (self._incidents[number] for number in numbers)
        return [
            incident
            for incident in found
            if resolved is None or resolved is (incident.resolved_at is not None)
        ]
