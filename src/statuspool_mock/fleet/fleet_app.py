"""Sends each request to the home of its world: served here, forwarded, or claimed and loaded."""

import asyncio
import logging
import re
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from statuspool_mock.fleet.forwarding import forward
from statuspool_mock.fleet.gate import Gate, Outcome
from statuspool_mock.fleet.homes import Home
from statuspool_mock.fleet.lease import LEASE_SECONDS, now
from statuspool_mock.fleet.ledger import UNREACHABLE
from statuspool_mock.fleet.link_client import LinkLost, Links
from statuspool_mock.fleet.request_body import RequestBody
from statuspool_mock.fleet.request_marks import current
from statuspool_mock.fleet.routes import Routes
from statuspool_mock.web.errors import RequestedError, error_response
from statuspool_mock.web.middleware import CONTROL_PATH
from statuspool_mock.web.requests import bearer_key

BUDGET_SECONDS = LEASE_SECONDS + 2.5
"""How long a request waits for a home of its world before it is given up."""
MOST_KNOWN_KEYS = 20_000
"""For how many keys a replica remembers their world."""

_PAUSE_SECONDS = 0.05
_EVENTS = f"{CONTROL_PATH}/events"
_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
_DEAD = re.compile(r"\.(?:revoked|expired)$")
_REASONS = {
    Outcome.MOVED: f"no home of it was found within {BUDGET_SECONDS:.0f} s",
    Outcome.UNKNOWN: "its home was lost meanwhile, and it may have been carried out or not",
}
_log = logging.getLogger(__name__)


class FleetApp:
    """The app of a replica. `world_of` returns the name of the world of a key, None if invalid."""

    def __init__(
        self,
        app: ASGIApp,
        routes: Routes,
        links: Links,
        *,
        world_of: Callable[[str], str | None],
    ) -> None:
        self._app = app
        self._routes = routes
        self._here = routes.homes.here
        self._links = links
        self._world_of = world_of
        self._worlds: dict[bytes, str | None] = {}
        self.served = 0
        """How many requests were served for worlds at home here."""
        self.forwarded = 0
        """How many requests were forwarded to other replicas."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of a client."""
        world = self._world(scope) if scope["type"] == "http" else None
        if world is None:
            await self._app(scope, receive, send)
            return
        home = self._here.get(world)
        if self._routes.is_stopping:
            send = _closing(send)
        body = None
        if scope["method"] not in _WITHOUT_BODY:
            body = RequestBody(receive)
            receive = body.receive
        outcome = Outcome.MOVED
        if home is not None:
            outcome = await self._serve(home, scope, receive, send)
        if outcome is not Outcome.ANSWERED:
            body = body or RequestBody.empty(receive)
            await self._route(world, scope, body, send, outcome=outcome)

    async def from_replica(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Serve a request that another replica forwards; return False if its world is not here."""
        world = self._world(scope)
        if world is None:
            await self._app(scope, receive, send)
            return True
        home = self._here.get(world)
        if home is None:
            try:
                found = await self._routes.claim(world, scope)
            except UNREACHABLE:
                return False
            if not isinstance(found, Home):
                return False
            home = found
        outcome = await self._serve(home, scope, receive, send)
        if outcome is Outcome.UNKNOWN:
            await self._fail(world, send, outcome)
        return outcome is not Outcome.MOVED

    def _world(self, scope: Scope) -> str | None:
        given = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                given = value
        if given is None:
            if scope["query_string"] and scope["path"].endswith(_EVENTS):
                keys = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])
                return self._world_of(keys[-1])
            return None
        try:
            return self._worlds[given]
        except KeyError:
            key = bearer_key(given)
            world = None if key is None else self._world_of(_DEAD.sub("", key))
            if len(self._worlds) >= MOST_KNOWN_KEYS:
                self._worlds.clear()
            self._worlds[given] = world
            return world

    async def _serve(self, home: Home, scope: Scope, receive: Receive, send: Send) -> Outcome:
        """Serve a request at home; nothing is sent that depends on what is not stored."""
        gate = Gate(home.log, scope["method"], send)
        token = current.set(gate)
        self.served += 1
        try:
            await self._app(scope, receive, gate)
        finally:
            current.reset(token)
        if gate.outcome is Outcome.CUT_SHORT:
            await send({"type": "http.response.body", "body": b""})
            return Outcome.ANSWERED
        return gate.outcome

    async def _route(
        self, world: str, scope: Scope, body: RequestBody, send: Send, *, outcome: Outcome
    ) -> None:
        """Serve or forward a request, again and again until its world has a home."""
        content = await body.whole()
        if content is None:
            return
        give_up = now() + BUDGET_SECONDS
        while outcome is Outcome.MOVED and now() < give_up:
            again = body.again(content)
            outcome = await self._try(world, scope, content, again, send)
            if outcome is Outcome.MOVED:
                await asyncio.sleep(_PAUSE_SECONDS)
        if outcome is not Outcome.ANSWERED:
            await self._fail(world, send, outcome)

    async def _try(
        self, world: str, scope: Scope, content: bytes, receive: Receive, send: Send
    ) -> Outcome:
        home = self._here.get(world)
        if home is None:
            try:
                found = await self._routes.find(world, scope)
            except UNREACHABLE:
                return Outcome.MOVED
            if found is None:  # there is no room: the app says so
                await self._app(scope, receive, send)
                return Outcome.ANSWERED
            if isinstance(found, str):
                outcome = await self._forward(found, scope, content, receive, send)
                if outcome is Outcome.ANSWERED:
                    self.forwarded += 1
                else:
                    self._routes.doubt(world)
                return outcome
            home = found
        return await self._serve(home, scope, receive, send)

    async def _forward(
        self, address: str, scope: Scope, content: bytes, receive: Receive, send: Send
    ) -> Outcome:
        try:
            link = self._links.known(address) or await self._links.to(address)
            return await forward(link, scope, content, receive, send)
        except LinkLost:
            return Outcome.MOVED

    async def _fail(self, world: str, send: Send, outcome: Outcome) -> None:
        request_id = self._routes.request_id()
        _log.warning(
            "A request to sandbox %s gets 500, reference %s: %s.",
            world,
            request_id,
            _REASONS[outcome],
        )
        response = error_response(RequestedError(500), request_id=request_id)
        headers = (*response.headers, ("X-Request-Id", request_id))
        await response._replace(headers=headers).send(send)


def _closing(send: Send) -> Send:
    """Let the client open another connection for its next request."""

    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        await send(message)

    return closing
