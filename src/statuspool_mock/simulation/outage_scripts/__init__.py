"""Outage scripts: named, seeded, composable sequences of outages over several monitors."""

from statuspool_mock.simulation.outage_scripts.catalog import OUTAGE_SCRIPTS
from statuspool_mock.simulation.outage_scripts.compiler import compile_scripts
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
    "compile_scripts",
]
