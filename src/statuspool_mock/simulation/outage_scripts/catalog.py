"""The outage scripts.

They follow what users of uptime monitors see: sites are slow before they fail and after they
recover, regions and monitors fail within a minute or two of each other, and a failure shows as 5xx,
as a time-out or as a TLS error, rarely the same one all the time.
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
from statuspool_mock.simulation.outage_scripts.builder import NotApplicable, ScriptBuilder, names_of
from statuspool_mock.simulation.outage_scripts.model import OutageScript

_MINUTE, _HOUR = 60, 3_600
_SLOW_AHEAD = 2 * _MINUTE
_MOST_DESCRIBED = 12  # with more monitors only the first and the last are described
_EXPIRED = Effect(
    fails=True,
    status_code=504,
    response_ms=210,
    error_message="TLS handshake failed: certificate has expired",
)


def _single_region(script: ScriptBuilder) -> None:
    region = script.region or _most_common_region(script)
    monitors = [monitor for monitor in script.monitors if region in monitor.regions]
    fails = script.start + script.between(4, 6) * _MINUTE
    recovers = fails + script.between(11, 15) * _MINUTE
    script.add_step(script.start, f"{region}: responses become slow for {names_of(monitors)}")
    script.add_step(fails, f"{region}: checks fail; other regions are not affected")
    script.add_step(recovers, f"{region}: responds again, slowly")
    for monitor in monitors:
        late = script.between(0, 80)
        begin, end = fails + late, recovers + script.between(0, 80)
        where = (region,)
        script.slow_down(monitor, script.start + late, begin, to_ms=6_500, regions=where)
        if len(monitor.regions) > 1:
            ways = (BAD_GATEWAY, BAD_GATEWAY, TIMED_OUT)
            script.fail(monitor, begin, end, ways=ways, regions=where)
        else:  # failing in its only region would be down, not degraded
            script.slow_down(monitor, begin, end, to_ms=9_000, regions=where)
        script.speed_up(monitor, end, end + 4 * _MINUTE, from_ms=4_200, regions=where)


def _most_common_region(script: ScriptBuilder) -> str:
    counts = Counter(region for monitor in script.monitors for region in monitor.regions)
    most = [region for region, count in counts.items() if count == max(counts.values())]
    return most[script.between(0, len(most) - 1)]


def _deploy_brownout(script: ScriptBuilder) -> None:
    script.add_step(
        script.start, f"A release is deployed to {names_of(script.monitors)}, one after another"
    )
    at, most_apart = script.start, 15 * _MINUTE // len(script.monitors)
    for monitor in script.monitors:
        fails = at + script.between(60, 120)
        undone = fails + max(script.between(150, 240), monitor.interval_seconds)
        script.slow_down(monitor, at, fails, to_ms=4_800)
        for number, region in enumerate(script.regions(monitor)):
            begin = fails + number * script.between(5, 25)
            ways = (UNAVAILABLE, UNAVAILABLE, SERVER_ERROR)
            script.fail(monitor, begin, undone, ways=ways, regions=(region,))
        script.speed_up(monitor, undone, undone + 3 * _MINUTE, from_ms=3_900)
        if (
            len(script.monitors) <= _MOST_DESCRIBED
            or monitor is script.monitors[0]
            or monitor is script.monitors[-1]
        ):
            script.add_step(fails, f"{monitor.name} responds with 5xx while it restarts")
            script.add_step(undone, f"{monitor.name} is rolled back and warms up")
        at += min(script.between(35, 75), most_apart)


def _cert_expiry(script: ScriptBuilder) -> None:
    renewed = script.start + script.between(32, 44) * _MINUTE
    script.add_step(
        script.start, f"The certificate of {names_of(script.monitors)} expires everywhere at once"
    )
    script.add_step(renewed, "A new certificate is rolled out, region by region")
    for monitor in script.monitors:
        end = renewed
        for region in script.regions(monitor):
            script.fail(monitor, script.start, end, ways=(_EXPIRED,), regions=(region,))
            end += script.between(40, 150)


def _flapping(script: ScriptBuilder) -> None:
    script.add_step(script.start, f"{names_of(script.monitors)}: up and down, each at its own pace")
    last = script.start
    for monitor in script.monitors:
        at = until = script.start + script.between(0, 60)
        for _ in range(script.between(5, 7)):
            until = at + max(script.between(60, 170), monitor.interval_seconds)
            script.fail(monitor, at, until, ways=(UNAVAILABLE, BAD_GATEWAY, REFUSED))
            at = until + max(script.between(90, 200), 2 * monitor.interval_seconds)
        last = max(last, until)
    script.add_step(last, "It becomes stable")


def _slow_burn(script: ScriptBuilder) -> None:
    script.add_step(script.start, f"{names_of(script.monitors)}: short failures begin, hours apart")
    last = script.start
    for monitor in script.monitors:
        at = script.start + script.between(0, 5 * _MINUTE)
        share, left = _share_to_breach(script, monitor)
        while left > 0:
            burst = min(left, max(script.between(4, 8) * _MINUTE // monitor.interval_seconds, 1))
            length = burst * monitor.interval_seconds
            script.slow_down(monitor, at, at + _SLOW_AHEAD, to_ms=3_600)
            script.fail(
                monitor,
                at + _SLOW_AHEAD,
                at + _SLOW_AHEAD + length,
                ways=(UNAVAILABLE, BAD_GATEWAY, TIMED_OUT),
            )
            last = max(last, at + _SLOW_AHEAD + length)
            left -= burst
            at += round(length / share)
    script.add_step(last, "The error budget of 30 days is used up")


def _share_to_breach(script: ScriptBuilder, monitor: Monitor) -> tuple[float, int]:
    """Return which share of the checks must fail, and how many, to use up a full error budget.

    The budget is that of the 30 days up to the last failure, plus a tenth.
    """
    seen = 1 if script.region is None else 1 / len(monitor.regions)
    budget = 1.1 * (100 - monitor.sla_target) / 100 / seen
    if not 0 <= budget <= 0.45:
        raise NotApplicable(
            f"{monitor.name} has an SLA target of {monitor.sla_target} %, which short failures "
            f"seen from {'all' if seen == 1 else 'one'} of its regions do not break."
        )
    share = max(0.1, 2 * budget)
    since = script.start - UPTIME_WINDOW_SECONDS
    before = check_times.count_rows(monitor.epochs, since, script.start) / len(monitor.regions)
    window = max(before, UPTIME_WINDOW_SECONDS / monitor.interval_seconds)
    return share, ceil(min(budget * window, budget * before / (1 - budget / share))) + 2


def _global_outage(script: ScriptBuilder) -> None:
    fails = script.start + script.between(3, 4) * _MINUTE
    recovers = fails + script.between(16, 22) * _MINUTE
    script.add_step(script.start, f"{names_of(script.monitors)}: everything becomes slow")
    script.add_step(fails, "Region after region goes down, for all of them")
    script.add_step(recovers, "One after another they respond again, slowly")
    for monitor in script.monitors:
        end = recovers + script.between(0, 4 * _MINUTE)
        script.slow_down(monitor, script.start + script.between(0, 45), fails, to_ms=7_500)
        for region in script.regions(monitor):
            begin = fails + script.between(0, 100)
            ways = (UNAVAILABLE, BAD_GATEWAY, TIMED_OUT, TIMED_OUT, REFUSED)
            script.fail(monitor, begin, end, ways=ways, regions=(region,))
        script.speed_up(monitor, end, end + script.between(4, 7) * _MINUTE, from_ms=6_000)


def _recovery_storm(script: ScriptBuilder) -> None:
    back = script.start + script.between(42, 48) * _MINUTE
    calm = back + 18 * _MINUTE
    script.add_step(script.start, f"{names_of(script.monitors)} go down together")
    script.add_step(back, "All of them recover at once, and all traffic returns")
    script.add_step(back + 4 * _MINUTE, "Some fail again under the load")
    script.add_step(calm, "The storm is over")
    for monitor in script.monitors:
        begin = script.start + script.between(0, 60)
        script.fail(monitor, begin, back, ways=(TIMED_OUT, BAD_GATEWAY, UNAVAILABLE))
        script.speed_up(monitor, back, calm, from_ms=9_500)
        relapse = back + max(script.between(4, 7) * _MINUTE, monitor.interval_seconds)
        for _ in range(script.between(1, 2)):
            until = relapse + max(script.between(75, 160), monitor.interval_seconds)
            script.fail(monitor, relapse, until, ways=(UNAVAILABLE, TIMED_OUT))
            relapse = until + max(script.between(90, 150), monitor.interval_seconds)


OUTAGE_SCRIPTS: Mapping[str, OutageScript] = MappingProxyType(
    {
        script.name: script
        for script in (
            OutageScript(
                name="single-region",
                about="One region fails and recovers; the monitors are degraded, never down.",
                duration_seconds=25 * _MINUTE,
                build=_single_region,
            ),
            OutageScript(
                name="deploy-brownout",
                about="A release rolls through the monitors: slow, then 5xx, then rolled back.",
                duration_seconds=12 * _MINUTE,
                build=_deploy_brownout,
            ),
            OutageScript(
                name="cert-expiry",
                about="A certificate expires everywhere at once; its renewal takes a while.",
                duration_seconds=45 * _MINUTE,
                build=_cert_expiry,
            ),
            OutageScript(
                name="flapping",
                about="Up and down every few minutes, each monitor at its own pace.",
                duration_seconds=30 * _MINUTE,
                build=_flapping,
            ),
            OutageScript(
                name="slow-burn-sla-breach",
                about="Short failures, hours apart, use up the error budget of 30 days.",
                duration_seconds=9 * _HOUR,
                build=_slow_burn,
            ),
            OutageScript(
                name="global-outage",
                about="Everything slows down, then fails in all regions, and returns bit by bit.",
                duration_seconds=35 * _MINUTE,
                build=_global_outage,
            ),
            OutageScript(
                name="recovery-storm",
                about="A long outage ends for all at once: slow answers and fresh failures follow.",
                duration_seconds=65 * _MINUTE,
                build=_recovery_storm,
            ),
        )
    }
)
