"""The result of checking one clause, ready for every report."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.evidence import ShownExchange


class Verdict(StrEnum):
    """How the check of a clause ended."""

    PASSED = "passed"
    NOTE = "note"
    FINDING = "finding"
    CONSEQUENCE = "consequence"
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
    symptom: str = ""
    """What is wrong with the response of a finding, whatever the request."""
    consequences: list[str] = field(default_factory=list)
    """Ids of clauses whose findings have the same cause."""
    exchanges: list[ShownExchange] = field(default_factory=list)
    """What was sent and received until the finding."""
    script: str = ""
    """A Python program that repeats it."""
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
            "consequences": list(self.consequences),
            "exchanges": [asdict(each) for each in self.exchanges],
            "script": self.script,
            "notes": list(self.notes),
            "requests": self.requests,
            "seconds": round(self.seconds, 3),
        }


def findings(results: Iterable[ClauseResult]) -> list[ClauseResult]:
    """Return the new findings, those with the most consequences first."""
    found = [result for result in results if result.verdict is Verdict.FINDING]
    return sorted(found, key=lambda result: -len(result.consequences))


def consequences(result: ClauseResult) -> str:
    """Return in a line which findings a root cause explains; empty where there are none."""
    ids = result.consequences
    if not ids:
        return ""
    shown = ", ".join(ids[:3])
    rest = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return f"consequences ({result.symptom}): {shown}{rest}"
