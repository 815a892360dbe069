"""Properties: present, of their type, in their format and range. Reference: each resource."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.time_parsing import moment

Test = Callable[[Any], bool]
_D, _S, _I = Level.DOCUMENTED, Level.SAMPLE, Level.INFERRED


def _text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: Any) -> bool:
    return _number(value) and float(value).is_integer() and value >= 0


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _or_null(test: Test) -> Test:
    return lambda value: value is None or test(value)


def _one_of(*values: Any) -> Test:
    return lambda value: not isinstance(value, bool) and value in values


_TIME: Test = lambda value: moment(value) is not None  # noqa: E731
_PERCENT: Test = lambda value: _number(value) and 0 <= value <= 100  # noqa: E731
_STATUS: Test = lambda value: _whole(value) and 100 <= value <= 599  # noqa: E731
_URL: Test = lambda value: _text(value) and value.lower().startswith(("http://", "https://"))  # noqa: E731
_FLAG: Test = lambda value: isinstance(value, bool)  # noqa: E731
_EVENTS = {"status_change", "incident_created", "sla_breach"}
_EVENT_LIST: Test = lambda value: _texts(value) and set(value) <= _EVENTS and value != []  # noqa: E731
_UNIX_TIME = "an ISO 8601 timestamp with its zone"

Answers = Callable[[Context], list[ServerResponse]]


def _list_of_monitors(scene: Context) -> list[ServerResponse]:
    scene.existing()
    return scene.seen("listMonitors")


def _monitors(scene: Context) -> list[ServerResponse]:
    scene.details()
    return scene.seen("getMonitor")


def _statuses(scene: Context) -> list[ServerResponse]:
    scene.statuses()
    return scene.seen("getMonitorStatus")


def _logs(scene: Context) -> list[ServerResponse]:
    scene.logs()
    return scene.seen("listMonitorLogs")


def _incidents(scene: Context) -> list[ServerResponse]:
    scene.incidents()
    return scene.seen("listIncidents")


def _webhooks(scene: Context) -> list[ServerResponse]:
    scene.webhooks()
    return scene.seen("listWebhooks")


def _created(scene: Context) -> list[ServerResponse]:
    scene.full()
    return scene.seen("createMonitor")


class _Place:
    """Where properties stand: which answers, and whether in the answer or in its results."""

    def __init__(
        self, chapter: ClauseGroup, says: str, answers: Answers, *, in_results: bool, writes: bool
    ) -> None:
        self.chapter, self.says, self.answers = chapter, says, answers
        self.in_results, self.writes = in_results, writes

    def holders(self, scene: Context) -> Iterator[tuple[Any, ServerResponse]]:
        for answer in self.answers(scene):
            if self.in_results:
                yield from ((item, answer) for item in answer.results)
            else:
                yield answer.value, answer

    def has(
        self, name: str, test: Test, what: str, *, level: Level = _D, required: bool = True
    ) -> None:
        """Add the clause that each holder has a property which passes the test."""

        def check(scene: Context) -> None:
            met = False
            for holder, answer in self.holders(scene):
                if not isinstance(holder, dict):
                    raise Finding(f"{holder!r:.80}", "an object", answer)
                if name in holder:
                    met = True
                    came = f"{name} {holder[name]!r:.80}"
                    expect(test(holder[name]), came, f"{name}: {what}", answer)
                elif required:
                    raise Finding(f"no {name}, but {', '.join(holder) or 'nothing'}", what, answer)
            if not met:
                raise NotVerified(f"there was no {name} to look at")

        self.chapter.clause(
            name.replace("_", "-"),
            f"{self.says} has {name}: {what}."
            if required
            else f"{self.says}: {name}, where told, is {what}.",
            level=level,
            requests=0,
            needs=(Need.WRITES,) if self.writes else (),
        )(check)


def _place(
    group: str, section: str, says: str, answers: Answers, *, in_results: bool = False,
    writes: bool = False,
) -> _Place:  # fmt: skip
    return _Place(
        ClauseGroup(group, section=section), says, answers, in_results=in_results, writes=writes
    )


_REGIONS_TEXT = "an array of region names"
_listed = _place(
    "monitors.list", "Monitors, GET /monitors; Code Examples, List Monitors", "A listed monitor",
    _list_of_monitors, in_results=True,
)  # fmt: skip
_listed.has("id", _uuid, "a UUID")
_listed.has("name", _text, "a string", level=_S)
_listed.has(
    "status", _one_of("up", "down", "degraded", "paused"), "up, down, degraded or paused", level=_S
)
_listed.has("url", _URL, "an HTTP(S) URL", required=False)
_listed.has("interval_seconds", _one_of(30, 60, 120, 300), "30, 60, 120 or 300", required=False)
_listed.has("tags", _texts, "an array of strings", required=False)
_listed.has("regions", _texts, _REGIONS_TEXT, required=False)
_listed.has("expected_status", _STATUS, "an integer status code", required=False)
_listed.has("last_check_at", _or_null(_TIME), f"{_UNIX_TIME}, or null", required=False)
_listed.has("created_at", _TIME, _UNIX_TIME, level=_I, required=False)
_listed.has("updated_at", _TIME, _UNIX_TIME, level=_S, required=False)

_detail = _place("monitors.get", "Monitors, GET /monitors/{id}", "GET /monitors/{id}", _monitors)
_detail.has("id", _uuid, "a UUID")
_detail.has("name", _text, "a string")
_detail.has("url", _URL, "an HTTP(S) URL")
_detail.has("interval_seconds", _one_of(30, 60, 120, 300), "30, 60, 120 or 300")
_detail.has("tags", _texts, "an array of strings")
_detail.has("regions", _texts, _REGIONS_TEXT)
_detail.has("expected_status", _STATUS, "an integer status code")
_detail.has("status", _one_of("up", "down", "degraded", "paused"), "up, down, degraded or paused")
_detail.has("last_check_at", _or_null(_TIME), f"{_UNIX_TIME}; null before the first check")
_detail.has("created_at", _TIME, _UNIX_TIME, level=_I, required=False)
_detail.has("updated_at", _TIME, _UNIX_TIME, level=_S, required=False)


@_detail.chapter.clause("sla", "GET /monitors/{id} has an SLA summary of the past 30 days.")
def _(scene: Context) -> None:
    for answer in _monitors(scene):
        named = [name for name in answer.fields if "sla" in name.lower() or "30d" in name.lower()]
        told = [name for name in named if answer.fields[name] not in (None, {}, "")]
        expect(told, f"no summary among {', '.join(answer.fields)}", "an SLA summary", answer)


_made = _place(
    "monitors.create", "Monitors, POST /monitors", "The answer to POST /monitors", _created,
    writes=True,
)  # fmt: skip
_made.has("id", _uuid, "a UUID")
_made.has("name", _text, "a string", required=False)
_made.has("interval_seconds", _one_of(30, 60, 120, 300), "30, 60, 120 or 300", required=False)
_made.has("tags", _texts, "an array of strings", required=False)
_made.has("regions", _texts, _REGIONS_TEXT, required=False)
_made.has("expected_status", _STATUS, "an integer status code", required=False)
_made.has("created_at", _TIME, _UNIX_TIME, level=_I, required=False)

_status = _place(
    "status", "Status, GET /monitors/{id}/status; Code Examples, Check Status", "/status", _statuses
)
_status.has("status", _one_of("up", "down", "degraded"), "up, down or degraded")
_status.has("last_check_at", _or_null(_TIME), f"{_UNIX_TIME}; null before the first check")
_status.has("response_time_ms", _or_null(_whole), "whole milliseconds; null before the first check")
_status.has("uptime_30d", _PERCENT, "a percentage, a number from 0 to 100")

_row = _place("logs", "Logs, GET /monitors/{id}/logs", "A log entry", _logs, in_results=True)
_row.has("timestamp", _TIME, _UNIX_TIME)
_row.has("region", _text, "the name of a region")
_row.has("status_code", _STATUS, "an integer status code")
_row.has("response_time_ms", _whole, "whole milliseconds")
_row.has("error_message", _or_null(_text), "a text, or null where there was no error")

_incident = _place(
    "incidents.list", "Incidents, GET /incidents", "An incident", _incidents, in_results=True
)
_incident.has("id", _text, "a string that names it")
_incident.has("monitor_id", _uuid, "the UUID of its monitor")
_incident.has("started_at", _TIME, _UNIX_TIME)
_incident.has("resolved_at", _or_null(_TIME), f"{_UNIX_TIME}; null while open")
_incident.has("duration_seconds", _whole, "whole seconds")
_incident.has("affected_regions", _texts, _REGIONS_TEXT)
_incident.has("title", lambda value: isinstance(value, str), "a string", required=False)

_webhook = _place(
    "webhooks.list", "Webhooks, GET /webhooks", "A listed webhook", _webhooks, in_results=True
)
_webhook.has("id", _text, "a string that names it")
_webhook.has("url", _URL, "an HTTP(S) URL")
_webhook.has("events", _EVENT_LIST, "an array of event names")
_webhook.has("active", _FLAG, "true or false")
_webhook.has("last_triggered_at", _or_null(_TIME), f"{_UNIX_TIME}; null until then")

_envelope = ClauseGroup("envelope", section="Code Examples, List Monitors, Fetch Check Logs")


def _enveloped(answers: Answers, names: tuple[str, ...]) -> Check:
    def check(scene: Context) -> None:
        found = answers(scene)
        for answer in found:
            fields = answer.fields
            expect(
                isinstance(fields.get("results"), list), answer.summary(), "results: [...]", answer
            )
            for name in names:
                came = f"{name} {fields.get(name, 'missing')!r}"
                expect(_whole(fields.get(name)), came, f"{name}: an integer", answer)

    return check


_PAGED = ("page", "total_pages")
for _name, _path, _answers, _names, _level in (
    ("monitors", "/monitors", _list_of_monitors, _PAGED, _S),
    ("logs", "/monitors/{id}/logs", _logs, _PAGED, _S),
):
    _envelope.clause(
        _name, f"GET {_path} answers results, page and total_pages.", level=_level, requests=0
    )(_enveloped(_answers, _names))


def _bare(path: str) -> Check:
    def check(scene: Context) -> None:
        answer = scene.api.get(path)
        expect_status(answer, 200)
        expect(
            isinstance(answer.fields.get("results"), list), answer.summary(), "results: [...]",
            answer,
        )  # fmt: skip
        if "page" not in answer.fields:
            scene.note(f"GET {path} answers results alone.")

    return check


for _name, _path in (("incidents", "/incidents"), ("webhooks", "/webhooks")):
    _envelope.clause(_name, f"GET {_path} answers its items in results.", level=_I)(_bare(_path))

chapters = (
    *(place.chapter for place in (_listed, _detail, _made, _status, _row, _incident, _webhook)),
    _envelope,
)
