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
    was_answered: bool = True


def must_accept(*answers: ReceiverResponse) -> CaseVerdict:
    """Judge deliveries that a receiver has to take: the first that it did not take decides."""
    for answer in answers:
        if not answer.is_success:
            return CaseVerdict(
                outcome=CaseOutcome.FAILED,
                seen=str(answer),
                advice=_why_not_taken(answer),
                was_answered=answer.trouble is None,
            )
    return CaseVerdict(outcome=CaseOutcome.PASSED, seen=str(answers[-1]))


def should_accept(answer: ReceiverResponse) -> CaseVerdict:
    """Judge a delivery that a receiver had better take."""
    verdict = must_accept(answer)
    if verdict.outcome is CaseOutcome.FAILED and answer.status is not None:
        return CaseVerdict(outcome=CaseOutcome.ADVICE, seen=verdict.seen, advice=verdict.advice)
    return verdict


def must_refuse(answer: ReceiverResponse) -> CaseVerdict:
    """Judge a delivery that nobody with the secret has sent."""
    if answer.is_success:
        return CaseVerdict(
            outcome=CaseOutcome.FAILED,
            seen=f"{answer}: it believed a forgery",
            advice="Compare the signature with the HMAC of the raw bytes before anything else.",
        )
    return _refusal(answer)


def should_refuse(answer: ReceiverResponse) -> CaseVerdict:
    """Judge a request that is no delivery at all, though no forgery either."""
    if answer.is_success:
        return CaseVerdict(
            outcome=CaseOutcome.ADVICE,
            seen=str(answer),
            advice="Answer 4xx, so that mistakes show.",
        )
    return _refusal(answer)


def worst_of(verdicts: Iterable[CaseVerdict]) -> CaseVerdict:
    """Return the gravest; of equals the first."""
    return max(verdicts, key=lambda verdict: _GRAVITY.index(verdict.outcome))


def _refusal(answer: ReceiverResponse) -> CaseVerdict:
    if answer.status is None:
        return CaseVerdict(
            outcome=CaseOutcome.FAILED, seen=str(answer), advice="Refuse with an answer: 4xx."
        )
    if answer.status == 410:
        advice = "410 tells a sender to disable the endpoint; refuse with 401 or 400."
    elif answer.status == 429:
        advice = "429 asks for the same delivery again, later; refuse with 401 or 400."
    elif answer.is_refusal:
        return CaseVerdict(outcome=CaseOutcome.PASSED, seen=str(answer))
    elif answer.status >= 500:
        advice = "It broke instead of refusing, and senders repeat after 5xx: answer 401 or 400."
    else:
        advice = "Neither yes nor no: answer 401 or 400."
    return CaseVerdict(outcome=CaseOutcome.ADVICE, seen=str(answer), advice=advice)


def _why_not_taken(answer: ReceiverResponse) -> str:
    if answer.status is None:
        return "Answer 2xx in time; a sender counts this as failed and tries again."
    if answer.status == 410:
        return "410 tells a sender to disable the endpoint; answer 2xx."
    if answer.status == 429:
        return "A sender will slow down and repeat; make room, or say Retry-After."
    if answer.status < 400:
        return "Senders do not follow redirects; register the final URL and answer 2xx."
    if answer.status < 500:
        return "Answer 2xx; a sender repeats what is refused and gives up in the end."
    return "Answer 2xx; a sender repeats after 5xx, so what broke will break again."
