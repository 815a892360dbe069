"""The composition root, which wires scenario, sandboxes, both APIs and the web server together."""

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

import uvicorn
from starlette.types import ASGIApp

from statuspool_mock import contract, resources, scenarios
from statuspool_mock.contract.reference import REQUESTS_PER_MINUTE
from statuspool_mock.exchanges import MOST_EXCHANGES
from statuspool_mock.links.member import Member, Parts
from statuspool_mock.log_format import set_up_logging
from statuspool_mock.mutants.active_mutants import ActiveMutants
from statuspool_mock.mutants.middleware import edited_document, wrap
from statuspool_mock.mutants.mutant import Mutant
from statuspool_mock.mutants.webhook_sender import sender_for
from statuspool_mock.sandbox import RateLimit, Sandboxes, StorageFailed, WorldDamaged
from statuspool_mock.sandbox.directory import DirectoryStorage
from statuspool_mock.sandbox.ticker import Ticker
from statuspool_mock.scenarios.scenario_file import ScenarioFile
from statuspool_mock.scenarios.world_factory import ClockChoice, WorldFactory
from statuspool_mock.web.console import Console
from statuspool_mock.web.control.app import ControlPlane
from statuspool_mock.web.control.context import ServerViews
from statuspool_mock.web.control_auth import ControlAuth
from statuspool_mock.web.control_origins import ControlOrigins
from statuspool_mock.web.control_tokens import ControlTokens
from statuspool_mock.web.fault_responses import TRANSPORT
from statuspool_mock.web.gc_tuning import tune_for_serving, without_collections
from statuspool_mock.web.middleware import CONTROL_PATH
from statuspool_mock.web.monitoring import Monitoring
from statuspool_mock.web.quick_protocol import QuickProtocol
from statuspool_mock.web.reverse_proxy import behind_proxy
from statuspool_mock.web.sockets import is_local, listening, reachable_hosts
from statuspool_mock.web.tls_handshakes import ACCEPTED_AT_ONCE, secured
from statuspool_mock.web.vendor.app import build_api

if TYPE_CHECKING:
    from statuspool_mock.fleet.fleet import Fleet, FleetSettings  # brings the ledger's client along

Pause = Callable[[float], Awaitable[None]]
DEFAULT_PORT = 4747
DEMO = "demo"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a server."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    """0 picks a free one."""
    scenario: str = "default"
    """The name of a shipped scenario, or the path of a scenario file."""
    watch: bool = False
    """Whether the scenario is read again whenever its file changes."""
    seed: int = 1
    clock: ClockChoice = ClockChoice()
    rate_limit: RateLimit | None = RateLimit(REQUESTS_PER_MINUTE)
    """None for no limit."""
    origins: tuple[str, ...] = ("*",)
    """Origins of pages that may use the API; `*` is any."""
    control_origins: tuple[str, ...] = ()
    """Origins of pages that may use the control plane, in addition to its own."""
    strict: bool = False
    tls: ssl.SSLContext | None = None
    """Serve HTTPS with this context, instead of HTTP."""
    control_token: str | None = field(default=None, repr=False)
    """A token for administration. Beyond loopback the control plane is closed without tokens."""
    token_file: Path | None = None
    """A file of tokens for sandboxes and administration, read again when it changes."""
    webhook_allow: tuple[str, ...] = ()
    """Hosts beyond this machine that webhooks may be delivered to."""
    standard_webhooks: bool = False
    """Whether deliveries also carry the headers of Standard Webhooks."""
    data: Path | None = None
    """A folder in which sandboxes are stored, so that they survive restarts."""
    fleet: "FleetSettings | None" = None
    """How this server takes part in a fleet, instead of keeping its own sandboxes."""
    workers: int = 1
    """How many processes serve, see `worker_server`; each is the home of some sandboxes."""
    journal: int = MOST_EXCHANGES
    """How many exchanges each journal keeps; 0 for no journal and no coverage."""
    most_sandboxes: int = 1_000
    new_per_minute: int | None = 600
    """How many sandboxes one address may open in a minute; None for no limit."""
    idle_seconds: float = 24 * 3600
    """After how many seconds an unused sandbox is closed when another one opens."""
    log_level: str = "warning"
    log_format: str = "text"
    """Lines of `text` or of `json`."""
    access_log: bool = False
    """Whether each request is logged."""
    base_path: str = ""
    """The path below which a reverse proxy serves this server, such as `/mock`."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of reverse proxies whose `X-Forwarded-` headers are believed."""
    metrics_open: bool = False
    """Whether `/metrics` needs no token."""
    mutants: tuple[str, ...] = ()
    """Names of the mutants to activate."""
    switch_mutants: bool = False
    """Whether mutants can be switched through the control plane."""

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_local(self.host) and not self.trusted_proxies

    @property
    def scheme(self) -> str:
        """The scheme of the server's URLs."""
        return "http" if self.tls is None else "https"

    def control_auth(self) -> ControlAuth:
        """Return what checks access to the control plane. Raises `TokensRejected`."""
        tokens = ControlTokens.given(admin=self.control_token, file=self.token_file)
        origins = frozenset(self.control_origins)
        return ControlAuth(loopback_only=self.is_local, tokens=tokens, origins=origins)


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


class Composition(NamedTuple):
    """A wired application with its parts, and the keys that its scenario suggests."""

    app: ASGIApp
    keys: tuple[str, ...]
    ticker: Ticker
    monitoring: Monitoring
    scenario: ScenarioFile
    views: ServerViews
    request_ids: Random
    storage: DirectoryStorage | None
    member: Member | None


def compose(
    settings: Settings, *, storage: DirectoryStorage | None = None, member: Member | None = None
) -> Composition:
    """Wire a server, which is a `member` of several that act as one.

    Raises `ScenarioRejected`, `UnknownMutant` or `TokensRejected`.
    """
    scenario = scenarios.load(settings.scenario)
    document = contract.load()
    active_mutants = ActiveMutants(settings.mutants, may_switch=settings.switch_mutants)
    sender = sender_for(
        active_mutants,
        allowed=settings.webhook_allow,
        standard=settings.standard_webhooks,
    )
    factory = WorldFactory(scenario, seed=settings.seed, clock=settings.clock)
    fleet = _fleet(settings, factory)
    member = member or fleet
    sandboxes = Sandboxes(
        factory,
        document=document,
        scenario=scenario.name,
        wall=time.monotonic,
        limit=settings.rate_limit,
        keys=dict.fromkeys(scenario.keys, DEMO),
        most=settings.most_sandboxes,
        idle_seconds=settings.idle_seconds,
        new_per_minute=settings.new_per_minute,
        storage=storage if member is None else member.storage or storage,
        sender=sender,
        most_exchanges=settings.journal,
    )
    keys = (*scenario.keys, *(f"sp_test_{DEMO}{role}" for role in ("", ".ro", ".rival")))
    try:  # an invalid scenario should fail now
        if member is None:
            sandboxes.access(f"sp_test_{DEMO}")
        else:
            sandboxes.open_world(None, None)
    except (StorageFailed, WorldDamaged) as error:
        _log.warning("The sandbox %r cannot be opened now. %s", DEMO, error)
        sandboxes.open_world(None, None)
    monitoring = Monitoring(
        deliveries=sender.results,
        access_log=settings.access_log,
        open_metrics=settings.metrics_open,
    )
    scenario_file = ScenarioFile(settings.scenario, sandboxes, factory, demo=DEMO)
    views = ServerViews(active_mutants, scenario_file)
    if member is not None:
        monitoring.measures = member.measures
        views = member.join(Parts(sandboxes, active_mutants, scenario_file, monitoring))
    # Several servers that act as one must not have the same.
    request_ids = Random(settings.seed if member is None else None)  # noqa: S311 - names, no secrets
    app = application(
        settings,
        sandboxes,
        active_mutants=active_mutants,
        monitoring=monitoring,
        views=views,
        request_ids=request_ids,
    )
    if member is not None:
        app = member.serve(app)
    ticker = Ticker(sandboxes, sender)
    return Composition(
        app, keys, ticker, monitoring, scenario_file, views, request_ids, storage, member
    )


def _fleet(settings: Settings, factory: WorldFactory) -> "Fleet | None":
    if settings.fleet is None:
        return None
    from statuspool_mock.fleet.fleet import Fleet  # noqa: PLC0415 - see above

    limit, mutants = settings.rate_limit, sorted(settings.mutants)
    options = {
        "--seed": str(settings.seed),
        "--rate-limit": "off" if limit is None else str(limit.per_minute),
        "--mutant": ", ".join(mutants) or "none",
    }
    return Fleet(settings.fleet, factory, options)


def application(
    settings: Settings,
    sandboxes: Sandboxes,
    *,
    active_mutants: ActiveMutants | None = None,
    monitoring: Monitoring | None = None,
    views: ServerViews | None = None,
    request_ids: Random | None = None,
    pause: Pause = asyncio.sleep,
) -> ASGIApp:
    """Wire the API and the control plane of some sandboxes.

    `active_mutants` are those of the settings if None. `monitoring` counts the requests.
    `views` are for the control plane; without them, the scenario cannot be read again.
    `request_ids` draws the ids of requests, from the seed if None. `pause` waits, in seconds,
    before a delayed response is sent.
    """
    active_mutants = active_mutants or ActiveMutants(settings.mutants)
    auth = settings.control_auth()
    plane = ControlPlane(
        lambda: contract.load(resources.path("openapi/control.yaml")),
        sandboxes,
        views=views or ServerViews(active_mutants, scenario=None),
        auth=auth,
        strict=settings.strict,
    )
    document = sandboxes.document
    shared = ControlOrigins(plane, settings.control_origins)
    console = Console(shared, base_path=CONTROL_PATH)
    # Shared by all choices of mutants, so that ids are not repeated when they are switched.
    request_ids = request_ids or Random(settings.seed)  # noqa: S311 - names, no secrets

    def build(chosen: Sequence[Mutant]) -> ASGIApp:
        app = build_api(
            edited_document(document, chosen),
            sandboxes,
            origins=settings.origins,
            strict=settings.strict,
            request_ids=request_ids,
            control=console,
            auth=auth,
            monitoring=monitoring,
            pause=pause,
        )
        app = wrap(app, document, chosen)
        if not (settings.base_path or settings.trusted_proxies):
            return app
        return behind_proxy(app, base_path=settings.base_path, trusted=settings.trusted_proxies)

    return active_mutants.app(build)


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
