"""Requests to the server: paced, within a budget, writing only to what the run created."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from statuspool_mock.conformance.active.connections import Clients
from statuspool_mock.conformance.active.errors import Finding, NotVerified, ServerUnusable
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.ledger import Ledger
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.request import (
    MAIN,
    OTHER_TEAM,
    OWN_KEYS,
    READ_ONLY,
    REVOKED,
    UNSENT,
    Request,
    Sending,
    build,
    masked,
)
from statuspool_mock.conformance.bounded_client import BoundedResponse, OutgoingRequest
from statuspool_mock.conformance.pacing import Pace, retry_seconds
from statuspool_mock.contract.document import Document

__all__ = ["MAIN", "OTHER_TEAM", "OWN_KEYS", "READ_ONLY", "REVOKED", "UNSENT", "Sending", "Session"]
_MAX_RETRIES = 3
"""How often a request is repeated after a 429 before it is given up."""
_MAX_FAILURES = 5
"""How many requests in a row may get no response before the server counts as gone."""
_MAX_KEPT_BYTES = 128 << 20
"""The size of the bodies that a run keeps; clauses about all responses do not see later ones."""


class Session:
    """Sends one run's requests. Keeps every exchange, and a ledger of what was created."""

    def __init__(self, options: Options, document: Document) -> None:
        self._clients = Clients(options)
        self.options = options
        self.base = options.url.rstrip("/")
        self.exchanges: list[ServerResponse] = []
        self._last_response: ServerResponse | None = None
        self._kept_bytes = self._failures = self._group = 0
        self.requests = 0
        self.waited_seconds = 0.0
        self.limited_seconds = 0.0
        """How long the run waited because the server responded with a 429."""
        self.unanswered = 0  # requests without a response: what they did is not known
        self.failed_deletions: list[ServerResponse] = []
        """Responses to the run's own cleaning up that are no success."""
        self.ledger = Ledger()
        self.is_paced = True
        self.reading_key = MAIN
        """The key of GET requests that name none: clauses read with one key or the other."""
        self._document = document
        self._paces: dict[str, Pace] = {}
        self._last_at: dict[str, float] = {}
        self._is_closed = False
        self._takes_one_at_a_time = False
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
        key: str | None = None,
        authorization: str | None = UNSENT,
        query: Mapping[str, Any] | Sequence[tuple[str, Any]] = (),
        value: Any = UNSENT,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        counts: bool = True,
        shown: str | None = None,
    ) -> ServerResponse:
        """Send a request and return the response; a 429 is waited out.

        An `authorization` that contains a key is `shown` in another form.

        Raises `NotVerified` where the budget is spent or every attempt is a 429, `Finding` where
        there is no response.
        """
        if key is None:
            key = self.reading_key if method == "GET" and authorization is UNSENT else MAIN
        request = self._request(
            Sending(method=method, path=path, key=key, query=query, value=value),
            authorization=authorization,
            body=body,
            headers=headers,
            shown=shown,
        )
        response = self._send_until_accepted(request, counts=counts)
        if response.is_success:
            self.ledger.enter(response)
        return response

    def send_together(
        self, sendings: Sequence[Sending], *, counts: bool = True
    ) -> list[ServerResponse]:
        """Send requests at the same time, and return their responses in the same order.

        One that gets a 429 is repeated after the others. Raises `NotVerified` where the budget is
        too small, or where a request gets no response: how many connections a server takes at once
        is not documented.
        """
        if self._takes_one_at_a_time:
            raise NotVerified("the server did not respond to requests at the same time")
        requests = [self._request(each) for each in sendings]
        if counts:
            self._spend(len(requests))
        for request in requests:
            self._pace(request.key)
        responses = self._attempt_together(requests)
        if self.is_paced:
            responses = [
                self._send_until_accepted(request, counts=counts) if got.status == 429 else got
                for request, got in zip(requests, responses, strict=True)
            ]
        for response in responses:
            if response.is_success:
                self.ledger.enter(response)
        return responses

    def _request(self, sending: Sending, **more: Any) -> Request:
        self.ledger.refuse_foreign(sending.method, sending.path)
        request = build(sending, base=self.base, token=self._keys[sending.key], **more)
        return masked(request, self._keys)

    def _send_until_accepted(self, request: Request, *, counts: bool) -> ServerResponse:
        for attempt in range(_MAX_RETRIES + 1):
            if counts:
                self._spend()
            self._pace(request.key)
            response = self._attempt(request)
            if response.status != 429 or not self.is_paced:
                self._is_closed = False
                return response
            if attempt < _MAX_RETRIES and not self._is_closed:
                seconds = retry_seconds(response.headers.get("retry-after", ""), attempt)
                self.limited_seconds += seconds
                self.wait(seconds)
        self._is_closed = True  # it is not waited for again
        raise NotVerified(f"the server still responds with 429 after {_MAX_RETRIES} waits")

    @property
    def last_response(self) -> ServerResponse:
        """The response to the last request."""
        assert self._last_response is not None  # noqa: S101 - a clause asks after it has sent one
        return self._last_response

    @contextmanager
    def unpaced(self) -> Iterator[None]:
        """Send without pauses, and return a 429 as any other response."""
        self.is_paced = False
        try:
            yield
        finally:
            self.is_paced = True

    def rest(self, *keys: str) -> None:
        """Wait until this run has sent no request for a minute, with these keys or with any."""
        sent_at = [at for key, at in self._last_at.items() if not keys or key in keys]
        if sent_at:
            self.wait(max(0.0, max(sent_at) + 61 - time.monotonic()))

    def wait(self, seconds: float) -> None:
        """Wait, and count the time."""
        self.waited_seconds += seconds
        time.sleep(seconds)

    def close(self) -> None:
        """Close the connections."""
        self._clients.close()

    def _spend(self, number: int = 1) -> None:
        budget = self.options.max_requests
        again = _MAX_RETRIES if self.limited_seconds else 0  # a refused deletion is sent again
        cleaning_up = len(self.ledger.monitors) + 1 + again
        if budget is not None and self.requests + number + cleaning_up > budget:
            raise NotVerified(f"the budget of {budget} requests is spent")

    def _pace(self, key: str) -> None:
        rate = self.options.pace_per_minute
        if rate is None or not self.is_paced:
            return
        wait = self._paces.setdefault(key, Pace(rate)).next_wait()
        if wait:
            self.wait(wait)

    def _attempt(self, request: Request) -> ServerResponse:
        self.requests += 1
        started = self._last_at[request.key] = time.monotonic()
        try:
            client = self._clients.of(is_paced=self.is_paced)
            received = client.request(
                request.method, request.url, headers=request.all_headers, content=request.body
            )
        except httpx.TransportError as error:
            self._failures += 1
            self.unanswered += 1
            if self._failures >= _MAX_FAILURES:
                raise ServerUnusable(f"{self.base} no longer responds: {error}") from error
            reason = f"{type(error).__name__} {error}".strip()
            got = f"no response to {request.method} {request.path}: {reason}"
            raise Finding(got, "a response", self._response(request)) from error
        return self._received(request, received, started)

    def _attempt_together(self, requests: Sequence[Request]) -> list[ServerResponse]:
        self.requests += len(requests)
        started = time.monotonic()
        self._last_at.update({request.key: started for request in requests})
        outgoing = [
            OutgoingRequest(each.method, each.url, each.all_headers, each.body) for each in requests
        ]
        received = self._clients.kept.request_together(outgoing)
        self._group = len(self.exchanges) + 1
        failed = [each for each in received if isinstance(each, httpx.TransportError)]
        responses = [
            self._received(request, response, started, is_alone=False)
            for request, response in zip(requests, received, strict=True)
            if isinstance(response, BoundedResponse)
        ]
        self._group = 0
        self.unanswered += len(failed)
        if failed:
            self._takes_one_at_a_time = True
            self._clients.drop_kept()
            for response in responses:
                if response.is_success:
                    self.ledger.enter(response)
            unanswered = f"{len(failed)} of {len(requests)} requests at the same time"
            raise NotVerified(f"no response to {unanswered}: {failed[0]!r:.120}")
        return responses

    def _received(
        self, request: Request, received: BoundedResponse, started: float, *, is_alone: bool = True
    ) -> ServerResponse:
        self._failures = 0
        response = self._response(
            request,
            status=received.status,
            headers={name.lower(): text for name, text in received.headers.items()},
            body=received.content,
            seconds=time.monotonic() - started,
            is_alone=is_alone,
        )
        self._keep(response)
        return response

    def _keep(self, response: ServerResponse) -> None:
        self._last_response = response
        self._kept_bytes += len(response.body)
        if self._kept_bytes <= _MAX_KEPT_BYTES:
            self.exchanges.append(response)

    def _response(
        self,
        request: Request,
        *,
        status: int = 0,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        seconds: float = 0.0,
        is_alone: bool = True,
    ) -> ServerResponse:
        found = self._document.find(request.method, request.path)
        return ServerResponse(
            operation=found[0].id if found else "",
            method=request.method,
            url=request.url,
            authorization=request.shown,
            sent_headers=request.headers,
            sent=request.body,
            status=status,
            headers=headers or {},
            body=body,
            key=request.key,
            has_own_key=request.has_own_key,
            is_alone=is_alone,
            seconds=seconds,
            at=time.monotonic(),
            group=self._group,
        )
