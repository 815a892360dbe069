"""What belongs to one endpoint and not to another: secret, events, id, token, times."""

import hashlib
import hmac

from tests.mutants.bench import notices
from tests.mutants.probes.deliveries import listening

SECRETS = {
    "prefixed": "whsec_Ab+9",
    "spaced": "  whsec with spaces  ",
    "hex": "0f3a9c" * 10,
    "long": "x" * 64 + "and more",
}


def _register(bench, url, secret, *events):
    body = {"url": url, "events": list(events), "secret": secret}
    response = bench.own.post("/webhooks", json=body)
    assert response.status_code == 201
    return response.json()


def _record(bench):
    monitor = bench.create()
    response = bench.own.post("/incidents", json={"monitor_id": monitor["id"], "title": "Work"})
    bench.advance(1)
    return response.json()


@notices(
    "secret-prefix-removed",
    "secret-trimmed",
    "secret-cut-to-64",
    "secret-in-lower-case",
    "secret-decoded-from-hex",
    "signed-with-the-first-secret",
)
def every_endpoint_gets_signatures_under_its_own_whole_secret(bench):
    with listening() as (url, heard):
        for place, secret in SECRETS.items():
            _register(bench, f"{url}/{place}", secret, "incident_created")
        _record(bench)
    assert {delivery.path for delivery in heard} == set(SECRETS)
    for delivery in heard:
        secret = SECRETS[delivery.path].encode()
        assert delivery.signature == hmac.new(secret, delivery.body, hashlib.sha256).hexdigest()


@notices("only-first-event-delivered", "delivered-twice")
def an_endpoint_gets_each_of_its_events_once(bench):
    with listening() as (url, heard):
        _register(bench, f"{url}/told", "whsec", "sla_breach", "incident_created")
        _record(bench)
    assert [delivery.path for delivery in heard] == ["told"]


@notices("last-triggered-at-of-all", "last-triggered-at-in-another-zone")
def only_a_notified_endpoint_has_a_time_and_it_is_that_of_the_delivery(bench):
    with listening() as (url, _):
        notified = _register(bench, f"{url}/told", "whsec", "incident_created")
        quiet = _register(bench, f"{url}/quiet", "whsec", "sla_breach")
        incident = _record(bench)
    times = {hook["id"]: hook["last_triggered_at"] for hook in bench.listed("/webhooks")}
    assert times[quiet["id"]] is None
    assert times[notified["id"]][:10] == incident["started_at"][:10]
    assert times[notified["id"]] >= incident["started_at"]


@notices("verification-token-of-all", "webhook-id-of-its-host", "webhook-url-without-query")
def endpoints_of_one_host_differ(bench):
    urls = [f"http://127.0.0.1:9/hook?team={team}" for team in "ab"]
    hooks = [_register(bench, url, "whsec", "sla_breach") for url in urls]
    for field in ("id", "webhook_id", "verification_token"):
        assert hooks[0][field] != hooks[1][field]
    assert {hook["url"] for hook in bench.listed("/webhooks")} >= set(urls)
