"""The rate limit, on servers that allow six requests a minute."""

from tests.mutants.bench import notices, refused

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
