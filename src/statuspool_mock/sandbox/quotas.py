"""How much one sandbox may hold, so that none takes the memory of the others."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from statuspool_mock.simulation import (
    Command,
    CommandRefused,
    CreateIncident,
    CreateMonitor,
    RegisterWebhook,
    Team,
    World,
)
from statuspool_mock.simulation.incident_index import MOST_INCIDENTS

MOST_CHECKPOINTS = 50
MOST_IN_CHECKPOINTS = 1_000_000
"""Monitors and incidents in all checkpoints of a sandbox together."""

MOST_FAULTS = 200
MOST_MONITORS = 200_000
MOST_WEBHOOKS = 2_000


class _Quota(NamedTuple):
    noun: str
    most: int
    count: Callable[[World], int]


def check_quota(world: World, command: Command) -> None:
    """Raise `CommandRefused` if a command would take a world over a quota."""
    quota = _QUOTAS.get(type(command))
    if quota is not None and (held := quota.count(world)) >= quota.most:
        raise CommandRefused(
            f"This sandbox has {held} {quota.noun} which is the most; delete some or reset it."
        )


_QUOTAS: Mapping[type, _Quota] = {
    CreateMonitor: _Quota("monitors", MOST_MONITORS, lambda world: world.monitor_count),
    CreateIncident: _Quota("incidents", MOST_INCIDENTS, lambda world: world.incident_count),
    RegisterWebhook: _Quota(
        "webhooks",
        MOST_WEBHOOKS,
        lambda world: sum(len(world.webhooks(team=team)) for team in Team),
    ),
}
