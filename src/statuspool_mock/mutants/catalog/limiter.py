"""Mutants of the rate limit."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from statuspool_mock.mutants.exchange import CallServer, Handler, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import always, refusing

_LIMIT = "120 requests per minute per API key. (Endpoint List)"
_AFTER = "The response includes a Retry-After header in seconds. (Error Codes, 429)"
_BODY = "The body of a 429 has error, message and retry_after. (Error Codes, 429)"
_limit = partial(Mutant, group="rate limiter")


def _toll(request: MutantRequest) -> MutantRequest:
    """Return a request whose only effect is that it counts."""
    return replace(request.on_the_side("listWebhooks"), uncounted=False)


async def _counted_twice(request: MutantRequest, ask: CallServer) -> MutantResponse:
    toll = await ask(_toll(request))
    return toll if toll.status == 429 else await ask(request)


async def _not_counted(request: MutantRequest, ask: CallServer) -> MutantResponse:
    return await ask(replace(request, uncounted=True))


async def _reads_not_counted(request: MutantRequest, ask: CallServer) -> MutantResponse:
    return await ask(replace(request, uncounted=request.method == "GET"))


async def _readers_not_counted(request: MutantRequest, ask: CallServer) -> MutantResponse:
    return await ask(replace(request, uncounted=request.key.endswith(".ro")))


def _counted_together() -> Handler:
    first = ""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        nonlocal first
        known = await ask(request.on_the_side("listWebhooks"))
        if known.status == 401:
            return await ask(request)
        first = first or request.key
        toll = await ask(_toll(request.with_key(first)))
        return toll if toll.status == 429 else await ask(replace(request, uncounted=True))

    return exchange


def _refused_once_more() -> Handler:
    due: dict[str, MutantResponse] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if response.status == 429:
            due[request.key] = _told(1)(response)
            return response
        return due.pop(request.key, response)

    return exchange


def _told(seconds: int) -> Callable[[MutantResponse], MutantResponse]:
    """State another time to wait, in the header and the body."""

    def change(response: MutantResponse) -> MutantResponse:
        message = f"Too many requests. Try again in {seconds} seconds."
        body = {**response.json, "message": message, "retry_after": seconds}
        return response.with_json(body).with_header("retry-after", str(seconds))

    return change


def _in_milliseconds(response: MutantResponse) -> MutantResponse:
    milliseconds = response.json["retry_after"] * 1000
    return _told(milliseconds)(response)


def _disagreeing(response: MutantResponse) -> MutantResponse:
    return response.with_json({**response.json, "retry_after": response.json["retry_after"] + 30})


def _without_retry_after(response: MutantResponse) -> MutantResponse:
    return response.with_json({n: v for n, v in response.json.items() if n != "retry_after"})


def _under_another_code(response: MutantResponse) -> MutantResponse:
    return response.with_json({**response.json, "error": "TOO_MANY_REQUESTS"})


def _dated(response: MutantResponse) -> MutantResponse:
    return response.with_header("retry-after", "Wed, 15 Jan 2025 09:43:11 GMT")


LIMITER: tuple[Mutant, ...] = (
    _limit(
        name="limit-of-60",
        wrong="A key may send 60 requests a minute.",
        promise=_LIMIT,
        change=always(_counted_twice),
    ),
    _limit(
        name="no-limit",
        wrong="There is no rate limit.",
        promise=_LIMIT,
        change=always(_not_counted),
    ),
    _limit(
        name="reads-not-limited",
        wrong="GET requests do not count.",
        promise=_LIMIT,
        change=always(_reads_not_counted),
    ),
    _limit(
        name="limit-shared-by-all-keys",
        wrong="All keys together may send 120 requests a minute.",
        promise=_LIMIT,
        change=ExchangeChange(_counted_together),
    ),
    _limit(
        name="retry-after-missing",
        wrong="A 429 has no Retry-After header.",
        promise=_AFTER,
        change=refusing(429, lambda response: response.with_header("retry-after", None)),
    ),
    _limit(
        name="retry-after-as-date",
        wrong="Retry-After is a date.",
        promise=_AFTER,
        change=refusing(429, _dated),
    ),
    _limit(
        name="retry-after-in-milliseconds",
        wrong="Retry-After and retry_after are in milliseconds.",
        promise=_AFTER,
        change=refusing(429, _in_milliseconds),
    ),
    _limit(
        name="retry-after-too-short",
        wrong="Retry-After is always 1.",
        promise="After retry_after seconds, requests pass again. (Error Codes, 429)",
        change=refusing(429, _told(1)),
    ),
    _limit(
        name="retry-after-not-honoured",
        wrong="The first request after Retry-After seconds is refused again.",
        promise="After retry_after seconds, requests pass again. (Error Codes, 429)",
        change=ExchangeChange(_refused_once_more),
    ),
    _limit(
        name="retry-after-disagrees",
        wrong="retry_after in the body differs from Retry-After.",
        promise=_BODY,
        change=refusing(429, _disagreeing),
    ),
    _limit(
        name="retry-after-not-in-body",
        wrong="The body of a 429 has no retry_after.",
        promise=_BODY,
        change=refusing(429, _without_retry_after),
    ),
    _limit(
        name="limited-under-another-code",
        wrong="The code of a 429 is TOO_MANY_REQUESTS.",
        promise="The code of a 429 is RATE_LIMITED. (Error Codes, 429)",
        change=refusing(429, _under_another_code),
    ),
    _limit(
        name="limited-as-503",
        wrong="Too many requests are a 503.",
        promise="429 if the rate limit is exceeded. (Error Codes, 429)",
        change=refusing(429, lambda response: response.with_status(503)),
    ),
    _limit(
        name="limited-in-plain-text",
        wrong="A 429 is the gateway's own: plain text instead of JSON.",
        promise=_BODY,
        change=refusing(429, lambda response: response.with_content(b"Slow down.\n", "text/plain")),
    ),
    _limit(
        name="read-only-key-not-limited",
        wrong="Requests with a read-only key are not limited.",
        promise=_LIMIT,
        change=always(_readers_not_counted),
    ),
)
