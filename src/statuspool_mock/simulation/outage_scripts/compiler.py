"""From scenes to a play."""

from collections.abc import Sequence

from statuspool_mock.simulation import Monitor, ScriptOutage, prng
from statuspool_mock.simulation.outage_scripts.builder import NotApplicable, ScriptBuilder
from statuspool_mock.simulation.outage_scripts.catalog import OUTAGE_SCRIPTS
from statuspool_mock.simulation.outage_scripts.model import (
    CompiledScript,
    ScriptRejected,
    ScriptRequest,
    ScriptStep,
)


def write(scenes: Sequence[ScriptRequest], *, seed: int, start: int) -> CompiledScript:
    """Write the scenes into one play that begins at `start`, in seconds since 1970.

    Same scenes, seed and start: same play. Raises `ScriptRejected`.
    """
    if not scenes:
        raise ScriptRejected("A play needs at least one scene.")
    stages = [
        _staged(scene, key=prng.key_of(seed, "scene", number, scene.name), start=start)
        for number, scene in enumerate(scenes)
    ]
    slow = [outage for stage in stages for outage in stage.slow]
    failing = [outage for stage in stages for outage in stage.failing]
    cues = [ScriptStep(at=at, about=about) for stage in stages for at, about in stage.cues]
    return CompiledScript(
        outages=(*sorted(slow, key=_start), *sorted(failing, key=_start)),
        cues=tuple(sorted(cues, key=lambda cue: cue.at)),
        start=start,
        end=max(outage.end for outage in (*slow, *failing)),
    )


def _staged(scene: ScriptRequest, *, key: bytes, start: int) -> ScriptBuilder:
    screenplay = OUTAGE_SCRIPTS.get(scene.name)
    if screenplay is None:
        known = ", ".join(OUTAGE_SCRIPTS)
        raise ScriptRejected(f"No screenplay is called {scene.name!r}; there are {known}.")
    if scene.after_seconds < 0:
        raise ScriptRejected(
            f"{scene.name} cannot begin {-scene.after_seconds} s before the play does."
        )
    stage = ScriptBuilder(
        _cast(scene), key=key, start=start + scene.after_seconds, region=scene.region
    )
    for monitor in stage.cast:
        if stage.start < monitor.created_at:
            raise ScriptRejected(
                f"{scene.name} would begin at {stage.start}, before {monitor.name} was created "
                f"at {monitor.created_at}."
            )
    try:
        screenplay.act(stage)
    except NotApplicable as error:
        raise ScriptRejected(f"{scene.name} cannot be played: {error}") from None
    return stage


def _cast(scene: ScriptRequest) -> tuple[Monitor, ...]:
    """Return the monitors of a scene that are checked from its region."""
    if not scene.cast:
        raise ScriptRejected(f"{scene.name} has no cast: name at least one monitor.")
    cast = tuple(m for m in scene.cast if scene.region is None or scene.region in m.regions)
    if not cast:
        there = ", ".join(dict.fromkeys(region for m in scene.cast for region in m.regions))
        raise ScriptRejected(
            f"No monitor of {scene.name} is checked from {scene.region}, only from {there}."
        )
    return cast


def _start(outage: ScriptOutage) -> int:
    return outage.start
