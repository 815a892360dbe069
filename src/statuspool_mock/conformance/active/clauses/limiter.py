"""The rate limit: 120 a minute for each key. Reference: Endpoint List; Error Codes, 429."""

import re
import time
from dataclasses import dataclass

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.session import OTHER_TEAM, READ_ONLY
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.contract.reference import REQUESTS_PER_MINUTE

group = ClauseGroup("rate-limit", section="Endpoint List; Error Codes, 429")
groups = (group,)
_TOLERANCE = 3
_NEEDS = (Need.RATE_LIMIT,)
_MAX_WAIT_SECONDS = 75


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst of requests: how many passed, the response that ended it, one to another key."""

    passed: int
    response: ServerResponse
    other_key: ServerResponse | None = None


@shared
def _burst(context: Context) -> Burst:
    """A burst of requests from a rested key."""
    context.api.rest()
    passed = 0
    started = time.monotonic()
    with context.api.unpaced():
        for _ in range(REQUESTS_PER_MINUTE + 15):
            response = context.api.get("/webhooks", counts=False)
            if response.status in {429, 503}:
                return Burst(passed, response, _with_other_key(context))
            expect_status(response, 200)
            passed += 1
    if time.monotonic() - started > 55:
        raise NotVerified("the server responds too slowly for 120 requests in a minute")
    return Burst(passed, response)


def _with_other_key(context: Context) -> ServerResponse | None:
    if context.options.other_team_key is not None:
        return context.api.get("/webhooks", key=OTHER_TEAM, counts=False)
    if context.options.readonly_key is not None:
        return context.api.get("/webhooks", key=READ_ONLY, counts=False)
    return None


def _refusal(context: Context) -> ServerResponse:
    burst = _burst(context)
    if burst.response.is_success:
        raise NotVerified(f"none of {burst.passed} requests was refused")
    return burst.response


@group.clause(
    "120",
    "A key may send 120 requests a minute and no more.",
    needs=_NEEDS,
    requests=REQUESTS_PER_MINUTE + 1,
)
def allows_120_a_minute(context: Context) -> None:
    burst = _burst(context)
    got = f"{burst.passed} accepted in a row"
    is_refused = not burst.response.is_success
    expect(is_refused, f"{got}, none refused", "a 429 after 120", burst.response)
    expect(abs(burst.passed - REQUESTS_PER_MINUTE) <= _TOLERANCE, got, "120", burst.response)


@group.clause("429", "Requests above the limit are a 429 RATE_LIMITED.", needs=_NEEDS, requests=0)
def refuses_with_429(context: Context) -> None:
    response = _refusal(context)
    expect_status(response, 429)
    is_code = response.fields.get("error") == "RATE_LIMITED"
    expect(is_code, response.summary(), "RATE_LIMITED", response)


@group.clause(
    "per-key",
    "The limit is per key: another key is still accepted.",
    needs=_NEEDS,
    requests=1,
)
def limits_each_key(context: Context) -> None:
    _refusal(context)
    other = _burst(context).other_key
    if other is None:
        raise NotVerified("give --other-team-key or --readonly-key")
    expect(other.status != 429, other.summary(), "200", other)


@group.clause(
    "retry-after", "Retry-After is a whole number of seconds, 1 to 60.", needs=_NEEDS, requests=0
)
def sends_retry_after(context: Context) -> None:
    response = _refusal(context)
    text = response.headers.get("retry-after")
    is_valid = text is not None and re.fullmatch(r"\d+", text) and 1 <= int(text) <= 60
    expect(is_valid, f"Retry-After {text!r}", "seconds from 1 to 60", response)


@group.clause(
    "retry-after-in-body",
    "retry_after in the body equals Retry-After.",
    needs=_NEEDS,
    requests=0,
)
def repeats_retry_after_in_body(context: Context) -> None:
    response = _refusal(context)
    seconds, text = response.fields.get("retry_after"), response.headers.get("retry-after")
    is_same = type(seconds) is int and str(seconds) == text
    expect(is_same, f"retry_after {seconds!r}, Retry-After {text!r}", "the same seconds", response)


@group.clause(
    "retry-after-honoured",
    "After Retry-After seconds, requests are accepted again.",
    needs=_NEEDS,
    requests=2,
)
def accepts_after_retry_after(context: Context) -> None:
    _refusal(context)
    with context.api.unpaced():
        response = context.api.get("/webhooks", counts=False)
        text = response.headers.get("retry-after", "")
        if response.is_success:
            return
        if not text.isdigit() or int(text) > _MAX_WAIT_SECONDS:
            raise NotVerified(f"Retry-After {text!r} cannot be waited for")
        context.api.wait(int(text) + 0.3)
        again = context.api.get("/webhooks", counts=False)
        expect(again.status != 429, f"{again.summary()} after {text} s", "200", again)
