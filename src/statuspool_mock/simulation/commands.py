"""Every change to a world, as a frozen value that `World.apply` carries out."""

from dataclasses import dataclass, field

from statuspool_mock.simulation.model import DEFAULT_REGIONS, Status, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateMonitor:
    """Create a monitor, which is checked at once. Reference: POST /monitors.

    `behaviour` names one of `BEHAVIOURS`. By default a magic host under `.test` decides; any other
    monitor is `stable`.
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
    """Change the fields that are not None, from the next scheduled check on.

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
    """Stop checking a monitor. Its last state and an open incident stay as they are."""

    team: Team = Team.OWN
    monitor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeMonitor:
    """Check a paused monitor again, at once and then on schedule."""

    team: Team = Team.OWN
    monitor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """What checks in [start, end) return, in these `regions` or in all.

    The window may lie in the past, back to the monitor's creation: logs, uptime and incidents
    change with it. Forced statuses take precedence.

    The expected `status_code` without an `error_message` is a success. Checks take exactly
    `response_time_ms`, or about as long if `response_varies`.
    """

    start: int
    end: int
    regions: tuple[str, ...] | None = None
    status_code: int = 502
    response_time_ms: int | None = None
    response_varies: bool = False
    error_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptOutage(Outage):
    """Set what checks of a monitor return for some time."""

    team: Team = Team.OWN
    monitor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptOutages:
    """Set several outages of a monitor, of which later ones take precedence, or none.

    This costs little more than a single outage.
    """

    team: Team = Team.OWN
    monitor_id: str
    outages: tuple[Outage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearOutages:
    """End scripted outages now and cancel those scheduled for later, with an immediate check."""

    team: Team = Team.OWN
    monitor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceStatus:
    """Make checks succeed (up), fail (down) or slow (degraded), with an immediate check.

    This holds in these `regions` or in all, for `seconds` or until `ReleaseMonitor`. A monitor that
    is down in a minority of its regions is degraded.
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
    """Create an incident manually. Reference: POST /incidents."""

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
    """Record when an endpoint was triggered. Reference: GET /webhooks, `last_triggered_at`."""

    webhook_id: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteGone:
    """Record that an endpoint responded 410 Gone, and disable it."""

    webhook_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableWebhook:
    """Send an endpoint no more events. Reference: GET /webhooks, `active`."""

    team: Team = Team.OWN
    webhook_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableWebhook:
    """Send a disabled endpoint events again. Reference: GET /webhooks, `active`."""

    team: Team = Team.OWN
    webhook_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteWebhook:
    """Remove an endpoint for good."""

    team: Team = Team.OWN
    webhook_id: str


Command = (
    CreateMonitor
    | EditMonitor
    | DeleteMonitor
    | PauseMonitor
    | ResumeMonitor
    | ScriptOutage
    | ScriptOutages
    | ClearOutages
    | ForceStatus
    | ReleaseMonitor
    | CreateIncident
    | RegisterWebhook
    | NoteTrigger
    | NoteGone
    | DisableWebhook
    | EnableWebhook
    | DeleteWebhook
)
