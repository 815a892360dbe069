"""Ways to check a promise: each raises `Finding` where a response breaks it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeVar

from statuspool_mock.conformance.active.errors import Finding
from statuspool_mock.conformance.active.exchange import ServerResponse

T = TypeVar("T")


def expect(
    condition: object, got: str, expected: str, response: ServerResponse | None = None
) -> None:
    """Expect a condition to hold."""
    if not condition:
        raise Finding(got, expected, response)


def expect_status(response: ServerResponse, *allowed: int, because: str = "") -> None:
    """Expect one of these status codes."""
    if response.status not in allowed:
        expected = " or ".join(map(str, allowed))
        reason = f", because {because}" if because else ""
        raise Finding(response.summary(), f"{expected}{reason}", response)


def expect_equal(
    got: Any, expected: Any, what: str, response: ServerResponse | None = None
) -> None:
    """Expect a value, types included: 1 is not True, and 60.0 is 60."""
    if got != expected or isinstance(got, bool) != isinstance(expected, bool):
        raise Finding(f"{what} {got!r}", repr(expected), response)


def expect_monitor(response: ServerResponse) -> dict[str, Any]:
    """Expect 200 and a monitor, and return its fields."""
    if response.status != 200 or not response.fields:
        raise Finding(response.summary(), "200 and the monitor", response)
    return dict(response.fields)


def expect_list(response: ServerResponse) -> list[dict[str, Any]]:
    """Expect 200 with `results`, and return them."""
    expect_status(response, 200)
    results = response.fields.get("results")
    if not isinstance(results, list):
        raise Finding(response.summary(), "an object with an array `results`", response)
    return [item for item in results if isinstance(item, dict)]


def ids(items: Iterable[Any]) -> list[str]:
    """Return the ids of items that have one."""
    return [str(item["id"]) for item in items if isinstance(item, dict) and "id" in item]


def first_and_last(shown: Iterable[Iterable[T]]) -> dict[T, tuple[int, int]]:
    """Return the places at which each item is shown for the first and for the last time."""
    found: dict[T, tuple[int, int]] = {}
    for place, items in enumerate(shown):
        for item in items:
            first, _ = found.get(item, (place, place))
            found[item] = first, place
    return found


def repeated(values: Iterable[str]) -> list[str]:
    """Return what occurs more than once, in order."""
    return sorted(value for value, count in Counter(values).items() if count > 1)
