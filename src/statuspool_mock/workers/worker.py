"""One worker of a server: the home of some of its worlds, and how it comes and goes."""

import asyncio
import contextlib
import logging
import mmap
import secrets
import socket
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from zlib import crc32

from starlette.types import ASGIApp

from statuspool_mock.links.client import Link, LinkLost, Links
from statuspool_mock.links.member import Parts
from statuspool_mock.links.request_worlds import RequestWorlds
from statuspool_mock.links.server import LinkServer
from statuspool_mock.sandbox.persistence import Storage
from statuspool_mock.web.bounded_protocol import BoundedProtocol
from statuspool_mock.web.control.context import ServerViews
from statuspool_mock.workers.app import WorkerApp
from statuspool_mock.workers.arrival import Arrival, arrived
from statuspool_mock.workers.hand_over import HandOverProtocol
from statuspool_mock.workers.inboxes import CONNECTION, LINK, Inboxes
from statuspool_mock.workers.whole_server import WholeServer

if TYPE_CHECKING:
    from statuspool_mock.web.known_heads import KnownHead

READY, DRAINED = b"R", b"D"
"""What a worker tells its parent."""
STOP, END = b"S", b"E"
"""What the parent tells a worker: to serve what is under way, then to end."""
_log = logging.getLogger(__name__)


class Workplace:
    """What all workers of a server share. It is made before they are."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.inboxes = Inboxes(count)
        self.secret = secrets.token_bytes(32)
        self.ready = mmap.mmap(-1, count)
        """For each worker 1 while it takes requests, else 0; in memory that all can change."""
        self.is_changed = mmap.mmap(-1, 1)
        """Whether workers differ from what a new one begins with; in the same kind of memory."""

    def close(self) -> None:
        """Close all."""
        self.inboxes.close()
        self.ready.close()
        self.is_changed.close()

    def home_of(self, world: str) -> int:
        """Return the number of the worker that is the home of a world."""
        return crc32(world.encode()) % self.count


class Worker:
    """A worker, once it has taken its place. `control` is a socket to its parent."""

    grace_seconds = 1
    storage: Storage | None = None

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self.here = -1
        self.own_heads: dict[int, KnownHead] = {}
        self.app: WorkerApp
        self.links: Links
        self._control: socket.socket
        self._inner: ASGIApp
        self._homes: RequestWorlds[int]
        self._whole: WholeServer
        self._connections: set[LinkServer] = set()
        self._arriving: set[asyncio.Task[None]] = set()
        self._make_protocol: Callable[[], BoundedProtocol]
        self._stop: Callable[[], None]
        self._may_end: asyncio.Event
        self._is_stopping = False

    # Its parts

    def join(self, parts: Parts) -> ServerViews:
        """Take the parts of this process, and show those of all workers."""
        self._homes = RequestWorlds(parts.sandboxes, self._workplace.home_of)
        self._whole = WholeServer(
            parts,
            count=self._workplace.count,
            link_to=self._link_to,
            on_change=self._note_change,
        )
        parts.sandboxes.on_new_keys = self._forget_keys
        parts.monitoring.are_others_ready = lambda: 0 not in self._workplace.ready[:]
        parts.monitoring.others = self._whole.reports
        return ServerViews(self._whole, self._whole, others=self._whole)

    def _forget_keys(self) -> None:
        self._homes.forget()
        self.own_heads.clear()

    def _note_change(self) -> None:
        self._workplace.is_changed[0] = 1

    def serve(self, app: ASGIApp) -> ASGIApp:
        """Return the app of the worker, which serves the worlds at home here with `app`."""
        self._inner = app
        self.app = WorkerApp(app, self._link_to)
        return self.app

    def protocol(self, protocol: type[BoundedProtocol]) -> type[BoundedProtocol]:
        """Return a protocol that hands connections over."""
        return type("WorkerProtocol", (HandOverProtocol, protocol), {"switchboard": self})

    def take_place(self, number: int, control: socket.socket) -> None:
        """Be the worker of this number."""
        self.here = self._whole.here = number
        self._control = control
        control.settimeout(0)

    # Coming

    async def begin(self, host: str, port: int) -> None:  # noqa: ARG002 - as for a fleet
        """Begin before anything is served."""
        self.links = Links(self._connect)
        self._may_end = asyncio.Event()
        if self._workplace.is_changed[0]:
            await self._whole.catch_up()

    def open(self, make_protocol: Callable[[], BoundedProtocol], stop: Callable[[], None]) -> None:
        """Take what other workers give; `stop` is called when the parent wants it."""
        self._make_protocol, self._stop = make_protocol, stop
        loop = asyncio.get_running_loop()
        loop.add_reader(self._workplace.inboxes.file(self.here), self._take_all)
        loop.add_reader(self._control.fileno(), self._obey)
        self._workplace.ready[self.here] = 1
        self._tell(READY)

    def _obey(self) -> None:
        order = b""
        with contextlib.suppress(OSError):
            order = self._control.recv(1)
        if order != STOP:  # the parent wants the end, or has ended itself
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._may_end.set()
        self._stop()

    def _tell(self, message: bytes) -> None:
        with contextlib.suppress(OSError):
            self._control.send(message)

    # Leaving

    async def drain(self) -> None:
        """Keep connections from now on, and do not begin anything that lasts."""
        self._is_stopping = True
        self._workplace.ready[self.here] = 0

    async def end(self) -> None:
        """Serve what others forward until they have all drained too, as the parent says."""
        self._tell(DRAINED)
        await self._may_end.wait()
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._workplace.inboxes.file(self.here))
        loop.remove_reader(self._control.fileno())
        for connection in list(self._connections):
            connection.close()
        self.links.close()

    def measures(self) -> Iterable[tuple[str, str, float]]:
        """Yield what is measured: name, meaning, value."""
        yield "forwarded", "Requests forwarded to other workers.", self.app.forwarded

    # Who serves what

    def home(self, headers: Iterable[tuple[bytes, bytes]], url: bytes) -> int | None:
        """Return the worker that serves a request, None if any can."""
        return self._homes.of(headers, url)

    def hand_over(self, transport: Any, data: bytes, *, to: int) -> bool:
        """Give a worker a connection and what has arrived on it; return whether it has it."""
        if self._is_stopping:
            return False
        file = transport.get_extra_info("socket").fileno()
        return self._workplace.inboxes.send(to, CONNECTION, data, file)

    async def _link_to(self, number: int) -> Link:
        """Return a link to another worker. Raises `LinkLost`."""
        address = str(number)
        return self.links.known(address) or await self.links.to(address)

    async def _connect(self, address: str) -> Link:
        mine, other = socket.socketpair()
        with other:
            if not self._workplace.inboxes.send(int(address), LINK, b"", other.fileno()):
                mine.close()
                raise LinkLost(was_sent=False)
        mine.settimeout(0)
        return await Link.over(mine, secret=self._workplace.secret)

    # What others give

    def _take_all(self) -> None:
        for kind, data, connection in self._workplace.inboxes.received(self.here):
            task = asyncio.get_running_loop().create_task(self._take(kind, data, connection))
            self._arriving.add(task)
            task.add_done_callback(self._arriving.discard)

    async def _take(self, kind: bytes, data: bytes, connection: socket.socket) -> None:
        found = await arrived(connection)
        if found is None:
            return
        transport, arrival = found
        if kind == LINK:
            self._take_link(transport, arrival)
        elif kind == CONNECTION:
            self._take_connection(transport, arrival, data)

    def _take_link(self, transport: asyncio.Transport, arrival: Arrival) -> None:
        link = LinkServer(
            transport,
            secret=self._workplace.secret,
            app=self._inner,
            answer=self._whole.answer,
            connections=self._connections,
        )
        transport.set_protocol(link)
        if arrival.data:
            link.data_received(b"".join(arrival.data))

    def _take_connection(self, transport: asyncio.Transport, arrival: Arrival, data: bytes) -> None:
        protocol = self._make_protocol()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(b"".join([data, *arrival.data]))
        if arrival.has_ended:
            transport.close()
        elif self._is_stopping:
            protocol.shutdown()
