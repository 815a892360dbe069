"""Filters, both ways. Reference: ?status, ?from and ?to, ?monitor_id, ?resolved, ?active."""

from datetime import timedelta, timezone
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list, expect_status, ids
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.context import Context, shared
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.time_parsing import moment

chapter = ClauseGroup("filters", section="Monitors, GET /monitors")
chapters = (chapter,)


def _status(status: str) -> Check:
    def check(scene: Context) -> None:
        if not scene.options.read_only:
            scene.broken()
            scene.minimal()
        answer = scene.api.get("/monitors", query={"status": status, "limit": 100})
        found = expect_list(answer)
        for monitor in found:
            expect(
                monitor.get("status") == status,
                f"a monitor that is {monitor.get('status')!r}",
                f"only monitors that are {status}",
                answer,
            )
        everyone = scene.api.get("/monitors", query={"limit": 100})
        listed = expect_list(everyone)
        _same(scene, status, found, listed, answer, everyone)

    return check


def _same(  # noqa: PLR0917  (two lists and their answers)
    scene: Context,
    status: str,
    found: list[dict[str, Any]],
    listed: list[dict[str, Any]],
    answer: ServerResponse,
    everyone: ServerResponse,
) -> None:
    """Compare with the whole list, leaving out what changed its status in between."""
    if (everyone.fields.get("total_pages") or 0) > 1 or (answer.fields.get("total_pages") or 0) > 1:
        if not found and any(m.get("status") == status for m in listed):
            expect(False, "none", f"the monitors that are {status}", answer)
        return
    missing = {str(m.get("id")) for m in listed if m.get("status") == status} - set(ids(found))
    if missing:  # one may have changed between the two lists
        again = ids(expect_list(scene.api.get("/monitors", query={"status": status, "limit": 100})))
        missing -= set(again)
    expect(not missing, f"without {sorted(missing)[:2]}", f"every monitor that is {status}", answer)
    if not found and not listed:
        raise NotVerified("the team has no monitors")
    if len(found) == len(listed) and len({m.get("status") for m in listed}) <= 1:
        raise NotVerified(f"every monitor is {status}: a filter could not show")


for _value in ("up", "down", "paused"):
    chapter.clause(
        f"status-{_value}",
        f"GET /monitors?status={_value} lists every monitor that is {_value} and no other.",
        requests=2,
    )(_status(_value))


@chapter.clause(
    "status-pages",
    "A filtered list is paged after it is filtered: pages are full and add up.",
    requests=5,
)
def _(scene: Context) -> None:
    whole = scene.api.get("/monitors", query={"status": "up", "limit": 100})
    expected = ids(expect_list(whole))
    if len(expected) < 3:
        raise NotVerified("fewer than three monitors are up")
    first = scene.api.get("/monitors", query={"status": "up", "limit": 2, "page": 1})
    second = scene.api.get("/monitors", query={"status": "up", "limit": 2, "page": 2})
    came = ids(expect_list(first)) + ids(expect_list(second))
    if came != expected[: len(came)] or len(came) < min(4, len(expected)):
        fresh = ids(expect_list(scene.api.get("/monitors", query={"status": "up", "limit": 100})))
        if fresh != expected:
            raise NotVerified("monitors change their status too fast")
        expect(False, f"pages of {len(came)}", "two full pages of the list", second)
    total = first.fields.get("total_pages")
    if (whole.fields.get("total_pages") or 0) == 1:
        wanted = -(-len(expected) // 2)
        expect(total == wanted, f"total_pages {total}", f"{wanted}", first)


@chapter.clause(
    "status-unknown",
    "GET /monitors?status= with a value that is none is a 400.",
    level=Level.INFERRED,
    section="Error Codes, 400",
)
def _(scene: Context) -> None:
    expect_status(scene.api.get("/monitors", query={"status": "sideways"}), 400)


@chapter.clause(
    "status-degraded",
    "GET /monitors?status=degraded is a 400, or lists what is degraded.",
    level=Level.INFERRED,
)
def _(scene: Context) -> None:
    answer = scene.api.get("/monitors", query={"status": "degraded"})
    expect_status(answer, 400, 200)
    if answer.status == 200:
        scene.note("?status=degraded is taken for a filter.")
        others = [m.get("status") for m in expect_list(answer) if m.get("status") != "degraded"]
        expect(not others, f"monitors that are {others[:2]}", "degraded ones only", answer)


# Logs


@shared
def _log(scene: Context) -> tuple[str, list[dict[str, Any]]]:
    """A log with checks at three different times."""
    for monitor_id, answer in scene.logs().items():
        rows = [r for r in answer.results if isinstance(r, dict) and moment(r.get("timestamp"))]
        if len({r["timestamp"] for r in rows}) >= 3:
            return f"/monitors/{monitor_id}/logs", sorted(rows, key=lambda r: str(_when(r)))
    raise NotVerified("no log tells of three different times")


def _when(row: dict[str, Any]) -> Any:
    return moment(row.get("timestamp"))


def _within(answer: ServerResponse, low: Any, high: Any) -> None:
    for row in expect_list(answer):
        at = _when(row)
        if at is None:
            continue
        expect(
            (low is None or at >= low) and (high is None or at <= high),
            f"an entry of {row['timestamp']}",
            f"from {low or 'the beginning'} to {high or 'now'}",
            answer,
        )


def _iso(at: Any, *, hours: float = 0) -> str:
    zone = at if not hours else at.astimezone(timezone(timedelta(hours=hours)))
    return str(zone.isoformat()).replace("+00:00", "Z")


@chapter.clause(
    "from", "?from leaves out earlier log entries and no later ones.",
    section="Logs, GET /monitors/{id}/logs",
)  # fmt: skip
def _(scene: Context) -> None:
    path, rows = _log(scene)
    times = sorted({_when(row) for row in rows})
    low, high = times[len(times) // 2], times[-1]
    answer = scene.api.get(path, query={"from": _iso(low), "to": _iso(high), "limit": 100})
    _within(answer, low, high)
    expected = {_when(r) for r in rows if low <= _when(r) < high}
    came = {_when(r) for r in answer.results}
    if (answer.fields.get("total_pages") or 0) <= 1:
        missing = sorted(expected - came)
        expect(not missing, f"no entry of {missing[:1]}", "every entry in the range", answer)


@chapter.clause(
    "from-alone", "?from without ?to lists the log from then on.",
    section="Logs, GET /monitors/{id}/logs",
)  # fmt: skip
def _(scene: Context) -> None:
    path, rows = _log(scene)
    times = sorted({_when(row) for row in rows})
    low = times[len(times) // 2]
    answer = scene.api.get(path, query={"from": _iso(low), "limit": 100})
    _within(answer, low, None)
    expect(answer.results, "no entry", f"those from {low} on", answer)


@chapter.clause(
    "to-alone", "?to without ?from lists the log until then.",
    section="Logs, GET /monitors/{id}/logs",
)  # fmt: skip
def _(scene: Context) -> None:
    path, rows = _log(scene)
    times = sorted({_when(row) for row in rows})
    high = times[len(times) // 2]
    answer = scene.api.get(path, query={"to": _iso(high), "limit": 100})
    _within(answer, None, high)
    expect(answer.results, "no entry", f"those up to {high}", answer)


@chapter.clause(
    "time-zones",
    "?from and ?to are instants: an offset such as +02:00 counts.",
    section="Logs, GET /monitors/{id}/logs",
    requests=2,
)
def _(scene: Context) -> None:
    path, rows = _log(scene)
    times = sorted({_when(row) for row in rows})
    low, high = times[1], times[-1]
    for hours in (2, -5.5):
        query = {"from": _iso(low, hours=hours), "to": _iso(high, hours=hours), "limit": 100}
        answer = scene.api.get(path, query=query)
        _within(answer, low, high)
        expect(answer.results, "no entry", f"those of {low} to {high}", answer)


@chapter.clause(
    "empty-range",
    "A range before the first or after the last check holds no entries.",
    section="Logs, GET /monitors/{id}/logs",
    requests=2,
    needs=(Need.TIME,),
)
def _(scene: Context) -> None:
    path, _ = _log(scene)
    for low, high in (
        ("1999-01-01T00:00:00Z", "1999-01-02T00:00:00Z"),
        ("2999-01-01T00:00:00Z", "2999-01-02T00:00:00Z"),
    ):
        answer = scene.api.get(path, query={"from": low, "to": high})
        expect_status(answer, 200, 400)
        expect(not answer.results, f"{len(answer.results)} entries", "none", answer)


@chapter.clause(
    "reversed-range",
    "?from after ?to is a 400, or lists nothing.",
    level=Level.INFERRED,
    section="Logs, GET /monitors/{id}/logs",
)
def _(scene: Context) -> None:
    path, rows = _log(scene)
    times = sorted({_when(row) for row in rows})
    answer = scene.api.get(path, query={"from": _iso(times[-1]), "to": _iso(times[0])})
    expect_status(answer, 400, 200)
    expect(not answer.results, f"{len(answer.results)} entries", "none", answer)
    if answer.status == 200:
        scene.note("?from after ?to lists nothing.")


def _unreadable(name: str, text: str) -> Check:
    def check(scene: Context) -> None:
        monitor_id = next(iter(scene.logs()))
        answer = scene.api.get(f"/monitors/{monitor_id}/logs", query={name: text})
        expect_status(answer, 400, because=f"{text} is no ISO 8601 timestamp")

    return check


for _label, _name, _text in (
    ("from-unreadable", "from", "yesterday"),
    ("to-unreadable", "to", "tomorrow"),
    ("from-impossible", "from", "2025-13-45T99:00:00Z"),
):
    chapter.clause(
        _label,
        f"GET /monitors/{{id}}/logs?{_name}={_text} is a 400.",
        level=Level.INFERRED,
        section="Error Codes, 400; Logs",
        needs=() if _label == "from-unreadable" else (Need.TIME,),
    )(_unreadable(_name, _text))
