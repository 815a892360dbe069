"""Schedules the transitions of monitors: the checks at which something changes."""

from heapq import heappop, heappush, heapreplace
from math import inf

from statuspool_mock.simulation import check_times, sla
from statuspool_mock.simulation.evaluated_block import CheckOutcome
from statuspool_mock.simulation.recorder import Recorder
from statuspool_mock.simulation.timeline import Timeline
from statuspool_mock.simulation.tracked_monitor import TrackedMonitor

_NEAR_SECONDS = 3_600  # keeping more iterators than these costs more than it saves


class TransitionScheduler:
    """A queue of the instants at which each monitor has to be evaluated next.

    Checks with the same outcome as the one before are skipped, so time costs what changes in it.
    """

    def __init__(self, timeline: Timeline, recorder: Recorder) -> None:
        self.tracked: dict[int, TrackedMonitor] = {}
        """By the monitor's ordinal."""
        self._timeline = timeline
        self._recorder = recorder
        self._queue: list[tuple[int, int, int]] = []  # (instant, ordinal, turn), a heap

    def copy(self, timeline: Timeline, recorder: Recorder) -> "TransitionScheduler":
        """Return a copy for another world."""
        scheduler = TransitionScheduler(timeline, recorder)
        scheduler.tracked = {key: tracked.copy() for key, tracked in self.tracked.items()}
        scheduler._queue = self._queue.copy()
        return scheduler

    def is_due(self, now: int) -> bool:
        """Whether something is due up to now; an obsolete entry of the queue counts too."""
        return bool(self._queue) and self._queue[0][0] <= now

    def advance(
        self,
        now: int,
        *,
        to: int,
        most: int | None,
        to_next: bool,
        splits_instant: bool = False,
    ) -> int:
        """Evaluate everything that is due up to `to`, in order; return the instant reached.

        It is earlier than `to` after `most` evaluations or, with `to_next`, after the first fact.
        Only with `splits_instant` may that be amid an instant.
        """
        queue, monitors, record_check = self._queue, self.tracked, self._recorder.record_check
        left = inf if most is None else most
        while queue and queue[0][0] <= to:
            at, ordinal, turn = queue[0]
            tracked = monitors.get(ordinal)
            if tracked is None or tracked.turn != turn:
                heappop(queue)
                continue
            if left <= 0 and (at > now or splits_instant):
                return now
            if at > now:
                if to_next and self._recorder.has_facts:
                    return now
                now = at
            left -= 1
            due = tracked.due
            if due is not None and due[0] == at:
                outcome = due[1] or self._timeline.newest_outcome(tracked.monitor, at)
                record_check(tracked, outcome, at=at)
                tracked.due = self._following(tracked, at, outcome)
            if tracked.evaluated_next == at:
                self._schedule_evaluation(tracked, self._evaluate_sla(tracked, at, at))
            following = tracked.next_at
            if following is None:
                heappop(queue)
            else:
                heapreplace(queue, (following, ordinal, turn))
        return now if to_next and self._recorder.has_facts else to

    def fast_forward(self, now: int, *, to: int) -> None:
        """Advance monitor by monitor instead of instant by instant; the result is the same.

        With many monitors this is faster, since the blocks of one stay in the cache. Facts are
        not in order.
        """
        for tracked in self._pop_due(to):
            self._work_out(tracked, since=now + 1, until=to)
        self._recorder.add_runs(until=to)

    def track_with_past(self, tracked: TrackedMonitor, now: int, *, until: int) -> None:
        """Track a monitor that was created now and does not change before `until`.

        What its checks find until then is worked out here, at once.
        """
        self.tracked[tracked.monitor.ordinal] = tracked
        self._work_out(tracked, since=now, until=until)
        self._recorder.add_runs(until=now)

    def _work_out(self, tracked: TrackedMonitor, *, since: int, until: int) -> None:
        """Work out what the checks of a monitor find in [since, until]."""
        monitor = tracked.monitor
        newest = check_times.last_check(monitor.epochs, until)
        if newest is not None:
            self._recorder.find_downtime(monitor, self._timeline, since=since, until=until)
            outcome = self._timeline.outcome(monitor, *newest)
            self._recorder.record_state(tracked, outcome.state, at=until)
            self._evaluate_sla(tracked, newest[1], until)
        self._schedule_next(tracked, until)

    def _pop_due(self, to: int) -> list[TrackedMonitor]:
        """Remove the monitors that are due up to `to` from the queue and return them."""
        queue, due = self._queue, []
        while queue and queue[0][0] <= to:
            _, ordinal, turn = heappop(queue)
            tracked = self.tracked.get(ordinal)
            if tracked is not None and tracked.turn == turn:
                due.append(tracked)
        return due

    def track(self, tracked: TrackedMonitor, now: int) -> None:
        """Track a monitor whose newest check is already recorded."""
        self.tracked[tracked.monitor.ordinal] = tracked
        self._schedule_next(tracked, now)

    def check_now(self, tracked: TrackedMonitor, now: int, *, first: bool = False) -> None:
        """Evaluate a monitor that was created or changed now, at its newest check."""
        monitor = tracked.monitor
        self.tracked[monitor.ordinal] = tracked
        if tracked.window is not None and tracked.window.at >= now:
            tracked.window = None
        newest = check_times.last_check(monitor.epochs, now)
        if newest is not None:
            outcome = self._timeline.outcome(monitor, *newest)
            self._recorder.record_check(tracked, outcome, at=newest[1], first=first)
            self._evaluate_sla(tracked, newest[1], now)
        self._schedule_next(tracked, now)

    def expect_change(self, tracked: TrackedMonitor, *, start: int) -> None:
        """Evaluate, at the latest, the first check from `start` on, whose outcome has changed.

        Earlier checks stay as they were, so nothing has to be evaluated now.
        """
        following = check_times.next_check(tracked.monitor.epochs, start)
        if following is None:
            return
        tick = following[1]
        tracked.ahead = None
        if tracked.due is None or tracked.due[0] >= tick:
            tracked.due = (tick, None)
        if tracked.evaluated_next is None or tracked.evaluated_next > tick:
            tracked.evaluated_next = tick
        if tracked.window is not None and tracked.window.at >= start:
            tracked.window = None
        self._enqueue(tracked)

    def correct(self, tracked: TrackedMonitor, *, since: int, until: int, now: int) -> None:
        """Correct the record of a monitor whose past was changed."""
        monitor = tracked.monitor
        tracked.window = None
        newest = check_times.last_check(monitor.epochs, now)
        if newest is not None:
            outcome = self._timeline.outcome(monitor, *newest)
            self._recorder.record_state(tracked, outcome.state, at=now)
            self._recorder.correct(monitor, self._timeline, since=since, until=until, now=now)
            self._evaluate_sla(tracked, newest[1], now)
        self._schedule_next(tracked, now)

    def _following(
        self, tracked: TrackedMonitor, at: int, outcome: CheckOutcome
    ) -> tuple[int, CheckOutcome | None] | None:
        ahead = tracked.ahead or self._timeline.outcomes(
            tracked.monitor, since=at + 1, known=outcome
        )
        due = next(ahead, None)
        is_near = due is not None and due[0] - at < _NEAR_SECONDS
        tracked.ahead = ahead if is_near else None
        return due

    def _schedule_next(self, tracked: TrackedMonitor, now: int) -> None:
        """Schedule the next evaluation after the newest check."""
        monitor = tracked.monitor
        newest = check_times.last_check(monitor.epochs, now)
        known = None if newest is None else self._timeline.outcome(monitor, *newest)
        since = now + 1 if newest is None else newest[1] + 1
        tracked.ahead = None
        tracked.due = next(self._timeline.outcomes(monitor, since=since, known=known), None)
        if sla.cannot_fail(monitor):
            tracked.evaluated_next = None
        elif tracked.window is not None:
            self._schedule_evaluation(tracked, tracked.window)
        else:
            following = check_times.next_check(monitor.epochs, now + 1)
            tracked.evaluated_next = None if following is None else following[1]
        self._enqueue(tracked)

    def _enqueue(self, tracked: TrackedMonitor) -> None:
        tracked.turn += 1
        if (at := tracked.next_at) is not None:
            heappush(self._queue, (at, tracked.monitor.ordinal, tracked.turn))

    def _evaluate_sla(self, tracked: TrackedMonitor, tick: int, now: int) -> sla.Window:
        """Compare uptime at a check with the SLA target, and record a breach."""
        monitor = tracked.monitor
        window = tracked.window = sla.window_of(self._timeline, monitor, tick, known=tracked.window)
        breached = sla.SlaEvaluator(self._timeline, monitor).is_below(window)
        if breached and not tracked.breached:
            self._recorder.record_breach(monitor, window.uptime, at=now)
        tracked.breached = breached
        return window

    def _schedule_evaluation(self, tracked: TrackedMonitor, window: sla.Window) -> None:
        """Find the next check at which uptime may cross the target, within the current block."""
        monitor = tracked.monitor
        if not window.failed and not tracked.breached:
            # Not before a check fails, which is a change of outcome.
            tracked.evaluated_next = None if tracked.due is None else tracked.due[0]
            return
        following = check_times.next_check(monitor.epochs, window.at + 1)
        if following is None:
            tracked.evaluated_next = None
            return
        until = self._timeline.block_end(monitor, *following) - 1
        tracked.evaluated_next, tracked.window = sla.SlaEvaluator(
            self._timeline, monitor
        ).next_crossing(window, until=until, breached=tracked.breached)
