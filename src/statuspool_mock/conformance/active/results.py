"""What a check comes to.

Exception
├── Finding        the server broke the promise
├── NotVerified    it could not be judged, and why
└── Unusable       nothing can be tested: exit code 2
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from statuspool_mock.conformance.active.clause import Clause
    from statuspool_mock.conformance.active.exchange import ServerResponse


class Verdict(StrEnum):
    """How a clause ends."""

    PASSED = "passed"
    NOTE = "note"
    FINDING = "finding"
    KNOWN = "known finding"
    NOT_VERIFIED = "not verified"


class Finding(Exception):
    """The promise was not kept: what came, what was expected, the answer that shows it."""

    def __init__(self, came: str, expected: str, answer: "ServerResponse | None" = None) -> None:
        super().__init__(f"came {came}, expected {expected}")
        self.came = came
        self.expected = expected
        self.answer = answer


class NotVerified(Exception):
    """The promise could not be judged; the message tells why."""


class ServerUnusable(Exception):
    """Nothing more can be tested here; the message tells why and what to do."""


@dataclass(slots=True, kw_only=True)
class ClauseResult:
    """One clause's verdict, ready for every report."""

    clause: "Clause"
    verdict: Verdict
    seconds: float = 0.0
    requests: int = 0
    reason: str = ""
    came: str = ""
    expected: str = ""
    curl: str = ""
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "clause": self.clause.id,
            "group": self.clause.group,
            "level": str(self.clause.level),
            "section": self.clause.section,
            "says": self.clause.says,
            "verdict": str(self.verdict),
            "reason": self.reason,
            "came": self.came,
            "expected": self.expected,
            "curl": self.curl,
            "notes": list(self.notes),
            "requests": self.requests,
            "seconds": round(self.seconds, 3),
        }
