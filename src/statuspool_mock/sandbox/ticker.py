"""Advances live worlds without requests, while their webhook endpoints have to be notified."""

import asyncio

from statuspool_mock.sandbox import Sandboxes
from statuspool_mock.webhooks.sender import WebhookSender

_SECONDS = 0.2


class Ticker:
    """Lets worlds with webhooks catch up with their clocks, and sends what is due."""

    def __init__(self, sandboxes: Sandboxes, sender: WebhookSender) -> None:
        self._sandboxes = sandboxes
        self._sender = sender
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start. Needs a running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    def end_streams(self) -> None:
        """End the event streams, which would otherwise delay the shutdown."""
        for sandbox in self._sandboxes:
            sandbox.events.end()

    async def stop(self) -> None:
        """Stop, and close the sender's connections."""
        if self._task is not None:
            self._task.cancel()
        await self._sender.close()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS)
            for sandbox in self._sandboxes:
                if sandbox.rate and sandbox.dispatcher.is_needed and not sandbox.is_held:
                    sandbox.catch_up(for_client=False)
                    sandbox.dispatcher.dispatch()
