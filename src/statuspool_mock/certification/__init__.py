"""Judge a user's webhook receiver by what it answers to good and bad deliveries."""

from statuspool_mock.certification.cases import CASES
from statuspool_mock.certification.examination import Result, Unreachable, examine
from statuspool_mock.certification.reports import FORMATS
from statuspool_mock.certification.verdicts import Outcome, Verdict

__all__ = ["CASES", "FORMATS", "Outcome", "Result", "Unreachable", "Verdict", "examine"]
