"""One sandbox: a world with its clock, faults, rate limits, exchanges and checkpoints."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import floor
from typing import Any, NamedTuple

from statuspool_mock.exchanges import MOST_EXCHANGES, Coverage, Exchange, Journal
from statuspool_mock.exchanges.faults import Fault, FaultSet, FaultTarget, InjectedFault
from statuspool_mock.sandbox.changes import Change, CommandApplied, SettingsChanged, TimeMoved
from statuspool_mock.sandbox.checkpoints import Checkpoints
from statuspool_mock.sandbox.clock import WorldClock
from statuspool_mock.sandbox.errors import Conflict, StorageFailed
from statuspool_mock.sandbox.events import Events
from statuspool_mock.sandbox.exchange_history import ExchangeHistory, ReplayBase
from statuspool_mock.sandbox.persistence import (
    ChangeLog,
    DeliveryRecords,
    NullStorage,
    StoredSandbox,
)
from statuspool_mock.sandbox.quotas import MOST_FAULTS, check_quota
from statuspool_mock.sandbox.rate_limits import RateLimit, RateLimiter
from statuspool_mock.sandbox.state import (
    ActiveScript,
    ClockReading,
    SandboxSettings,
    State,
    state_of,
)
from statuspool_mock.simulation import Command, Fact, Incident, Monitor, Webhook, World
from statuspool_mock.webhooks.dispatcher import WebhookDispatcher
from statuspool_mock.webhooks.sender import WebhookSender

_MOST_MONITORS_IN_BASES = 20_000
_log = logging.getLogger(__name__)


class InitialWorld(NamedTuple):
    """A new world and how many seconds pass in it for each real one."""

    world: World
    rate: float


class ClockPace(NamedTuple):
    """How fast a clock runs: until an instant at one rate, then at another."""

    rate: float
    until: float | None = None
    then: float = 1.0


class Sandbox:
    """The world of one key. Changes go through its methods, so that they are logged and published.

    `wall` reads the server's clock, in seconds; every change is written to `change_log`. Without a
    `sender`, webhook deliveries wait in the outbox.
    """

    def __init__(
        self,
        name: str,
        initial: InitialWorld,
        wall: Callable[[], float],
        *,
        change_log: ChangeLog | None = None,
        sender: WebhookSender | None = None,
        most_exchanges: int = MOST_EXCHANGES,
    ) -> None:
        self.name = name
        self.world = initial.world
        self.clock = WorldClock(wall, shows=initial.world.now, rate=initial.rate)
        self.faults = FaultSet()
        self.rate_limiter = RateLimiter()
        self.active_script: ActiveScript | None = None
        self.events = Events()
        self._change_log = change_log or NullStorage()
        self._held: asyncio.Event | None = None
        self.checkpoints = Checkpoints(self._change_log)
        records = DeliveryRecords(self._store, self._change_log.defer)
        self.dispatcher = WebhookDispatcher(self, change_log=records, sender=sender)
        self.history = ExchangeHistory(most=most_exchanges, take_base=self._take_base)
        self.history.restart()

    @classmethod
    def resumed(
        cls,
        name: str,
        stored: StoredSandbox,
        wall: Callable[[], float],
        *,
        change_log: ChangeLog,
        sender: WebhookSender | None,
        most_exchanges: int,
    ) -> "Sandbox":
        """Return a sandbox as it was stored. Its clock ran on in the meantime."""
        initial = InitialWorld(World.from_image(stored.state.world), 0.0)
        sandbox = cls(
            name, initial, wall, change_log=change_log, sender=sender, most_exchanges=most_exchanges
        )
        sandbox.checkpoints = Checkpoints(change_log, stored.checkpoints)
        sandbox._load(stored.state, initial.world, seconds_ago=stored.seconds_ago)
        sandbox.dispatcher.put(stored.facts)
        return sandbox

    def close(self) -> None:
        """Break off deliveries, since the sandbox is closed or deleted."""
        self.dispatcher.close()

    # Time

    @property
    def instant(self) -> float:
        """The world's time of the request being served."""
        return self.clock.instant

    @property
    def rate(self) -> float:
        """Seconds that pass in this world for each real second; 0 is frozen."""
        return self.clock.rate

    def catch_up(self, *, for_client: bool = True) -> list[Fact]:
        """Let everything that is due happen, and return it."""
        now = self.clock.tick(for_client=for_client)
        facts = self.world.advance(to=max(floor(now), self.world.now))
        self._publish(facts)
        return facts

    def run_clock(self, rate: float, *, until: float | None = None, then: float = 1.0) -> None:
        """Let time pass at a rate from now on; from the instant `until` on at the rate `then`.

        Raises `StorageFailed`, as all methods do that change something.
        """
        with self._changed_settings():
            self._run_clock(rate, until=until, then=then)

    def _run_clock(self, rate: float, *, until: float | None = None, then: float = 1.0) -> None:
        now = self.instant if rate else float(self.world.now)
        self.clock.run(rate, at=now, until=until, then=then)

    def move(self, *, to: int, most: int) -> list[Fact]:
        """Advance world and clock by at most so many changes; `world.now` shows how far it got.

        Raises `ClockRanBackwards`.
        """
        return self._move(TimeMoved(self.world.now, to, most, to_next=False))

    def move_to_next(self, *, before: int, most: int) -> list[Fact]:
        """Advance to the first instant at which something happens, or to `before`."""
        return self._move(TimeMoved(self.world.now, before, most, to_next=True))

    def _move(self, moved: TimeMoved) -> list[Fact]:
        with self._stored(moved):
            facts = moved.carry_out(self.world)
        self.clock.move(to=self.world.now)
        self._publish(facts)
        self._defer_settings()
        return facts

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make requests wait while time is moved in slices."""
        self._held = over = asyncio.Event()
        try:
            yield
        finally:
            self._held = None
            over.set()

    @property
    def is_held(self) -> bool:
        """Whether time is being moved in slices."""
        return self._held is not None

    async def free(self) -> None:
        """Wait until time is no longer being moved in slices."""
        while self._held is not None:
            await self._held.wait()

    # Changes

    def apply(self, command: Command) -> Monitor | Incident | Webhook | None:
        """Carry out a command now; see `World.apply`. Raises `CommandRefused` over a quota."""
        check_quota(self.world, command)
        with self._stored(CommandApplied(self.world.now, command)):
            made = self.world.apply(command)
        self._publish(self.world.advance(to=self.world.now))
        self._compact_log()
        return made

    def add_fault(self, fault: Fault) -> None:
        """Add a fault. Raises `Conflict` where there are too many."""
        self.faults.entries(now=self.clock.now())  # drops those that are used up
        if len(self.faults) >= MOST_FAULTS:
            raise Conflict(f"There are {MOST_FAULTS} faults already; remove some.")
        with self._changed_settings():
            self.faults.add(fault)

    def remove_faults(self, fault_id: str | None = None) -> bool:
        """Remove a fault, or all of them; return whether there was one."""
        chosen = [fault.id for fault, _ in self.faults.entries(now=self.instant)]
        with self._changed_settings():
            found = [self.faults.remove(one) for one in chosen if fault_id in {None, one}]
        return any(found)

    def play(
        self, script: ActiveScript, outages: Sequence[Command], pace: ClockPace | None
    ) -> None:
        """Play an outage script, all of it or nothing, with the clock at another pace or as is."""
        with self._changed_settings(*outages):
            self.active_script = script
            if pace is not None:
                self._run_clock(pace.rate, until=pace.until, then=pace.then)

    def stop_playing(self, changes: Sequence[Command]) -> None:
        """End the outage script that is being played, and carry out what ends its outages."""
        with self._changed_settings(*changes):
            self.active_script = None

    def take_request(self, role: str, limit: RateLimit | None) -> int | None:
        """Count a request of a role's key. Return the seconds to wait if its minute is used up."""
        if limit is None or (self.rate == 0 and not limit.even_frozen):
            return None
        return self.rate_limiter.take(role, limit, now=self.instant)

    def inject_fault(self, target: FaultTarget) -> InjectedFault | None:
        """Return the fault to inject into a request or delivery, if any."""
        injected = self.faults.draw(target, now=self.instant)
        self._defer_settings()  # the random numbers have moved on
        return injected

    # Exchanges

    @property
    def journal(self) -> Journal:
        """The newest exchanges."""
        return self.history.journal

    @property
    def coverage(self) -> Coverage:
        """Which responses clients have received."""
        return self.history.coverage

    def record(self, exchange: Exchange, response: Any) -> None:
        """Record an exchange; `response` is the body of the response before it was serialized."""
        self.history.record(exchange, response)
        if not exchange.control:
            self.events.add("exchange", exchange.number, at=exchange.at)

    def oldest_base(self) -> ReplayBase:
        """Return the oldest state from which every later exchange is kept. Raises `Conflict`."""
        return self.history.oldest_base()

    # State

    def settings(self) -> SandboxSettings:
        """Return clock, faults, rate windows and the active script."""
        return SandboxSettings(
            clock=self.clock.reading(),
            faults=self.faults.entries(now=self.instant),
            faults_made=self.faults.made,
            rate_windows=self.rate_limiter.windows,
            active_script=self.active_script,
        )

    def state(self) -> State:
        """Return everything that this sandbox is now, without checkpoints and journal."""
        return state_of(self.settings(), self.world.image(), self.dispatcher.outbox.image())

    def become(self, state: State, *, why: str) -> None:
        """Continue from a state, random numbers included. `why` is published as an event."""
        world = World.from_image(state.world)  # nothing is stored that cannot be loaded
        self._change_log.write_snapshot(state)
        self._load(state, world)
        self.events.add(why, {"now": self.world.now}, at=state.clock.shows)

    def _load(self, state: State, world: World, *, seconds_ago: float = 0.0) -> None:
        self.world = world
        self.clock.tick(for_client=False)
        self.clock.set(state.clock, seconds_ago=seconds_ago)
        self.faults = FaultSet(state.faults, made=state.faults_made)
        self.dispatcher.begin(state.outbox)
        self.rate_limiter = RateLimiter(state.rate_windows)
        self.active_script = state.active_script
        self.history.restart()

    def reset(self, initial: InitialWorld) -> None:
        """Begin again: world, clock, faults, limits and journal are as if newly opened."""
        clock = ClockReading(shows=float(initial.world.now), rate=initial.rate)
        self._change_log.write_snapshot(State(clock=clock, world=initial.world.image()))
        self.world = initial.world
        self.clock.tick(for_client=False)
        self.clock.run(initial.rate, at=initial.world.now)
        self.faults = FaultSet()
        self.dispatcher.begin()
        self.rate_limiter = RateLimiter()
        self.active_script = None
        self.history.clear()
        self.events.add("reset", {"now": self.world.now}, at=self.world.now)

    def save_checkpoint(self, name: str) -> State:
        """Save the present state under a name. Raises `Conflict` where there are too many."""
        self.catch_up()
        state = self.state()
        self.checkpoints.put(name, state)
        return state

    def write_snapshot(self) -> None:
        """Write the whole state to the change log."""
        self._change_log.write_snapshot(self.state())

    # Storing

    def _store(self, *changes: Change) -> None:
        """Store changes before they are made. Raises `StorageFailed`; then nothing has changed."""
        if self._change_log.needs_snapshot:
            self.write_snapshot()
        self._change_log.append(*changes)

    @contextmanager
    def _stored(self, change: Change) -> Iterator[None]:
        """Store a change, make it in the block, and retract it if it is refused."""
        self._store(change)
        try:
            yield
        except BaseException:
            self._change_log.retract()
            raise

    @contextmanager
    def _changed_settings(self, *commands: Command) -> Iterator[None]:
        """Store the settings that the block makes, and carry out commands: all or nothing."""
        faults = FaultSet(self.faults.entries(now=self.instant), made=self.faults.made)
        course, script = self.clock.course, self.active_script
        try:
            yield
            applied = (CommandApplied(self.world.now, command) for command in commands)
            self._store(*applied, SettingsChanged(self.settings()))
        except BaseException:
            self.faults, self.active_script = faults, script
            self.clock.resume(course)
            raise
        for command in commands:
            self.world.apply(command)
        self._publish(self.world.advance(to=self.world.now))
        self._compact_log()

    def _defer_settings(self) -> None:
        """Store the settings, which follow from something else."""
        if not isinstance(self._change_log, NullStorage):
            self._change_log.defer(SettingsChanged(self.settings()))
            self._compact_log()

    def _compact_log(self) -> None:
        """Write a snapshot if the log has grown long. If that is impossible, the log goes on."""
        if self._change_log.is_full:
            try:
                self.write_snapshot()
            except StorageFailed as error:
                _log.warning("Sandbox %s: no snapshot was written: %s", self.name, error)

    def _take_base(self) -> tuple[float, State] | None:
        if self.world.monitor_count > _MOST_MONITORS_IN_BASES:
            return None
        state = self.state()
        self.clock.set(state.clock)  # computed as a replay computes it, to the last bit
        return self.clock.used_at, state

    def _publish(self, facts: list[Fact]) -> None:
        for fact in facts:
            self.events.add("fact", fact, at=fact.at)
        if facts:
            self.dispatcher.enqueue(facts)
