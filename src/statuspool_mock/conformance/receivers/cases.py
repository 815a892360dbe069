"""The cases: what is sent to a receiver, what it should do, and why a sender expects it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from statuspool_mock.conformance.receivers.assertions import (
    CaseOutcome,
    CaseVerdict,
    ResponseProblem,
    must_accept,
    must_refuse,
    should_accept,
    should_refuse,
    worst_of,
)
from statuspool_mock.conformance.receivers.sender import MONITOR, CaseSender
from statuspool_mock.contract.reference import EVENTS
from statuspool_mock.contract.signing import SIGNATURE_HEADER

_BURST, _AT_ONCE = 200, 50
_LATE = timedelta(hours=8)  # after the last of the usual retries: 5 s, 5 min, 30 min, 2 h, 5 h
_LARGE_BYTES, _HUGE_BYTES = 20_000, 8 * 1024 * 1024
_PAUSE_SECONDS = 0.25

_Play = Callable[[CaseSender], Awaitable[CaseVerdict]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverCase:
    """One case."""

    name: str
    should: str
    because: str
    play: _Play
    is_refusal: bool
    """Whether the right behaviour is to refuse, as a receiver that refuses everything does too."""


def _takes(name: str, because: str) -> Callable[[_Play], ReceiverCase]:
    return lambda play: ReceiverCase(
        name=name, should="respond with 2xx", because=because, play=play, is_refusal=False
    )


def _refuses(name: str, because: str) -> Callable[[_Play], ReceiverCase]:
    return lambda play: ReceiverCase(
        name=name, should="refuse with 4xx", because=because, play=play, is_refusal=True
    )


@_takes("right signature", "All three events of the API reference, signed as it says.")
async def _right_signature(sender: CaseSender) -> CaseVerdict:
    for event in EVENTS:
        verdict = must_accept(await sender.deliver(sender.compose(event)))
        if verdict.outcome is not CaseOutcome.PASSED:
            break
    return verdict


@_takes(
    "lower-case header",
    "Header names are case-insensitive: HTTP/2 and many proxies send them in lower case.",
)
async def _lower_case_header(sender: CaseSender) -> CaseVerdict:
    return must_accept(await sender.deliver(sender.compose(), header=SIGNATURE_HEADER.lower()))


@_refuses("unsigned", "Anyone can find the URL; only the signature proves who the sender is.")
async def _unsigned(sender: CaseSender) -> CaseVerdict:
    return must_refuse(await sender.post(sender.compose(), {}))


@_refuses("wrong secret", "A signature made with another secret is a stranger's.")
async def _wrong_secret(sender: CaseSender) -> CaseVerdict:
    body = sender.compose()
    return must_refuse(await sender.post(body, {SIGNATURE_HEADER: sender.forgery(body)}))


@_refuses("changed body", "The signature has to cover what is in the body, not just be there.")
async def _changed_body(sender: CaseSender) -> CaseVerdict:
    body = sender.compose()
    changed = body.replace(b'"down"', b'"up"')
    return must_refuse(await sender.post(changed, {SIGNATURE_HEADER: sender.signature(body)}))


@_refuses(
    "re-serialised body",
    "The signature covers raw bytes: the same JSON with other spaces is another message.",
)
async def _re_serialised_body(sender: CaseSender) -> CaseVerdict:
    body = sender.compose()
    spaced = json.dumps(json.loads(body), ensure_ascii=False).encode()
    return must_refuse(await sender.post(spaced, {SIGNATURE_HEADER: sender.signature(body)}))


@_takes(
    "unusual spelling",
    "A receiver that parses and dumps before it verifies fails here: verify the raw bytes.",
)
async def _unusual_spelling(sender: CaseSender) -> CaseVerdict:
    fields = json.loads(sender.compose())
    spelt = json.dumps(dict(reversed(fields.items())), indent=3, ensure_ascii=True) + "\n"
    return must_accept(await sender.deliver(spelt.encode()))


@_refuses(
    "cut signature", "The beginning of a signature is quickly guessed; an empty one needs no guess."
)
async def _cut_signature(sender: CaseSender) -> CaseVerdict:
    body = sender.compose()
    cut = sender.signature(body)[:8]
    responses = [await sender.post(body, {SIGNATURE_HEADER: value}) for value in (cut, "")]
    return worst_of([must_refuse(response) for response in responses])


@_refuses(
    "garbled signature",
    "Bytes beyond ASCII make some comparisons raise, hmac.compare_digest among them.",
)
async def _garbled_signature(sender: CaseSender) -> CaseVerdict:
    return must_refuse(await sender.post(sender.compose(), {SIGNATURE_HEADER: b"\xe9\xff" * 32}))


@_takes(
    "duplicate",
    "Deliveries are sent at least once: accept the second, respond the same, do nothing twice.",
)
async def _duplicate(sender: CaseSender) -> CaseVerdict:
    body = sender.compose()
    return must_accept(await sender.deliver(body), await sender.deliver(body))


@_takes("out of order", "A retry may arrive after newer events: accept it, and sort by created_at.")
async def _out_of_order(sender: CaseSender) -> CaseVerdict:
    recovered = {"monitor": {**MONITOR, "status": "up"}, "previous_status": "down"}
    newer = sender.compose(data=recovered)
    older = sender.compose(age=timedelta(minutes=5))
    return must_accept(await sender.deliver(newer), await sender.deliver(older))


@_takes(
    "late", "Retries keep their created_at: refusing those that are eight hours old loses outages."
)
async def _late(sender: CaseSender) -> CaseVerdict:
    return must_accept(await sender.deliver(sender.compose(age=_LATE)))


@_takes(
    "unicode payload",
    "Monitors have names in every script; a signature counts bytes, not characters.",
)
async def _unicode_payload(sender: CaseSender) -> CaseVerdict:
    names = ["Café — München", "東京の監視 🚀", "مراقبة", "e\u0301 \u200d \U0010fffd"]
    monitor = {**MONITOR, "name": names[1], "tags": names, "status": "down"}
    return must_accept(await sender.deliver(sender.compose(data={"monitor": monitor})))


@_takes("unknown field", "Senders add fields without notice.")
async def _unknown_field(sender: CaseSender) -> CaseVerdict:
    return should_accept(await sender.deliver(sender.compose(data={"severity": {"level": 3}})))


@_takes(
    "unknown event",
    "Senders add events and retry refused ones for hours. Ignore unknown events.",
)
async def _unknown_event(sender: CaseSender) -> CaseVerdict:
    return should_accept(await sender.deliver(sender.compose("monitor_renamed")))


@_takes(
    "large body", "An outage of many regions is a long message: 20 kB is still an ordinary one."
)
async def _large_body(sender: CaseSender) -> CaseVerdict:
    return must_accept(await sender.deliver(sender.compose(data={"note": "x" * _LARGE_BYTES})))


@_refuses("huge forgery", "8 MiB from a stranger must be refused, and must not crash the receiver.")
async def _huge_forgery(sender: CaseSender) -> CaseVerdict:
    response = await sender.post(b"x" * _HUGE_BYTES, {SIGNATURE_HEADER: "0" * 64})
    if response.trouble is ResponseProblem.BROKEN_OFF:
        return CaseVerdict(outcome=CaseOutcome.PASSED, seen="closed the connection")
    return must_refuse(response)


@_refuses("empty body", "Signed, but empty: a mistake that should show, and not break anything.")
async def _empty_body(sender: CaseSender) -> CaseVerdict:
    return should_refuse(await sender.deliver(b""))


@_refuses(
    "broken JSON", "Signed, but cut short: a mistake that should show, and not break anything."
)
async def _broken_json(sender: CaseSender) -> CaseVerdict:
    return should_refuse(await sender.deliver(b'{"id": "evt_1", "event"'))


@_refuses("GET", "A GET delivers nothing, so it should not succeed: 405 is best.")
async def _get_request(sender: CaseSender) -> CaseVerdict:
    return should_refuse(await sender.get())


@_takes("slow sender", "Networks can be slow: a body may arrive in pieces.")
async def _slow_sender(sender: CaseSender) -> CaseVerdict:
    return must_accept(await sender.deliver_slowly(sender.compose(), pause_seconds=_PAUSE_SECONDS))


@_takes(
    "slow answer", "Senders wait some seconds for the response, then count the delivery as failed."
)
async def _slow_answer(sender: CaseSender) -> CaseVerdict:
    responses = [await sender.deliver(sender.compose()) for _ in range(3)]
    verdict = must_accept(*responses)
    slowest = max(response.seconds for response in responses)
    if verdict.outcome is not CaseOutcome.PASSED:
        return verdict
    if slowest > sender.timeout_seconds / 3:
        return CaseVerdict(
            outcome=CaseOutcome.ADVICE,
            seen=f"took {slowest:.1f} s",
            advice="Store the delivery, respond with 2xx, and process it afterwards.",
        )
    return CaseVerdict(outcome=CaseOutcome.PASSED, seen=f"took {slowest * 1000:.0f} ms at most")


@_takes("burst of 200", "One outage over many monitors is 200 deliveries at once.")
async def _burst_of_200(sender: CaseSender) -> CaseVerdict:
    room = asyncio.Semaphore(_AT_ONCE)

    async def one() -> CaseVerdict:
        async with room:
            response = await sender.deliver(sender.compose())
        if response.status in {429, 503} and response.retry_after:
            return CaseVerdict(
                outcome=CaseOutcome.ADVICE,
                seen=f"{response} with Retry-After",
                advice="A sender retries later; better store it and respond with 2xx.",
            )
        return must_accept(response)

    verdicts = await asyncio.gather(*(one() for _ in range(_BURST)))
    not_taken = [verdict for verdict in verdicts if verdict.outcome is not CaseOutcome.PASSED]
    if not not_taken:
        return CaseVerdict(outcome=CaseOutcome.PASSED, seen=f"accepted all {_BURST}")
    worst = worst_of(not_taken)
    seen = f"{len(not_taken)} of {_BURST} not accepted, such as: {worst.seen}"
    return CaseVerdict(outcome=worst.outcome, seen=seen, advice=worst.advice)


@_takes("still well", "After all this it must work as before.")
async def _still_well(sender: CaseSender) -> CaseVerdict:
    return must_accept(await sender.deliver(sender.compose()))


CASES = (
    _right_signature,
    _lower_case_header,
    _unsigned,
    _wrong_secret,
    _changed_body,
    _re_serialised_body,
    _unusual_spelling,
    _cut_signature,
    _garbled_signature,
    _duplicate,
    _out_of_order,
    _late,
    _unicode_payload,
    _unknown_field,
    _unknown_event,
    _large_body,
    _huge_forgery,
    _empty_body,
    _broken_json,
    _get_request,
    _slow_sender,
    _slow_answer,
    _burst_of_200,
    _still_well,
)
