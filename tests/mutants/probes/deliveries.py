"""What endpoints are told, and whether they can trust it. Servers stand still until time is moved,
and moving it waits for every delivery."""

import hashlib
import hmac
import json
from contextlib import contextmanager
from threading import Thread
from typing import NamedTuple

from flask import Flask, request
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.mutants.bench import notices

SECRET = "whsec_probe"


class Heard(NamedTuple):
    path: str
    query: str
    body: bytes
    signature: str | None
    content_type: str


class _Quiet(WSGIRequestHandler):
    def log_request(self, *args, **kwargs):
        """Say nothing: what was heard is kept."""


@contextmanager
def listening():
    """Receive on a free port; yields its address and what is heard."""
    heard = []
    receiver = Flask("receiver")

    @receiver.post("/<path:path>")
    def hear(path):
        signature = request.headers.get("X-Statuspool-Signature")
        heard.append(
            Heard(
                path,
                request.query_string.decode(),
                request.get_data(),
                signature,
                request.content_type,
            )
        )
        return "", 204

    server = make_server("127.0.0.1", 0, receiver, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _register(bench, url, *events):
    body = {"url": url, "events": list(events), "secret": SECRET}
    response = bench.own.post("/webhooks", json=body)
    assert response.json()["events"] == list(events)


def _record(bench, client=None):
    monitor = bench.create(client)
    body = {"monitor_id": monitor["id"], "title": "Trouble — now"}
    (client or bench.own).post("/incidents", json=body)
    bench.advance(1)


@notices(
    "incidents-not-delivered",
    "signed-with-hashed-secret",
    "signature-over-other-bytes",
    "signature-before-escaping",
    "signature-without-key",
    "signature-with-prefix",
    "signature-in-base64",
    "signature-in-capitals",
    "signature-cut-short",
    "signature-missing",
    "signature-under-another-header",
    "delivered-as-text",
)
def an_incident_is_delivered_under_a_right_signature(bench):
    with listening() as (url, heard):
        _register(bench, f"{url}/told", "incident_created")
        _record(bench)
    (delivery,) = heard
    json.loads(delivery.body)
    expected = hmac.new(SECRET.encode(), delivery.body, hashlib.sha256).hexdigest()
    assert delivery.signature == expected
    assert delivery.content_type == "application/json"


@notices("described-incidents-delivered-empty")
def a_described_incident_is_delivered_with_its_id(bench):
    with listening() as (url, heard):
        _register(bench, f"{url}/told", "incident_created")
        body = {"monitor_id": bench.create()["id"], "title": "Work", "description": "**Slow**"}
        recorded = bench.own.post("/incidents", json=body).json()
        bench.advance(1)
    assert recorded["id"].encode() in heard[0].body


@notices("delivered-without-query")
def the_query_of_a_url_is_delivered_to(bench):
    with listening() as (url, heard):
        _register(bench, f"{url}/told?team=a", "incident_created")
        _record(bench)
    assert heard[0].query == "team=a"


@notices("delivered-once-for-each-url")
def each_webhook_of_a_url_is_notified(bench):
    with listening() as (url, heard):
        for _ in range(2):
            _register(bench, f"{url}/told", "incident_created")
        _record(bench)
    assert len(heard) == 2


@notices("everything-delivered")
def only_what_was_subscribed_is_delivered(bench):
    with listening() as (url, heard):
        _register(bench, f"{url}/incidents", "incident_created")
        _register(bench, f"{url}/breaches", "sla_breach")
        _record(bench)
    assert [delivery.path for delivery in heard] == ["incidents"]


@notices("delivered-to-other-teams")
def other_teams_incidents_are_theirs(bench):
    with listening() as (url, heard):
        _register(bench, f"{url}/told", "incident_created")
        _record(bench, bench.rival)
    assert heard == []


@notices("last-triggered-at-never-set")
def a_told_endpoint_says_when(bench):
    with listening() as (url, heard):
        _register(bench, f"{url}/told", "incident_created")
        _record(bench)
        (hook,) = bench.listed("/webhooks")
    assert len(heard) == 1
    assert hook["last_triggered_at"] is not None


@notices("only-last-event-delivered")
def each_of_several_events_is_delivered(bench):
    with listening() as (url, heard):
        _register(bench, f"{url}/told", "incident_created", "sla_breach")
        _record(bench)
    assert len(heard) == 1
