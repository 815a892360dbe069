"""What N servers of a fleet are worth: behind a balancer that hashes by sandbox, and a blind one.

Each server is the home of one world. A balancer that hashes sends the requests of a world to its
home; a blind one sends each request to the next server. That is compared with one server without a
ledger, in processor time of all servers for each request: N servers are worth N times that ratio.
"""

import asyncio
import json
import statistics
from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from load import CONNECTIONS
from processes import ServerProcess

COUNTS = (1, 2, 4)
REQUESTS = {"GET": 4_000, "PUT": 1_500}


class World(NamedTuple):
    """A world, and the path that is asked for."""

    key: str
    path: str


def scaling(alone: ServerProcess, fleet: Sequence[ServerProcess], rounds: int) -> None:
    """Print what one, two and four servers are worth, as medians of rounds."""
    found: dict[tuple[str, int, str], list[float]] = defaultdict(list)
    for _ in range(rounds):
        for method in REQUESTS:
            base = _cost([alone], method, is_blind=False)
            for number in COUNTS:
                for manner in ("hashed", "blind"):
                    cost = _cost(fleet[:number], method, is_blind=manner == "blind")
                    found[method, number, manner].append(base / cost)
    for (method, number, manner), ratios in found.items():
        ratio = statistics.median(ratios)
        print(f"{method} {number} server(s), {manner:6}  {ratio:.2f} N = {ratio * number:.1f}")


def _cost(servers: Sequence[ServerProcess], method: str, *, is_blind: bool) -> float:
    """Return the microseconds of all servers for a request, with 16 connections for each."""
    worlds = [_world(server, f"sp_test_scale{number}") for number, server in enumerate(servers)]
    before = sum(one.cpu_microseconds() for one in servers)
    asyncio.run(_ask_all(servers, worlds, method, is_blind=is_blind))
    return (sum(one.cpu_microseconds() for one in servers) - before) / REQUESTS[method]


def _world(server: ServerProcess, key: str) -> World:
    """Return a world that is at home at a server from its first request on."""
    _, content = server.get("/v1/monitors", key)
    return World(key, f"/v1/monitors/{json.loads(content)['results'][0]['id']}")


async def _ask_all(
    servers: Sequence[ServerProcess], worlds: Sequence[World], method: str, *, is_blind: bool
) -> None:
    numbers = iter(range(REQUESTS[method]))
    turns = count()

    async def ask() -> None:
        connections = [await asyncio.open_connection("127.0.0.1", one.port) for one in servers]
        for number in numbers:
            home = number % len(servers)
            asked = next(turns) // len(servers) % len(servers) if is_blind else home
            await _ask(*connections[asked], _request(worlds[home], method, number))
        for _, writer in connections:
            writer.close()

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS * len(servers))))


def _request(world: World, method: str, number: int) -> bytes:
    path = world.path if method == "PUT" else "/v1/monitors"
    body = json.dumps({"name": f"Shop {number}"}).encode() if method == "PUT" else b""
    about = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: fleet\r\nAuthorization: Bearer {world.key}\r\n"
    return f"{head}{about}\r\n".encode() + body


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    """Send a request and read its response. Raises `RuntimeError` if that is not 200."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"{request!r} got {head!r}")
