"""Mutants that store something other than they were sent."""

from functools import partial
from uuid import NAMESPACE_URL, uuid5

from statuspool_mock.contract.reference import DEFAULT_REGIONS
from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.time_formats import moved
from statuspool_mock.mutants.transforms import (
    filled,
    mapped,
    on,
    responding,
    sending,
    validating,
    without,
)

_REGIONS = 'regions defaults to ["eu-central-1","us-east-1","ap-northeast-1"]. (POST /monitors)'
_EXPECTED = "expected_status defaults to 200. (Monitors, POST /monitors)"
_CREATED = (
    "POST /monitors creates a monitor with the fields that were sent. (Monitors, POST /monitors)"
)
_PATCHED = "Only the fields that are sent are changed. (Monitors, PUT /monitors/{id})"
_PUT_ANSWER = "PUT returns id, name, interval_seconds, tags, updated_at. (Update Monitor)"
_CONFIGURATION = ("name", "url", "interval_seconds", "tags", "regions", "expected_status")
_create = partial(Mutant, group="create")
_update = partial(Mutant, group="update")


async def _created_and_lost(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.is_success:
        await ask(request.on_the_side("deleteMonitor", monitor_id=response.json["id"]))
    return response


async def _created_twice(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.is_success:
        await ask(request.on_the_side("createMonitor").with_body(request.values))
    return response


def _url_known_already() -> Handler:
    made: dict[tuple[str, str], str] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        if request.operation != "createMonitor":
            return await ask(request)
        known = request.key, str(request.values.get("url"))
        if known in made:
            earlier = request.on_the_side("getMonitor", monitor_id=made[known])
            response = await ask(earlier)
            if response.is_success:
                return response
        response = await ask(request)
        if response.is_success:
            made[known] = response.json["id"]
        return response

    return exchange


async def _accepted_only(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    return response.with_status(202) if response.is_success else response


async def _newest_changed_too(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success:
        return response
    first = await ask(request.on_the_side("listMonitors", limit="1"))
    page = str(first.json["total_pages"])
    newest = await ask(request.on_the_side("listMonitors", limit="1", page=page))
    for monitor in newest.json["results"]:
        put = request.on_the_side("updateMonitor", monitor_id=monitor["id"])
        await ask(put.with_body(request.values))
    return response


def _nothing_empty(values: Json) -> Json:
    return {name: value for name, value in values.items() if value != []}


async def _slowed_in_store(request: MutantRequest, ask: CallServer) -> MutantResponse:
    """Respond with the interval that was sent, and store another."""
    response = await ask(request)
    if response.is_success:
        stored = 300 if response.json["interval_seconds"] != 300 else 60
        put = request.on_the_side("updateMonitor", monitor_id=response.json["id"])
        await ask(put.with_body({"interval_seconds": stored}))
    return response


def _forgetting(*fields: str) -> ExchangeChange:
    """Respond to a PUT as requested, then restore these fields."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        before = await ask(request.on_the_side("getMonitor", monitor_id=request.monitor_id))
        response = await ask(request)
        if response.is_success:
            kept = {name: before.json[name] for name in fields}
            put = request.on_the_side("updateMonitor", monitor_id=request.monitor_id)
            await ask(put.with_body(kept))
        return response

    return on("updateMonitor", exchange)


def _all_replaced(values: Json) -> Json:
    return {"tags": [], "regions": list(DEFAULT_REGIONS), "expected_status": 200, **values}


async def _tags_added(request: MutantRequest, ask: CallServer) -> MutantResponse:
    before = await ask(request.on_the_side("getMonitor", monitor_id=request.monitor_id))
    tags = request.values.get("tags")
    if before.is_success and isinstance(tags, list):
        old = before.json["tags"]
        merged = [*old, *(tag for tag in tags if tag not in old)]
        request = request.with_body({**request.values, "tags": merged})
    return await ask(request)


async def _upserted(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status != 404:
        return response
    body = {"id": request.monitor_id, **request.values, "updated_at": "2025-01-15T10:05:33Z"}
    return response.with_json(body).with_status(200)


async def _nothing_to_say(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success:
        return response
    return response.with_status(204).with_content(b"", "").with_header("content-type", None)


def _renumbered(monitor: Json) -> Json:
    return {**monitor, "id": str(uuid5(NAMESPACE_URL, monitor["updated_at"] + monitor["id"]))}


WRITES: tuple[Mutant, ...] = (
    _create(
        name="default-regions-incomplete",
        wrong="A monitor without regions is checked from eu-central-1 only.",
        promise=_REGIONS,
        change=filled("createMonitor", regions=["eu-central-1"]),
    ),
    _create(
        name="default-expected-status-204",
        wrong="A monitor without expected_status expects 204.",
        promise=_EXPECTED,
        change=filled("createMonitor", expected_status=204),
    ),
    _create(
        name="sent-regions-ignored",
        wrong="POST /monitors ignores regions and uses the default ones.",
        promise=_CREATED,
        change=sending("createMonitor", without("regions")),
    ),
    _create(
        name="sent-tags-ignored",
        wrong="POST /monitors drops tags.",
        promise=_CREATED,
        change=sending("createMonitor", without("tags")),
    ),
    _create(
        name="sent-expected-status-ignored",
        wrong="POST /monitors ignores expected_status and uses 200.",
        promise=_CREATED,
        change=sending("createMonitor", without("expected_status")),
    ),
    _create(
        name="created-but-not-stored",
        wrong="POST /monitors responds with a monitor that does not exist afterwards.",
        promise=_CREATED,
        change=on("createMonitor", _created_and_lost),
    ),
    _create(
        name="created-with-another-interval",
        wrong="POST /monitors responds with the interval that was sent and stores another.",
        promise=_CREATED,
        change=on("createMonitor", _slowed_in_store),
    ),
    _create(
        name="created-twice",
        wrong="POST /monitors creates two monitors and responds with one.",
        promise="POST /monitors creates a new monitor. (Monitors, POST /monitors)",
        change=on("createMonitor", _created_twice),
    ),
    _create(
        name="url-monitored-once",
        wrong="POST /monitors with a known URL responds with the earlier monitor.",
        promise="POST /monitors creates a new monitor. (Monitors, POST /monitors)",
        change=ExchangeChange(_url_known_already),
    ),
    _create(
        name="created-as-202",
        wrong="POST responds with 202.",
        promise="A successful POST is a 200 or 201. (Monitors, POST /monitors)",
        change=on("createMonitor createIncident createWebhook", _accepted_only),
    ),
    _update(
        name="put-not-stored",
        wrong="PUT responds with the changes and stores none of them.",
        promise="PUT updates an existing monitor. (Monitors, PUT /monitors/{id})",
        change=_forgetting(*_CONFIGURATION),
    ),
    _update(
        name="put-interval-not-stored",
        wrong="PUT responds with the new interval and keeps the old one.",
        promise="Changing interval_seconds takes effect on the next check. (PUT /monitors/{id})",
        change=_forgetting("interval_seconds"),
    ),
    _update(
        name="put-resets-what-is-omitted",
        wrong="PUT resets tags, regions and expected_status to their defaults if they are omitted.",
        promise=_PATCHED,
        change=sending("updateMonitor", _all_replaced),
    ),
    _update(
        name="put-needs-every-field",
        wrong="PUT without name, url and interval_seconds is a 400.",
        promise=_PATCHED,
        change=validating(("updateMonitor",), "", required=["name", "url", "interval_seconds"]),
    ),
    _update(
        name="put-adds-tags",
        wrong="PUT adds the tags to the present ones.",
        promise="Tags are returned as sent. (Code Examples, Update Monitor)",
        change=on("updateMonitor", _tags_added),
    ),
    _update(
        name="put-empty-tags-ignored",
        wrong="PUT cannot remove all tags: an empty list counts as omitted.",
        promise=_PATCHED,
        change=sending("updateMonitor", _nothing_empty),
    ),
    _update(
        name="put-changes-another-monitor",
        wrong="PUT also changes the newest monitor.",
        promise="PUT updates one monitor. (Monitors, PUT /monitors/{id})",
        change=on("updateMonitor", _newest_changed_too),
    ),
    _update(
        name="put-answers-another-id",
        wrong="PUT responds with the id of a new revision.",
        promise=_PUT_ANSWER,
        change=responding("updateMonitor", _renumbered),
    ),
    _update(
        name="put-omits-updated-at",
        wrong="PUT responds without updated_at.",
        promise=_PUT_ANSWER,
        change=responding("updateMonitor", without("updated_at")),
    ),
    _update(
        name="put-updated-at-stale",
        wrong="PUT responds with an updated_at from before the change.",
        promise=_PUT_ANSWER,
        change=responding("updateMonitor", mapped("updated_at", moved(hours=-1))),
    ),
    _update(
        name="put-updated-at-kept",
        wrong="updated_at stays the time of creation.",
        promise=_PUT_ANSWER,
        change=responding("updateMonitor", lambda body: {**body, "updated_at": body["created_at"]}),
    ),
    _update(
        name="put-answers-204",
        wrong="PUT responds with 204 and no monitor.",
        promise=_PUT_ANSWER,
        change=on("updateMonitor", _nothing_to_say),
    ),
    _update(
        name="put-of-unknown-monitor-succeeds",
        wrong="PUT to an unknown id responds with 200.",
        promise="404 if the monitor does not exist. (Error Codes, 404)",
        change=on("updateMonitor", _upserted),
    ),
)
