"""One replica of a fleet: its parts, and how it comes and goes."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.fleet import membership, scripts
from statuspool_mock.fleet.connection import why
from statuspool_mock.fleet.fleet_app import FleetApp
from statuspool_mock.fleet.homes import Homes
from statuspool_mock.fleet.lease import LEASE_SECONDS, RENEWAL_SECONDS
from statuspool_mock.fleet.ledger import UNREACHABLE, Ledger
from statuspool_mock.fleet.ledger_storage import LedgerStorage
from statuspool_mock.fleet.ledger_url import LedgerAddress, LedgerRejected
from statuspool_mock.fleet.overview import FleetOverview
from statuspool_mock.fleet.protocol import with_links
from statuspool_mock.fleet.recipes import RecipeBook
from statuspool_mock.fleet.routes import Routes
from statuspool_mock.links.client import Link, Links
from statuspool_mock.links.member import Parts
from statuspool_mock.links.request_worlds import RequestWorlds
from statuspool_mock.links.server import LinkServer
from statuspool_mock.scenarios.world_factory import WorldFactory
from statuspool_mock.web.bounded_protocol import BoundedProtocol
from statuspool_mock.web.control.context import ServerViews
from statuspool_mock.web.sockets import is_local

DRAIN_SECONDS = 2 * RENEWAL_SECONDS
"""How long a stopping replica goes on forwarding, so that balancers notice that it is not ready."""
GRACE_SECONDS = 4
"""How long a replica that has drained goes on with requests under way."""
END_SECONDS = 5.0
"""How long a replica that ends waits for a ledger that does not respond."""
_HANDED_OVER_AT_ONCE = 50
_log = logging.getLogger(__name__)


class FleetSettings(NamedTuple):
    """How a replica takes part in a fleet."""

    address: LedgerAddress
    advertise: str | None
    """The address at which other replicas reach this one; None for that it listens on."""
    secret: bytes | None
    """What replicas prove to each other that they know; None for one kept in the ledger."""


class Fleet:
    """A replica of a fleet. `options` are those that all replicas need alike, with their values."""

    grace_seconds = GRACE_SECONDS
    shares = 1

    def __init__(
        self, settings: FleetSettings, factory: WorldFactory, options: Mapping[str, str]
    ) -> None:
        self._settings = settings
        self._options = options
        self.ledger = Ledger(settings.address)
        self.book = RecipeBook(factory)
        self.homes = Homes(self.ledger, self.book, address="")
        self.storage = LedgerStorage(self.homes)
        self.routes = Routes(self.homes)
        self.links: Links
        self.app: FleetApp
        self.overview: FleetOverview
        self._inner: ASGIApp
        self._secret = b""
        self._connections: set[LinkServer] = set()
        self._checking: asyncio.Task[None] | None = None

    def join(self, parts: Parts) -> ServerViews:
        """Take the parts of this process; the scenario of a fleet cannot be read again."""
        self.homes.sandboxes = parts.sandboxes
        return ServerViews(parts.mutants, None, fleet=self, others=self)

    def serve(self, app: ASGIApp) -> ASGIApp:
        """Return the app of the replica, which serves the worlds at home here with `app`."""
        self._inner = app

        def serve(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            return self.app(scope, receive, send)

        return serve

    def protocol(self, protocol: type[BoundedProtocol]) -> type[BoundedProtocol]:
        """Return a protocol that also takes connections of other replicas."""
        return with_links(protocol, self._link)

    def _link(self, transport: asyncio.Transport) -> LinkServer:
        return LinkServer(
            transport,
            secret=self._secret,
            app=self._serve_replica,
            answer=self.overview.answer,
            connections=self._connections,
        )

    async def begin(self, host: str, port: int) -> None:
        """Join the fleet before anything is served. Raises `LedgerRejected`."""
        settings = self._settings
        if settings.advertise is None and not is_local(host):
            raise LedgerRejected("A replica that other machines can reach needs --advertise.")
        shown = f"[{host}]" if ":" in host else host
        self.homes.address = settings.advertise or f"{shown}:{port}"
        await self.ledger.open()
        self._secret = await membership.join(
            self.ledger, self.book, options=self._options, secret=settings.secret
        )
        self.links = Links(partial(Link.open, secret=self._secret))
        try:
            await self.homes.begin()
        except UNREACHABLE as error:
            raise LedgerRejected(f"The ledger cannot be used: {why(error)}.") from error
        worlds = RequestWorlds(self.homes.sandboxes, str)
        self.app = FleetApp(self._inner, self.routes, self.links, worlds=worlds)
        self.overview = FleetOverview(
            self.homes,
            self.links,
            self.app,
            ledger=settings.address.shown,
            replicas=self.replicas,
        )
        self._checking = asyncio.get_running_loop().create_task(self._check_address())

    async def _check_address(self) -> None:
        """Warn where another replica has the same address, once an earlier one must be gone."""
        await asyncio.sleep(LEASE_SECONDS + RENEWAL_SECONDS)
        address = self.homes.address
        with contextlib.suppress(*UNREACHABLE):
            if (await self.replicas()).count(address) > 1:
                _log.error("Another replica has the address %s too: see --advertise.", address)

    async def _serve_replica(self, scope: Scope, receive: Receive, send: Any) -> None:
        if not await self.app.from_replica(scope, receive, send):
            send.__self__.refuse()

    # Leaving

    async def drain(self) -> None:
        """Let other replicas be the homes of all worlds, and forward what still comes."""
        self.routes.is_stopping = True
        with contextlib.suppress(*UNREACHABLE):
            async with asyncio.timeout(END_SECONDS):
                found = await self.replicas()
            self.routes.others = tuple(one for one in found if one != self.homes.address)
        if not self.routes.others:
            self.routes.is_stopping = False
            return
        await self._hand_over_all()
        await asyncio.sleep(DRAIN_SECONDS)

    async def end(self) -> None:
        """Store everything, and leave the fleet."""
        self.routes.is_stopping = True
        if self._checking is not None:
            self._checking.cancel()
        with contextlib.suppress(*UNREACHABLE):
            async with asyncio.timeout(END_SECONDS):
                await self._hand_over_all()
                await self.homes.end()
        for connection in list(self._connections):
            connection.close()
        self.links.close()
        self.ledger.close()

    async def _hand_over_all(self) -> None:
        worlds = list(self.homes.here)
        for start in range(0, len(worlds), _HANDED_OVER_AT_ONCE):
            some = worlds[start : start + _HANDED_OVER_AT_ONCE]
            await asyncio.gather(*map(self.homes.hand_over, some))

    # What the control plane asks

    async def described(self) -> Mapping[str, Any]:
        """Return the replicas and their worlds. Raises `Conflict`."""
        return await self.overview.described()

    async def move(self, world: str, to: str | None) -> Mapping[str, Any]:
        """Move a world to a replica. Raises `NotFound`, `InvalidInput` or `Conflict`."""
        return await self.overview.move(world, to)

    async def sandboxes(self) -> Sequence[Mapping[str, Any]]:
        """Return the sandboxes of the other replicas."""
        return await self.overview.sandboxes()

    def measures(self) -> Iterator[tuple[str, str, float]]:
        """Yield what is measured: name, meaning, value."""
        return self.overview.measures()

    async def replicas(self) -> list[str]:
        """Return the addresses of all replicas that renew their leases. Raises `UNREACHABLE`."""
        incarnations = await self.ledger.call("SMEMBERS", scripts.REPLICAS_KEY)
        keys = [scripts.lease_key(one.decode()) for one in incarnations]
        addresses = await asyncio.gather(*(self.ledger.call("GET", key) for key in keys))
        gone = [one for one, found in zip(incarnations, addresses, strict=True) if found is None]
        if gone:
            await self.ledger.call("SREM", scripts.REPLICAS_KEY, *gone)
        return sorted(found.decode() for found in addresses if found is not None)
