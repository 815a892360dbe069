"""Promises on every route: keys, teams, deleted monitors, pages."""

from uuid import uuid4

from tests.mutants.bench import NEW, notices, refused

HOOK = {"url": "http://127.0.0.1:9/", "events": ["sla_breach"], "secret": "s"}
RANGE = {"from": "2025-01-14T00:00:00Z", "to": "2035-01-15T00:00:00Z"}


def _no_key(authorization):
    def probe(bench):
        monitor = bench.create()
        stranger = bench.client(authorization.format(bench.key, bench.key.swapcase()))
        refused(stranger.get(f"/monitors/{monitor['id']}"), 401, "UNAUTHORIZED")

    return probe


notices("longer-key-accepted")(_no_key("Bearer {0}!"))
notices("key-in-other-case-accepted")(_no_key("Bearer {1}"))
notices("any-word-like-bearer")(_no_key("Bearers {0}"))
notices("bearer-without-space")(_no_key("Bearer{0}"))


@notices("shorter-key-accepted")
def a_shorter_key_opens_another_sandbox(bench):
    monitor = bench.create()
    stranger = bench.client(f"Bearer {bench.key[:-1]}")
    refused(stranger.get(f"/monitors/{monitor['id']}"), 404, "NOT_FOUND")


def _revoked(method, path):
    def probe(bench):
        monitor = bench.create()
        revoked = bench.client(f"Bearer {bench.key}.revoked")
        response = revoked.request(method, path.format(monitor["id"]), json={})
        refused(response, 401, "UNAUTHORIZED")

    return probe


notices("revoked-key-reads-status")(_revoked("GET", "/monitors/{}/status"))
notices("revoked-key-reads-logs")(_revoked("GET", "/monitors/{}/logs"))
notices("revoked-key-reads-webhooks")(_revoked("GET", "/webhooks"))
notices("revoked-key-deletes")(_revoked("DELETE", "/monitors/{}"))
notices("revoked-key-updates")(_revoked("PUT", "/monitors/{}"))
notices("revoked-key-records-incidents")(_revoked("POST", "/incidents"))


@notices("read-only-key-updates-nothing")
def a_reader_writes_not_even_nothing(bench):
    path = f"/monitors/{bench.create()['id']}"
    refused(bench.reader.put(path, json={}), 403, "FORBIDDEN")


@notices("read-only-key-sees-no-monitors")
def a_reader_sees_the_monitors_of_the_team(bench):
    monitor = bench.create()
    assert monitor["id"] in {each["id"] for each in bench.listed(client=bench.reader, limit=100)}


@notices("others-logs-in-a-range-readable")
def others_logs_are_hidden_in_a_range(bench):
    path = f"/monitors/{bench.create(bench.rival)['id']}/logs"
    refused(bench.own.get(path, params=RANGE), 403, "FORBIDDEN")


@notices("resolved-incidents-of-all-teams")
def filtered_incidents_are_the_teams_own(bench):
    body = {"monitor_id": bench.create(bench.rival)["id"], "title": "Theirs"}
    theirs = bench.rival.post("/incidents", json=body).json()
    assert theirs["id"] not in {i["id"] for i in bench.listed("/incidents", resolved="false")}


@notices("active-webhooks-of-all-teams")
def filtered_webhooks_are_the_teams_own(bench):
    theirs = bench.rival.post("/webhooks", json=HOOK).json()
    assert theirs["id"] not in {hook["id"] for hook in bench.listed("/webhooks", active="true")}


@notices("total-pages-of-all-teams")
def pages_count_the_teams_own(bench):
    bench.create(bench.rival)
    items = len(bench.listed(limit=100))
    assert bench.get("/monitors", limit=1)["total_pages"] == items


@notices("name-unique-among-all-teams")
def names_may_be_those_of_other_teams(bench):
    bench.create(bench.rival)
    bench.create()


@notices("same-name-replaces-monitor")
def names_may_be_used_twice(bench):
    assert bench.create()["id"] != bench.create()["id"]


@notices("deleted-log-in-a-range-is-empty")
def the_log_of_a_deleted_monitor_is_not_found(bench):
    path = f"/monitors/{bench.create()['id']}"
    bench.own.delete(path)
    refused(bench.own.get(f"{path}/logs", params=RANGE), 404, "NOT_FOUND")


@notices("name-of-the-deleted-stays-taken")
def the_name_of_a_deleted_monitor_is_free(bench):
    bench.own.delete(f"/monitors/{bench.create()['id']}")
    bench.create()


@notices("deleted-monitors-still-counted")
def pages_do_not_count_deleted_monitors(bench):
    before = bench.get("/monitors", limit=1)["total_pages"]
    bench.own.delete(f"/monitors/{bench.create()['id']}")
    assert bench.get("/monitors", limit=1)["total_pages"] == before


@notices("deleted-monitors-listed-by-status")
def no_status_lists_deleted_monitors(bench):
    monitor = bench.create()
    bench.own.delete(f"/monitors/{monitor['id']}")
    status = monitor["status"]
    assert monitor["id"] not in {m["id"] for m in bench.listed(limit=100, status=status)}


@notices("total-pages-one-too-many", "page-after-the-last-repeats-it")
def a_full_last_page_is_the_last(bench):
    items = len(bench.listed(limit=100))
    assert bench.get("/monitors", limit=items)["total_pages"] == 1
    assert bench.listed(limit=items, page=2) == []


@notices("log-page-of-99")
def a_page_of_a_log_holds_100_entries(bench):
    monitor = bench.listed(limit=1)[0]
    page = bench.get(f"/monitors/{monitor['id']}/logs", limit=100)
    assert page["total_pages"] > 1
    assert len(page["results"]) == 100


@notices("list-cached-over-changes", "filtered-list-cached-over-changes")
def lists_show_changes(bench):
    monitor = bench.create()
    for query in ({}, {"status": monitor["status"]}):
        bench.listed(limit=100, **query)
        name = uuid4().hex
        bench.own.put(f"/monitors/{monitor['id']}", json={"name": name})
        assert name in {each["name"] for each in bench.listed(limit=100, **query)}


@notices("monitor-cached-for-readers")
def readers_see_changes(bench):
    path = f"/monitors/{bench.create()['id']}"
    bench.get(path, bench.reader)
    bench.own.put(path, json={"name": "Changed"})
    assert bench.get(path, bench.reader)["name"] == "Changed"


def _late(probe):
    def after_many_requests(bench):
        for _ in range(160):
            bench.own.get("/webhooks")
        probe(bench)

    return after_many_requests


def _filters(bench):
    assert {monitor["status"] for monitor in bench.listed(status="down")} == {"down"}


def _pages(bench):
    assert bench.listed(limit=1, page=2) != bench.listed(limit=1, page=1)


def _stores(bench):
    path = f"/monitors/{bench.create()['id']}"
    bench.own.put(path, json={"tags": ["late"]})
    assert bench.get(path)["tags"] == ["late"]


def _filters_logs(bench):
    path = f"/monitors/{bench.listed(limit=1)[0]['id']}/logs"
    query = {"from_": "2999-01-01T00:00:00Z", "to": "2999-01-02T00:00:00Z"}
    assert bench.listed(path, **query) == []


notices("late-range-ignored")(_late(_filters_logs))
notices("late-filter-ignored")(_late(_filters))
notices("late-page-ignored")(_late(_pages))
notices("late-unknown-key-accepted")(_late(_no_key("Bearer nobody")))
notices("late-put-not-stored")(_late(_stores))


def _keeps_readers_out(bench):
    path = f"/monitors/{bench.create()['id']}"
    refused(bench.reader.put(path, json={"tags": ["a"]}), 403, "FORBIDDEN")


def _hides_others(bench):
    path = f"/monitors/{bench.create(bench.rival)['id']}"
    refused(bench.own.get(path), 403, "FORBIDDEN")


def _checks(bench):
    response = bench.own.post("/monitors", json={**NEW, "interval_seconds": 31})
    refused(response, 400, "INVALID_REQUEST")


def _lists_newest(bench):
    assert bench.create()["id"] in {monitor["id"] for monitor in bench.listed(limit=100)}


def _empties(bench):
    path = f"/monitors/{bench.create(tags=['a'])['id']}"
    bench.own.put(path, json={"tags": []})
    assert bench.get(path)["tags"] == []


def _tells_uptime(bench):
    assert bench.get(f"/monitors/{bench.create()['id']}/status")["uptime_30d"] > 1


notices("late-tags-not-emptied")(_late(_empties))
notices("late-uptime-as-fraction")(_late(_tells_uptime))
notices("late-read-only-key-writes")(_late(_keeps_readers_out))
notices("late-others-readable")(_late(_hides_others))
notices("late-interval-not-checked")(_late(_checks))
notices("late-list-without-newest")(_late(_lists_newest))


@notices("first-tags-on-all")
def monitors_do_not_share_tags(bench):
    first = bench.create()
    bench.own.put(f"/monitors/{bench.create()['id']}", json={"tags": ["a"]})
    assert bench.get(f"/monitors/{first['id']}")["tags"] == []


@notices("resolved-true-adds-other-teams")
def resolved_incidents_are_the_teams_own(bench):
    body = {"monitor_id": bench.create(bench.rival)["id"], "title": "Work"}
    theirs = bench.rival.post("/incidents", json=body).json()["id"]
    listed = bench.listed("/incidents", resolved="true")
    assert theirs not in {incident["id"] for incident in listed}
