"""Sandboxes: a world per key, with its own clock, limits, faults, journal and checkpoints."""

from statuspool_mock.sandbox.access import Access, KeyRejected
from statuspool_mock.sandbox.case_file import CaseFile, RecordedRequest, case_data, case_from
from statuspool_mock.sandbox.clock import Clock, ClockPace
from statuspool_mock.sandbox.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    SandboxError,
    StorageFailed,
    TooManySandboxes,
    WorldDamaged,
    WorldMoved,
)
from statuspool_mock.sandbox.rate_limits import RateLimit
from statuspool_mock.sandbox.registry import Sandboxes
from statuspool_mock.sandbox.sandbox import Sandbox
from statuspool_mock.sandbox.state import ActiveScript, InitialWorld, State, state_from

__all__ = [
    "Access",
    "ActiveScript",
    "CaseFile",
    "Clock",
    "ClockPace",
    "Conflict",
    "InitialWorld",
    "InvalidInput",
    "KeyRejected",
    "NotFound",
    "RateLimit",
    "RecordedRequest",
    "Sandbox",
    "SandboxError",
    "Sandboxes",
    "State",
    "StorageFailed",
    "TooManySandboxes",
    "WorldDamaged",
    "WorldMoved",
    "case_data",
    "case_from",
    "state_from",
]
