"""Scenario files, and the worlds they describe."""

from statuspool_mock.scenarios.errors import ScenarioRejected
from statuspool_mock.scenarios.generator import scenario_text
from statuspool_mock.scenarios.scenario import Scenario, ShippedScenario, load, parse, shipped
from statuspool_mock.scenarios.world_builder import build_world
from statuspool_mock.time_parsing import instant

__all__ = [
    "Scenario",
    "ScenarioRejected",
    "ShippedScenario",
    "build_world",
    "instant",
    "load",
    "parse",
    "scenario_text",
    "shipped",
]
