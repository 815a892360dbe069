"""Replicas that differ, and what only the read-only key is shown."""

from tests.mutants.bench import notices

_EVERY_REPLICA = range(4)
HOOK = {"url": "http://127.0.0.1:9/hook", "events": ["sla_breach"], "secret": "s"}


@notices("one-replica-ignores-filters", "one-replica-lacks-what-filters-select")
def filters_select_the_same_each_time(bench):
    answers = [bench.listed("/incidents", resolved="true") for _ in _EVERY_REPLICA]
    assert answers[0]
    assert all(incident["resolved_at"] for answer in answers for incident in answer)
    assert len({len(answer) for answer in answers}) == 1


@notices("one-replica-is-behind")
def the_newest_webhook_is_always_listed(bench):
    hook = bench.own.post("/webhooks", json=HOOK).json()
    for _ in _EVERY_REPLICA:
        assert hook["id"] in {listed["id"] for listed in bench.listed("/webhooks")}


@notices("one-replica-logs-no-times")
def entries_keep_their_response_times(bench):
    path = f"/monitors/{bench.create()['id']}/logs"
    answers = [bench.listed(path) for _ in _EVERY_REPLICA]
    assert all(answer == answers[0] for answer in answers)


@notices("read-only-key-sees-incidents-begin-at-midnight")
def a_reader_sees_when_incidents_began(bench):
    began = {each["id"]: each["started_at"] for each in bench.listed("/incidents")}
    shown = {each["id"]: each["started_at"] for each in bench.listed("/incidents", bench.reader)}
    assert began == shown != {}


@notices("read-only-key-sees-hosts-of-webhooks")
def a_reader_sees_whole_urls(bench):
    bench.own.post("/webhooks", json=HOOK)
    assert HOOK["url"] in {each["url"] for each in bench.listed("/webhooks", bench.reader)}


@notices("read-only-key-sees-no-tags")
def a_reader_sees_tags(bench):
    monitor = bench.create(tags=["blue"])
    assert bench.get(f"/monitors/{monitor['id']}", bench.reader)["tags"] == ["blue"]


@notices("read-only-key-sees-all-monitors-up")
def a_reader_sees_the_status(bench):
    path = f"/monitors/{bench.with_status('down')['id']}/status"
    assert bench.get(path, bench.reader)["status"] == "down"
