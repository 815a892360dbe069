"""The composition root, which wires scenario, sandboxes and both APIs together."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from starlette.types import ASGIApp

from statuspool_mock import contract, resources, scenarios
from statuspool_mock.links.member import Member, Parts
from statuspool_mock.mutants.active_mutants import ActiveMutants
from statuspool_mock.mutants.middleware import edited_document, wrap
from statuspool_mock.mutants.mutant import Mutant
from statuspool_mock.mutants.webhook_sender import sender_for
from statuspool_mock.sandbox import Sandboxes, StorageFailed, WorldDamaged
from statuspool_mock.sandbox.directory import DirectoryStorage
from statuspool_mock.sandbox.ticker import Ticker
from statuspool_mock.scenarios.scenario_file import ScenarioFile
from statuspool_mock.scenarios.world_factory import WorldFactory
from statuspool_mock.web.console import Console
from statuspool_mock.web.control.app import ControlPlane
from statuspool_mock.web.control.context import ServerViews
from statuspool_mock.web.control_origins import ControlOrigins
from statuspool_mock.web.middleware import CONTROL_PATH
from statuspool_mock.web.monitoring import Monitoring
from statuspool_mock.web.reverse_proxy import behind_proxy
from statuspool_mock.web.vendor.app import build_api

if TYPE_CHECKING:
    from statuspool_mock.fleet.fleet import Fleet  # brings the ledger's client along

from statuspool_mock.settings import Settings

Pause = Callable[[float], Awaitable[None]]
DEMO = "demo"
_log = logging.getLogger(__name__)


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
