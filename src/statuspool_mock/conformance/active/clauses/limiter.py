"""The rate limit: 120 a minute for each key. Reference: Endpoint List; Error Codes, 429."""

import re

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.rate_bursts import (
    REFUSED,
    after_refusal,
    after_waiting,
    burst_together,
    kinds,
    mixed_burst,
    readers_burst,
    refusal,
    retry_after_of,
    shortly_before,
    with_other_key,
)
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM, READ_ONLY
from statuspool_mock.contract.reference import RATE_WINDOW_SECONDS, REQUESTS_PER_MINUTE

group = ClauseGroup("rate-limit", section="Endpoint List; Error Codes, 429")
groups = (group,)
_429 = "Error Codes, 429"
_NEEDS = (Need.RATE_LIMIT,)
_ROUNDING_SECONDS = 2
_WINDOW_SLACK_SECONDS = 5
_REFUSED_MEANWHILE = 2
"""The requests of this run that are refused less than a minute before the second burst."""


@group.clause(
    "120",
    "A key may send exactly 120 requests a minute.",
    needs=_NEEDS,
    requests=REQUESTS_PER_MINUTE + 1,
)
def allows_120_a_minute(context: Context) -> None:
    burst = mixed_burst(context)
    if burst.passed == REQUESTS_PER_MINUTE:
        _note_edge(context)
        return
    is_exact = burst.passed > REQUESTS_PER_MINUTE and _counts_one_route(context)
    got = f"{burst.passed} accepted in a row"
    got += "" if burst.refusal else ", none refused"
    expect(is_exact, got, "120, then a 429", burst.refusal or context.api.last_response)


def _counts_one_route(context: Context) -> bool:
    """Whether requests of one route are limited as documented: then only others are not counted."""
    try:
        burst = burst_together(context)
    except NotVerified:
        return False
    return burst.refusal is not None and burst.passed <= REQUESTS_PER_MINUTE


def _note_edge(context: Context) -> None:
    burst = mixed_burst(context)
    if burst.retry_after is None:
        return
    before = burst.ended + burst.retry_after - RATE_WINDOW_SECONDS - burst.began
    if before < -_ROUNDING_SECONDS:
        context.note(
            "A minute of the limit began before the first request, so up to 240 may pass in 60 s "
            "around the end of one. The reference does not say whether the minute slides."
        )


@group.clause(
    "counts-every-request",
    "Every request counts: every route, reads and writes, errors too.",
    needs=_NEEDS,
    requests=0,
)
def counts_every_request(context: Context) -> None:
    burst = mixed_burst(context)
    different = len(kinds(context))
    got = f"{burst.passed} accepted of {different} kinds, on every route and errors too"
    is_exact = burst.passed <= REQUESTS_PER_MINUTE
    expect(is_exact, got, "a 429 after 120", burst.refusal or context.api.last_response)


@group.clause("429", "Requests above the limit are a 429 RATE_LIMITED.", needs=_NEEDS, requests=0)
def refuses_with_429(context: Context) -> None:
    response = refusal(context)
    expect_status(response, 429)
    is_code = response.fields.get("error") == "RATE_LIMITED"
    expect(is_code, response.summary(), "RATE_LIMITED", response)


@group.clause(
    "refuses-every-route",
    "Once the limit is reached, every route and method is a 429.",
    section=_429,
    needs=_NEEDS,
    requests=14,
)
def refuses_every_route(context: Context) -> None:
    for response in after_refusal(context):
        got = f"{response.summary()} to {response.method} beyond the limit"
        expect(response.status in REFUSED, got, "429", response)


@group.clause(
    "per-key",
    "The limit is per key: another team's key is still accepted.",
    needs=(*_NEEDS, Need.OTHER_TEAM_KEY),
    requests=1,
)
def limits_each_key(context: Context) -> None:
    other = with_other_key(context, OTHER_TEAM)
    expect(other.status not in REFUSED, other.summary(), "200", other)


@group.clause(
    "per-key-of-a-team",
    "The limit is per key: a read-only key of the same team is still accepted.",
    needs=(*_NEEDS, Need.READ_ONLY_KEY),
    requests=1,
)
def limits_each_key_of_a_team(context: Context) -> None:
    other = with_other_key(context, READ_ONLY)
    expect(other.status not in REFUSED, other.summary(), "200", other)


@group.clause(
    "retry-after", "Retry-After is a whole number of seconds, 1 to 60.", needs=_NEEDS, requests=0
)
def sends_retry_after(context: Context) -> None:
    for response in (refusal(context), *after_refusal(context)):
        if response.status in REFUSED:
            seconds = retry_after_of(response)
            got = f"Retry-After {response.headers.get('retry-after')!r}"
            is_valid = seconds is not None and 1 <= seconds <= RATE_WINDOW_SECONDS
            expect(is_valid, got, "seconds from 1 to 60", response)


@group.clause(
    "retry-after-in-body",
    "retry_after in the body equals Retry-After.",
    needs=_NEEDS,
    requests=0,
)
def repeats_retry_after_in_body(context: Context) -> None:
    for response in (refusal(context), *after_refusal(context)):
        if response.status in REFUSED:
            seconds, text = response.fields.get("retry_after"), response.headers.get("retry-after")
            is_same = type(seconds) is int and str(seconds) == text
            got = f"retry_after {seconds!r}, Retry-After {text!r}"
            expect(is_same, got, "the same seconds", response)


@group.clause(
    "retry-after-in-message",
    "Seconds in the message of a 429 equal retry_after.",
    section=_429,
    level=Level.SAMPLE,
    needs=_NEEDS,
    requests=0,
)
def repeats_retry_after_in_message(context: Context) -> None:
    response = refusal(context)
    seconds = retry_after_of(response)
    found = re.findall(r"(\d+(?:\.\d+)?)\s*s(?:ec|$|\b)", str(response.fields.get("message")))
    if seconds is None or not found:
        raise NotVerified("the message names no seconds, or there is no Retry-After")
    got = f"{response.fields['message']!r} with Retry-After {seconds}"
    expect(found == [str(seconds)], got, f"{seconds} seconds", response)


@group.clause(
    "retry-after-counts-down",
    "Retry-After decreases with the time that passes.",
    section=_429,
    needs=_NEEDS,
    requests=1,
)
def counts_retry_after_down(context: Context) -> None:
    burst, later = mixed_burst(context), shortly_before(context)
    first, second = burst.retry_after, retry_after_of(later.response)
    if first is None or second is None or not later.is_refused:
        raise NotVerified("the second request was not refused")
    passed = later.at - burst.ended
    got = f"Retry-After {second}, and {first} {passed:.0f} s before"
    is_true = abs(first - passed - second) <= _ROUNDING_SECONDS
    expect(is_true, got, f"about {first - passed:.0f}", later.response)


@group.clause(
    "retry-after-is-not-late",
    "Until shortly before Retry-After is over, requests are refused.",
    section=_429,
    needs=_NEEDS,
    requests=0,
)
def refuses_until_retry_after(context: Context) -> None:
    burst, before = mixed_burst(context), shortly_before(context)
    left = (burst.retry_after or 0) - (before.at - burst.ended)
    got = f"{before.response.status}, {left:.0f} s before Retry-After {burst.retry_after} is over"
    expect(before.is_refused, got, "429, or a shorter Retry-After", before.response)


@group.clause(
    "retry-after-honoured",
    "After Retry-After seconds, requests are accepted again.",
    needs=_NEEDS,
    requests=1,
)
def accepts_after_retry_after(context: Context) -> None:
    seconds = mixed_burst(context).retry_after
    again = after_waiting(context)
    got = f"{again.response.summary()} after {seconds} s"
    expect(not again.is_refused, got, "200", again.response)


@group.clause(
    "refused-is-not-done",
    "A POST that is refused with a 429 creates nothing.",
    section=_429,
    needs=(*_NEEDS, Need.WRITES),
    requests=0,
)
def does_nothing_when_refused(context: Context) -> None:
    if after_refusal(context)[-1].status not in REFUSED:
        raise NotVerified("the POST was not refused")
    listed = after_waiting(context).response
    name = f"{context.mark} refused"
    found = [each for each in listed.results if isinstance(each, dict) and each.get("name") == name]
    for each in found:
        context.api.ledger.adopt(str(each.get("id")), key=MAIN)
    expect(not found, "the monitor of a POST that was a 429", "no such monitor", listed)


@group.clause(
    "resets",
    "After a minute, the key has all of its 120 requests again.",
    needs=_NEEDS,
    requests=REQUESTS_PER_MINUTE + 20,
)
def resets_after_a_minute(context: Context) -> None:
    burst = burst_together(context)
    if burst.refusal is None:
        return
    got = f"{burst.passed} accepted in the next minute"
    least = min(REQUESTS_PER_MINUTE, mixed_burst(context).passed) - _REFUSED_MEANWHILE
    expect(burst.passed >= least, got, "120", burst.refusal)


@group.clause(
    "counts-requests-at-the-same-time",
    "Of requests at the same time each counts: no more than 120 are accepted.",
    needs=_NEEDS,
    requests=0,
)
def counts_requests_at_the_same_time(context: Context) -> None:
    if mixed_burst(context).refusal is None:
        raise NotVerified("requests one by one are not limited either")
    burst = burst_together(context)
    if burst.crossed_an_edge:
        raise NotVerified("a minute of the limit ended within the burst")
    most = max(REQUESTS_PER_MINUTE, mixed_burst(context).passed)
    got = f"{burst.passed} accepted, ten at the same time"
    got += "" if burst.refusal else ", none refused"
    expect(burst.passed <= most, got, "120", burst.refusal or context.api.last_response)


@group.clause(
    "lasts-a-minute",
    "The limit is one per minute, not per shorter time.",
    needs=_NEEDS,
    requests=0,
)
def lasts_a_minute(context: Context) -> None:
    first, again, burst = mixed_burst(context), after_waiting(context), burst_together(context)
    if again.is_refused or burst.retry_after is None or first.retry_after is None:
        raise NotVerified("the limit was not reached twice, or there is no Retry-After")
    since = burst.ended - (first.ended + first.retry_after)
    lasts = since + burst.retry_after
    got = f"Retry-After {burst.retry_after}, {since:.0f} s after the last minute ended"
    is_minute = lasts >= RATE_WINDOW_SECONDS - _WINDOW_SLACK_SECONDS
    expect(is_minute, got, f"about {RATE_WINDOW_SECONDS - since:.0f}", burst.refusal)


@group.clause(
    "120-with-read-only-key",
    "A read-only key, too, may send exactly 120 requests a minute.",
    needs=(*_NEEDS, Need.READ_ONLY_KEY),
    requests=REQUESTS_PER_MINUTE + 20,
)
def allows_readers_120_a_minute(context: Context) -> None:
    burst = readers_burst(context)
    got = f"{burst.passed} accepted" + ("" if burst.refusal else ", none refused")
    response = burst.refusal or context.api.last_response
    expect(burst.passed == REQUESTS_PER_MINUTE, got, "120, then a 429", response)
