"""Requests at the same time have an outcome that some order of them explains.

Reference: Monitors; Incidents; Webhooks. What is judged holds in every order, so that a right
server cannot fail, however it schedules them.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from statuspool_mock.conformance.active.assertions import (
    expect,
    expect_equal,
    expect_list,
    ids,
    repeated,
)
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.parallel_rounds import (
    WriteRound,
    Written,
    delete_rounds,
    in_rounds,
    is_whole,
    record_round,
    write_rounds,
)
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM

group = ClauseGroup("concurrency", section="Monitors; Incidents; Webhooks")
groups = (group,)
_NEEDS = (Need.WRITES, Need.TIME)
_WRITE_REQUESTS, _DELETE_REQUESTS = 27, 12


@group.clause(
    "no-5xx",
    "Requests at the same time are never a 5xx.",
    section="Error Codes, 500",
    needs=_NEEDS,
    requests=_WRITE_REQUESTS + _DELETE_REQUESTS,
)
def never_fails(context: Context) -> None:
    rounds: list[Iterable[ServerResponse]] = [each.responses for each in write_rounds(context)]
    with suppress(NotVerified):  # the others may show a 5xx
        rounds += delete_rounds(context).responses
    if context.options.may_create_permanent:
        rounds.append(record_round(context).responses)
    in_rounds(rounds, _never_5xx)


def _never_5xx(responses: Iterable[ServerResponse]) -> None:
    for response in responses:
        got = f"{response.summary()} to {response.method}, beside other requests"
        expect(response.status < 500, got, "no 5xx", response)


@group.clause(
    "no-change-is-lost",
    "Of changes to different fields of a monitor at the same time, each is stored.",
    section="Monitors, PUT /monitors/{id}",
    needs=_NEEDS,
    requests=0,
)
def loses_no_change(context: Context) -> None:
    in_rounds(write_rounds(context), _stores_each_change)


def _stores_each_change(done: WriteRound) -> None:
    for put in done.puts:
        for field, value in put.sent.items():
            if put.response.is_success and field in done.subject:
                what = f"after PUTs of {len(done.puts)} different fields, {field}"
                expect_equal(done.subject[field], value, what, put.response)


@group.clause(
    "each-gets-its-own",
    "The response to a POST or PUT is about its own monitor, whatever else is sent.",
    section="Monitors, POST /monitors, PUT /monitors/{id}",
    needs=_NEEDS,
    requests=0,
)
def answers_each_request(context: Context) -> None:
    in_rounds(write_rounds(context), _answers_each)


def _answers_each(done: WriteRound) -> None:
    for each in (*done.posts, *done.other_teams_posts, *done.puts):
        expect_own_values(each)
    for put in done.puts:
        if put.response.is_success and "id" in put.response.fields:
            expect_equal(put.id, done.subject_id, "id", put.response)


def expect_own_values(written: Written) -> None:
    """Expect the response to have the values that were sent, where it has the fields."""
    response = written.response
    for field, value in written.sent.items():
        if response.is_success and field in response.fields:
            what = f"beside other requests, {field} in the response to {response.method}"
            expect_equal(response.fields[field], value, what, response)


@group.clause(
    "creates-each",
    "Each of several POSTs at the same time creates one monitor, with an id of its own.",
    section="Monitors, POST /monitors",
    needs=_NEEDS,
    requests=0,
)
def creates_each(context: Context) -> None:
    in_rounds(write_rounds(context), lambda done: _creates_each(context, done))
    _expect_total(context, write_rounds(context)[-1].after)


def _creates_each(context: Context, done: WriteRound) -> None:
    created = [each for each in (*done.posts, *done.other_teams_posts) if each.id]
    for number, each in enumerate(created):
        is_new = each.id not in {other.id for other in created[:number]}
        expect(is_new, f"the id {each.id} twice", "an id for each monitor", each.response)
    if not is_whole(done.after):
        raise NotVerified("the list of monitors has more than one page")
    missing = done.created_ids - set(ids(done.after.results))
    got = f"a list without {sorted(missing)[:2]}, which POSTs at the same time created"
    expect(not missing, got, "every created monitor", done.after)
    _expect_no_strays(context, done)


def _expect_total(context: Context, listed: ServerResponse) -> None:
    """Expect as many pages of one monitor as there are monitors in the list."""
    paged = context.api.get("/monitors", query={"limit": 1})
    if len(listed.results) not in {paged.fields.get("total_pages"), 0}:
        listed = context.api.get("/monitors", query={"limit": 100})  # others may have written
        paged = context.api.get("/monitors", query={"limit": 1})
    total, number = paged.fields.get("total_pages"), len(listed.results)
    got = f"total_pages {total!r} of one monitor each after POSTs at the same time"
    is_whole_list = is_whole(listed) and number > 0
    expect(total == number or not is_whole_list, got, f"{number}, as are listed", paged)


def _expect_no_strays(context: Context, done: WriteRound) -> None:
    """Expect no monitor of this round's names under an id that no response named."""
    names = {each.sent["name"] for each in done.posts}
    strays = [
        str(item.get("id"))
        for item in expect_list(done.after)
        if item.get("name") in names and item.get("id") not in done.created_ids
    ]
    for stray in strays:
        context.api.ledger.adopt(stray, key=MAIN)
    got = f"monitors {strays[:2]}, which no response named"
    expect(not strays, got, "one monitor for each POST", done.after)


@group.clause(
    "lists-are-whole",
    "A list that is read during writes has each monitor once, whole, and leaves none out.",
    section="Monitors, GET /monitors",
    needs=_NEEDS,
    requests=0,
)
def lists_are_whole(context: Context) -> None:
    in_rounds(write_rounds(context), _lists_are_whole)


def _lists_are_whole(done: WriteRound) -> None:
    sent = {each.id: each.sent for each in done.posts if each.id}
    for listed in _answered(done.lists):
        items = expect_list(listed)
        shown = ids(items)
        twice = repeated(shown)
        expect(not twice, f"{twice[:2]} twice in a list", "each monitor once", listed)
        if is_whole(listed):
            missing = done.ids_throughout - set(shown)
            got = f"a list during writes without {sorted(missing)[:2]}"
            expect(not missing, got, "the monitors that were there throughout", listed)
        for item in items:
            for field, value in sent.get(str(item.get("id")), {}).items():
                if field in item:
                    what = f"{field} of a monitor that is being created, in a list,"
                    expect_equal(item[field], value, what, listed)


def _answered(responses: Iterable[ServerResponse]) -> Iterator[ServerResponse]:
    """Yield the responses that are no crash: those have a clause of their own."""
    return (response for response in responses if response.status < 500)


@group.clause(
    "teams-stay-apart",
    "Requests of two teams at the same time get and change what is their own.",
    section="Error Codes, 403",
    needs=(*_NEEDS, Need.OTHER_TEAM_KEY),
    requests=0,
)
def keeps_teams_apart(context: Context) -> None:
    in_rounds(write_rounds(context), lambda done: _keeps_teams_apart(context, done))


def _keeps_teams_apart(context: Context, done: WriteRound) -> None:
    for listed in _answered((*done.lists, done.after)):
        for each in done.other_teams_posts:
            names = [item.get("name") for item in expect_list(listed)]
            leaked = each.sent["name"] in names or each.id in ids(listed.results)
            expect(not leaked, "a monitor that the other team created", "own monitors", listed)
    ours = {*ids(done.before.results), *ids(done.after.results), *done.created_ids}
    for listed in _answered(done.other_teams_lists):
        leaked_ids = sorted(ours & set(ids(expect_list(listed))))
        got = f"this team's {leaked_ids[:2]} in the other team's list"
        expect(not leaked_ids, got, "own monitors", listed)
    for listed in done.lists:
        for unknown in set(ids(listed.results)) - ours if is_whole(done.after) else ():
            _expect_not_of_other_team(context, unknown, listed)


def _expect_not_of_other_team(context: Context, monitor_id: str, listed: ServerResponse) -> None:
    is_theirs = context.api.get(f"/monitors/{monitor_id}", key=OTHER_TEAM).is_success
    is_ours = is_theirs and context.api.get(f"/monitors/{monitor_id}").is_success
    got = f"the other team's {monitor_id} in a list"
    expect(is_ours or not is_theirs, got, "own monitors", listed)


@group.clause(
    "request-ids-differ",
    "Responses at the same time have different request ids.",
    section="Error Codes, 500",
    level=Level.INFERRED,
    needs=_NEEDS,
    requests=0,
)
def numbers_each_request(context: Context) -> None:
    in_rounds([list(each.responses) for each in write_rounds(context)], _numbers_each_request)


def _numbers_each_request(responses: list[ServerResponse]) -> None:
    for name in _request_id_headers(responses):
        texts = [response.headers[name] for response in responses if name in response.headers]
        twice = {text for text in texts if texts.count(text) > 1}
        got = f"{name} {sorted(twice)[:1]} in several responses"
        expect(not twice, got, "a request id of its own for each", responses[-1])


def _request_id_headers(responses: list[ServerResponse]) -> Iterator[str]:
    names = {name for response in responses for name in response.headers}
    yield from sorted(name for name in names if name.endswith("request-id"))
