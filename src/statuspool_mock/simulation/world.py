"""One simulated world: commands change it, one verb moves its time, queries only look.

A world is the fold of its commands: the same seed and the same commands at the same instants give
the same world, byte for byte.
"""

from collections.abc import Sequence
from dataclasses import replace

from statuspool_mock.simulation import check_times, checks, monitor_updates, prng
from statuspool_mock.simulation.commands import (
    Command,
    CreateIncident,
    CreateMonitor,
    DeleteMonitor,
    DisableWebhook,
    NoteTrigger,
    RegisterWebhook,
    ScriptOutage,
)
from statuspool_mock.simulation.errors import (
    ClockRanBackwards,
    CommandRefused,
    ForeignMonitor,
    UnknownMonitor,
    UnknownWebhook,
)
from statuspool_mock.simulation.facts import Fact
from statuspool_mock.simulation.history_queries import MonitorHistory
from statuspool_mock.simulation.model import (
    UPTIME_WINDOW_SECONDS,
    Check,
    Incident,
    Monitor,
    Page,
    Reading,
    Sla,
    Status,
    Team,
    Webhook,
)
from statuspool_mock.simulation.monitor_state import MonitorState, MonitorSummary, summary
from statuspool_mock.simulation.recorder import Recorder
from statuspool_mock.simulation.scheduler import TransitionScheduler
from statuspool_mock.simulation.sla import Window, window_of
from statuspool_mock.simulation.timeline import Timeline
from statuspool_mock.simulation.world_state import ObservedStatus, WorldState


class World:
    """Monitors, their history, incidents and webhooks of two teams, at one instant.

    `seed` decides every outage and response time; `started_at` is the instant at which it begins.
    """

    def __init__(self, *, seed: int, started_at: int) -> None:
        self.seed = seed
        self.started_at = started_at
        self._now = started_at
        self._watches: dict[str, MonitorState] = {}
        self._webhooks: dict[str, Webhook] = {}
        self._timeline = Timeline()
        self._recorder = Recorder(seed=seed)
        self._scheduler = TransitionScheduler(self._timeline, self._recorder)

    @property
    def now(self) -> int:
        """The instant at which the world stands, in seconds since 1970."""
        return self._now

    def image(self) -> WorldState:
        """Return all that this world is."""
        watches = [self._scheduler.watches[ordinal] for ordinal in sorted(self._scheduler.watches)]
        return WorldState(
            seed=self.seed,
            started_at=self.started_at,
            now=self._now,
            made=self._recorder.made,
            monitors=tuple(
                ObservedStatus(w.monitor, w.state, w.breached, w.window) for w in watches
            ),
            incidents=tuple(self._recorder.incidents),
            webhooks=tuple(self._webhooks.values()),
        )

    @classmethod
    def from_image(cls, image: WorldState) -> "World":
        """Return the world of an image; it goes on as the pictured one would."""
        world = cls(seed=image.seed, started_at=image.started_at)
        world._now = image.now
        world._recorder.made = image.made
        for incident in image.incidents:
            world._recorder.incidents.enter(incident)
        world._webhooks = {webhook.id: webhook for webhook in image.webhooks}
        for monitor, state, breached, window in image.monitors:
            watch = MonitorState(monitor, state, breached, window=window)
            world._watches[monitor.id] = watch
            world._recorder.index.add(monitor.team, monitor.ordinal, watch.status)
            world._scheduler.take_up(watch, image.now)
        return world

    def clone(self) -> "World":
        """Return a world in the same state that goes its own way from now on.

        Costs a little for each monitor and incident; the values themselves are shared.
        """
        world = World(seed=self.seed, started_at=self.started_at)
        world._now = self._now
        world._webhooks = self._webhooks.copy()
        world._timeline = self._timeline.copy()
        world._recorder = self._recorder.copy()
        world._scheduler = self._scheduler.copy(world._timeline, world._recorder)
        world._watches = {watch.monitor.id: watch for watch in world._scheduler.watches.values()}
        return world

    # Changes

    def apply(self, command: Command) -> Monitor | Incident | Webhook | None:
        """Carry out a command now and return what it made or changed.

        What happens because of it is told by the next `advance`. Raises `UnknownMonitor`,
        `ForeignMonitor` or `CommandRefused`; then nothing has changed.
        """
        match command:
            case CreateMonitor():
                return self._create(command)
            case CreateIncident():
                return self._record_incident(command)
            case RegisterWebhook():
                return self._register(command)
            case NoteTrigger() | DisableWebhook():
                return self._update_webhook(command)
            case DeleteMonitor():
                self._delete(self.monitor(command.monitor_id, team=command.team))
                return None
            case _:
                return self._change(command)

    def advance(self, *, to: int, most: int | None = None) -> list[Fact]:
        """Move time and return what happened, in order, facts of earlier commands first.

        Costs a little for each change of state, nothing for checks that find the same again. With
        `most`, time stops at the instant of that many-th change: `now` then is earlier than `to`,
        and the next advance goes on from there. Raises `ClockRanBackwards`.
        """
        if to < self._now:
            raise ClockRanBackwards(now=self._now, to=to)
        self._now = self._scheduler.pass_time(self._now, to=to, most=most, to_next=False)
        return self._recorder.tell()

    def advance_to_next(self, *, before: int, most: int | None = None) -> list[Fact]:
        """Move time to the first instant after now at which something happens, and return it.

        Where nothing does, time moves to `before`; with `most`, it may stop earlier as in
        `advance`. Facts of earlier commands come first. Raises `ClockRanBackwards`.
        """
        if before < self._now:
            raise ClockRanBackwards(now=self._now, to=before)
        earlier = self._recorder.tell()
        self._now = self._scheduler.pass_time(self._now, to=before, most=most, to_next=True)
        return earlier + self._recorder.tell()

    def live_through(self, *, to: int) -> None:
        """Move time as `advance` does, and tell nothing of it.

        Quicker over long pasts of many monitors: a past that led here is not news. Raises
        `ClockRanBackwards`.
        """
        if to < self._now:
            raise ClockRanBackwards(now=self._now, to=to)
        self._scheduler.live_through(self._now, to=to)
        self._now = to
        self._recorder.tell()

    # Questions

    def monitor(self, monitor_id: str, *, team: Team) -> Monitor:
        """Return a monitor of this team. Raises `UnknownMonitor` or `ForeignMonitor`."""
        watch = self._watches.get(monitor_id)
        if watch is None:
            raise UnknownMonitor(monitor_id)
        if watch.monitor.team is not team:
            raise ForeignMonitor(monitor_id)
        return watch.monitor

    def monitors(
        self, *, team: Team, status: Status | None = None, page: int = 1, limit: int = 20
    ) -> Page[Monitor]:
        """Return a page of the team's monitors by creation, all or those of exactly this status."""
        watches, total = self._page(team, status, page=page, limit=limit)
        return Page([watch.monitor for watch in watches], page, -(-total // limit), total)

    def summaries(
        self, *, team: Team, status: Status | None = None, page: int = 1, limit: int = 20
    ) -> Page[MonitorSummary]:
        """Return the same page as `monitors`, with what is known of each."""
        watches, total = self._page(team, status, page=page, limit=limit)
        now = self._now
        return Page([watch.stands(now) for watch in watches], page, -(-total // limit), total)

    def summary(self, monitor: Monitor) -> MonitorSummary:
        """Return a monitor as it stands now."""
        watch = self._watches[monitor.id]
        return summary(watch.monitor, watch.status, self._now)

    def status(self, monitor: Monitor) -> Status:
        """Return `paused`, or what the newest check found."""
        return self._watches[monitor.id].status

    def last_check_at(self, monitor: Monitor) -> int | None:
        """Return the instant of the newest check, None where there was none yet."""
        return self.summary(monitor).last_check_at

    def next_check_at(self, monitor: Monitor) -> int | None:
        """Return the instant of the next check, None where none is scheduled."""
        following = check_times.next_check(self._current(monitor).epochs, self._now + 1)
        return None if following is None else following[1]

    def reading(self, monitor: Monitor) -> Reading:
        """Return what the newest check found; a paused monitor keeps its last state.

        Time and response time are those of the newest row of the log.
        """
        monitor = self._current(monitor)
        uptime = self._window(monitor).uptime
        state = self._watches[monitor.id].state
        newest = check_times.last_check(monitor.epochs, self._now)
        if newest is None:
            return Reading(state, None, None, uptime)
        epoch, tick = newest
        end = len(epoch.regions)
        (row,) = checks.CheckRowGenerator(self._timeline, monitor).rows(
            epoch, tick, first=end - 1, end=end
        )
        return Reading(state, tick, row.response_time_ms, uptime)

    def sla(self, monitor: Monitor) -> Sla:
        """Return the last 30 days, counted over the very rows of the log."""
        window = self._window(self._current(monitor))
        since = window.at - UPTIME_WINDOW_SECONDS
        count = self._recorder.incidents.count_since(monitor.id, since + 1)
        return Sla(window.uptime, monitor.sla_target, window.total, window.failed, count)

    def logs(
        self,
        monitor: Monitor,
        *,
        since: int | None = None,
        until: int | None = None,
        page: int = 1,
        limit: int = 20,
    ) -> Page[Check]:
        """Return a page of check rows in [since, until], oldest first; none lies in the future."""
        first = monitor.created_at if since is None else since
        last = self._now if until is None else min(until, self._now)
        return checks.page_of_rows(
            self._timeline, self._current(monitor), since=first, until=last, page=page, limit=limit
        )

    def survey(self, monitor: Monitor) -> MonitorHistory:
        """Return a look over a monitor's history up to now."""
        return MonitorHistory(self._timeline, self._current(monitor), self._now)

    def incidents_between(self, since: int, until: int, *, team: Team) -> Sequence[Incident]:
        """Return the team's incidents that lasted at some time of [since, until], oldest first.

        Those that began more than a day before and are resolved are left out.
        """
        return self._recorder.incidents.lasting_between(team, since, until)

    def incidents(
        self, *, team: Team, monitor_id: str | None = None, resolved: bool | None = None
    ) -> Sequence[Incident]:
        """Return the team's incidents, newest first. An unknown monitor has none.

        Raises `ForeignMonitor`.
        """
        watch = self._watches.get(monitor_id or "")
        if watch is not None and watch.monitor.team is not team:
            raise ForeignMonitor(watch.monitor.id)
        return self._recorder.incidents.newest_first(team, monitor_id=monitor_id, resolved=resolved)

    @property
    def monitor_count(self) -> int:
        """How many monitors this world holds, of both teams."""
        return len(self._watches)

    @property
    def incident_count(self) -> int:
        """How many incidents this world holds, of both teams."""
        return len(self._recorder.incidents)

    @property
    def has_webhooks(self) -> bool:
        """Whether any endpoint is registered, of either team."""
        return bool(self._webhooks)

    def webhook(self, webhook_id: str) -> Webhook:
        """Return a webhook of either team. Raises `UnknownWebhook`."""
        if webhook_id not in self._webhooks:
            raise UnknownWebhook(webhook_id)
        return self._webhooks[webhook_id]

    def webhooks(self, *, team: Team, active: bool | None = None) -> Sequence[Webhook]:
        """Return the team's webhooks by registration."""
        return [
            webhook
            for webhook in self._webhooks.values()
            if webhook.team is team and (active is None or webhook.active is active)
        ]

    # How it is done

    def _current(self, monitor: Monitor) -> Monitor:
        """Return the monitor as it is now, where the caller holds an older value of it."""
        return self._watches[monitor.id].monitor

    def _page(
        self, team: Team, status: Status | None, *, page: int, limit: int
    ) -> tuple[list[MonitorState], int]:
        """Return the watches over a page of monitors, and how many there are on all pages."""
        ordinals, total = self._recorder.index.slice(
            team, status, offset=(page - 1) * limit, limit=limit
        )
        watches = self._scheduler.watches
        return [watches[ordinal] for ordinal in ordinals], total

    def _window(self, monitor: Monitor) -> Window:
        return window_of(self._timeline, monitor, self._now)

    def _create(self, command: CreateMonitor) -> Monitor:
        ordinal = self._recorder.made + 1
        monitor = monitor_updates.created(command, seed=self.seed, ordinal=ordinal, now=self._now)
        if monitor.id in self._watches:
            raise CommandRefused(f"A monitor with the id {monitor.id} is there already.")
        self._recorder.made = ordinal
        watch = MonitorState(monitor=monitor)
        self._watches[monitor.id] = watch
        self._recorder.index.add(monitor.team, ordinal, watch.status)
        self._scheduler.examine(watch, self._now, first=True)
        self._recorder.settle()
        return monitor

    def _delete(self, monitor: Monitor) -> None:
        watch = self._watches.pop(monitor.id)
        del self._scheduler.watches[monitor.ordinal]
        self._recorder.index.remove(monitor.team, monitor.ordinal, watch.status)
        self._recorder.incidents.forget(monitor.id)

    def _change(self, command: monitor_updates.Change) -> Monitor:
        old = self.monitor(command.monitor_id, team=command.team)
        new = monitor_updates.changed(old, command, now=self._now)
        watch = self._watches[old.id]
        before = watch.status
        watch.monitor = new
        self._recorder.index.move(new.team, new.ordinal, before, watch.status)
        if new.revision != old.revision:
            since = command.start if isinstance(command, ScriptOutage) else self._now
            self._timeline.carry_over(old, new, before=since)
            if since > self._now:
                self._scheduler.expect(watch, start=since)
            elif isinstance(command, ScriptOutage):
                self._scheduler.correct(watch, since=since, until=command.end, now=self._now)
            else:
                self._scheduler.examine(watch, self._now)
            self._recorder.settle()
        return new

    def _record_incident(self, command: CreateIncident) -> Incident:
        monitor = self.monitor(command.monitor_id, team=command.team)
        return self._recorder.record(monitor, command.title, command.description, at=self._now)

    def _register(self, command: RegisterWebhook) -> Webhook:
        sequence = self._recorder.next_number()
        webhook = Webhook(
            id=prng.uuid_of(self.seed, "webhook", sequence),
            team=command.team,
            url=command.url,
            events=command.events,
            secret=command.secret,
            created_at=self._now,
            verification_token=prng.key_of(self.seed, "verification", sequence).hex(),
        )
        self._webhooks[webhook.id] = webhook
        return webhook

    def _update_webhook(self, command: NoteTrigger | DisableWebhook) -> Webhook:
        webhook = self.webhook(command.webhook_id)
        if isinstance(command, NoteTrigger):
            webhook = replace(webhook, last_triggered_at=command.at)
        else:
            webhook = replace(webhook, active=False)
        self._webhooks[webhook.id] = webhook
        return webhook
