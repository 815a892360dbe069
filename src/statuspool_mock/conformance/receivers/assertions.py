"""Assertions about a receiver's responses, as a sender of webhooks sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class CaseOutcome(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    ADVICE = "advice"
    """Safe, but senders expect something else."""
    FAILED = "failed"
    UNPROVEN = "unproven"
    """It refused a forgery, but valid deliveries too; or it got no request."""


_SEVERITY = (CaseOutcome.PASSED, CaseOutcome.UNPROVEN, CaseOutcome.ADVICE, CaseOutcome.FAILED)


class ResponseProblem(StrEnum):
    """The reason for a missing response."""

    CANNOT_CONNECT = "cannot connect"
    BROKEN_OFF = "no response"
    TOO_SLOW = "too slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverResponse:
    """A receiver's response to one delivery: a status, or the problem that prevented one."""

    status: int | None = None
    problem: ResponseProblem | None = None
    detail: str = ""
    seconds: float = 0.0
    retry_after: str | None = None

    @property
    def is_success(self) -> bool:
        """Whether senders count it as delivered."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_refusal(self) -> bool:
        """Whether the receiver blames the request."""
        return self.status is not None and 400 <= self.status < 500

    def __str__(self) -> str:
        if self.problem:
            return f"{self.problem}: {self.detail}"
        return f"responded with {self.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVerdict:
    """The outcome of a case, the observation, and advice."""

    outcome: CaseOutcome
    seen: str
    advice: str = ""
    got_response: bool = True


def must_accept(*responses: ReceiverResponse) -> CaseVerdict:
    """Check deliveries that a receiver must accept; the first failure decides."""
    for response in responses:
        if not response.is_success:
            return CaseVerdict(
                outcome=CaseOutcome.FAILED,
                seen=str(response),
                advice=_advice_for(response),
                got_response=response.problem is None,
            )
    return CaseVerdict(outcome=CaseOutcome.PASSED, seen=str(responses[-1]))


def should_accept(response: ReceiverResponse) -> CaseVerdict:
    """Check a delivery that a receiver should accept."""
    verdict = must_accept(response)
    if verdict.outcome is CaseOutcome.FAILED and response.status is not None:
        return CaseVerdict(outcome=CaseOutcome.ADVICE, seen=verdict.seen, advice=verdict.advice)
    return verdict


def must_refuse(response: ReceiverResponse) -> CaseVerdict:
    """Check a delivery that was sent without the secret."""
    if response.is_success:
        return CaseVerdict(
            outcome=CaseOutcome.FAILED,
            seen=f"{response}: it accepted a forgery",
            advice="Compare the signature with the HMAC of the raw bytes before anything else.",
        )
    return _refusal(response)


def should_refuse(response: ReceiverResponse) -> CaseVerdict:
    """Check a request that is neither a delivery nor a forgery."""
    if response.is_success:
        return CaseVerdict(
            outcome=CaseOutcome.ADVICE,
            seen=str(response),
            advice="Respond with 4xx, so that mistakes show.",
        )
    return _refusal(response)


def worst_of(verdicts: Iterable[CaseVerdict]) -> CaseVerdict:
    """Return the most severe verdict; the first one of equals."""
    return max(verdicts, key=lambda verdict: _SEVERITY.index(verdict.outcome))


def _refusal(response: ReceiverResponse) -> CaseVerdict:
    if response.status is None:
        return CaseVerdict(
            outcome=CaseOutcome.FAILED, seen=str(response), advice="Refuse with a response: 4xx."
        )
    if response.status == 410:
        advice = "410 makes a sender disable the endpoint; refuse with 401 or 400."
    elif response.status == 429:
        advice = "429 asks the sender to retry later; refuse with 401 or 400."
    elif response.is_refusal:
        return CaseVerdict(outcome=CaseOutcome.PASSED, seen=str(response))
    elif response.status >= 500:
        advice = (
            "It failed instead of refusing, and senders retry after 5xx: respond with 401 or 400."
        )
    else:
        advice = "Neither success nor refusal: respond with 401 or 400."
    return CaseVerdict(outcome=CaseOutcome.ADVICE, seen=str(response), advice=advice)


def _advice_for(response: ReceiverResponse) -> str:
    if response.status is None:
        return "Respond with 2xx in time; senders count this as failed and retry."
    if response.status == 410:
        return "410 makes a sender disable the endpoint; respond with 2xx."
    if response.status == 429:
        return "Senders slow down and retry; allow more requests, or send Retry-After."
    if response.status < 400:
        return "Senders do not follow redirects; register the final URL and respond with 2xx."
    if response.status < 500:
        return "Respond with 2xx; senders retry refused deliveries and give up in the end."
    return "Respond with 2xx; senders retry after 5xx, so the failure will repeat."
