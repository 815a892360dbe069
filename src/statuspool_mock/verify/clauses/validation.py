"""What is refused and what is taken. Reference: POST /monitors, PUT; Error Codes, 400."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from statuspool_mock.verify.clause import Chapter, Check, Level, Need
from statuspool_mock.verify.exchange import Answer
from statuspool_mock.verify.expectations import expect, expect_equal, expect_status
from statuspool_mock.verify.scene import Scene, shared
from statuspool_mock.verify.verdicts import Finding, NotVerified

chapter = Chapter("validation", section="Monitors, POST /monitors; Error Codes, 400")
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


def _rank(rows: Sequence[tuple[Any, ...]], row: tuple[Any, ...], field: Any) -> int:
    """Return which of its field's rows this is: the first ones are judged where all is dear."""
    return [each for each in rows if field(each) == field(row)].index(row)


def _is_cheap(row: tuple[str, str, Any, str]) -> bool:
    return _rank(_WRONG, row, lambda each: each[1]) < 3


def _is_main(row: tuple[str, Mapping[str, Any], str]) -> bool:
    return _rank(_RIGHT, row, lambda each: next(iter(each[1]))) < 2


def _probe(scene: Scene, method: str, wrong: Mapping[str, Any]) -> Answer:
    if method == "POST":
        body = {**scene.body(name=f"{scene.mark} refused"), **wrong}
        return scene.api.send("POST", "/monitors", value=body)
    return scene.api.send("PUT", f"/monitors/{scene.minimal()['id']}", value=dict(wrong))


def _together(scene: Scene, method: str) -> dict[str, Answer]:
    """Return what was refused by name: several wrong fields in one request, told by `details`.

    Whatever a refusal does not name is judged by a request of its own.
    """
    key = f"refused together by {method}"
    if key not in scene.kept:
        refused: dict[str, Answer] = {}
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
    found: dict[str, Answer] = scene.kept[key]
    return found


def _wrong(method: str, name: str, field: str, value: Any, says: str) -> Check:
    def check(scene: Scene) -> None:
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


@shared
def _nothing(scene: Scene) -> Answer:
    """The answer to POST /monitors with an empty object."""
    return scene.api.send("POST", "/monitors", value={})


def _missing(field: str) -> Check:
    def check(scene: Scene) -> None:
        if field in fields_of(_nothing(scene)):
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
    def check(scene: Scene) -> None:
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
def _(scene: Scene) -> None:
    monitor = scene.minimal()
    for field in ("tags", "regions", "expected_status"):
        answer = scene.api.send("PUT", f"/monitors/{monitor['id']}", value={field: None})
        expect_status(answer, 400, 200)
        if answer.status == 200:
            scene.note("null for an optional field is ignored.")
            stored = answer.fields.get(field, "untold")
            expect(stored is not None, f"{field} null", "the field as it was", answer)


_RIGHT: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("name-of-2", {"name": "ab"}, NAME),
    ("name-of-128-characters-of-more-bytes", {"name": "ü" * 128}, NAME),
    ("interval-30", {"interval_seconds": 30}, INTERVAL),
    ("interval-300", {"interval_seconds": 300}, INTERVAL),
    ("name-of-128", {"name": "n" * 128}, NAME),
    ("interval-60", {"interval_seconds": 60}, INTERVAL),
    ("interval-120", {"interval_seconds": 120}, INTERVAL),
    ("url-http", {"url": "http://shop.example.com:8080/p?q=1&r=%20"}, URL),
    ("tags-empty", {"tags": []}, TAGS),
    ("one-region", {"regions": ["us-east-1"]}, REGIONS),
    ("expected-status-404", {"expected_status": 404}, EXPECTED),
)


def _taken_together(scene: Scene, method: str) -> set[str]:
    """Return what was taken: several right values in one request, where that was taken whole.

    Whatever came in a request that was not is judged by a request of its own.
    """
    key = f"taken together by {method}"
    if key not in scene.kept:
        taken: set[str] = set()
        waiting = [row for row in _RIGHT if not scene.options.is_quick or _is_main(row)]
        while waiting:
            batch = {next(iter(changes)): name for name, changes, _ in reversed(waiting)}
            rows = [row for row in waiting if row[0] in batch.values()]
            waiting = [row for row in waiting if row not in rows]
            changes = {field: value for row in rows for field, value in row[1].items()}
            _, wrong = _offer(scene, method, changes)
            if wrong is None:
                taken |= {row[0] for row in rows}
        scene.kept[key] = taken
    found: set[str] = scene.kept[key]
    return found


def _offer(scene: Scene, method: str, changes: Mapping[str, Any]) -> tuple[Answer, Finding | None]:
    """Send right values, and tell what became of them."""
    if method == "POST":
        answer = scene.api.send("POST", "/monitors", value=scene.body(**changes))
        told: Mapping[str, Any] = {**changes, **answer.fields}
    else:
        monitor_id = scene.minimal()["id"]
        answer = scene.api.send("PUT", f"/monitors/{monitor_id}", value=dict(changes))
        told = scene.read(monitor_id) if answer.status == 200 else {}
    try:
        expect_status(answer, *((201, 200) if method == "POST" else (200,)))
        for field, value in changes.items():
            expect_equal(told.get(field), value, f"stored {field}", answer)
    except Finding as finding:
        return answer, finding
    return answer, None


def _taken(method: str, name: str, changes: Mapping[str, Any]) -> Check:
    def check(scene: Scene) -> None:
        if name not in _taken_together(scene, method):
            _, wrong = _offer(scene, method, changes)
            if wrong is not None:
                raise wrong

    return check


for _right in _RIGHT:
    _name, _changes, _says = _right
    chapter.clause(
        f"post.{_name}",
        f"{_says}: POST takes {_name.replace('-', ' ')}.",
        needs=_WRITES if _is_main(_right) else _DEAR,
    )(_taken("POST", _name, _changes))
    chapter.clause(
        f"put.{_name}",
        f"{_says}: PUT takes {_name.replace('-', ' ')} and stores it.",
        section="Monitors, PUT",
        needs=_WRITES if _is_main(_right) else _DEAR,
        requests=2,
    )(_taken("PUT", _name, _changes))


@chapter.clause(
    "details-name-each-field",
    "The details array of a 400 has an entry with field and message for each wrong field.",
    section="Error Codes, 400",
    needs=_WRITES,
    requests=2,
)
def _(scene: Scene) -> None:
    wrong = {"name": "x", "url": "no url", "interval_seconds": 7, "tags": "t",
             "expected_status": "ok"}  # fmt: skip
    answer = scene.api.send("POST", "/monitors", value=wrong)
    expect_status(answer, 400)
    details_name(answer, set(wrong))
    missing = _nothing(scene)
    expect_status(missing, 400)
    details_name(missing, {"name", "url", "interval_seconds"})


@chapter.clause(
    "put-details-name-each-field",
    "The details of a refused PUT have an entry for each wrong field.",
    section="Error Codes, 400",
    needs=_DEAR,
)
def _(scene: Scene) -> None:
    wrong = {"name": "x", "url": "no url", "interval_seconds": 7}
    path = f"/monitors/{scene.minimal()['id']}"
    answer = scene.api.send("PUT", path, value=wrong)
    expect_status(answer, 400)
    details_name(answer, set(wrong))


@chapter.clause(
    "details-name-the-field",
    "The details of every refusal so far name the field that was wrong.",
    section="Error Codes, 400",
    needs=_WRITES,
    requests=0,
)
def _(scene: Scene) -> None:
    refusals = scene.kept.get("refusals", [])
    together = [scene.kept.get(f"refused together by {method}") for method in ("POST", "PUT")]
    if not refusals and not any(together):
        raise NotVerified("nothing was refused with a 400")
    for fields, answer in refusals:
        details_name(answer, fields)


def fields_of(answer: Answer) -> set[str]:
    """Return the fields that `details` names: `tags.0`, `tags[0]` and `body.tags` are tags."""
    details = answer.fields.get("details")
    named: set[str] = set()
    for entry in details if isinstance(details, list) else ():
        text = entry.get("field") if isinstance(entry, dict) else None
        if isinstance(text, str):
            named.update(part for part in re.split(r"[\[\]./]", text) if part)
    return named


def details_name(answer: Answer, fields: set[str]) -> None:
    """Expect `details` to be an array of {field, message} that names these fields."""
    details = answer.fields.get("details")
    if not isinstance(details, list) or not all(
        isinstance(entry, dict)
        and isinstance(entry.get("field"), str)
        and isinstance(entry.get("message"), str)
        for entry in details
    ):
        raise Finding(answer.summary(), "details: an array of {field, message}", answer)
    named = fields_of(answer)
    if not fields <= named:
        missing = ", ".join(sorted(fields - named))
        raise Finding(answer.summary(), f"details that name {missing} too", answer)


@chapter.clause(
    "refused-post-creates-nothing",
    "A POST /monitors that is refused creates no monitor.",
    level=Level.INFERRED,
    section="Error Codes, 400",
    needs=_WRITES,
    requests=2,
)
def _(scene: Scene) -> None:
    before = _listed(scene)
    for _ in range(2):  # another client may create one at this very moment, but hardly twice
        wrong = {**scene.body(name=f"{scene.mark} refused"), "tags": [1], "url": "no url"}
        answer = scene.api.send("POST", "/monitors", value=wrong)
        after = _listed(scene)
        strays = after - before - set(scene.api.ledger)
        if answer.status != 400 or not strays:
            return
        before = after
    scene.api.permanent += [f"monitor {stray}: it may be another client's" for stray in strays]
    expect(not strays, f"a new monitor {sorted(strays)[:1]} after a refused POST", "none", answer)


def _listed(scene: Scene) -> set[str]:
    pages = scene.pages("/monitors", limit=100, most=30)
    return {str(m["id"]) for page in pages for m in page.results if isinstance(m, dict)}


@chapter.clause(
    "refused-put-changes-nothing",
    "A PUT that is refused changes nothing, not even the fields that were right.",
    level=Level.INFERRED,
    section="Monitors, PUT; Error Codes, 400",
    needs=_WRITES,
    requests=4,
)
def _(scene: Scene) -> None:
    monitor = scene.make(name=f"{scene.mark} steady", tags=["before"])
    path = f"/monitors/{monitor['id']}"
    answer = scene.api.send("PUT", path, value={"tags": ["after"], "interval_seconds": 7})
    expect_status(answer, 400)
    now = scene.read(monitor["id"])
    expect_equal(now.get("tags"), ["before"], "tags", scene.api.exchanges[-1])


for _label, _raw in (
    ("broken-json", b'{"name": "half'),
    ("empty-body", b""),
    ("array", b'[{"name": "a"}]'),
    ("text", b'"text"'),
    ("null", b"null"),
    ("bad-utf-8", b'{"name": "\xff\xfe", "url": "https://e.com", "interval_seconds": 60}'),
):

    def _malformed(scene: Scene, raw: bytes = _raw) -> None:
        answer = scene.api.send("POST", "/monitors", body=raw)
        expect_status(answer, 400, because="the body is malformed")

    chapter.clause(
        f"post.body-{_label}",
        f"POST /monitors with a malformed body ({_label.replace('-', ' ')}) is a 400.",
        section="Error Codes, 400",
        needs=_WRITES if _label in {"broken-json", "array"} else _DEAR,
    )(_malformed)

for _label, _raw in (("broken-json", b'{"tags": ['), ("array", b'["a"]'), ("text", b'"a"')):

    def _malformed_put(scene: Scene, raw: bytes = _raw) -> None:
        path = f"/monitors/{scene.minimal()['id']}"
        answer = scene.api.send("PUT", path, body=raw)
        expect_status(answer, 400, because="the body is malformed")

    chapter.clause(
        f"put.body-{_label}",
        f"PUT /monitors/{{id}} with a malformed body ({_label.replace('-', ' ')}) is a 400.",
        section="Error Codes, 400",
        needs=_WRITES if _label == "array" else _DEAR,
    )(_malformed_put)


@chapter.clause(
    "other-content-type",
    "A body that is declared to be no JSON is refused.",
    level=Level.INFERRED,
    section="Endpoint List",
    needs=(Need.WRITES, Need.TIME),
)
def _(scene: Scene) -> None:
    answer = scene.api.send(
        "POST",
        "/monitors",
        body=b"name=verify&url=https%3A%2F%2Fexample.com",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    expect_status(answer, 400, 415)
    if answer.status == 415:
        scene.note("Another content type is a 415.")


# A server that names one wrong field at a time makes the others dear: this one comes first.
chapter.clauses.sort(key=lambda clause: clause.id != "validation.details-name-each-field")
