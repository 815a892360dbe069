"""Each POST makes one object, and no refused one does. Reference: Monitors; Incidents; Webhooks.

Nothing is sent for it: every list of a run is searched for objects that bear the run's mark and
that no response named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from statuspool_mock.conformance.active.assertions import expect
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM, READ_ONLY

group = ClauseGroup("agreement", section="Monitors; Incidents; Webhooks")
groups = (group,)
_TEXTS: Mapping[str, str] = {
    "createMonitor": "name",
    "listMonitors": "name",
    "createIncident": "title",
    "listIncidents": "title",
    "createWebhook": "url",
    "listWebhooks": "url",
}
"""The field by which an object is recognised that no response named."""
_LISTS = {"listMonitors": "monitor", "listIncidents": "incident", "listWebhooks": "webhook"}
_KEYS = {MAIN, READ_ONLY, OTHER_TEAM}
_SERVER_ERROR = 500


@dataclass(slots=True)
class Made:
    """What the POSTs of a run sent and made: texts, ids, and texts of which it is not known."""

    sent: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)

    def add(self, response: ServerResponse) -> None:
        """Take in the response to a POST."""
        text = _plain(response.sent_fields.get(_TEXTS[response.operation]))
        self.sent.add(text)
        found = {response.fields.get(name) for name in ("id", "webhook_id")} - {None}
        if response.is_success and found:
            self.named.update(map(str, found))
        elif response.is_success or response.status >= _SERVER_ERROR:
            self.unsure.add(text)


def _plain(text: object) -> str:
    """Return a text without what servers may write in another way."""
    return "".join(letter for letter in str(text).casefold() if letter.isalnum())


def _unnamed(made: Made, mark: str, response: ServerResponse) -> Iterator[str]:
    """Yield the ids in a list that no response named, of objects as they were sent.

    A server may open incidents by itself: their titles have not been sent.
    """
    for item in response.results:
        if not isinstance(item, dict) or "id" not in item:
            continue
        text = item.get(_TEXTS[response.operation])
        is_sent = isinstance(text, str) and mark in text and _plain(text) in made.sent - made.unsure
        if is_sent and str(item["id"]) not in made.named:
            yield str(item["id"])


@group.clause(
    "one-for-each-post",
    "Each POST makes one monitor, incident or webhook, and a refused one makes none.",
    requests=0,
    needs=(Need.WRITES,),
    prerequisites=("create.is-listed", "incidents.is-listed", "webhooks.is-listed"),
)
def makes_one_for_each_post(context: Context) -> None:
    if context.api.unanswered:
        raise NotVerified("a request got no response: what it made is not known")
    made, compared = Made(), 0
    for response in context.api.exchanges:
        if response.operation in _TEXTS and response.operation not in _LISTS:
            made.add(response)
    for response in context.api.exchanges:
        if response.operation in _LISTS and response.is_success and response.key in _KEYS:
            compared += 1
            kind, strays = _LISTS[response.operation], list(_unnamed(made, context.mark, response))
            if kind == "monitor":
                for stray in strays:
                    context.api.ledger.adopt(stray, key=response.key)
            got = f"{kind} {strays[:1]}, which no response named"
            expect(not strays, got, "one for each POST that is not refused", response)
    if not compared:
        raise NotVerified("this run read no list")
