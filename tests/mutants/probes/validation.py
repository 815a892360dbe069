"""What is taken and what is refused, at both edges, on POST and PUT."""

from tests.mutants.bench import NEW, notices, wrong_fields

HOOK = {"url": "http://127.0.0.1:9/", "events": ["sla_breach"], "secret": "s"}


def _refuses_on_post(**fields):
    def probe(bench):
        assert wrong_fields(bench.own.post("/monitors", json={**NEW, **fields})) == set(fields)

    return probe


def _refuses_on_put(**fields):
    def probe(bench):
        path = f"/monitors/{bench.create()['id']}"
        assert wrong_fields(bench.own.put(path, json=fields)) == set(fields)

    return probe


def _takes(**fields):
    """Both methods take and keep the fields."""

    def probe(bench):
        created = bench.create(**fields)
        assert fields.items() <= created.items()
        path = f"/monitors/{bench.create()['id']}"
        assert bench.own.put(path, json=fields).status_code == 200
        assert fields.items() <= bench.get(path).items()

    return probe


def _needs(path, body, field):
    def probe(bench):
        rest = {name: value for name, value in body.items() if name != field}
        assert wrong_fields(bench.own.post(path, json=rest)) == {field}

    return probe


notices("name-not-required")(_needs("/monitors", NEW, "name"))
notices("url-not-required")(_needs("/monitors", NEW, "url"))
notices("interval-not-required")(_needs("/monitors", NEW, "interval_seconds"))
notices("name-of-one-character-accepted")(_refuses_on_post(name="x"))
notices("name-of-129-characters-accepted")(_refuses_on_post(name="x" * 129))
notices("name-of-two-characters-refused")(_takes(name="xy"))
notices("name-of-128-characters-refused")(_takes(name="x" * 128))
notices("name-counted-in-bytes")(_takes(name="ä" * 128))
notices("put-name-not-checked")(_refuses_on_put(name="x" * 129))
notices("url-scheme-not-checked")(_refuses_on_post(url="ftp://example.com/"))
notices("put-url-not-checked")(_refuses_on_put(url="example"))
notices("plain-http-refused")(_takes(url="http://example.com/"))
notices("scheme-in-capitals-refused")(_takes(url="HTTPS://example.com/"))
notices("any-interval-accepted")(_refuses_on_post(interval_seconds=31))
notices("interval-of-15-accepted")(_refuses_on_post(interval_seconds=15))
notices("put-interval-of-900-accepted")(_refuses_on_put(interval_seconds=900))
notices("tags-of-ascii-only")(_takes(tags=["ü"]))
notices("put-any-interval-accepted")(_refuses_on_put(interval_seconds=31))
notices("interval-of-300-refused")(_takes(interval_seconds=300))
notices("interval-of-30-refused")(_takes(interval_seconds=30))
notices("interval-read-from-text")(_refuses_on_post(interval_seconds="60"))
notices("tags-read-from-text")(_refuses_on_post(tags="a"))
notices("tags-of-anything-accepted")(_refuses_on_put(tags=["a", 1]))
notices("regions-read-from-text")(_refuses_on_post(regions="eu-central-1"))
notices("expected-status-read-from-text")(_refuses_on_put(expected_status="200"))
notices("incident-title-not-required")(
    lambda bench: _needs("/incidents", {"monitor_id": bench.create()["id"], "title": ""}, "title")(
        bench
    )
)
notices("webhook-secret-not-required")(_needs("/webhooks", HOOK, "secret"))
notices("webhook-events-not-required")(_needs("/webhooks", HOOK, "events"))


@notices("put-array-accepted")
def an_array_changes_nothing(bench):
    assert wrong_fields(bench.own.put(f"/monitors/{bench.create()['id']}", json=[])) == {"body"}


@notices("refused-put-half-stored")
def a_refused_put_stores_nothing(bench):
    path = f"/monitors/{bench.create()['id']}"
    wrong_fields(bench.own.put(path, json={"name": "Half", "interval_seconds": 31}))
    assert bench.get(path)["name"] == NEW["name"]


@notices("refused-post-creates")
def a_refused_post_creates_nothing(bench):
    before = bench.get("/monitors", limit=1)["total_pages"]
    wrong_fields(bench.own.post("/monitors", json={"name": "Half"}))
    assert bench.get("/monitors", limit=1)["total_pages"] == before


@notices("webhook-unknown-event-accepted")
def events_are_three(bench):
    body = {**HOOK, "events": ["sla_breach", "monitor_deleted"]}
    assert wrong_fields(bench.own.post("/webhooks", json=body)) == {"events"}


@notices("webhook-url-not-checked")
def endpoints_have_urls(bench):
    assert wrong_fields(bench.own.post("/webhooks", json={**HOOK, "url": "hook"})) == {"url"}
