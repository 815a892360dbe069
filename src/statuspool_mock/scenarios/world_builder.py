"""Build a world from a scenario: run its commands in order of time."""

from dataclasses import dataclass, replace

from statuspool_mock.scenarios.scenario import Scenario
from statuspool_mock.simulation import (
    Command,
    CreateIncident,
    CreateMonitor,
    Monitor,
    PauseMonitor,
    ResumeMonitor,
    ScriptOutage,
    World,
)


@dataclass(frozen=True, slots=True)
class _Step:
    """A command due `at` seconds from the scenario's start, for the monitor at a position."""

    at: int
    monitor: int | None
    command: Command


def build_world(scenario: Scenario, *, seed: int, now: int) -> World:
    """Return the scenario's world as it is at `now`, in seconds since 1970.

    A scenario without a `starts_at` starts now. Where `now` lies before the start, what the
    scenario says of later has not happened; where it lies after, life has gone on. What led there
    is history: the world has no news to tell of it.
    """
    start = now if scenario.starts_at is None else scenario.starts_at
    steps = sorted(_steps(scenario), key=lambda step: step.at)
    earliest = min(start + steps[0].at if steps else start, now)
    world = World(seed=seed, started_at=earliest)
    changed = {step.monitor for step in steps if not isinstance(step.command, CreateMonitor)}
    ids: dict[int, str] = {}
    for step in steps:
        at = start + step.at
        if at > now:
            break
        if at > world.now:
            world.fast_forward(to=at)
        command = _addressed(step, ids, start)
        if isinstance(command, CreateMonitor) and step.monitor not in changed:
            world.create_with_past(command, until=now)
            continue
        made = world.apply(command)
        if isinstance(made, Monitor) and step.monitor is not None:
            ids[step.monitor] = made.id
    world.fast_forward(to=now)
    return world


def _steps(scenario: Scenario) -> list[_Step]:
    """Return the commands of a scenario in order of time, and of dependency at one instant."""
    steps = []
    for position, planned in enumerate(scenario.monitors):
        team = planned.creation.team
        steps.append(_Step(-planned.age_seconds, position, planned.creation))
        steps += [_Step(-planned.age_seconds, position, outage) for outage in planned.outages]
        for pause in planned.pauses:
            steps.append(_Step(pause.start, position, PauseMonitor(team=team, monitor_id="")))
            if pause.end is not None:
                steps.append(_Step(pause.end, position, ResumeMonitor(team=team, monitor_id="")))
    steps += [_Step(noted.at, noted.monitor, noted.record) for noted in scenario.incidents]
    first = min((step.at for step in steps), default=0)
    return [_Step(first, None, webhook) for webhook in scenario.webhooks] + steps


def _addressed(step: _Step, ids: dict[int, str], start: int) -> Command:
    """Return the command with its monitor's id and this world's times."""
    command = step.command
    if step.monitor is None or isinstance(command, CreateMonitor):
        return command
    monitor_id = ids[step.monitor]
    match command:
        case ScriptOutage():
            return replace(
                command,
                monitor_id=monitor_id,
                start=start + command.start,
                end=start + command.end,
            )
        case PauseMonitor() | ResumeMonitor() | CreateIncident():
            return replace(command, monitor_id=monitor_id)
        case _:
            return command
