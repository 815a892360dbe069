"""Breakpoints: requests whose response is held back until somebody releases it, perhaps edited.

A held request has taken effect already, so the order of the journal is the order of effects. They
are tools of a person at work: no snapshot has them, and they do not survive the server.
"""

import asyncio
import time
from dataclasses import dataclass, field, replace

from statuspool_mock.exchanges import Exchange
from statuspool_mock.exchanges.exchange import Headers
from statuspool_mock.sandbox.errors import Conflict, NotFound

MOST_BREAKPOINTS = 20
MOST_HELD = 10
"""How many requests of a sandbox are held at once; others pass."""
MOST_HELD_OF_SERVER = 100
MOST_SECONDS = 600
"""How long a request is held; then its response is sent as it was."""
USUAL_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakpoint:
    """A rule: which requests are held, how many of them, and each for how long in real time."""

    id: str
    operation: str | None = None
    method: str | None = None
    monitor_id: str | None = None
    role: str | None = None
    times: int = 1
    seconds: int = USUAL_SECONDS

    def matches(self, exchange: Exchange) -> bool:
        """Whether it holds a request. A condition of None matches everything."""
        return (
            self.operation in {None, exchange.operation}
            and self.method in {None, exchange.method}
            and self.monitor_id in {None, exchange.monitor_id}
            and self.role in {None, exchange.role}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedResponse:
    """A response that is sent instead of the one that was held."""

    status: int
    headers: Headers
    content: bytes


@dataclass(slots=True, kw_only=True)
class HeldRequest:
    """A request whose response is held. `released` has the edited response, or None."""

    id: str
    breakpoint_id: str
    exchange: Exchange
    ends_at: float
    """When it is sent at the latest, in seconds since 1970."""
    released: "asyncio.Future[EditedResponse | None]" = field(repr=False)

    def release(self, edited: EditedResponse | None = None) -> None:
        """Let the response be sent."""
        if not self.released.done():
            self.released.set_result(edited)


class Breakpoints:
    """The breakpoints of one sandbox, and the requests that are held."""

    def __init__(self) -> None:
        self.rules: dict[str, Breakpoint] = {}
        """By id, in the order in which they were added. Used ones are removed."""
        self._held: dict[str, HeldRequest] = {}
        self._made = 0
        self._held_made = 0

    @property
    def held(self) -> tuple[HeldRequest, ...]:
        """The requests that are held, the one that waits for longest first."""
        return tuple(self._held.values())

    def add(self, rule: Breakpoint) -> Breakpoint:
        """Add a breakpoint; return it with its id. Raises `Conflict` where there are too many."""
        if len(self.rules) >= MOST_BREAKPOINTS:
            raise Conflict(f"There are {MOST_BREAKPOINTS} breakpoints already; remove some.")
        self._made += 1
        added = replace(rule, id=f"breakpoint-{self._made}")
        self.rules[added.id] = added
        return added

    def remove(self, rule_id: str) -> None:
        """Remove a breakpoint and release what it holds. Raises `NotFound`."""
        is_known = self.rules.pop(rule_id, None) is not None
        holding = [one for one in self._held.values() if one.breakpoint_id == rule_id]
        if not is_known and not holding:
            raise NotFound(f"There is no breakpoint {rule_id!r}; it may be used up.")
        for one in holding:
            one.release()

    def clear(self) -> None:
        """Remove every breakpoint and release every request."""
        self.rules.clear()
        for one in self._held.values():
            one.release()

    def hold(self, exchange: Exchange) -> HeldRequest | None:
        """Hold a request, if a breakpoint matches and there is room for it."""
        rule = next((one for one in self.rules.values() if one.matches(exchange)), None)
        if rule is None or len(self._held) >= MOST_HELD:
            return None
        if rule.times > 1:
            self.rules[rule.id] = replace(rule, times=rule.times - 1)
        else:
            del self.rules[rule.id]
        self._held_made += 1
        held = HeldRequest(
            id=f"held-{self._held_made}",
            breakpoint_id=rule.id,
            exchange=exchange,
            ends_at=time.time() + rule.seconds,
            released=asyncio.get_running_loop().create_future(),
        )
        self._held[held.id] = held
        return held

    def find(self, held_id: str) -> HeldRequest:
        """Return a request that is held. Raises `NotFound`."""
        held = self._held.get(held_id)
        if held is None:
            raise NotFound(
                f"There is no held request {held_id!r}; its response may have been sent."
            )
        return held

    def forget(self, held: HeldRequest) -> None:
        """Remove a request that is held no longer."""
        self._held.pop(held.id, None)
