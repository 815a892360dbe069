"""All responses of a run tell one story, checked after all others. Reference: Monitors.

Nothing is sent for it: each representation of a monitor, whichever clause asked for it, is compared
with what earlier responses showed and with what was written since.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from statuspool_mock.conformance.active.assertions import ids, repeated
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.creation import FIELDS
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.conformance.active.sharing import once

_CONSTANT = (*FIELDS, "created_at")
_OF_MONITOR = {"getMonitor", "getMonitorStatus", "listMonitorLogs"}
_PLAIN_URL = re.compile(r"https?://[a-z.]+/[a-z/]*")
_VALUES, _DELETED, _LISTED, _FOREIGN = "values", "deleted", "listed", "foreign"


@dataclass(slots=True)
class Told:
    """A monitor of this run, as responses have shown it since it was written to."""

    team: str
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Story:
    """What the responses so far have told, and where one contradicts it."""

    alive: dict[str, Told] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    contradictions: dict[str, Finding] = field(default_factory=dict)
    """The first one of each kind."""

    def read(self, response: ServerResponse) -> None:
        """Compare a response with the story, and go on with it."""
        team, monitor_id = response.team, response.monitor_id
        if not response.has_own_key or not team:
            return
        if not response.is_alone:
            self._doubt(monitor_id, team, response)
            return
        if response.operation in _OF_MONITOR:
            self._visit(monitor_id, team, response)
        if response.is_success:
            self._write(monitor_id, team, response)
            for shown in _shown(response):
                self._compare(shown, team, response)
            self._count(team, response)
        elif response.status >= 500 and response.method != "GET":
            self.alive.pop(monitor_id, None)  # nobody knows what became of it

    def _write(self, monitor_id: str, team: str, response: ServerResponse) -> None:
        if response.operation == "createMonitor":
            self.alive[str(response.fields.get("id"))] = Told(team, _plain_values(response))
        elif response.operation == "updateMonitor":
            self._change(monitor_id, response)
        elif response.operation == "deleteMonitor" and monitor_id in self.alive:
            del self.alive[monitor_id]
            self.deleted.add(monitor_id)

    def _doubt(self, monitor_id: str, team: str, response: ServerResponse) -> None:
        """Go on after a request that was sent with others: their order is not known."""
        if response.operation == "createMonitor" and response.is_success:
            self.alive[str(response.fields.get("id"))] = Told(team)
        elif response.operation == "deleteMonitor":
            self.alive.pop(monitor_id, None)
        elif response.operation == "updateMonitor" and monitor_id in self.alive:
            self.alive[monitor_id].fields.clear()

    def _visit(self, monitor_id: str, team: str, response: ServerResponse) -> None:
        if monitor_id in self.deleted and response.is_success:
            self._contradict(_DELETED, response.summary(), "a 404: it was deleted", response)
        told = self.alive.get(monitor_id)
        is_missing = response.status == 404 and response.operation != "listMonitorLogs"
        if told and told.team == team and is_missing:  # of a log, only the page may be missing
            self._contradict(_LISTED, response.summary(), "the monitor: it exists", response)
        if told and told.team != team and response.is_success:
            self._contradict(_FOREIGN, response.summary(), "403 or 404: another team's", response)

    def _change(self, monitor_id: str, response: ServerResponse) -> None:
        """Forget the fields that were written, but for values that every server stores as sent."""
        told = self.alive.get(monitor_id)
        if told is None:
            return
        written = set(response.sent_fields)
        kept = {name: value for name, value in told.fields.items() if name not in written}
        told.fields = {**kept, **_plain_values(response)}

    def _compare(self, shown: Mapping[str, Any], team: str, response: ServerResponse) -> None:
        monitor_id = str(shown.get("id"))
        if monitor_id in self.deleted:
            got = f"{monitor_id} in the response"
            self._contradict(_DELETED, got, "nothing: it was deleted", response)
        told = self.alive.get(monitor_id)
        if told is None:
            return
        if told.team != team:
            self._contradict(_FOREIGN, f"{monitor_id} in the list", "own monitors", response)
            return
        for name in _CONSTANT:
            if name in shown and told.fields.setdefault(name, shown[name]) != shown[name]:
                got = f"{name} {shown[name]!r} of {monitor_id}"
                expected = f"{told.fields[name]!r}, as responses showed before and nobody changed"
                self._contradict(_VALUES, got, expected, response)

    def _count(self, team: str, response: ServerResponse) -> None:
        query = dict(parse_qsl(urlsplit(response.url).query))
        is_whole = "status" not in query and query.get("page", "1") == "1"
        is_whole = is_whole and response.fields.get("total_pages") == 1
        if response.operation != "listMonitors" or not is_whole:
            return
        own = {monitor_id for monitor_id, told in self.alive.items() if told.team == team}
        missing = sorted(own - set(ids(response.results)))
        if missing:
            got = f"a list without {missing[:2]}"
            self._contradict(_LISTED, got, "every monitor that exists", response)

    def _contradict(self, kind: str, got: str, expected: str, response: ServerResponse) -> None:
        self.contradictions.setdefault(kind, Finding(got, expected, response))


def _plain_values(response: ServerResponse) -> dict[str, Any]:
    """Return what was sent, but for values that a server may write in another way."""
    sent = response.sent_fields
    return {name: sent[name] for name in FIELDS if name in sent and _is_plain(sent[name])}


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        is_plain = all(isinstance(each, str) and _is_plain(each) for each in value)
        return is_plain and not repeated(value)
    if isinstance(value, str) and "://" in value:
        return _PLAIN_URL.fullmatch(value) is not None
    if isinstance(value, str):
        return value.isascii() and value.isprintable() and value == value.strip() != ""
    return type(value) is int


def _shown(response: ServerResponse) -> Iterator[Mapping[str, Any]]:
    """Yield the monitors in a response."""
    if response.operation == "listMonitors":
        yield from (item for item in response.results if isinstance(item, dict))
    elif response.operation in {"createMonitor", "getMonitor", "updateMonitor"}:
        yield response.fields


@once
def _story(context: Context) -> Story:
    """Read all responses of the run in order."""
    story = Story()
    for response in context.api.exchanges:
        story.read(response)
    return story


group = ClauseGroup("agreement", section="Monitors")
groups = (group,)


def _holds(kind: str) -> Check:
    def check(context: Context) -> None:
        story = _story(context)
        if kind in story.contradictions:
            raise story.contradictions[kind]
        if not story.alive and not story.deleted:
            raise NotVerified("this run created no monitor")

    return named(check, f"agrees_on_{kind}")


for _kind, _says in (
    (_VALUES, "Every response shows a monitor as it was written last, whichever one it is."),
    (_DELETED, "No response of the whole run shows a monitor after it was deleted."),
    (_LISTED, "No response of the whole run lacks a monitor that exists."),
    (_FOREIGN, "No response of the whole run shows a team what the other one created."),
):
    group.clause(_kind, _says, level=Level.INFERRED, requests=0)(_holds(_kind))
