"""The shipped document is valid, complete, and says of everything where it comes from."""

import pytest
from openapi_spec_validator import validate

from statuspool_mock import contract
from statuspool_mock.contract.violations import check_of

DOCUMENT = contract.load()
OPERATIONS = DOCUMENT.operations.values()
SOURCES = {"documented", "sample", "inferred"}
REFERENCE = {
    ("GET", "/monitors"),
    ("POST", "/monitors"),
    ("GET", "/monitors/{id}"),
    ("PUT", "/monitors/{id}"),
    ("DELETE", "/monitors/{id}"),
    ("GET", "/monitors/{id}/status"),
    ("GET", "/monitors/{id}/logs"),
    ("GET", "/incidents"),
    ("POST", "/incidents"),
    ("POST", "/webhooks"),
    ("GET", "/webhooks"),
}


def contents():
    """Yield every described JSON body with its name."""
    for operation in OPERATIONS:
        body = operation.definition.get("requestBody")
        if body:
            yield f"{operation.id} request", body["content"]["application/json"]
        for status, response in operation.definition["responses"].items():
            for content in response.get("content", {}).values():
                yield f"{operation.id} {status}", content


def properties(schema, trail=""):
    """Yield every property below a schema with its path."""
    for name, part in schema.get("properties", {}).items():
        yield f"{trail}.{name}", part
        yield from properties(part, f"{trail}.{name}")
    for part in [*schema.get("allOf", ()), schema.get("items", {})]:
        if part:
            yield from properties(part, trail)


def test_it_is_valid_openapi():
    validate(DOCUMENT.raw)
    assert DOCUMENT.raw["openapi"] == "3.0.3"


def test_it_has_the_eleven_operations_of_the_reference():
    assert {(operation.method, operation.path) for operation in OPERATIONS} == REFERENCE


def test_every_operation_status_parameter_and_header_says_its_source():
    for operation in OPERATIONS:
        parts = [operation.definition, *operation.definition["responses"].values()]
        parts += operation.definition["parameters"]
        for response in operation.definition["responses"].values():
            parts += response["headers"].values()
        assert {part["x-source"] for part in parts} <= SOURCES
        assert all(part["description"] for part in parts)


CONTENTS = dict(contents())


@pytest.mark.parametrize("name", CONTENTS)
def test_every_property_says_its_source(name):
    found = dict(properties(CONTENTS[name]["schema"], name))
    silent = [path for path, part in found.items() if part.get("x-source") not in SOURCES]
    assert [path for path in silent if not path.endswith((".field", ".message"))] == []
    assert found


def test_every_body_has_a_valid_example():
    for name, content in contents():
        examples = [item["value"] for item in content.get("examples", {}).values()]
        examples += [content["example"]] if "example" in content else []
        assert examples, name
        check = check_of(content["schema"])
        assert [check(example) for example in examples] == [[] for _ in examples], name


def test_every_operation_names_a_section_of_the_reference():
    assert all("Reference:" in operation.definition["description"] for operation in OPERATIONS)


def test_every_operation_has_the_errors_it_can_answer():
    for operation in OPERATIONS:
        assert {400, 401, 429, 500} < operation.statuses
        if "{id}" in operation.path:
            assert {403, 404} < operation.statuses
        if operation.method != "GET":
            assert 403 in operation.statuses


def test_links_lead_from_what_was_created_to_operations_on_it():
    linked = {}
    for operation in OPERATIONS:
        if operation.method == "POST":
            links = operation.definition["responses"]["201"]["links"].values()
            linked[operation.id] = {link["operationId"] for link in links}
    assert all(targets <= set(DOCUMENT.operations) for targets in linked.values())
    below = {operation.id for operation in OPERATIONS if "{id}" in operation.path}
    assert below <= linked["createMonitor"]
    assert "listIncidents" in linked["createIncident"]
    assert "listWebhooks" in linked["createWebhook"]


def test_it_holds_no_hint_for_python():
    assert "x-openapi-router-controller" not in str(DOCUMENT.raw)
    assert all("." not in operation.id for operation in OPERATIONS)
