"""Ways to put a promise: each raises `Finding` where the answer breaks it."""

from collections.abc import Iterable
from typing import Any

from statuspool_mock.conformance.active.errors import Finding
from statuspool_mock.conformance.active.exchange import ServerResponse


def expect_status(answer: ServerResponse, *allowed: int, because: str = "") -> None:
    """Expect one of these status codes."""
    if answer.status not in allowed:
        wanted = " or ".join(map(str, allowed))
        raise Finding(answer.summary(), f"{wanted}{f': {because}' if because else ''}", answer)


def expect(
    condition: object, came: str, expected: str, answer: ServerResponse | None = None
) -> None:
    """Expect a condition to hold."""
    if not condition:
        raise Finding(came, expected, answer)


def expect_equal(came: Any, expected: Any, what: str, answer: ServerResponse | None = None) -> None:
    """Expect a value, types included: 1 is not True, and 60.0 reads as 60."""
    if came != expected or isinstance(came, bool) != isinstance(expected, bool):
        raise Finding(f"{what} {came!r}", repr(expected), answer)


def expect_list(answer: ServerResponse) -> list[dict[str, Any]]:
    """Expect 200 with `results`, and return them."""
    expect_status(answer, 200)
    found = answer.fields.get("results")
    if not isinstance(found, list):
        raise Finding(answer.summary(), "an object with an array `results`", answer)
    return [item for item in found if isinstance(item, dict)]


def ids(items: Iterable[Any]) -> list[str]:
    """Return the ids of items that have one."""
    return [str(item["id"]) for item in items if isinstance(item, dict) and "id" in item]
