"""Webhooks: registered, listed, filtered, their secret kept. Reference: Webhooks."""

from contextlib import suppress
from typing import Any

from statuspool_mock.conformance.active.assertions import (
    expect,
    expect_equal,
    expect_list,
    expect_status,
    ids,
)
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.session import OWN_KEYS
from statuspool_mock.conformance.active.sharing import once, shared

group = ClauseGroup("webhooks", section="Webhooks, POST /webhooks")
groups = (group,)
_PERMANENT = (Need.PERMANENT,)
_COSTLY = (Need.PERMANENT, Need.TIME)
_LIST = "Webhooks, GET /webhooks"


def webhook_body(context: Context, **changes: Any) -> dict[str, Any]:
    """Return a body that POST /webhooks accepts, with some changes."""
    return {
        "url": f"https://hooks.example.com/{context.mark}/Hook/?team=A%20B&to=1",
        "events": ["status_change", "incident_created"],
        "secret": f"whsec_{context.mark}_0f3a9c",
        **changes,
    }


@shared
def _registered(context: Context) -> ServerResponse:
    """The response to POST /webhooks."""
    context.webhook_list()  # the list has been read before: it may be cached now
    return context.api.send("POST", "/webhooks", value=webhook_body(context))


@shared
def _list_after(context: Context) -> ServerResponse:
    """The list after a webhook was registered."""
    _registered(context)
    return context.api.get("/webhooks")


def some_webhooks(context: Context) -> ServerResponse:
    """Return the list, with a webhook of this run where one can be registered."""
    if context.options.may_create_permanent:
        with suppress(NotVerified):
            return _list_after(context)
    return context.webhook_list()


def _listed(context: Context) -> dict[str, Any]:
    response, created = _list_after(context), _registered(context).fields
    known_ids = {created.get("id"), created.get("webhook_id")} - {None}
    if not known_ids:
        raise NotVerified("the response to POST /webhooks has no id")
    found = [item for item in expect_list(response) if item.get("id") in known_ids]
    if not found and (response.fields.get("total_pages") or 1) > 1:
        raise NotVerified("the list has more than one page")
    expect(
        found, f"a list without {sorted(map(str, known_ids))}", "the registered webhook", response
    )
    return found[0]


@group.clause("register", "POST /webhooks registers an endpoint.", needs=_PERMANENT)
def registers_webhook(context: Context) -> None:
    expect_status(_registered(context), 201, 200)


def _returns(field: str, what: str) -> Check:
    def check(context: Context) -> None:
        response = _registered(context)
        expect_status(response, 201, 200)
        value = response.fields.get(field)
        is_right = isinstance(value, bool if field == "active" else str) and value != ""
        expect(is_right, f"{field} {value!r}", what, response)

    return named(check, f"returns_{field}")


for _field, _level, _what in (
    ("webhook_id", Level.DOCUMENTED, "a string"),
    ("verification_token", Level.DOCUMENTED, "a string"),
    ("id", Level.SAMPLE, "a string"),
    ("active", Level.SAMPLE, "true or false"),
):
    group.clause(
        f"answers-{_field.replace('_', '-')}",
        f"The response to POST /webhooks has {_field}: {_what}.",
        level=_level,
        needs=_PERMANENT,
        requests=0,
    )(_returns(_field, _what))


@group.clause(
    "is-listed",
    "A registered webhook is listed under its id, with its url and events.",
    section=_LIST,
    needs=_PERMANENT,
    requests=1,
)
def lists_registered_webhook(context: Context) -> None:
    listed, sent, response = _listed(context), webhook_body(context), _list_after(context)
    expect_equal(listed.get("url"), sent["url"], "url", response)
    created = _registered(context).fields
    if "active" in created:
        expect_equal(created["active"], listed.get("active"), "active of POST", response)
    events = listed.get("events")
    is_same = isinstance(events, list) and sorted(map(str, events)) == sorted(sent["events"])
    expect(is_same, f"events {events!r}", repr(sent["events"]), response)


@group.clause(
    "one-id",
    "webhook_id, id and the id in the list are the same.",
    level=Level.INFERRED,
    needs=_PERMANENT,
    requests=0,
)
def gives_one_id(context: Context) -> None:
    response, listed = _registered(context), _listed(context)
    for name in ("id", "webhook_id"):
        if name in response.fields:
            expect_equal(response.fields[name], listed.get("id"), name, response)


@group.clause(
    "secret-never-shown",
    "No response shows the secret.",
    needs=_PERMANENT,
    requests=0,
    level=Level.INFERRED,
)
def hides_secret(context: Context) -> None:
    _list_after(context)
    secret = webhook_body(context)["secret"].encode()
    for response in context.successes("createWebhook", "listWebhooks"):
        expect(secret not in response.body, "the secret in the response", "no secret", response)


@group.clause("each-event", "Each of the three events can be subscribed to.", needs=_COSTLY)
def accepts_each_event(context: Context) -> None:
    events = ["status_change", "incident_created", "sla_breach"]
    body = webhook_body(context, url=f"https://{context.mark}.example.com", events=events)
    expect_status(context.api.send("POST", "/webhooks", value=body), 201, 200)


@group.clause(
    "same-url-twice",
    "An endpoint that is registered again has an id of its own, or is refused.",
    level=Level.INFERRED,
    needs=_COSTLY,
)
def registers_same_url_again(context: Context) -> None:
    first, body = _registered(context), webhook_body(context, events=["sla_breach"])
    response = context.api.send("POST", "/webhooks", value=body)
    expect_status(response, 201, 200, 400)
    if response.is_success:
        for name in {"id", "webhook_id"} & response.fields.keys() & first.fields.keys():
            is_new = response.fields[name] != first.fields[name]
            expect(is_new, f"the {name} of the first webhook", "another one", response)


def _differ(field: str) -> Check:
    def check(context: Context) -> None:
        _registered(context)
        created = context.successes("createWebhook")
        texts = [each.fields[field] for each in created if each.fields.get(field)]
        if len(texts) < 2:
            raise NotVerified("only one webhook was registered in this run")
        twice = [text for text in texts if texts.count(text) > 1]
        expect(not twice, f"{field} {twice[:1]} twice", "another one for each", created[-1])

    return named(check, f"gives_each_its_{field}")


for _field in ("id", "verification_token"):
    group.clause(
        f"{_field.replace('_', '-')}s-differ",
        f"Each webhook has a {_field} of its own.",
        level=Level.INFERRED,
        needs=_PERMANENT,
        requests=0,
        prerequisites=("webhooks.each-event",),
    )(_differ(_field))


@group.clause(
    "body-broken", "POST /webhooks with a malformed body is a 400.", needs=_COSTLY, requests=2
)
def refuses_malformed_body(context: Context) -> None:
    for raw in (b'{"url": ', b"[]"):
        expect_status(context.api.send("POST", "/webhooks", body=raw), 400)


@shared
def _unfiltered(context: Context) -> list[dict[str, Any]]:
    """The list of webhooks, with one of this run where one can be registered."""
    return expect_list(some_webhooks(context))


@once
def _with_active(context: Context, text: str) -> ServerResponse:
    """List the webhooks that are active, or those that are not."""
    return context.api.get("/webhooks", query={"active": text})


def _filters_by_active(text: str, *, active: bool) -> Check:
    def check(context: Context) -> None:
        unfiltered = _unfiltered(context)
        response = _with_active(context, text)
        found = expect_list(response)
        for item in found:
            got = f"active {item.get('active')!r}"
            expect(item.get("active") is active, got, f"active {text} only", response)
        matching = {str(item.get("id")) for item in unfiltered if item.get("active") is active}
        missing = matching - {str(item.get("id")) for item in found}
        if (response.fields.get("total_pages") or 1) <= 1:
            got = f"a list without {sorted(missing)[:2]}"
            expect(not missing, got, "every such webhook", response)
        if not unfiltered:
            raise NotVerified("the team has no webhooks")

    return named(check, f"filters_by_active_{text}")


for _text in ("true", "false"):
    _kind = "active" if _text == "true" else "inactive"
    group.clause(
        f"filter-active-{_text}",
        f"GET /webhooks?active={_text} lists every {_kind} webhook and no other.",
        section=_LIST,
        requests=2,
    )(_filters_by_active(_text, active=_text == "true"))


@group.clause(
    "complete",
    "GET /webhooks without a filter lists every webhook that its filters list.",
    section=_LIST,
    requests=0,
)
def lists_what_filters_list(context: Context) -> None:
    _unfiltered(context)
    for text in ("true", "false"):
        _with_active(context, text)
    filtered, known = set[str](), set[str]()
    for response in context.successes("listWebhooks"):
        if response.key in OWN_KEYS:
            (filtered if "?" in response.url else known).update(ids(response.results))
    if filtered - known:
        whole = context.api.get("/webhooks")
        known.update(ids(expect_list(whole)))
        if (whole.fields.get("total_pages") or 1) > 1:
            raise NotVerified("the list of webhooks has more than one page")
    unknown = sorted(filtered - known)
    got = f"a list without {unknown[:2]}, which its filters list"
    expect(not unknown, got, "all webhooks", context.api.last_response)
