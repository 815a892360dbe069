"""The screenplays there are.

They follow what users of monitors meet: sites are slow before they fail and after they recover,
regions and monitors follow one another within a minute or two, and a failure shows as 5xx, as
silence up to the limit, or as a TLS error, seldom as one of them all the time.
"""

from collections import Counter
from collections.abc import Mapping
from math import ceil
from types import MappingProxyType

from statuspool_mock.simulation import UPTIME_WINDOW_SECONDS, Monitor, check_times
from statuspool_mock.simulation.behaviour import (
    BAD_GATEWAY,
    REFUSED,
    SERVER_ERROR,
    TIMED_OUT,
    UNAVAILABLE,
)
from statuspool_mock.simulation.model import Effect
from statuspool_mock.simulation.outage_scripts.builder import NotApplicable, ScriptBuilder, named
from statuspool_mock.simulation.outage_scripts.model import OutageScript

_MINUTE, _HOUR = 60, 3_600
_SLOW_AHEAD = 2 * _MINUTE
_MOST_CUED = 12  # of more monitors than that only the first and the last are told of
_EXPIRED = Effect(
    fails=True,
    status_code=504,
    response_ms=210,
    error_message="TLS handshake failed: certificate has expired",
)


def _single_region(stage: ScriptBuilder) -> None:
    region = stage.region or _most_common_region(stage)
    cast = [monitor for monitor in stage.cast if region in monitor.regions]
    fails = stage.start + stage.between(4, 6) * _MINUTE
    recovers = fails + stage.between(11, 15) * _MINUTE
    stage.say(stage.start, f"{region}: answers grow slow for {named(cast)}")
    stage.say(fails, f"{region}: checks fail; other regions see nothing of it")
    stage.say(recovers, f"{region}: answers again, slowly")
    for monitor in cast:
        late = stage.between(0, 80)
        begin, end = fails + late, recovers + stage.between(0, 80)
        where = (region,)
        stage.slow_down(monitor, stage.start + late, begin, to_ms=6_500, regions=where)
        if len(monitor.regions) > 1:
            ways = (BAD_GATEWAY, BAD_GATEWAY, TIMED_OUT)
            stage.fail(monitor, begin, end, ways=ways, regions=where)
        else:  # failing in its only region would be down, not degraded
            stage.slow_down(monitor, begin, end, to_ms=9_000, regions=where)
        stage.speed_up(monitor, end, end + 4 * _MINUTE, from_ms=4_200, regions=where)


def _most_common_region(stage: ScriptBuilder) -> str:
    counts = Counter(region for monitor in stage.cast for region in monitor.regions)
    most = [region for region, count in counts.items() if count == max(counts.values())]
    return most[stage.between(0, len(most) - 1)]


def _deploy_brownout(stage: ScriptBuilder) -> None:
    stage.say(stage.start, f"A release is rolled out to {named(stage.cast)}, one after another")
    at, most_apart = stage.start, 15 * _MINUTE // len(stage.cast)
    for monitor in stage.cast:
        fails = at + stage.between(60, 120)
        undone = fails + max(stage.between(150, 240), monitor.interval_seconds)
        stage.slow_down(monitor, at, fails, to_ms=4_800)
        for number, region in enumerate(stage.regions(monitor)):
            begin = fails + number * stage.between(5, 25)
            ways = (UNAVAILABLE, UNAVAILABLE, SERVER_ERROR)
            stage.fail(monitor, begin, undone, ways=ways, regions=(region,))
        stage.speed_up(monitor, undone, undone + 3 * _MINUTE, from_ms=3_900)
        if len(stage.cast) <= _MOST_CUED or monitor is stage.cast[0] or monitor is stage.cast[-1]:
            stage.say(fails, f"{monitor.name} answers with 5xx while it restarts")
            stage.say(undone, f"{monitor.name} is rolled back and warms up")
        at += min(stage.between(35, 75), most_apart)


def _cert_expiry(stage: ScriptBuilder) -> None:
    renewed = stage.start + stage.between(32, 44) * _MINUTE
    stage.say(stage.start, f"The certificate of {named(stage.cast)} expires, everywhere at once")
    stage.say(renewed, "A new certificate is rolled out, region by region")
    for monitor in stage.cast:
        end = renewed
        for region in stage.regions(monitor):
            stage.fail(monitor, stage.start, end, ways=(_EXPIRED,), regions=(region,))
            end += stage.between(40, 150)


def _flapping(stage: ScriptBuilder) -> None:
    stage.say(stage.start, f"{named(stage.cast)}: up and down, each at a pace of its own")
    last = stage.start
    for monitor in stage.cast:
        at = until = stage.start + stage.between(0, 60)
        for _ in range(stage.between(5, 7)):
            until = at + max(stage.between(60, 170), monitor.interval_seconds)
            stage.fail(monitor, at, until, ways=(UNAVAILABLE, BAD_GATEWAY, REFUSED))
            at = until + max(stage.between(90, 200), 2 * monitor.interval_seconds)
        last = max(last, until)
    stage.say(last, "It settles")


def _slow_burn(stage: ScriptBuilder) -> None:
    stage.say(stage.start, f"{named(stage.cast)}: short failures begin, each soon forgotten")
    last = stage.start
    for monitor in stage.cast:
        at = stage.start + stage.between(0, 5 * _MINUTE)
        share, left = _share_to_breach(stage, monitor)
        while left > 0:
            burst = min(left, max(stage.between(4, 8) * _MINUTE // monitor.interval_seconds, 1))
            length = burst * monitor.interval_seconds
            stage.slow_down(monitor, at, at + _SLOW_AHEAD, to_ms=3_600)
            stage.fail(
                monitor,
                at + _SLOW_AHEAD,
                at + _SLOW_AHEAD + length,
                ways=(UNAVAILABLE, BAD_GATEWAY, TIMED_OUT),
            )
            last = max(last, at + _SLOW_AHEAD + length)
            left -= burst
            at += round(length / share)
    stage.say(last, "The error budget of 30 days is used up by now")


def _share_to_breach(stage: ScriptBuilder, monitor: Monitor) -> tuple[float, int]:
    """Return which share of the checks must fail, and how many, to use up a spotless budget.

    The budget is that of the 30 days in which the last of them falls, and a tenth more.
    """
    seen = 1 if stage.region is None else 1 / len(monitor.regions)
    budget = 1.1 * (100 - monitor.sla_target) / 100 / seen
    if not 0 <= budget <= 0.45:
        raise NotApplicable(
            f"{monitor.name} has an SLA target of {monitor.sla_target} %, which short failures "
            f"seen from {'all' if seen == 1 else 'one'} of its regions do not break."
        )
    share = max(0.1, 2 * budget)
    since = stage.start - UPTIME_WINDOW_SECONDS
    before = check_times.count_rows(monitor.epochs, since, stage.start) / len(monitor.regions)
    window = max(before, UPTIME_WINDOW_SECONDS / monitor.interval_seconds)
    return share, ceil(min(budget * window, budget * before / (1 - budget / share))) + 2


def _global_outage(stage: ScriptBuilder) -> None:
    fails = stage.start + stage.between(3, 4) * _MINUTE
    recovers = fails + stage.between(16, 22) * _MINUTE
    stage.say(stage.start, f"{named(stage.cast)}: everything grows slow")
    stage.say(fails, "Region after region goes down, for all of them")
    stage.say(recovers, "One after another they answer again, slowly")
    for monitor in stage.cast:
        end = recovers + stage.between(0, 4 * _MINUTE)
        stage.slow_down(monitor, stage.start + stage.between(0, 45), fails, to_ms=7_500)
        for region in stage.regions(monitor):
            begin = fails + stage.between(0, 100)
            ways = (UNAVAILABLE, BAD_GATEWAY, TIMED_OUT, TIMED_OUT, REFUSED)
            stage.fail(monitor, begin, end, ways=ways, regions=(region,))
        stage.speed_up(monitor, end, end + stage.between(4, 7) * _MINUTE, from_ms=6_000)


def _recovery_storm(stage: ScriptBuilder) -> None:
    back = stage.start + stage.between(42, 48) * _MINUTE
    calm = back + 18 * _MINUTE
    stage.say(stage.start, f"{named(stage.cast)} go down together")
    stage.say(back, "All of them are back at once, and everybody returns with them")
    stage.say(back + 4 * _MINUTE, "Some give way under the load and fail again")
    stage.say(calm, "The storm is over")
    for monitor in stage.cast:
        begin = stage.start + stage.between(0, 60)
        stage.fail(monitor, begin, back, ways=(TIMED_OUT, BAD_GATEWAY, UNAVAILABLE))
        stage.speed_up(monitor, back, calm, from_ms=9_500)
        relapse = back + max(stage.between(4, 7) * _MINUTE, monitor.interval_seconds)
        for _ in range(stage.between(1, 2)):
            until = relapse + max(stage.between(75, 160), monitor.interval_seconds)
            stage.fail(monitor, relapse, until, ways=(UNAVAILABLE, TIMED_OUT))
            relapse = until + max(stage.between(90, 150), monitor.interval_seconds)


OUTAGE_SCRIPTS: Mapping[str, OutageScript] = MappingProxyType(
    {
        screenplay.name: screenplay
        for screenplay in (
            OutageScript(
                name="single-region",
                about="One region fails and recovers; the monitors are degraded, never down.",
                duration_seconds=25 * _MINUTE,
                act=_single_region,
            ),
            OutageScript(
                name="deploy-brownout",
                about="A release rolls through the monitors: slow, then 5xx, then rolled back.",
                duration_seconds=12 * _MINUTE,
                act=_deploy_brownout,
            ),
            OutageScript(
                name="cert-expiry",
                about="A certificate expires everywhere at once; its renewal takes a while.",
                duration_seconds=45 * _MINUTE,
                act=_cert_expiry,
            ),
            OutageScript(
                name="flapping",
                about="Up and down every few minutes, each monitor at its own pace.",
                duration_seconds=30 * _MINUTE,
                act=_flapping,
            ),
            OutageScript(
                name="slow-burn-sla-breach",
                about="Short failures, hours apart, use up the error budget of 30 days.",
                duration_seconds=9 * _HOUR,
                act=_slow_burn,
            ),
            OutageScript(
                name="global-outage",
                about="Everything slows down, then fails in all regions, and returns bit by bit.",
                duration_seconds=35 * _MINUTE,
                act=_global_outage,
            ),
            OutageScript(
                name="recovery-storm",
                about="A long outage ends for all at once: slow answers and fresh failures follow.",
                duration_seconds=65 * _MINUTE,
                act=_recovery_storm,
            ),
        )
    }
)
