"""Odd requests, and requests for what does not exist. Reference: Error Codes."""

from statuspool_mock.conformance.active.assertions import expect, expect_equal, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context, created_monitor
from statuspool_mock.conformance.active.levels import Level, Need

group = ClauseGroup("errors", section="Error Codes")
robust = ClauseGroup("robust", section="Error Codes, 500")
groups = (robust, group)
_ODD_TEXT = "\u0000 \u0007 \u202e \ufeff"
_ODD_IDS = ("abc", "0", "%00", "%F0%9F")
_READINGS = ("/logs", "", "/status")


@robust.clause(
    "malformed-id",
    "An id that is not a UUID is a 404 or a 400, never a 5xx.",
    level=Level.INFERRED,
    section="Error Codes, 404",
    requests=3,
)
def handles_malformed_id(context: Context) -> None:
    readings = _READINGS[:1] if context.options.is_quick else _READINGS
    for number, reading in enumerate(readings, context.options.seed):
        response = context.api.get(f"/monitors/{_ODD_IDS[number % len(_ODD_IDS)]}{reading}")
        expect_status(response, 404, 400, because="there is no such monitor")


@robust.clause(
    "write-to-malformed-id",
    "PUT and DELETE of an id that is not a UUID are a 404 or a 400, never a 5xx.",
    level=Level.INFERRED,
    section="Error Codes, 404",
    needs=(Need.WRITES, Need.TIME),
    requests=2,
)
def refuses_writes_to_malformed_id(context: Context) -> None:
    path = f"/monitors/{_ODD_IDS[0]}"
    changed = context.api.send("PUT", path, value={"tags": ["a"]})
    expect_status(changed, 404, 400, because="there is no such monitor")
    deleted = context.api.send("DELETE", path)
    expect_status(deleted, 404, 400, because="there is no such monitor")


@robust.clause(
    "odd-characters",
    "A name with control characters is stored or refused, never a 5xx.",
    level=Level.INFERRED,
    needs=(Need.WRITES,),
    requests=2,
)
def handles_odd_characters(context: Context) -> None:
    for text in (_ODD_TEXT,) if context.options.is_quick else (_ODD_TEXT, "\u0000"):
        name = f"{context.mark} {text} end"
        response = context.api.send("POST", "/monitors", value=context.body(name=name))
        expect_status(response, 201, 200, 400, because="it is stored or refused")


@robust.clause(
    "huge-values",
    "Huge numbers and deep or long values are refused, never a 5xx.",
    level=Level.INFERRED,
    needs=(Need.WRITES, Need.TIME),
    requests=4,
)
def refuses_huge_values(context: Context) -> None:
    path = f"/monitors/{context.scratch_monitor()['id']}"
    for value in (
        {"interval_seconds": 10**30},
        {"expected_status": 10**30},
        {"name": "n" * 100_000},
        {"tags": [[[[["deep"]]]]]},
    ):
        expect_status(context.api.send("PUT", path, value=value), 400, 413)


@robust.clause(
    "long-values",
    "A long url and many tags are stored whole or refused, never cut off.",
    level=Level.INFERRED,
    needs=(Need.WRITES, Need.TIME),
    requests=2,
)
def stores_long_values(context: Context) -> None:
    values = {
        "url": f"https://api.example.com/{'path/' * 80}health",
        "tags": [f"tag-{number}-{'n' * 50}" for number in range(40)],
    }
    body = context.body(name=f"{context.mark} long", **values)
    response = context.api.send("POST", "/monitors", value=body)
    expect_status(response, 201, 200, 400)
    if response.is_success:
        stored = context.read(created_monitor(response)["id"])
        for field, value in values.items():
            expect_equal(stored.get(field), value, field, response)


@robust.clause(
    "no-regions",
    "A PUT of an empty array of regions is stored or refused, never a 5xx.",
    level=Level.INFERRED,
    needs=(Need.WRITES, Need.TIME),
)
def handles_empty_regions(context: Context) -> None:
    path = f"/monitors/{context.scratch_monitor()['id']}"
    response = context.api.send("PUT", path, value={"regions": []})
    expect_status(response, 200, 400, because="it is stored or refused")


@robust.clause(
    "odd-queries",
    "Odd query parameters are refused or ignored, never a 5xx.",
    level=Level.INFERRED,
    requests=3,
    needs=(Need.TIME,),
)
def handles_odd_queries(context: Context) -> None:
    for query in (
        [("page", "1"), ("page", "2")],
        [("status", ""), ("limit", ""), ("page", "")],
        [("unheard-of", "\u0000'\";--")],
    ):
        expect_status(context.api.get("/monitors", query=query), 200, 400)


@robust.clause(
    "odd-filter-values",
    "Invalid filter values are refused, never a 5xx.",
    level=Level.INFERRED,
    requests=3,
    needs=(Need.TIME,),
)
def refuses_odd_filter_values(context: Context) -> None:
    for path, query in (
        ("/incidents", {"resolved": "perhaps"}),
        ("/webhooks", {"active": "perhaps"}),
    ):
        response = context.api.get(path, query=query)
        expect_status(response, 400, because="the value is neither true nor false")
    response = context.api.get("/incidents", query={"monitor_id": "no-uuid"})
    expect_status(response, 400, 404, 200)
    incidents = len(response.results)
    expect(not incidents, f"{incidents} incidents", "no incidents", response)


def _refuses_unknown(suffix: str) -> Check:
    def check(context: Context) -> None:
        response = context.api.get(f"/monitors/{context.api.ledger.fresh_id()}{suffix}")
        expect_status(response, 404, because="there is no such monitor")

    return check


for _name, _suffix in (("monitor", ""), ("status", "/status"), ("logs", "/logs")):
    group.clause(
        f"unknown-{_name}",
        f"GET /monitors/{{id}}{_suffix} of a monitor that never existed is a 404.",
        section="Error Codes, 404",
        needs=(Need.TIME,),  # delete.then-404 and delete.unknown-monitor check much the same
    )(named(_refuses_unknown(_suffix), f"refuses_unknown_{_name}"))


@group.clause(
    "unknown-path",
    "An unknown path is a JSON error.",
    level=Level.INFERRED,
    section="Error Codes, 404",
    needs=(Need.TIME,),
)
def refuses_unknown_path(context: Context) -> None:
    response = context.api.get("/no-such-resource")
    expect(400 <= response.status < 500, response.summary(), "404", response)
    expect("error" in response.fields, response.summary(), "a JSON error", response)


@group.clause(
    "other-method",
    "A method that a path does not have is a JSON error.",
    level=Level.INFERRED,
    section="Error Codes",
    needs=(Need.WRITES, Need.TIME),
)
def refuses_other_method(context: Context) -> None:
    response = context.api.send("PATCH", f"/monitors/{context.api.ledger.fresh_id()}", value={})
    expect(400 <= response.status < 500, response.summary(), "405 or 404", response)
    expect("error" in response.fields, response.summary(), "a JSON error", response)
