"""What a server asks of its place among several that act as one."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from starlette.types import ASGIApp

from statuspool_mock.mutants.active_mutants import ActiveMutants
from statuspool_mock.sandbox import Sandboxes
from statuspool_mock.sandbox.persistence import Storage
from statuspool_mock.scenarios.scenario_file import ScenarioFile
from statuspool_mock.web.bounded_protocol import BoundedProtocol
from statuspool_mock.web.control.context import ServerViews
from statuspool_mock.web.monitoring import Monitoring


class Parts(NamedTuple):
    """The parts of one process that concern all of its worlds."""

    sandboxes: Sandboxes
    mutants: ActiveMutants
    scenario: ScenarioFile
    monitoring: Monitoring


class Member(Protocol):
    """A part of several servers that act as one: a replica of a fleet, or a worker."""

    grace_seconds: int
    """How long a server that stops goes on with requests under way."""

    @property
    def storage(self) -> Storage | None:
        """Where it stores sandboxes; None for where the settings say."""

    def join(self, parts: Parts) -> ServerViews:
        """Take the parts of this process; return what its control plane is to show and change."""

    def serve(self, app: ASGIApp) -> ASGIApp:
        """Return the app for all worlds, given the app for those that are at home here."""

    def protocol(self, protocol: type[BoundedProtocol]) -> type[BoundedProtocol]:
        """Return the protocol of its connections, given that of a server alone."""

    async def begin(self, host: str, port: int) -> None:
        """Begin, before anything is served."""

    async def drain(self) -> None:
        """Prepare the end, while everything is served."""

    async def end(self) -> None:
        """End, once nothing is served any more."""

    def measures(self) -> Iterable[tuple[str, str, float]]:
        """Return what is measured: name, meaning, value."""
