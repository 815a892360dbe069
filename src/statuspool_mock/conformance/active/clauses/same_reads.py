"""One question, asked several times at the same time with each key of the team, has one answer.

Each filter of each list is sent at least six times in a run, and with both keys: five of six runs
meet one faulty replica among four. Reference: all lists.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from statuspool_mock import contract
from statuspool_mock.conformance.active.assertions import expect_list, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.all_lists import query_of
from statuspool_mock.conformance.active.clauses.incidents import unfiltered_incidents
from statuspool_mock.conformance.active.clauses.log_filters import middle_of_log
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.routes import ROUTES, Route
from statuspool_mock.conformance.active.session import MAIN, OWN_KEYS, Sending

group = ClauseGroup("concurrency", section="Monitors; Logs; Incidents; Webhooks")
groups = (group,)
_ASKED_IN_A_RUN, _LEAST_AT_ONCE = 6, 2
_MOST_ROUNDS = 4
"""How often it is asked again where the answers differ: something may just have changed."""
_PAGED = ("page", "limit")
_FLAGS = ("true", "false")
_UNSTEADY = {"duration_seconds", "response_time_ms", "last_check_at"}
Query = Mapping[str, str]


def _questions() -> Iterator[tuple[Route, Query]]:
    """Yield each read of the document: of a list, with its filters, alone and together.

    A filter that takes any value is empty: each run fills it in.
    """
    for route in ROUTES:
        parameters = contract.load().operations[route.operation].definition["parameters"]
        schemas = {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}
        if route.is_read and not schemas:
            yield route, {}
        for query in _queries({n: s for n, s in schemas.items() if n not in _PAGED}):
            yield route, query


def _queries(schemas: Mapping[str, Mapping[str, Any]]) -> Iterator[Query]:
    free = {name: "" for name, schema in schemas.items() if not _values(schema)}
    for name in free:
        yield {name: ""}
    for name, schema in schemas.items():
        for value in _values(schema):
            yield {name: value}
            if free:
                yield {**free, name: value}


def _values(schema: Mapping[str, Any]) -> Sequence[str]:
    values: Sequence[str] = _FLAGS if schema.get("type") == "boolean" else schema.get("enum", ())
    return values


def _sending(context: Context, route: Route, query: Query, key: str) -> Sending:
    """Return a request with values for what is empty."""
    path, filled = route.path, dict(query)
    if not query:
        path = path.replace("{id}", str(context.sample_monitors()[0]["id"]))
    elif route.is_of_monitor:
        path, at = middle_of_log(context)
        filled = dict.fromkeys(query, at)
    elif "monitor_id" in query:
        filled["monitor_id"] = str(unfiltered_incidents(context)[0].get("monitor_id"))
    if "limit" in contract.load().operations[route.operation].parameters:
        filled["limit"] = "100"
    return Sending(method="GET", path=path, query=filled, key=key)


def _number_asked(context: Context, route: Route, query: Query) -> int:
    """Return how often this run has sent the filters so far, alone or with others."""
    asked = 0
    for response in context.successes(route.operation):
        sent = query_of(response) or {}
        is_alike = all(name in sent and query[name] in {"", sent[name]} for name in query)
        asked += response.key in OWN_KEYS and is_alike
    return asked


def _shown(response: ServerResponse) -> frozenset[str]:
    """Return the items of a response, without what changes from second to second."""
    expect_status(response, 200)
    items = expect_list(response) if "results" in response.fields else [response.fields]
    return frozenset(
        repr(sorted((name, _steady(name, value)) for name, value in item.items())) for item in items
    )


def _steady(name: str, value: Any) -> Any:
    """Return a value without what changes from second to second."""
    if isinstance(value, dict):  # such as an SLA summary
        return {each: _steady(each, part) for each, part in value.items()}
    if name == "uptime_30d" and isinstance(value, float):
        return round(value, 1)
    return type(value).__name__ if name in _UNSTEADY else value


def _has_one_answer(route: Route, query: Query) -> Check:
    def check(context: Context) -> None:
        keys = OWN_KEYS if context.options.readonly_key else (MAIN,)
        sendings = [_sending(context, route, query, key) for key in keys]
        copies = max(_LEAST_AT_ONCE, _ASKED_IN_A_RUN - _number_asked(context, route, query))
        together = [each for each, _ in zip(cycle(sendings), range(copies), strict=False)]
        differences: list[Finding] = []
        for _ in range(_MOST_ROUNDS):
            differences += _differences(context.api.send_together(together))
            if len(differences) > 1:
                raise differences[-1]
            if not differences:
                return

    return named(check, f"lists_alike_{route.name}_{'_'.join(map('_'.join, query.items()))}")


def _differences(responses: list[ServerResponse]) -> Iterator[Finding]:
    """Yield a finding where the responses to one question are not alike."""
    shown = [_shown(response) for response in responses]
    (usual, _), *others = Counter(shown).most_common()
    if others:
        odd = next(place for place, each in enumerate(shown) if each != usual)
        got, expected = (sorted(each)[:1] for each in (shown[odd] - usual, usual - shown[odd]))
        yield Finding(
            f"{len(shown[odd])} items, {got} among them",
            f"{len(usual)} items, {expected} among them, as in other responses at the same time",
            responses[odd],
        )


for _route, _query in _questions():
    _texts = {name: f"{name}={text}" if text else name for name, text in _query.items()}
    _label = "-".join(_texts.values()).translate({ord("="): "-", ord("_"): "-"})
    _where = f"{_route.path}?{'&'.join(_texts.values())}".rstrip("?")
    group.clause(
        f"same-reads.{_route.name}{_label and f'.{_label}'}",
        f"GET {_where}, sent several times at once with each key, has one answer.",
        level=Level.INFERRED,
        needs=(Need.TIME,),
        requests=_ASKED_IN_A_RUN // 2,
    )(_has_one_answer(_route, _query))
