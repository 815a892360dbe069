"""Requests to the server: paced, within a budget, writing only to what the run created."""

import json
import re
import ssl
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import httpx

from statuspool_mock.conformance.active.errors import Finding, NotVerified, ServerUnusable
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.ledger import Ledger
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.contract.document import Document

UNSENT: Any = object()
MAIN, READ_ONLY, OTHER_TEAM, REVOKED = "main", "read-only", "other team's", "revoked"
_VARIABLES = {
    MAIN: "$STATUSPOOL_API_KEY",
    READ_ONLY: "$READONLY_KEY",
    OTHER_TEAM: "$OTHER_TEAM_KEY",
    REVOKED: "$REVOKED_KEY",
}
_MAX_RETRIES = 3
"""How often a request is repeated after a 429 before it is given up."""
_MAX_WAIT_SECONDS = 90.0
_MAX_FAILURES = 5
"""How many requests in a row may get no response before the server counts as gone."""


class Session:
    """Sends one run's requests. Keeps every exchange, and a ledger of what was created."""

    def __init__(self, options: Options, document: Document) -> None:
        verify: ssl.SSLContext | bool = True
        if options.ca_file is not None:
            verify = ssl.create_default_context(cafile=str(options.ca_file))
        self._client = httpx.Client(
            timeout=options.timeout_seconds, verify=verify, trust_env=not options.is_local
        )
        self.options = options
        self.base = options.url.rstrip("/")
        self.exchanges: list[ServerResponse] = []
        self.requests = 0
        self.waited_seconds = 0.0
        self.ledger = Ledger()
        self.is_paced = True
        self._document = document
        self._sent_at: dict[str, deque[float]] = {}
        self._last_at: dict[str, float] = {}
        self._failures = 0
        self._refusals = 0
        self._keys = {
            MAIN: options.api_key,
            READ_ONLY: options.readonly_key,
            OTHER_TEAM: options.other_team_key,
            REVOKED: options.revoked_key,
        }

    def get(self, path: str, **more: Any) -> ServerResponse:
        """Send a GET request."""
        return self.send("GET", path, **more)

    def send(
        self,
        method: str,
        path: str,
        *,
        key: str = MAIN,
        authorization: str | None = UNSENT,
        query: Mapping[str, Any] | Sequence[tuple[str, Any]] = (),
        value: Any = UNSENT,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        counts: bool = True,
    ) -> ServerResponse:
        """Send a request and return the response; a 429 is waited out.

        Raises `NotVerified` where the budget is spent or every attempt is a 429, `Finding` where
        there is no response.
        """
        self.ledger.refuse_foreign(method, path)
        sent_headers = dict(headers or {})
        if value is not UNSENT:
            body = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
        if body is not None and not any(name.lower() == "content-type" for name in sent_headers):
            sent_headers["Content-Type"] = "application/json"
        real = f"Bearer {self._keys[key]}" if authorization is UNSENT else authorization
        shown = f"Bearer {_VARIABLES[key]}" if authorization is UNSENT else authorization
        url = self.base + path + (f"?{urlencode(query)}" if query else "")
        for attempt in range(_MAX_RETRIES + 1):
            if counts:
                self._spend()
            self._pace(key)
            response = self._attempt(method, url, path, real, shown, sent_headers, body, key)
            if response.status != 429 or not self.is_paced:
                self._refusals = 0
                break
            if attempt < _MAX_RETRIES and not self._refusals:
                self._wait(_retry_seconds(response, attempt))
        else:
            self._refusals += 1
            raise NotVerified(f"the server still responds with 429 after {_MAX_RETRIES} waits")
        if response.is_success:
            self.ledger.enter(response)
        return response

    @property
    def last_response(self) -> ServerResponse:
        """The response to the last request."""
        return self.exchanges[-1]

    @contextmanager
    def unpaced(self) -> Iterator[None]:
        """Send without pauses, and return a 429 as any other response."""
        self.is_paced = False
        try:
            yield
        finally:
            self.is_paced = True

    def rest(self) -> None:
        """Wait until this run has sent no request for a minute."""
        last = self._last_at.get(MAIN)
        if last is not None:
            self._wait(max(0.0, last + 61 - time.monotonic()))

    def wait(self, seconds: float) -> None:
        """Wait, and count the time."""
        self._wait(seconds)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def clean_up(self) -> list[str]:
        """Delete every monitor in the ledger; return what had to stay."""
        left = []
        for monitor_id, key in list(self.ledger.monitors.items()):
            try:
                path = f"/monitors/{monitor_id}"
                response = self.send("DELETE", path, key=key, counts=False)
                gone = response.status in {204, 200, 404, 410}
                reason = f"DELETE responded with {response.status}"
            except (Finding, NotVerified, ServerUnusable) as error:
                gone, reason = False, str(error)
            if gone:
                self.ledger.monitors.pop(monitor_id, None)
            else:
                left.append(f"monitor {monitor_id}: {reason}")
        return left + self.ledger.permanent

    def _spend(self) -> None:
        budget = self.options.max_requests
        cleaning_up = len(self.ledger.monitors) + 2
        if budget is not None and self.requests + cleaning_up > budget:
            raise NotVerified(f"the budget of {budget} requests is spent")

    def _pace(self, key: str) -> None:
        rate = self.options.pace_per_minute
        if rate is None or not self.is_paced:
            return
        sent = self._sent_at.setdefault(key, deque())
        now = time.monotonic()
        while sent and sent[0] <= now - 60:
            sent.popleft()
        if len(sent) >= rate:
            self._wait(sent[0] + 60 - now)
            sent.popleft()
        sent.append(time.monotonic())

    def _wait(self, seconds: float) -> None:
        self.waited_seconds += seconds
        time.sleep(seconds)

    def _attempt(  # noqa: PLR0917  (one exchange has these parts)
        self,
        method: str,
        url: str,
        path: str,
        real: str | None,
        shown: str | None,
        headers: dict[str, str],
        body: bytes | None,
        key: str,
    ) -> ServerResponse:
        self.requests += 1
        auth = {} if real is None else {"Authorization": real}
        started = self._last_at[key] = time.monotonic()
        try:
            response = self._client.request(method, url, headers={**headers, **auth}, content=body)
        except (httpx.TransportError, httpx.DecodingError) as error:
            self._failures += 1
            if self._failures >= _MAX_FAILURES:
                raise ServerUnusable(f"{self.base} no longer responds: {error}") from error
            raise Finding(
                f"no response to {method} {path}: {type(error).__name__} {error}".strip(),
                "a response",
                self._no_response(method, url, path, shown, headers, body),
            ) from error
        self._failures = 0
        found = self._document.find(method, path.partition("?")[0])
        received = ServerResponse(
            operation=found[0].id if found else "",
            method=method,
            url=url,
            authorization=shown,
            sent_headers=headers,
            sent=body,
            status=response.status_code,
            headers={name.lower(): text for name, text in response.headers.items()},
            body=response.content,
            key=key,
            seconds=time.monotonic() - started,
        )
        self.exchanges.append(received)
        return received

    def _no_response(  # noqa: PLR0917  (as above)
        self,
        method: str,
        url: str,
        path: str,
        shown: str | None,
        headers: dict[str, str],
        body: bytes | None,
    ) -> ServerResponse:
        found = self._document.find(method, path)
        return ServerResponse(
            operation=found[0].id if found else "",
            method=method,
            url=url,
            authorization=shown,
            sent_headers=headers,
            sent=body,
            status=0,
            headers={},
            body=b"",
        )


def _retry_seconds(response: ServerResponse, attempt: int) -> float:
    """Return how long a 429 asks to wait, within bounds: it may be wrong."""
    text = response.headers.get("retry-after", "")
    seconds = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 2.0**attempt * 5
    return min(max(seconds, 0.2), _MAX_WAIT_SECONDS)
