"""Worlds by key, each with a clock, limits, faults, a journal and checkpoints of its own."""

from statuspool_mock.sandboxes.access import Access
from statuspool_mock.sandboxes.case import Case, Step, case_data, case_from
from statuspool_mock.sandboxes.clock import Clock, RateLimit
from statuspool_mock.sandboxes.errors import (
    Conflict,
    KeyRejected,
    NoSuchThing,
    SandboxError,
    Unusable,
)
from statuspool_mock.sandboxes.registry import Sandboxes
from statuspool_mock.sandboxes.sandbox import Opening, Sandbox
from statuspool_mock.sandboxes.state import Performance, State, state_data, state_from

__all__ = [
    "Access",
    "Case",
    "Clock",
    "Conflict",
    "KeyRejected",
    "NoSuchThing",
    "Opening",
    "Performance",
    "RateLimit",
    "Sandbox",
    "SandboxError",
    "Sandboxes",
    "State",
    "Step",
    "Unusable",
    "case_data",
    "case_from",
    "state_data",
    "state_from",
]
