"""Scenario files, and the worlds they describe."""

from statuspool_mock.moments import instant
from statuspool_mock.seeding.generate import scenario_text
from statuspool_mock.seeding.rejection import ScenarioRejected
from statuspool_mock.seeding.scenario import Entry, Scenario, load, parse, shipped
from statuspool_mock.seeding.world import build_world

__all__ = [
    "Entry",
    "Scenario",
    "ScenarioRejected",
    "build_world",
    "instant",
    "load",
    "parse",
    "scenario_text",
    "shipped",
]
