"""Screenplays: list, play, step, break off."""

from typing import Any

from statuspool_mock.sandbox import ActiveScript, Conflict, InvalidInput, NotFound
from statuspool_mock.simulation import ClearOutages, Monitor, SimulationError, outage_scripts
from statuspool_mock.web.control.clock import moved_to
from statuspool_mock.web.control.context import ControlContext, duration
from statuspool_mock.web.control.serializers import performance_json

_EVERYONE = 2**31


async def list_screenplays(visit: ControlContext) -> Any:
    """Answer GET /screenplays."""
    del visit
    return {
        "results": [
            {"name": screenplay.name, "about": screenplay.about}
            for screenplay in outage_scripts.OUTAGE_SCRIPTS.values()
        ]
    }


async def get_play(visit: ControlContext) -> Any:
    """Answer GET /play."""
    return performance_json(_under_way(visit), now=visit.world.now)


async def start_play(visit: ControlContext) -> Any:
    """Answer POST /play."""
    sandbox, body = visit.sandbox, visit.body
    running = sandbox.performance
    if running is not None and sandbox.world.now < running.end:
        raise Conflict(f"{', '.join(running.screenplays)} is being played; stop it first.")
    pace = body.get("pace", "live")
    scenes = [_scene(visit, item, place) for place, item in enumerate(body["scenes"])]
    try:
        play = outage_scripts.write(scenes, seed=body.get("seed", 0), start=sandbox.world.now + 1)
    except outage_scripts.ScriptRejected as error:
        raise InvalidInput(str(error), field="scenes") from None
    for outage in play.outages:
        sandbox.apply(outage)
    performance = ActiveScript(
        screenplays=tuple(scene.name for scene in scenes),
        start=play.start,
        end=play.end,
        pace=pace,
        cues=tuple((cue.at, cue.about) for cue in play.cues),
    )
    sandbox.begin_performance(performance)
    if pace == "time-lapse":
        sandbox.run_clock(float(body.get("rate", 60)), until=play.end, then=sandbox.rate)
    elif pace == "step":
        sandbox.run_clock(0.0)
    return await get_play(visit)


async def step_play(visit: ControlContext) -> Any:
    """Answer POST /play/step."""
    performance = _under_way(visit)
    now = visit.world.now
    following = [at for at, _ in performance.cues if at > now]
    if not following:
        raise Conflict("The last cue is past.")
    return await moved_to(visit.sandbox, following[0])


async def stop_play(visit: ControlContext) -> Any:
    """Answer DELETE /play."""
    _under_way(visit)
    page = visit.world.monitors(team=visit.team, limit=_EVERYONE)
    for monitor in page.items:
        if any(not overlay.forced for overlay in monitor.overlays):
            visit.sandbox.apply(ClearOutages(team=visit.team, monitor_id=monitor.id))
    visit.sandbox.end_performance()


def _under_way(visit: ControlContext) -> ActiveScript:
    if visit.sandbox.performance is None:
        raise NotFound("Nothing is being played; start with POST /_mock/play.")
    return visit.sandbox.performance


def _scene(visit: ControlContext, item: dict[str, Any], place: int) -> outage_scripts.ScriptRequest:
    field = f"scenes.{place}"
    after = duration(item["after"], field=f"{field}.after") if "after" in item else 0
    return outage_scripts.ScriptRequest(
        item["name"],
        _cast(visit, item, field),
        after_seconds=after,
        region=item.get("region"),
    )


def _cast(visit: ControlContext, item: dict[str, Any], field: str) -> tuple[Monitor, ...]:
    """Return the monitors of a scene. Raises `InvalidInput` where there is none."""
    if "monitor_ids" in item:
        try:
            found = [visit.world.monitor(i.lower(), team=visit.team) for i in item["monitor_ids"]]
        except SimulationError as error:
            raise InvalidInput(str(error), field=f"{field}.monitor_ids") from None
    else:
        found = list(visit.world.monitors(team=visit.team, limit=_EVERYONE).items)
    tag, region = item.get("tag"), item.get("region")
    cast = tuple(
        monitor
        for monitor in found
        if (tag is None or tag in monitor.tags) and (region is None or region in monitor.regions)
    )
    if not cast:
        raise InvalidInput("No monitor of yours is meant by this scene", field=field)
    return cast
