"""The OpenAPI document: loading, resolving references, finding operations."""

import re
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from statuspool_mock import resources
from statuspool_mock.contract.operation import Operation

_METHODS = ("get", "put", "post", "delete", "patch")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where PyYAML has it


class ContractError(Exception):
    """The document cannot be used; the message says why."""


def load(path: Path | None = None) -> "Document":
    """Load a document, by default the shipped one, which is read once. Raises `ContractError`."""
    return _shipped() if path is None else _read(path)


@cache
def _shipped() -> "Document":
    return _read(resources.path("openapi/statuspool.yaml"))


def _read(path: Path) -> "Document":
    try:
        raw = yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContractError(f"{path} cannot be read as YAML: {error}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("paths"), dict):
        raise ContractError(f"{path} is not an OpenAPI document: it has no `paths`.")
    return Document(raw)


class Document:
    """A loaded document. `raw` is the document as written, with references."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw

    @cached_property
    def resolved(self) -> dict[str, Any]:
        """The document with every reference resolved."""
        resolved = self._resolve(self.raw, ())
        assert isinstance(resolved, dict)  # noqa: S101 - for the type checker
        return resolved

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation by its id."""
        found = {}
        for path, item in self.resolved["paths"].items():
            for method in _METHODS:
                if method in item:
                    definition = {
                        "security": self.resolved.get("security", []),
                        **item[method],
                        "parameters": [
                            *item.get("parameters", ()),
                            *item[method].get("parameters", ()),
                        ],
                    }
                    operation = Operation(method=method.upper(), path=path, definition=definition)
                    found[operation.id] = operation
        return found

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation for a path below the base path, and its path parameters."""
        for pattern, operations in self._routes:
            match = pattern.fullmatch(path)
            if match and method.upper() in operations:
                return operations[method.upper()], match.groupdict()
        return None

    def allowed_methods(self, path: str) -> list[str]:
        """Return the methods of a path; none if the path is unknown."""
        return sorted(
            method
            for pattern, operations in self._routes
            if pattern.fullmatch(path)
            for method in operations
        )

    @cached_property
    def _routes(self) -> list[tuple[re.Pattern[str], dict[str, Operation]]]:
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in self.operations.values():
            by_path.setdefault(operation.path, {})[operation.method] = operation
        return [
            (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), operations)
            for path, operations in by_path.items()
        ]

    def _resolve(self, value: Any, trail: tuple[str, ...]) -> Any:
        if isinstance(value, list):
            return [self._resolve(item, trail) for item in value]
        if not isinstance(value, dict):
            return value
        reference = value.get("$ref")
        if isinstance(reference, str):
            if reference in trail:
                raise ContractError(f"The reference {reference} is circular.")
            return self._resolve(self._target(reference), (*trail, reference))
        return {key: self._resolve(item, trail) for key, item in value.items()}

    def _target(self, reference: str) -> Any:
        value: Any = self.raw
        try:
            for part in reference.removeprefix("#/").split("/"):
                value = value[part.replace("~1", "/").replace("~0", "~")]
        except (KeyError, TypeError):
            raise ContractError(f"The reference {reference} points to nothing.") from None
        return value
