"""Incidents: recorded, listed, filtered. Reference: Incidents."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import (
    expect,
    expect_equal,
    expect_list,
    expect_status,
)
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.time_parsing import moment

group = ClauseGroup("incidents", section="Incidents, POST /incidents")
groups = (group,)
_LIST = "Incidents, GET /incidents"
_PERMANENT = (Need.PERMANENT,)
_COSTLY = (Need.PERMANENT, Need.TIME)
_MAX_PAGES = 20


@dataclass(frozen=True, slots=True)
class ListedIncident:
    """The recorded incident as the list shows it, if it does, and the page that was read last."""

    incident: dict[str, Any] | None
    response: ServerResponse


def incident_body(context: Context, **changes: Any) -> dict[str, Any]:
    """Return a body that POST /incidents accepts, with some changes."""
    return {
        "monitor_id": context.example_monitor()["id"],
        "title": f"{context.mark} Planned work — 🚢",
        "description": '**Markdown**\n\n- one < two & "three"\n- two — ü',
        **changes,
    }


@shared
def recorded(context: Context) -> ServerResponse:
    """The response to POST /incidents."""
    context.incident_list()  # the list has been read before: it may be cached now
    return context.api.send("POST", "/incidents", value=incident_body(context))


def some_incidents(context: Context) -> ServerResponse:
    """Return the list, with an incident of this run where one can be recorded."""
    if context.options.may_create_permanent:
        with suppress(NotVerified):
            return _listed(context).response
    return context.incident_list()


@shared
def _listed(context: Context) -> ListedIncident:
    """The list after an incident was recorded."""
    incident_id = recorded(context).fields.get("id")
    if not incident_id:
        raise NotVerified("no incident was recorded")
    page, total = 1, 1
    while True:
        response = context.api.get("/incidents", query={"page": page} if page > 1 else ())
        for item in expect_list(response):
            if item.get("id") == incident_id:
                return ListedIncident(item, response)
        if page == 1 and isinstance(response.fields.get("total_pages"), int):
            total = min(response.fields["total_pages"], _MAX_PAGES)
        page += 1
        if page > total:
            return ListedIncident(None, response)


@group.clause("record", "POST /incidents records an incident.", needs=_PERMANENT)
def records_incident(context: Context) -> None:
    response = recorded(context)
    expect_status(response, 201, 200)
    expect(response.fields.get("id"), response.summary(), "the incident with its id", response)


@group.clause(
    "keeps-fields",
    "The response has the monitor, and title and description, where present, as sent.",
    needs=_PERMANENT,
    requests=0,
)
def returns_sent_fields(context: Context) -> None:
    response = recorded(context)
    expect_status(response, 201, 200)
    for field, value in incident_body(context).items():
        if field == "monitor_id" or field in response.fields:
            expect_equal(response.fields.get(field), value, field, response)


@group.clause(
    "is-listed",
    "A recorded incident is listed with its monitor.",
    section=_LIST,
    needs=_PERMANENT,
    requests=1,
)
def lists_recorded_incident(context: Context) -> None:
    listed = _listed(context)
    found, response = listed.incident or {}, listed.response
    expect(found, "a list without it", "the recorded incident", response)
    for field, value in incident_body(context).items():
        if field == "monitor_id" or field in found:
            expect_equal(found.get(field), value, f"listed {field}", response)


@group.clause(
    "regions-of-its-monitor",
    "affected_regions of a recorded incident are regions of its monitor.",
    section=_LIST,
    needs=_PERMANENT,
    requests=0,
)
def lists_regions_of_its_monitor(context: Context) -> None:
    listed = _listed(context)
    affected = (listed.incident or {}).get("affected_regions")
    if not isinstance(affected, list):
        raise NotVerified("the incident has no affected_regions")
    regions = context.read(str(context.example_monitor()["id"])).get("regions")
    allowed = set(map(str, regions)) if isinstance(regions, list) else set()
    expect(
        set(map(str, affected)) <= allowed,
        f"affected_regions {affected}",
        f"some of {regions}",
        listed.response,
    )


@group.clause(
    "unknown-monitor",
    "POST /incidents for a monitor that does not exist is a 404.",
    section="Error Codes, 404",
    needs=_PERMANENT,
)
def refuses_unknown_monitor(context: Context) -> None:
    body = {"monitor_id": context.api.ledger.fresh_id(), "title": f"{context.mark} ghost"}
    expect_status(context.api.send("POST", "/incidents", value=body), 404, 400, 403)


@group.clause(
    "body-broken", "POST /incidents with a malformed body is a 400.", needs=_COSTLY, requests=2
)
def refuses_malformed_body(context: Context) -> None:
    for raw in (b'{"title": ', b"[]"):
        expect_status(context.api.send("POST", "/incidents", body=raw), 400)


@group.clause(
    "long-texts",
    "A long title and description with spaces around them are stored whole or refused.",
    needs=_COSTLY,
    requests=2,
)
def stores_long_texts(context: Context) -> None:
    texts = {
        "title": f"  {context.mark} {'Planned work on the database, ' * 12}end  ",
        "description": "    code of the plan\n" + "- **step** of the plan\n" * 200 + "end",
    }
    response = context.api.send("POST", "/incidents", value=incident_body(context, **texts))
    expect_status(response, 201, 200, 400)
    listed = context.api.get(
        "/incidents", query={"monitor_id": incident_body(context)["monitor_id"]}
    )
    for item in (response.fields, *listed.results):
        if isinstance(item, dict) and item.get("id") == response.fields.get("id"):
            for field, text in texts.items():
                expect_equal(item.get(field, text), text, field, response)


def shown_incidents(context: Context) -> Iterator[tuple[dict[str, Any], ServerResponse]]:
    """Yield the incidents of the list, before and after one of this run was recorded."""
    for response in (context.incident_list(), some_incidents(context)):
        for item in response.results:
            if isinstance(item, dict):
                yield item, response


def unfiltered_incidents(context: Context) -> list[dict[str, Any]]:
    """Return the incidents of the list, each once, with one of this run where it may record one.

    Raises `NotVerified` where there are none.
    """
    incidents = {str(item.get("id")): item for item, _ in shown_incidents(context)}
    if not incidents:
        raise NotVerified("the team has no incidents")
    return list(incidents.values())


@group.clause("times", "No incident is resolved before it started.", section=_LIST, requests=0)
def ends_after_start(context: Context) -> None:
    compared = 0
    for item, response in shown_incidents(context):
        compared += 1
        began, ended = moment(item.get("started_at")), moment(item.get("resolved_at"))
        if began and ended:
            expect(ended >= began, f"{began} to {ended}", "an end after the start", response)
    if not compared:
        raise NotVerified("the team has no incidents")
