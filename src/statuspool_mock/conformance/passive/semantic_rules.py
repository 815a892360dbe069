"""Check whether a response fits its request, for one exchange by itself."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from statuspool_mock.conformance.passive.observation import Observation, mistake, violation
from statuspool_mock.conformance.passive.parsed_exchange import ParsedExchange
from statuspool_mock.contract import rulings
from statuspool_mock.contract.reference import ERROR_CODES, MAX_PAGE_SIZE
from statuspool_mock.contract.tolerances import DURATION_ROUNDING_SECONDS
from statuspool_mock.time_parsing import moment

_MIN_KEY_BYTES = 5
_FLAGS = {"true": True, "false": False}
_CONFIGURATION = ("name", "url", "interval_seconds", "tags", "regions", "expected_status")


def error_code(parsed: ParsedExchange) -> Iterator[Observation]:
    """Each status has its code. Reference: Error Codes."""
    expected, given = ERROR_CODES[parsed.status], parsed.fields.get("error")
    if isinstance(given, str) and given != expected:
        yield violation(
            "error-code", f"expected {expected} in error of a {parsed.status}, got {given!r}."
        )


def error_message(parsed: ParsedExchange) -> Iterator[Observation]:
    """Each error has a message. Reference: Error Codes."""
    message = parsed.fields.get("message")
    if isinstance(message, str) and not message.strip():
        yield violation("error-message", "expected a text in message, got an empty one.")


def no_leaks(parsed: ParsedExchange) -> Iterator[Observation]:
    """No error shows the key or a traceback. Reference: Error Codes."""
    authorization = dict(parsed.exchange.headers).get(b"authorization", b"")
    key = authorization.rpartition(b" ")[2].strip()
    if len(key) > _MIN_KEY_BYTES and key in parsed.exchange.content:
        yield violation("leak", "expected no key in the response, got the request's.")
    if b"Traceback (most" in parsed.exchange.content:
        yield violation("leak", "expected a message for people, got a traceback.")


def every_detail(parsed: ParsedExchange) -> Iterator[Observation]:
    """Each invalid field of a body has its entry in details. Reference: Error Codes, 400."""
    if not isinstance(parsed.request, dict) or not parsed.operation.takes_body:
        return
    invalid = {one.field.partition(".")[0] for one in parsed.required.check_body(parsed.request)}
    named = rulings.named_fields(parsed.fields.get("details"))
    if missing := invalid - named - {"body"}:
        names = ", ".join(sorted(missing))
        yield violation("details", f"expected details that also name {names}.")


def failure(parsed: ParsedExchange) -> Iterator[Observation]:
    """No request makes the server fail, unless it asks the mock for that. Error Codes, 500."""
    preferred = dict(parsed.exchange.headers).get(b"prefer", b"")
    if f"code={parsed.status}".encode() not in preferred.replace(b" ", b""):
        yield violation("failure", f"expected a response below 500, got {parsed.status}.")


def retry_after(parsed: ParsedExchange) -> Iterator[Observation]:
    """A 429 states the seconds to wait, twice. Reference: Error Codes, 429."""
    header, body = parsed.headers.get("retry-after"), parsed.fields.get("retry_after")
    if header is None:
        return
    if not rulings.is_retry_after(header):
        yield violation("retry-after", f"expected seconds from 1 to 60, got {header!r}.")
    elif isinstance(body, int) and int(header) != body:
        yield violation(
            "retry-after", f"expected {header} in retry_after, as in Retry-After, got {body}."
        )


def no_secret(parsed: ParsedExchange) -> Iterator[Observation]:
    """No response shows a webhook's secret. Reference: Webhooks."""
    sent = parsed.request.get("secret") if isinstance(parsed.request, dict) else None
    shown = [parsed.response] if isinstance(parsed.response, dict) else []
    if any("secret" in one for one in [*shown, *parsed.results]):
        yield violation("secret", "expected no secret in the response, got one.")
    elif isinstance(sent, str) and len(sent) >= 8 and sent.encode() in parsed.exchange.content:
        yield violation("secret", "expected no secret in the response, got the request's.")


def page_size(parsed: ParsedExchange) -> Iterator[Observation]:
    """A page has the number and at most the size that was requested. Reference: Monitors, Logs."""
    response = parsed.fields
    page, limit = parsed.number("page", 1), parsed.number("limit", MAX_PAGE_SIZE)
    if isinstance(response.get("page"), int) and response["page"] != page:
        yield violation("page", f"expected page {page}, got page {response['page']}.")
    if 1 <= limit <= MAX_PAGE_SIZE and len(parsed.results) > limit:
        yield violation("limit", f"expected at most {limit} results, got {len(parsed.results)}.")
    pages = response.get("total_pages")
    if isinstance(pages, int) and parsed.results and page > pages:
        yield violation("total-pages", f"expected no results on page {page} of {pages}.")


def filters(parsed: ParsedExchange) -> Iterator[Observation]:
    """Filters hold for every result. Reference: Monitors, Logs, Incidents, Webhooks."""
    for name, fits in _FILTERS[parsed.operation.id].items():
        text = parsed.parameters.get(name)
        if text is None:
            continue
        others = sum(not fits(item, text) for item in parsed.results)
        if others:
            yield violation(
                "filter", f"expected only results that fit {name}={text}, got {others} others."
            )


def identity(parsed: ParsedExchange) -> Iterator[Observation]:
    """A response is about the monitor in the path. Reference: Monitors."""
    expected, given = parsed.exchange.monitor_id, parsed.fields.get("id")
    if isinstance(given, str) and given.lower() != expected:
        yield violation("identity", f"expected monitor {expected}, got {given}.")


def sla_summary(parsed: ParsedExchange) -> Iterator[Observation]:
    """A monitor has an SLA summary of 30 days. Reference: Monitors, GET /monitors/{id}."""
    if parsed.fields and not rulings.has_sla_summary(parsed.fields):
        yield violation("sla", f"expected an SLA summary, got {', '.join(parsed.fields)}.")


def echo(parsed: ParsedExchange) -> Iterator[Observation]:
    """The response to a write shows the values that were sent. Reference: Code Examples."""
    if not isinstance(parsed.request, dict):
        return
    for name in _CONFIGURATION:
        sent, given = parsed.request.get(name), parsed.fields.get(name)
        if sent is not None and given is not None and not _alike(sent, given):
            yield violation("echo", f"expected {name} {sent!r}, as sent, got {given!r}.")


def incident_times(parsed: ParsedExchange) -> Iterator[Observation]:
    """The duration of an incident is that from its start to its end. Reference: Incidents."""
    for incident in parsed.results:
        start, end = moment(incident.get("started_at")), moment(incident.get("resolved_at"))
        lasted = incident.get("duration_seconds")
        if start is None or end is None:
            continue
        if end < start:
            yield violation("incident", f"incident {incident.get('id')} ends before it starts.")
        elif (
            isinstance(lasted, int)
            and abs((end - start).total_seconds() - lasted) > DURATION_ROUNDING_SECONDS
        ):
            seconds = round((end - start).total_seconds())
            yield violation(
                "incident",
                f"expected duration_seconds {seconds}, got {lasted}, in {incident.get('id')}.",
            )


def order_of_rows(parsed: ParsedExchange) -> Iterator[Observation]:
    """The rows of a log are in order of time, either way. Reference: Logs."""
    texts = [str(row.get("timestamp")) for row in parsed.results]
    if _is_ordered(texts) and all(len(one) == 20 and one[19] == "Z" for one in texts):
        return  # times in one form and zone are in order where their texts are
    if not _is_ordered([at for one in texts if (at := moment(one)) is not None]):
        yield violation("order", "expected rows in order of time, oldest or newest first.")


def known_key(parsed: ParsedExchange) -> Iterator[Observation]:
    """The client has to find out why its key was refused. Reference: Error Codes, 401."""
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
_SUCCESS_RULES: Mapping[str, tuple[Rule, ...]] = {
    "listMonitors": (page_size, filters),
    "createMonitor": (echo,),
    "getMonitor": (identity, sla_summary),
    "updateMonitor": (identity, echo),
    "deleteMonitor": (identity,),
    "getMonitorStatus": (identity,),
    "listMonitorLogs": (identity, page_size, filters, order_of_rows),
    "listIncidents": (filters, incident_times),
    "createWebhook": (no_secret,),
    "listWebhooks": (no_secret, filters),
}
_STATUS_RULES: Mapping[int, tuple[Rule, ...]] = {
    400: (every_detail,),
    401: (known_key,),
    429: (retry_after,),
    500: (failure,),  # all others of this kind are undocumented
}


def rules(parsed: ParsedExchange) -> tuple[Rule, ...]:
    """Return the rules that apply to an exchange."""
    if parsed.succeeded:
        return _SUCCESS_RULES.get(parsed.operation.id, ())
    general = (error_code,) if parsed.status in ERROR_CODES else ()
    return (*general, error_message, no_leaks, *_STATUS_RULES.get(parsed.status, ()))
