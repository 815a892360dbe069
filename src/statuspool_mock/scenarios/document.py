"""Read scenario files: strict YAML, validated by `fixtures/scenario.schema.json`."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from statuspool_mock import resources
from statuspool_mock.bounded_documents import DocumentRejected, read_file
from statuspool_mock.scenarios import yaml_loading
from statuspool_mock.scenarios.errors import ScenarioRejected

_SHOWN = 60
_MAX_BYTES = 32 << 20


def read(source: Path) -> dict[str, Any]:
    """Return the valid content of a scenario file. Raises `ScenarioRejected`."""
    try:
        text = read_file(source, most_bytes=_MAX_BYTES).decode()
    except OSError as error:
        raise ScenarioRejected(
            source=source, problem=f"cannot be read: {error.strerror or error}."
        ) from error
    except DocumentRejected as error:
        raise ScenarioRejected(source=source, problem=f"{error}.") from error
    except UnicodeDecodeError as error:
        raise ScenarioRejected(
            source=source, problem=f"is not UTF-8 text (byte {error.start})."
        ) from error
    return parse(text, source=source)


def parse(text: str, *, source: str | Path) -> dict[str, Any]:
    """Return the valid content of a scenario's text. Raises `ScenarioRejected`."""
    try:
        content = yaml_loading.load(text)
    except yaml_loading.TooLarge as error:
        raise ScenarioRejected(source=source, problem=f"{error}.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = f"is not valid YAML{where}: {error.problem or error.context}."
        raise ScenarioRejected(source=source, problem=problem) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = f"is not valid YAML: {' '.join(str(error).split())}."
        raise ScenarioRejected(source=source, problem=problem) from error
    validate(content, source=source)
    checked: dict[str, Any] = content
    return checked


def validate(content: object, *, source: str | Path) -> None:
    """Raise `ScenarioRejected` for the first violation of the schema."""
    schema, validator = _schema()
    try:
        error = next(validator.iter_errors(content), None)
    except (ValueError, UnicodeEncodeError) as unfit:
        raise ScenarioRejected(
            source=source, problem=f"has a value that JSON cannot hold: {unfit}."
        ) from None
    if error is not None:
        raise ScenarioRejected(
            source=source, path=error.instance_path, problem=_problem(error, schema)
        )


@cache
def _schema() -> tuple[dict[str, Any], jsonschema_rs.Draft202012Validator]:
    text = resources.path("fixtures/scenario.schema.json").read_text("utf-8")
    schema = json.loads(text)
    return schema, jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _problem(error: jsonschema_rs.ValidationError, schema: dict[str, Any]) -> str:
    rule: Any = schema
    for step in error.schema_path[:-1]:
        rule = rule[step]
    kind = error.kind
    if kind.name == "additionalProperties":
        known = ", ".join(rule["properties"])
        return f"expected one of the keys {known}, got {kind.value[0]!r}."
    if kind.name == "required":
        return f"the required key {kind.value!r} is missing."
    if kind.name == "enum":
        expected = "one of " + ", ".join(str(option) for option in kind.value)
    else:
        expected = rule.get("description", error.message)
    return f"expected {expected}, got {_shown(error.instance)}."


def _shown(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
