"""The details of a 400. Reference: Error Codes, 400."""

from statuspool_mock.conformance.active.assertions import expect_status
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.contract.rulings import named_fields

group = ClauseGroup("validation", section="Monitors, POST /monitors; Error Codes, 400")
groups = (group,)


def has_valid_details(response: ServerResponse) -> bool:
    """Whether `details` is an array of {field, message}."""
    details = response.fields.get("details", [])
    return isinstance(details, list) and all(
        isinstance(entry, dict)
        and isinstance(entry.get("field"), str)
        and isinstance(entry.get("message"), str)
        for entry in details
    )


def expect_details(response: ServerResponse, fields: set[str]) -> None:
    """Expect `details` to be an array of {field, message} that names these fields."""
    if "details" not in response.fields or not has_valid_details(response):
        raise Finding(response.summary(), "details: an array of {field, message}", response)
    missing = fields - named_fields(response.fields.get("details"))
    if missing:
        expected = f"details that also name {', '.join(sorted(missing))}"
        raise Finding(response.summary(), expected, response)


@shared
def refusal_of_nothing(context: Context) -> ServerResponse:
    """The response to POST /monitors with an empty object."""
    return context.api.send("POST", "/monitors", value={})


@group.clause(
    "details-name-each-field",
    "The details array of a 400 has an entry with field and message for each invalid field.",
    section="Error Codes, 400",
    needs=(Need.WRITES,),
    requests=2,
)
def names_each_field(context: Context) -> None:
    body = {
        "name": "x",
        "url": "no url",
        "interval_seconds": 7,
        "tags": "t",
        "expected_status": "ok",
    }
    response = context.api.send("POST", "/monitors", value=body)
    expect_status(response, 400)
    expect_details(response, set(body))
    response = refusal_of_nothing(context)
    expect_status(response, 400)
    expect_details(response, {"name", "url", "interval_seconds"})


@group.clause(
    "put-details-name-each-field",
    "The details of a refused PUT have an entry for each invalid field.",
    section="Error Codes, 400",
    needs=(Need.WRITES, Need.TIME),
)
def names_each_field_of_put(context: Context) -> None:
    body = {"name": "x", "url": "no url", "interval_seconds": 7}
    path = f"/monitors/{context.scratch_monitor()['id']}"
    response = context.api.send("PUT", path, value=body)
    expect_status(response, 400)
    expect_details(response, set(body))
