"""Sends each request to the home of its world: served here, forwarded, or claimed and loaded."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from statuspool_mock.fleet.gate import Gate
from statuspool_mock.fleet.homes import Home
from statuspool_mock.fleet.lease import LEASE_SECONDS, now
from statuspool_mock.fleet.ledger import UNREACHABLE
from statuspool_mock.fleet.request_marks import current
from statuspool_mock.fleet.routes import Routes
from statuspool_mock.links.client import LinkLost, Links
from statuspool_mock.links.forwarding import forward, send_failure, until_answered
from statuspool_mock.links.outcome import WITHOUT_BODY, Outcome
from statuspool_mock.links.request_body import RequestBody
from statuspool_mock.links.request_worlds import RequestWorlds

BUDGET_SECONDS = LEASE_SECONDS + 2.5
"""How long a request waits for a home of its world before it is given up."""


class FleetApp:
    """The app of a replica. `worlds` tells the worlds of requests."""

    def __init__(
        self, app: ASGIApp, routes: Routes, links: Links, *, worlds: RequestWorlds[str]
    ) -> None:
        self._app = app
        self._routes = routes
        self._here = routes.homes.here
        self._links = links
        self._worlds = worlds
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
        if scope["method"] not in WITHOUT_BODY:
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
            await send_failure(world, send, outcome, seconds=BUDGET_SECONDS)
        return outcome is not Outcome.MOVED

    def _world(self, scope: Scope) -> str | None:
        query = scope["query_string"]
        url = scope["raw_path"] + b"?" + query if query else scope["raw_path"]
        return self._worlds.of(scope["headers"], url)

    async def _serve(self, home: Home, scope: Scope, receive: Receive, send: Send) -> Outcome:
        """Serve a request at home; nothing is sent that depends on what is not stored."""
        gate = Gate(home.log, scope["method"], send)
        current.set(gate)  # in the context of this request, which ends with it
        self.served += 1
        await self._app(scope, receive, gate)
        if gate.outcome is Outcome.CUT_SHORT:
            await send({"type": "http.response.body", "body": b""})
            return Outcome.ANSWERED
        return gate.outcome

    async def _route(
        self, world: str, scope: Scope, body: RequestBody, send: Send, *, outcome: Outcome
    ) -> None:
        """Serve or forward a request, again and again until its world has a home."""

        async def attempt(content: bytes, again: Receive) -> Outcome:
            return await self._try(world, scope, content, again, send)

        await until_answered(
            attempt, body, send, world=world, seconds=BUDGET_SECONDS, outcome=outcome, clock=now
        )

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


def _closing(send: Send) -> Send:
    """Let the client open another connection for its next request."""

    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        await send(message)

    return closing
