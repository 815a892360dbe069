"""How commands change a monitor: a new value with new epochs or overlays."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from statuspool_mock.simulation import check_times, prng
from statuspool_mock.simulation.behaviour import (
    BEHAVIOURS,
    NORMAL,
    SLOW,
    UNAVAILABLE,
    magic_behaviour,
)
from statuspool_mock.simulation.commands import (
    ClearOutages,
    CreateMonitor,
    EditMonitor,
    ForceStatus,
    Outage,
    PauseMonitor,
    ReleaseMonitor,
    ResumeMonitor,
    ScriptOutage,
    ScriptOutages,
)
from statuspool_mock.simulation.errors import CommandRefused
from statuspool_mock.simulation.model import Effect, Epoch, Monitor, Overlay, Status

MOST_EPOCHS = 2_000
"""How many schedules of a monitor are remembered."""

MOST_OVERLAYS = 2_000
"""How many outages and forced statuses of a monitor are remembered, past ones included."""

_FORCED = {Status.UP: NORMAL, Status.DOWN: UNAVAILABLE, Status.DEGRADED: SLOW}

Change = (
    EditMonitor
    | PauseMonitor
    | ResumeMonitor
    | ScriptOutage
    | ScriptOutages
    | ClearOutages
    | ForceStatus
    | ReleaseMonitor
)


def created(command: CreateMonitor, *, seed: int, ordinal: int, now: int) -> Monitor:
    """Return a new monitor whose first check falls now. Raises `CommandRefused`."""
    behaviour = command.behaviour or magic_behaviour(command.url) or "stable"
    regions = _distinct(command.regions)
    interval_seconds, expected_status = command.interval_seconds, command.expected_status
    monitor = Monitor(
        id=command.monitor_id or prng.uuid_of(seed, "monitor", ordinal),
        team=command.team,
        ordinal=ordinal,
        name=command.name,
        url=command.url,
        interval_seconds=interval_seconds,
        tags=command.tags,
        regions=regions,
        expected_status=expected_status,
        behaviour=behaviour,
        explicit_behaviour=command.behaviour is not None,
        sla_target=command.sla_target,
        created_at=now,
        updated_at=now,
        paused=False,
        draw_key=prng.key_of(seed, "dice", ordinal),
        epochs=(Epoch(now, None, interval_seconds, regions, expected_status, behaviour),),
    )
    _check(monitor)
    return monitor


def changed(monitor: Monitor, command: Change, *, now: int) -> Monitor:
    """Return the monitor after a command. Raises `CommandRefused`."""
    match command:
        case EditMonitor():
            return _edited(monitor, command, now)
        case PauseMonitor():
            return _paused(monitor, now)
        case ResumeMonitor():
            return _resumed(monitor, now)
        case ScriptOutage() | ScriptOutages():
            return _scripted(monitor, outages_of(command))
        case ForceStatus():
            return _forced(monitor, command, now)
        case ReleaseMonitor() | ClearOutages():
            return _ended(monitor, now, forced=isinstance(command, ReleaseMonitor))


def outages_of(command: Change) -> tuple[Outage, ...]:
    """Return the outages that a command sets, at any time; none if that is not what it does."""
    match command:
        case ScriptOutage():
            return (command,)
        case ScriptOutages():
            return command.outages
        case _:
            return ()


def _edited(monitor: Monitor, command: EditMonitor, now: int) -> Monitor:
    url = monitor.url if command.url is None else command.url
    behaviour = monitor.behaviour
    if not monitor.explicit_behaviour:
        behaviour = magic_behaviour(url) or "stable"
    edited = replace(
        monitor,
        name=monitor.name if command.name is None else command.name,
        url=url,
        interval_seconds=command.interval_seconds or monitor.interval_seconds,
        tags=monitor.tags if command.tags is None else command.tags,
        regions=monitor.regions if command.regions is None else _distinct(command.regions),
        expected_status=command.expected_status or monitor.expected_status,
        behaviour=behaviour,
        updated_at=now,
    )
    _check(edited)
    if edited.paused or _epoch(edited, 0) == _epoch(monitor, 0):
        return edited
    upcoming = check_times.next_check(monitor.epochs, now + 1)
    at = now + 1 if upcoming is None else upcoming[1]
    return _with_epoch(edited, at, cut=at)


def _paused(monitor: Monitor, now: int) -> Monitor:
    if monitor.paused:
        return monitor
    epochs = _cut(monitor.epochs, now + 1)
    return replace(monitor, paused=True, epochs=epochs, revision=monitor.revision + 1)


def _resumed(monitor: Monitor, now: int) -> Monitor:
    if not monitor.paused:
        return monitor
    return _with_epoch(replace(monitor, paused=False), now, cut=now)


def _scripted(monitor: Monitor, outages: Sequence[Outage]) -> Monitor:
    for outage in outages:
        _check_outage(monitor, outage)
    _check_overlays(monitor, new=len(outages))
    scripted = (o for o in monitor.overlays if not o.forced)
    forced = (o for o in monitor.overlays if o.forced)
    overlays = (*scripted, *map(_overlay, outages), *forced)
    return replace(monitor, overlays=overlays, revision=monitor.revision + 1)


def _check_outage(monitor: Monitor, outage: Outage) -> None:
    if outage.end <= outage.start:
        raise CommandRefused(
            f"An outage from {outage.start} to {outage.end} is empty; its end must come later."
        )
    if outage.start < monitor.created_at:
        raise CommandRefused(
            f"An outage from {outage.start} would begin before {monitor.name} was created, "
            f"at {monitor.created_at}."
        )
    if outage.regions is not None:
        past = check_times.between(monitor.epochs, outage.start, outage.end)
        also = chain.from_iterable(epoch.regions for epoch in past)
        _known_regions(monitor, outage.regions, also=also)


def _overlay(outage: Outage) -> Overlay:
    effect = _effect(
        outage.status_code, outage.response_time_ms, outage.response_varies, outage.error_message
    )
    return Overlay(outage.start, outage.end, outage.regions, effect)


@lru_cache(maxsize=1_024, typed=True)
def _effect(code: int, response_ms: int | None, varies: bool, message: str | None) -> Effect:  # noqa: FBT001 - positions are quicker
    return Effect(status_code=code, response_ms=response_ms, varies=varies, error_message=message)


def _forced(monitor: Monitor, command: ForceStatus, now: int) -> Monitor:
    if command.status not in _FORCED:
        raise CommandRefused("A monitor can be forced up, down or degraded; to pause it, pause it.")
    if command.seconds is not None and command.seconds <= 0:
        raise CommandRefused(
            f"A forced status must last a second or longer, not {command.seconds}."
        )
    _known_regions(monitor, command.regions)
    _check_overlays(monitor)
    end = None if command.seconds is None else now + command.seconds
    overlay = Overlay(now, end, command.regions, _FORCED[command.status], forced=True)
    return _checked_at_once(replace(monitor, overlays=(*monitor.overlays, overlay)), now)


def _ended(monitor: Monitor, now: int, *, forced: bool) -> Monitor:
    """End the forced or the scripted overlays now."""
    overlays = []
    for overlay in monitor.overlays:
        if overlay.forced is not forced or (overlay.end is not None and overlay.end <= now):
            overlays.append(overlay)
        elif overlay.start < now:
            overlays.append(replace(overlay, end=now))
    ended = replace(monitor, overlays=tuple(overlays))
    if len(monitor.epochs) >= MOST_EPOCHS and ended.overlays == monitor.overlays:
        return monitor  # there is no end to checks at once, but to what can be ended
    return _checked_at_once(ended, now, always=True)


def _checked_at_once(monitor: Monitor, now: int, *, always: bool = False) -> Monitor:
    """Start a new epoch now, so that the change shows without waiting for the schedule."""
    if monitor.paused:
        return replace(monitor, revision=monitor.revision + 1)
    return _with_epoch(monitor, now, cut=now, always=always)


def _with_epoch(monitor: Monitor, start: int, *, cut: int, always: bool = False) -> Monitor:
    epochs = (*_cut(monitor.epochs, cut), _epoch(monitor, start))
    if len(epochs) > MOST_EPOCHS and not always:
        raise CommandRefused(
            f"The checks of {monitor.name} were rescheduled {MOST_EPOCHS} times, which is the most "
            "that is remembered; create another monitor, or reset or rewind the sandbox."
        )
    return replace(monitor, epochs=epochs, revision=monitor.revision + 1)


def _cut(epochs: tuple[Epoch, ...], at: int) -> tuple[Epoch, ...]:
    """Return the epochs before `at`, with no checks scheduled from then on."""
    return tuple(
        replace(epoch, end=at) if epoch.end is None or epoch.end > at else epoch
        for epoch in epochs
        if epoch.start < at
    )


def _epoch(monitor: Monitor, start: int) -> Epoch:
    return Epoch(
        start,
        None,
        monitor.interval_seconds,
        monitor.regions,
        monitor.expected_status,
        monitor.behaviour,
    )


def _check(monitor: Monitor) -> None:
    if monitor.behaviour not in BEHAVIOURS:
        known = ", ".join(sorted(BEHAVIOURS))
        raise CommandRefused(f"No behaviour is called {monitor.behaviour!r}; there are {known}.")
    if monitor.interval_seconds <= 0:
        raise CommandRefused(f"An interval of {monitor.interval_seconds} s is not one to check in.")
    if not monitor.regions:
        raise CommandRefused("A monitor needs at least one region to be checked from.")


def _check_overlays(monitor: Monitor, *, new: int = 1) -> None:
    if len(monitor.overlays) + new > MOST_OVERLAYS:
        raise CommandRefused(
            f"{monitor.name} has had {MOST_OVERLAYS} outages and forced statuses, which is the "
            "most; create another monitor, or reset or rewind the sandbox."
        )


def _known_regions(
    monitor: Monitor, regions: tuple[str, ...] | None, *, also: Iterable[str] = ()
) -> None:
    strange = [region for region in regions or () if region not in monitor.regions]
    if not strange:
        return
    known = set(also)
    strange = [region for region in strange if region not in known]
    if strange:
        raise CommandRefused(
            f"{monitor.name} is not checked from {', '.join(strange)}, "
            f"only from {', '.join(monitor.regions)}."
        )


def _distinct(regions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(regions))
