"""Serializes values of the simulation to the JSON of the document."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import orjson

from statuspool_mock.exchanges import KeptBody
from statuspool_mock.simulation import (
    Check,
    Incident,
    MonitorSummary,
    Page,
    Reading,
    Sla,
    Steps,
    Webhook,
)
from statuspool_mock.web.responses import encode

Json = dict[str, Any]
T = TypeVar("T")
_MOST_KEPT = 16_384
_GIVEN_UP = 64  # by a full cache, at once
MOST_BYTES_OF_PAGES = 4 << 20
_ITEMS_IN_A_PIECE = 100


@lru_cache(maxsize=65_536)
def instant(seconds: int) -> str:
    """Return an instant as the reference writes it: 2025-01-15T09:42:11Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def optional_instant(seconds: int | None) -> str | None:
    """Return an instant as text, or None for None."""
    return None if seconds is None else instant(seconds)


class MonitorSerializer:
    """Serializes monitors, and caches the result as long as a summary is the same.

    Callers must not change what is returned.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _KeptMonitor] = {}
        self._pages: dict[tuple[str, int, int, int], _KeptPage] = {}
        self._bytes_of_pages = 0

    def __call__(self, summary: MonitorSummary) -> Json:
        """Return a monitor's JSON."""
        return self._monitor(summary).shaped

    def page(self, page: Page[MonitorSummary]) -> tuple[Json, bytes]:
        """Return a page of monitors as JSON and as bytes; it is kept as long as it is the same."""
        items = page.items
        if not items:
            body = page_json(page, self)
            return body, encode(body)
        key = (items[0].monitor.id, len(items), page.page, page.total_pages)
        kept = self._pages.get(key)
        if kept is not None and kept.items == items:
            return kept.body, kept.content
        body = KeptBody(page_json(page, self))
        content = encode({**body, "results": [self._monitor(item).encoded for item in items]})
        self._keep_page(key, _KeptPage(items, body, content))
        return body, content

    def _keep_page(self, key: tuple[str, int, int, int], page: "_KeptPage") -> None:
        before = self._pages.get(key)
        self._bytes_of_pages += len(page.content) - (len(before.content) if before else 0)
        if self._bytes_of_pages > MOST_BYTES_OF_PAGES:
            self._pages.clear()
            self._bytes_of_pages = len(page.content)
        self._pages[key] = page

    def _monitor(self, summary: MonitorSummary) -> "_KeptMonitor":
        monitor_id = summary.monitor.id
        kept = self._kept.get(monitor_id)
        if kept is not None and kept.summary == summary:
            return kept
        if len(self._kept) >= _MOST_KEPT:  # to clear it would take 10 ms
            for oldest in list(islice(self._kept, _GIVEN_UP)):
                del self._kept[oldest]
        kept = self._kept[monitor_id] = _KeptMonitor(summary, _monitor_json(summary))
        return kept


@dataclass(slots=True)
class _KeptMonitor:
    """A monitor's JSON, and what it is made of."""

    summary: MonitorSummary
    shaped: Json
    _encoded: orjson.Fragment | None = None

    @property
    def encoded(self) -> orjson.Fragment:
        """The JSON as bytes, which only lists need."""
        if self._encoded is None:
            self._encoded = orjson.Fragment(encode(self.shaped))
        return self._encoded


class _KeptPage(NamedTuple):
    """A page of monitors, and what it is made of."""

    items: Sequence[MonitorSummary]
    body: Json
    content: bytes


def _monitor_json(summary: MonitorSummary) -> Json:
    monitor, status, last_check_at = summary
    return {
        "id": monitor.id,
        "name": monitor.name,
        "url": monitor.url,
        "interval_seconds": monitor.interval_seconds,
        "tags": monitor.tags,
        "regions": monitor.regions,
        "expected_status": monitor.expected_status,
        "status": status,
        "last_check_at": optional_instant(last_check_at),
        "created_at": instant(monitor.created_at),
        "updated_at": instant(monitor.updated_at),
    }


def sla_json(sla: Sla) -> Json:
    """Return the last 30 days."""
    return sla._asdict()


def reading_json(reading: Reading) -> Json:
    """Return the body of /status."""
    status, last_check_at, response_time_ms, uptime_30d = reading
    return {
        "status": status,
        "last_check_at": optional_instant(last_check_at),
        "response_time_ms": response_time_ms,
        "uptime_30d": uptime_30d,
    }


def check_json(check: Check) -> Json:
    """Return one row of a log."""
    timestamp, region, status_code, response_time_ms, error_message = check
    return {
        "timestamp": instant(timestamp),
        "region": region,
        "status_code": status_code,
        "response_time_ms": response_time_ms,
        "error_message": error_message,
    }


def incident_json(incident: Incident, now: int) -> Json:
    """Return an incident; the duration of an open one is until now."""
    return {
        "id": incident.id,
        "monitor_id": incident.monitor_id,
        "title": incident.title,
        "description": incident.description,
        "started_at": instant(incident.started_at),
        "resolved_at": optional_instant(incident.resolved_at),
        "duration_seconds": incident.duration_seconds(now),
        "affected_regions": incident.affected_regions,
    }


def webhook_json(webhook: Webhook) -> Json:
    """Return a webhook, without its secret."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "active": webhook.active,
        "last_triggered_at": optional_instant(webhook.last_triggered_at),
    }


def created_webhook_json(webhook: Webhook) -> Json:
    """Return a webhook as in the response to its registration, with both names of its id."""
    return {
        **webhook_json(webhook),
        "webhook_id": webhook.id,
        "verification_token": webhook.verification_token,
    }


def page_json(page: Page[T], shape: Callable[[T], Json]) -> Json:
    """Return one page of a list."""
    return {
        "results": [shape(item) for item in page.items],
        "page": page.page,
        "total_pages": page.total_pages,
    }


def encoding_whole(
    find: Callable[[], Sequence[T]], shape: Callable[[T], Json]
) -> Steps[tuple[Json, bytes]]:
    """Return the JSON of a long list without pages as bytes, in steps, and a sample of it.

    The sample has the first and the last item, and an incident that is open if there is one.
    """
    yield
    items, pieces, sample = find(), list[bytes](), list[Json]()
    for start in range(0, len(items), _ITEMS_IN_A_PIECE):
        piece = [shape(item) for item in items[start : start + _ITEMS_IN_A_PIECE]]
        sample += [one for one in piece if one.get("resolved_at") is None][: 2 - len(sample)]
        sample += piece[:1] if start == 0 else []
        pieces.append(encode(piece)[1:-1])
        yield
    sample += [shape(items[-1])] if items else []
    head, tail = encode(whole_json((), shape) | {"total_pages": int(bool(items))}).split(b"[]")
    return whole_json(sample, lambda one: one), b"".join(
        (head, b"[", b",".join(pieces), b"]", tail)
    )


def whole_json(items: Iterable[T], shape: Callable[[T], Json]) -> Json:
    """Return a list without pages in the envelope of a page."""
    results = [shape(item) for item in items]
    return {"results": results, "page": 1, "total_pages": 1 if results else 0}
