"""Deletions beside other requests. Reference: Monitors, DELETE /monitors/{id}."""

from statuspool_mock.conformance.active.assertions import expect, expect_equal
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.parallel_rounds import (
    DeletedTwice,
    DeletedWhileUsed,
    delete_rounds,
    in_rounds,
)
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.session import MAIN

group = ClauseGroup("concurrency", section="Monitors, DELETE /monitors/{id}")
groups = (group,)
_NEEDS = (Need.WRITES, Need.TIME)


@group.clause(
    "deletes-once",
    "Of two DELETEs of a monitor at the same time, one succeeds, and the other is a 404.",
    section="Monitors, DELETE /monitors/{id}; Error Codes, 404",
    needs=_NEEDS,
    requests=0,
)
def deletes_once(context: Context) -> None:
    in_rounds(delete_rounds(context).twice, lambda done: _deletes_once(context, done))


def _deletes_once(context: Context, done: DeletedTwice) -> None:
    statuses = [each.status for each in done.deletes]
    last = done.deletes[-1]
    got = f"{' and '.join(map(str, statuses))} to two DELETEs at the same time"
    if all(status in {403, 404, 410} for status in statuses):
        raise Finding(got, "one that succeeds", last)
    if all(each.is_success for each in done.deletes):
        again = context.api.send("DELETE", f"/monitors/{done.monitor_id}")
        expect(again.is_success, f"{got}, and {again.status} to a third", "one 404", last)


@group.clause(
    "deleted-stays-deleted",
    "A monitor that is deleted while it is changed and read does not exist afterwards.",
    section="Monitors, DELETE /monitors/{id}",
    needs=_NEEDS,
    requests=0,
)
def keeps_deleted(context: Context) -> None:
    in_rounds(delete_rounds(context).while_used, lambda done: _keeps_deleted(context, done))


def _keeps_deleted(context: Context, done: DeletedWhileUsed) -> None:
    for response in done.uses:
        if response.is_success and "id" in response.fields:
            expect_equal(response.fields["id"], done.monitor_id, "id", response)
    if done.delete.is_success:
        if done.after.is_success:
            context.api.ledger.adopt(done.monitor_id, key=MAIN)
        got = f"{done.after.summary()} after DELETE with a PUT beside it"
        expect(not done.after.is_success, got, "404", done.after)
