"""What a write leaves as it is."""

from tests.mutants.bench import notices

HOOK = {"url": "http://127.0.0.1:9/hook", "events": ["sla_breach"], "secret": "whsec_probe"}


def _register(bench):
    response = bench.own.post("/webhooks", json=HOOK)
    assert response.status_code == 201
    return response.json()["id"]


def _delete_another(bench):
    assert bench.own.delete(f"/monitors/{bench.create()['id']}").status_code == 204


@notices("deletion-turns-webhooks-off")
def webhooks_outlive_monitors(bench):
    _register(bench)
    _delete_another(bench)
    assert all(hook["active"] for hook in bench.listed("/webhooks"))


@notices("put-changes-all-of-a-name")
def monitors_of_the_same_name_stay_as_they_are(bench):
    first, second = bench.create(), bench.create()
    bench.own.put(f"/monitors/{first['id']}", json={"tags": ["changed"]})
    assert bench.get(f"/monitors/{second['id']}")["tags"] == []


@notices("deletion-empties-other-logs")
def logs_outlive_other_monitors(bench):
    path = f"/monitors/{bench.with_status('up')['id']}/logs"
    before = bench.listed(path)
    assert before
    _delete_another(bench)
    assert bench.listed(path) == before


@notices("deletion-orphans-incidents")
def incidents_keep_their_monitor(bench):
    monitor = bench.create()
    body = {"monitor_id": monitor["id"], "title": "Work"}
    assert bench.own.post("/incidents", json=body).status_code == 201
    assert bench.own.delete(f"/monitors/{monitor['id']}").status_code == 204
    assert all(incident["monitor_id"] for incident in bench.listed("/incidents"))


@notices("incident-recorded-twice")
def one_post_makes_one_incident(bench):
    monitor = bench.create()
    body = {"monitor_id": monitor["id"], "title": "Work"}
    assert bench.own.post("/incidents", json=body).status_code == 201
    assert len(bench.listed("/incidents", monitor_id=monitor["id"])) == 1


@notices("incident-recorded-and-refused")
def a_refused_incident_is_not_recorded(bench):
    monitor = bench.create()
    body = {"monitor_id": monitor["id"], "title": "Work"}
    assert bench.reader.post("/incidents", json=body).status_code == 403
    assert bench.listed("/incidents", monitor_id=monitor["id"]) == []


@notices("webhook-registered-twice")
def one_post_makes_one_webhook(bench):
    registered = _register(bench)
    assert [hook["id"] for hook in bench.listed("/webhooks")] == [registered]


@notices("eleventh-webhook-not-listed")
def eleven_webhooks_are_listed(bench):
    registered = [_register(bench) for _ in range(11)]
    assert [hook["id"] for hook in bench.listed("/webhooks")] == registered
