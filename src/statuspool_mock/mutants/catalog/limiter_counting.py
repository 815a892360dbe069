"""Mutants that count requests wrongly, or end the minute wrongly."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import ceil
from time import monotonic

from statuspool_mock.contract.reference import RATE_WINDOW_SECONDS, REQUESTS_PER_MINUTE
from statuspool_mock.mutants.exchange import CallServer, Handler, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import always, moment, refusing

_LIMIT = "120 requests per minute per API key. (Endpoint List)"
_AFTER = "The response includes a Retry-After header in seconds. (Error Codes, 429)"
_limit = partial(Mutant, group="rate limiter")


def _toll(request: MutantRequest) -> MutantRequest:
    """Return a request whose only effect is that it counts."""
    return replace(request.on_the_side("listWebhooks"), uncounted=False)


async def _refusal(request: MutantRequest, ask: CallServer) -> MutantResponse:
    """Use up the minute and return the refusal; where nothing is limited, the response."""
    for _ in range(REQUESTS_PER_MINUTE):
        response = await ask(_toll(request))
        if not response.is_success:
            return response
    return await ask(request)


def _one_too_few() -> Handler:
    began: dict[str, float] = {}
    used: Counter[str] = Counter()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        key = request.key
        if monotonic() - began.get(key, float("-inf")) >= RATE_WINDOW_SECONDS:
            began[key], used[key] = monotonic(), 0
        if used[key] >= REQUESTS_PER_MINUTE - 1:
            return await _refusal(request, ask)
        used[key] += 1
        return await ask(request)

    return exchange


def _one_too_many() -> Handler:
    spent: set[str] = set()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if response.status != 429:
            spent.discard(request.key)
        elif request.key not in spent:
            spent.add(request.key)
            return await ask(replace(request, uncounted=True))
        return response

    return exchange


def _uncounted_where(is_free: Callable[[MutantRequest], bool]) -> ExchangeChange:
    """Count some requests only. All are refused once the minute is used up."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        return await ask(replace(request, uncounted=is_free(request)))

    return always(exchange)


async def _errors_not_counted(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.method != "GET":
        return await ask(request)
    response = await ask(replace(request, uncounted=True))
    if not response.is_success:
        return response
    toll = await ask(_toll(request))
    return toll if toll.status == 429 else response


def _each_route_counted() -> Handler:
    began: dict[tuple[str, str], float] = {}
    used: Counter[tuple[str, str]] = Counter()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        route = (request.key, request.operation)
        if monotonic() - began.get(route, float("-inf")) >= RATE_WINDOW_SECONDS:
            began[route], used[route] = monotonic(), 0
        used[route] += 1
        if used[route] > REQUESTS_PER_MINUTE:
            return await _refusal(request, ask)
        return await ask(replace(request, uncounted=True))

    return exchange


async def _team_counted(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if not request.key.endswith(".ro"):
        return await ask(request)
    toll = await ask(_toll(request.with_key(request.key.removesuffix(".ro"))))
    return toll if toll.status == 429 else await ask(replace(request, uncounted=True))


def _parallel_counted_once() -> Handler:
    waiting: Counter[str] = Counter()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        is_first = not waiting[request.key]
        waiting[request.key] += 1
        try:
            await moment()
            return await ask(replace(request, uncounted=not is_first))
        finally:
            waiting[request.key] -= 1

    return exchange


async def _done_although_refused(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status == 429 and request.method == "POST":
        await ask(replace(request, uncounted=True))
    return response


async def _writes_not_refused(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status == 429 and request.method != "GET":
        return await ask(replace(request, uncounted=True))
    return response


def _unlimited_later() -> Handler:
    refused: set[str] = set()
    free: set[str] = set()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(replace(request, uncounted=request.key in free))
        if response.status == 429:
            refused.add(request.key)
        elif request.key in refused:
            free.add(request.key)
        return response

    return exchange


def _half_later() -> Handler:
    refused: set[str] = set()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        toll = await ask(_toll(request)) if request.key in refused else None
        if toll is not None and toll.status == 429:
            return toll
        response = await ask(request)
        if response.status == 429:
            refused.add(request.key)
        return response

    return exchange


def _half_a_minute(*, told_seconds: float) -> ExchangeChange:
    """End the minute after 30 seconds, and tell clients to wait until another time."""

    def make() -> Handler:
        began: dict[str, float] = {}
        used: Counter[str] = Counter()

        async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
            key, now = request.key, monotonic()
            if now - began.get(key, float("-inf")) >= RATE_WINDOW_SECONDS / 2:
                began[key], used[key] = now, 0
            used[key] += 1
            if used[key] <= REQUESTS_PER_MINUTE:
                return await ask(replace(request, uncounted=True))
            left = max(1, ceil(began[key] + told_seconds - now))
            refusal = await _refusal(request, ask)
            return _with_seconds(left, refusal) if refusal.status == 429 else refusal

        return exchange

    return ExchangeChange(make)


def _with_seconds(seconds: int, response: MutantResponse) -> MutantResponse:
    message = f"Too many requests. Try again in {seconds} seconds."
    body = {**response.json, "message": message, "retry_after": seconds}
    return response.with_json(body).with_header("retry-after", str(seconds))


def _with_another_message(response: MutantResponse) -> MutantResponse:
    message = f"Too many requests. Try again in {response.json['retry_after'] * 60} seconds."
    return response.with_json({**response.json, "message": message})


LIMITER_COUNTING: tuple[Mutant, ...] = (
    _limit(
        name="limit-of-119",
        wrong="The 120th request of a minute is refused.",
        promise=_LIMIT,
        change=ExchangeChange(_one_too_few),
    ),
    _limit(
        name="limit-of-121",
        wrong="The 121st request of a minute is accepted.",
        promise=_LIMIT,
        change=ExchangeChange(_one_too_many),
    ),
    _limit(
        name="errors-not-counted",
        wrong="Reads that end in an error do not count.",
        promise=_LIMIT,
        change=always(_errors_not_counted),
    ),
    _limit(
        name="writes-not-counted",
        wrong="POST, PUT and DELETE do not count.",
        promise=_LIMIT,
        change=_uncounted_where(lambda request: request.method != "GET"),
    ),
    _limit(
        name="status-not-counted",
        wrong="GET /monitors/{id}/status does not count.",
        promise=_LIMIT,
        change=_uncounted_where(lambda request: request.operation == "getMonitorStatus"),
    ),
    _limit(
        name="each-route-counted-apart",
        wrong="A key may send 120 requests a minute to each route.",
        promise=_LIMIT,
        change=ExchangeChange(_each_route_counted),
    ),
    _limit(
        name="limit-shared-by-a-team",
        wrong="The read-only key of a team counts with its full key.",
        promise=_LIMIT,
        change=always(_team_counted),
    ),
    _limit(
        name="parallel-requests-counted-once",
        wrong="The count is read, then written: of requests at the same time only one counts.",
        promise=_LIMIT,
        change=ExchangeChange(_parallel_counted_once),
    ),
    _limit(
        name="writes-not-refused",
        wrong="POST, PUT and DELETE count, but are never refused.",
        promise="429 if the rate limit is exceeded. (Error Codes, 429)",
        change=always(_writes_not_refused),
    ),
    _limit(
        name="refused-post-is-done",
        wrong="A POST that is refused with a 429 creates the monitor all the same.",
        promise="A 429 is an error: the request was one too many. (Error Codes, 429)",
        change=always(_done_although_refused),
    ),
    _limit(
        name="no-limit-after-a-refusal",
        wrong="A key that has waited once is never limited again.",
        promise=_LIMIT,
        change=ExchangeChange(_unlimited_later),
    ),
    _limit(
        name="half-the-limit-after-a-refusal",
        wrong="A key that was refused once may send 60 requests a minute from then on.",
        promise=_LIMIT,
        change=ExchangeChange(_half_later),
    ),
    _limit(
        name="limit-of-120-in-30-seconds",
        wrong="The limit is 120 requests in half a minute.",
        promise=_LIMIT,
        change=_half_a_minute(told_seconds=RATE_WINDOW_SECONDS / 2),
    ),
    _limit(
        name="retry-after-late",
        wrong="Retry-After is half a minute too long.",
        promise=_AFTER,
        change=_half_a_minute(told_seconds=RATE_WINDOW_SECONDS),
    ),
    _limit(
        name="retry-after-always-60",
        wrong="Retry-After is always 60.",
        promise=_AFTER,
        change=refusing(429, partial(_with_seconds, 60)),
    ),
    _limit(
        name="retry-after-differs-in-message",
        wrong="The message of a 429 names another time to wait than retry_after.",
        promise="The message repeats the seconds to wait. (Error Codes, 429)",
        change=refusing(429, _with_another_message),
    ),
)
