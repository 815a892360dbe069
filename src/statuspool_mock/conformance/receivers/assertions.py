"""Assertions about a receiver's responses, from the point of view of a sender."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class CaseOutcome(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    ADVICE = "advice"
    """Safe, but not what a sender expects."""
    FAILED = "failed"
    UNPROVEN = "unproven"
    """It refused what it should, but valid deliveries too; or the case was not run."""


_GRAVITY = (CaseOutcome.PASSED, CaseOutcome.UNPROVEN, CaseOutcome.ADVICE, CaseOutcome.FAILED)


class ResponseProblem(StrEnum):
    """A reason why there is no response."""

    CANNOT_CONNECT = "cannot connect"
    BROKEN_OFF = "no response"
    TOO_SLOW = "too slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverResponse:
    """The response to one delivery: a status, or the reason why there is none."""

    status: int | None = None
    trouble: ResponseProblem | None = None
    detail: str = ""
    seconds: float = 0.0
    retry_after: str | None = None

    @property
    def is_success(self) -> bool:
        """Whether a sender counts it as delivered."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_refusal(self) -> bool:
        """Whether the receiver rejected the request as invalid."""
        return self.status is not None and 400 <= self.status < 500

    def __str__(self) -> str:
        if self.trouble:
            return f"{self.trouble}: {self.detail}"
        return f"answered {self.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVerdict:
    """The outcome of a case, the response, and advice."""

    outcome: CaseOutcome
    seen: str
    advice: str = ""
    got_response: bool = True


def must_accept(*responses: ReceiverResponse) -> CaseVerdict:
    """Expect a receiver to accept deliveries; the first one that it did not accept decides."""
    for response in responses:
        if not response.is_success:
            return CaseVerdict(
                outcome=CaseOutcome.FAILED,
                seen=str(response),
                advice=_why_not_taken(response),
                got_response=response.trouble is None,
            )
    return CaseVerdict(outcome=CaseOutcome.PASSED, seen=str(responses[-1]))


def should_accept(response: ReceiverResponse) -> CaseVerdict:
    """Expect a receiver to accept a delivery, as advice."""
    verdict = must_accept(response)
    if verdict.outcome is CaseOutcome.FAILED and response.status is not None:
        return CaseVerdict(outcome=CaseOutcome.ADVICE, seen=verdict.seen, advice=verdict.advice)
    return verdict


def must_refuse(response: ReceiverResponse) -> CaseVerdict:
    """Expect a receiver to refuse a delivery that was not signed with the secret."""
    if response.is_success:
        return CaseVerdict(
            outcome=CaseOutcome.FAILED,
            seen=f"{response}: it accepted a forgery",
            advice="Compare the signature with the HMAC of the raw bytes before anything else.",
        )
    return _refusal(response)


def should_refuse(response: ReceiverResponse) -> CaseVerdict:
    """Expect a receiver to refuse a request that is not a valid delivery, as advice."""
    if response.is_success:
        return CaseVerdict(
            outcome=CaseOutcome.ADVICE,
            seen=str(response),
            advice="Respond with 4xx, so that mistakes show.",
        )
    return _refusal(response)


def worst_of(verdicts: Iterable[CaseVerdict]) -> CaseVerdict:
    """Return the worst one; the first of equals."""
    return max(verdicts, key=lambda verdict: _GRAVITY.index(verdict.outcome))


def _refusal(response: ReceiverResponse) -> CaseVerdict:
    if response.status is None:
        return CaseVerdict(
            outcome=CaseOutcome.FAILED, seen=str(response), advice="Refuse with a response: 4xx."
        )
    if response.status == 410:
        advice = "410 makes a sender disable the endpoint; refuse with 401 or 400."
    elif response.status == 429:
        advice = "429 asks for the same delivery again, later; refuse with 401 or 400."
    elif response.is_refusal:
        return CaseVerdict(outcome=CaseOutcome.PASSED, seen=str(response))
    elif response.status >= 500:
        advice = (
            "It failed instead of refusing, and senders retry after 5xx: respond with 401 or 400."
        )
    else:
        advice = "Neither accepted nor refused: respond with 401 or 400."
    return CaseVerdict(outcome=CaseOutcome.ADVICE, seen=str(response), advice=advice)


def _why_not_taken(response: ReceiverResponse) -> str:
    if response.status is None:
        return "Respond with 2xx in time; a sender counts this as failed and retries."
    if response.status == 410:
        return "410 makes a sender disable the endpoint; respond with 2xx."
    if response.status == 429:
        return "A sender slows down and retries; add capacity, or send Retry-After."
    if response.status < 400:
        return "Senders do not follow redirects; register the final URL and respond with 2xx."
    if response.status < 500:
        return "Respond with 2xx; a sender retries what is refused and gives up in the end."
    return "Respond with 2xx; a sender retries after 5xx, so the failure will happen again."
