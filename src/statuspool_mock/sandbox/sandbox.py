"""One sandbox: a world with its clock, faults, rate limits, exchanges and checkpoints."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from math import floor
from typing import Any, TypeVar

from statuspool_mock.exchanges import MOST_EXCHANGES, Coverage, Entry, Journal
from statuspool_mock.exchanges.exchange import AT, CONTROL, NUMBER
from statuspool_mock.exchanges.faults import Fault, FaultSet, FaultTarget, InjectedFault
from statuspool_mock.sandbox.breakpoints import Breakpoints
from statuspool_mock.sandbox.changes import Change, CommandApplied, SettingsChanged
from statuspool_mock.sandbox.checkpoints import Checkpoints
from statuspool_mock.sandbox.clock import ClockPace, WorldClock
from statuspool_mock.sandbox.errors import Conflict, StorageFailed, WorldMoved
from statuspool_mock.sandbox.events import Events
from statuspool_mock.sandbox.exchange_history import (
    EXCHANGES_BETWEEN_BASES,
    ExchangeHistory,
    ReplayBase,
)
from statuspool_mock.sandbox.hold import Hold
from statuspool_mock.sandbox.persistence import ChangeLog, DeliveryRecords, NullStorage
from statuspool_mock.sandbox.publisher import Publisher
from statuspool_mock.sandbox.quotas import MOST_FAULTS, check_quota
from statuspool_mock.sandbox.rate_limits import RateLimit, RateLimiter
from statuspool_mock.sandbox.state import (
    ActiveScript,
    InitialWorld,
    SandboxSettings,
    State,
    state_of,
)
from statuspool_mock.sandbox.turns import Turns, at_once
from statuspool_mock.simulation import (
    Command,
    Fact,
    Incident,
    Monitor,
    Steps,
    Webhook,
    World,
    finish,
)
from statuspool_mock.simulation.world_state import WorldState
from statuspool_mock.webhooks import OutboxState
from statuspool_mock.webhooks.dispatcher import WebhookDispatcher
from statuspool_mock.webhooks.sender import WebhookSender

PATIENCE_SECONDS = 5.0
"""How long a request waits for its world to catch up; then the world is behind its clock."""

_MOST_MONITORS_IN_BASES = 20_000
_MOST_CHANGES_AT_ONCE = 10
_MOST_IN_A_SMALL_WORLD = 1_000
T = TypeVar("T")
_log = logging.getLogger(__name__)


class Sandbox:
    """The world of one key. Changes go through its methods, so that they are logged and published.

    `wall` reads the server's clock, in seconds; every change is written to `change_log`. Without a
    `sender`, webhook deliveries wait in the outbox. What may take long is in `long_work`, and done
    in `turns`.
    """

    def __init__(
        self,
        name: str,
        initial: InitialWorld,
        wall: Callable[[], float],
        *,
        change_log: ChangeLog | None = None,
        sender: WebhookSender | None = None,
        turns: Turns | None = None,
        most_exchanges: int = MOST_EXCHANGES,
    ) -> None:
        self.name = name
        self.turns = turns or Turns()
        self.world = initial.world
        self.clock = WorldClock(wall, shows=initial.world.now, rate=initial.rate)
        self.faults = FaultSet()
        self.rate_limiter = RateLimiter()
        self.active_script: ActiveScript | None = None
        self.patience_seconds = PATIENCE_SECONDS
        self.halts_at: int | None = None
        """Where the world stops catching up with its clock, in a replay."""
        self.advances = 0
        """How many requests to advance are being carried out."""
        self.change_log = change_log or NullStorage()
        self._may_act = self.change_log.may_act
        self._hold = Hold()
        self._compacting: asyncio.Task[None] | None = None
        self.checkpoints = Checkpoints()
        self.breakpoints = Breakpoints()
        records = DeliveryRecords(self.store, self.change_log.defer, self.change_log.durable)
        self.dispatcher = WebhookDispatcher(self, change_log=records, sender=sender)
        begin = self.change_log.numbers_after
        self.publisher = Publisher(self.dispatcher.enqueue, at=initial.world.now, after=begin)
        self.history = ExchangeHistory(most=most_exchanges, after=begin)
        self._adding_base: asyncio.Task[None] | None = None
        self._begin_replays()

    def close(self) -> World:
        """Break off deliveries, since the sandbox is closed or deleted; return its last world.

        Nothing large is left: its parts refer to each other, and are not collected soon.
        """
        self.dispatcher.close()
        self.breakpoints.clear()
        self.checkpoints = Checkpoints()
        self.history.close()
        world, self.world = self.world, World(seed=0, started_at=0)
        return world

    # Time

    @property
    def instant(self) -> float:
        """The world's time of the request being served."""
        return self.clock.instant

    @property
    def rate(self) -> float:
        """Seconds that pass in this world for each real second; 0 is frozen."""
        return self.clock.rate

    def catch_up(self, *, for_client: bool = True) -> bool:
        """Let what is due happen; return whether that was possible at once.

        If not, nothing may be done with the world before `long_work.catch_up`. Raises `WorldMoved`.
        """
        if self._may_act is not None and not self._may_act():
            raise WorldMoved
        to = self._goal(self.clock.tick(for_client=for_client))
        world = self.world
        facts = world.advance_briefly(to=to, most=_MOST_CHANGES_AT_ONCE)
        if world.now < to or world.is_amid_instant:
            self.publisher.keep(facts)
            return False
        self.publisher.publish(facts, until=to)
        return True

    def catching_up(self, *, most: int, is_late: Callable[[], bool]) -> Steps[list[Fact]]:
        """Let what is due happen, in steps, and return it: about so much, and until `is_late`."""
        to, facts = self._goal(self.instant), list[Fact]()
        while True:
            facts += yield from self.world.advancing(to=to, most=50)
            if self.world.now >= to or len(facts) >= most or is_late():
                return facts

    def _goal(self, instant: float) -> int:
        now = floor(instant)
        if self.halts_at is not None:
            now = min(now, self.halts_at)
        return max(now, self.world.now)

    @property
    def lag_seconds(self) -> int:
        """How far the world is behind its clock, since catching up takes too long."""
        return max(floor(self.instant) - self.world.now, 0)

    @property
    def late_at(self) -> int | None:
        """The instant of the world if it is behind its clock."""
        return self.world.now if self.lag_seconds else None

    def run_clock(self, pace: ClockPace) -> None:
        """Let time pass at a pace from now on.

        Raises `StorageFailed`, as all methods do that change something.
        """
        with self._changed_settings():
            self.set_pace(pace)

    def set_pace(self, pace: ClockPace) -> None:
        """Let time pass at a pace; the caller stores that."""
        now = self.instant if pace.rate else float(self.world.now)
        self.clock.run(pace.rate, at=now, until=pace.until, then=pace.then)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Hold the sandbox: requests wait, and nothing else is done with its world."""
        await self._hold.off()
        with self._hold.on():
            self.change_log.hold_back()
            try:
                if self.world.is_amid_instant:
                    rest = self.world.advancing(to=self.world.now)
                    await self.publish_slowly(await self.turns.take(rest))
                yield
            finally:
                self.change_log.let_go()

    async def doing(self, work: Callable[[], T]) -> T:
        """Do work that cannot be paused beside the event loop, while the sandbox is held."""
        return await self.in_turns(at_once(work))

    async def in_turns(self, steps: Steps[T]) -> T:
        """Do long work beside the event loop while the sandbox is held, and return its result."""
        async with self.alone():
            return await self.turns.take(steps)

    @property
    def is_large(self) -> bool:
        """Whether the world is so large that reading all of it takes long."""
        world = self.world
        return world.monitor_count > _MOST_IN_A_SMALL_WORLD or (
            world.incident_count > _MOST_IN_A_SMALL_WORLD
        )

    @property
    def has_moved(self) -> bool:
        """Whether another replica of the fleet may serve the world."""
        return self._may_act is not None and not self._may_act()

    @property
    def may_run_on(self) -> bool:
        """Whether the world may catch up without a request: nothing else moves its time."""
        return not (self.is_held or self.advances or self.has_moved)

    @property
    def is_held(self) -> bool:
        """Whether long work is being done."""
        return self._hold.is_on

    async def free(self) -> None:
        """Wait until no long work is being done."""
        await self._hold.off()

    # Changes

    def apply(self, command: Command) -> Monitor | Incident | Webhook | None:
        """Carry out a command now; see `World.apply`. Raises `CommandRefused` over a quota."""
        check_quota(self.world, command)
        with self.stored(CommandApplied(self.world.now, command)):
            made = self.world.apply(command)
        self.publisher.publish(self.world.advance(to=self.world.now), until=self.world.now)
        self.compact_log()
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

    def take_request(self, role: str, limit: RateLimit | None) -> int | None:
        """Count a request of a role's key. Return the seconds to wait if its minute is used up."""
        if limit is None or (self.rate == 0 and not limit.even_frozen):
            return None
        return self.rate_limiter.take(role, limit, now=self.instant)

    def inject_fault(self, target: FaultTarget) -> InjectedFault | None:
        """Return the fault to inject into a request or delivery, if any."""
        injected = self.faults.draw(target, now=self.instant)
        self.defer_settings()  # the random numbers have moved on
        return injected

    # Events and exchanges

    @property
    def events(self) -> Events:
        """What has happened lately, for those who listen."""
        return self.publisher.events

    @property
    def published_until(self) -> int:
        """The instant of the world up to which its facts are published."""
        return self.publisher.published_until

    async def publish_slowly(self, facts: Sequence[Fact]) -> None:
        """Publish many facts, up to now, while the sandbox is held."""
        await self.publisher.publish_slowly(facts, until=self.world.now)

    @property
    def journal(self) -> Journal:
        """The newest exchanges."""
        return self.history.journal

    @property
    def coverage(self) -> Coverage:
        """Which responses clients have received."""
        return self.history.coverage

    def record(self, entry: Entry, response: Any) -> None:
        """Record an exchange; `response` is the body of the response before it was serialized."""
        self.history.record(entry, response)
        if entry[NUMBER] % EXCHANGES_BETWEEN_BASES == 0:
            self._add_base_soon()
        if not entry[CONTROL]:
            self.events.add("exchange", entry[NUMBER], at=entry[AT])

    def forget_exchanges(self) -> None:
        """Forget every exchange; a case file begins here."""
        self.history.clear()
        self._begin_replays()

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
        return finish(self.capturing())

    def capturing(self) -> Steps[State]:
        """Return the state as of now, in steps."""
        return _capturing(self.settings(), self.world, self.dispatcher.outbox.image())

    def load(self, state: State, world: World, *, seconds_ago: float = 0.0) -> None:
        """Continue from a state and its world; the clock ran on for so many seconds."""
        self.begin(world)
        self.clock.set(state.clock, seconds_ago=seconds_ago)
        self.faults = FaultSet(state.faults, made=state.faults_made)
        self.dispatcher.begin(state.outbox)
        self.rate_limiter = RateLimiter(state.rate_windows)
        self.active_script = state.active_script
        self._begin_replays(state.world)

    def begin(self, world: World) -> None:
        """Continue with another world, from which nothing was published yet."""
        self.world = world
        self.publisher.begin(world.now)
        self.clock.tick(for_client=False)

    def reset(self, initial: InitialWorld, image: WorldState) -> None:
        """Begin again: world, clock, faults, limits and journal are as if newly opened.

        `image` is that of the new world.
        """
        self.begin(initial.world)
        self.clock.run(initial.rate, at=initial.world.now)
        self.faults = FaultSet()
        self.dispatcher.begin()
        self.rate_limiter = RateLimiter()
        self.active_script = None
        self.breakpoints.clear()
        self.history.clear()
        self._begin_replays(image)

    def writing_snapshot(self) -> Steps[None]:
        """Write the whole state to the change log, in steps."""
        return _writing_snapshot(self.change_log, self.capturing())

    # Storing

    def store(self, *changes: Change) -> None:
        """Store changes before they are made. Raises `StorageFailed`; then nothing has changed."""
        if self.change_log.needs_snapshot:
            finish(self.writing_snapshot())
        self.change_log.append(*changes)

    @contextmanager
    def stored(self, change: Change) -> Iterator[None]:
        """Store a change, make it in the block, and retract it if it is refused."""
        self.store(change)
        try:
            yield
        except BaseException:
            self.change_log.retract()
            raise

    @contextmanager
    def _changed_settings(self) -> Iterator[None]:
        """Store the settings that the block makes, or go back to those before."""
        with self.undone_on_failure():
            yield
            self.store(SettingsChanged(self.settings()))

    @contextmanager
    def undone_on_failure(self) -> Iterator[None]:
        """Go back to the settings before the block if it fails."""
        faults = FaultSet(self.faults.entries(now=self.instant), made=self.faults.made)
        course, script = self.clock.course, self.active_script
        try:
            yield
        except BaseException:
            self.faults, self.active_script = faults, script
            self.clock.resume(course)
            raise

    def defer_settings(self) -> None:
        """Store the settings, which follow from something else."""
        if not isinstance(self.change_log, NullStorage):
            self.change_log.defer(SettingsChanged(self.settings()))
            self.compact_log()

    def compact_log(self) -> None:
        """Write a snapshot soon if the log has grown long. If that fails, the log goes on."""
        if (self.change_log.is_full or self.change_log.needs_snapshot) and self._compacting is None:
            self._compacting = asyncio.get_running_loop().create_task(self._compact_log())

    async def _compact_log(self) -> None:
        try:
            async with self.alone():
                await self.turns.take(self.writing_snapshot())
        except StorageFailed as error:
            _log.warning("Sandbox %s: no snapshot was written: %s", self.name, error)
        finally:
            self._compacting = None

    # States to replay from

    def _begin_replays(self, image: WorldState | None = None) -> None:
        """Let replays begin at the present state; `image` is that of the world, if it is known."""
        self.history.drop_bases()
        if self._may_be_base:
            self._add_base(image or self.world.image())

    def _add_base_soon(self) -> None:
        """Let later replays begin at the present state; that of a large world is taken slowly."""
        if not self.is_large:
            self._add_base(self.world.image())
        elif self._adding_base is None and self._may_be_base:
            self._adding_base = asyncio.get_running_loop().create_task(self._add_base_slowly())

    async def _add_base_slowly(self) -> None:
        try:
            async with self.alone():
                self._add_base(await self.turns.call(self.world.image))
        finally:
            self._adding_base = None

    @property
    def _may_be_base(self) -> bool:
        return self.world.monitor_count <= _MOST_MONITORS_IN_BASES

    def _add_base(self, image: WorldState) -> None:
        state = state_of(self.settings(), image, self.dispatcher.outbox.image())
        self.clock.set(state.clock)  # computed as a replay computes it, to the last bit
        self.history.add_base(self.clock.used_at, state)


def _capturing(settings: SandboxSettings, world: World, outbox: OutboxState) -> Steps[State]:
    yield
    return state_of(settings, world.image(), outbox)


def _writing_snapshot(change_log: ChangeLog, capturing: Steps[State]) -> Steps[None]:
    yield from change_log.writing_snapshot((yield from capturing))
