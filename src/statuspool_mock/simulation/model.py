"""The nouns of the simulated Statuspool, as frozen values.

Instants are whole seconds since 1970 in UTC, durations whole seconds, response times milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Generic, NamedTuple, TypeVar

DEFAULT_REGIONS = ("eu-central-1", "us-east-1", "ap-northeast-1")
INTERVALS = (30, 60, 120, 300)
UPTIME_WINDOW_SECONDS = 30 * 86_400
SLOW_FROM_MS = 2_000
"""A successful check that takes this long or longer makes its monitor `degraded`."""


class Status(StrEnum):
    """A monitor's status. Reference: GET /monitors and GET /monitors/{id}/status."""

    __hash__ = str.__hash__  # that of Enum is Python code, and these are keys of busy dictionaries
    UP = "up"
    DOWN = "down"
    DEGRADED = "degraded"
    PAUSED = "paused"


class Team(StrEnum):
    """The owner of a monitor: the team of the plain key, or its rival in the same world."""

    __hash__ = str.__hash__
    OWN = "own"
    RIVAL = "rival"


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of an outage on a check. What is None stays as it would be without."""

    fails: bool = False
    """The check fails, whatever status the monitor expects."""
    status_code: int | None = None
    response_ms: int | None = None
    varies: bool = True
    """Whether `response_ms` is a median; otherwise it is exact."""
    error_message: str | None = None

    @property
    def is_slow(self) -> bool:
        """Whether a successful check under this effect is slow."""
        return self.response_ms is not None and self.response_ms >= SLOW_FROM_MS

    def outcome(self, expected_status: int) -> tuple[int, str | None]:
        """Return status code and error message; the message is None if the check succeeds."""
        code = self.status_code or expected_status
        if self.error_message is not None:
            return code, self.error_message
        if self.fails and code == expected_status:
            code = 500 if expected_status != 500 else 502
        if code == expected_status:
            return code, None
        return code, f"Expected status {expected_status}, got {code}"


@dataclass(frozen=True, slots=True)
class Overlay:
    """A scripted outage or a forced status, which overrides the simulated outages.

    It affects checks in [start, end), or until released if `end` is None, in `regions`, or all if
    None. Of two overlays the later one in the monitor's list wins.
    """

    start: int
    end: int | None
    regions: tuple[str, ...] | None
    effect: Effect
    forced: bool = False

    def covers(self, at: int) -> bool:
        """Whether it affects a check at this instant."""
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class Epoch:
    """A part of a monitor's schedule with one configuration.

    Checks are at `start`, `start + interval_seconds`, … before `end`; None is open.
    """

    start: int
    end: int | None
    interval_seconds: int
    regions: tuple[str, ...]
    expected_status: int
    behaviour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """A monitor as configured now, and the epochs in which it was checked.

    Reference: Monitors. The configuration holds from the next scheduled check on; `epochs` has the
    earlier ones. `revision` grows with every change to what its checks return.
    """

    id: str
    team: Team
    ordinal: int
    name: str
    url: str
    interval_seconds: int
    tags: tuple[str, ...]
    regions: tuple[str, ...]
    expected_status: int
    behaviour: str
    explicit_behaviour: bool
    sla_target: float
    created_at: int
    updated_at: int
    paused: bool
    draw_key: bytes = field(repr=False)
    epochs: tuple[Epoch, ...]
    overlays: tuple[Overlay, ...] = ()
    revision: int = 0


class Check(NamedTuple):
    """One row of a check log. Reference: GET /monitors/{id}/logs."""

    timestamp: int
    region: str
    status_code: int
    response_time_ms: int
    error_message: str | None


class Reading(NamedTuple):
    """The fields of /status. Times and figures are None for a monitor that was never checked."""

    status: Status
    last_check_at: int | None
    response_time_ms: int | None
    uptime_30d: float


class Sla(NamedTuple):
    """The last 30 days of one monitor. `uptime` and `target` are percentages."""

    uptime: float
    target: float
    checks: int
    failed_checks: int
    incidents: int


class Incident(NamedTuple):
    """An outage found by checks, or one created manually. Reference: Incidents."""

    id: str
    sequence: int
    monitor_id: str
    team: Team
    title: str
    started_at: int
    affected_regions: tuple[str, ...]
    automatic: bool
    description: str | None = None
    resolved_at: int | None = None

    def resolved(self, at: int) -> "Incident":
        """Return the incident, resolved at an instant."""
        return incident_of((*self[:-1], at))  # the last field; `_replace` takes five times as long

    def duration_seconds(self, now: int) -> int:
        """Return how long it lasted, or has lasted until now."""
        return (now if self.resolved_at is None else self.resolved_at) - self.started_at


incident_of = partial(tuple.__new__, Incident)
"""Makes an `Incident` of a tuple in less time than by its arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A registered endpoint. Reference: Webhooks. The repr leaves out the secret."""

    id: str
    team: Team
    url: str
    events: tuple[str, ...]
    secret: str = field(repr=False)
    active: bool = True
    created_at: int
    last_triggered_at: int | None = None
    verification_token: str = field(repr=False)


T = TypeVar("T")


class Page(NamedTuple, Generic[T]):
    """One page of a list. `total_pages` is 0 for an empty list; past the end `items` is empty."""

    items: Sequence[T]
    page: int
    total_pages: int
    total: int
