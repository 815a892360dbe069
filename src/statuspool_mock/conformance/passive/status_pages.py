"""The proxy's own pages below `/_mock`, for this machine or with the token."""

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

_MAX_EXCHANGES = 1_000
_MAX_BYTES = 16 << 20


class CheckedExchange(NamedTuple):
    """An exchange and the observations about it."""

    exchange: Exchange
    observations: list[Observation]


class StatusPages:
    """The proxy's journal, bounded in number and bytes, and its pages."""

    def __init__(self, checker: ExchangeChecker, *, auth: ControlAuth, base: str) -> None:
        self._checker = checker
        self._auth = auth
        self._base = base
        self._kept: deque[CheckedExchange] = deque()
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
        """Keep an exchange; the oldest ones are dropped."""
        self._kept.append(CheckedExchange(exchange, observations))
        self._bytes += exchange.size
        while len(self._kept) > _MAX_EXCHANGES or (
            self._bytes > _MAX_BYTES and len(self._kept) > 1
        ):
            self._bytes -= self._kept.popleft().exchange.size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond, if the control plane is open to the request."""
        try:
            self._check(scope)
        except ControlDenied as error:
            refusal = JSONResponse({"error": "FORBIDDEN", "message": str(error)}, status_code=403)
            await refusal(scope, receive, send)
            return
        await self._router(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        grant = self._auth.check(dict(scope["headers"]), scheme=scope["scheme"])
        if not grant.is_admin:
            raise ControlDenied("These pages show all traffic, and need a token for admin.")

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
        message = f"Exchange {number} is not kept."
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
        "response": {
            "headers": masked_headers(exchange.response_headers),
            "body": masked_body(exchange.content).decode("utf-8", "replace"),
        },
    }
