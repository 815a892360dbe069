"""The rate limit, on servers that allow six requests a minute."""

import re
from concurrent.futures import ThreadPoolExecutor

from tests.mutants.bench import NEW, notices, refused

PER_MINUTE = 6


def _used_up(bench):
    """Return the first refusal after exactly the allowed requests."""
    responses = [bench.own.get("/webhooks") for _ in range(PER_MINUTE)]
    assert [response.status_code for response in responses] == [200] * PER_MINUTE
    return bench.own.get("/webhooks")


@notices(
    "limit-of-60",
    "no-limit",
    "reads-not-limited",
    "limited-as-503",
    "limited-in-plain-text",
    "limited-under-another-code",
)
def a_key_has_its_requests_and_no_more(bench):
    refused(_used_up(bench), 429, "RATE_LIMITED")


@notices("limit-of-121")
def not_one_more_than_the_limit_passes(bench):
    assert _used_up(bench).status_code == 429


@notices("errors-not-counted", "writes-not-counted", "status-not-counted")
def requests_of_every_kind_count(bench):
    path = f"/monitors/{'0' * 8}-0000-4000-8000-{'0' * 12}"
    for method, suffix in (("GET", ""), ("GET", "/status"), ("PUT", ""), ("DELETE", "")):
        assert bench.own.request(method, path + suffix).status_code in {400, 404}
    responses = [bench.own.get("/webhooks") for _ in range(PER_MINUTE - 3)]
    assert [response.status_code for response in responses] == [200, 200, 429]


@notices("limit-shared-by-a-team")
def keys_of_a_team_are_counted_apart(bench):
    refused(_used_up(bench), 429, "RATE_LIMITED")
    assert bench.reader.get("/webhooks").status_code == 200


@notices("read-only-key-not-limited")
def a_read_only_key_is_limited(bench):
    found = [bench.reader.get("/webhooks").status_code for _ in range(PER_MINUTE + 1)]
    assert found == [200] * PER_MINUTE + [429]


@notices("parallel-requests-counted-once")
def requests_at_the_same_time_count_each(bench):
    with ThreadPoolExecutor(2 * PER_MINUTE) as pool:
        found = list(pool.map(lambda _: bench.own.get("/webhooks"), range(4 * PER_MINUTE)))
    assert sum(response.status_code == 200 for response in found) == PER_MINUTE


@notices("writes-not-refused", "refused-post-is-done")
def a_refused_post_is_refused_and_does_nothing(bench):
    refusal = _used_up(bench)
    refused(bench.own.post("/monitors", json={**NEW, "name": "Refused"}), 429, "RATE_LIMITED")
    bench.advance(int(refusal.headers["Retry-After"]))
    assert "Refused" not in {monitor["name"] for monitor in bench.listed(limit=100)}


@notices("no-limit-after-a-refusal", "half-the-limit-after-a-refusal", "retry-after-always-60")
def the_next_minute_is_like_the_first(bench):
    bench.own.get("/webhooks")
    bench.advance(20)
    responses = [bench.own.get("/webhooks") for _ in range(PER_MINUTE)]
    assert [response.status_code for response in responses] == [200] * (PER_MINUTE - 1) + [429]
    assert int(responses[-1].headers["Retry-After"]) == 40
    bench.advance(40)
    assert _used_up(bench).status_code == 429


@notices("retry-after-differs-in-message")
def the_wait_is_in_the_message_too(bench):
    response = _used_up(bench)
    assert re.findall(r"\d+", response.json()["message"]) == [response.headers["Retry-After"]]


@notices("limit-shared-by-all-keys")
def keys_are_counted_apart(bench):
    refused(_used_up(bench), 429, "RATE_LIMITED")
    assert bench.rival.get("/webhooks").status_code == 200


@notices(
    "retry-after-missing",
    "retry-after-as-date",
    "retry-after-in-milliseconds",
    "retry-after-disagrees",
    "retry-after-not-in-body",
)
def the_wait_is_told_twice_alike(bench):
    response = _used_up(bench)
    assert 1 <= int(response.headers["Retry-After"]) == response.json()["retry_after"] <= 60


@notices("retry-after-too-short", "retry-after-not-honoured")
def after_the_told_wait_requests_pass(bench):
    bench.advance(int(_used_up(bench).headers["Retry-After"]))
    assert bench.own.get("/webhooks").status_code == 200
