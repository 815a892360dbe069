"""One sandbox: a world, its clock and faults, and what its clients did."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import floor
from typing import Any, NamedTuple

from statuspool_mock.exchanges import MOST_EXCHANGES, Coverage, Exchange, Journal
from statuspool_mock.exchanges.faults import Fault, FaultSet, FaultTarget, InjectedFault
from statuspool_mock.sandbox.clock import Clock, RateLimit, RateWindow
from statuspool_mock.sandbox.errors import Conflict, NotFound
from statuspool_mock.sandbox.events import Events
from statuspool_mock.sandbox.persistence import ChangeLog, Courier, NullStorage, StoredSandbox
from statuspool_mock.sandbox.quotas import (
    MOST_CHECKPOINTS,
    MOST_FAULTS,
    check_room,
)
from statuspool_mock.sandbox.state import ActiveScript, ClockReading, State
from statuspool_mock.simulation import (
    Command,
    Fact,
    Incident,
    Monitor,
    Webhook,
    World,
)
from statuspool_mock.webhooks.dispatcher import WebhookDispatcher

_EXCHANGES_BETWEEN_BASES = 500
_MOST_MONITORS_IN_BASES = 20_000


class InitialWorld(NamedTuple):
    """A freshly made world and how its clock runs."""

    world: World
    rate: float


class ReplayBase(NamedTuple):
    """A state that later exchanges can be replayed from: the one after exchange `number`."""

    number: int
    wall: float
    state: State


class Sandbox:
    """One world with its clock, faults, journal and checkpoints.

    `wall` reads the server's clock, in seconds; `change_log` is told of every change.
    """

    def __init__(
        self,
        name: str,
        opening: InitialWorld,
        wall: Callable[[], float],
        *,
        change_log: ChangeLog | None = None,
        sender: Courier | None = None,
        most_exchanges: int = MOST_EXCHANGES,
    ) -> None:
        self.name = name
        self._change_log = change_log or NullStorage()
        self.world = opening.world
        self.wall = wall
        self.used_at = self.touched_at = wall()
        self.clock = Clock(opening.world.now, self.used_at, opening.rate)
        self.faults = FaultSet()
        self.dispatcher = WebhookDispatcher(self, change_log=self._change_log, sender=sender)
        self.minutes: dict[str, RateWindow] = {}
        self.active_script: ActiveScript | None = None
        self.checkpoints: dict[str, State] = {}
        self.journal = Journal(most=most_exchanges)
        self.coverage = Coverage()
        self.events = Events()
        self.bases: list[ReplayBase] = []
        self._held: asyncio.Event | None = None
        self._rebase()

    @classmethod
    def resumed(
        cls,
        name: str,
        kept: StoredSandbox,
        wall: Callable[[], float],
        *,
        change_log: ChangeLog,
        sender: Courier | None,
        most_exchanges: int,
    ) -> "Sandbox":
        """Return a sandbox as it was kept. Its clock ran on while nobody was there."""
        opening = InitialWorld(World.from_image(kept.state.world), 0.0)
        sandbox = cls(
            name, opening, wall, change_log=change_log, sender=sender, most_exchanges=most_exchanges
        )
        sandbox.checkpoints = dict(kept.checkpoints)
        sandbox._take_on(kept.state, seconds_ago=kept.seconds_ago)
        return sandbox

    # Time

    def now(self) -> float:
        """Return the time of this world's clock, fractions of a second included."""
        return self.clock.at(self.wall())

    @property
    def instant(self) -> float:
        """The world's time at which it last caught up: that of the request being served."""
        return self.clock.at(self.used_at)

    @property
    def rate(self) -> float:
        """How many seconds pass in this world for a real one; 0 is frozen."""
        return self.clock.rate_at(self.used_at)

    def catch_up(self, *, for_client: bool = True) -> list[Fact]:
        """Let everything that fell due happen, and return it."""
        self.used_at = self.wall()
        if for_client:
            self.touched_at = self.used_at
        facts = self.world.advance(to=max(floor(self.instant), self.world.now))
        self._tell(facts)
        return facts

    def run_clock(self, rate: float, *, until: float | None = None, then: float = 1.0) -> None:
        """Let time pass at a rate from now on; from the instant `until` on at the rate `then`."""
        now = self.instant if rate else float(self.world.now)
        self.clock = Clock(now, self.used_at, rate, until, then)
        self._keep_settings()

    def move(self, *, to: int, most: int) -> list[Fact]:
        """Advance the world and its clock, by at most so many changes; `world.now` tells how far.

        Raises `ClockRanBackwards`.
        """
        return self._moved(self.world.advance(to=to, most=most))

    def move_to_next(self, *, before: int, most: int) -> list[Fact]:
        """Advance to the first instant at which something happens, or to `before`."""
        return self._moved(self.world.advance_to_next(before=before, most=most))

    def _moved(self, facts: list[Fact]) -> list[Fact]:
        clock, rate = self.clock, self.rate
        until = clock.until if clock.until is not None and self.world.now < clock.until else None
        self.clock = Clock(float(self.world.now), self.used_at, rate, until, clock.then)
        self._tell(facts)
        self._keep_settings()
        return facts

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let others wait while time moves in slices."""
        self._held = over = asyncio.Event()
        try:
            yield
        finally:
            self._held = None
            over.set()

    @property
    def is_held(self) -> bool:
        """Whether time is just being moved in slices."""
        return self._held is not None

    async def free(self) -> None:
        """Return when nobody moves time in slices any more."""
        while self._held is not None:
            await self._held.wait()

    # Changes

    def apply(self, command: Command) -> Monitor | Incident | Webhook | None:
        """Carry out a command now; see `World.apply`. Raises `CommandRefused` where it is full."""
        check_room(self.world, command)
        made = self.world.apply(command)
        self._change_log.append_command(command, at=self.world.now)
        self._keep_whole_if_full()
        self._tell(self.world.advance(to=self.world.now))
        return made

    def add_fault(self, fault: Fault) -> None:
        """Enter a fault. Raises `Conflict` where there are too many."""
        self.faults.entries(now=self.now())  # those that are spent make room
        if len(self.faults) >= MOST_FAULTS:
            raise Conflict(f"There are {MOST_FAULTS} faults already; remove some.")
        self.faults.add(fault)
        self._keep_settings()

    def remove_faults(self, fault_id: str | None = None) -> bool:
        """Remove a fault, or all of them; return whether there was one."""
        chosen = [fault.id for fault, _ in self.faults.entries(now=self.instant)]
        found = [self.faults.remove(one) for one in chosen if fault_id in {None, one}]
        self._keep_settings()
        return any(found)

    def start_script(self, active_script: ActiveScript) -> None:
        """Take note of a play under way."""
        self.active_script = active_script
        self._keep_settings()

    def end_script(self) -> None:
        """Forget the play under way."""
        self.active_script = None
        self._keep_settings()

    def take_request(self, role: str, limit: RateLimit | None) -> int | None:
        """Count a request of a role's key; the seconds to wait where its minute is used up."""
        if limit is None or (self.rate == 0 and not limit.even_frozen):
            return None
        window = self.minutes.get(role, RateWindow())
        self.minutes[role], retry_after = window.take(self.instant, limit.per_minute)
        return retry_after

    def inject_fault(self, target: FaultTarget) -> InjectedFault | None:
        """Return what befalls a request, None where nothing does."""
        injected = self.faults.draw(target, now=self.instant)
        self._keep_settings()  # the dice have rolled
        return injected

    # Memory

    def record(self, exchange: Exchange, response: Any) -> None:
        """Enter an exchange; `response` is its body before it was written."""
        self.journal.write(exchange)
        if not exchange.control:
            if exchange.operation:
                self.coverage.note(exchange.operation, exchange.status, response)
            self.events.add("exchange", exchange.number, at=exchange.at)
        if exchange.number % _EXCHANGES_BETWEEN_BASES == 0:
            self._rebase()

    def forget_exchanges(self) -> None:
        """Empty journal and coverage; a case file begins here."""
        self.journal.clear()
        self.coverage.clear()
        self.bases.clear()
        self._rebase()

    def oldest_base(self) -> ReplayBase:
        """Return the oldest state from which every exchange since is kept. Raises `Conflict`."""
        first = self.journal.first
        for base in self.bases:
            if base.number >= first - 1:
                return base
        raise Conflict(
            "There is nothing to replay from: exchanges since the last kept state were too large "
            "to keep, or the world holds too many monitors."
        )

    def state(self) -> State:
        """Return all that this sandbox is now; checkpoints and the journal are not part of it."""
        clock, now = self.clock, self.instant
        until = clock.until if clock.until is not None and now < clock.until else None
        face = ClockReading(shows=now, rate=self.rate, until=until, then=clock.then)
        return State(
            world=self.world.image(),
            clock=face,
            faults=self.faults.entries(now=now),
            faults_made=self.faults.made,
            minutes=tuple(self.minutes.items()),
            active_script=self.active_script,
            outbox=self.dispatcher.outbox.image(),
        )

    def become(self, state: State, *, why: str) -> None:
        """Take on a state, dice included; its clock goes on from now. `why` is told as an event."""
        self._take_on(state, seconds_ago=0.0)
        self._change_log.write_snapshot(self.state())
        self.events.add(why, {"now": self.world.now}, at=state.clock.shows)

    def _take_on(self, state: State, *, seconds_ago: float) -> None:
        self.world = World.from_image(state.world)
        face, self.used_at = state.clock, self.wall()
        began = self.used_at - seconds_ago
        self.clock = Clock(face.shows, began, face.rate, face.until, face.then)
        self.faults = FaultSet(state.faults, made=state.faults_made)
        self.dispatcher.begin(state.outbox)
        self.minutes = dict(state.minutes)
        self.active_script = state.active_script
        self.bases.clear()
        self._rebase()

    def reopen(self, opening: InitialWorld) -> None:
        """Begin again: world, clock, faults, limits and journal as if newly opened."""
        self.used_at = self.wall()
        self.world = opening.world
        self.clock = Clock(opening.world.now, self.used_at, opening.rate)
        self.faults = FaultSet()
        self.dispatcher.begin()
        self.minutes = {}
        self.active_script = None
        self.forget_exchanges()
        self.keep_whole()
        self.events.add("reset", {"now": self.world.now}, at=self.world.now)

    def keep_whole(self) -> None:
        """Let the whole of it be kept, as after an opening."""
        self._change_log.write_snapshot(self.state())

    def keep_checkpoint(self, name: str) -> State:
        """Remember the present state under a name, in place of what had it."""
        if name not in self.checkpoints and len(self.checkpoints) >= MOST_CHECKPOINTS:
            raise Conflict(f"There are {MOST_CHECKPOINTS} checkpoints already; delete some.")
        self.catch_up()
        self.checkpoints[name] = state = self.state()
        self._change_log.write_checkpoint(name, state)
        return state

    def checkpoint(self, name: str) -> State:
        """Return the state of that name. Raises `NotFound`."""
        if name not in self.checkpoints:
            known = ", ".join(sorted(self.checkpoints)) or "none"
            raise NotFound(f"No checkpoint is called {name!r}; there are: {known}.")
        return self.checkpoints[name]

    def forget_checkpoint(self, name: str) -> None:
        """Drop the checkpoint of that name. Raises `NotFound`."""
        self.checkpoint(name)
        del self.checkpoints[name]
        self._change_log.write_checkpoint(name, None)

    def _keep_settings(self) -> None:
        if not isinstance(self._change_log, NullStorage):
            self._change_log.append_settings(self.state())
            self._keep_whole_if_full()

    def _keep_whole_if_full(self) -> None:
        if self._change_log.is_full:
            self.keep_whole()

    def _rebase(self) -> None:
        """Note the present state as one to replay from, and drop those nobody can start at."""
        first = self.journal.first
        self.bases = [base for base in self.bases if base.number >= first - 1]
        if self.world.monitor_count <= _MOST_MONITORS_IN_BASES:
            state = self.state()
            face = state.clock
            # From here on the clock is reckoned as a replay will reckon it, to the last bit.
            self.clock = Clock(face.shows, self.used_at, face.rate, face.until, face.then)
            self.bases.append(ReplayBase(self.journal.written, self.used_at, state))

    def _tell(self, facts: list[Fact]) -> None:
        for fact in facts:
            self.events.add("fact", fact, at=fact.at)
        if facts:
            self.dispatcher.tell(facts)
