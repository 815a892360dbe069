"""Print the hash of a world with a life behind it. Run by every Python that can be found."""

from hashlib import sha256

from statuspool_mock.simulation import (
    BEHAVIOURS,
    CreateMonitor,
    EditMonitor,
    ForceStatus,
    ScriptOutage,
    Status,
    Team,
    World,
    snapshot,
)
from statuspool_mock.simulation.snapshot import encode

START = 1_736_900_000


def fingerprint() -> str:
    """Return the hash of a world's snapshot and of pages of its logs."""
    world = World(seed=20_250_115, started_at=START)
    for name in sorted(BEHAVIOURS):
        for interval in (30, 300):
            world.apply(
                CreateMonitor(
                    name=f"{name} — {interval}",
                    url="https://api.example.com/health",
                    interval_seconds=interval,
                    behaviour=name,
                )
            )
    world.advance(to=START + 86_400)
    first, second = world.monitors(team=Team.OWN, limit=2).items
    world.apply(EditMonitor(monitor_id=first.id, interval_seconds=60, regions=("x-1", "y-2")))
    world.apply(ForceStatus(monitor_id=second.id, status=Status.DOWN, seconds=900))
    world.advance(to=START + 5 * 86_400)
    world.apply(
        ScriptOutage(
            monitor_id=first.id, start=START + 86_000, end=START + 99_000, response_time_ms=9_000
        )
    )
    told = sha256(encode(snapshot(world)))
    for monitor in world.monitors(team=Team.OWN, limit=100).items:
        told.update(repr(world.reading(monitor)).encode())
        for page in (1, 7, 100):
            told.update(repr([tuple(r) for r in world.logs(monitor, page=page).items]).encode())
    return told.hexdigest()


if __name__ == "__main__":
    print(fingerprint())  # noqa: T201 - its only purpose
