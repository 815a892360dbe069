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
    """One test of a receiver."""

    name: str
    should: str
    because: str
    play: _Play
    is_refusal: bool
    """Whether it expects a refusal, which a receiver that refuses everything passes too."""


def _accepts(name: str, because: str) -> Callable[[_Play], ReceiverCase]:
    return lambda play: ReceiverCase(
        name=name, should="respond with 2xx", because=because, play=play, is_refusal=False
    )


def _refuses(name: str, because: str) -> Callable[[_Play], ReceiverCase]:
    return lambda play: ReceiverCase(
        name=name, should="refuse with 4xx", because=because, play=play, is_refusal=True
    )


@_accepts("right signature", "All three events of the API reference, signed as it describes.")
async def _right_signature(sender: CaseSender) -> CaseVerdict:
    for event in EVENTS:
        verdict = must_accept(await sender.deliver(sender.compose(event)))
        if verdict.outcome is not CaseOutcome.PASSED:
            break
    return verdict


@_accepts(
    "lower-case header",
    "Header names are case-insensitive: HTTP/2 and many proxies send them in lower case.",
)
async def _lower_case_header(sender: CaseSender) -> CaseVerdict:
    return must_accept(await sender.deliver(sender.compose(), header=SIGNATURE_HEADER.lower()))


@_refuses("unsigned", "Anyone can find the URL; only the signature proves who sent it.")
async def _unsigned(sender: CaseSender) -> CaseVerdict:
    return must_refuse(await sender.post(sender.compose(), {}))


@_refuses("wrong secret", "A signature made with another secret is a forgery.")
async def _wrong_secret(sender: CaseSender) -> CaseVerdict:
    body = sender.compose()
    return must_refuse(await sender.post(body, {SIGNATURE_HEADER: sender.forgery(body)}))


@_refuses("changed body", "The signature must match the body, not only be present.")
async def _changed_body(sender: CaseSender) -> CaseVerdict:
    body = sender.compose()
    changed = body.replace(b'"down"', b'"up"')
    return must_refuse(await sender.post(changed, {SIGNATURE_HEADER: sender.signature(body)}))


@_refuses(
    "re-serialised body",
    "The signature covers raw bytes: the same JSON with other whitespace is another message.",
)
async def _re_serialised_body(sender: CaseSender) -> CaseVerdict:
    body = sender.compose()
    spaced = json.dumps(json.loads(body), ensure_ascii=False).encode()
    return must_refuse(await sender.post(spaced, {SIGNATURE_HEADER: sender.signature(body)}))


@_accepts(
    "unusual spelling",
    "A receiver that parses and dumps before it verifies fails here: verify the raw bytes.",
)
async def _unusual_spelling(sender: CaseSender) -> CaseVerdict:
    fields = json.loads(sender.compose())
    spelt = json.dumps(dict(reversed(fields.items())), indent=3, ensure_ascii=True) + "\n"
    return must_accept(await sender.deliver(spelt.encode()))


@_refuses(
    "cut signature", "The start of a signature is easy to guess; an empty one needs no guess."
)
async def _cut_signature(sender: CaseSender) -> CaseVerdict:
    body = sender.compose()
    cut = sender.signature(body)[:8]
    responses = [await sender.post(body, {SIGNATURE_HEADER: value}) for value in (cut, "")]
    return worst_of([must_refuse(response) for response in responses])


@_refuses(
    "garbled signature",
    "Bytes beyond ASCII make some comparisons raise, such as hmac.compare_digest.",
)
async def _garbled_signature(sender: CaseSender) -> CaseVerdict:
    return must_refuse(await sender.post(sender.compose(), {SIGNATURE_HEADER: b"\xe9\xff" * 32}))


@_accepts(
    "duplicate",
    "Deliveries arrive at least once: accept the second one, and do nothing twice.",
)
async def _duplicate(sender: CaseSender) -> CaseVerdict:
    body = sender.compose()
    return must_accept(await sender.deliver(body), await sender.deliver(body))


@_accepts(
    "out of order", "A retry may arrive after a newer event: accept it, and order by created_at."
)
async def _out_of_order(sender: CaseSender) -> CaseVerdict:
    recovered = {"monitor": {**MONITOR, "status": "up"}, "previous_status": "down"}
    newer = sender.compose(data=recovered)
    older = sender.compose(age=timedelta(minutes=5))
    return must_accept(await sender.deliver(newer), await sender.deliver(older))


@_accepts("late", "Retries keep their created_at: refusing one after eight hours loses outages.")
async def _late(sender: CaseSender) -> CaseVerdict:
    return must_accept(await sender.deliver(sender.compose(age=_LATE)))


@_accepts(
    "unicode payload",
    "Monitors have names in every script; a signature covers bytes, not characters.",
)
async def _unicode_payload(sender: CaseSender) -> CaseVerdict:
    names = ["Café — München", "東京の監視 🚀", "مراقبة", "e\u0301 \u200d \U0010fffd"]
    monitor = {**MONITOR, "name": names[1], "tags": names, "status": "down"}
    return must_accept(await sender.deliver(sender.compose(data={"monitor": monitor})))


@_accepts("unknown field", "Senders add fields without notice.")
async def _unknown_field(sender: CaseSender) -> CaseVerdict:
    return should_accept(await sender.deliver(sender.compose(data={"severity": {"level": 3}})))


@_accepts(
    "unknown event",
    "Senders add events and retry refused ones for hours: ignore unknown ones.",
)
async def _unknown_event(sender: CaseSender) -> CaseVerdict:
    return should_accept(await sender.deliver(sender.compose("monitor_renamed")))


@_accepts("large body", "An outage of many regions is a long message: 20 kB is not unusual.")
async def _large_body(sender: CaseSender) -> CaseVerdict:
    return must_accept(await sender.deliver(sender.compose(data={"note": "x" * _LARGE_BYTES})))


@_refuses(
    "huge forgery",
    "8 MiB without a valid signature must neither be accepted nor crash the receiver.",
)
async def _huge_forgery(sender: CaseSender) -> CaseVerdict:
    response = await sender.post(b"x" * _HUGE_BYTES, {SIGNATURE_HEADER: "0" * 64})
    if response.problem is ResponseProblem.BROKEN_OFF:
        return CaseVerdict(outcome=CaseOutcome.PASSED, seen="closed the connection")
    return must_refuse(response)


@_refuses("empty body", "Signed but empty: a mistake that should show and break nothing.")
async def _empty_body(sender: CaseSender) -> CaseVerdict:
    return should_refuse(await sender.deliver(b""))


@_refuses("broken JSON", "Signed but cut off: a mistake that should show and break nothing.")
async def _broken_json(sender: CaseSender) -> CaseVerdict:
    return should_refuse(await sender.deliver(b'{"id": "evt_1", "event"'))


@_refuses("GET", "A GET delivers nothing, so it is no success: 405 fits best.")
async def _get_request(sender: CaseSender) -> CaseVerdict:
    return should_refuse(await sender.get())


@_accepts("slow sender", "Networks are slow at times: a body may arrive in pieces.")
async def _slow_sender(sender: CaseSender) -> CaseVerdict:
    return must_accept(await sender.deliver_slowly(sender.compose(), pause_seconds=_PAUSE_SECONDS))


@_accepts(
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
            advice="Queue the delivery, respond with 2xx, and process it afterwards.",
        )
    return CaseVerdict(outcome=CaseOutcome.PASSED, seen=f"took {slowest * 1000:.0f} ms at most")


@_accepts("burst of 200", "One outage over many monitors is 200 deliveries at once.")
async def _burst_of_200(sender: CaseSender) -> CaseVerdict:
    room = asyncio.Semaphore(_AT_ONCE)

    async def one() -> CaseVerdict:
        async with room:
            response = await sender.deliver(sender.compose())
        if response.status in {429, 503} and response.retry_after:
            return CaseVerdict(
                outcome=CaseOutcome.ADVICE,
                seen=f"{response} with Retry-After",
                advice="Senders retry later; queue the delivery and respond with 2xx instead.",
            )
        return must_accept(response)

    verdicts = await asyncio.gather(*(one() for _ in range(_BURST)))
    not_accepted = [verdict for verdict in verdicts if verdict.outcome is not CaseOutcome.PASSED]
    if not not_accepted:
        return CaseVerdict(outcome=CaseOutcome.PASSED, seen=f"accepted all {_BURST}")
    worst = worst_of(not_accepted)
    seen = f"{len(not_accepted)} of {_BURST} not accepted, such as: {worst.seen}"
    return CaseVerdict(outcome=worst.outcome, seen=seen, advice=worst.advice)


@_accepts("still well", "After all these requests it must still work as before.")
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
