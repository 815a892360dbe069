"""Incidents and webhooks that are refused. Reference: POST /incidents, POST /webhooks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.batches import refused_together
from statuspool_mock.conformance.active.clauses.details import expect_details
from statuspool_mock.conformance.active.clauses.incidents import incident_body
from statuspool_mock.conformance.active.clauses.webhooks import webhook_body
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.sharing import once
from statuspool_mock.contract.rulings import named_fields

_incidents = ClauseGroup("incidents", section="Incidents, POST /incidents")
_webhooks = ClauseGroup("webhooks", section="Webhooks, POST /webhooks")
groups = (_incidents, _webhooks)
_PERMANENT = (Need.PERMANENT,)
_COSTLY = (Need.PERMANENT, Need.TIME)


@dataclass(frozen=True, slots=True, eq=False)
class InvalidField:
    """A value of a field that every server must refuse, and the statuses that do."""

    name: str
    field: str
    value: Any
    statuses: tuple[int, ...] = (400,)


@dataclass(frozen=True, slots=True, eq=False)
class RecordedKind:
    """What a POST records: a valid body, the fields that it requires, and invalid values."""

    group: ClauseGroup
    path: str
    body: Callable[[Context], dict[str, Any]]
    required: tuple[str, ...]
    invalid: tuple[InvalidField, ...]
    needs: tuple[Need, ...]

    def send(self, context: Context, changes: Mapping[str, Any]) -> ServerResponse:
        """Send a valid body with changes."""
        return context.api.send("POST", self.path, value={**self.body(context), **changes})


_INCIDENT = RecordedKind(
    _incidents,
    "/incidents",
    lambda context: incident_body(context, title=f"{context.mark} refused"),
    ("monitor_id", "title"),
    (
        InvalidField("title-number", "title", 12),
        InvalidField("title-null", "title", None),
        InvalidField("title-array", "title", ["Planned work"]),
        InvalidField("monitor-id-no-uuid", "monitor_id", "no-uuid", (400, 404)),
        InvalidField("monitor-id-number", "monitor_id", 12),
        InvalidField("monitor-id-null", "monitor_id", None),
        InvalidField("description-number", "description", 12),
        InvalidField("description-array", "description", ["Planned work"]),
    ),
    _COSTLY,
)
_WEBHOOK = RecordedKind(
    _webhooks,
    "/webhooks",
    webhook_body,
    ("url", "events", "secret"),
    (
        InvalidField("url-no-url", "url", "no url"),
        InvalidField("url-ftp", "url", "ftp://example.com/"),
        InvalidField("event-unknown", "events", ["status_change", "coffee_ready"]),
        InvalidField("events-text", "events", "status_change"),
        InvalidField("secret-number", "secret", 12),
        InvalidField("secret-null", "secret", None),
        InvalidField("events-of-numbers", "events", [1]),
        InvalidField("events-null", "events", None),
        InvalidField("url-null", "url", None),
        InvalidField("url-without-host", "url", "https://"),
    ),
    _PERMANENT,
)


@once
def _refused(context: Context, kind: RecordedKind) -> dict[str, ServerResponse]:
    """Send several invalid fields in one request."""
    return refused_together(kind.invalid, lambda changes: kind.send(context, changes))


@once
def _refusal_of_nothing(context: Context, kind: RecordedKind) -> ServerResponse:
    """Send an empty object."""
    return context.api.send("POST", kind.path, value={})


def _refuses(kind: RecordedKind, row: InvalidField) -> Check:
    def check(context: Context) -> None:
        response = _refused(context, kind).get(row.name)
        response = response or kind.send(context, {row.field: row.value})
        expect_status(response, *row.statuses)

    return named(check, f"refuses_{row.name}")


def _requires(kind: RecordedKind, field: str) -> Check:
    def check(context: Context) -> None:
        response = _refusal_of_nothing(context, kind)
        if field not in named_fields(response.fields.get("details")):
            body = {name: value for name, value in kind.body(context).items() if name != field}
            response = context.api.send("POST", kind.path, value=body)
        expect_status(response, 400, because=f"{field} is required")
        expect_details(response, {field})

    return named(check, f"requires_{field}")


for _kind in (_INCIDENT, _WEBHOOK):
    for _field in _kind.required:
        _kind.group.clause(
            f"{_field.replace('_', '-')}-required",
            f"POST {_kind.path} without {_field} is a 400 that names it.",
            needs=_PERMANENT,
        )(_requires(_kind, _field))
    for _row in _kind.invalid:
        _kind.group.clause(
            _row.name,
            f"POST {_kind.path} with {_row.field} {_row.value!r} is refused.",
            needs=_kind.needs,
        )(_refuses(_kind, _row))
