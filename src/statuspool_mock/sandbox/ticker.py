"""Advances live worlds without requests, while their webhook endpoints have to be notified."""

import asyncio

from statuspool_mock.sandbox import Sandbox, Sandboxes, long_work
from statuspool_mock.webhooks.sender import WebhookSender

_SECONDS = 0.2


class Ticker:
    """Lets worlds with webhooks catch up with their clocks, and sends what is due."""

    def __init__(self, sandboxes: Sandboxes, sender: WebhookSender) -> None:
        self._sandboxes = sandboxes
        self._sender = sender
        self._task: asyncio.Task[None] | None = None
        self._catching_up: dict[Sandbox, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Start. Needs a running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def is_working(self) -> bool:
        """Whether long work of a sandbox is still under way."""
        return self._sandboxes.turns.is_working

    def end_waiting(self) -> None:
        """End event streams and release held requests, which would delay the shutdown."""
        for sandbox in self._sandboxes:
            sandbox.events.end()
            sandbox.breakpoints.clear()

    async def stop(self) -> None:
        """Stop, and close the sender's connections."""
        if self._task is not None:
            self._task.cancel()
        await self._sender.close()
        self._sandboxes.turns.stop()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS)
            for sandbox in self._sandboxes:
                if not sandbox.may_run_on:
                    continue
                if sandbox.rate and sandbox.dispatcher.is_needed:
                    if not sandbox.catch_up(for_client=False):
                        self._catch_up_beside(sandbox)
                    sandbox.dispatcher.dispatch()

    def _catch_up_beside(self, sandbox: Sandbox) -> None:
        """Let a world catch up for a while, beside the event loop."""
        work = long_work.catch_up(sandbox, for_client=False, patience=_SECONDS / 2)
        task = self._catching_up[sandbox] = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._catching_up.pop(sandbox, None))
