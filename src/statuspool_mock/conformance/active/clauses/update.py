"""Updating monitors. Reference: Monitors, PUT /monitors/{id}; Code Examples, Update Monitor."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_equal, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.creation import FIELDS
from statuspool_mock.conformance.active.clauses.log_shares import rows_of
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.sharing import once, shared
from statuspool_mock.time_parsing import moment

group = ClauseGroup("update", section="Monitors, PUT /monitors/{id}")
groups = (group,)
_WRITES = (Need.WRITES,)
_SAMPLE: Any = {"level": Level.SAMPLE, "section": "Code Examples, Update Monitor"}
_CHANGES: dict[str, Any] = {
    "interval_seconds": 30,
    "tags": ["production", "api-gateway", "critical"],
}
_SINGLE_CHANGES: dict[str, str | int | list[str]] = {
    "name": 'renamed — 🚢 <b>A & B</b> "it\'s" %20',
    "url": "http://other.example.com/ping",
    "regions": ["ap-northeast-1"],
    "expected_status": 301,
}


@dataclass(frozen=True, slots=True)
class Subjects:
    """Two alike monitors as they are before a change; only the first is changed."""

    changed: dict[str, Any]
    unchanged: dict[str, Any]

    @property
    def path(self) -> str:
        """The path of the monitor to change."""
        return f"/monitors/{self.changed['id']}"


@shared
def _subjects(context: Context) -> Subjects:
    """A monitor to change."""
    changed = context.create(**{**context.example_body, "name": f"{context.mark} to change"})
    stored = context.read(_alike(context, changed)["id"])
    return Subjects(changed=context.read(changed["id"]), unchanged=stored)


def _alike(context: Context, monitor: dict[str, Any]) -> dict[str, Any]:
    """Create one like another, of another name where the server allows each name only once."""
    with suppress(NotVerified):
        twin = context.create(**{**context.example_body, "name": f"{context.mark} to change"})
        if twin["id"] != monitor["id"]:
            return twin
    return context.create(**{**context.example_body, "name": f"{context.mark} not to change"})


@shared
def _sample_response(context: Context) -> ServerResponse:
    """The response to the reference's sample of PUT."""
    return context.api.send("PUT", _subjects(context).path, value=_CHANGES)


@shared
def _stored(context: Context) -> dict[str, Any]:
    """The monitor after the sample of PUT."""
    _sample_response(context)
    return context.read(_subjects(context).changed["id"])


@group.clause("sample", "PUT with some fields responds with 200.", needs=_WRITES, **_SAMPLE)
def accepts_sample(context: Context) -> None:
    expect_status(_sample_response(context), 200)


@group.clause(
    "answers-the-monitor",
    "The response to PUT has the new id, name, interval_seconds, tags and updated_at.",
    needs=_WRITES,
    requests=0,
    **_SAMPLE,
)
def returns_updated_monitor(context: Context) -> None:
    response, before = _sample_response(context), _subjects(context).changed
    expect_status(response, 200)
    expected = {"id": before["id"], "name": before.get("name"), **_CHANGES}
    for field, value in expected.items():
        expect_equal(response.fields.get(field), value, field, response)
    expect(
        moment(response.fields.get("updated_at")),
        f"updated_at {response.fields.get('updated_at')!r}",
        "the time of the change, ISO 8601",
        response,
    )


@group.clause("stores-changes", "Changes made by PUT are there when read back.", needs=_WRITES)
def stores_changes(context: Context) -> None:
    stored = _stored(context)
    for field, value in _CHANGES.items():
        expect_equal(stored.get(field), value, f"stored {field}", _sample_response(context))


@group.clause(
    "leaves-omitted-fields",
    "PUT leaves omitted fields unchanged.",
    needs=_WRITES,
    requests=0,
)
def leaves_omitted_fields(context: Context) -> None:
    before, stored = _subjects(context).changed, _stored(context)
    for field in ("id", "name", "url", "regions", "expected_status", "created_at"):
        if field in before:
            response = _sample_response(context)
            expect_equal(stored.get(field), before[field], f"stored {field}", response)


@group.clause(
    "updated-at-moves",
    "updated_at is the time of the change: not before it, and close to the server's clock.",
    needs=_WRITES,
    requests=1,
    **_SAMPLE,
)
def moves_updated_at(context: Context) -> None:
    response, before = _sample_response(context), _subjects(context).changed
    expect_status(response, 200)
    changed = moment(response.fields.get("updated_at"))
    if changed is None:
        raise Finding(response.summary(), "updated_at, ISO 8601", response)
    fresh = context.create(name=f"{context.mark} created after the change")
    created = moment(fresh.get("created_at"))
    previous = moment(before.get("updated_at")) or moment(before.get("created_at"))
    if previous is not None:
        expect(changed >= previous, f"{changed}, before {previous}", "a later time", response)
    if created is not None:
        apart = abs((created - changed).total_seconds())
        expect(
            apart <= 120,
            f"{changed}, where a monitor created right after it is dated {created}",
            "the time of the change",
            response,
        )
    elif previous is None:
        raise NotVerified("the server shows no other time to compare with")


@dataclass(frozen=True, slots=True)
class Change:
    """One field changed alone: what was sent, the response, and the monitor before and after."""

    sent: str | int | list[str]
    response: ServerResponse
    before: dict[str, Any]
    stored: dict[str, Any]


@once
def _changed(context: Context, field: str) -> Change:
    """Change one field after those that come before it in the table."""
    subjects, fields = _subjects(context), list(_SINGLE_CHANGES)
    place = fields.index(field)
    if place:
        before = _changed(context, fields[place - 1]).stored
    else:
        before = context.read(subjects.changed["id"])
    value = _SINGLE_CHANGES[field]
    sent = f"{context.mark} {value}" if field == "name" else value
    response = context.api.send("PUT", subjects.path, value={field: sent})
    return Change(sent, response, before, context.read(subjects.changed["id"]))


def _changes_only(field: str) -> Check:
    def check(context: Context) -> None:
        change = _changed(context, field)
        expect_status(change.response, 200, because="each field may be changed alone")
        expect_equal(change.stored.get(field), change.sent, f"stored {field}", change.response)
        for other in set(FIELDS) - {field}:
            before, now = change.before.get(other), change.stored.get(other)
            expect_equal(now, before, f"omitted {other}", change.response)

    return named(check, f"changes_{field}_only")


for _field in _SINGLE_CHANGES:
    group.clause(
        f"changes-{_field.replace('_', '-')}",
        f"PUT with only {_field} changes it and nothing else.",
        needs=(Need.WRITES, Need.TIME),
        requests=2,
    )(_changes_only(_field))


@group.clause(
    "empties-tags",
    "PUT with an empty array of tags removes all tags.",
    needs=_WRITES,
    requests=2,
)
def removes_all_tags(context: Context) -> None:
    subjects = _subjects(context)
    response = context.api.send("PUT", subjects.path, value={"tags": []})
    expect_status(response, 200)
    expect_equal(context.read(subjects.changed["id"]).get("tags"), [], "tags", response)


@group.clause(
    "leaves-other-monitors",
    "PUT changes one monitor and no other.",
    level=Level.INFERRED,
    needs=_WRITES,
)
def leaves_other_monitors(context: Context) -> None:
    others = (_subjects(context).unchanged, context.example_monitor())
    response = _sample_response(context)
    for before in others:
        now = context.read(before["id"])
        for field in ("name", "tags", "interval_seconds"):
            if field in before:
                expect_equal(now.get(field), before[field], f"another monitor's {field}", response)


@group.clause(
    "keeps-the-log",
    "PUT deletes nothing of the log; only DELETE does.",
    level=Level.INFERRED,
    section="Monitors, PUT and DELETE; Logs",
    needs=(Need.WRITES, Need.TIME),
    requests=4,
)
def keeps_the_log(context: Context) -> None:
    created = context.create(name=f"{context.mark} with a log")
    path = f"/monitors/{created['id']}"
    before = context.api.get(f"{path}/logs", query={"limit": 100})
    checked = {str(row.get("timestamp")) for row in rows_of(before)}
    if not checked:
        raise NotVerified("a new monitor has no log entries yet")
    changes = {"url": "https://api.example.com/other", "interval_seconds": 300, "tags": ["moved"]}
    response = context.api.send("PUT", path, value=changes)
    expect_status(response, 200)
    after = context.api.get(f"{path}/logs", query={"limit": 100})
    missing = checked - {str(row.get("timestamp")) for row in rows_of(after)}
    expect(not missing, f"no entry of {sorted(missing)[:1]}", "the entries as before", after)


@group.clause(
    "unknown-monitor",
    "PUT to a monitor that does not exist is a 404.",
    section="Error Codes, 404",
    needs=_WRITES,
)
def refuses_unknown_monitor(context: Context) -> None:
    path = f"/monitors/{context.api.ledger.fresh_id()}"
    expect_status(context.api.send("PUT", path, value={"tags": ["a"]}), 404)
