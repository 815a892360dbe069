"""Waits for what checks find, monitor by monitor, and sees to it that it is written down."""

from heapq import heappop, heappush, heapreplace
from math import inf

from statuspool_mock.simulation import check_times, sla
from statuspool_mock.simulation.evaluated_block import CheckOutcome
from statuspool_mock.simulation.monitor_state import MonitorState
from statuspool_mock.simulation.recorder import Recorder
from statuspool_mock.simulation.timeline import Timeline

_NEAR_SECONDS = 3_600  # a walk is worth keeping until then; a hundred thousand are not


class TransitionScheduler:
    """Watches over monitors, and a queue of the instants at which each is to be looked at next.

    Nobody looks at checks that find the same again: time costs what changes in it.
    """

    def __init__(self, timeline: Timeline, recorder: Recorder) -> None:
        self.watches: dict[int, MonitorState] = {}
        """By the monitor's ordinal."""
        self._timeline = timeline
        self._recorder = recorder
        self._queue: list[tuple[int, int, int]] = []  # (instant, ordinal, turn), a heap

    def copy(self, timeline: Timeline, recorder: Recorder) -> "TransitionScheduler":
        """Return a lookout over the same monitors in another world."""
        scheduler = TransitionScheduler(timeline, recorder)
        scheduler.watches = {key: watch.copy() for key, watch in self.watches.items()}
        scheduler._queue = self._queue.copy()
        return scheduler

    def pass_time(self, now: int, *, to: int, most: int | None, to_next: bool) -> int:
        """Look at all that is due up to `to`, in order; return the instant that was reached.

        That is `to`, unless `most` monitors were looked at before or, with `to_next`, there is
        something to tell; an instant is always gone through as a whole.
        """
        queue, watches, note = self._queue, self.watches, self._recorder.note
        left = inf if most is None else most
        while queue and queue[0][0] <= to:
            at, ordinal, turn = queue[0]
            watch = watches.get(ordinal)
            if watch is None or watch.turn != turn:
                heappop(queue)
                continue
            if at > now:
                if left <= 0 or (to_next and self._recorder.has_news):
                    return now
                now = at
            left -= 1
            due = watch.due
            if due is not None and due[0] == at:
                finding = due[1] or self._timeline.newest_finding(watch.monitor, at)
                note(watch, finding, at=at)
                watch.due = self._following(watch, at, finding)
            if watch.evaluated_next == at:
                self._await_evaluation(watch, self._judge(watch, at, at))
            following = watch.next_at
            if following is None:
                heappop(queue)
            else:
                heapreplace(queue, (following, ordinal, turn))
        return now if to_next and self._recorder.has_news else to

    def live_through(self, now: int, *, to: int) -> None:
        """Go through time by monitor instead of by instant; the end is the same.

        By instant, what was drawn of one monitor is forgotten before it is needed again where there
        are many. What is told here is not in order.
        """
        found = []
        for watch in self._take_due(to):
            monitor = watch.monitor
            newest = check_times.last_check(monitor.epochs, to)
            if newest is not None:
                found += self._recorder.found_between(
                    monitor, self._timeline, since=now + 1, now=to
                )
                finding = self._timeline.finding(monitor, *newest)
                self._recorder.note_state(watch, finding.state, at=to)
                self._judge(watch, newest[1], to)
            self._await(watch, to)
        self._recorder.enter(found)

    def _take_due(self, to: int) -> list[MonitorState]:
        """Take the monitors that are to be looked at up to `to` out of the queue."""
        queue, due = self._queue, []
        while queue and queue[0][0] <= to:
            _, ordinal, turn = heappop(queue)
            watch = self.watches.get(ordinal)
            if watch is not None and watch.turn == turn:
                due.append(watch)
        return due

    def take_up(self, watch: MonitorState, now: int) -> None:
        """Watch over a monitor whose newest check is written down already."""
        self.watches[watch.monitor.ordinal] = watch
        self._await(watch, now)

    def examine(self, watch: MonitorState, now: int, *, first: bool = False) -> None:
        """Look at a monitor that was made or changed now, at its newest check."""
        monitor = watch.monitor
        self.watches[monitor.ordinal] = watch
        if watch.window is not None and watch.window.at >= now:
            watch.window = None
        newest = check_times.last_check(monitor.epochs, now)
        if newest is not None:
            finding = self._timeline.finding(monitor, *newest)
            self._recorder.note(watch, finding, at=newest[1], first=first)
            self._judge(watch, newest[1], now)
        self._await(watch, now)

    def expect(self, watch: MonitorState, *, start: int) -> None:
        """Look, at the latest, at the first check from `start` on, which now finds something else.

        What is found before stays as it was, so nothing has to be looked at now.
        """
        following = check_times.next_check(watch.monitor.epochs, start)
        if following is None:
            return
        tick = following[1]
        watch.ahead = None
        if watch.due is None or watch.due[0] >= tick:
            watch.due = (tick, None)
        if watch.evaluated_next is None or watch.evaluated_next > tick:
            watch.evaluated_next = tick
        if watch.window is not None and watch.window.at >= start:
            watch.window = None
        self._enqueue(watch)

    def correct(self, watch: MonitorState, *, since: int, until: int, now: int) -> None:
        """Bring what is written of a monitor in line with a past that was changed."""
        monitor = watch.monitor
        watch.window = None
        newest = check_times.last_check(monitor.epochs, now)
        if newest is not None:
            finding = self._timeline.finding(monitor, *newest)
            self._recorder.note_state(watch, finding.state, at=now)
            self._recorder.correct(monitor, self._timeline, since=since, until=until, now=now)
            self._judge(watch, newest[1], now)
        self._await(watch, now)

    def _following(
        self, watch: MonitorState, at: int, finding: CheckOutcome
    ) -> tuple[int, CheckOutcome | None] | None:
        ahead = watch.ahead or self._timeline.findings(watch.monitor, since=at + 1, known=finding)
        due = next(ahead, None)
        is_near = due is not None and due[0] - at < _NEAR_SECONDS
        watch.ahead = ahead if is_near else None
        return due

    def _await(self, watch: MonitorState, now: int) -> None:
        """Look ahead from the newest check: what began since then waits to be found."""
        monitor = watch.monitor
        newest = check_times.last_check(monitor.epochs, now)
        known = None if newest is None else self._timeline.finding(monitor, *newest)
        since = now + 1 if newest is None else newest[1] + 1
        watch.ahead = None
        watch.due = next(self._timeline.findings(monitor, since=since, known=known), None)
        if sla.cannot_fail(monitor):
            watch.evaluated_next = None
        elif watch.window is not None:
            self._await_evaluation(watch, watch.window)
        else:
            following = check_times.next_check(monitor.epochs, now + 1)
            watch.evaluated_next = None if following is None else following[1]
        self._enqueue(watch)

    def _enqueue(self, watch: MonitorState) -> None:
        watch.turn += 1
        if (at := watch.next_at) is not None:
            heappush(self._queue, (at, watch.monitor.ordinal, watch.turn))

    def _judge(self, watch: MonitorState, tick: int, now: int) -> sla.Window:
        """Compare uptime at a check with the SLA target, and tell where it fell below it."""
        monitor = watch.monitor
        window = watch.window = sla.window_of(self._timeline, monitor, tick, known=watch.window)
        breached = sla.SlaEvaluator(self._timeline, monitor).is_below(window)
        if breached and not watch.breached:
            self._recorder.note_breach(monitor, window.uptime, at=now)
        watch.breached = breached
        return window

    def _await_evaluation(self, watch: MonitorState, window: sla.Window) -> None:
        """Find the next check at which uptime may cross the target, in what is drawn already."""
        monitor = watch.monitor
        if not window.failed and not watch.breached:
            # Not before something fails, and that is something else than the newest check found.
            watch.evaluated_next = None if watch.due is None else watch.due[0]
            return
        following = check_times.next_check(monitor.epochs, window.at + 1)
        if following is None:
            watch.evaluated_next = None
            return
        until = self._timeline.block_end(monitor, *following) - 1
        watch.evaluated_next, watch.window = sla.SlaEvaluator(
            self._timeline, monitor
        ).next_crossing(window, until=until, breached=watch.breached)
