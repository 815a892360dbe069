"""One exchange by itself: whether the answer is one to this request."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from statuspool_mock.conformance.passive.observation import Observation, mistake, violation
from statuspool_mock.conformance.passive.parsed_exchange import ParsedExchange
from statuspool_mock.contract.reference import ERROR_CODES, MAX_PAGE_SIZE
from statuspool_mock.contract.tolerances import DURATION_ROUNDING_SECONDS
from statuspool_mock.time_parsing import moment

_FLAGS = {"true": True, "false": False}
_CONFIGURED = ("name", "url", "interval_seconds", "tags", "regions", "expected_status")


def error_code(parsed: ParsedExchange) -> Iterator[Observation]:
    """Each status has its code. Reference: Error Codes."""
    expected = ERROR_CODES[parsed.status]
    given = parsed.response.get("error") if isinstance(parsed.response, dict) else None
    if isinstance(given, str) and given != expected:
        yield violation("error-code", f"A {parsed.status} has the code {expected}, not {given!r}.")


def every_detail(parsed: ParsedExchange) -> Iterator[Observation]:
    """Each wrong field of a body has its entry. Reference: Error Codes, 400."""
    if not isinstance(parsed.request, dict):
        return
    if not parsed.operation.takes_body or not isinstance(parsed.response, dict):
        return
    wrong = {one.field.partition(".")[0] for one in parsed.operation.check_body(parsed.request)}
    details = parsed.response.get("details")
    told = details if isinstance(details, list) else []
    named = {
        str(one.get("field")).replace("[", ".").partition(".")[0]
        for one in told
        if isinstance(one, dict)
    }
    if missing := wrong - named - {"body"}:
        yield violation("details", f"details do not tell of {', '.join(sorted(missing))}.")


def retry_after(parsed: ParsedExchange) -> Iterator[Observation]:
    """A 429 tells the same seconds twice. Reference: Error Codes, 429."""
    if not isinstance(parsed.response, dict):
        return
    header, body = parsed.headers.get("retry-after"), parsed.response.get("retry_after")
    if header is not None and not header.isdigit():
        yield violation("retry-after", f"Retry-After is {header!r}, not a number of seconds.")
    elif header is not None and isinstance(body, int) and int(header) != body:
        yield violation("retry-after", f"Retry-After says {header} s, retry_after {body} s.")


def no_secret(parsed: ParsedExchange) -> Iterator[Observation]:
    """A webhook's secret never comes back. Reference: Webhooks."""
    sent = parsed.request.get("secret") if isinstance(parsed.request, dict) else None
    shown = [parsed.response] if isinstance(parsed.response, dict) else []
    if any("secret" in one for one in [*shown, *parsed.results]):
        yield violation("secret", "The answer has a webhook's secret.")
    elif isinstance(sent, str) and len(sent) >= 8 and sent.encode() in parsed.exchange.content:
        yield violation("secret", "The answer repeats the webhook's secret.")


def page_size(parsed: ParsedExchange) -> Iterator[Observation]:
    """A page is the one that was asked for, and no longer. Reference: Monitors, Logs."""
    response = parsed.response if isinstance(parsed.response, dict) else {}
    page, limit = parsed.number("page", 1), parsed.number("limit", MAX_PAGE_SIZE)
    if isinstance(response.get("page"), int) and response["page"] != page:
        yield violation("page", f"Page {page} was asked for, page {response['page']} came.")
    if 1 <= limit <= MAX_PAGE_SIZE and len(parsed.results) > limit:
        yield violation(
            "limit", f"At most {limit} results were asked for, {len(parsed.results)} came."
        )
    pages = response.get("total_pages")
    if isinstance(pages, int) and parsed.results and page > pages:
        yield violation("total-pages", f"Page {page} has results, of {pages} pages in all.")


def filters(parsed: ParsedExchange) -> Iterator[Observation]:
    """What was filtered out does not come. Reference: Monitors, Logs, Incidents, Webhooks."""
    for name, fits in _FILTERS[parsed.operation.id].items():
        text = parsed.parameters.get(name)
        if text is None:
            continue
        strays = sum(not fits(item, text) for item in parsed.results)
        if strays:
            yield violation(
                "filter", f"?{name}={text} let {strays} results through that do not fit."
            )


def identity(parsed: ParsedExchange) -> Iterator[Observation]:
    """An answer about a monitor is about the one in the path. Reference: Monitors."""
    wanted = parsed.exchange.monitor_id
    if not isinstance(parsed.response, dict):
        return
    given = parsed.response.get("id")
    if isinstance(given, str) and given.lower() != wanted:
        yield violation("identity", f"Monitor {wanted} was asked for, {given} came.")


def echo(parsed: ParsedExchange) -> Iterator[Observation]:
    """A write answers what was written. Reference: Code Examples."""
    if not isinstance(parsed.request, dict) or not isinstance(parsed.response, dict):
        return
    for name in _CONFIGURED:
        sent, given = parsed.request.get(name), parsed.response.get(name)
        if sent is not None and given is not None and not _alike(sent, given):
            yield violation("echo", f"{name} was written as {sent!r} and answered as {given!r}.")


def incident_times(parsed: ParsedExchange) -> Iterator[Observation]:
    """An incident lasts from its start to its end. Reference: Incidents."""
    for incident in parsed.results:
        start, end = moment(incident.get("started_at")), moment(incident.get("resolved_at"))
        lasted = incident.get("duration_seconds")
        if start is None or end is None:
            continue
        if end < start:
            yield violation("incident", f"Incident {incident.get('id')} ends before it starts.")
        elif (
            isinstance(lasted, int)
            and abs((end - start).total_seconds() - lasted) > DURATION_ROUNDING_SECONDS
        ):
            seconds = round((end - start).total_seconds())
            yield violation(
                "incident",
                f"Incident {incident.get('id')} lasted {seconds} s and tells {lasted}.",
            )


def order_of_rows(parsed: ParsedExchange) -> Iterator[Observation]:
    """Rows of a log are in order of time, either way. Reference: Logs."""
    texts = [str(row.get("timestamp")) for row in parsed.results]
    if _is_ordered(texts) and all(len(one) == 20 and one[19] == "Z" for one in texts):
        return  # times in one form and zone are in order where their texts are
    if not _is_ordered([at for one in texts if (at := moment(one)) is not None]):
        yield violation("order", "The rows are neither in order of time nor in the opposite one.")


def known_key(parsed: ParsedExchange) -> Iterator[Observation]:
    """A key that is refused is the client's to look at. Reference: Error Codes, 401."""
    if b"authorization" in dict(parsed.exchange.headers):
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
    **dict.fromkeys(ERROR_CODES, (error_code,)),
    400: (error_code, every_detail),
    401: (error_code, known_key),
    429: (error_code, retry_after),
}


def rules(parsed: ParsedExchange) -> tuple[Rule, ...]:
    """Return what an exchange's meaning is held against."""
    if parsed.succeeded:
        return _OF_SUCCESS.get(parsed.operation.id, ())
    return _OF_ERRORS.get(parsed.status, ())
