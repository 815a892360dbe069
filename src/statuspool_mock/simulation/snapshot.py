"""A world as plain data for JSON, and back: `restore(snapshot(world))` behaves as `world`.

The same world always gives the same data, key by key, so `encode` gives the same bytes.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from statuspool_mock.simulation.errors import SnapshotRejected
from statuspool_mock.simulation.model import (
    Effect,
    Epoch,
    Incident,
    Monitor,
    Overlay,
    Status,
    Team,
    Webhook,
)
from statuspool_mock.simulation.steps import Steps, finish
from statuspool_mock.simulation.world import World
from statuspool_mock.simulation.world_state import ObservedStatus, WorldState

VERSION = 1
_LISTS = frozenset({"monitors", "incidents", "webhooks"})
T = TypeVar("T")


def snapshot(world: World) -> dict[str, Any]:
    """Return everything that a world is. It includes webhook secrets: protect it as you do them."""
    data = lazy_picture(world.image())
    return {key: list(data[key]) if key in _LISTS else data[key] for key in data}


def lazy_picture(image: WorldState) -> dict[str, Any]:
    """Return the snapshot of a world's state, with iterators instead of lists."""
    return {
        "version": VERSION,
        "seed": image.seed,
        "started_at": image.started_at,
        "now": image.now,
        "made": image.made,
        "monitors": map(_observed_data, image.monitors),
        "incidents": (incident._asdict() for incident in image.incidents),
        "webhooks": (asdict(webhook) for webhook in image.webhooks),
    }


def _observed_data(observed: ObservedStatus) -> dict[str, Any]:
    """Return a monitor as data. `asdict`, which copies all that it finds, takes 4 × as long."""
    monitor, state, breached, _ = observed
    data = _values(monitor)
    data["draw_key"] = monitor.draw_key.hex()
    data["epochs"] = [_values(epoch) for epoch in monitor.epochs]
    data["overlays"] = [
        {**_values(overlay), "effect": _values(overlay.effect)} for overlay in monitor.overlays
    ]
    data["state"] = state
    data["breached"] = breached
    return data


def _values(value: Monitor | Epoch | Overlay | Effect) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def encode(data: Mapping[str, Any]) -> bytes:
    """Return the canonical JSON of a snapshot."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def restore(data: Mapping[str, Any]) -> World:
    """Return the world of a snapshot. Raises `SnapshotRejected`."""
    return finish(restoring(data))


def restoring(data: Mapping[str, Any]) -> Steps[World]:
    """Return the world of a snapshot, in steps. Raises `SnapshotRejected`."""
    version = data.get("version")
    if version != VERSION:
        raise SnapshotRejected(
            f"This snapshot has version {version!r}; this release reads version {VERSION}."
        )
    try:
        image = WorldState(
            seed=data["seed"],
            started_at=data["started_at"],
            now=data["now"],
            made=data["made"],
            monitors=(yield from _each(_observed, data["monitors"])),
            incidents=(yield from _each(_incident, data["incidents"])),
            webhooks=(yield from _each(_webhook, data["webhooks"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SnapshotRejected(f"This is not a whole snapshot: {error!r}.") from error
    return (yield from World.restoring(image))


def _each(make: Callable[[Any], T], items: Iterable[Any]) -> Steps[tuple[T, ...]]:
    found = []
    for item in items:
        found.append(make(item))
        yield
    return tuple(found)


def _observed(item: Mapping[str, Any]) -> ObservedStatus:
    return ObservedStatus(_monitor(item), Status(item["state"]), item["breached"])


def _monitor(item: Mapping[str, Any]) -> Monitor:
    values = {key: value for key, value in item.items() if key not in {"state", "breached"}}
    return Monitor(
        **values
        | {
            "team": Team(item["team"]),
            "tags": tuple(item["tags"]),
            "regions": tuple(item["regions"]),
            "draw_key": bytes.fromhex(item["draw_key"]),
            "epochs": tuple(
                Epoch(**epoch | {"regions": tuple(epoch["regions"])}) for epoch in item["epochs"]
            ),
            "overlays": tuple(_overlay(overlay) for overlay in item["overlays"]),
        }
    )


def _overlay(item: Mapping[str, Any]) -> Overlay:
    regions = item["regions"]
    return Overlay(
        start=item["start"],
        end=item["end"],
        regions=None if regions is None else tuple(regions),
        effect=Effect(**item["effect"]),
        forced=item["forced"],
    )


def _incident(item: Mapping[str, Any]) -> Incident:
    return Incident(
        **dict(item)
        | {"team": Team(item["team"]), "affected_regions": tuple(item["affected_regions"])}
    )


def _webhook(item: Mapping[str, Any]) -> Webhook:
    return Webhook(**dict(item) | {"team": Team(item["team"]), "events": tuple(item["events"])})
