"""Every change to a world, as a frozen value. `World.apply` carries one out at the world's now."""

from dataclasses import dataclass, field

from statuspool_mock.simulation.model import DEFAULT_REGIONS, Status, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateMonitor:
    """Start watching a url; its first check falls at once. Reference: POST /monitors.

    `behaviour` names one of `BEHAVIOURS`; without it the url's host decides where it is one of the
    magic hosts under `.test`, else the monitor is `stable`.
    """

    team: Team = Team.OWN
    name: str
    url: str
    interval_seconds: int
    tags: tuple[str, ...] = ()
    regions: tuple[str, ...] = DEFAULT_REGIONS
    expected_status: int = 200
    behaviour: str | None = None
    monitor_id: str | None = None
    sla_target: float = 99.9


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMonitor:
    """Change what is not None. Checks follow from the next scheduled one on.

    Reference: PUT /monitors/{id}.
    """

    team: Team = Team.OWN
    monitor_id: str
    name: str | None = None
    url: str | None = None
    interval_seconds: int | None = None
    tags: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    expected_status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteMonitor:
    """Remove a monitor, its logs and its incidents for good. Reference: DELETE /monitors/{id}."""

    team: Team = Team.OWN
    monitor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseMonitor:
    """Stop checking. The last state and an open incident stay as they are."""

    team: Team = Team.OWN
    monitor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeMonitor:
    """Check again, at once and then on schedule."""

    team: Team = Team.OWN
    monitor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptOutage:
    """Decide what checks from `start` up to but not including `end` return, in `regions` or all.

    It may lie in the past, back to the monitor's creation: logs, uptime and incidents then are as
    if it had always been so. What was forced stays as it was forced.

    A `status_code` equal to the expected one without an `error_message` is a success; with
    `response_time_ms` it then shows exactly that time, or one around it if `response_varies`.
    """

    team: Team = Team.OWN
    monitor_id: str
    start: int
    end: int
    regions: tuple[str, ...] | None = None
    status_code: int = 502
    response_time_ms: int | None = None
    response_varies: bool = False
    error_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearOutages:
    """End what is scripted for now and drop what is for later, with an immediate check."""

    team: Team = Team.OWN
    monitor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceStatus:
    """Make checks up, down (failing) or degraded (slow) from an immediate check on.

    Only `regions` where given, so that a minority down leaves the monitor degraded; for `seconds`,
    or until `ReleaseMonitor`.
    """

    team: Team = Team.OWN
    monitor_id: str
    status: Status
    regions: tuple[str, ...] | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseMonitor:
    """End every forced status of a monitor, with an immediate check."""

    team: Team = Team.OWN
    monitor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIncident:
    """Write an incident down by hand. Reference: POST /incidents."""

    team: Team = Team.OWN
    monitor_id: str
    title: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWebhook:
    """Register an endpoint for events. Reference: POST /webhooks."""

    team: Team = Team.OWN
    url: str
    events: tuple[str, ...]
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTrigger:
    """Note when an endpoint was triggered. Reference: GET /webhooks, `last_triggered_at`."""

    webhook_id: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableWebhook:
    """Make an endpoint inactive. Reference: GET /webhooks, `active`."""

    webhook_id: str


Command = (
    CreateMonitor
    | EditMonitor
    | DeleteMonitor
    | PauseMonitor
    | ResumeMonitor
    | ScriptOutage
    | ClearOutages
    | ForceStatus
    | ReleaseMonitor
    | CreateIncident
    | RegisterWebhook
    | NoteTrigger
    | DisableWebhook
)
