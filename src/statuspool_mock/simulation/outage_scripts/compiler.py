"""Compiles requests for outage scripts to outages."""

from collections.abc import Sequence

from statuspool_mock.simulation import Monitor, Outage, ScriptOutages, prng
from statuspool_mock.simulation.outage_scripts.builder import NotApplicable, ScriptBuilder
from statuspool_mock.simulation.outage_scripts.catalog import OUTAGE_SCRIPTS
from statuspool_mock.simulation.outage_scripts.model import (
    CompiledScript,
    ScriptRejected,
    ScriptRequest,
    ScriptStep,
)


def compile_scripts(requests: Sequence[ScriptRequest], *, seed: int, start: int) -> CompiledScript:
    """Compile requests into one script that begins at `start`, in seconds since 1970.

    The same requests, seed and start give the same result. Raises `ScriptRejected`.
    """
    if not requests:
        raise ScriptRejected("At least one outage script is required.")
    builders = [
        _built(request, key=prng.key_of(seed, "scene", number, request.name), start=start)
        for number, request in enumerate(requests)
    ]
    monitors = {monitor.id: monitor for builder in builders for monitor in builder.monitors}
    commands = tuple(filter(None, (_command(one, builders) for one in monitors.values())))
    steps = [ScriptStep(at=at, about=about) for builder in builders for at, about in builder.steps]
    return CompiledScript(
        commands=commands,
        steps=tuple(sorted(steps, key=lambda step: step.at)),
        start=start,
        end=max(outage.end for command in commands for outage in command.outages),
    )


def _built(request: ScriptRequest, *, key: bytes, start: int) -> ScriptBuilder:
    script = OUTAGE_SCRIPTS.get(request.name)
    if script is None:
        known = ", ".join(OUTAGE_SCRIPTS)
        raise ScriptRejected(f"Unknown outage script {request.name!r}; expected one of {known}.")
    if request.after_seconds < 0:
        raise ScriptRejected(
            f"{request.name} cannot begin {-request.after_seconds} s before the play does."
        )
    builder = ScriptBuilder(
        _monitors(request), key=key, start=start + request.after_seconds, region=request.region
    )
    for monitor in builder.monitors:
        if builder.start < monitor.created_at:
            raise ScriptRejected(
                f"{request.name} would begin at {builder.start}, before {monitor.name} was created "
                f"at {monitor.created_at}."
            )
    try:
        script.build(builder)
    except NotApplicable as error:
        raise ScriptRejected(f"{request.name} cannot be played: {error}") from None
    return builder


def _monitors(request: ScriptRequest) -> tuple[Monitor, ...]:
    """Return the monitors of a request that are checked from its region."""
    if not request.monitors:
        raise ScriptRejected(f"{request.name} has no monitors: name at least one.")
    monitors = tuple(
        m for m in request.monitors if request.region is None or request.region in m.regions
    )
    if not monitors:
        there = ", ".join(dict.fromkeys(region for m in request.monitors for region in m.regions))
        raise ScriptRejected(
            f"No monitor of {request.name} is checked from {request.region}, only from {there}."
        )
    return monitors


def _command(monitor: Monitor, builders: Sequence[ScriptBuilder]) -> ScriptOutages | None:
    slow = [outage for builder in builders for outage in builder.slow.get(monitor.id, ())]
    failing = [outage for builder in builders for outage in builder.failing.get(monitor.id, ())]
    outages = (*sorted(slow, key=_start), *sorted(failing, key=_start))
    if not outages:
        return None
    return ScriptOutages(team=monitor.team, monitor_id=monitor.id, outages=outages)


def _start(outage: Outage) -> int:
    return outage.start
