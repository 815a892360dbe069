"""Webhooks: registered, listed, filtered, their secret kept. Reference: Webhooks."""

from typing import Any

from statuspool_mock.conformance.active.assertions import (
    expect,
    expect_equal,
    expect_list,
    expect_status,
)
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.clauses.details import details_name
from statuspool_mock.conformance.active.context import Context, shared
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need

chapter = ClauseGroup("webhooks", section="Webhooks, POST /webhooks")
chapters = (chapter,)
_PERMANENT = (Need.PERMANENT,)
_DEAR = (Need.PERMANENT, Need.TIME)
_LIST = "Webhooks, GET /webhooks"


def _sent(scene: Context) -> dict[str, Any]:
    return {
        "url": f"https://hooks.example.com/{scene.mark}",
        "events": ["status_change", "incident_created"],
        "secret": f"whsec_{scene.mark}_0f3a9c",
    }


@shared
def _registered(scene: Context) -> ServerResponse:
    """The answer to POST /webhooks."""
    scene.webhooks()  # the list has been read before: it may be cached now
    return scene.api.send("POST", "/webhooks", value=_sent(scene))


@chapter.clause("register", "POST /webhooks registers an endpoint.", needs=_PERMANENT)
def _(scene: Context) -> None:
    expect_status(_registered(scene), 201, 200)


def _answers(field: str, what: str) -> Check:
    def check(scene: Context) -> None:
        answer = _registered(scene)
        expect_status(answer, 201, 200)
        value = answer.fields.get(field)
        good = value is True if field == "active" else isinstance(value, str) and value
        expect(good, f"{field} {value!r}", what, answer)

    return check


for _field, _level, _what in (
    ("webhook_id", Level.DOCUMENTED, "a text"),
    ("verification_token", Level.DOCUMENTED, "a text"),
    ("id", Level.SAMPLE, "a text"),
    ("active", Level.SAMPLE, "true"),
):
    chapter.clause(
        f"answers-{_field.replace('_', '-')}",
        f"POST /webhooks answers {_field}: {_what}.",
        level=_level,
        needs=_PERMANENT,
        requests=0,
    )(_answers(_field, _what))


@shared
def _after(scene: Context) -> ServerResponse:
    """The list after one was registered."""
    _registered(scene)
    return scene.api.get("/webhooks")


def _mine(scene: Context) -> dict[str, Any]:
    answer = _after(scene)
    made = _registered(scene).fields
    names = {made.get("id"), made.get("webhook_id")} - {None}
    if not names:
        raise NotVerified("POST /webhooks told no id")
    found = [item for item in expect_list(answer) if item.get("id") in names]
    if not found and (answer.fields.get("total_pages") or 1) > 1:
        raise NotVerified("the list has more pages than one")
    expect(found, f"no webhook {sorted(map(str, names))}", "the registered one", answer)
    return found[0]


@chapter.clause(
    "is-listed", "A registered webhook is in the list under its id, with its url and events.",
    section=_LIST, needs=_PERMANENT, requests=1,
)  # fmt: skip
def _(scene: Context) -> None:
    found, sent = _mine(scene), _sent(scene)
    expect_equal(found.get("url"), sent["url"], "url", _after(scene))
    events = found.get("events")
    good = isinstance(events, list) and sorted(map(str, events)) == sorted(sent["events"])
    expect(good, f"events {events!r}", repr(sent["events"]), _after(scene))
    expect_equal(found.get("active"), True, "active", _after(scene))


@chapter.clause(
    "one-id", "webhook_id, id and the id in the list are the same.", level=Level.INFERRED,
    needs=_PERMANENT, requests=0,
)  # fmt: skip
def _(scene: Context) -> None:
    made, found = _registered(scene), _mine(scene)
    for name in ("id", "webhook_id"):
        if name in made.fields:
            expect_equal(made.fields[name], found.get("id"), name, made)


@chapter.clause(
    "secret-never-shown", "No answer shows the secret.", needs=_PERMANENT, requests=0,
    level=Level.INFERRED,
)  # fmt: skip
def _(scene: Context) -> None:
    _after(scene)
    secret = _sent(scene)["secret"].encode()
    for answer in scene.seen("createWebhook", "listWebhooks"):
        expect(secret not in answer.body, "the secret in the answer", "no secret", answer)


def _missing(field: str) -> Check:
    def check(scene: Context) -> None:
        body = {name: value for name, value in _sent(scene).items() if name != field}
        answer = scene.api.send("POST", "/webhooks", value=body)
        expect_status(answer, 400, because=f"{field} is required")
        details_name(answer, {field})

    return check


for _field in ("url", "events", "secret"):
    chapter.clause(
        f"{_field}-required", f"POST /webhooks without {_field} is a 400 that names it.",
        needs=_PERMANENT,
    )(_missing(_field))  # fmt: skip


def _wrong(field: str, value: Any) -> Check:
    def check(scene: Context) -> None:
        body = {**_sent(scene), field: value}
        expect_status(scene.api.send("POST", "/webhooks", value=body), 400)

    return check


for _label, _field, _value in (
    ("url-no-url", "url", "no url"),
    ("url-ftp", "url", "ftp://example.com/"),
    ("event-unknown", "events", ["status_change", "coffee_ready"]),
    ("events-text", "events", "status_change"),
    ("secret-number", "secret", 12),
):
    chapter.clause(_label, f"POST /webhooks with {_field} {_value!r} is a 400.", needs=_PERMANENT)(
        _wrong(_field, _value)
    )


@chapter.clause(
    "each-event", "Each of the three events can be subscribed to.", needs=_DEAR, requests=1
)
def _(scene: Context) -> None:
    events = ["status_change", "incident_created", "sla_breach"]
    body = {**_sent(scene), "url": f"{_sent(scene)['url']}/all", "events": events}
    expect_status(scene.api.send("POST", "/webhooks", value=body), 201, 200)


@chapter.clause(
    "body-broken", "POST /webhooks with a malformed body is a 400.", needs=_DEAR, requests=2
)
def _(scene: Context) -> None:
    for raw in (b'{"url": ', b"[]"):
        expect_status(scene.api.send("POST", "/webhooks", body=raw), 400)


def _active(text: str, *, active: bool) -> Check:
    def check(scene: Context) -> None:
        if scene.options.allow_permanent and not scene.options.read_only:
            _registered(scene)
        whole = expect_list(scene.api.get("/webhooks"))
        answer = scene.api.get("/webhooks", query={"active": text})
        found = expect_list(answer)
        for item in found:
            came = f"active {item.get('active')!r}"
            expect(item.get("active") is active, came, f"active {text} only", answer)
        wanted = {str(item.get("id")) for item in whole if item.get("active") is active}
        missing = wanted - {str(item.get("id")) for item in found}
        if (answer.fields.get("total_pages") or 1) <= 1:
            expect(not missing, f"without {sorted(missing)[:2]}", "every such webhook", answer)
        if not whole:
            raise NotVerified("the team has no webhooks")

    return check


for _text_value in ("true", "false"):
    chapter.clause(
        f"filter-active-{_text_value}",
        f"GET /webhooks?active={_text_value} lists every such webhook and no other.",
        section=_LIST,
        requests=2,
    )(_active(_text_value, active=_text_value == "true"))
