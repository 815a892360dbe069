"""Requests at the same time, a few times over: what goes wrong then need not do so every time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.mutants.bench import NEW, notices

_ROUNDS = 5


def _together(*calls):
    """Call everything at the same time, and return what came back, in order."""
    barrier = Barrier(len(calls))

    def call(each):
        barrier.wait()
        return each()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def _put(bench, monitor, **change):
    return lambda: bench.own.put(f"/monitors/{monitor['id']}", json=change)


def _post(client, name, **more):
    return lambda: client.post("/monitors", json={**NEW, "name": name, **more})


def _get(client, path):
    return lambda: client.get(path)


def _delete(bench, monitor):
    return lambda: bench.own.delete(f"/monitors/{monitor['id']}")


def _succeeded(responses):
    assert [r.status_code for r in responses if not r.is_success] == []


@notices("parallel-changes-lost", "parallel-writes-crash")
def changes_of_different_fields_are_all_kept(bench):
    for number in range(_ROUNDS):
        monitor = bench.create()
        change = {"name": f"Raced {number}", "tags": [str(number)], "interval_seconds": 300}
        puts = [_put(bench, monitor, **{name: value}) for name, value in change.items()]
        _succeeded(_together(*puts))
        assert change.items() <= bench.get(f"/monitors/{monitor['id']}").items()


@notices("parallel-posts-return-the-newest", "parallel-posts-overwrite")
def every_post_creates_what_it_names(bench):
    for number in range(_ROUNDS):
        names = [f"Parallel {number}{letter}" for letter in "abc"]
        responses = _together(*(_post(bench.own, name) for name in names))
        _succeeded(responses)
        assert [response.json()["name"] for response in responses] == names
        assert set(names) <= {monitor["name"] for monitor in bench.listed(limit=100)}


@notices("parallel-posts-share-an-id")
def every_post_gives_an_id_of_its_own(bench):
    for number in range(_ROUNDS):
        responses = _together(*(_post(bench.own, f"Parallel {number}") for _ in range(3)))
        assert len({response.json()["id"] for response in responses}) == 3


@notices(
    "list-crashes-during-writes",
    "list-omits-what-is-changed",
    "list-shows-half-a-monitor",
)
def lists_are_whole_during_writes(bench):
    for number in range(4 * _ROUNDS):  # in one of four, all lists are answered before the writes
        monitor = bench.create()
        writes = (_put(bench, monitor, tags=["a"]), _post(bench.own, f"New {number}", tags=["b"]))
        lists = [_get(bench.own, "/monitors?limit=100") for _ in range(4)]
        _, _, *responses = _together(*writes, *lists)
        _succeeded(responses)
        for response in responses:
            shown = {item["id"]: item for item in response.json()["results"]}
            assert monitor["id"] in shown
            new = [item for item in shown.values() if item["name"] == f"New {number}"]
            assert all(item["tags"] == ["b"] for item in new)


@notices("read-beside-delete-crashes", "put-brings-back-deleted")
def a_monitor_in_use_can_be_deleted(bench):
    for number in range(2 * _ROUNDS):
        monitor = bench.create()
        path = f"/monitors/{monitor['id']}"
        calls = [
            call
            for _ in range(3)
            for call in (_get(bench.own, path), _put(bench, monitor, tags=["late"]))
        ]
        calls.insert(number % len(calls), _delete(bench, monitor))
        responses = _together(*calls)
        assert {response.status_code for response in responses} <= {200, 204, 404}
        assert bench.own.get(path).status_code == 404


@notices("parallel-deletes-both-succeed", "parallel-delete-crashes")
def one_of_two_deletes_succeeds(bench):
    for _ in range(_ROUNDS):
        monitor = bench.create()
        responses = _together(*(_delete(bench, monitor) for _ in range(2)))
        assert sorted(response.status_code for response in responses) == [204, 404]


@notices("parallel-teams-mixed-up")
def two_teams_at_once_get_their_own(bench):
    ours, theirs = bench.create(), bench.create(bench.rival)
    paths = [f"/monitors/{monitor['id']}" for monitor in (ours, theirs)]
    for _ in range(_ROUNDS):
        clients = (bench.own, bench.rival)
        calls = [_get(client, path) for client, path in zip(clients, paths, strict=True)]
        _succeeded(_together(*calls))


@notices("parallel-requests-share-an-id")
def every_response_has_a_request_id_of_its_own(bench):
    for _ in range(_ROUNDS):
        responses = _together(*(_get(bench.own, "/monitors") for _ in range(3)))
        assert len({response.headers["X-Request-Id"] for response in responses}) == 3


@notices("parallel-webhooks-overwrite", "parallel-incidents-overwrite")
def everything_recorded_at_once_is_listed(bench):
    monitor = bench.create()
    hook = {"url": "http://127.0.0.1:9/", "events": ["sla_breach"], "secret": "whsec_race"}
    work = {"monitor_id": monitor["id"], "title": "Work"}
    for path, body in (("/webhooks", hook), ("/incidents", work)):
        for _ in range(_ROUNDS):
            calls = [lambda p=path, b=body: bench.own.post(p, json=b) for _ in range(3)]
            created = {response.json()["id"] for response in _together(*calls)}
            assert created <= {item["id"] for item in bench.listed(path)}
