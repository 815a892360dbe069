"""Outages with a story: named, seeded, composable; written for a cast of monitors."""

from statuspool_mock.simulation.outage_scripts.catalog import OUTAGE_SCRIPTS
from statuspool_mock.simulation.outage_scripts.compiler import write
from statuspool_mock.simulation.outage_scripts.model import (
    CompiledScript,
    OutageScript,
    ScriptRejected,
    ScriptRequest,
    ScriptStep,
)

__all__ = [
    "OUTAGE_SCRIPTS",
    "CompiledScript",
    "OutageScript",
    "ScriptRejected",
    "ScriptRequest",
    "ScriptStep",
    "write",
]
