"""The rows of a check log, computed on request.

Response times are log-normal around the monitor's median, with an offset for each region and a slow
daily wave. The response time of a good check stays below the limit for slow checks.
"""

from functools import lru_cache, partial

from statuspool_mock.simulation import check_times, prng
from statuspool_mock.simulation.model import SLOW_FROM_MS, Check, Effect, Epoch, Monitor, Page
from statuspool_mock.simulation.timeline import Timeline

_JITTER = prng.log_normal(35)
_TIGHT_JITTER = prng.log_normal(8)
_SHIFT = prng.SHIFT
_check = partial(tuple.__new__, Check)
"""Makes a `Check` of a tuple in half the time, of which a log needs a hundred."""
_DRAWS = 32  # in one digest; further regions share them

# Traffic by hour (UTC) in thousandths: nights are fast, afternoons are busy.
_WAVE = (
    880, 860, 850, 850, 860, 880, 910, 950, 990, 1030, 1060, 1080,
    1100, 1120, 1130, 1130, 1120, 1100, 1070, 1040, 1000, 970, 930, 900,
)  # fmt: skip


def page_of_rows(
    timeline: Timeline, monitor: Monitor, *, since: int, until: int, page: int, limit: int
) -> Page[Check]:
    """Return one page of the log in [since, until], oldest first."""
    total = check_times.count_rows(monitor.epochs, since, until)
    offset = (page - 1) * limit
    items: list[Check] = []
    if offset < total:
        generator = CheckRowGenerator(timeline, monitor)
        for epoch, tick, first, end in check_times.rows(
            monitor.epochs, since, until, offset=offset, limit=limit
        ):
            items += generator.rows(epoch, tick, first=first, end=end)
    return Page(items, page, -(-total // limit), total)


class CheckRowGenerator:
    """Generates the rows of one monitor's checks, in order of time.

    It remembers until when no outage affects the monitor, so most of a page is generated without
    asking the timeline.
    """

    def __init__(self, timeline: Timeline, monitor: Monitor) -> None:
        self._timeline = timeline
        self._monitor = monitor
        width = max((len(epoch.regions) for epoch in monitor.epochs), default=0)
        self._drawn = prng.draws(monitor.draw_key, min(width, _DRAWS))
        self._epoch: Epoch | None = None
        self._medians: tuple[int, ...] = ()
        self._quiet_until = 0

    def rows(self, epoch: Epoch, tick: int, *, first: int, end: int) -> list[Check]:
        """Return the rows of one check from the regions at positions `first` … `end - 1`."""
        if epoch is not self._epoch:
            self._epoch = epoch
            self._medians = tuple(_median_ms(self._monitor.draw_key, r) for r in epoch.regions)
            self._quiet_until = 0
        drawn = self._drawn(tick)
        good = self._good_rows(epoch, tick, drawn, first, end)
        if tick < self._quiet_until:
            return good
        effects = self._timeline.effects(self._monitor, epoch, tick)
        if not any(effects):
            self._quiet_until = self._timeline.next_edge(self._monitor, epoch, tick)
            return good
        return [
            row if effect is None else _affected(row, effect, epoch, drawn[position % _DRAWS])
            for position, (row, effect) in enumerate(
                zip(good, effects[first:end], strict=True), start=first
            )
        ]

    def _good_rows(
        self, epoch: Epoch, tick: int, drawn: tuple[int, ...], first: int, end: int
    ) -> list[Check]:
        wave = _WAVE[tick // 3600 % 24]
        expected, regions, medians = epoch.expected_status, epoch.regions, self._medians
        rows = []
        for position in range(first, end):
            jitter = _JITTER[drawn[position % _DRAWS] >> _SHIFT]
            response = medians[position] * wave * jitter // 1_000_000
            if response >= SLOW_FROM_MS:
                response = SLOW_FROM_MS - 1
            rows.append(_check((tick, regions[position], expected, response or 1, None)))
        return rows


@lru_cache(maxsize=65_536)
def _median_ms(key: bytes, region: str) -> int:
    """Return a site's usual response time from a region: 60 to 474 ms, longer for far regions."""
    distance = (sum(region.encode("utf-8", "surrogatepass")) + key[6]) * 37 % 160
    return 60 + key[5] + distance


def _affected(row: Check, effect: Effect, epoch: Epoch, number: int) -> Check:
    code, message = effect.outcome(epoch.expected_status)
    response = row.response_time_ms
    if effect.response_ms is not None:
        response = effect.response_ms
        if effect.varies:
            jitter = prng.quantile(_TIGHT_JITTER, number)
            response = max(response * jitter // 1000, 1)
            slow = effect.is_slow
            response = max(response, SLOW_FROM_MS) if slow else min(response, SLOW_FROM_MS - 1)
    return Check(row.timestamp, row.region, code, response, message)
