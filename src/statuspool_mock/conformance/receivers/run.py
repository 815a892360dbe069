"""Run every case against a receiver, one at a time, in order."""

import ipaddress
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import httpx

from statuspool_mock.conformance.receivers.assertions import (
    CaseOutcome,
    CaseVerdict,
    ResponseProblem,
)
from statuspool_mock.conformance.receivers.cases import CASES, ReceiverCase
from statuspool_mock.conformance.receivers.sender import CaseSender
from statuspool_mock.trust import authorities_for

_CONNECT_SECONDS = 5.0
_NOT_TESTED = CaseVerdict(
    outcome=CaseOutcome.UNPROVEN,
    seen="got no request",
    advice="It does not respond to a valid delivery, so it got no more requests.",
)


class ReceiverUnreachable(Exception):
    """Nothing was tested: the receiver cannot be reached; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """A case, its verdict and how long it took."""

    case: ReceiverCase
    verdict: CaseVerdict
    seconds: float


async def examine(url: str, *, secret: str, timeout_seconds: float) -> AsyncIterator[CaseResult]:
    """Yield the result of each case. Raises `ReceiverUnreachable` before the first."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
    verify = authorities_for(url)
    async with httpx.AsyncClient(
        # The sender limits each delivery as a whole; only connecting has its own limit.
        timeout=httpx.Timeout(None, connect=min(timeout_seconds, _CONNECT_SECONDS)),
        limits=limits,
        headers={"User-Agent": "statuspool-mock certify"},
        # An explicit transport ignores proxy variables: this machine needs no proxy.
        transport=httpx.AsyncHTTPTransport(verify=verify, limits=limits)
        if _is_loopback(url)
        else None,
        verify=verify,
    ) as client:
        sender = CaseSender(client, url, secret=secret, timeout=timeout_seconds)
        response = await sender.get()
        if response.problem is ResponseProblem.CANNOT_CONNECT:
            raise ReceiverUnreachable(f"{url}: {response}. Start the receiver, then certify it.")
        first = await _play(CASES[0], sender)
        yield first
        is_accepting = first.verdict.outcome is CaseOutcome.PASSED
        for case in CASES[1:]:
            if first.verdict.got_response:
                result = await _play(case, sender)
                yield result if is_accepting else _doubt(result)
            else:
                yield CaseResult(case=case, verdict=_NOT_TESTED, seconds=0.0)


async def _play(case: ReceiverCase, sender: CaseSender) -> CaseResult:
    started = time.monotonic()
    verdict = await case.play(sender)
    return CaseResult(case=case, verdict=verdict, seconds=time.monotonic() - started)


def _doubt(result: CaseResult) -> CaseResult:
    """Return an unproven verdict for a refusal: the receiver refuses valid deliveries too."""
    if not result.case.is_refusal or result.verdict.outcome is not CaseOutcome.PASSED:
        return result
    advice = "It refuses valid deliveries too, so this proves nothing yet."
    return replace(
        result, verdict=replace(result.verdict, outcome=CaseOutcome.UNPROVEN, advice=advice)
    )


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
