"""Check several exchanges together: what was created, deleted, paged through and rate-limited.

A proxy sees its own traffic only. Where another client may be the cause, a difference is a note.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from statuspool_mock.conformance.passive.observation import Observation, mistake, note, violation
from statuspool_mock.conformance.passive.parsed_exchange import ParsedExchange
from statuspool_mock.contract.reference import RATE_WINDOW_SECONDS, REQUESTS_PER_MINUTE

_MAX_KEPT = 10_000
_STORED = ("name", "url", "interval_seconds", "expected_status")
_Filters = tuple[tuple[str, str], ...]  # the parameters of a list, without its page


@dataclass(slots=True)
class _Listing:
    """The pages of one list since it was last written to."""

    written: int
    page_of: dict[str, int] = field(default_factory=dict)
    total_pages: int | None = None
    newest: list[Any] | None = None
    """The results that passed last; the same object passes again."""


@dataclass(slots=True)
class _Caller:
    """The history of one key."""

    monitors: OrderedDict[str, dict[str, Any]] = field(default_factory=OrderedDict)
    """Those that it created or changed, by id, with the values that it sent last."""
    deleted: OrderedDict[str, None] = field(default_factory=OrderedDict)
    listings: OrderedDict[_Filters, _Listing] = field(default_factory=OrderedDict)
    written: int = 0
    quiet_until: float = 0.0
    passed: deque[float] = field(default_factory=lambda: deque(maxlen=REQUESTS_PER_MINUTE + 1))


class StatefulRules:
    """Remembers from exchanges what later ones can be checked against."""

    def __init__(self) -> None:
        self._callers: OrderedDict[bytes, _Caller] = OrderedDict()
        """By the value of `Authorization`."""

    def observe(self, parsed: ParsedExchange) -> Iterator[Observation]:
        """Check an exchange against earlier ones, and remember it."""
        key = dict(parsed.exchange.headers).get(b"authorization", b"")
        caller = _get(self._callers, key, _Caller)
        yield from _rate_limit(caller, parsed)
        if parsed.exchange.monitor_id:
            yield from _existence(caller, parsed)
        if not parsed.succeeded:
            return
        if parsed.operation.id == "getMonitor":
            yield from _stored_values(caller, parsed)
        elif parsed.operation.id == "listMonitors":
            yield from _listed(caller, parsed)
            yield from _pages(caller, parsed)
        elif parsed.operation.method != "GET":
            _remember(caller, parsed)


def _rate_limit(caller: _Caller, parsed: ParsedExchange) -> Iterator[Observation]:
    """A client waits as long as Retry-After says. Reference: Error Codes, 429."""
    at = parsed.exchange.began
    if at < caller.quiet_until:
        early = caller.quiet_until - at
        yield mistake(
            "impatient", f"The client sent a request {early:.1f} s before Retry-After ended."
        )
    if parsed.status == 429:
        seconds = parsed.headers.get("retry-after", "")
        if seconds.isdigit():
            caller.quiet_until = max(caller.quiet_until, at + int(seconds))
        return
    caller.passed.append(at)
    if len(caller.passed) > REQUESTS_PER_MINUTE and at - caller.passed[0] < RATE_WINDOW_SECONDS:
        yield note("limit-not-met", f"More than {REQUESTS_PER_MINUTE} requests passed in a minute.")
        caller.passed.clear()


def _existence(caller: _Caller, parsed: ParsedExchange) -> Iterator[Observation]:
    """Created monitors exist, deleted ones do not. Reference: Monitors."""
    monitor_id = parsed.exchange.monitor_id
    if monitor_id in caller.deleted and parsed.succeeded:
        yield violation("deleted", f"expected a 404, monitor {monitor_id} was deleted.")
    if monitor_id in caller.monitors and parsed.status == 404:
        yield violation(
            "vanished", f"expected monitor {monitor_id}, which was not deleted, got a 404."
        )
        del caller.monitors[monitor_id]


def _listed(caller: _Caller, parsed: ParsedExchange) -> Iterator[Observation]:
    """Deleted monitors are not listed. Reference: GET /monitors."""
    if not caller.deleted:
        return
    for one in parsed.results:
        if str(one.get("id")).lower() in caller.deleted:
            yield violation("deleted", f"expected no deleted monitor in the list, got {one['id']}.")


def _stored_values(caller: _Caller, parsed: ParsedExchange) -> Iterator[Observation]:
    """A monitor has the values that were written. Reference: PUT /monitors/{id}."""
    known = caller.monitors.get(parsed.exchange.monitor_id)
    if known is None or not isinstance(parsed.response, dict):
        return
    for name in _STORED:
        if name in known and name in parsed.response and parsed.response[name] != known[name]:
            yield violation(
                "forgotten",
                f"expected {name} {known[name]!r}, as written, got {parsed.response[name]!r}.",
            )


def _remember(caller: _Caller, parsed: ParsedExchange) -> None:
    operation, monitor_id = parsed.operation.id, parsed.exchange.monitor_id
    caller.written += 1
    response = parsed.response if isinstance(parsed.response, dict) else {}
    if operation == "createMonitor" and isinstance(response.get("id"), str):
        _keep(caller.monitors, response["id"].lower(), _stored(parsed))
    elif operation == "updateMonitor" and monitor_id:
        known = caller.monitors.get(monitor_id, {})
        _keep(caller.monitors, monitor_id, known | _stored(parsed))
    elif operation == "deleteMonitor":
        caller.monitors.pop(monitor_id, None)
        _keep(caller.deleted, monitor_id, None)


def _pages(caller: _Caller, parsed: ParsedExchange) -> Iterator[Observation]:
    """No monitor is on two pages of a list. Reference: GET /monitors."""
    filters = _filters(parsed.exchange.query)
    listing = _get(caller.listings, filters, lambda: _Listing(caller.written))
    if listing.written != caller.written:
        listing = caller.listings[filters] = _Listing(caller.written)
    if listing.newest is parsed.results:
        return
    page, page_of = parsed.number("page", 1), listing.page_of
    ids = [str(one.get("id")) for one in parsed.results]
    repeated = [one for one in ids if page_of.setdefault(one, page) != page]
    for one in repeated:
        message = f"monitor {one} is on pages {page_of[one]} and {page}."
        may_move = "status" in parsed.parameters
        yield note("pages", message) if may_move else violation("pages", message)
    listing.newest = None if repeated else parsed.results
    total = parsed.response.get("total_pages") if isinstance(parsed.response, dict) else None
    if isinstance(total, int):
        if listing.total_pages not in {None, total}:
            yield note("total-pages", f"total_pages changed from {listing.total_pages} to {total}.")
        listing.total_pages = total


@lru_cache(maxsize=1_024)
def _filters(query: bytes) -> _Filters:
    parameters = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return tuple(sorted((name, value) for name, value in parameters if name != "page"))


def _stored(parsed: ParsedExchange) -> dict[str, Any]:
    sent = parsed.request if isinstance(parsed.request, dict) else {}
    return {name: sent[name] for name in _STORED if sent.get(name) is not None}


def _get(kept: Any, key: Any, make: Any) -> Any:
    """Return the value of a key, made if it is new; the longest unused is dropped."""
    if key in kept:
        kept.move_to_end(key)
        return kept[key]
    value = make()
    _keep(kept, key, value)
    return value


def _keep(kept: Any, key: Any, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MAX_KEPT:
        kept.popitem(last=False)
