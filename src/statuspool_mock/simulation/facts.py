"""What happened, as values. The simulation returns facts; others deliver and stream them.

`at` never runs backwards. It is the instant of a check, unless a change to the past has changed the
present. There are tens of thousands of facts, so they are tuples.
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
    """An incident began: found by a check, or created manually."""

    at: int
    incident: Incident


class IncidentResolved(NamedTuple):
    """A check found the monitor no longer down."""

    at: int
    incident: Incident


class SlaBreached(NamedTuple):
    """A monitor's uptime over 30 days has fallen below its target.

    Both are percentages, `uptime` as in /status.
    """

    at: int
    team: Team
    monitor_id: str
    uptime: float
    target: float


Fact = StatusChanged | IncidentOpened | IncidentResolved | SlaBreached
