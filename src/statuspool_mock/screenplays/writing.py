"""From scenes to a play."""

from collections.abc import Sequence

from statuspool_mock.engine import Monitor, ScriptOutage, dice
from statuspool_mock.screenplays.play import Cue, Play, Scene, ScreenplayRefused
from statuspool_mock.screenplays.repertoire import SCREENPLAYS
from statuspool_mock.screenplays.stage import Stage, Unplayable


def write(scenes: Sequence[Scene], *, seed: int, start: int) -> Play:
    """Write the scenes into one play that begins at `start`, in seconds since 1970.

    Same scenes, seed and start: same play. Raises `ScreenplayRefused`.
    """
    if not scenes:
        raise ScreenplayRefused("A play needs at least one scene.")
    stages = [
        _staged(scene, key=dice.key_of(seed, "scene", number, scene.name), start=start)
        for number, scene in enumerate(scenes)
    ]
    slow = [outage for stage in stages for outage in stage.slow]
    failing = [outage for stage in stages for outage in stage.failing]
    cues = [Cue(at=at, about=about) for stage in stages for at, about in stage.cues]
    return Play(
        outages=(*sorted(slow, key=_start), *sorted(failing, key=_start)),
        cues=tuple(sorted(cues, key=lambda cue: cue.at)),
        start=start,
        end=max(outage.end for outage in (*slow, *failing)),
    )


def _staged(scene: Scene, *, key: bytes, start: int) -> Stage:
    screenplay = SCREENPLAYS.get(scene.name)
    if screenplay is None:
        known = ", ".join(SCREENPLAYS)
        raise ScreenplayRefused(f"No screenplay is called {scene.name!r}; there are {known}.")
    if scene.after_seconds < 0:
        raise ScreenplayRefused(
            f"{scene.name} cannot begin {-scene.after_seconds} s before the play does."
        )
    stage = Stage(_cast(scene), key=key, start=start + scene.after_seconds, region=scene.region)
    for monitor in stage.cast:
        if stage.start < monitor.created_at:
            raise ScreenplayRefused(
                f"{scene.name} would begin at {stage.start}, before {monitor.name} was created "
                f"at {monitor.created_at}."
            )
    try:
        screenplay.act(stage)
    except Unplayable as error:
        raise ScreenplayRefused(f"{scene.name} cannot be played: {error}") from None
    return stage


def _cast(scene: Scene) -> tuple[Monitor, ...]:
    """Return the monitors of a scene that are checked from its region."""
    if not scene.cast:
        raise ScreenplayRefused(f"{scene.name} has no cast: name at least one monitor.")
    cast = tuple(m for m in scene.cast if scene.region is None or scene.region in m.regions)
    if not cast:
        there = ", ".join(dict.fromkeys(region for m in scene.cast for region in m.regions))
        raise ScreenplayRefused(
            f"No monitor of {scene.name} is checked from {scene.region}, only from {there}."
        )
    return cast


def _start(outage: ScriptOutage) -> int:
    return outage.start
