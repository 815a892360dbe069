"""How a 400 names what was wrong. Reference: Error Codes, 400."""

from statuspool_mock.conformance.active.assertions import expect_status
from statuspool_mock.conformance.active.clause import ClauseGroup, Need
from statuspool_mock.conformance.active.context import Context, shared
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.results import Finding
from statuspool_mock.contract.rulings import named_fields

chapter = ClauseGroup("validation", section="Monitors, POST /monitors; Error Codes, 400")
chapters = (chapter,)


def fields_of(answer: ServerResponse) -> set[str]:
    """Return the fields that `details` names: `tags.0`, `tags[0]` and `body.tags` are tags."""
    return named_fields(answer.fields.get("details"))


def details_name(answer: ServerResponse, fields: set[str]) -> None:
    """Expect `details` to be an array of {field, message} that names these fields."""
    details = answer.fields.get("details")
    if not isinstance(details, list) or not all(
        isinstance(entry, dict)
        and isinstance(entry.get("field"), str)
        and isinstance(entry.get("message"), str)
        for entry in details
    ):
        raise Finding(answer.summary(), "details: an array of {field, message}", answer)
    named = fields_of(answer)
    if not fields <= named:
        missing = ", ".join(sorted(fields - named))
        raise Finding(answer.summary(), f"details that name {missing} too", answer)


@shared
def answer_to_nothing(scene: Context) -> ServerResponse:
    """The answer to POST /monitors with an empty object."""
    return scene.api.send("POST", "/monitors", value={})


@chapter.clause(
    "details-name-each-field",
    "The details array of a 400 has an entry with field and message for each wrong field.",
    section="Error Codes, 400",
    needs=(Need.WRITES,),
    requests=2,
)
def _(scene: Context) -> None:
    wrong = {"name": "x", "url": "no url", "interval_seconds": 7, "tags": "t",
             "expected_status": "ok"}  # fmt: skip
    answer = scene.api.send("POST", "/monitors", value=wrong)
    expect_status(answer, 400)
    details_name(answer, set(wrong))
    missing = answer_to_nothing(scene)
    expect_status(missing, 400)
    details_name(missing, {"name", "url", "interval_seconds"})


@chapter.clause(
    "put-details-name-each-field",
    "The details of a refused PUT have an entry for each wrong field.",
    section="Error Codes, 400",
    needs=(Need.WRITES, Need.TIME),
)
def _(scene: Context) -> None:
    wrong = {"name": "x", "url": "no url", "interval_seconds": 7}
    path = f"/monitors/{scene.subject()['id']}"
    answer = scene.api.send("PUT", path, value=wrong)
    expect_status(answer, 400)
    details_name(answer, set(wrong))
