"""Shares the number of deliveries that are under way at once fairly between worlds."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_AT_ONCE = 256
MOST_OF_A_WORLD = 64
MOST_TO_A_HOST = 16
ALWAYS_FREE = 4
"""How many deliveries of a world may be under way, however many others are."""

_Place = tuple[object, str]  # a world and a host


class SendingRoom:
    """Room for deliveries. Worlds that wait get it in turns.

    Receivers that hang fill the share of their world only: a world with hardly anything under way
    always finds room.
    """

    def __init__(self) -> None:
        self._of_world: Counter[object] = Counter()
        self._to_host: Counter[_Place] = Counter()
        self._waiting: OrderedDict[object, dict[str, deque[asyncio.Future[None]]]] = OrderedDict()

    @asynccontextmanager
    async def for_one(self, world: object, host: str) -> AsyncIterator[None]:
        """Wait for room for one delivery of a world to a host, and take it for the block."""
        if self._fits(world, host):
            self._take(world, host)
        else:
            await self._wait(world, host)
        try:
            yield
        finally:
            self._leave(world, host)

    def _fits(self, world: object, host: str) -> bool:
        own = self._of_world[world]
        if self._to_host[world, host] >= MOST_TO_A_HOST or own >= MOST_OF_A_WORLD:
            return False
        return own < ALWAYS_FREE or self._of_world.total() < MOST_AT_ONCE

    def _take(self, world: object, host: str) -> None:
        self._of_world[world] += 1
        self._to_host[world, host] += 1

    async def _wait(self, world: object, host: str) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(world, {}).setdefault(host, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave(world, host)
            raise

    def _leave(self, world: object, host: str) -> None:
        self._of_world[world] -= 1
        self._to_host[world, host] -= 1
        if not self._to_host[world, host]:
            del self._to_host[world, host]
        if not self._of_world[world]:
            del self._of_world[world]
        for waiting in list(self._waiting):
            self._admit(waiting)

    def _admit(self, world: object) -> None:
        """Let one delivery of a world begin, if there is room, and put the world last."""
        hosts = self._waiting[world]
        for host in list(hosts):
            if self._fits(world, host):
                turn = hosts[host].popleft()
                if not hosts[host]:
                    del hosts[host]
                if not turn.cancelled():
                    self._take(world, host)
                    turn.set_result(None)
                    self._waiting.move_to_end(world)
                break
        if not hosts:
            del self._waiting[world]
