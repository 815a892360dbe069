"""Creating monitors. Reference: Monitors, POST /monitors."""

from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import (
    expect,
    expect_equal,
    expect_monitor,
    expect_status,
    ids,
)
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context, created_monitor
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.session import MAIN
from statuspool_mock.conformance.active.sharing import once
from statuspool_mock.contract.reference import DEFAULT_REGIONS
from statuspool_mock.time_parsing import moment

group = ClauseGroup("create", section="Monitors, POST /monitors")
groups = (group,)
_WRITES = (Need.WRITES,)
FIELDS = ("name", "url", "interval_seconds", "expected_status", "regions", "tags")


@dataclass(frozen=True, slots=True)
class Listing:
    """The pages of the list after a monitor was created."""

    created_id: str
    pages: list[ServerResponse]

    @property
    def monitors(self) -> list[dict[str, Any]]:
        """The monitors of all pages."""
        return [item for page in self.pages for item in page.results if isinstance(item, dict)]

    @property
    def is_complete(self) -> bool:
        """Whether the pages are the whole list."""
        total = self.pages[-1].fields.get("total_pages")
        return not isinstance(total, int) or total <= len(self.pages)


@once
def stored_example(context: Context) -> ServerResponse:
    """Read the monitor back that was created with every field."""
    return context.api.get(f"/monitors/{context.example_monitor()['id']}")


@once
def stored_minimal(context: Context) -> ServerResponse:
    """Read the monitor back that was created with only the required fields."""
    return context.api.get(f"/monitors/{context.minimal_monitor()['id']}")


@once
def listing(context: Context) -> Listing:
    """List all monitors after one was created."""
    context.example_monitor()
    context.listed_monitors()  # the list has been read before: it may be cached now
    created = context.create(name=f"{context.mark} listed")
    return Listing(created["id"], context.ends("/monitors", limit=100))


@group.clause("documented-example", "POST /monitors creates a monitor.", needs=_WRITES)
def creates_documented_example(context: Context) -> None:
    response = context.example_response()
    expect_status(response, 201, 200)
    if response.status == 200:
        context.note("POST /monitors responds with 200; the reference names no code, 201 is usual.")
    expect(response.fields.get("id"), response.summary(), "the monitor with its id", response)


def _keeps(field: str) -> Check:
    def check(context: Context) -> None:
        created, sent = context.example_monitor(), context.example_body[field]
        if field in created:
            expect_equal(created[field], sent, field, context.example_response())
        stored = stored_example(context)
        expect_equal(expect_monitor(stored).get(field), sent, f"stored {field}", stored)

    return named(check, f"keeps_{field}")


for _field in FIELDS:
    group.clause(
        f"keeps-{_field.replace('_', '-')}",
        f"A created monitor has the {_field} that was sent, in the response and when read back.",
        needs=_WRITES,
        requests=0,
    )(_keeps(_field))


@group.clause(
    "default-regions",
    "Without regions, a monitor is checked from eu-central-1, us-east-1 and ap-northeast-1.",
    needs=_WRITES,
)
def defaults_regions(context: Context) -> None:
    stored = stored_minimal(context)
    regions = expect_monitor(stored).get("regions")
    expect(
        isinstance(regions, list) and sorted(map(str, regions)) == sorted(DEFAULT_REGIONS),
        f"regions {regions!r}",
        repr(list(DEFAULT_REGIONS)),
        stored,
    )


@group.clause(
    "default-expected-status",
    "Without expected_status, a monitor expects 200.",
    needs=_WRITES,
    requests=0,
)
def defaults_expected_status(context: Context) -> None:
    stored = stored_minimal(context)
    expect_equal(expect_monitor(stored).get("expected_status"), 200, "expected_status", stored)


@group.clause(
    "default-tags",
    "Without tags, a monitor has no tags.",
    level=Level.INFERRED,
    needs=_WRITES,
    requests=0,
)
def defaults_tags(context: Context) -> None:
    stored = stored_minimal(context)
    tags = expect_monitor(stored).get("tags")
    expect(not tags, f"tags {tags!r}", "no tags", stored)


@group.clause(
    "is-listed",
    "A created monitor is in the list of all monitors.",
    section="Monitors, GET /monitors",
    needs=_WRITES,
    requests=3,
)
def lists_created_monitor(context: Context) -> None:
    found = listing(context)
    is_listed = found.created_id in ids(found.monitors)
    if not is_listed and not found.is_complete:
        raise NotVerified("the list is too long to read all of it")
    expect(is_listed, f"a list without {found.created_id}", "the created monitor", found.pages[-1])


@group.clause(
    "makes-one",
    "POST /monitors creates exactly one monitor.",
    needs=_WRITES,
    requests=0,
)
def creates_one_monitor(context: Context) -> None:
    found = listing(context)
    if found.created_id not in ids(found.monitors):
        raise NotVerified("the list does not contain the created monitor")
    own = [m for m in found.monitors if context.mark in str(m.get("name"))]
    strays = [
        str(m["id"]) for m in own if "id" in m and str(m["id"]) not in context.api.ledger.monitors
    ]
    for monitor_id in strays:
        context.api.ledger.adopt(monitor_id, key=MAIN)
    expect(
        not strays,
        f"monitors {strays[:2]}, which no response named",
        "one monitor for each POST",
        found.pages[-1],
    )


@group.clause(
    "listed-as-it-is",
    "The list shows the created monitor's name and url as they were sent.",
    section="Code Examples, List Monitors",
    level=Level.SAMPLE,
    needs=_WRITES,
    requests=0,
)
def lists_monitor_as_sent(context: Context) -> None:
    found, sent = listing(context), context.example_body
    listed = {m.get("id"): m for m in found.monitors}.get(context.example_monitor()["id"])
    if listed is None:
        raise NotVerified("the list does not contain the created monitor")
    last = found.pages[-1]
    expect_equal(listed.get("name"), sent["name"], "listed name", last)
    for field in FIELDS:
        if field in listed:
            expect_equal(listed[field], sent[field], f"listed {field}", last)


@group.clause("ids-differ", "Each monitor has an id of its own.", needs=_WRITES, requests=0)
def gives_each_monitor_its_id(context: Context) -> None:
    first, second = context.example_monitor()["id"], context.minimal_monitor()["id"]
    expect(first != second, "the same id twice", "an id for each monitor")


@group.clause(
    "same-name-twice",
    "A monitor may have the name and url of another one, and has its own id.",
    needs=(Need.WRITES, Need.TIME),
)
def creates_another_of_the_same_name(context: Context) -> None:
    first = context.minimal_monitor()
    body = context.body(name=f"{context.mark} minimal")
    response = context.api.send("POST", "/monitors", value=body)
    expect_status(response, 201, 200, because="the body is valid")
    is_new = response.fields.get("id") not in {None, first["id"]}
    expect(is_new, "the id of the other monitor", "a new monitor", response)


@group.clause(
    "times-are-now",
    "created_at and updated_at of a new monitor, where present, are the time of its creation.",
    level=Level.INFERRED,
    needs=_WRITES,
    requests=0,
)
def dates_new_monitor(context: Context) -> None:
    response, created = context.example_response(), context.example_monitor()
    times = [moment(created[name]) for name in ("created_at", "updated_at") if name in created]
    known = [time for time in times if time is not None]
    if not known:
        raise NotVerified("the response has neither created_at nor updated_at")
    apart = max(known) - min(known)
    expect(apart.total_seconds() <= 5, f"times {apart} apart", "the same time", response)


_TEXTS = {
    "em-dash": "café — naïve",
    "emoji": "ship 🚢 and 👩‍💻",
    "combining": "cafe\u0301 A\u030angstro\u0308m",
    "other-scripts": "Мониторинг 監視 مراقبة",
    "markup": "<b>A & B</b> \"quoted\" 'it' \\ %20",
}


@group.clause(
    "unicode-name",
    "A name is stored unchanged: dashes, emoji, combining marks, other scripts, markup.",
    needs=_WRITES,
    requests=2,
)
def keeps_unicode_name(context: Context) -> None:
    name = " ".join(_TEXTS.values())
    response = context.api.send("POST", "/monitors", value=context.body(name=name))
    expect_status(response, 201, 200, because=f"{name!r} is a valid name")
    stored = context.read(created_monitor(response)["id"])
    expect_equal(stored.get("name"), name, "name", response)


@group.clause(
    "unicode-tags",
    "Tags are stored unchanged: order, letter case and characters.",
    needs=_WRITES,
    requests=2,
)
def keeps_unicode_tags(context: Context) -> None:
    tags = ["Zeta", "alpha", "ÄÖ — 🚢", "cafe\u0301", "a,b"]
    body = context.body(name=f"{context.mark} tags", tags=tags)
    response = context.api.send("POST", "/monitors", value=body)
    expect_status(response, 201, 200, because="tags is an array of strings")
    stored = context.read(created_monitor(response)["id"])
    expect_equal(stored.get("tags"), tags, "tags", response)


@group.clause(
    "unicode-escapes",
    "JSON escapes in a body are decoded.",
    needs=(Need.WRITES, Need.TIME),
    requests=2,
)
def decodes_json_escapes(context: Context) -> None:
    body = (
        f'{{"name": "{context.mark} \\u2014 \\ud83d\\udea2", '
        '"url": "https:\\/\\/api.example.com\\/", "interval_seconds": 60}'
    )
    response = context.api.send("POST", "/monitors", body=body.encode())
    expect_status(response, 201, 200)
    stored = context.read(created_monitor(response)["id"])
    expect_equal(stored.get("name"), f"{context.mark} — 🚢", "name", response)
