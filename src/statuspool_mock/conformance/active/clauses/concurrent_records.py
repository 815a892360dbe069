"""Webhooks and incidents created at the same time. Reference: Incidents; Webhooks."""

from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list, ids
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.concurrency import expect_own_values
from statuspool_mock.conformance.active.clauses.parallel_rounds import (
    Written,
    is_whole,
    record_round,
)
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.levels import Need

group = ClauseGroup("concurrency", section="Incidents; Webhooks")
groups = (group,)
_NEEDS = (Need.WRITES, Need.TIME, Need.PERMANENT)


@group.clause(
    "registers-each-webhook",
    "Each of several webhooks registered at the same time has its own id, token and events.",
    section="Webhooks, POST /webhooks",
    needs=_NEEDS,
    requests=7,
)
def registers_each_webhook(context: Context) -> None:
    done = record_round(context)
    created = [each for each in done.webhooks if each.response.is_success]
    for name in ("id", "webhook_id", "verification_token"):
        _expect_distinct(created, name)
    listed = {item.get("url"): item for item in expect_list(done.listed_webhooks)}
    for each in created if is_whole(done.listed_webhooks) else ():
        item = listed.get(each.sent["url"])
        got = f"a list without {each.sent['url']}, registered beside others"
        expect(item, got, "every registered webhook", done.listed_webhooks)
        events = (item or {}).get("events")
        is_same = isinstance(events, list) and set(map(str, events)) == set(each.sent["events"])
        expect(is_same, f"events {events!r}", repr(each.sent["events"]), done.listed_webhooks)


@group.clause(
    "records-each-incident",
    "Each of several incidents recorded at the same time is listed, under its own id.",
    section="Incidents, POST /incidents",
    needs=_NEEDS,
    requests=0,
)
def records_each_incident(context: Context) -> None:
    done = record_round(context)
    created = [each for each in done.incidents if each.response.is_success]
    _expect_distinct(created, "id")
    for each in created:
        expect_own_values(each)
    if not is_whole(done.listed_incidents):
        raise NotVerified("the list of incidents has more than one page")
    missing = {each.id for each in created} - set(ids(done.listed_incidents.results))
    got = f"a list without {sorted(missing)}, recorded beside each other"
    expect(not missing, got, "every recorded incident", done.listed_incidents)


def _expect_distinct(created: list[Written], name: str) -> None:
    seen: dict[Any, Written] = {}
    for each in created:
        value = each.response.fields.get(name)
        if value is not None:
            expect(value not in seen, f"{name} {value!r} twice", "one each", each.response)
            seen[value] = each
