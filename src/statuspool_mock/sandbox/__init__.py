"""Worlds by key, each with a clock, limits, faults, a journal and checkpoints of its own."""

from statuspool_mock.sandbox.access import Access
from statuspool_mock.sandbox.case_file import CaseFile, RecordedRequest, case_data, case_from
from statuspool_mock.sandbox.clock import Clock, RateLimit
from statuspool_mock.sandbox.errors import (
    Conflict,
    InvalidInput,
    KeyRejected,
    NotFound,
    SandboxError,
)
from statuspool_mock.sandbox.registry import Sandboxes
from statuspool_mock.sandbox.sandbox import InitialWorld, Sandbox
from statuspool_mock.sandbox.state import ActiveScript, State, state_data, state_from

__all__ = [
    "Access",
    "CaseFile",
    "Clock",
    "Conflict",
    "KeyRejected",
    "NotFound",
    "InitialWorld",
    "ActiveScript",
    "RateLimit",
    "Sandbox",
    "SandboxError",
    "Sandboxes",
    "State",
    "RecordedRequest",
    "InvalidInput",
    "case_data",
    "case_from",
    "state_data",
    "state_from",
]
