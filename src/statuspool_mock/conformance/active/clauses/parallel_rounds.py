"""Rounds of requests that are sent at the same time, and what the server shows afterwards."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from statuspool_mock.conformance.active.assertions import expect_list, ids
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.options import Profile
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM, Sending
from statuspool_mock.conformance.active.sharing import shared

_WHOLE_LIST = {"limit": 100}
_INTERVALS = (30, 120, 300)
_ROUNDS, _DEEP_ROUNDS = 2, 6
Round = TypeVar("Round")


@dataclass(frozen=True, slots=True)
class Written:
    """What one POST or PUT of a round sent, and the response to it."""

    sent: dict[str, Any]
    response: ServerResponse

    @property
    def id(self) -> str:
        """The id in the response; empty where it was refused."""
        return str(self.response.fields.get("id")) if self.response.is_success else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRound:
    """PUTs of different fields of one monitor, POSTs and lists, all at the same time."""

    subject_id: str
    puts: list[Written]
    posts: list[Written]
    other_teams_posts: list[Written]
    lists: list[ServerResponse]
    other_teams_lists: list[ServerResponse]
    before: ServerResponse
    after: ServerResponse
    subject: Mapping[str, Any]
    """The monitor that was changed, as it is afterwards."""

    @property
    def responses(self) -> Iterable[ServerResponse]:
        """Every response to a request that had others beside it."""
        written = (*self.puts, *self.posts, *self.other_teams_posts)
        return (*(each.response for each in written), *self.lists, *self.other_teams_lists)

    @property
    def ids_throughout(self) -> set[str]:
        """The ids of monitors that were listed before and after; none where there are pages."""
        if not (is_whole(self.before) and is_whole(self.after)):
            return set()
        return set(ids(self.before.results)) & set(ids(self.after.results))

    @property
    def created_ids(self) -> set[str]:
        """The ids of the monitors that this round created for the team itself."""
        return {each.id for each in self.posts if each.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedTwice:
    """A monitor that two requests at the same time deleted."""

    monitor_id: str
    deletes: list[ServerResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedWhileUsed:
    """A monitor that was deleted, changed and read at the same time, and read again afterwards."""

    monitor_id: str
    delete: ServerResponse
    uses: list[ServerResponse]
    after: ServerResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRounds:
    """Every deletion beside other requests."""

    twice: list[DeletedTwice]
    while_used: list[DeletedWhileUsed]

    @property
    def responses(self) -> Iterable[Iterable[ServerResponse]]:
        """The responses to the requests that were sent together, by monitor."""
        return [
            *(each.deletes for each in self.twice),
            *([*each.uses, each.delete] for each in self.while_used),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRound:
    """Webhooks and incidents created at the same time, and the lists afterwards."""

    webhooks: list[Written]
    incidents: list[Written]
    listed_webhooks: ServerResponse
    listed_incidents: ServerResponse

    @property
    def responses(self) -> Iterable[ServerResponse]:
        """Every response to a request that had others beside it."""
        return [each.response for each in (*self.webhooks, *self.incidents)]


def is_whole(listed: ServerResponse) -> bool:
    """Whether a response is a list on one page."""
    return listed.status == 200 and (listed.fields.get("total_pages") or 1) == 1


def in_rounds(rounds: Sequence[Round], check: Callable[[Round], None]) -> None:
    """Check every round. A `Finding` says in how many of them it was seen."""
    findings = []
    for each in rounds:
        try:
            check(each)
        except Finding as finding:
            findings.append(finding)
    if findings:
        first = findings[0]
        seen = f"{first.got} (seen in {len(findings)} of {len(rounds)} rounds)"
        raise Finding(seen, first.expected, first.response)


def _number_of_rounds(context: Context) -> int:
    return _DEEP_ROUNDS if context.options.profile is Profile.DEEP else _ROUNDS


@shared
def write_rounds(context: Context) -> list[WriteRound]:
    """Writes to monitors at the same time."""
    subject_id = str(context.create(name=f"{context.mark} raced")["id"])
    before = context.api.get("/monitors", query=_WHOLE_LIST)
    expect_list(before)
    rounds: list[WriteRound] = []
    for number in range(_number_of_rounds(context)):
        rounds.append(_write_round(context, subject_id, number, before))
        before = rounds[-1].after
    return rounds


def _write_round(
    context: Context, subject_id: str, number: int, before: ServerResponse
) -> WriteRound:
    changes = _changes(context, number)
    ours = [_new_monitor(context, f"{number}-{letter}") for letter in "ab"]
    theirs = [_new_monitor(context, f"{number}-c")] if context.options.other_team_key else []
    puts, lists = _together(
        context, [_put(subject_id, change) for change in changes], [_list_all()]
    )
    first, more_lists, second, others, other_lists = _together(
        context,
        [_post("/monitors", body) for body in ours[:1]],
        [_list_all()],  # soon after the first POST, which may be half done
        [_post("/monitors", body) for body in ours[1:]],
        [_post("/monitors", body, key=OTHER_TEAM) for body in theirs],
        [_list_all(key=OTHER_TEAM) for _ in theirs],
    )
    after = context.api.get("/monitors", query=_WHOLE_LIST)
    return WriteRound(
        subject_id=subject_id,
        puts=_written(changes, puts),
        posts=_written(ours, [*first, *second]),
        other_teams_posts=_written(theirs, others),
        lists=[*lists, *more_lists],
        other_teams_lists=other_lists,
        before=before,
        after=after,
        subject=_stored(context, subject_id, changes, after),
    )


def _stored(
    context: Context, subject_id: str, changes: list[dict[str, Any]], listed: ServerResponse
) -> Mapping[str, Any]:
    """Return a monitor after its changes: as listed if all are there, else as it is read."""
    sent = dict(ChainMap(*changes))
    for item in listed.results:
        if isinstance(item, dict) and item.get("id") == subject_id and sent.items() <= item.items():
            return item
    return context.read(subject_id)


def _together(context: Context, *groups: list[Sending]) -> list[list[ServerResponse]]:
    """Send the requests of all groups at the same time, and return the responses by group."""
    responses = iter(context.api.send_together([each for group in groups for each in group]))
    return [[next(responses) for _ in group] for group in groups]


def _written(bodies: list[dict[str, Any]], responses: list[ServerResponse]) -> list[Written]:
    return [Written(*pair) for pair in zip(bodies, responses, strict=True)]


def _changes(context: Context, number: int) -> list[dict[str, Any]]:
    """Return the bodies of the PUTs of a round: one field each."""
    return [
        {"name": f"{context.mark} raced {number}"},
        {"tags": [f"round-{number}"]},
        {"interval_seconds": _INTERVALS[number % len(_INTERVALS)]},
        {"expected_status": 201 + number},
    ]


def _new_monitor(context: Context, label: str) -> dict[str, Any]:
    return context.body(
        name=f"{context.mark} parallel {label}",
        url=f"https://parallel-{label}.example.com/health",
        interval_seconds=_INTERVALS[sum(map(ord, label)) % len(_INTERVALS)],
        tags=[label],
    )


def _put(monitor_id: str, change: dict[str, Any]) -> Sending:
    return Sending(method="PUT", path=f"/monitors/{monitor_id}", value=change)


def _post(path: str, body: dict[str, Any], *, key: str = MAIN) -> Sending:
    return Sending(method="POST", path=path, value=body, key=key)


def _list_all(*, key: str = MAIN) -> Sending:
    return Sending(method="GET", path="/monitors", query=_WHOLE_LIST, key=key)


@shared
def delete_rounds(context: Context) -> DeleteRounds:
    """Deletions of monitors beside other requests."""
    own = context.api.ledger.monitors
    victims = [
        each
        for done in write_rounds(context)
        for each in sorted(done.created_ids)
        if each in own and (each in ids(done.after.results) or not is_whole(done.after))
    ]
    if len(victims) < 2:
        raise NotVerified("no monitors could be created at the same time")
    twice = [_delete_twice(context, victim) for victim in victims[0::2]]
    while_used = [_delete_while_used(context, victim) for victim in victims[1::2]]
    return DeleteRounds(twice=twice, while_used=while_used)


def _delete_twice(context: Context, victim: str) -> DeletedTwice:
    (deletes,) = _together(context, [_delete(victim), _delete(victim)])
    return DeletedTwice(monitor_id=victim, deletes=deletes)


def _delete_while_used(context: Context, victim: str) -> DeletedWhileUsed:
    ((put, read, delete),) = _together(
        context, [_put(victim, {"tags": ["late"]}), _get(victim), _delete(victim)]
    )
    after = context.api.get(f"/monitors/{victim}")
    return DeletedWhileUsed(monitor_id=victim, delete=delete, uses=[read, put], after=after)


def _get(monitor_id: str) -> Sending:
    return Sending(method="GET", path=f"/monitors/{monitor_id}")


def _delete(monitor_id: str) -> Sending:
    return Sending(method="DELETE", path=f"/monitors/{monitor_id}")


@shared
def record_round(context: Context) -> RecordRound:
    """Webhooks and incidents created at the same time."""
    monitor_id = write_rounds(context)[0].subject_id
    events = (["sla_breach"], ["status_change"], ["sla_breach", "status_change"])
    webhooks = [_new_webhook(context, number, each) for number, each in enumerate(events)]
    incidents = [
        {"monitor_id": monitor_id, "title": f"{context.mark} parallel {number}"}
        for number in range(3)
    ]
    (posts,) = _together(context, [_post("/webhooks", body) for body in webhooks])
    (records,) = _together(context, [_post("/incidents", body) for body in incidents])
    return RecordRound(
        webhooks=_written(webhooks, posts),
        incidents=_written(incidents, records),
        listed_webhooks=context.api.get("/webhooks"),
        listed_incidents=context.api.get("/incidents", query={"monitor_id": monitor_id}),
    )


def _new_webhook(context: Context, number: int, events: list[str]) -> dict[str, Any]:
    return {
        "url": f"https://hooks.example.com/{context.mark}/parallel/{number}",
        "events": events,
        "secret": f"whsec_{context.mark}_parallel_{number}",
    }
