"""The shipped document is valid, complete, and says of everything where it comes from."""

import pytest
import yaml
from openapi_spec_validator import validate

from statuspool_mock import contract, resources
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


@pytest.mark.parametrize("name", ["statuspool", "control"])
def test_code_generators_find_nothing_that_some_of_them_refuse(name):
    path = resources.path(f"openapi/{name}.yaml")
    tokens = yaml.scan(path.read_text("utf-8"))
    assert not [token for token in tokens if isinstance(token, yaml.AnchorToken | yaml.AliasToken)]
    document = contract.load(path)
    for operation in document.operations.values():
        for response in operation.definition["responses"].values():
            bodies = [link.get("requestBody") for link in response.get("links", {}).values()]
            assert bodies == [None] * len(bodies)


def pascal(name):
    return "".join(part.capitalize() for part in name.split("_"))


@pytest.mark.parametrize("name", ["statuspool", "control"])
def test_code_generators_give_no_two_schemas_the_same_name(name):
    """Constructors are called `NewMonitor`, and types within others `MonitorStatus`."""
    schemas = contract.load(resources.path(f"openapi/{name}.yaml")).raw["components"]["schemas"]
    made = [f"New{name}" for name in schemas]
    for schema_name, schema in schemas.items():
        for field, part in schema.get("properties", {}).items():
            if "enum" in part or "properties" in part:
                made.append(f"{schema_name}{pascal(field)}")
    assert not set(made) & set(schemas)


def test_each_example_of_a_request_has_the_response_of_the_same_name():
    for operation in OPERATIONS:
        if "requestBody" in operation.definition:
            asked = operation.definition["requestBody"]["content"]["application/json"]["examples"]
            (done,) = [operation.definition["responses"][str(operation.success_status)]]
            answered = done["content"]["application/json"]["examples"]
            assert list(asked) == list(answered)
            for name, example in asked.items():
                shown = answered[name]["value"]
                sent = {**example["value"], "secret": None}
                assert {field for field, value in sent.items() if shown.get(field) != value} <= {
                    "secret"
                }


EVENT = DOCUMENT.resolved["components"]["schemas"]["Event"]


def test_examples_of_events_match_exactly_one_schema():
    examples = DOCUMENT.resolved["components"]["examples"]
    names = [name for name in examples if name.endswith("Event")]
    assert len(names) == len(EVENT["oneOf"])
    for name in names:
        fitting = [one for one in EVENT["oneOf"] if not check_of(one)(examples[name]["value"])]
        assert len(fitting) == 1


def test_it_holds_no_hint_for_python():
    assert "x-openapi-router-controller" not in str(DOCUMENT.raw)
    assert all("." not in operation.id for operation in OPERATIONS)
