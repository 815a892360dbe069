"""Keeps requests waiting while long work is done on a sandbox."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Hold:
    """Whether a sandbox is held: nothing but the work that holds it may use its world."""

    def __init__(self) -> None:
        self._over: asyncio.Event | None = None

    @property
    def is_on(self) -> bool:
        """Whether the sandbox is held."""
        return self._over is not None

    @contextmanager
    def on(self) -> Iterator[None]:
        """Hold the sandbox until the block ends. It must be free."""
        if self._over is not None:
            raise RuntimeError("The sandbox is held already.")
        self._over = over = asyncio.Event()
        try:
            yield
        finally:
            self._over = None
            over.set()

    async def off(self) -> None:
        """Wait until the sandbox is free. It is, until the caller waits for something else."""
        while self._over is not None:
            await self._over.wait()
