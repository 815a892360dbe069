"""Outage scripts: list, play, step, stop."""

from typing import Any

from statuspool_mock.sandbox import (
    ActiveScript,
    ClockPace,
    Conflict,
    InvalidInput,
    NotFound,
    long_work,
)
from statuspool_mock.sandbox.advancing import advance
from statuspool_mock.simulation import ClearOutages, Monitor, SimulationError, Steps, outage_scripts
from statuspool_mock.simulation.monitor_updates import MOST_OVERLAYS
from statuspool_mock.web.control.context import ControlContext, duration
from statuspool_mock.web.control.serializers import active_script_json, advance_json

MOST_PLAYED = 10_000
"""How many monitors all scripts of a play concern together; one counts once for each script."""

_EVERYONE = 2**31


async def list_outage_scripts(context: ControlContext) -> Any:
    """Handle GET /outage-scripts."""
    playing = context.sandbox.active_script
    now = context.world.now
    return {
        "results": [
            {"name": script.name, "about": script.about}
            for script in outage_scripts.OUTAGE_SCRIPTS.values()
        ],
        **({} if playing is None else {"playing": active_script_json(playing, now=now)}),
    }


async def get_play(context: ControlContext) -> Any:
    """Handle GET /play."""
    return active_script_json(_under_way(context), now=context.world.now)


async def start_play(context: ControlContext) -> Any:
    """Handle POST /play."""
    sandbox, body = context.sandbox, context.body
    async with sandbox.alone():
        running = sandbox.active_script
        if running is not None and sandbox.world.now < running.end:
            raise Conflict(f"{', '.join(running.scripts)} is being played; stop it first.")
        compiled = await sandbox.turns.take(_compiling(context))
        pace = body.get("pace", "live")
        active_script = ActiveScript(
            scripts=tuple(item["name"] for item in body["scripts"]),
            start=compiled.start,
            end=compiled.end,
            pace=pace,
            steps=tuple((step.at, step.about) for step in compiled.steps),
        )
        clock = None
        if pace == "time-lapse":
            clock = ClockPace(float(body.get("rate", 60)), until=compiled.end, then=sandbox.rate)
        elif pace == "step":
            clock = ClockPace(0.0)
        await long_work.play(sandbox, active_script, compiled.commands, clock)
    return await get_play(context)


def _compiling(context: ControlContext) -> Steps[outage_scripts.CompiledScript]:
    """Return the compiled scripts of a request. Raises `InvalidInput`."""
    requests = []
    for place, item in enumerate(context.body["scripts"]):
        requests.append(_request(context, item, place))
        yield
    played = sum(len(request.monitors) for request in requests)
    if played > MOST_PLAYED:
        raise InvalidInput(
            f"Must concern at most {MOST_PLAYED} monitors over all scripts, not {played}; "
            "choose them by tag, region or monitor_ids",
            field="scripts",
        )
    try:
        compiled = outage_scripts.compile_scripts(
            requests, seed=context.body.get("seed", 0), start=context.world.now + 1
        )
    except outage_scripts.ScriptRejected as error:
        raise InvalidInput(str(error), field="scripts") from None
    for command in compiled.commands:
        monitor = context.world.monitor(command.monitor_id, team=command.team)
        if len(monitor.overlays) + len(command.outages) > MOST_OVERLAYS:
            raise InvalidInput(
                f"{monitor.name} would have had more than {MOST_OVERLAYS} outages, which is the "
                "most; reset or rewind the sandbox",
                field="scripts",
            )
    return compiled


async def step_play(context: ControlContext) -> Any:
    """Handle POST /play/step."""
    active_script = _under_way(context)
    now = context.world.now
    following = [at for at, _ in active_script.steps if at > now]
    if not following:
        raise Conflict("The last step is over.")
    return advance_json(context.sandbox, await advance(context.sandbox, to=following[0]))


async def stop_play(context: ControlContext) -> Any:
    """Handle DELETE /play."""
    _under_way(context)
    sandbox = context.sandbox
    async with sandbox.alone():
        await long_work.play(sandbox, None, await sandbox.turns.take(_ending(context)))


def _ending(context: ControlContext) -> Steps[list[ClearOutages]]:
    """Return the commands that end all outages of the key's team."""
    yield
    page = context.world.monitors(team=context.team, limit=_EVERYONE)
    return [
        ClearOutages(team=context.team, monitor_id=monitor.id)
        for monitor in page.items
        if any(not overlay.forced for overlay in monitor.overlays)
    ]


def _under_way(context: ControlContext) -> ActiveScript:
    if context.sandbox.active_script is None:
        raise NotFound("No outage script is being played; start one with POST /_mock/play.")
    return context.sandbox.active_script


def _request(
    context: ControlContext, item: dict[str, Any], place: int
) -> outage_scripts.ScriptRequest:
    field = f"scripts.{place}"
    after = duration(item["after"], field=f"{field}.after") if "after" in item else 0
    return outage_scripts.ScriptRequest(
        item["name"],
        _monitors(context, item, field),
        after_seconds=after,
        region=item.get("region"),
    )


def _monitors(context: ControlContext, item: dict[str, Any], field: str) -> tuple[Monitor, ...]:
    """Return the monitors of a request. Raises `InvalidInput` if there is none."""
    if "monitor_ids" in item:
        try:
            found = [
                context.world.monitor(i.lower(), team=context.team) for i in item["monitor_ids"]
            ]
        except SimulationError as error:
            raise InvalidInput(str(error), field=f"{field}.monitor_ids") from None
    else:
        found = list(context.world.monitors(team=context.team, limit=_EVERYONE).items)
    tag, region = item.get("tag"), item.get("region")
    chosen = tuple(
        monitor
        for monitor in found
        if (tag is None or tag in monitor.tags) and (region is None or region in monitor.regions)
    )
    if not chosen:
        raise InvalidInput("No monitor of your team matches", field=field)
    return chosen
