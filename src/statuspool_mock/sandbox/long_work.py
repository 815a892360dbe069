"""What may take long on a sandbox. It is done beside the event loop, while the sandbox is held.

Each function takes effect as a whole, and is stored before.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from statuspool_mock.sandbox.changes import CommandApplied, SettingsChanged, TimeMoved
from statuspool_mock.sandbox.checkpoints import Checkpoints
from statuspool_mock.sandbox.clock import ClockPace
from statuspool_mock.sandbox.persistence import ChangeLog, StoredSandbox
from statuspool_mock.sandbox.quotas import check_quota
from statuspool_mock.sandbox.sandbox import Sandbox
from statuspool_mock.sandbox.state import (
    ActiveScript,
    ClockReading,
    InitialWorld,
    SandboxSettings,
    State,
)
from statuspool_mock.simulation import Command, Fact, Steps, World

_MOST_FACTS = 1_000


async def catch_up(
    sandbox: Sandbox, *, for_client: bool = True, patience: float | None = None
) -> None:
    """Let everything that is due happen, or as much as is possible within `patience` seconds."""
    give_up = time.monotonic() + (sandbox.patience_seconds if patience is None else patience)
    while True:
        await sandbox.free()
        if sandbox.catch_up(for_client=for_client):
            return
        async with sandbox.alone():
            steps = sandbox.catching_up(
                most=_MOST_FACTS, is_late=lambda: time.monotonic() >= give_up
            )
            await sandbox.publish_slowly(await sandbox.turns.take(steps))
        if time.monotonic() >= give_up:
            return


async def move(sandbox: Sandbox, moved: TimeMoved) -> list[Fact]:
    """Move time while the sandbox is held, and return what happened. Raises `StorageFailed`."""
    sandbox.store(moved)
    facts = await sandbox.turns.take(moved.carry_out(sandbox.world))
    sandbox.clock.move(to=sandbox.world.now)
    await sandbox.publish_slowly(facts)
    sandbox.defer_settings()
    return facts


async def apply(sandbox: Sandbox, command: Command) -> Any:
    """Carry out a command that may change much of the past; see `Sandbox.apply`."""
    async with sandbox.alone():
        check_quota(sandbox.world, command)
        with sandbox.stored(CommandApplied(sandbox.world.now, command)):
            made, facts = await sandbox.turns.take(_carrying_out(sandbox.world, command))
        await sandbox.publish_slowly(facts)
    sandbox.compact_log()
    return made


def _carrying_out(world: World, command: Command) -> Steps[tuple[Any, list[Fact]]]:
    yield
    made = world.apply(command)
    return made, (yield from world.advancing(to=world.now))


async def play(
    sandbox: Sandbox,
    script: ActiveScript | None,
    commands: Sequence[Command],
    pace: ClockPace | None = None,
) -> None:
    """Begin to play an outage script, or end it, with the clock at another pace or as it is.

    The sandbox must be held. All commands are carried out, or none. Raises `StorageFailed`.
    """
    with sandbox.undone_on_failure():
        sandbox.active_script = script
        if pace is not None:
            sandbox.set_pace(pace)
        now, settings = sandbox.world.now, sandbox.settings()
        if sandbox.change_log.needs_snapshot:
            await sandbox.turns.take(sandbox.writing_snapshot())
        await sandbox.turns.take(_storing(sandbox.change_log, now, commands, settings))
    await sandbox.publish_slowly(await sandbox.turns.take(_applying(sandbox.world, commands)))
    sandbox.compact_log()


def _storing(
    log: ChangeLog, now: int, commands: Sequence[Command], settings: SandboxSettings
) -> Steps[None]:
    applied = (CommandApplied(now, command) for command in commands)
    yield from log.appending(*applied, SettingsChanged(settings))


def _applying(world: World, commands: Sequence[Command]) -> Steps[list[Fact]]:
    for command in commands:
        world.apply(command)
        yield
    return (yield from world.advancing(to=world.now))


async def become(sandbox: Sandbox, restoring: Steps[tuple[State, World]], *, why: str) -> None:
    """Continue from a state and its world, random numbers included.

    `why` is published as an event.
    """
    async with sandbox.alone():
        state, world = await sandbox.turns.take(restoring)
        await _replace(sandbox, state, lambda: sandbox.load(state, world), why=why)


async def reset(sandbox: Sandbox, open_world: Callable[[], InitialWorld]) -> None:
    """Begin again: world, clock, faults, limits and journal are as if newly opened."""
    async with sandbox.alone():
        initial, state = await sandbox.turns.take(_opening(open_world))
        await _replace(sandbox, state, lambda: sandbox.reset(initial, state.world), why="reset")


async def _replace(sandbox: Sandbox, state: State, begin: Callable[[], None], *, why: str) -> None:
    """Store a state, let `begin` continue from it, and give the memory of the old world back."""
    await sandbox.turns.take(sandbox.change_log.writing_snapshot(state))
    sandbox.change_log.drop_held_back()
    before = sandbox.world
    begin()
    sandbox.events.add(why, {"now": sandbox.world.now}, at=state.clock.shows)
    await sandbox.turns.take(before.dismantling())


def _opening(open_world: Callable[[], InitialWorld]) -> Steps[tuple[InitialWorld, State]]:
    yield
    initial = open_world()
    clock = ClockReading(shows=float(initial.world.now), rate=initial.rate)
    return initial, State(clock=clock, world=initial.world.image())


async def save_checkpoint(sandbox: Sandbox, name: str) -> State:
    """Save the present state under a name. Raises `Conflict` where there are too many."""
    async with sandbox.alone():
        size = sandbox.world.monitor_count + sandbox.world.incident_count
        sandbox.checkpoints.check_room(name, size)
        state = await sandbox.turns.take(sandbox.capturing())
        await sandbox.turns.take(sandbox.change_log.writing_checkpoint(name, state))
        sandbox.checkpoints.put(name, state)
        return state


def delete_checkpoint(sandbox: Sandbox, name: str) -> None:
    """Delete a checkpoint. Raises `NotFound`."""
    sandbox.checkpoints.get(name)
    sandbox.change_log.delete_checkpoint(name)
    sandbox.checkpoints.take(name)


def resuming(sandbox: Sandbox, stored: StoredSandbox) -> Steps[None]:
    """Let a new sandbox continue as it was stored. Its clock ran on in the meantime."""
    sandbox.checkpoints = Checkpoints(stored.checkpoints)
    world = stored.world
    if world is None:
        world = yield from World.restoring(stored.state.world)
    sandbox.load(stored.state, world, seconds_ago=stored.seconds_ago)
    sandbox.dispatcher.put(stored.facts)
