"""Values that are accepted. Reference: POST /monitors, PUT."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import expect_equal, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
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
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.sharing import shared

group = ClauseGroup("validation", section="Monitors, POST /monitors; Error Codes, 400")
groups = (group,)
_WRITES = (Need.WRITES,)
_COSTLY = (Need.WRITES, Need.TIME)
_CHEAP_ROWS = 2
"""How many values of each field are tried where requests are scarce."""


@dataclass(frozen=True, slots=True, eq=False)
class ValidValue:
    """A value that every server must accept, and the rule that allows it."""

    name: str
    field: str
    value: Any
    rule: str


_VALID = tuple(
    ValidValue(*row)
    for row in (
        ("name-of-2", "name", "ab", NAME),
        ("name-of-128-characters-of-more-bytes", "name", "ü" * 128, NAME),
        ("interval-30", "interval_seconds", 30, INTERVAL),
        ("interval-300", "interval_seconds", 300, INTERVAL),
        ("name-of-128", "name", "n" * 128, NAME),
        ("interval-60", "interval_seconds", 60, INTERVAL),
        ("interval-120", "interval_seconds", 120, INTERVAL),
        ("url-http", "url", "http://shop.example.com:8080/p?q=1&r=%20", URL),
        ("tags-empty", "tags", [], TAGS),
        ("one-region", "regions", ["us-east-1"], REGIONS),
        ("expected-status-404", "expected_status", 404, EXPECTED),
        ("name-of-128-emoji", "name", "\N{SHIP}" * 128, NAME),
        ("name-with-spaces-and-accents", "name", "  " + "e\u0301" * 62 + "  ", NAME),
        ("url-with-capitals", "url", "HTTPS://Shop.Example.COM/Health?b=2&a=1", URL),
        ("url-without-path", "url", "https://shop.example.com", URL),
        ("url-with-slash-at-the-end", "url", "https://shop.example.com/status/", URL),
        ("url-with-default-port", "url", "https://shop.example.com:443/a/?q=%7e+1#top", URL),
        ("tags-unordered", "tags", ["b", "a", "C"], TAGS),
        ("tags-twice", "tags", ["a", "b", "a"], TAGS),
        ("tags-with-spaces", "tags", [" a ", "b c"], TAGS),
        ("tags-with-commas", "tags", ["a,b", "c;d|e"], TAGS),
        ("regions-unordered", "regions", ["us-east-1", "eu-central-1", "ap-northeast-1"], REGIONS),
        ("expected-status-204", "expected_status", 204, EXPECTED),
        ("expected-status-301", "expected_status", 301, EXPECTED),
    )
)


def _is_cheap(row: ValidValue) -> bool:
    return rank(_VALID, row) < _CHEAP_ROWS


@shared
def _accepted_together(context: Context, method: str) -> frozenset[str]:
    """The rows that were accepted with others: one request with several valid values.

    Rows of a request that was not accepted as a whole need a request of their own.
    """
    accepted: set[str] = set()
    waiting = [row for row in _VALID if not context.options.is_quick or _is_cheap(row)]
    while waiting:
        batch = {row.field: row for row in reversed(waiting)}
        waiting = [row for row in waiting if batch[row.field] is not row]
        try:
            _expect_accepted(context, method, {f: row.value for f, row in batch.items()})
        except Finding:
            continue
        accepted.update(row.name for row in batch.values())
    return frozenset(accepted)


def _expect_accepted(context: Context, method: str, changes: Mapping[str, Any]) -> None:
    """Send valid values and expect them to be stored."""
    if method == "POST":
        response = context.api.send("POST", "/monitors", value=context.body(**changes))
        expect_status(response, 201, 200)
        stored: Mapping[str, Any] = {**changes, **response.fields}
    else:
        monitor_id = context.scratch_monitor()["id"]
        response = context.api.send("PUT", f"/monitors/{monitor_id}", value=dict(changes))
        expect_status(response, 200)
        stored = context.read(monitor_id)
    for field, value in changes.items():
        expect_equal(stored.get(field), value, f"stored {field}", response)


def _accepts(method: str, row: ValidValue) -> Check:
    def check(context: Context) -> None:
        if row.name not in _accepted_together(context, method):
            _expect_accepted(context, method, {row.field: row.value})

    return named(check, f"{method.lower()}_accepts_{row.name}")


for _row in _VALID:
    _needs = _WRITES if _is_cheap(_row) else _COSTLY
    _words = _row.name.replace("-", " ")
    group.clause(f"post.{_row.name}", f"{_row.rule}: POST accepts {_words}.", needs=_needs)(
        _accepts("POST", _row)
    )
    group.clause(
        f"put.{_row.name}",
        f"{_row.rule}: PUT accepts {_words} and stores it.",
        section="Monitors, PUT",
        needs=_needs,
        requests=2,
    )(_accepts("PUT", _row))
