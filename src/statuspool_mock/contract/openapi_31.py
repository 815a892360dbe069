"""The document as OpenAPI 3.1, for tools that prefer it."""

from collections.abc import Mapping
from typing import Any


def as_openapi_31(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI 3.0 document as 3.1: null is a type, and callbacks are `webhooks`."""
    webhooks: dict[str, Any] = {}
    converted: dict[str, Any] = {**_converted(raw, webhooks), "openapi": "3.1.0"}
    if webhooks:
        converted["webhooks"] = webhooks
    return converted


def _converted(value: Any, webhooks: dict[str, Any]) -> Any:
    """Return a part of the document, and add its callbacks to `webhooks` by their names."""
    if isinstance(value, list):
        return [_converted(item, webhooks) for item in value]
    if not isinstance(value, dict):
        return value
    converted = {key: _converted(item, webhooks) for key, item in value.items()}
    if "operationId" in converted:
        for name, callback in converted.pop("callbacks", {}).items():
            (webhooks[name],) = callback.values()
    if converted.get("nullable") is True:
        del converted["nullable"]
        converted["type"] = [converted["type"], "null"]
        if "enum" in converted:
            converted["enum"].append(None)
    return converted
