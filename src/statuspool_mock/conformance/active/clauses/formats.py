"""Properties: present, of their type, in their format and range. Reference: each resource."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.incidents import some_incidents
from statuspool_mock.conformance.active.clauses.property_tests import (
    Test,
    is_event_list,
    is_flag,
    is_percentage,
    is_status_code,
    is_string,
    is_text,
    is_text_list,
    is_time,
    is_url,
    is_uuid,
    is_whole,
    one_of,
    or_null,
)
from statuspool_mock.conformance.active.clauses.webhooks import some_webhooks
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.contract import rulings

_D, _S, _I = Level.DOCUMENTED, Level.SAMPLE, Level.INFERRED
_TIME = "an ISO 8601 timestamp with its zone"
_CHANGED = f"{_TIME}; null before the first change"
_REGIONS = "an array of region names"

Responses = Callable[[Context], list[ServerResponse]]


def _lists_of_monitors(context: Context) -> list[ServerResponse]:
    context.listed_monitors()
    return context.successes("listMonitors")


def _monitors(context: Context) -> list[ServerResponse]:
    context.details()
    return context.successes("getMonitor")


def _statuses(context: Context) -> list[ServerResponse]:
    context.statuses()
    return context.successes("getMonitorStatus")


def _logs(context: Context) -> list[ServerResponse]:
    context.logs()
    return context.successes("listMonitorLogs")


def _incidents(context: Context) -> list[ServerResponse]:
    some_incidents(context)
    return context.successes("listIncidents")


def _webhooks(context: Context) -> list[ServerResponse]:
    some_webhooks(context)
    return context.successes("listWebhooks")


def _created(context: Context) -> list[ServerResponse]:
    context.example_monitor()
    return context.successes("createMonitor")


@dataclass(frozen=True, slots=True)
class Resource:
    """The objects that have properties: of which responses, and whether in their results."""

    group: ClauseGroup
    says: str
    responses: Responses
    in_results: bool = False
    needs: tuple[Need, ...] = ()
    prerequisites: tuple[str, ...] = ()

    def objects(self, context: Context) -> Iterator[tuple[Any, ServerResponse]]:
        """Yield each object with its response."""
        for response in self.responses(context):
            if self.in_results:
                yield from ((item, response) for item in response.results)
            else:
                yield response.value, response

    def has(
        self, name: str, test: Test, what: str, *, level: Level = _D, required: bool = True
    ) -> None:
        """Add the clause that a property of each object passes the test."""

        def check(context: Context) -> None:
            was_seen = False
            for item, response in self.objects(context):
                if not isinstance(item, dict):
                    raise Finding(f"{item!r:.80}", "an object", response)
                if name in item:
                    was_seen = True
                    got = f"{name} {item[name]!r:.80}"
                    expect(test(item[name]), got, f"{name}: {what}", response)
                elif required:
                    got = f"no {name}, but {', '.join(item) or 'no properties'}"
                    raise Finding(got, what, response)
            if not was_seen:
                raise NotVerified(f"no response had {name}")

        says = f"has {name}: {what}." if required else f"may have {name}: {what}."
        self.group.clause(
            name.replace("_", "-"),
            f"{self.says} {says}",
            level=level,
            requests=0,
            needs=self.needs,
            prerequisites=self.prerequisites,
        )(named(check, f"{self.group.name}_has_{name}"))


_listed = Resource(
    ClauseGroup("monitors.list", section="Monitors, GET /monitors; Code Examples, List Monitors"),
    "A listed monitor",
    _lists_of_monitors,
    in_results=True,
)
_listed.has("id", is_uuid, "a UUID")
_listed.has("name", is_text, "a string", level=_S)
_listed.has(
    "status", one_of("up", "down", "degraded", "paused"), "up, down, degraded or paused", level=_S
)
_listed.has("url", is_url, "an HTTP(S) URL", required=False)
_listed.has("interval_seconds", one_of(30, 60, 120, 300), "30, 60, 120 or 300", required=False)
_listed.has("tags", is_text_list, "an array of strings", required=False)
_listed.has("regions", is_text_list, _REGIONS, required=False)
_listed.has("expected_status", is_status_code, "an integer status code", required=False)
_listed.has("last_check_at", or_null(is_time), f"{_TIME}, or null", required=False)
_listed.has("created_at", is_time, _TIME, level=_I, required=False)
_listed.has("updated_at", or_null(is_time), _CHANGED, level=_S, required=False)

_detail = Resource(
    ClauseGroup("monitors.get", section="Monitors, GET /monitors/{id}"),
    "GET /monitors/{id}",
    _monitors,
    prerequisites=("delete.then-404.monitor",),  # an error sent as a 200 is not a monitor
)
_detail.has("id", is_uuid, "a UUID")
_detail.has("name", is_text, "a string")
_detail.has("url", is_url, "an HTTP(S) URL")
_detail.has("interval_seconds", one_of(30, 60, 120, 300), "30, 60, 120 or 300")
_detail.has("tags", is_text_list, "an array of strings")
_detail.has("regions", is_text_list, _REGIONS)
_detail.has("expected_status", is_status_code, "an integer status code")
_detail.has("status", one_of("up", "down", "degraded", "paused"), "up, down, degraded or paused")
_detail.has("last_check_at", or_null(is_time), f"{_TIME}; null before the first check")
_detail.has("created_at", is_time, _TIME, level=_I, required=False)
_detail.has("updated_at", or_null(is_time), _CHANGED, level=_S, required=False)


@_detail.group.clause("sla", "GET /monitors/{id} has an SLA summary of the past 30 days.")
def has_sla_summary(context: Context) -> None:
    for response in _monitors(context):
        got = f"no summary among {', '.join(response.fields)}"
        expect(rulings.has_sla_summary(response.fields), got, "an SLA summary", response)


_made = Resource(
    ClauseGroup("monitors.create", section="Monitors, POST /monitors"),
    "The response to POST /monitors",
    _created,
    needs=(Need.WRITES,),
)
_made.has("id", is_uuid, "a UUID")
_made.has("name", is_text, "a string", required=False)
_made.has("interval_seconds", one_of(30, 60, 120, 300), "30, 60, 120 or 300", required=False)
_made.has("tags", is_text_list, "an array of strings", required=False)
_made.has("regions", is_text_list, _REGIONS, required=False)
_made.has("expected_status", is_status_code, "an integer status code", required=False)
_made.has("created_at", is_time, _TIME, level=_I, required=False)

_status = Resource(
    ClauseGroup("status", section="Status, GET /monitors/{id}/status; Code Examples, Check Status"),
    "/status",
    _statuses,
)
_status.has("status", one_of("up", "down", "degraded"), "up, down or degraded")
_status.has("last_check_at", or_null(is_time), f"{_TIME}; null before the first check")
_status.has(
    "response_time_ms", or_null(is_whole), "whole milliseconds; null before the first check"
)
_status.has("uptime_30d", is_percentage, "a percentage, a number from 0 to 100")

_row = Resource(
    ClauseGroup("logs", section="Logs, GET /monitors/{id}/logs"),
    "A log entry",
    _logs,
    in_results=True,
)
_row.has("timestamp", is_time, _TIME)
_row.has("region", is_text, "the name of a region")
_row.has("status_code", is_status_code, "an integer status code")
_row.has("response_time_ms", is_whole, "whole milliseconds")
_row.has("error_message", or_null(is_text), "a string, or null where there was no error")

_incident = Resource(
    ClauseGroup("incidents.list", section="Incidents, GET /incidents"),
    "An incident",
    _incidents,
    in_results=True,
)
_incident.has("id", is_text, "a string that identifies it")
_incident.has("monitor_id", is_uuid, "the UUID of its monitor")
_incident.has("started_at", is_time, _TIME)
_incident.has("resolved_at", or_null(is_time), f"{_TIME}; null while open")
_incident.has("duration_seconds", is_whole, "whole seconds")
_incident.has("affected_regions", is_text_list, _REGIONS)
_incident.has("title", or_null(is_string), "a string; null where nobody gave one", required=False)

_webhook = Resource(
    ClauseGroup("webhooks.list", section="Webhooks, GET /webhooks"),
    "A listed webhook",
    _webhooks,
    in_results=True,
)
_webhook.has("id", is_text, "a string that identifies it")
_webhook.has("url", is_url, "an HTTP(S) URL")
_webhook.has("events", is_event_list, "an array of event names")
_webhook.has("active", is_flag, "true or false")
_webhook.has("last_triggered_at", or_null(is_time), f"{_TIME}; null before the first delivery")

_envelope = ClauseGroup("envelope", section="Code Examples, List Monitors, Fetch Check Logs")


def _has_page_envelope(responses: Responses) -> Check:
    def check(context: Context) -> None:
        for response in responses(context):
            _expect_results(response)
            for name in ("page", "total_pages"):
                value = response.fields.get(name)
                got = f"{name} {response.fields.get(name, 'missing')!r}"
                expect(is_whole(value), got, f"{name}: an integer", response)

    return check


def _expect_results(response: ServerResponse) -> None:
    is_list = isinstance(response.fields.get("results"), list)
    expect(is_list, response.summary(), "results: [...]", response)


for _name, _path, _responses in (
    ("monitors", "/monitors", _lists_of_monitors),
    ("logs", "/monitors/{id}/logs", _logs),
):
    _envelope.clause(
        _name,
        f"The response to GET {_path} has results, page and total_pages.",
        level=_S,
        requests=0,
    )(named(_has_page_envelope(_responses), f"has_envelope_of_{_name}"))


def _has_results(path: str, operation: str) -> Check:
    def check(context: Context) -> None:
        for response in context.successes(operation) or [context.api.get(path)]:
            expect_status(response, 200)
            _expect_results(response)
            if "page" not in response.fields:
                context.note(f"GET {path} responds with results alone.")

    return check


for _name, _path, _operation in (
    ("incidents", "/incidents", "listIncidents"),
    ("webhooks", "/webhooks", "listWebhooks"),
):
    _envelope.clause(_name, f"The response to GET {_path} has results.", level=_I, requests=0)(
        named(_has_results(_path, _operation), f"has_envelope_of_{_name}")
    )

groups = (
    *(each.group for each in (_listed, _detail, _made, _status, _row, _incident, _webhook)),
    _envelope,
)
