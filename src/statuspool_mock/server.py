"""Serves what `composition` has wired, in this thread or another one, with uvicorn."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple, Self

import uvicorn

from statuspool_mock.composition import Composition, compose
from statuspool_mock.log_format import set_up_logging
from statuspool_mock.sandbox.directory import DirectoryStorage
from statuspool_mock.settings import Settings
from statuspool_mock.web.fault_responses import TRANSPORT
from statuspool_mock.web.gc_tuning import tune_for_serving, without_collections
from statuspool_mock.web.quick_protocol import QuickProtocol
from statuspool_mock.web.sockets import listening, reachable_hosts
from statuspool_mock.web.tls_handshakes import ACCEPTED_AT_ONCE, secured


class Address(NamedTuple):
    """The address of a running server, and the keys that its scenario suggests."""

    host: str
    port: int
    keys: tuple[str, ...]
    scheme: str = "http"

    @property
    def control_url(self) -> str:
        """The root URL of the server, for programs on this machine."""
        return self._root(reachable_hosts(self.host)[0])

    @property
    def url(self) -> str:
        """The base URL of the API, for programs on this machine."""
        return f"{self.control_url}/v1"

    @property
    def other_urls(self) -> list[str]:
        """The base URLs of the API for other machines, if it listens on all addresses."""
        return [f"{self._root(host)}/v1" for host in reachable_hosts(self.host)[1:]]

    def _root(self, host: str) -> str:
        return f"{self.scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"


def serve(settings: Settings, *, ready: Callable[[Address], None]) -> bool:
    """Serve until interrupted; `ready` is called with the address once connections are accepted.

    Return whether work is still under way, which ends with the process only. Raises
    `ScenarioRejected`, `StorageUnavailable`, `TokensRejected` or `CannotListen` before anything is
    served.
    """
    set_up_logging(settings.log_level, form=settings.log_format, access_log=settings.access_log)
    with contextlib.ExitStack() as stack:
        storage = (
            None if settings.data is None else stack.enter_context(DirectoryStorage(settings.data))
        )
        with without_collections():
            composition = compose(settings, storage=storage)
        listener = stack.enter_context(listening(settings.host, settings.port))
        host, port = listener.getsockname()[:2]
        address = Address(host, port, composition.keys, settings.scheme)
        server = Server(composition, settings, on_start=lambda: ready(address))
        tune_for_serving()
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    return composition.ticker.is_working


class RunningServer:
    """A server on a thread of this process, for tests and notebooks, until the block ends.

    >>> with RunningServer(Settings(port=0, scenario="docs")) as server:
    ...     server.url.endswith("/v1")
    True
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            data = self._settings.data
            storage = None if data is None else stack.enter_context(DirectoryStorage(data))
            composition = compose(self._settings, storage=storage)
            self._listener = stack.enter_context(
                listening(self._settings.host, self._settings.port)
            )
            host, port = self._listener.getsockname()[:2]
            self.address = Address(host, port, composition.keys, self._settings.scheme)
            started = threading.Event()
            self._server = Server(composition, self._settings, on_start=started.set)
            self._thread = threading.Thread(
                target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True
            )
            self._thread.start()
            while not started.wait(0.1):
                if not self._thread.is_alive():
                    raise RuntimeError("The server stopped before it was ready; see its log.")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._stack.close()

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return self.address.url

    @property
    def control_url(self) -> str:
        """The root URL of the server."""
        return self.address.control_url


class _Protocol(QuickProtocol):
    """Uvicorn's protocol, with access to the connection for faults that break it."""

    quick_below = b"/v1/"

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: {"connection": self.transport}}


class Server(uvicorn.Server):
    """Uvicorn with a callback on start, which stops without waiting for idle connections."""

    def __init__(
        self, composition: Composition, settings: Settings, *, on_start: Callable[[], None]
    ) -> None:
        tls, member = settings.tls, composition.member
        protocol = _Protocol if member is None else member.protocol(_Protocol)
        super().__init__(
            uvicorn.Config(
                composition.app,
                interface="asgi3",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                log_level=settings.log_level,
                timeout_graceful_shutdown=1 if member is None else member.grace_seconds,
                # Uvicorn only calls it, as it would call a class.
                http=secured(protocol, tls) if tls else protocol,  # type: ignore[arg-type]
                ws="none",
                loop="asyncio" if tls else "auto",
                backlog=ACCEPTED_AT_ONCE if tls else 2_048,
            )
        )
        self._on_start = on_start
        self._member = composition.member
        self._ticker = composition.ticker
        self._monitoring = composition.monitoring
        self._scenario = composition.scenario if settings.watch else None
        self._views = composition.views
        self._watching: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        if self._member is not None and sockets:
            await self._member.begin(*sockets[0].getsockname()[:2])
        await super().startup(sockets=sockets)
        self._ticker.start()
        self._monitoring.lag.start()
        if self._scenario is not None and self._views.scenario is not None:
            watching = self._scenario.watch(self._views.scenario.reload)
            self._watching = asyncio.create_task(watching)
        self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve what is under way, then end."""
        self._monitoring.is_ready = False
        if self._member is not None:
            await self._member.drain()
        self._monitoring.lag.stop()
        if self._watching is not None:
            self._watching.cancel()
        self._ticker.end_waiting()
        await super().shutdown(sockets=sockets)
        if self._member is not None:
            await self._member.end()
        await self._ticker.stop()
