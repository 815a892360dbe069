"""What the proxy shows of itself below `/_mock`, to this machine or to who has the token."""

from collections import deque
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock import __version__
from statuspool_mock.conformance.passive.checker import ExchangeChecker
from statuspool_mock.conformance.passive.observation import Observation
from statuspool_mock.conformance.passive.recording import observed_json
from statuspool_mock.conformance.passive.summary import as_data
from statuspool_mock.exchanges import Exchange, cells, har, masked_body, masked_headers
from statuspool_mock.web.control_auth import ControlAuth, ControlDenied

_MOST_KEPT = 1_000
_MOST_BYTES = 16 << 20


class ProxyTotals(NamedTuple):
    """An exchange and what was said of it."""

    exchange: Exchange
    observations: list[Observation]


class StatusPages:
    """The proxy's journal, bounded in number and bytes, and its pages."""

    def __init__(self, checker: ExchangeChecker, *, auth: ControlAuth, base: str) -> None:
        self._checker = checker
        self._auth = auth
        self._base = base
        self._kept: deque[ProxyTotals] = deque()
        self._bytes = 0
        self._router: ASGIApp = Router(
            routes=[
                Route("/_mock/journal", self._journal),
                Route("/_mock/journal/{number:int}", self._exchange),
                Route("/_mock/har", self._archive),
                Route("/_mock/coverage", self._coverage),
                Route("/_mock/summary", self._summary),
            ]
        )

    def keep(self, exchange: Exchange, observations: list[Observation]) -> None:
        """Remember an exchange; the oldest make room."""
        self._kept.append(ProxyTotals(exchange, observations))
        self._bytes += exchange.size
        while len(self._kept) > _MOST_KEPT or (self._bytes > _MOST_BYTES and len(self._kept) > 1):
            self._bytes -= self._kept.popleft().exchange.size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, if the gate is open."""
        try:
            self._auth.check(dict(scope["headers"]), scheme=scope["scheme"])
        except ControlDenied as error:
            refusal = JSONResponse({"error": "FORBIDDEN", "message": str(error)}, status_code=403)
            await refusal(scope, receive, send)
            return
        await self._router(scope, receive, send)

    async def _journal(self, request: Request) -> Response:
        only = request.query_params.get("kind")
        shown = [
            observed_json(*one)
            for one in reversed(self._kept)
            if only is None or any(observation.kind == only for observation in one.observations)
        ]
        return JSONResponse({"results": shown[:200], "total": len(shown)})

    async def _exchange(self, request: Request) -> Response:
        number = request.path_params["number"]
        for exchange, observations in self._kept:
            if exchange.number == number:
                return JSONResponse(observed_json(exchange, observations) | _whole(exchange))
        message = f"No exchange {number} is kept."
        return JSONResponse({"error": "NOT_FOUND", "message": message}, status_code=404)

    async def _archive(self, request: Request) -> Response:
        del request
        exchanges = [one.exchange for one in self._kept]
        return JSONResponse(har.archive(exchanges, version=__version__, base=self._base))

    async def _coverage(self, request: Request) -> Response:
        del request
        met = self._checker.coverage.met
        found = [
            {**cell._asdict(), "met": met.get(cell, 0)}
            for cell in cells(self._checker.document.operations.values())
        ]
        return JSONResponse({"cells": found})

    async def _summary(self, request: Request) -> Response:
        del request
        return JSONResponse(as_data(self._checker))


def _whole(exchange: Exchange) -> dict[str, Any]:
    return {
        "request": {
            "headers": masked_headers(exchange.headers),
            "body": masked_body(exchange.body).decode("utf-8", "replace"),
        },
        "answer": {
            "headers": masked_headers(exchange.response_headers),
            "body": masked_body(exchange.content).decode("utf-8", "replace"),
        },
    }
