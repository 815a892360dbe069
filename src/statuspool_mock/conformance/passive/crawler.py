"""Read everything that a server shows, within the API's rate limit; change nothing."""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from statuspool_mock.bounded_documents import DocumentRejected, parse_json
from statuspool_mock.conformance.bounded_client import MOST_VALUES, BoundedClient, BoundedResponse
from statuspool_mock.conformance.pacing import Pace, retry_seconds
from statuspool_mock.contract.reference import (
    LIST_FILTER_STATUSES,
    MAX_PAGE_SIZE,
)
from statuspool_mock.contract.tolerances import SAFE_REQUESTS_PER_MINUTE
from statuspool_mock.exchanges import Exchange
from statuspool_mock.trust import authorities_for

_MAX_PAGES = 50
_MAX_ATTEMPTS = 5
_MAX_BYTES = 128 << 20


class CrawlFailed(Exception):
    """The server cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class CrawlStep:
    """One request and its response. `name` is the same for every server."""

    name: str
    exchange: Exchange


class Crawler:
    """Sends a server at most `rate` requests a minute, and waits as long as a 429 asks.

    At most `max_monitors` are read one by one. `tls` states whom to trust.
    """

    def __init__(
        self,
        base: str,
        key: str,
        *,
        max_monitors: int,
        rate: int = SAFE_REQUESTS_PER_MINUTE,
        tls: ssl.SSLContext | None = None,
        timeout_seconds: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = base.rstrip("/")
        self._key = key
        self._max_monitors = max_monitors
        self._sleep = sleep
        self._client = BoundedClient(
            timeout_seconds=timeout_seconds, verify=tls or authorities_for(base), trust_env=False
        )
        self._pace = Pace(rate)
        self._number = 0
        self._bytes = 0

    def crawl(self, *, errors: bool) -> Iterator[CrawlStep]:
        """Yield every step; with `errors` also requests that a correct server refuses.

        Raises `CrawlFailed`.
        """
        with closing(self._client):
            monitors: list[dict[str, Any]] = []
            for page in range(1, _MAX_PAGES + 1):
                step = self._get("monitors", "/monitors", {"page": page, "limit": MAX_PAGE_SIZE})
                yield step
                response = _fields(step)
                monitors += _results(response)
                if _is_last_page(response, page):
                    break
            for status in LIST_FILTER_STATUSES:
                yield self._get(
                    f"monitors {status}", "/monitors", {"status": status, "limit": MAX_PAGE_SIZE}
                )
            for monitor in monitors[: self._max_monitors]:
                yield from self._read_monitor(str(monitor.get("id")))
            yield self._get("incidents", "/incidents", {})
            for flag in ("true", "false"):
                yield self._get(f"incidents resolved={flag}", "/incidents", {"resolved": flag})
            yield self._get("webhooks", "/webhooks", {})
            for flag in ("true", "false"):
                yield self._get(f"webhooks active={flag}", "/webhooks", {"active": flag})
            if errors:
                yield from self._invalid_requests()

    def _read_monitor(self, monitor_id: str) -> Iterator[CrawlStep]:
        yield self._get("monitor", f"/monitors/{monitor_id}", {})
        yield self._get("status", f"/monitors/{monitor_id}/status", {})
        yield self._get("logs", f"/monitors/{monitor_id}/logs", {"limit": 50})

    def _invalid_requests(self) -> Iterator[CrawlStep]:
        unknown = str(uuid4())
        yield self._get("unknown monitor", f"/monitors/{unknown}", {})
        yield self._get("status of an unknown monitor", f"/monitors/{unknown}/status", {})
        yield self._get("logs of an unknown monitor", f"/monitors/{unknown}/logs", {})
        yield self._get("no key", "/monitors", {}, key=None)
        yield self._get("wrong key", "/monitors", {}, key="not-a-key")
        yield self._get("limit 0", "/monitors", {"limit": 0})
        yield self._get("unknown status", "/monitors", {"status": "sideways"})
        yield self._get("unreadable time", f"/monitors/{unknown}/logs", {"from": "yesterday"})

    def _get(
        self, name: str, path: str, query: Mapping[str, Any], *, key: str | None = ""
    ) -> CrawlStep:
        chosen = self._key if key == "" else key
        headers = {} if chosen is None else {"Authorization": f"Bearer {chosen}"}
        for attempt in range(_MAX_ATTEMPTS):
            if wait := self._pace.next_wait():
                self._sleep(wait)
            began, clock = time.time(), time.perf_counter()
            try:
                response = self._client.request(
                    "GET", self._base + path, query=query, headers=headers
                )
            except (httpx.TransportError, httpx.InvalidURL) as error:
                raise CrawlFailed(f"{self._base}: {error or type(error).__name__}") from error
            self._count(response)
            if response.status != 429 or attempt == _MAX_ATTEMPTS - 1:
                break
            self._sleep(retry_seconds(response.headers.get("retry-after", ""), attempt))
        self._number += 1
        return CrawlStep(
            name, _exchange(self._number, path, response, began, time.perf_counter() - clock)
        )

    def _count(self, response: BoundedResponse) -> None:
        """Count the size of a body: the caller may keep what it holds."""
        self._bytes += len(response.content)
        if self._bytes > _MAX_BYTES:
            raise CrawlFailed(f"{self._base}: sent more than {_MAX_BYTES >> 20} MiB in all")


def _exchange(
    number: int, path: str, response: BoundedResponse, began: float, took: float
) -> Exchange:
    return Exchange(
        number=number,
        method="GET",
        path=path,
        query=response.request.url.query,
        headers=_lowered(response.request.headers),
        body=b"",
        at=began,
        wall=0.0,
        began=began,
        status=response.status,
        response_headers=_lowered(response.headers),
        content=response.content,
        milliseconds=took * 1000,
    )


def _lowered(headers: httpx.Headers) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.lower(), value) for name, value in headers.raw)


def _fields(step: CrawlStep) -> dict[str, Any]:
    try:
        found = parse_json(step.exchange.content, most_values=MOST_VALUES)
    except DocumentRejected:
        return {}
    return found if isinstance(found, dict) else {}


def _results(response: dict[str, Any]) -> list[dict[str, Any]]:
    found = response.get("results")
    listed = found[:MAX_PAGE_SIZE] if isinstance(found, list) else []
    return [one for one in listed if isinstance(one, dict)]


def _is_last_page(response: dict[str, Any], page: int) -> bool:
    total = response.get("total_pages")
    return not isinstance(total, int) or page >= total
