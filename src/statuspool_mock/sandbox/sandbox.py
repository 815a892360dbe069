"""One sandbox: a world with its clock, faults, rate limits, exchanges and checkpoints."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import floor
from typing import Any, NamedTuple

from statuspool_mock.exchanges import MOST_EXCHANGES, Coverage, Exchange, Journal
from statuspool_mock.exchanges.faults import Fault, FaultSet, FaultTarget, InjectedFault
from statuspool_mock.sandbox.checkpoints import Checkpoints
from statuspool_mock.sandbox.clock import WorldClock
from statuspool_mock.sandbox.errors import Conflict
from statuspool_mock.sandbox.events import Events
from statuspool_mock.sandbox.exchange_history import ExchangeHistory, ReplayBase
from statuspool_mock.sandbox.persistence import ChangeLog, NullStorage, StoredSandbox
from statuspool_mock.sandbox.quotas import MOST_FAULTS, check_quota
from statuspool_mock.sandbox.rate_limits import RateLimit, RateLimiter
from statuspool_mock.sandbox.state import ActiveScript, State
from statuspool_mock.simulation import Command, Fact, Incident, Monitor, Webhook, World
from statuspool_mock.webhooks.dispatcher import WebhookDispatcher
from statuspool_mock.webhooks.sender import WebhookSender

_MOST_MONITORS_IN_BASES = 20_000


class InitialWorld(NamedTuple):
    """A new world and how many seconds pass in it for each real one."""

    world: World
    rate: float


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
        self.dispatcher = WebhookDispatcher(self, change_log=self._change_log, sender=sender)
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
        sandbox._load(stored.state, seconds_ago=stored.seconds_ago)
        return sandbox

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
        """Let time pass at a rate from now on; from the instant `until` on at the rate `then`."""
        now = self.instant if rate else float(self.world.now)
        self.clock.run(rate, at=now, until=until, then=then)
        self._log_settings()

    def move(self, *, to: int, most: int) -> list[Fact]:
        """Advance world and clock by at most so many changes; `world.now` shows how far it got.

        Raises `ClockRanBackwards`.
        """
        return self._moved(self.world.advance(to=to, most=most))

    def move_to_next(self, *, before: int, most: int) -> list[Fact]:
        """Advance to the first instant at which something happens, or to `before`."""
        return self._moved(self.world.advance_to_next(before=before, most=most))

    def _moved(self, facts: list[Fact]) -> list[Fact]:
        self.clock.move(to=self.world.now)
        self._publish(facts)
        self._log_settings()
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
        made = self.world.apply(command)
        self._change_log.append_command(command, at=self.world.now)
        self._compact_log()
        self._publish(self.world.advance(to=self.world.now))
        return made

    def add_fault(self, fault: Fault) -> None:
        """Add a fault. Raises `Conflict` where there are too many."""
        self.faults.entries(now=self.clock.now())  # drops those that are used up
        if len(self.faults) >= MOST_FAULTS:
            raise Conflict(f"There are {MOST_FAULTS} faults already; remove some.")
        self.faults.add(fault)
        self._log_settings()

    def remove_faults(self, fault_id: str | None = None) -> bool:
        """Remove a fault, or all of them; return whether there was one."""
        chosen = [fault.id for fault, _ in self.faults.entries(now=self.instant)]
        found = [self.faults.remove(one) for one in chosen if fault_id in {None, one}]
        self._log_settings()
        return any(found)

    def set_active_script(self, script: ActiveScript | None) -> None:
        """Set the outage script that is being played; None when it ends."""
        self.active_script = script
        self._log_settings()

    def take_request(self, role: str, limit: RateLimit | None) -> int | None:
        """Count a request of a role's key. Return the seconds to wait if its minute is used up."""
        if limit is None or (self.rate == 0 and not limit.even_frozen):
            return None
        return self.rate_limiter.take(role, limit, now=self.instant)

    def inject_fault(self, target: FaultTarget) -> InjectedFault | None:
        """Return the fault to inject into a request or delivery, if any."""
        injected = self.faults.draw(target, now=self.instant)
        self._log_settings()  # the random numbers have moved on
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

    def state(self) -> State:
        """Return everything that this sandbox is now, without checkpoints and journal."""
        return State(
            world=self.world.image(),
            clock=self.clock.reading(),
            faults=self.faults.entries(now=self.instant),
            faults_made=self.faults.made,
            rate_windows=self.rate_limiter.windows,
            active_script=self.active_script,
            outbox=self.dispatcher.outbox.image(),
        )

    def become(self, state: State, *, why: str) -> None:
        """Continue from a state, random numbers included. `why` is published as an event."""
        self._load(state)
        self.write_snapshot()
        self.events.add(why, {"now": self.world.now}, at=state.clock.shows)

    def _load(self, state: State, *, seconds_ago: float = 0.0) -> None:
        self.world = World.from_image(state.world)
        self.clock.tick(for_client=False)
        self.clock.set(state.clock, seconds_ago=seconds_ago)
        self.faults = FaultSet(state.faults, made=state.faults_made)
        self.dispatcher.begin(state.outbox)
        self.rate_limiter = RateLimiter(state.rate_windows)
        self.active_script = state.active_script
        self.history.restart()

    def reset(self, initial: InitialWorld) -> None:
        """Begin again: world, clock, faults, limits and journal are as if newly opened."""
        self.world = initial.world
        self.clock.tick(for_client=False)
        self.clock.run(initial.rate, at=initial.world.now)
        self.faults = FaultSet()
        self.dispatcher.begin()
        self.rate_limiter = RateLimiter()
        self.active_script = None
        self.history.clear()
        self.write_snapshot()
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

    def _log_settings(self) -> None:
        if not isinstance(self._change_log, NullStorage):
            self._change_log.append_settings(self.state())
            self._compact_log()

    def _compact_log(self) -> None:
        if self._change_log.is_full:
            self.write_snapshot()

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
