"""Serves the requests of worlds that are at home here, and forwards the others."""

from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.links.client import Link, LinkLost
from statuspool_mock.links.forwarding import forward, until_answered
from statuspool_mock.links.outcome import WITHOUT_BODY, Outcome
from statuspool_mock.links.request_body import RequestBody
from statuspool_mock.workers.hand_over import HOME

BUDGET_SECONDS = 10.0
"""How long a request waits for a worker that is started again."""


class WorkerApp:
    """The app of a worker. `link_to` returns a link to another one, or raises `LinkLost`."""

    def __init__(self, app: ASGIApp, link_to: Callable[[int], Awaitable[Link]]) -> None:
        self._app = app
        self._link_to = link_to
        self.forwarded = 0
        """How many requests were forwarded."""

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a request of a client."""
        if HOME in scope:
            return self._forward(scope, receive, send)
        return self._app(scope, receive, send)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, again if its worker was about to be started again."""
        if scope["method"] in WITHOUT_BODY:
            body = RequestBody.empty(receive)
        else:
            body = RequestBody(receive)

        async def attempt(content: bytes, again: Receive) -> Outcome:
            try:
                return await forward(await self._link_to(home), scope, content, again, send)
            except LinkLost:
                return Outcome.MOVED

        home = scope[HOME]
        self.forwarded += 1
        world = f"of worker {home}"
        await until_answered(attempt, body, send, world=world, seconds=BUDGET_SECONDS)
