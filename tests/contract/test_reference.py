"""The facts of the reference have one source, and everything that repeats one agrees with it."""

import pytest

from statuspool_mock import contract
from statuspool_mock.cli import main
from statuspool_mock.client.webhooks import EVENTS
from statuspool_mock.contract import reference, rulings, tolerances
from statuspool_mock.contract.readings import wide
from statuspool_mock.simulation import (
    DEFAULT_REGIONS,
    INTERVALS,
    CreateMonitor,
    Status,
    UnknownMonitor,
    model,
)

DOCUMENT = contract.load()
SCHEMAS = DOCUMENT.resolved["components"]["schemas"]
RESPONSES = DOCUMENT.resolved["components"]["responses"]


def test_the_simulation_repeats_the_facts_because_it_imports_nothing():
    assert INTERVALS == reference.INTERVALS
    assert DEFAULT_REGIONS == reference.DEFAULT_REGIONS
    assert tuple(Status) == reference.MONITOR_STATUSES
    assert reference.UPTIME_DAYS * 86_400 == model.UPTIME_WINDOW_SECONDS
    message = reference.ERROR_MESSAGES[404].format(monitor_id="m1")
    assert message == str(UnknownMonitor("m1"))
    defaults = CreateMonitor(name="Mine", url="https://x.example", interval_seconds=60)
    assert defaults.expected_status == reference.DEFAULT_EXPECTED_STATUS


def test_the_client_repeats_the_events_because_it_imports_nothing_of_the_server():
    assert EVENTS == reference.EVENTS


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (["serve"], f"default: {reference.REQUESTS_PER_MINUTE};"),
        (["verify"], f"default: {reference.REQUESTS_PER_MINUTE};"),
        (["drift"], f"at most. [default: {tolerances.SAFE_REQUESTS_PER_MINUTE};"),
        (["ctl", "trigger"], "{}, {} or {}".format(*reference.EVENTS)),
    ],
)
def test_help_texts_repeat_the_facts_because_they_are_printed_without_imports(
    command, text, capsys
):
    main([*command, "--help"])
    assert text in " ".join(capsys.readouterr().out.split())


def test_the_document_states_the_same_limits():
    new = SCHEMAS["MonitorInput"]["properties"]
    assert new["name"]["minLength"] == reference.MIN_NAME_LENGTH
    assert new["name"]["maxLength"] == reference.MAX_NAME_LENGTH
    assert tuple(new["interval_seconds"]["enum"]) == reference.INTERVALS
    assert tuple(SCHEMAS["EventName"]["enum"]) == reference.EVENTS
    assert tuple(SCHEMAS["Monitor"]["properties"]["status"]["enum"]) == reference.MONITOR_STATUSES
    shown = SCHEMAS["CurrentStatus"]["properties"]["status"]["enum"]
    assert tuple(shown) == reference.CHECK_STATUSES
    parameters = DOCUMENT.resolved["components"]["parameters"]
    assert parameters["Limit"]["schema"]["maximum"] == reference.MAX_PAGE_SIZE
    (status,) = (
        item["schema"]["enum"]
        for item in DOCUMENT.operations["listMonitors"].definition["parameters"]
        if item["name"] == "status"
    )
    assert tuple(status) == reference.LIST_FILTER_STATUSES


def test_the_document_shows_the_same_codes_and_messages():
    examples = [
        response["content"]["application/json"]["example"] for response in RESPONSES.values()
    ]
    values = {
        "monitor_id": "4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907",
        "retry_after": 12,
        "request_id": "req_8x2k9m4p",
    }
    assert [(each["error"], each["message"]) for each in examples] == [
        (code, reference.ERROR_MESSAGES[status].format(**values))
        for status, code in reference.ERROR_CODES.items()
    ]


def test_every_promised_field_is_a_required_one_of_the_document():
    for name, promised in reference.PROMISED_FIELDS.items():
        operation = DOCUMENT.operations[name]
        success = operation.definition["responses"][str(operation.success_status)]
        assert promised <= required(success["content"]["application/json"]["schema"]), name


def required(schema):
    """Return the required fields of a schema and of all below it."""
    names = set(schema.get("required", ()))
    below = [*schema.get("allOf", ()), *schema.get("properties", {}).values()]
    return names.union(*map(required, [*below, *filter(None, [schema.get("items")])]))


def test_rulings_name_fields_and_operations_of_the_document():
    fields = {name for one in DOCUMENT.operations.values() for name in one.fields}
    parameters = {name for one in DOCUMENT.operations.values() for name in one.parameters}
    assert rulings.WIDE.keys() <= fields
    assert rulings.NARROW.keys() <= fields | parameters


@pytest.mark.parametrize(
    ("operation", "status", "parameters", "is_accepted"),
    [
        ("listMonitors", 404, {}, False),
        ("listMonitors", 404, {"page": "1"}, False),
        ("listMonitors", 404, {"page": "9"}, True),
        ("listIncidents", 404, {}, False),
        ("listIncidents", 404, {"monitor_id": "x"}, True),
        ("createMonitor", 200, {}, True),
        ("getMonitor", 201, {}, False),
        ("listWebhooks", 403, {}, False),
        ("listWebhooks", 414, {}, True),
        ("createWebhook", 415, {}, True),
        ("getMonitor", 502, {}, False),
    ],
)
def test_statuses_beyond_the_document_are_accepted_for_a_reason(
    operation, status, parameters, is_accepted
):
    found = DOCUMENT.operations[operation]
    assert rulings.may_respond_with(found, status, parameters) is is_accepted


@pytest.mark.parametrize(
    ("name", "text", "may_pass"),
    [
        ("limit", "101", True),
        ("limit", "9" * 30, True),
        ("limit", "0", False),
        ("limit", "x", False),
        ("page", "0", False),
        ("status", "degraded", True),
        ("status", "sideways", False),
    ],
)
def test_few_invalid_parameters_may_be_accepted(name, text, may_pass):
    assert rulings.may_accept_parameter(name, text) is may_pass


def test_the_wide_reading_lets_null_be_ignored_wherever_a_field_is_optional():
    """A server may ignore null there or refuse it, enums included."""
    for operation in wide(DOCUMENT).operations.values():
        for name in operation.fields:
            required = operation.definition["requestBody"]["content"]["application/json"][
                "schema"
            ].get("required", ())
            fields = {field for field, _ in operation.check_body({name: None})}
            assert (name in fields) == (name in required), (operation.id, name)


def test_the_wide_reading_requires_only_what_is_promised_and_keeps_formats_if_asked():
    operation = wide(DOCUMENT, formats=True).operations["updateMonitor"]
    five = {
        "id": "4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907",
        "name": "Mine",
        "interval_seconds": 60,
        "tags": [],
        "updated_at": "2025-01-15T09:42:11Z",
    }
    headers = {"content-type": "application/json"}
    assert operation.check_response(status=200, headers=headers, value=five) == []
    del five["tags"]
    five["id"] = "1"
    found = operation.check_response(status=200, headers=headers, value=five)
    assert {one.field for one in found} == {"tags", "id"}
    plain = wide(DOCUMENT).operations["updateMonitor"]
    found = plain.check_response(status=200, headers=headers, value=five)
    assert {one.field for one in found} == {"tags"}
