"""The rate limit, on servers that allow the documented 120 requests a minute."""

from tests.mutants.bench import notices

PER_MINUTE = 120


@notices("limit-of-119", "each-route-counted-apart")
def a_minute_has_120_requests_on_all_routes_together(bench):
    paths = ["/webhooks", "/incidents"] * (PER_MINUTE // 2) + ["/webhooks"]
    statuses = [bench.own.get(path).status_code for path in paths]
    assert statuses == [200] * PER_MINUTE + [429]


@notices("limit-of-120-in-30-seconds", "retry-after-late")
def the_wait_is_the_rest_of_the_minute(bench):
    for _ in range(PER_MINUTE):
        bench.own.get("/webhooks")
    assert bench.own.get("/webhooks").headers["Retry-After"] == "60"
    bench.advance(59)
    assert bench.own.get("/webhooks").headers["Retry-After"] == "1"
