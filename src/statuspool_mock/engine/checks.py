"""The rows of a check log, computed when asked for.

Response times are log-normal around a median of the monitor's own, with an offset for each region
and a slow daily wave. A good check stays under the limit from which it would count as slow.
"""

from statuspool_mock.engine import dice, schedule
from statuspool_mock.engine.model import SLOW_FROM_MS, Check, Effect, Epoch, Monitor, Page
from statuspool_mock.engine.timeline import Timeline

_JITTER = dice.log_normal(35)
_TIGHT_JITTER = dice.log_normal(8)
_DRAWS = 32  # 16-bit draws in one digest; more regions than that share draws

# Traffic by hour (UTC) in thousandths: nights are quick, afternoons are busy.
_WAVE = (
    880, 860, 850, 850, 860, 880, 910, 950, 990, 1030, 1060, 1080,
    1100, 1120, 1130, 1130, 1120, 1100, 1070, 1040, 1000, 970, 930, 900,
)  # fmt: skip


def page_of_rows(
    timeline: Timeline, monitor: Monitor, *, since: int, until: int, page: int, limit: int
) -> Page[Check]:
    """Return one page of the log in [since, until], oldest first."""
    total = schedule.count_rows(monitor.epochs, since, until)
    offset = (page - 1) * limit
    items: list[Check] = []
    if offset < total:
        for epoch, tick, first, end in schedule.rows(
            monitor.epochs, since, until, offset=offset, limit=limit
        ):
            items += check_rows(timeline, monitor, epoch, tick, first=first, end=end)
    return Page(items, page, -(-total // limit), total)


def check_rows(
    timeline: Timeline, monitor: Monitor, epoch: Epoch, tick: int, *, first: int, end: int
) -> list[Check]:
    """Return the rows of one check from the regions at positions `first` … `end - 1`."""
    effects = timeline.effects(monitor, epoch, tick)
    raw = dice.digest(monitor.dice, tick)
    found = []
    for position in range(first, end):
        region = epoch.regions[position]
        effect = effects[position]
        good = _good_response_ms(monitor, region, tick, raw, position)
        if effect is None:
            found.append(Check(tick, region, epoch.expected_status, good, None))
        else:
            code, message = effect.outcome(epoch.expected_status)
            response = _response_ms(effect, good, raw, position)
            found.append(Check(tick, region, code, response, message))
    return found


def _good_response_ms(monitor: Monitor, region: str, tick: int, raw: bytes, position: int) -> int:
    key = monitor.dice
    median = 60 + key[5] + _offset(key, region)
    response = median * _WAVE[tick // 3600 % 24] * dice.pick(_JITTER, raw, position % _DRAWS)
    return min(max(response // 1_000_000, 1), SLOW_FROM_MS - 1)


def _offset(key: bytes, region: str) -> int:
    """Return how many milliseconds farther this region is from the site: 0 to 159."""
    near = sum(region.encode("utf-8", "surrogatepass")) + key[6]
    return near * 37 % 160


def _response_ms(effect: Effect, good: int, raw: bytes, position: int) -> int:
    if effect.response_ms is None:
        return good
    if not effect.varies:
        return effect.response_ms
    jitter = dice.pick(_TIGHT_JITTER, raw, position % _DRAWS)
    response = max(effect.response_ms * jitter // 1000, 1)
    if effect.is_slow:
        return max(response, SLOW_FROM_MS)
    return min(response, SLOW_FROM_MS - 1)
