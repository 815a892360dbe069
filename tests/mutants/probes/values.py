"""Values are read strictly and stored as they are sent."""

from tests.mutants.bench import NEW, notices, wrong_fields

JSON = {"Content-Type": "application/json"}
NESTED = b'{"tags": ' + b"[" * 200 + b"]" * 200 + b"}"


def _refuses(field, value):
    def probe(bench):
        assert wrong_fields(bench.own.post("/monitors", json={**NEW, field: value})) == {field}

    return probe


def _keeps(field, value):
    def probe(bench):
        created = bench.create(**{field: value})
        assert created[field] == value
        assert bench.get(f"/monitors/{created['id']}")[field] == value

    return probe


notices("boolean-read-as-integer")(_refuses("expected_status", True))  # noqa: FBT003 - a value
notices("fraction-cut-off")(_refuses("expected_status", 200.5))
notices("nested-tags-flattened")(_refuses("tags", [["a"]]))
notices("one-emoji-is-two-characters")(_refuses("name", "🚢"))
notices("name-counted-in-utf-16")(_keeps("name", "🚢" * 128))
notices("host-in-lower-case")(_keeps("url", "https://Shop.Example.COM/a"))
notices("slash-added-to-url")(_keeps("url", "https://shop.example.com"))
notices("slash-removed-from-url")(_keeps("url", "https://shop.example.com/a/"))
notices("default-port-removed")(_keeps("url", "https://shop.example.com:443/a"))
notices("name-trimmed")(_keeps("name", "  spaced  "))
notices("tags-without-doubles")(_keeps("tags", ["a", "b", "a"]))
notices("tags-split-at-commas")(_keeps("tags", ["a,b"]))
notices("tags-trimmed")(_keeps("tags", [" a "]))


notices("name-from-list")(_refuses("name", ["ab"]))
notices("url-from-list")(_refuses("url", ["https://example.com/"]))
notices("scheme-added-to-url")(_refuses("url", "example.com/health"))
notices("tags-from-number")(_refuses("tags", 7))
notices("null-regions-dropped")(_refuses("regions", ["us-east-1", None]))
notices("regions-from-object")(_refuses("regions", {"us-east-1": 1}))
notices("nested-regions-flattened")(_refuses("regions", [["us-east-1"]]))
notices("regions-true-means-all")(_refuses("regions", True))  # noqa: FBT003 - a value
notices("status-from-list")(_refuses("expected_status", [200]))
notices("status-from-word")(_refuses("expected_status", "ok"))
notices("null-stored-by-post")(_refuses("tags", None))
notices("emoji-not-counted")(_refuses("name", "🚢" * 129))
notices("expected-status-of-redirect-refused")(_keeps("expected_status", 301))
notices("expected-status-204-refused")(_keeps("expected_status", 204))
notices("regions-sorted")(_keeps("regions", ["us-east-1", "eu-central-1"]))
notices("tags-sorted")(_keeps("tags", ["b", "a"]))
notices("long-url-cut-off")(_keeps("url", f"https://example.com/{'a' * 300}"))
notices("tags-cut-off")(_keeps("tags", [f"tag-{number}" for number in range(11)]))


@notices("null-stored")
def null_is_refused(bench):
    path = f"/monitors/{bench.create()['id']}"
    assert wrong_fields(bench.own.put(path, json={"tags": None})) == {"tags"}


@notices("default-tags-shared")
def defaults_are_not_shared(bench):
    bench.own.put(f"/monitors/{bench.create()['id']}", json={"tags": ["a"]})
    assert bench.create()["tags"] == []


@notices("unknown-fields-stored")
def unknown_fields_are_ignored(bench):
    assert "owner" not in bench.create(owner="me")


def _cannot_set(field, value):
    def probe(bench):
        path = f"/monitors/{bench.create()['id']}"
        bench.own.put(path, json={field: value})
        assert bench.get(path)[field] != value

    return probe


notices("status-writable")(_cannot_set("status", "paused"))
notices("created-at-writable")(_cannot_set("created_at", "2001-02-03T04:05:06Z"))
notices("last-check-at-writable")(_cannot_set("last_check_at", "2001-02-03T04:05:06Z"))


@notices("fractions-of-a-second-ignored")
def half_a_second_counts(bench):
    path = f"/monitors/{bench.listed(limit=1)[0]['id']}/logs"
    row = bench.listed(path, limit=1)[0]
    since = row["timestamp"].replace("Z", ".500Z")
    first = bench.listed(path, from_=since, limit=1)[0]
    assert first["timestamp"] != row["timestamp"]


@notices("charset-refused")
def a_charset_is_part_of_a_content_type(bench):
    headers = {"Content-Type": "application/json; charset=utf-8"}
    response = bench.own.post("/monitors", content=b"{}", headers=headers)
    assert wrong_fields(response) == {"name", "url", "interval_seconds"}


def _refuses_body(method, path, raw):
    def probe(bench):
        monitor = bench.create()
        response = bench.own.request(method, path.format(monitor["id"]), content=raw, headers=JSON)
        wrong_fields(response)

    return probe


notices("null-body-of-put-accepted")(_refuses_body("PUT", "/monitors/{}", b"null"))
notices("empty-put-accepted")(_refuses_body("PUT", "/monitors/{}", b""))
notices("null-incident-crashes")(_refuses_body("POST", "/incidents", b"null"))
notices("empty-incident-crashes")(_refuses_body("POST", "/incidents", b""))
notices("empty-webhook-crashes")(_refuses_body("POST", "/webhooks", b""))
notices("infinity-crashes")(_refuses_body("PUT", "/monitors/{}", b'{"expected_status": Infinity}'))
notices("half-a-surrogate-pair-crashes")(_refuses_body("POST", "/monitors", b'{"name": "\\ud83d"}'))
notices("deep-nesting-crashes")(_refuses_body("PUT", "/monitors/{}", NESTED))
