"""What an answer is worth, seen by a sender of webhooks."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class CaseOutcome(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    ADVICE = "advice"
    """Safe as it is, but a sender would like it otherwise."""
    FAILED = "failed"
    UNPROVEN = "unproven"
    """It refused what it should, but right deliveries as well; or it was not asked."""


_GRAVITY = (CaseOutcome.PASSED, CaseOutcome.UNPROVEN, CaseOutcome.ADVICE, CaseOutcome.FAILED)


class ResponseProblem(StrEnum):
    """What keeps a receiver from answering."""

    CANNOT_CONNECT = "cannot connect"
    BROKEN_OFF = "no answer"
    TOO_SLOW = "too slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverResponse:
    """What a receiver said to one delivery: a status, or the trouble that kept it from one."""

    status: int | None = None
    trouble: ResponseProblem | None = None
    detail: str = ""
    seconds: float = 0.0
    retry_after: str | None = None

    @property
    def is_success(self) -> bool:
        """Whether a sender takes it as delivered."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_refusal(self) -> bool:
        """Whether the receiver said that the request is at fault."""
        return self.status is not None and 400 <= self.status < 500

    def __str__(self) -> str:
        if self.trouble:
            return f"{self.trouble}: {self.detail}"
        return f"answered {self.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVerdict:
    """The outcome of a case, what was seen, and what to do about it."""

    outcome: CaseOutcome
    seen: str
    advice: str = ""
    got_response: bool = True


def must_accept(*responses: ReceiverResponse) -> CaseVerdict:
    """Judge deliveries that a receiver has to take: the first that it did not take decides."""
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
    """Judge a delivery that a receiver had better take."""
    verdict = must_accept(response)
    if verdict.outcome is CaseOutcome.FAILED and response.status is not None:
        return CaseVerdict(outcome=CaseOutcome.ADVICE, seen=verdict.seen, advice=verdict.advice)
    return verdict


def must_refuse(response: ReceiverResponse) -> CaseVerdict:
    """Judge a delivery that nobody with the secret has sent."""
    if response.is_success:
        return CaseVerdict(
            outcome=CaseOutcome.FAILED,
            seen=f"{response}: it believed a forgery",
            advice="Compare the signature with the HMAC of the raw bytes before anything else.",
        )
    return _refusal(response)


def should_refuse(response: ReceiverResponse) -> CaseVerdict:
    """Judge a request that is no delivery at all, though no forgery either."""
    if response.is_success:
        return CaseVerdict(
            outcome=CaseOutcome.ADVICE,
            seen=str(response),
            advice="Answer 4xx, so that mistakes show.",
        )
    return _refusal(response)


def worst_of(verdicts: Iterable[CaseVerdict]) -> CaseVerdict:
    """Return the gravest; of equals the first."""
    return max(verdicts, key=lambda verdict: _GRAVITY.index(verdict.outcome))


def _refusal(response: ReceiverResponse) -> CaseVerdict:
    if response.status is None:
        return CaseVerdict(
            outcome=CaseOutcome.FAILED, seen=str(response), advice="Refuse with an answer: 4xx."
        )
    if response.status == 410:
        advice = "410 tells a sender to disable the endpoint; refuse with 401 or 400."
    elif response.status == 429:
        advice = "429 asks for the same delivery again, later; refuse with 401 or 400."
    elif response.is_refusal:
        return CaseVerdict(outcome=CaseOutcome.PASSED, seen=str(response))
    elif response.status >= 500:
        advice = "It broke instead of refusing, and senders repeat after 5xx: answer 401 or 400."
    else:
        advice = "Neither yes nor no: answer 401 or 400."
    return CaseVerdict(outcome=CaseOutcome.ADVICE, seen=str(response), advice=advice)


def _why_not_taken(response: ReceiverResponse) -> str:
    if response.status is None:
        return "Answer 2xx in time; a sender counts this as failed and tries again."
    if response.status == 410:
        return "410 tells a sender to disable the endpoint; answer 2xx."
    if response.status == 429:
        return "A sender will slow down and repeat; make room, or say Retry-After."
    if response.status < 400:
        return "Senders do not follow redirects; register the final URL and answer 2xx."
    if response.status < 500:
        return "Answer 2xx; a sender repeats what is refused and gives up in the end."
    return "Answer 2xx; a sender repeats after 5xx, so what broke will break again."
