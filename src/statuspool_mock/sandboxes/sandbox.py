"""One sandbox: a world, its clock and faults, and what its clients did."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from math import floor
from typing import Any, NamedTuple

from statuspool_mock.engine import (
    Command,
    CommandRefused,
    CreateIncident,
    CreateMonitor,
    DisableWebhook,
    Fact,
    Incident,
    Monitor,
    NoteTrigger,
    RegisterWebhook,
    Team,
    UnknownWebhook,
    Webhook,
    World,
)
from statuspool_mock.faults import DELIVERY, Fault, FaultBook, Strike, Target
from statuspool_mock.journal import MOST_EXCHANGES, Coverage, Exchange, Journal
from statuspool_mock.outbox import Attempt, Delivery, Message, Outbox, message_for
from statuspool_mock.sandboxes.clock import Clock, Minute, RateLimit
from statuspool_mock.sandboxes.errors import Conflict, NoSuchThing
from statuspool_mock.sandboxes.events import Events
from statuspool_mock.sandboxes.keeping import Courier, Forgetful, Keeper, Kept
from statuspool_mock.sandboxes.state import ClockFace, Performance, State

MOST_MONITORS = 200_000
MOST_INCIDENTS = 200_000
MOST_WEBHOOKS = 2_000
MOST_CHECKPOINTS = 50
MOST_FAULTS = 200
_EXCHANGES_BETWEEN_BASES = 500
_MOST_MONITORS_IN_BASES = 20_000


class Opening(NamedTuple):
    """A freshly made world and how its clock runs."""

    world: World
    rate: float


class Base(NamedTuple):
    """A state that later exchanges can be replayed from: the one after exchange `number`."""

    number: int
    wall: float
    state: State


class Sandbox:
    """One world with its clock, faults, journal and checkpoints.

    `wall` reads the server's clock, in seconds; `keeper` is told of every change.
    """

    def __init__(
        self,
        name: str,
        opening: Opening,
        wall: Callable[[], float],
        *,
        keeper: Keeper | None = None,
        courier: Courier | None = None,
        most_exchanges: int = MOST_EXCHANGES,
    ) -> None:
        self.name = name
        self._keeper = keeper or Forgetful()
        self.world = opening.world
        self.wall = wall
        self.used_at = self.touched_at = wall()
        self.clock = Clock(opening.world.now, self.used_at, opening.rate)
        self.faults = FaultBook()
        self.outbox = Outbox(keep=self._keep_outbox)
        self._courier = courier
        self.minutes: dict[str, Minute] = {}
        self.performance: Performance | None = None
        self.checkpoints: dict[str, State] = {}
        self.journal = Journal(most=most_exchanges)
        self.coverage = Coverage()
        self.events = Events()
        self.bases: list[Base] = []
        self._held: asyncio.Event | None = None
        self._rebase()

    @classmethod
    def resumed(
        cls,
        name: str,
        kept: Kept,
        wall: Callable[[], float],
        *,
        keeper: Keeper,
        courier: Courier | None,
        most_exchanges: int,
    ) -> "Sandbox":
        """Return a sandbox as it was kept. Its clock ran on while nobody was there."""
        opening = Opening(World.from_image(kept.state.world), 0.0)
        sandbox = cls(
            name, opening, wall, keeper=keeper, courier=courier, most_exchanges=most_exchanges
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
        self._check_room(command)
        made = self.world.apply(command)
        self._keeper.note_command(command, at=self.world.now)
        self._keep_whole_if_full()
        self._tell(self.world.advance(to=self.world.now))
        return made

    def _check_room(self, command: Command) -> None:
        room = _ROOM.get(type(command))
        if room is not None and (held := room.count(self.world)) >= room.most:
            raise CommandRefused(
                f"This sandbox holds {held} {room.noun} and takes no more; delete some or reset it."
            )

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

    def begin_performance(self, performance: Performance) -> None:
        """Take note of a play under way."""
        self.performance = performance
        self._keep_settings()

    def end_performance(self) -> None:
        """Forget the play under way."""
        self.performance = None
        self._keep_settings()

    def take_request(self, role: str, limit: RateLimit | None) -> int | None:
        """Count a request of a role's key; the seconds to wait where its minute is used up."""
        if limit is None or (self.rate == 0 and not limit.even_frozen):
            return None
        minute = self.minutes.get(role, Minute())
        self.minutes[role], retry_after = minute.take(self.instant, limit.per_minute)
        return retry_after

    def webhook(self, webhook_id: str) -> Webhook:
        """Return an endpoint of either team. Raises `UnknownWebhook`."""
        return self.world.webhook(webhook_id)

    def strike_delivery(self, message: Message) -> Strike | None:
        """Return what befalls a delivery, None where nothing does."""
        if not self.faults:
            return None
        return self.strike(Target(DELIVERY, "POST", message.monitor_id, message.team))

    def note_attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        """Take note of an attempt to deliver: `last_triggered_at` is its time."""
        self._apply_if_there(NoteTrigger(webhook_id=delivery.webhook_id, at=int(attempt.at)))
        told = {
            "delivery": delivery.number,
            "message_id": delivery.message.id,
            "webhook_id": delivery.webhook_id,
            "event": delivery.message.event,
            "status": attempt.status,
            "error": attempt.error,
        }
        self.events.add("delivery", told, at=attempt.at)

    def note_gone(self, webhook: Webhook) -> None:
        """Make an endpoint inactive that wants no more."""
        self._apply_if_there(DisableWebhook(webhook_id=webhook.id))

    def _apply_if_there(self, command: Command) -> None:
        with suppress(UnknownWebhook):  # the world may have been reset meanwhile
            self.world.apply(command)
            self._keeper.note_command(command, at=self.world.now)

    def post(self, message: Message, webhooks: Iterable[Webhook]) -> None:
        """Let a message be delivered to endpoints now, or as soon as it is their turn."""
        self.outbox.made += 1
        self.outbox.post(message, webhooks, now=self.instant)
        self.dispatch()

    def dispatch(self) -> None:
        """Let what is due be sent in the background."""
        if self._courier is not None:
            self._courier.start(self)

    async def delivered(self, *, seconds: float) -> bool:
        """Return when all that is due was sent; False where that took too long."""
        return self._courier is None or await self._courier.settle(self, seconds=seconds)

    @property
    def needs_pulse(self) -> bool:
        """Whether something may become due for an endpoint by time alone."""
        if self.rate == 0 or self.is_held:
            return False
        return self.outbox.next_due is not None or self.world.has_webhooks

    @property
    def outbox_matters(self) -> bool:
        """Whether time has to stop for deliveries on its way."""
        return self._courier is not None and (
            self.world.has_webhooks or self.outbox.next_due is not None
        )

    def strike(self, target: Target) -> Strike | None:
        """Return what befalls a request, None where nothing does."""
        struck = self.faults.strike(target, now=self.instant)
        self._keep_settings()  # the dice have rolled
        return struck

    # Memory

    def record(self, exchange: Exchange, answer: Any) -> None:
        """Enter an exchange; `answer` is its body before it was written."""
        self.journal.write(exchange)
        if not exchange.control:
            if exchange.operation:
                self.coverage.note(exchange.operation, exchange.status, answer)
            self.events.add("exchange", exchange.number, at=exchange.at)
        if exchange.number % _EXCHANGES_BETWEEN_BASES == 0:
            self._rebase()

    def state(self) -> State:
        """Return all that this sandbox is now; checkpoints and the journal are not part of it."""
        clock, now = self.clock, self.instant
        until = clock.until if clock.until is not None and now < clock.until else None
        face = ClockFace(shows=now, rate=self.rate, until=until, then=clock.then)
        return State(
            world=self.world.image(),
            clock=face,
            faults=self.faults.entries(now=now),
            faults_made=self.faults.made,
            minutes=tuple(self.minutes.items()),
            performance=self.performance,
            outbox=self.outbox.image(),
        )

    def become(self, state: State, *, why: str) -> None:
        """Take on a state, dice included; its clock goes on from now. `why` is told as an event."""
        self._take_on(state, seconds_ago=0.0)
        self._keeper.note_whole(self.state())
        self.events.add(why, {"now": self.world.now}, at=state.clock.shows)

    def _take_on(self, state: State, *, seconds_ago: float) -> None:
        self.world = World.from_image(state.world)
        face, self.used_at = state.clock, self.wall()
        began = self.used_at - seconds_ago
        self.clock = Clock(face.shows, began, face.rate, face.until, face.then)
        self.faults = FaultBook(state.faults, made=state.faults_made)
        self.outbox = Outbox(state.outbox, keep=self._keep_outbox)
        self.minutes = dict(state.minutes)
        self.performance = state.performance
        self.bases.clear()
        self._rebase()

    def reopen(self, opening: Opening) -> None:
        """Begin again: world, clock, faults, limits and journal as if newly opened."""
        self.used_at = self.wall()
        self.world = opening.world
        self.clock = Clock(opening.world.now, self.used_at, opening.rate)
        self.faults = FaultBook()
        self.outbox = Outbox(keep=self._keep_outbox)
        self.minutes = {}
        self.performance = None
        self.journal.clear()
        self.coverage.clear()
        self.bases.clear()
        self._rebase()
        self.keep_whole()
        self.events.add("reset", {"now": self.world.now}, at=self.world.now)

    def keep_whole(self) -> None:
        """Let the whole of it be kept, as after an opening."""
        self._keeper.note_whole(self.state())

    def keep_checkpoint(self, name: str) -> State:
        """Remember the present state under a name, in place of what had it."""
        if name not in self.checkpoints and len(self.checkpoints) >= MOST_CHECKPOINTS:
            raise Conflict(f"There are {MOST_CHECKPOINTS} checkpoints already; delete some.")
        self.catch_up()
        self.checkpoints[name] = state = self.state()
        self._keeper.note_checkpoint(name, state)
        return state

    def checkpoint(self, name: str) -> State:
        """Return the state of that name. Raises `NoSuchThing`."""
        if name not in self.checkpoints:
            known = ", ".join(sorted(self.checkpoints)) or "none"
            raise NoSuchThing(f"No checkpoint is called {name!r}; there are: {known}.")
        return self.checkpoints[name]

    def forget_checkpoint(self, name: str) -> None:
        """Drop the checkpoint of that name. Raises `NoSuchThing`."""
        self.checkpoint(name)
        del self.checkpoints[name]
        self._keeper.note_checkpoint(name, None)

    def _keep_settings(self) -> None:
        if not isinstance(self._keeper, Forgetful):
            self._keeper.note_settings(self.state())
            self._keep_whole_if_full()

    def _keep_whole_if_full(self) -> None:
        if self._keeper.is_full:
            self.keep_whole()

    def _rebase(self) -> None:
        """Note the present state as one to replay from, and drop those nobody can start at."""
        first = self.journal.first
        self.bases = [base for base in self.bases if base.number >= first - 1]
        if _monitor_count(self.world) <= _MOST_MONITORS_IN_BASES:
            state = self.state()
            face = state.clock
            # From here on the clock is reckoned as a replay will reckon it, to the last bit.
            self.clock = Clock(face.shows, self.used_at, face.rate, face.until, face.then)
            self.bases.append(Base(self.journal.written, self.used_at, state))

    def _tell(self, facts: list[Fact]) -> None:
        for fact in facts:
            self.events.add("fact", fact, at=fact.at)
        if facts and self.world.has_webhooks:
            for fact in facts:
                self._post_about(fact)
            self.dispatch()

    def _post_about(self, fact: Fact) -> None:
        message = message_for(fact, self.world, number=self.outbox.made + 1)
        if message is None:
            return
        webhooks = self.world.webhooks(team=message.team, active=True)
        told = [webhook for webhook in webhooks if message.event in webhook.events]
        if told:
            self.outbox.made += 1
            self.outbox.post(message, told, now=max(self.instant, fact.at))

    def _keep_outbox(self, change: Mapping[str, Any]) -> None:
        self._keeper.note_outbox(change)


def _monitor_count(world: World) -> int:
    return sum(world.monitors(team=team, limit=1).total for team in Team)


class _Room(NamedTuple):
    noun: str
    most: int
    count: Callable[[World], int]


_ROOM: dict[type, _Room] = {
    CreateMonitor: _Room("monitors", MOST_MONITORS, _monitor_count),
    CreateIncident: _Room("incidents", MOST_INCIDENTS, lambda world: world.incident_count),
    RegisterWebhook: _Room(
        "webhooks",
        MOST_WEBHOOKS,
        lambda world: sum(len(world.webhooks(team=team)) for team in Team),
    ),
}


class Access:
    """What one key may do, and in which world."""

    __slots__ = ("limit", "read_only", "role", "sandbox", "team")

    def __init__(self, sandbox: Sandbox, *, role: str, limit: RateLimit | None) -> None:
        self.sandbox = sandbox
        self.role = role
        self.team = Team.RIVAL if role == "rival" else Team.OWN
        self.read_only = role == "read-only"
        self.limit = limit

    def take(self) -> int | None:
        """Count a request; None where it may pass, else the seconds after which one will."""
        return self.sandbox.take_request(self.role, self.limit)
