"""Filters of the list of incidents, alone and together. Reference: Incidents, GET /incidents."""

from collections import Counter
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list, expect_status, ids
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.incidents import unfiltered_incidents
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.session import OWN_KEYS
from statuspool_mock.conformance.active.sharing import shared

group = ClauseGroup("incidents.filters", section="Incidents, GET /incidents")
groups = (group,)


def _filtered(context: Context, **query: Any) -> tuple[list[dict[str, Any]], ServerResponse]:
    response = context.api.get("/incidents", query=query)
    return expect_list(response), response


def _is_open(incident: dict[str, Any]) -> bool:
    return incident.get("resolved_at") is None


def _filters_by_resolved(text: str, *, is_open: bool) -> Check:
    def check(context: Context) -> None:
        unfiltered = unfiltered_incidents(context)
        found, response = _filtered(context, resolved=text)
        for item in found:
            got = f"resolved_at {item.get('resolved_at')!r}"
            expected = "null: it is open" if is_open else "a time: it is resolved"
            expect(_is_open(item) is is_open, got, expected, response)
        if (response.fields.get("total_pages") or 1) > 1:
            return
        missing = set(ids(item for item in unfiltered if _is_open(item) is is_open))
        missing -= set(ids(found))
        if missing:  # it may have ended, or have been deleted with its monitor
            again = _filtered(context)[0]
            missing &= set(ids(item for item in again if _is_open(item) is is_open))
        got = f"a list without {sorted(missing)[:2]}"
        expect(not missing, got, "every such incident", response)
        kinds = {_is_open(item) for item in unfiltered}
        if not found and kinds == {is_open}:
            raise NotVerified("there are no incidents of the other kind")

    return named(check, f"filters_by_resolved_{text}")


for _text, _open in (("true", False), ("false", True)):
    group.clause(
        f"resolved-{_text}",
        f"GET /incidents?resolved={_text} lists every {'open' if _open else 'resolved'} incident "
        "and no other.",
        requests=2,
    )(_filters_by_resolved(_text, is_open=_open))


@group.clause(
    "monitor-id",
    "GET /incidents?monitor_id= lists every incident of that monitor and no other.",
    requests=2,
)
def filters_by_monitor(context: Context) -> None:
    for monitor_id, found in _by_monitor(context).items():
        for item in expect_list(found):
            got = f"an incident of {item.get('monitor_id')}"
            expect(item.get("monitor_id") == monitor_id, got, f"only of {monitor_id}", found)
        missing = set(_ids_of(unfiltered_incidents(context), monitor_id)) - set(ids(found.results))
        if missing and _is_whole(found):  # it may have been deleted with its monitor
            missing &= set(_ids_of(_filtered(context)[0], monitor_id))
        got = f"a list without {sorted(missing)[:2]} of {monitor_id}"
        expect(not missing or not _is_whole(found), got, "every incident of it", found)
    if len(_by_monitor(context)) < 2 and not context.options.read_only:
        quiet_id = context.minimal_monitor()["id"]
        incidents, response = _filtered(context, monitor_id=quiet_id)
        others = [item for item in incidents if item.get("monitor_id") != quiet_id]
        expect(not others, "incidents of another monitor", "no such incidents", response)


@shared
def _by_monitor(context: Context) -> dict[str, ServerResponse]:
    """The incidents of the two monitors that have most of them."""
    counts = Counter(str(item.get("monitor_id")) for item in unfiltered_incidents(context))
    return {
        monitor_id: context.api.get("/incidents", query={"monitor_id": monitor_id})
        for monitor_id in sorted(counts, key=lambda each: counts[each])[-2:]
    }


def _ids_of(incidents: list[dict[str, Any]], monitor_id: str) -> list[str]:
    return ids(item for item in incidents if item.get("monitor_id") == monitor_id)


def _is_whole(response: ServerResponse) -> bool:
    return (response.fields.get("total_pages") or 1) == 1


@group.clause(
    "complete",
    "GET /incidents without filters lists every incident that its filters list.",
    requests=0,
)
def lists_what_filters_list(context: Context) -> None:
    _by_monitor(context)
    filtered, known = set[str](), set[str]()
    for response in context.successes("listIncidents"):
        if response.key in OWN_KEYS:
            (filtered if "?" in response.url else known).update(ids(response.results))
    unknown = filtered - known
    if unknown:
        unknown = _unknown_now(context, unknown)
    got = f"a list without {sorted(unknown)[:2]}, which its filters list"
    expect(not unknown, got, "all incidents", context.api.last_response)


def _unknown_now(context: Context, unknown: set[str]) -> set[str]:
    """Return which of these are still listed by a filter and not without: they may have begun."""
    listed, response = _filtered(context)
    unknown = unknown - set(ids(listed))
    if not unknown:
        return unknown
    if not _is_whole(response):
        raise NotVerified("the list of incidents has more than one page")
    filters = [{"monitor_id": monitor_id} for monitor_id in _by_monitor(context)]
    filters += [{"resolved": text} for text in ("true", "false")]
    still = [_filtered(context, **each)[0] for each in filters]
    return unknown & set(ids(item for items in still for item in items))


@group.clause("both", "?monitor_id and ?resolved apply together.", requests=2)
def filters_by_both(context: Context) -> None:
    by_monitor: dict[str, set[bool]] = {}
    for item in unfiltered_incidents(context):
        by_monitor.setdefault(str(item.get("monitor_id")), set()).add(_is_open(item))
    mixed = [each for each, kinds in by_monitor.items() if len(kinds) > 1]
    for monitor_id in (mixed or list(by_monitor))[:1]:
        for text, is_open in (("true", False), ("false", True)):
            found, response = _filtered(context, monitor_id=monitor_id, resolved=text)
            for item in found:
                matches = item.get("monitor_id") == monitor_id and _is_open(item) is is_open
                expect(matches, f"{item!r:.90}", f"of {monitor_id}, resolved={text}", response)
            _expect_all_of_both(context, monitor_id, response, is_open=is_open)
    if not mixed and len(by_monitor) < 2:
        raise NotVerified("all incidents are of one kind")


def _expect_all_of_both(
    context: Context, monitor_id: str, response: ServerResponse, *, is_open: bool
) -> None:
    def matching(incidents: list[dict[str, Any]]) -> set[str]:
        kind = [item for item in incidents if _is_open(item) is is_open]
        return set(_ids_of(kind, monitor_id))

    missing = matching(unfiltered_incidents(context)) - set(ids(response.results))
    if missing and _is_whole(response):  # it may have ended, or have been deleted
        missing &= matching(_filtered(context)[0])
        got = f"a list without {sorted(missing)[:2]}"
        expect(not missing, got, "every incident that fits both filters", response)


@group.clause(
    "unknown-monitor", "A monitor that never existed has no incidents.", needs=(Need.TIME,)
)
def has_no_incidents_of_unknown_monitor(context: Context) -> None:
    query = {"monitor_id": context.api.ledger.fresh_id()}
    response = context.api.get("/incidents", query=query)
    expect_status(response, 200, 403, 404)
    incidents = len(response.results)
    expect(not incidents, f"{incidents} incidents", "no incidents", response)
