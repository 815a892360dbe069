"""What happened, as values. The engine only tells; the shell delivers and streams them.

`at` is the instant of telling and never runs backwards. It is that of a check, unless a past that
was scripted anew changed the present. Facts come by the ten thousand, hence tuples.
"""

from typing import NamedTuple

from statuspool_mock.simulation.model import Incident, Status, Team


class StatusChanged(NamedTuple):
    """A check found a monitor in another state. `previous` is None for its first check."""

    at: int
    team: Team
    monitor_id: str
    previous: Status | None
    current: Status


class IncidentOpened(NamedTuple):
    """An incident began: found by a check, or written down by hand."""

    at: int
    incident: Incident


class IncidentResolved(NamedTuple):
    """A check found the monitor no longer down."""

    at: int
    incident: Incident


class SlaBreached(NamedTuple):
    """A check found a monitor's uptime over 30 days below its target, where it was not before.

    Both are percentages, `uptime` as /status tells it.
    """

    at: int
    team: Team
    monitor_id: str
    uptime: float
    target: float


Fact = StatusChanged | IncidentOpened | IncidentResolved | SlaBreached
