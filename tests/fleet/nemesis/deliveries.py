"""A webhook receiver for all worlds, and whether what it got came in order."""

import asyncio
import json
import time

from tests.fleet.nemesis.clients import REQUEST_SECONDS
from tests.fleet.nemesis.connection import Connection, Lost, NotSent
from tests.fleet.ports import free_port

_RESPONSE = b"HTTP/1.1 204 No Content\r\n\r\n"
_MOST_HEAD = 65_536


class Receiver:
    """Accepts every delivery and remembers event id and incident title, a list for each path."""

    def __init__(self):
        self.port = free_port()
        self.got = {}
        self._open = {}

    def url(self, world):
        """Return the URL of a world's endpoint."""
        return f"http://127.0.0.1:{self.port}/{world.name}"

    async def __aenter__(self):
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=_MOST_HEAD, backlog=1_000
        )
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for writer in self._open.values():
            writer.transport.abort()
        await asyncio.gather(*self._open)

    async def _serve(self, reader, writer):
        self._open[asyncio.current_task()] = writer
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                size = int(head.partition("content-length:")[2].split()[0])
                event = json.loads(await reader.readexactly(size))
                name = head.split()[1].removeprefix("/")
                title = int(event["data"]["incident"]["title"])
                self.got.setdefault(name, []).append((event["id"], title))
                writer.write(_RESPONSE)
        except (OSError, EOFError):
            pass
        finally:
            del self._open[asyncio.current_task()]
            writer.transport.abort()


class IncidentWriter:
    """Creates incidents with titles that count up; each makes a webhook."""

    def __init__(self, world, ports, chance, *, seconds_between):
        self.world = world
        self._connection = Connection(ports, chance, seconds=REQUEST_SECONDS)
        self._between = seconds_between
        self.acknowledged = []
        self.unknown = set()

    async def run(self, monitor_id, until):
        """Create incidents of a monitor until `until` is set."""
        title = 0
        while not until.is_set():
            await asyncio.sleep(self._between)
            title += 1
            body = {"monitor_id": monitor_id, "title": f"{title:06}"}
            try:
                status, _ = await self._connection.ask(
                    "POST", "/v1/incidents", self.world.key, body
                )
            except NotSent:
                continue
            except Lost:
                status = 0
            self.world.statuses[status] += 1
            if status == 201:
                self.acknowledged.append(title)
            else:
                self.unknown.add(title)
        self._connection.close()


async def wait_for_deliveries(receiver, writers, *, seconds):
    """Wait until every acknowledged incident was delivered; return how many never were."""
    until = time.monotonic() + seconds
    while True:
        missing = sum(len(undelivered(receiver, writer)) for writer in writers)
        if not missing or time.monotonic() > until:
            return missing
        await asyncio.sleep(0.1)


def undelivered(receiver, writer):
    """Return the titles of acknowledged incidents that the endpoint never got."""
    got = {title for _, title in receiver.got.get(writer.world.name, ())}
    return set(writer.acknowledged) - got


def disorder(got, *, unknown=frozenset()):
    """Say what is wrong with the deliveries of one endpoint, given as pairs of id and title.

    Only the newest message may come again, at once and with its id. Titles whose request was not
    answered may have taken effect late, and are compared with themselves only.
    """
    found, ids, newest = [], {}, 0
    for position, (event, title) in enumerate(got):
        if ids.setdefault(title, event) != event:
            found.append(f"incident {title} came as {ids[title]} and as {event}")
        is_again = any(title == earlier for _, earlier in got[:position])
        if is_again and got[position - 1][1] != title:
            found.append(f"incident {title} came again after incident {got[position - 1][1]}")
        elif title < newest and title not in unknown:
            found.append(f"incident {title} came after incident {newest}")
        if title not in unknown:
            newest = max(newest, title)
    return found


def repetitions(got):
    """Return how many messages came again."""
    return len(got) - len({title for _, title in got})
