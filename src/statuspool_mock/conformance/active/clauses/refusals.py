"""Refused requests change nothing; malformed bodies are refused. Reference: Error Codes, 400."""

from statuspool_mock.conformance.active.assertions import expect, expect_equal, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.details import expect_details
from statuspool_mock.conformance.active.clauses.validation import refusals
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.levels import Level, Need

group = ClauseGroup("validation", section="Monitors, POST /monitors; Error Codes, 400")
groups = (group,)
_WRITES = (Need.WRITES,)


@group.clause(
    "details-name-the-field",
    "The details of a 400 name the field that was invalid or missing.",
    section="Error Codes, 400",
    needs=_WRITES,
    requests=0,
)
def names_the_field(context: Context) -> None:
    refused = [(field, r) for field, r in refusals(context) if r.status == 400]
    if not refused:
        raise NotVerified("nothing was refused with a 400")
    for field, response in refused:
        expect_details(response, {field})


@group.clause(
    "refused-post-creates-nothing",
    "A POST /monitors that is refused creates no monitor.",
    level=Level.INFERRED,
    section="Error Codes, 400",
    needs=_WRITES,
    requests=2,
)
def creates_nothing_when_refused(context: Context) -> None:
    before = _listed_ids(context)
    for _ in range(2):  # another client may create one at this moment, but hardly twice
        body = {**context.body(name=f"{context.mark} refused"), "tags": [1], "url": "no url"}
        response = context.api.send("POST", "/monitors", value=body)
        after = _listed_ids(context)
        strays = after - before - set(context.api.ledger.monitors)
        if response.status != 400 or not strays:
            return
        before = after
    context.api.ledger.permanent += [
        f"monitor {stray}: another client may have created it" for stray in strays
    ]
    got = f"a new monitor {sorted(strays)[:1]} after a refused POST"
    expect(not strays, got, "no new monitor", response)


def _listed_ids(context: Context) -> set[str]:
    pages = context.ends("/monitors", limit=100)
    return {str(m["id"]) for page in pages for m in page.results if isinstance(m, dict)}


@group.clause(
    "refused-put-changes-nothing",
    "A PUT that is refused changes nothing, not even the fields that were valid.",
    level=Level.INFERRED,
    section="Monitors, PUT; Error Codes, 400",
    needs=_WRITES,
    requests=4,
)
def changes_nothing_when_refused(context: Context) -> None:
    monitor = context.create(name=f"{context.mark} steady", tags=["before"])
    path = f"/monitors/{monitor['id']}"
    response = context.api.send("PUT", path, value={"tags": ["after"], "interval_seconds": 7})
    expect_status(response, 400)
    stored = context.read(monitor["id"])
    expect_equal(stored.get("tags"), ["before"], "tags", context.api.last_response)


def _post_refuses(raw: bytes) -> Check:
    def check(context: Context) -> None:
        response = context.api.send("POST", "/monitors", body=raw)
        expect_status(response, 400, because="the body is malformed")

    return check


for _label, _raw in (("broken-json", b'{"name": "half'), ("array", b'[{"name": "a"}]')):
    group.clause(
        f"post.body-{_label}",
        f"POST /monitors with a malformed body ({_label.replace('-', ' ')}) is a 400.",
        section="Error Codes, 400",
        needs=_WRITES,
    )(named(_post_refuses(_raw), f"post_refuses_body_{_label}"))


@group.clause(
    "put.body-array",
    "PUT /monitors/{id} with a malformed body (array) is a 400.",
    section="Error Codes, 400",
    needs=_WRITES,
)
def put_refuses_array(context: Context) -> None:
    path = f"/monitors/{context.scratch_monitor()['id']}"
    response = context.api.send("PUT", path, body=b'["a"]')
    expect_status(response, 400, because="the body is malformed")
