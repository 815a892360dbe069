"""Which values are refused. Reference: POST /monitors, PUT; Error Codes, 400."""

from collections.abc import Mapping, Sequence
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.clauses.details import answer_to_nothing, fields_of
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need

chapter = ClauseGroup("validation", section="Monitors, POST /monitors; Error Codes, 400")
chapters = (chapter,)
_WRITES = (Need.WRITES,)
_DEAR = (Need.WRITES, Need.TIME)

NAME = "name is a string of 2 to 128 characters"
URL = "url is a valid HTTP(S) URL"
INTERVAL = "interval_seconds is 30, 60, 120 or 300"
TAGS = "tags is an array of strings"
REGIONS = "regions is an array"
EXPECTED = "expected_status is an integer"

_WRONG: tuple[tuple[str, str, Any, str], ...] = (
    ("name-too-short", "name", "x", NAME),
    ("name-too-long", "name", "n" * 129, NAME),
    ("name-number", "name", 12345, NAME),
    ("url-ftp", "url", "ftp://example.com/file", URL),
    ("url-no-url", "url", "not a url", URL),
    ("url-javascript", "url", "javascript:alert(1)", URL),
    ("interval-31", "interval_seconds", 31, INTERVAL),
    ("interval-text", "interval_seconds", "60", INTERVAL),
    ("interval-90", "interval_seconds", 90, INTERVAL),
    ("name-empty", "name", "", NAME),
    ("url-without-host", "url", "https://", URL),
    ("url-number", "url", 80, URL),
    ("interval-0", "interval_seconds", 0, INTERVAL),
    ("interval-600", "interval_seconds", 600, INTERVAL),
    ("interval-negative", "interval_seconds", -60, INTERVAL),
    ("interval-fraction", "interval_seconds", 60.5, INTERVAL),
    ("interval-true", "interval_seconds", True, INTERVAL),
    ("tags-text", "tags", "production", TAGS),
    ("tags-of-numbers", "tags", [1, 2], TAGS),
    ("tags-object", "tags", {"a": "b"}, TAGS),
    ("regions-text", "regions", "eu-central-1", REGIONS),
    ("regions-of-numbers", "regions", [1], REGIONS),
    ("expected-status-text", "expected_status", "200", EXPECTED),
    ("expected-status-fraction", "expected_status", 200.5, EXPECTED),
)


def rank(rows: Sequence[tuple[Any, ...]], row: tuple[Any, ...], field: Any) -> int:
    """Return which of its field's rows this is: the first ones are judged where all is dear."""
    return [each for each in rows if field(each) == field(row)].index(row)


def _is_cheap(row: tuple[str, str, Any, str]) -> bool:
    return rank(_WRONG, row, lambda each: each[1]) < 3


def _probe(scene: Context, method: str, wrong: Mapping[str, Any]) -> ServerResponse:
    if method == "POST":
        body = {**scene.body(name=f"{scene.mark} refused"), **wrong}
        return scene.api.send("POST", "/monitors", value=body)
    return scene.api.send("PUT", f"/monitors/{scene.subject()['id']}", value=dict(wrong))


def _together(scene: Context, method: str) -> dict[str, ServerResponse]:
    """Return what was refused by name: several wrong fields in one request, told by `details`.

    Whatever a refusal does not name is judged by a request of its own.
    """
    key = f"refused together by {method}"
    if key not in scene.kept:
        refused: dict[str, ServerResponse] = {}
        waiting = [row for row in _WRONG if not scene.options.is_quick or _is_cheap(row)]
        while waiting:
            batch = {field: (name, value) for name, field, value, _ in reversed(waiting)}
            waiting = [row for row in waiting if batch[row[1]][0] != row[0]]
            answer = _probe(scene, method, {field: value for field, (_, value) in batch.items()})
            if answer.status != 400 or not fields_of(answer):
                break
            named = fields_of(answer)
            refused.update({name: answer for f, (name, _) in batch.items() if f in named})
        scene.kept[key] = refused
    found: dict[str, ServerResponse] = scene.kept[key]
    return found


def _wrong(method: str, name: str, field: str, value: Any, says: str) -> Check:
    def check(scene: Context) -> None:
        if name in _together(scene, method):
            return
        answer = _probe(scene, method, {field: value})
        expect_status(answer, 400, because=says)
        scene.kept.setdefault("refusals", []).append(({field}, answer))

    return check


for _row in _WRONG:
    _name, _field, _value, _says = _row
    for _method in ("POST", "PUT"):
        chapter.clause(
            f"{_method.lower()}.{_name}",
            f"{_says}: {_method} refuses {str(_value)[:20]!r}.",
            needs=_WRITES if _is_cheap(_row) else _DEAR,
            section="Monitors, POST /monitors" if _method == "POST" else "Monitors, PUT",
        )(_wrong(_method, _name, _field, _value, _says))


def _missing(field: str) -> Check:
    def check(scene: Context) -> None:
        if field in fields_of(answer_to_nothing(scene)):
            return
        whole = {**scene.body(name=f"{scene.mark} refused")}
        whole.pop(field)
        answer = scene.api.send("POST", "/monitors", value=whole)
        expect_status(answer, 400, because=f"{field} is required")
        scene.kept.setdefault("refusals", []).append(({field}, answer))

    return check


for _field in ("name", "url", "interval_seconds"):
    chapter.clause(
        f"post.{_field.replace('_', '-')}-required",
        f"POST /monitors without {_field} is a 400.",
        needs=_WRITES,
    )(_missing(_field))


def _null(field: str) -> Check:
    def check(scene: Context) -> None:
        body = {**scene.body(name=f"{scene.mark} refused"), field: None}
        answer = scene.api.send("POST", "/monitors", value=body)
        expect_status(answer, 400, because=f"{field} is required")

    return check


for _field in ("name", "url", "interval_seconds"):
    chapter.clause(
        f"post.{_field.replace('_', '-')}-null",
        f"POST /monitors with null for {_field} is a 400.",
        needs=_WRITES if _field == "name" else _DEAR,
    )(_null(_field))


@chapter.clause(
    "optional-null",
    "null for an optional field is refused or ignored, never stored.",
    level=Level.INFERRED,
    needs=_DEAR,
    requests=3,
)
def _(scene: Context) -> None:
    monitor = scene.subject()
    for field in ("tags", "regions", "expected_status"):
        answer = scene.api.send("PUT", f"/monitors/{monitor['id']}", value={field: None})
        expect_status(answer, 400, 200)
        if answer.status == 200:
            scene.note("null for an optional field is ignored.")
            stored = answer.fields.get(field, "untold")
            expect(stored is not None, f"{field} null", "the field as it was", answer)
