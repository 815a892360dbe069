"""One exchange by itself: whether the answer is one to this request."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from statuspool_mock.conformance.passive.observation import Observation, mistake, violation
from statuspool_mock.conformance.passive.parsed_exchange import ParsedExchange
from statuspool_mock.time_parsing import moment

_CODES = {
    400: "INVALID_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
}
_FLAGS = {"true": True, "false": False}
_CONFIGURED = ("name", "url", "interval_seconds", "tags", "regions", "expected_status")


def error_code(sight: ParsedExchange) -> Iterator[Observation]:
    """Each status has its code. Reference: Error Codes."""
    expected = _CODES[sight.status]
    given = sight.answer.get("error") if isinstance(sight.answer, dict) else None
    if isinstance(given, str) and given != expected:
        yield violation("error-code", f"A {sight.status} has the code {expected}, not {given!r}.")


def every_detail(sight: ParsedExchange) -> Iterator[Observation]:
    """Each wrong field of a body has its entry. Reference: Error Codes, 400."""
    if not isinstance(sight.request, dict):
        return
    if not sight.operation.takes_body or not isinstance(sight.answer, dict):
        return
    wrong = {one.field.partition(".")[0] for one in sight.operation.check_body(sight.request)}
    details = sight.answer.get("details")
    told = details if isinstance(details, list) else []
    named = {
        str(one.get("field")).replace("[", ".").partition(".")[0]
        for one in told
        if isinstance(one, dict)
    }
    if missing := wrong - named - {"body"}:
        yield violation("details", f"details do not tell of {', '.join(sorted(missing))}.")


def retry_after(sight: ParsedExchange) -> Iterator[Observation]:
    """A 429 tells the same seconds twice. Reference: Error Codes, 429."""
    if not isinstance(sight.answer, dict):
        return
    header, body = sight.headers.get("retry-after"), sight.answer.get("retry_after")
    if header is not None and not header.isdigit():
        yield violation("retry-after", f"Retry-After is {header!r}, not a number of seconds.")
    elif header is not None and isinstance(body, int) and int(header) != body:
        yield violation("retry-after", f"Retry-After says {header} s, retry_after {body} s.")


def no_secret(sight: ParsedExchange) -> Iterator[Observation]:
    """A webhook's secret never comes back. Reference: Webhooks."""
    sent = sight.request.get("secret") if isinstance(sight.request, dict) else None
    shown = [sight.answer] if isinstance(sight.answer, dict) else []
    if any("secret" in one for one in [*shown, *sight.results]):
        yield violation("secret", "The answer has a webhook's secret.")
    elif isinstance(sent, str) and len(sent) >= 8 and sent.encode() in sight.exchange.content:
        yield violation("secret", "The answer repeats the webhook's secret.")


def page_size(sight: ParsedExchange) -> Iterator[Observation]:
    """A page is the one that was asked for, and no longer. Reference: Monitors, Logs."""
    answer = sight.answer if isinstance(sight.answer, dict) else {}
    page, limit = sight.number("page", 1), sight.number("limit", 100)
    if isinstance(answer.get("page"), int) and answer["page"] != page:
        yield violation("page", f"Page {page} was asked for, page {answer['page']} came.")
    if 1 <= limit <= 100 and len(sight.results) > limit:
        yield violation(
            "limit", f"At most {limit} results were asked for, {len(sight.results)} came."
        )
    pages = answer.get("total_pages")
    if isinstance(pages, int) and sight.results and page > pages:
        yield violation("total-pages", f"Page {page} has results, of {pages} pages in all.")


def filters(sight: ParsedExchange) -> Iterator[Observation]:
    """What was filtered out does not come. Reference: Monitors, Logs, Incidents, Webhooks."""
    for name, fits in _FILTERS[sight.operation.id].items():
        text = sight.parameters.get(name)
        if text is None:
            continue
        strays = sum(not fits(item, text) for item in sight.results)
        if strays:
            yield violation(
                "filter", f"?{name}={text} let {strays} results through that do not fit."
            )


def identity(sight: ParsedExchange) -> Iterator[Observation]:
    """An answer about a monitor is about the one in the path. Reference: Monitors."""
    wanted = sight.exchange.monitor_id
    if not isinstance(sight.answer, dict):
        return
    given = sight.answer.get("id")
    if isinstance(given, str) and given.lower() != wanted:
        yield violation("identity", f"Monitor {wanted} was asked for, {given} came.")


def echo(sight: ParsedExchange) -> Iterator[Observation]:
    """A write answers what was written. Reference: Code Examples."""
    if not isinstance(sight.request, dict) or not isinstance(sight.answer, dict):
        return
    for name in _CONFIGURED:
        sent, given = sight.request.get(name), sight.answer.get(name)
        if sent is not None and given is not None and not _alike(sent, given):
            yield violation("echo", f"{name} was written as {sent!r} and answered as {given!r}.")


def incident_times(sight: ParsedExchange) -> Iterator[Observation]:
    """An incident lasts from its start to its end. Reference: Incidents."""
    for incident in sight.results:
        start, end = moment(incident.get("started_at")), moment(incident.get("resolved_at"))
        lasted = incident.get("duration_seconds")
        if start is None or end is None:
            continue
        if end < start:
            yield violation("incident", f"Incident {incident.get('id')} ends before it starts.")
        elif isinstance(lasted, int) and abs((end - start).total_seconds() - lasted) > 1:
            seconds = round((end - start).total_seconds())
            yield violation(
                "incident",
                f"Incident {incident.get('id')} lasted {seconds} s and tells {lasted}.",
            )


def order_of_rows(sight: ParsedExchange) -> Iterator[Observation]:
    """Rows of a log are in order of time, either way. Reference: Logs."""
    texts = [str(row.get("timestamp")) for row in sight.results]
    if _is_ordered(texts) and all(len(one) == 20 and one[19] == "Z" for one in texts):
        return  # times in one form and zone are in order where their texts are
    if not _is_ordered([at for one in texts if (at := moment(one)) is not None]):
        yield violation("order", "The rows are neither in order of time nor in the opposite one.")


def known_key(sight: ParsedExchange) -> Iterator[Observation]:
    """A key that is refused is the client's to look at. Reference: Error Codes, 401."""
    if b"authorization" in dict(sight.exchange.headers):
        yield mistake("key", "The key was refused.")


def _is_ordered(values: list[Any]) -> bool:
    return values in (sorted(values), sorted(values, reverse=True))


def _alike(sent: Any, given: Any) -> bool:
    if isinstance(sent, list) and isinstance(given, list):
        return set(map(str, sent)) == set(map(str, given))
    return bool(sent == given)


def _since(row: Mapping[str, Any], text: str) -> bool:
    at, bound = moment(row.get("timestamp")), _bound(text)
    return at is None or bound is None or at >= bound


def _until(row: Mapping[str, Any], text: str) -> bool:
    at, bound = moment(row.get("timestamp")), _bound(text)
    return at is None or bound is None or at <= bound


def _bound(text: str) -> Any:
    return moment(text.replace(" ", "+"))  # a plus that was not escaped


def _is(name: str) -> Callable[[Mapping[str, Any], str], bool]:
    return lambda item, text: str(item.get(name, text)).lower() == text.lower()


def _is_resolved(item: Mapping[str, Any], text: str) -> bool:
    flag = _FLAGS.get(text)
    return flag is None or "resolved_at" not in item or (item["resolved_at"] is not None) is flag


def _is_active(item: Mapping[str, Any], text: str) -> bool:
    flag = _FLAGS.get(text)
    return flag is None or "active" not in item or item["active"] is flag


_FILTERS: Mapping[str, Mapping[str, Callable[[Mapping[str, Any], str], bool]]] = {
    "listMonitors": {"status": _is("status")},
    "listMonitorLogs": {"from": _since, "to": _until},
    "listIncidents": {"monitor_id": _is("monitor_id"), "resolved": _is_resolved},
    "listWebhooks": {"active": _is_active},
}

Rule = Callable[[ParsedExchange], Iterator[Observation]]
_OF_SUCCESS: Mapping[str, tuple[Rule, ...]] = {
    "listMonitors": (page_size, filters),
    "createMonitor": (echo,),
    "getMonitor": (identity,),
    "updateMonitor": (identity, echo),
    "deleteMonitor": (identity,),
    "getMonitorStatus": (identity,),
    "listMonitorLogs": (identity, page_size, filters, order_of_rows),
    "listIncidents": (filters, incident_times),
    "createWebhook": (no_secret,),
    "listWebhooks": (no_secret, filters),
}
_OF_ERRORS: Mapping[int, tuple[Rule, ...]] = {
    **dict.fromkeys(_CODES, (error_code,)),
    400: (error_code, every_detail),
    401: (error_code, known_key),
    429: (error_code, retry_after),
}


def rules(sight: ParsedExchange) -> tuple[Rule, ...]:
    """Return what an exchange's meaning is held against."""
    if sight.succeeded:
        return _OF_SUCCESS.get(sight.operation.id, ())
    return _OF_ERRORS.get(sight.status, ())
