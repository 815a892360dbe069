"""Everything that a world is, as values."""

from dataclasses import dataclass
from typing import NamedTuple

from statuspool_mock.simulation.model import Incident, Monitor, Status, Webhook
from statuspool_mock.simulation.sla import Window


class ObservedStatus(NamedTuple):
    """A monitor, what its newest check found, and whether uptime was below the SLA target then.

    `window` is a count that could be made again; a world made from its own image need not.
    """

    monitor: Monitor
    state: Status
    breached: bool
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldState:
    """Everything that a world is, as values; the rest is derived. See `snapshot`."""

    seed: int
    started_at: int
    now: int
    made: int
    monitors: tuple[ObservedStatus, ...]
    """In order of creation."""
    incidents: tuple[Incident, ...]
    webhooks: tuple[Webhook, ...]
