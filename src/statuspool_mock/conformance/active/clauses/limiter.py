"""The rate limit: 120 a minute for each key. Reference: Endpoint List; Error Codes, 429."""

import re
import time

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import ClauseGroup, Need
from statuspool_mock.conformance.active.context import Context, shared
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.results import NotVerified
from statuspool_mock.conformance.active.session import OTHER_TEAM, READ_ONLY
from statuspool_mock.contract.reference import REQUESTS_PER_MINUTE as LIMIT

chapter = ClauseGroup("rate-limit", section="Endpoint List; Error Codes, 429")
chapters = (chapter,)
_NEEDS = (Need.RATE_LIMIT,)
_LONGEST_SECONDS = 75


@shared
def _burst(scene: Context) -> tuple[int, ServerResponse]:
    """A burst of requests from a rested key: how many passed, and the answer that ended it."""
    scene.api.rest()
    passed = 0
    started = time.monotonic()
    with scene.api.unpaced():
        for _ in range(LIMIT + 15):
            answer = scene.api.get("/webhooks", counts=False)
            if answer.status in {429, 503}:
                scene.kept["others"] = _other_key(scene)
                return passed, answer
            expect_status(answer, 200)
            passed += 1
    if time.monotonic() - started > 55:
        raise NotVerified("the server answers too slowly for 120 requests in a minute")
    return passed, answer


def _other_key(scene: Context) -> ServerResponse | None:
    if scene.options.other_team_key is not None:
        return scene.api.get("/webhooks", key=OTHER_TEAM, counts=False)
    if scene.options.readonly_key is not None:
        return scene.api.get("/webhooks", key=READ_ONLY, counts=False)
    return None


def _refusal(scene: Context) -> ServerResponse:
    passed, answer = _burst(scene)
    if answer.is_success:
        raise NotVerified(f"no request of {passed} was refused")
    return answer


@chapter.clause("120", "A key may make 120 requests a minute, and no more.", needs=_NEEDS,
                requests=LIMIT + 1)  # fmt: skip
def _(scene: Context) -> None:
    passed, answer = _burst(scene)
    came = f"{passed} passed in a row"
    expect(not answer.is_success, f"{came}, none refused", "a 429 after 120", answer)
    expect(LIMIT - 3 <= passed <= LIMIT + 3, came, "120", answer)


@chapter.clause("429", "What is too much is a 429 RATE_LIMITED.", needs=_NEEDS, requests=0)
def _(scene: Context) -> None:
    answer = _refusal(scene)
    expect_status(answer, 429)
    expect(answer.fields.get("error") == "RATE_LIMITED", answer.summary(), "RATE_LIMITED", answer)


@chapter.clause(
    "per-key", "The limit counts for each key: another key still passes.", needs=_NEEDS, requests=1
)
def _(scene: Context) -> None:
    _refusal(scene)
    other = scene.kept.get("others")
    if other is None:
        raise NotVerified("give --other-team-key or --readonly-key")
    expect(other.status != 429, other.summary(), "200", other)


@chapter.clause("retry-after", "Retry-After is whole seconds, 1 to 60.", needs=_NEEDS, requests=0)
def _(scene: Context) -> None:
    answer = _refusal(scene)
    text = answer.headers.get("retry-after")
    good = text is not None and re.fullmatch(r"\d+", text) and 1 <= int(text) <= 60
    expect(good, f"Retry-After {text!r}", "seconds from 1 to 60", answer)


@chapter.clause(
    "retry-after-in-body", "retry_after in the body is what Retry-After says.", needs=_NEEDS,
    requests=0,
)  # fmt: skip
def _(scene: Context) -> None:
    answer = _refusal(scene)
    told, text = answer.fields.get("retry_after"), answer.headers.get("retry-after")
    good = isinstance(told, int) and not isinstance(told, bool) and str(told) == text
    expect(good, f"retry_after {told!r} and Retry-After {text!r}", "the same seconds", answer)


@chapter.clause(
    "retry-after-honoured", "After Retry-After seconds requests pass again.", needs=_NEEDS,
    requests=2,
)  # fmt: skip
def _(scene: Context) -> None:
    _refusal(scene)
    with scene.api.unpaced():
        answer = scene.api.get("/webhooks", counts=False)
        text = answer.headers.get("retry-after", "")
        if answer.is_success:
            return
        if not text.isdigit() or int(text) > _LONGEST_SECONDS:
            raise NotVerified(f"Retry-After {text!r} is not to be waited for")
        scene.api.wait(int(text) + 0.3)
        again = scene.api.get("/webhooks", counts=False)
        expect(again.status != 429, f"{again.summary()} after {text} s", "200", again)
