"""What a provider remembers: monitors with their checks, incidents, webhooks, keys. In memory."""

import random
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from tests.providers.dialects import DOCUMENTED_REGIONS, Dialect

_MONTH = timedelta(days=30)
_CHECKS = 90
_RANDOM = random.Random()  # noqa: S311 - of its own: Hypothesis watches the global one
_EVERYWHERE = frozenset(DOCUMENTED_REGIONS)


class Outage(NamedTuple):
    """What befell a monitor before this provider started, counted in checks before the newest."""

    began: int
    regions: frozenset[str] = _EVERYWHERE
    ended: int = -1
    """-1 goes on."""


_LIVES: Mapping[str, tuple[Outage, ...]] = {
    "Storefront": (),
    "Search": (Outage(36, ended=30),),
    "Mail": (Outage(12, frozenset({"us-east-1"})),),
    "Payments — EU": (Outage(8),),
    "Archive": (Outage(58, ended=50),),
}


@dataclass(frozen=True, slots=True)
class Row:
    timestamp: datetime
    region: str
    status_code: int
    response_time_ms: int
    error_message: str | None


@dataclass(slots=True, kw_only=True)
class Monitor:
    team: str
    name: str
    url: str
    interval_seconds: int
    tags: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=lambda: list(DOCUMENTED_REGIONS))
    expected_status: int = 200
    id: str = field(default_factory=lambda: str(uuid4()))
    created_at: datetime
    updated_at: datetime
    due: datetime
    paused: bool = False
    rows: list[Row] = field(default_factory=list)
    failing: frozenset[str] = frozenset()
    """The regions whose checks fail now."""

    def check(self, at: datetime) -> None:
        for region in self.regions:
            fails = region in self.failing
            self.rows.append(
                Row(
                    at,
                    region,
                    502 if fails else self.expected_status,
                    _RANDOM.randint(4000, 9000) if fails else _RANDOM.randint(40, 900),
                    "Bad gateway" if fails else None,
                )
            )
        self.due = at + timedelta(seconds=self.interval_seconds)

    def catch_up(self, now: datetime) -> None:
        while not self.paused and self.due <= now:
            self.check(self.due)

    @property
    def last_check(self) -> datetime | None:
        return self.rows[-1].timestamp if self.rows else None

    @property
    def state(self) -> str:
        newest = [row for row in self.rows if row.timestamp == self.last_check]
        bad = sum(row.error_message is not None for row in newest)
        if 2 * bad > len(newest):
            return "down"
        return "degraded" if bad else "up"

    @property
    def status(self) -> str:
        return "paused" if self.paused else self.state

    def uptime(self, now: datetime, *, decimals: int) -> float:
        recent = [row for row in self.rows if row.timestamp > now - _MONTH]
        if not recent:
            return 100.0
        good = sum(row.error_message is None for row in recent)
        return round(100 * good / len(recent), decimals)


@dataclass(slots=True, kw_only=True)
class Incident:
    team: str
    monitor_id: str
    title: str | None
    description: str | None = None
    affected_regions: list[str]
    started_at: datetime
    resolved_at: datetime | None = None
    id: str = field(default_factory=lambda: str(uuid4()))

    def duration_seconds(self, now: datetime) -> int:
        return round(((self.resolved_at or now) - self.started_at).total_seconds())


@dataclass(slots=True, kw_only=True)
class Webhook:
    team: str
    url: str
    events: list[str]
    secret: str
    active: bool = True
    last_triggered_at: datetime | None = None
    id: str = field(default_factory=lambda: str(uuid4()))
    token: str = field(default_factory=secrets.token_hex)


class Records:
    """Everything of one provider, with the history that its monitors bring along."""

    def __init__(self, dialect: Dialect, teams: Iterable[str]) -> None:
        self.dialect = dialect
        self._monitors: dict[str, Monitor] = {}
        self._incidents: list[Incident] = []
        self.webhooks: list[Webhook] = []
        for team in teams:
            for name, outages in _LIVES.items():
                self._remember(team, name, outages)

    def monitors(self, team: str) -> list[Monitor]:
        own = [monitor for monitor in self._monitors.values() if monitor.team == team]
        for monitor in own:
            monitor.catch_up(self.dialect.now())
        return own

    def find(self, monitor_id: str) -> Monitor | None:
        monitor = self._monitors.get(monitor_id)
        if monitor is not None:
            monitor.catch_up(self.dialect.now())
        return monitor

    def create(self, team: str, values: dict[str, Any]) -> Monitor:
        now = self.dialect.now()
        monitor = Monitor(team=team, created_at=now, updated_at=now, due=now, **values)
        if not self.dialect.checks_at_once:
            monitor.due += timedelta(seconds=monitor.interval_seconds)
        self._monitors[monitor.id] = monitor
        monitor.catch_up(now)
        return monitor

    def delete(self, monitor: Monitor) -> None:
        del self._monitors[monitor.id]
        if not self.dialect.keeps_incidents:
            self._incidents = [i for i in self._incidents if i.monitor_id != monitor.id]

    def incidents(self, team: str) -> list[Incident]:
        return [incident for incident in self._incidents if incident.team == team]

    def open_incident(
        self,
        monitor: Monitor,
        title: str | None,
        *,
        at: datetime,
        regions: Iterable[str],
        text: Any = None,
    ) -> Incident:
        incident = Incident(
            team=monitor.team,
            monitor_id=monitor.id,
            title=title,
            description=text,
            affected_regions=list(regions),
            started_at=at,
        )
        self._incidents.append(incident)
        return incident

    def subscribed(self, team: str, event: str) -> Iterator[Webhook]:
        for webhook in self.webhooks:
            if webhook.team == team and webhook.active and event in webhook.events:
                yield webhook

    def _remember(self, team: str, name: str, outages: tuple[Outage, ...]) -> None:
        """Let a monitor live through its checks before now."""
        newest = self.dialect.now() - timedelta(seconds=len(name))
        born = newest - timedelta(minutes=_CHECKS)
        monitor = Monitor(
            team=team,
            name=name,
            url=f"https://{name.split(maxsplit=1)[0].lower()}.{team}.example/health",
            interval_seconds=60,
            tags=["seeded"],
            created_at=born,
            updated_at=born,
            due=born,
        )
        self._monitors[monitor.id] = monitor
        for ago in range(_CHECKS, -1, -1):
            failing = [o.regions for o in outages if o.ended < ago <= o.began]
            monitor.failing = frozenset().union(*failing)
            before = monitor.state
            monitor.check(at := newest - timedelta(minutes=ago))
            self._note(monitor, before, at)
        monitor.paused = name == "Archive"

    def _note(self, monitor: Monitor, before: str, at: datetime) -> None:
        if monitor.state == "down" != before:
            regions = sorted(monitor.failing)
            title = None if self.dialect.leaves_null else f"{monitor.name} is down"
            self.open_incident(monitor, title, at=at, regions=regions)
        elif before == "down" != monitor.state:
            self._incidents[-1].resolved_at = at  # monitors live their past one after another
