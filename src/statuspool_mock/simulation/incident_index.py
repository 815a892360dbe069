"""The incidents of a world, in the order in which they began."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from statuspool_mock.simulation.model import Incident, Team
from statuspool_mock.simulation.sorted_keys import Key, SortedKeys
from statuspool_mock.simulation.steps import Steps

MOST_INCIDENTS = 200_000
"""How many incidents a world keeps, beside those that are open."""

_DAY = 86_400
_MOST_ONE_BY_ONE = 100


class IncidentIndex:
    """Incidents by team, by monitor, and those that are open; each index is in order.

    Their keys are (started_at, sequence): a change to the past may add old incidents late.
    Beyond `MOST_INCIDENTS`, the oldest resolved one is dropped whenever another is added.
    """

    def __init__(self) -> None:
        self._incidents: dict[int, Incident] = {}
        self._of_team: defaultdict[Team, SortedKeys] = defaultdict(SortedKeys)
        self._of_monitor: defaultdict[str, list[Key]] = defaultdict(list)
        self._open: defaultdict[Team, set[Key]] = defaultdict(set)
        self._running: dict[str, Incident] = {}  # open automatic ones, by monitor
        self._resolved: list[Key] = []  # a heap, with keys of some that are gone

    def __iter__(self) -> Iterator[Incident]:
        """Yield every incident in the order in which they were added."""
        return iter(self._incidents.values())

    def __len__(self) -> int:
        return len(self._incidents)

    def copy(self) -> "IncidentIndex":
        """Return an independent copy."""
        book = IncidentIndex()
        book._incidents = self._incidents.copy()
        for name in ("_of_team", "_of_monitor", "_open"):
            index = getattr(self, name)
            getattr(book, name).update({key: keys.copy() for key, keys in index.items()})
        book._running = self._running.copy()
        book._resolved = self._resolved.copy()
        return book

    def dismantling(self) -> Steps[None]:
        """Give the memory of all incidents back in steps."""
        self._running.clear()
        self._resolved.clear()
        for parts in (self._of_monitor, self._of_team, self._open, self._incidents):
            while parts:
                parts.popitem()
                yield

    def get(self, sequence: int) -> Incident | None:
        """Return the incident with this number, if there is one."""
        return self._incidents.get(sequence)

    def add(self, incident: Incident) -> None:
        """Add a new incident."""
        key = (incident.started_at, incident.sequence)
        self._incidents[incident.sequence] = incident
        self._of_team[incident.team].add(key)
        _insert(self._of_monitor[incident.monitor_id], key)
        if incident.resolved_at is None:
            self._open[incident.team].add(key)
            if incident.automatic:
                self._running[incident.monitor_id] = incident
        else:
            self._note_resolved(key)
        if len(self._incidents) > MOST_INCIDENTS:
            self._drop_oldest()

    def replace_incident(self, incident: Incident) -> None:
        """Replace the incident with the same number."""
        previous = self._incidents[incident.sequence]
        if previous.started_at != incident.started_at or previous.resolved_at is not None:
            self.remove(previous)
            self.add(incident)
            return
        self._incidents[incident.sequence] = incident
        if incident.resolved_at is not None:
            self._close(previous)
            self._note_resolved((incident.started_at, incident.sequence))
        elif incident.automatic:
            self._running[incident.monitor_id] = incident

    def resolve_running(self, monitor_id: str, at: int) -> Incident | None:
        """Resolve the open incident that checks have opened, if there is one, and return it."""
        running = self._running.pop(monitor_id, None)
        if running is None:
            return None
        resolved = self._incidents[running.sequence] = running.resolved(at)
        key = (running.started_at, running.sequence)
        self._open[running.team].discard(key)
        self._note_resolved(key)
        return resolved

    def remove(self, incident: Incident) -> None:
        """Remove an incident."""
        self._remove(incident)
        _discard(self._of_monitor[incident.monitor_id], (incident.started_at, incident.sequence))

    def remove_all(self, incidents: Sequence[Incident]) -> None:
        """Remove some incidents of one monitor."""
        if len(incidents) <= _MOST_ONE_BY_ONE:
            for incident in incidents:
                self.remove(incident)
            return
        gone = {incident.sequence for incident in incidents}
        team, monitor_id = incidents[0].team, incidents[0].monitor_id
        self._of_team[team].discard_all(gone)
        left = [key for key in self._of_monitor[monitor_id] if key[1] not in gone]
        self._of_monitor[monitor_id] = left
        for incident in incidents:
            del self._incidents[incident.sequence]
            self._close(incident)

    def remove_monitor(self, monitor_id: str) -> None:
        """Remove every incident of a monitor."""
        keys = self._of_monitor.get(monitor_id, ())
        self.remove_all([self._incidents[number] for _, number in keys])
        self._of_monitor.pop(monitor_id, None)

    def open_automatic(self, monitor_id: str) -> Incident | None:
        """Return the open incident that checks have opened, if there is one."""
        return self._running.get(monitor_id)

    def open_automatic_at(self, monitor_id: str, at: int) -> Incident | None:
        """Return the incident that was open just before an instant, if there is one."""
        keys = self._of_monitor.get(monitor_id, [])
        incident = self._last_automatic(keys[: bisect_left(keys, (at, 0))])
        if incident is None or (incident.resolved_at is not None and incident.resolved_at < at):
            return None
        return incident

    def automatic_between(self, monitor_id: str, since: int, before: int) -> list[Incident]:
        """Return the incidents that checks have opened in [since, before), oldest first."""
        keys = self._of_monitor.get(monitor_id, [])
        numbers = keys[bisect_left(keys, (since, 0)) : bisect_left(keys, (before, 0))]
        found = (self._incidents[number] for _, number in numbers)
        return [incident for incident in found if incident.automatic]

    def count_since(self, monitor_id: str, since: int) -> int:
        """Return how many incidents of a monitor began at or after `since`."""
        keys = self._of_monitor.get(monitor_id, [])
        return len(keys) - bisect_left(keys, (since, 0))

    def lasting_between(self, team: Team, since: int, until: int) -> list[Incident]:
        """Return a team's incidents that overlap [since, until], oldest first.

        Resolved ones that began more than a day before are left out.
        """
        recent = self._of_team[team].between((since - _DAY, 0), (until + 1, 0))
        older = sorted(key for key in self._open[team] if key < (since - _DAY, 0))
        found = (self._incidents[number] for _, number in (*older, *recent))
        return [one for one in found if one.resolved_at is None or one.resolved_at > since]

    def newest_first(
        self, team: Team, *, monitor_id: str | None, resolved: bool | None
    ) -> list[Incident]:
        """Return a team's incidents, newest first, filtered by monitor and by whether resolved."""
        if monitor_id is not None:
            keys = self._of_monitor.get(monitor_id, [])
        elif resolved is False:
            keys = sorted(self._open[team])
        else:
            keys = self._of_team[team].all()
        found = (self._incidents[number] for _, number in reversed(keys))
        return [
            incident
            for incident in found
            if resolved is None or resolved is (incident.resolved_at is not None)
        ]

    def _note_resolved(self, key: Key) -> None:
        heappush(self._resolved, key)
        if len(self._resolved) > 2 * len(self._incidents) + _MOST_ONE_BY_ONE:
            self._resolved = sorted({key for key in self._resolved if self._is_resolved(key)})

    def _is_resolved(self, key: Key) -> bool:
        incident = self._incidents.get(key[1])
        return (
            incident is not None
            and incident.resolved_at is not None
            and incident.started_at == key[0]
        )

    def _drop_oldest(self) -> None:
        """Drop the oldest resolved incident, if there is one."""
        while self._resolved:
            key = heappop(self._resolved)
            if self._is_resolved(key):
                self.remove(self._incidents[key[1]])
                return

    def _remove(self, incident: Incident) -> None:
        del self._incidents[incident.sequence]
        self._of_team[incident.team].discard((incident.started_at, incident.sequence))
        self._close(incident)

    def _close(self, incident: Incident) -> None:
        self._open[incident.team].discard((incident.started_at, incident.sequence))
        running = self._running.get(incident.monitor_id)
        if running is not None and running.sequence == incident.sequence:
            del self._running[incident.monitor_id]

    def _last_automatic(self, keys: Sequence[Key]) -> Incident | None:
        for _, number in reversed(keys):
            if self._incidents[number].automatic:
                return self._incidents[number]
        return None


def _insert(keys: list[Key], key: Key) -> None:
    if not keys or keys[-1] < key:
        keys.append(key)  # the usual case
    else:
        insort(keys, key)


def _discard(keys: list[Key], key: Key) -> None:
    index = bisect_left(keys, key)
    if index < len(keys) and keys[index] == key:
        del keys[index]
