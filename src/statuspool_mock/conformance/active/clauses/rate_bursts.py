"""What the clauses about the rate limit share: bursts of requests, and what follows a refusal.

In order: requests of every kind until one is refused, one of each kind after that, one shortly
before `Retry-After` is over, one after it, and a burst at the same time. It takes two minutes.
"""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.session import MAIN, READ_ONLY, Sending
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.contract.reference import RATE_WINDOW_SECONDS, REQUESTS_PER_MINUTE

REFUSED = frozenset({429, 503})
_MOST_REQUESTS = 2 * REQUESTS_PER_MINUTE + 10
"""More than two windows of a minute allow, so that one is refused wherever their edge is."""
_MOST_TOGETHER = REQUESTS_PER_MINUTE + 20
_AT_ONCE = 10
_LONGEST_BURST_SECONDS = 50.0
_EARLY_SECONDS = 3.0
"""How long before `Retry-After` is over a request must still be refused, rounding included."""
_MARGIN_SECONDS = 0.3
_EDGE_SECONDS = 2.0
"""How far a window may seem to begin after a burst because seconds are rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Requests until one is refused. Times are of `time.monotonic`."""

    passed: int
    refusal: ServerResponse | None
    began: float
    ended: float

    @property
    def retry_after(self) -> int | None:
        """The seconds of `Retry-After`, None where it is not a whole number of seconds."""
        return None if self.refusal is None else retry_after_of(self.refusal)

    @property
    def crossed_an_edge(self) -> bool:
        """Whether a window ended within the burst, so that its requests count towards two."""
        if self.retry_after is None:
            return False
        window_began = self.ended + self.retry_after - RATE_WINDOW_SECONDS
        return window_began > self.began + _EDGE_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedResponse:
    """A response, and when it came."""

    response: ServerResponse
    at: float

    @property
    def is_refused(self) -> bool:
        """Whether the limit refused the request."""
        return self.response.status in REFUSED


def retry_after_of(response: ServerResponse) -> int | None:
    """Return the seconds of `Retry-After`, None where it is not a whole number of them."""
    text = response.headers.get("retry-after", "")
    is_number = re.fullmatch(r"[0-9]{1,4}", text)
    return int(text) if is_number else None


def kinds(context: Context) -> list[Sending]:
    """Return one request of each kind: every route, and errors too."""
    fresh = context.api.ledger.fresh_id()
    reads = ["/webhooks", "/incidents", f"/monitors/{fresh}"]
    known = _subject(context)
    if known:
        reads += [f"/monitors/{known}", f"/monitors/{known}/status", f"/monitors/{known}/logs"]
    sendings = [Sending(method="GET", path=path) for path in reads]
    sendings += [Sending(method="GET", path="/monitors", query={"limit": n}) for n in (1, 0)]
    if not context.options.read_only:
        sendings += [
            Sending(method="POST", path=path, value={})
            for path in ("/monitors", "/incidents", "/webhooks")
        ]
        sendings.append(Sending(method="DELETE", path=f"/monitors/{fresh}"))
        change = {"tags": ["limited"]}
        sendings.append(Sending(method="PUT", path=f"/monitors/{known}", value=change))
    return sendings


@shared
def _subject(context: Context) -> str:
    """A monitor to read."""
    if context.options.read_only:
        monitors = context.listed_monitors()
        return str(monitors[0]["id"]) if monitors else ""
    return str(context.minimal_monitor()["id"])


@shared
def mixed_burst(context: Context) -> Burst:
    """A burst of requests of every kind from a rested key."""
    sendings = kinds(context)
    context.api.rest()
    burst = _until_refused(context, cycle(sendings))
    if burst.crossed_an_edge:  # now the beginning of a window is known
        context.api.wait((burst.retry_after or 0) + _MARGIN_SECONDS)
        burst = _until_refused(context, cycle(sendings))
    return burst


def _until_refused(context: Context, sendings: Iterator[Sending]) -> Burst:
    passed, began = 0, time.monotonic()
    with context.api.unpaced():
        while passed < _MOST_REQUESTS:
            response = send(context, next(sendings))
            now = time.monotonic()
            if response.status in REFUSED:
                return Burst(passed=passed, refusal=response, began=began, ended=now)
            passed += 1
            if now - began > _LONGEST_BURST_SECONDS:
                raise NotVerified(f"the server took {now - began:.0f} s for {passed} requests")
    return Burst(passed=passed, refusal=None, began=began, ended=time.monotonic())


def send(context: Context, sending: Sending) -> ServerResponse:
    """Send a request that the budget does not count."""
    more: dict[str, Any] = {"query": sending.query, "key": sending.key}
    if sending.method in {"POST", "PUT"}:
        more["value"] = sending.value
    return context.api.send(sending.method, sending.path, counts=False, **more)


def refusal(context: Context) -> ServerResponse:
    """Return the response that ended the burst. Raises `NotVerified` where there is none."""
    burst = mixed_burst(context)
    if burst.refusal is None:
        raise NotVerified(f"none of {burst.passed} requests was refused")
    return burst.refusal


@shared
def after_refusal(context: Context) -> list[ServerResponse]:
    """The responses to one request of each kind after a refusal, the last to a valid POST."""
    refusal(context)
    sendings = kinds(context)
    if not context.options.read_only:
        body = context.body(name=f"{context.mark} refused")
        sendings.append(Sending(method="POST", path="/monitors", value=body))
    with context.api.unpaced():
        return [send(context, sending) for sending in sendings]


@shared
def with_other_key(context: Context, key: str) -> ServerResponse:
    """The response to another key after a refusal."""
    refusal(context)
    with context.api.unpaced():
        return context.api.get("/webhooks", key=key, counts=False)


@shared
def shortly_before(context: Context) -> TimedResponse:
    """A request shortly before Retry-After is over."""
    burst = mixed_burst(context)
    seconds = _to_wait(context)
    if seconds < 2 * _EARLY_SECONDS:
        raise NotVerified(f"Retry-After {seconds} is too short to send a request before")
    after_refusal(context)
    return _read_at(context, burst.ended + seconds - _EARLY_SECONDS)


@shared
def after_waiting(context: Context) -> TimedResponse:
    """The list of monitors after Retry-After."""
    burst, seconds = mixed_burst(context), _to_wait(context)
    return _read_at(context, burst.ended + seconds + _MARGIN_SECONDS)


def _to_wait(context: Context) -> int:
    text = refusal(context).headers.get("retry-after")
    seconds = mixed_burst(context).retry_after
    if seconds is None or seconds > RATE_WINDOW_SECONDS + 15:
        raise NotVerified(f"Retry-After {text!r} cannot be waited for")
    return seconds


def _read_at(context: Context, at: float) -> TimedResponse:
    context.api.wait(max(0.0, at - time.monotonic()))
    with context.api.unpaced():
        response = context.api.get("/monitors", query={"limit": 100}, key=MAIN, counts=False)
    return TimedResponse(response=response, at=time.monotonic())


@shared
def burst_together(context: Context) -> Burst:
    """A burst of requests at the same time, after a minute in which the limit was reached.

    `passed` includes the request after `Retry-After`, which began the minute.
    """
    first = mixed_burst(context)
    passed = 0
    with suppress(NotVerified):
        shortly_before(context)
    try:
        passed += not after_waiting(context).is_refused
        context.api.wait(first.ended - first.began + 1)  # a window that slides frees all by then
    except NotVerified:
        context.api.rest()
    return _burst_of_reads(context, MAIN, passed=passed)


@shared
def readers_burst(context: Context) -> Burst:
    """A burst of requests at the same time with the read-only key, after a minute without any."""
    context.api.rest(READ_ONLY)
    burst = _burst_of_reads(context, READ_ONLY)
    if burst.crossed_an_edge:
        raise NotVerified("a minute of the limit ended within the burst")
    return burst


def _burst_of_reads(context: Context, key: str, *, passed: int = 0) -> Burst:
    began = time.monotonic()
    sendings = [Sending(method="GET", path="/webhooks", key=key)] * _AT_ONCE
    refusals: list[ServerResponse] = []
    with context.api.unpaced():
        for _ in range(_MOST_TOGETHER // _AT_ONCE):
            responses = context.api.send_together(sendings, counts=False)
            refusals += [each for each in responses if each.status in REFUSED]
            passed += sum(each.status not in REFUSED for each in responses)
    last = refusals[-1] if refusals else None
    return Burst(passed=passed, refusal=last, began=began, ended=time.monotonic())
