"""The result of checking one clause, ready for every report."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from statuspool_mock.conformance.active.clause import Clause


class Verdict(StrEnum):
    """How the check of a clause ended."""

    PASSED = "passed"
    NOTE = "note"
    FINDING = "finding"
    KNOWN = "known finding"
    NOT_VERIFIED = "not verified"


@dataclass(slots=True, kw_only=True)
class ClauseResult:
    """One clause with its verdict, and what explains it."""

    clause: Clause
    verdict: Verdict
    seconds: float = 0.0
    requests: int = 0
    reason: str = ""
    got: str = ""
    expected: str = ""
    curl: str = ""
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "clause": self.clause.id,
            "group": self.clause.group,
            "level": str(self.clause.level),
            "section": self.clause.section,
            "says": self.clause.says,
            "verdict": str(self.verdict),
            "reason": self.reason,
            "got": self.got,
            "expected": self.expected,
            "curl": self.curl,
            "notes": list(self.notes),
            "requests": self.requests,
            "seconds": round(self.seconds, 3),
        }
