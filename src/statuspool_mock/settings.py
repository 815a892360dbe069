"""The settings of a server."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from statuspool_mock.contract.reference import REQUESTS_PER_MINUTE
from statuspool_mock.exchanges import MOST_EXCHANGES
from statuspool_mock.sandbox import RateLimit
from statuspool_mock.scenarios.world_factory import ClockChoice
from statuspool_mock.web.control_auth import ControlAuth
from statuspool_mock.web.control_tokens import ControlTokens
from statuspool_mock.web.sockets import is_local

if TYPE_CHECKING:
    from statuspool_mock.fleet.fleet import FleetSettings  # brings the ledger's client along

DEFAULT_PORT = 4747


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
