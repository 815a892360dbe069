"""How much one sandbox holds, so that none can take the memory of the others."""

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

MOST_CHECKPOINTS = 50
MOST_FAULTS = 200


class _Room(NamedTuple):
    noun: str
    most: int
    count: Callable[[World], int]


def check_room(world: World, command: Command) -> None:
    """Raise `CommandRefused` where a command would make a world larger than it may be."""
    pages = _ROOMS.get(type(command))
    if pages is not None and (held := pages.count(world)) >= pages.most:
        raise CommandRefused(
            f"This sandbox holds {held} {pages.noun} and takes no more; delete some or reset it."
        )


_ROOMS: Mapping[type, _Room] = {
    CreateMonitor: _Room("monitors", 200_000, lambda world: world.monitor_count),
    CreateIncident: _Room("incidents", 200_000, lambda world: world.incident_count),
    RegisterWebhook: _Room(
        "webhooks", 2_000, lambda world: sum(len(world.webhooks(team=team)) for team in Team)
    ),
}
