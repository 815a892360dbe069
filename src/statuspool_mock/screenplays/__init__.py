"""Outages with a story: named, seeded, composable; written for a cast of monitors."""

from statuspool_mock.screenplays.play import Cue, Play, Scene, Screenplay, ScreenplayRefused
from statuspool_mock.screenplays.repertoire import SCREENPLAYS
from statuspool_mock.screenplays.writing import write

__all__ = [
    "SCREENPLAYS",
    "Cue",
    "Play",
    "Scene",
    "Screenplay",
    "ScreenplayRefused",
    "write",
]
