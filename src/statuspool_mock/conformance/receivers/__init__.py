"""Check a webhook receiver by its responses to valid and invalid deliveries."""

from statuspool_mock.conformance.receivers.assertions import CaseOutcome, CaseVerdict
from statuspool_mock.conformance.receivers.cases import CASES
from statuspool_mock.conformance.receivers.reports import FORMATS
from statuspool_mock.conformance.receivers.run import CaseResult, ReceiverUnreachable, examine

__all__ = [
    "CASES",
    "FORMATS",
    "CaseOutcome",
    "CaseResult",
    "CaseVerdict",
    "ReceiverUnreachable",
    "examine",
]
