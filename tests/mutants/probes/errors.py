"""The envelope of every error, and input that must not bring a server down."""

from uuid import uuid4

from tests.mutants.bench import NEW, notices, refused, wrong_fields

JSON = {"Content-Type": "application/json"}


@notices(
    "error-nested",
    "error-as-problem",
    "error-code-in-lower-case",
    "error-without-message",
    "errors-as-200",
    "not-found-under-another-code",
    "not-found-as-html",
    "not-found-as-400",
)
def an_unknown_monitor_is_not_found(bench):
    refused(bench.own.get(f"/monitors/{uuid4()}"), 404, "NOT_FOUND")


@notices("forbidden-under-another-code")
def a_write_without_permission_is_forbidden(bench):
    refused(bench.reader.post("/monitors", json=NEW), 403, "FORBIDDEN")


@notices(
    "validation-as-422",
    "details-missing",
    "details-of-first-error-only",
    "details-as-object",
    "details-as-texts",
    "details-without-fields",
)
def every_wrong_field_is_named(bench):
    body = {"name": "Fine", "url": "nowhere", "interval_seconds": 45}
    assert wrong_fields(bench.own.post("/monitors", json=body)) == {"url", "interval_seconds"}


def _survives(content):
    def probe(bench):
        for path in ("/monitors", "/incidents", "/webhooks"):
            assert wrong_fields(bench.own.post(path, content=content, headers=JSON)) == {"body"}

    return probe


notices("broken-json-crashes")(_survives(b'{"name": '))
notices("array-for-object-crashes", "array-for-object-crashes-without-envelope")(_survives(b"[1]"))


@notices("number-for-text-crashes", "null-crashes")
def other_types_are_refused(bench):
    body = {**NEW, "name": 7, "tags": None}
    assert wrong_fields(bench.own.post("/monitors", json=body)) == {"name", "tags"}


@notices("emoji-crashes")
def emoji_are_characters(bench):
    bench.create(name="Shop 🛒")


@notices("nul-crashes")
def nul_is_taken_or_refused(bench):
    assert bench.own.post("/monitors", json={**NEW, "name": "a\0b"}).status_code in {201, 400}


@notices("byte-order-mark-crashes")
def a_byte_order_mark_is_taken_or_refused(bench):
    response = bench.own.post("/monitors", content=b"\xef\xbb\xbf{}", headers=JSON)
    assert response.status_code == 400


@notices("empty-regions-crash")
def no_regions_are_taken_or_refused(bench):
    assert bench.own.post("/monitors", json={**NEW, "regions": []}).status_code in {201, 400}


@notices("malformed-id-crashes")
def a_malformed_id_is_not_found(bench):
    refused(bench.own.get("/monitors/first"), 404, "NOT_FOUND")


@notices("malformed-id-deleted")
def a_malformed_id_is_not_deleted(bench):
    refused(bench.own.delete("/monitors/first"), 404, "NOT_FOUND")


@notices("log-of-malformed-id-empty")
def a_malformed_id_has_no_log(bench):
    refused(bench.own.get("/monitors/first/logs"), 404, "NOT_FOUND")


@notices("far-page-crashes")
def a_far_page_is_empty(bench):
    assert bench.listed(page=10**20) == []


@notices("unreadable-time-crashes")
def an_unreadable_time_is_refused(bench):
    path = f"/monitors/{bench.create()['id']}/logs"
    assert wrong_fields(bench.own.get(path, params={"to": "tomorrow"})) == {"to"}


@notices("errors-quote-the-key")
def errors_keep_the_key_to_themselves(bench):
    assert bench.key not in bench.own.get(f"/monitors/{uuid4()}").text
