"""Which values are taken. Reference: POST /monitors, PUT."""

from collections.abc import Mapping
from typing import Any

from statuspool_mock.conformance.active.assertions import expect_equal, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.clauses.validation import (
    EXPECTED,
    INTERVAL,
    NAME,
    REGIONS,
    TAGS,
    URL,
    rank,
)
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need

chapter = ClauseGroup("validation", section="Monitors, POST /monitors; Error Codes, 400")
chapters = (chapter,)
_WRITES = (Need.WRITES,)
_DEAR = (Need.WRITES, Need.TIME)


def _is_main(row: tuple[str, Mapping[str, Any], str]) -> bool:
    return rank(_RIGHT, row, lambda each: next(iter(each[1]))) < 2


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


def _taken_together(scene: Context, method: str) -> set[str]:
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


def _offer(
    scene: Context, method: str, changes: Mapping[str, Any]
) -> tuple[ServerResponse, Finding | None]:
    """Send right values, and tell what became of them."""
    if method == "POST":
        answer = scene.api.send("POST", "/monitors", value=scene.body(**changes))
        told: Mapping[str, Any] = {**changes, **answer.fields}
    else:
        monitor_id = scene.subject()["id"]
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
    def check(scene: Context) -> None:
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
