"""Serializes values of the simulation to the JSON of the document."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import orjson

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
from statuspool_mock.web.vendor.kept_bodies import KeptBodies

Json = dict[str, Any]
T = TypeVar("T")
_MOST_KEPT = 16_384
_GIVEN_UP = 64  # by a full cache, at once
_ITEMS_IN_A_PIECE = 100


@lru_cache(maxsize=65_536)
def instant(seconds: int) -> str:
    """Return an instant as the reference writes it: 2025-01-15T09:42:11Z."""
    days, second = divmod(seconds, 86_400)
    minute = second // 60
    return f"{_date(days)}T{minute // 60:02}:{minute % 60:02}:{second % 60:02}Z"


@lru_cache(maxsize=4_096)
def _date(days: int) -> str:
    return datetime.fromtimestamp(days * 86_400, UTC).strftime("%Y-%m-%d")


def optional_instant(seconds: int | None) -> str | None:
    """Return an instant as text, or None for None."""
    return None if seconds is None else instant(seconds)


class MonitorSerializer:
    """Serializes monitors and their logs, and caches the result as long as it is the same.

    Callers must not change what is returned.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _KeptMonitor] = {}
        self._pages = KeptBodies()
        self._logs = KeptBodies()

    def __call__(self, summary: MonitorSummary) -> Json:
        """Return a monitor's JSON."""
        return self._monitor(summary).shaped

    def page(self, page: Page[MonitorSummary]) -> tuple[Json, bytes]:
        """Return a page of monitors as JSON and as bytes."""
        items = page.items
        if not items:
            body = page_json(page, self)
            return body, encode(body)
        key = (items[0].monitor.id, len(items), page.page, page.total_pages)
        kept = self._pages.find(key, items)
        if kept is not None:
            return kept
        body = page_json(page, self)
        content = encode({**body, "results": [self._monitor(item).encoded for item in items]})
        return self._pages.keep(key, items, body, content)

    def log(
        self, read: Callable[[], Page[Check]], *, at: Reading, wanted: Hashable
    ) -> tuple[Json, bytes]:
        """Return a page of a monitor's log as a sample of its JSON, and as bytes.

        It is the same as long as `at`, what the newest check found, is the same object; `wanted`
        tells it from other pages of the log. The sample has a good row and a failed one, if any.
        """
        key = (id(at), wanted)  # the object is kept with the page, so that its id stays its own
        kept = self._logs.find(key, at)
        if kept is not None:
            return kept
        page = read()
        samples = {row.error_message is None: row for row in page.items}
        sample = page_json(page._replace(items=list(samples.values())), check_json)
        return self._logs.keep(key, at, sample, encode(page_json(page, check_json)))

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
