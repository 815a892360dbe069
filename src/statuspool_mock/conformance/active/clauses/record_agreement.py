"""All lists show incidents and webhooks as they were recorded. Reference: Incidents; Webhooks.

Nothing is sent for it: every list of a run, whichever clause asked for it, is compared with what
was recorded before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from statuspool_mock.conformance.active.assertions import ids, repeated
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need

group = ClauseGroup("agreement", section="Incidents; Webhooks")
groups = (group,)


@dataclass(frozen=True, slots=True)
class ListedKind:
    """What is recorded with a POST and listed with a GET, and the fields that nothing changes."""

    plural: str
    create: str
    list_all: str
    fields: tuple[str, ...]


_INCIDENTS = ListedKind(
    "incidents", "createIncident", "listIncidents", ("monitor_id", "title", "description")
)
_WEBHOOKS = ListedKind("webhooks", "createWebhook", "listWebhooks", ("url", "events"))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a POST recorded: the team that sent it, and the fields as they were sent."""

    team: str
    fields: Mapping[str, Any]


@dataclass(slots=True)
class Records:
    """What the responses so far have recorded."""

    kind: ListedKind
    known: dict[str, Recorded] = field(default_factory=dict)

    def read(self, response: ServerResponse) -> None:
        """Go on with a response, or raise the `Finding` where it contradicts the records."""
        team = response.team
        if not response.has_own_key or not team or not response.is_success:
            return
        if response.operation == self.kind.create:
            self._record(team, response)
        elif response.operation == "deleteMonitor":
            self._forget(response)
        elif response.operation == self.kind.list_all and response.is_alone:
            self._compare(team, response)

    def _record(self, team: str, response: ServerResponse) -> None:
        for name in {str(response.fields.get(name)) for name in ("id", "webhook_id")} - {"None"}:
            self.known[name] = Recorded(team, _plain_fields(self.kind, response))

    def _forget(self, response: ServerResponse) -> None:
        """Forget the incidents of a deleted monitor, which may be deleted with it."""
        monitor_id = response.url.rpartition("/")[2]
        gone = [n for n, r in self.known.items() if r.fields.get("monitor_id") == monitor_id]
        for name in gone:
            del self.known[name]

    def _compare(self, team: str, response: ServerResponse) -> None:
        for item in response.results:
            recorded = self.known.get(str(item.get("id"))) if isinstance(item, dict) else None
            if recorded is not None:
                _expect_as_recorded(item, recorded, response)
        listed = ids(response.results)
        twice = repeated(listed)
        if twice:
            raise Finding(f"{twice[0]} twice", "each of them once", response)
        if _is_whole(response):
            own = {n for n, r in self.known.items() if _matches(r, team, response)}
            missing = sorted(own - set(listed))
            if missing:
                got = f"a list without {missing[:2]}"
                raise Finding(got, f"all {self.kind.plural} that were recorded", response)


def _plain_fields(kind: ListedKind, response: ServerResponse) -> dict[str, Any]:
    """Return what was sent, but for texts that a server may write in another way."""
    sent = response.sent_fields
    return {name: sent[name] for name in kind.fields if _is_plain(sent.get(name))}


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return True
    if not isinstance(value, str) or value != value.strip():
        return False
    return value.replace("\n", "").isprintable() and (
        "://" not in value or value.isascii()  # a host may be shown as Punycode
    )


def _expect_as_recorded(
    item: Mapping[str, Any], recorded: Recorded, response: ServerResponse
) -> None:
    for name, value in recorded.fields.items():
        shown = item.get(name, value)
        is_alike = _as_set(shown) == _as_set(value) if isinstance(value, list) else shown == value
        if not is_alike:
            got = f"{name} {shown!r:.80} of {item['id']}"
            raise Finding(got, f"{value!r:.80}, as it was recorded", response)


def _as_set(value: Any) -> set[str]:
    return set(map(str, value)) if isinstance(value, Iterable) else {str(value)}


def _is_whole(response: ServerResponse) -> bool:
    """Whether it is a list on one page, filtered by a monitor at most."""
    query = dict(parse_qsl(urlsplit(response.url).query))
    return set(query) <= {"monitor_id"} and (response.fields.get("total_pages") or 1) == 1


def _matches(recorded: Recorded, team: str, response: ServerResponse) -> bool:
    monitor_id = dict(parse_qsl(urlsplit(response.url).query)).get("monitor_id")
    is_of_monitor = monitor_id in {None, recorded.fields.get("monitor_id")}
    return recorded.team == team and is_of_monitor


def _agrees(kind: ListedKind) -> Check:
    def check(context: Context) -> None:
        records = Records(kind)
        for response in context.api.exchanges:
            records.read(response)
        if not context.successes(kind.create) or not context.successes(kind.list_all):
            raise NotVerified(f"this run recorded and listed no {kind.plural}")

    return named(check, f"agrees_on_{kind.plural}")


for _kind in (_INCIDENTS, _WEBHOOKS):
    group.clause(
        _kind.plural,
        f"Every list of the run has all {_kind.plural} that were recorded, once and as sent.",
        level=Level.INFERRED,
        section="Incidents, GET /incidents" if _kind is _INCIDENTS else "Webhooks, GET /webhooks",
        requests=0,
        needs=(Need.PERMANENT,),
    )(_agrees(_kind))
