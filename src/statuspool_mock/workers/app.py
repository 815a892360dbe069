"""Serves the requests of worlds that are at home here, and forwards the others."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.links.client import Link, LinkLost
from statuspool_mock.links.forwarding import forward, send_failure
from statuspool_mock.links.outcome import WITHOUT_BODY, Outcome
from statuspool_mock.links.request_body import RequestBody
from statuspool_mock.workers.hand_over import HOME

BUDGET_SECONDS = 10.0
"""How long a request waits for a worker that is started again."""

_PAUSE_SECONDS = 0.05


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
        content = await body.whole()
        if content is None:
            return
        now = asyncio.get_running_loop().time
        give_up, outcome = now() + BUDGET_SECONDS, Outcome.MOVED
        while outcome is Outcome.MOVED and now() < give_up:
            try:
                link = await self._link_to(scope[HOME])
                outcome = await forward(link, scope, content, body.again(content), send)
            except LinkLost:
                await asyncio.sleep(_PAUSE_SECONDS)
        self.forwarded += 1
        if outcome is not Outcome.ANSWERED:
            await send_failure(f"of worker {scope[HOME]}", send, outcome, seconds=BUDGET_SECONDS)
