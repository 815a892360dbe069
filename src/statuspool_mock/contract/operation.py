"""One operation of the document, with its checks compiled."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from statuspool_mock.contract.parameters import Reader, reader_of
from statuspool_mock.contract.violations import Check, Violation, check_of

_JSON = "application/json"


class Query(NamedTuple):
    """The values of a query string by parameter, and its violations."""

    values: Mapping[str, Any]
    violations: tuple[Violation, ...]


class Operation:
    """An operation: its valid requests and responses.

    `definition` is the operation's part of the document, with references resolved and the
    parameters of its path included.
    """

    def __init__(self, *, method: str, path: str, definition: Mapping[str, Any]) -> None:
        self.id: str = definition["operationId"]
        self.method = method
        self.path = path
        self.definition = definition
        self.source: str = definition.get("x-source", "inferred")
        self._readers: dict[str, Reader] = {
            item["name"]: reader_of(item["schema"])
            for item in definition.get("parameters", ())
            if item["in"] == "query"
        }
        self._defaults = {
            item["name"]: item["schema"]["default"]
            for item in definition.get("parameters", ())
            if "default" in item["schema"]
        }

    def __repr__(self) -> str:
        return f"<Operation {self.id}: {self.method} {self.path}>"

    @property
    def parameters(self) -> Collection[str]:
        """The names of the query parameters."""
        return self._readers.keys()

    @cached_property
    def fields(self) -> Collection[str]:
        """The names of the fields that a request body may have."""
        content = self.definition.get("requestBody", {}).get("content", {})
        names: Collection[str] = content.get(_JSON, {}).get("schema", {}).get("properties", {})
        return names

    @property
    def takes_body(self) -> bool:
        """Whether requests have a JSON body."""
        return "requestBody" in self.definition

    @property
    def needs_body(self) -> bool:
        """Whether requests must have a body."""
        return bool(self.definition.get("requestBody", {}).get("required"))

    @property
    def is_secured(self) -> bool:
        """Whether a key is required."""
        return bool(self.definition.get("security"))

    @cached_property
    def statuses(self) -> frozenset[int]:
        """The documented status codes."""
        return frozenset(int(status) for status in self.definition["responses"])

    @cached_property
    def success_status(self) -> int:
        """The status code of success."""
        return min(self.statuses)

    @cached_property
    def read_query(self) -> Callable[[bytes], Query]:
        """A function that reads a query string: values with defaults, and every violation.

        Unknown parameters are ignored. Recent results are cached.
        """
        return lru_cache(maxsize=1_024)(self._read_query)

    def _read_query(self, query: bytes) -> Query:
        values = dict(self._defaults)
        violations = []
        seen = set()
        for name, text in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            reader = self._readers.get(name)
            if reader is None:
                continue
            if name in seen:
                violations.append(Violation(name, "Must be given only once"))
                continue
            seen.add(name)
            try:
                values[name] = reader(text)
            except ValueError as error:
                violations.append(Violation(name, str(error)))
        return Query(MappingProxyType(values), tuple(violations))

    def unknown_parameters(self, names: Iterable[str]) -> list[Violation]:
        """Return a violation for every query parameter that the operation does not have."""
        known = ", ".join(self._readers) or "none"
        return [
            Violation(name, f"Is not a known parameter; known are: {known}")
            for name in names
            if name not in self._readers
        ]

    @cached_property
    def check_body(self) -> Check:
        """A function that finds every violation in a request body."""
        return check_of(self.definition["requestBody"]["content"][_JSON]["schema"])

    def check_response(
        self,
        *,
        status: int,
        headers: Mapping[str, str],
        value: Any = None,
    ) -> list[Violation]:
        """Return the violations of a response. The names in `headers` are lower-case."""
        response = self.definition["responses"].get(str(status))
        if response is None:
            documented = ", ".join(map(str, sorted(self.statuses)))
            return [Violation("status", f"{status} is not documented; documented are {documented}")]
        violations = [
            Violation(f"header {name}", "Header is missing")
            for name, header in response.get("headers", {}).items()
            if header.get("required") and name.lower() not in headers
        ]
        if "content" not in response:
            if value is not None:
                violations.append(Violation("body", "Must be empty"))
            return violations
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != _JSON:
            violations.append(Violation("header Content-Type", f"Must be {_JSON}"))
        return violations + self._response_check(status)(value)

    def _response_check(self, status: int) -> Check:
        check = self._response_checks.get(status)
        if check is None:
            schema = self.definition["responses"][str(status)]["content"][_JSON]["schema"]
            check = self._response_checks[status] = check_of(schema)
        return check

    @cached_property
    def _response_checks(self) -> dict[int, Check]:
        return {}
