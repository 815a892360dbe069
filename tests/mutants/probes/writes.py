"""What is stored, changed and deleted."""

from uuid import uuid4

from tests.mutants.bench import DEFAULT_REGIONS, NEW, notices, refused

CHANGES = {
    "name": "Changed",
    "url": "https://changed.example/",
    "interval_seconds": 300,
    "tags": ["b"],
    "regions": ["us-east-1"],
    "expected_status": 204,
}


@notices("default-regions-incomplete")
def regions_default_to_three(bench):
    assert bench.create()["regions"] == DEFAULT_REGIONS


@notices("default-expected-status-204")
def expected_status_defaults_to_200(bench):
    assert bench.create()["expected_status"] == 200


@notices("sent-regions-ignored", "sent-tags-ignored", "sent-expected-status-ignored")
def what_is_sent_is_stored(bench):
    created = bench.create(**CHANGES)
    assert CHANGES.items() <= bench.get(f"/monitors/{created['id']}").items()


@notices("created-but-not-stored")
def what_is_created_can_be_found(bench):
    bench.get(f"/monitors/{bench.create()['id']}")


@notices("created-twice")
def one_post_makes_one_monitor(bench):
    before = bench.get("/monitors", limit=1)["total_pages"]
    bench.create()
    assert bench.get("/monitors", limit=1)["total_pages"] == before + 1


@notices("url-monitored-once")
def a_second_post_makes_a_second_monitor(bench):
    assert bench.create()["id"] != bench.create(name="Probed again")["id"]


@notices("created-as-202")
def created_is_200_or_201(bench):
    assert bench.own.post("/monitors", json=NEW).status_code in {200, 201}


@notices("created-with-another-interval")
def what_is_created_is_what_was_answered(bench):
    created = bench.create()
    stored = bench.get(f"/monitors/{created['id']}")
    assert stored["interval_seconds"] == created["interval_seconds"]


@notices("put-not-stored", "put-interval-not-stored")
def what_is_changed_stays_changed(bench):
    path = f"/monitors/{bench.create()['id']}"
    assert bench.own.put(path, json=CHANGES).status_code == 200
    assert CHANGES.items() <= bench.get(path).items()


@notices("put-resets-what-is-omitted", "put-needs-every-field")
def what_is_omitted_stays(bench):
    path = f"/monitors/{bench.create(**CHANGES)['id']}"
    assert bench.own.put(path, json={"interval_seconds": 30}).status_code == 200
    assert {**CHANGES, "interval_seconds": 30}.items() <= bench.get(path).items()


@notices("put-empty-tags-ignored")
def tags_can_be_emptied(bench):
    path = f"/monitors/{bench.create(tags=['a'])['id']}"
    bench.own.put(path, json={"tags": []})
    assert bench.get(path)["tags"] == []


@notices("put-changes-another-monitor")
def others_stay_as_they_are(bench):
    first, second = bench.create(), bench.create()
    bench.own.put(f"/monitors/{first['id']}", json={"name": "Renamed"})
    assert bench.get(f"/monitors/{second['id']}")["name"] == NEW["name"]


@notices("put-adds-tags")
def tags_are_replaced(bench):
    path = f"/monitors/{bench.create(tags=['a'])['id']}"
    bench.own.put(path, json={"tags": ["b"]})
    assert bench.get(path)["tags"] == ["b"]


@notices(
    "put-answers-another-id", "put-omits-updated-at", "put-updated-at-stale", "put-answers-204"
)
def put_answers_with_the_changed_monitor(bench):
    created = bench.create()
    response = bench.own.put(f"/monitors/{created['id']}", json={"name": "Renamed"})
    assert (response.status_code, response.json()["id"]) == (200, created["id"])
    assert response.json()["updated_at"] >= created["created_at"]


@notices("put-of-unknown-monitor-succeeds")
def put_creates_nothing(bench):
    response = bench.own.put(f"/monitors/{uuid4()}", json=CHANGES)
    refused(response, 404, "NOT_FOUND")


@notices("delete-keeps-monitor")
def what_is_deleted_is_gone(bench):
    path = f"/monitors/{bench.create()['id']}"
    assert bench.own.delete(path).status_code == 204
    refused(bench.own.get(path), 404, "NOT_FOUND")


@notices("delete-answers-200")
def delete_answers_without_a_body(bench):
    response = bench.own.delete(f"/monitors/{bench.create()['id']}")
    assert (response.status_code, response.content) == (204, b"")


@notices("delete-of-nothing-succeeds")
def nothing_is_deleted_twice(bench):
    path = f"/monitors/{bench.create()['id']}"
    bench.own.delete(path)
    refused(bench.own.delete(path), 404, "NOT_FOUND")


@notices("delete-takes-another-monitor")
def others_survive_a_deletion(bench):
    first, second = bench.create(), bench.create()
    bench.own.delete(f"/monitors/{first['id']}")
    bench.get(f"/monitors/{second['id']}")


@notices("deleted-monitor-still-listed")
def what_is_deleted_leaves_the_list(bench):
    created = bench.create()
    bench.own.delete(f"/monitors/{created['id']}")
    assert created["id"] not in {monitor["id"] for monitor in bench.listed(limit=100)}


@notices("deleted-monitor-still-updatable")
def what_is_deleted_stays_as_it_was(bench):
    path = f"/monitors/{bench.create()['id']}"
    bench.own.delete(path)
    refused(bench.own.put(path, json={"name": "Back"}), 404, "NOT_FOUND")


@notices("logs-outlive-their-monitor")
def logs_go_with_their_monitor(bench):
    path = f"/monitors/{bench.create()['id']}"
    bench.own.delete(path)
    refused(bench.own.get(f"{path}/logs"), 404, "NOT_FOUND")


@notices("status-outlives-its-monitor")
def status_goes_with_its_monitor(bench):
    path = f"/monitors/{bench.create()['id']}"
    bench.own.delete(path)
    refused(bench.own.get(f"{path}/status"), 404, "NOT_FOUND")


@notices("monitor-cached")
def a_change_shows_at_once(bench):
    path = f"/monitors/{bench.create()['id']}"
    assert bench.get(path)["name"] == NEW["name"]
    bench.own.put(path, json={"name": "Fresh"})
    assert bench.get(path)["name"] == "Fresh"


@notices("list-cached")
def a_new_monitor_is_listed_at_once(bench):
    bench.listed(limit=100)
    created = bench.create()
    assert created["id"] in {monitor["id"] for monitor in bench.listed(limit=100)}


def _keeps_the_name(name):
    def probe(bench):
        created = bench.create(name=name)
        assert bench.get(f"/monitors/{created['id']}")["name"] == name

    return probe


notices("dash-becomes-question-mark", "names-garbled")(_keeps_the_name("Shop — shop.example"))
notices("names-end-at-emoji")(_keeps_the_name("Shop 🛒 front"))
notices("names-normalised")(_keeps_the_name("Cafe\u0301"))
notices("names-escaped-for-html")(_keeps_the_name("Black & White <3"))


@notices("tags-in-lower-case")
def tags_keep_their_case(bench):
    assert bench.create(tags=["Production"])["tags"] == ["Production"]


@notices("log-lost-with-a-put")
def a_change_keeps_the_log(bench):
    path = f"/monitors/{bench.create()['id']}"
    before = bench.listed(f"{path}/logs")
    assert before
    bench.own.put(path, json={"interval_seconds": 300})
    assert bench.listed(f"{path}/logs") == before


@notices("put-updated-at-kept")
def updated_at_moves(bench):
    created = bench.create()
    bench.advance(5)
    response = bench.own.put(f"/monitors/{created['id']}", json={"name": "Renamed"})
    assert response.json()["updated_at"] > created["created_at"]


@notices("delete-takes-the-same-name")
def namesakes_outlive_a_monitor(bench):
    first, second = bench.create(), bench.create()
    assert bench.own.delete(f"/monitors/{first['id']}").status_code == 204
    bench.get(f"/monitors/{second['id']}")
