"""The providers keep the contract: in shape and meaning, in limits and signatures."""

import hashlib
import hmac
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from queue import Queue
from threading import Thread
from uuid import uuid4

import httpx
import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from statuspool_mock import contract
from tests.providers.dialects import BUSY, DIALECTS, LIKE_THE_SAMPLES, NEWEST_FIRST, STERN
from tests.providers.serving import providing

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NEW = {"name": "Shop — 🛒", "url": "https://shop.example/health", "interval_seconds": 60}
INFERRED = {
    *("header X-Request-Id", "header Location", "header WWW-Authenticate", "created_at"),
    *("sla_30d", "uptime", "target", "checks", "failed_checks", "incidents"),
}
"""What the document has and the reference does not promise."""
_FIVE_ARE_ENOUGH = {"url", "regions", "expected_status", "status", "last_check_at"}
DEPARTURES = {
    "like-the-samples": _FIVE_ARE_ENOUGH,
    "newest-first": {"page", "total_pages", "title", "updated_at"},
    "stern": {"url", "events", "last_triggered_at", "title", "description"},
    "busy": set(),
}
"""Where a dialect departs from the document by the right that the rulings give it."""


@pytest.fixture(scope="module", params=DIALECTS, ids=lambda dialect: dialect.name)
def served(request):
    with providing(request.param, limit=None) as served:
        yield served


@pytest.fixture
def client(served):
    with httpx.Client(
        base_url=served.url, headers={"Authorization": f"Bearer {served.keys.full}"}
    ) as client:
        yield client


@pytest.fixture
def mine(client):
    return client.post("/monitors", json=NEW).json()


def every_answer(client, foreign, mine):
    """Ask each operation for success and for each of its errors."""
    monitor = f"/monitors/{mine['id']}"
    hook = {"url": "http://127.0.0.1:9/", "events": ["sla_breach"], "secret": "s"}
    record = {"monitor_id": mine["id"], "title": "Work"}
    for path in ("/monitors", "/incidents", "/webhooks", monitor, f"{monitor}/status"):
        yield client.get(path)
    yield client.get(f"{monitor}/logs")
    yield client.put(monitor, json={"interval_seconds": 30, "tags": ["a"]})
    yield client.post("/monitors", json=NEW)
    yield client.post("/incidents", json=record)
    yield client.post("/webhooks", json=hook)
    for path in ("/monitors", "/incidents", "/webhooks"):
        yield client.post(path, json={})
        yield client.post(path, content=b"{", headers={"Content-Type": "application/json"})
        yield client.get(path, headers={"Authorization": "Bearer nobody"})
    yield client.put(monitor, json={"name": "x", "url": "ftp://a", "interval_seconds": 31})
    for path in (f"/monitors/{uuid4()}", f"/monitors/{foreign}"):
        for method in ("GET", "DELETE"):
            yield client.request(method, path)
        yield client.put(path, json={"name": "Fine"})
        yield client.get(f"{path}/status")
        yield client.get(f"{path}/logs")
    yield client.get("/monitors", params={"limit": 0, "page": "x"})
    yield client.get(f"{monitor}/logs", params={"from": "yesterday"})
    yield client.delete(monitor)


def test_every_answer_fits_the_document_but_where_the_reference_leaves_it_open(
    served, client, mine
):
    document = contract.load()
    other = httpx.get(
        f"{served.url}/monitors", headers={"Authorization": f"Bearer {served.keys.other_team}"}
    )
    foreign = other.json()["results"][0]["id"]
    seen = set()
    for response in every_answer(client, foreign, mine):
        path = response.request.url.path.removeprefix("/v1")
        operation, _ = document.find(response.request.method, path)
        violations = operation.check_response(
            status=response.status_code,
            headers=response.headers,
            value=response.json() if response.content else None,
        )
        seen |= {violation.field.rpartition(".")[2] for violation in violations}
    assert seen - INFERRED == DEPARTURES[served.dialect.name]


def test_what_is_created_is_told_in_full_and_lives_until_it_is_deleted(client, mine):
    path = f"/monitors/{mine['id']}"
    assert {**NEW, "expected_status": 200}.items() <= client.get(path).json().items()
    assert mine["regions"] == ["eu-central-1", "us-east-1", "ap-northeast-1"]
    assert client.put(path, json={"tags": ["a"]}).json()["tags"] == ["a"]
    assert client.get(path).json()["name"] == NEW["name"]
    gone = client.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    for lost in (path, f"{path}/logs", f"{path}/status"):
        assert client.get(lost).status_code == 404
    assert mine["id"] not in {m["id"] for m in everything(client, "/monitors")}


def everything(client, path, **query):
    first = client.get(path, params={**query, "limit": 7}).json()
    rest = [
        client.get(path, params={**query, "limit": 7, "page": page}).json()["results"]
        for page in range(2, first["total_pages"] + 1)
    ]
    return [item for results in (first["results"], *rest) for item in results]


def test_pages_partition_the_list_and_filters_keep_their_word(client):
    monitors = everything(client, "/monitors")
    assert len({monitor["id"] for monitor in monitors}) == len(monitors)
    for status in ("up", "down", "paused"):
        kept = [m["id"] for m in monitors if m["status"] == status]
        assert kept
        assert [m["id"] for m in everything(client, "/monitors", status=status)] == kept


def test_status_logs_and_incidents_tell_one_story(client):
    for monitor in everything(client, "/monitors", status="down"):
        path = f"/monitors/{monitor['id']}"
        rows = everything(client, f"{path}/logs")
        status = client.get(f"{path}/status").json()
        assert status["last_check_at"] == max(row["timestamp"] for row in rows)
        good = sum(row["error_message"] is None for row in rows)
        assert status["uptime_30d"] == pytest.approx(100 * good / len(rows), abs=0.01)
        query = {"monitor_id": monitor["id"], "resolved": "false"}
        (incident,) = client.get("/incidents", params=query).json()["results"]
        bad = [row["timestamp"] for row in rows if row["error_message"]]
        assert incident["started_at"] == min(bad)
    closed = client.get("/incidents", params={"resolved": "true"}).json()["results"]
    assert closed
    for incident in closed:
        started, resolved = (
            datetime.fromisoformat(incident[name]) for name in ("started_at", "resolved_at")
        )
        assert incident["duration_seconds"] == (resolved - started).total_seconds()


def test_logs_stay_between_from_and_to(client):
    (monitor,) = client.get("/monitors", params={"status": "paused"}).json()["results"]
    path = f"/monitors/{monitor['id']}/logs"
    stamps = sorted({row["timestamp"] for row in everything(client, path)})
    since, until = stamps[10], stamps[20]
    found = {row["timestamp"] for row in everything(client, path, **{"from": since, "to": until})}
    assert sorted(found) in (stamps[10:21], stamps[10:20])


def test_keys_open_what_is_theirs(served, client, mine):
    keys = served.keys
    as_ = {name: {"Authorization": f"Bearer {getattr(keys, name)}"} for name in keys._fields}
    path = f"/monitors/{mine['id']}"
    assert client.get(path, headers=as_["read_only"]).status_code == 200
    assert client.delete(path, headers=as_["read_only"]).status_code == 403
    assert client.get(path, headers=as_["revoked"]).status_code == 401
    foreign = served.dialect.foreign_status
    assert client.delete(path, headers=as_["other_team"]).status_code == foreign
    theirs = client.get("/incidents", headers=as_["other_team"]).json()["results"]
    ours = client.get("/incidents").json()["results"]
    assert theirs
    assert not {i["id"] for i in theirs} & {i["id"] for i in ours}


def refuses_unusual_secrets(client):
    hook = {"url": "http://127.0.0.1:9/", "events": ["sla_breach"], "secret": "ä"}
    return client.post("/webhooks", json=hook).status_code == 400


def test_a_delivery_is_signed_over_its_very_bytes(client, mine):
    heard: Queue[tuple[bytes, str]] = Queue()
    receiver = Flask("receiver")

    @receiver.post("/hook")
    def hear():
        heard.put((request.get_data(), request.headers["X-Statuspool-Signature"]))
        return "", 204

    server = make_server("127.0.0.1", 0, receiver)
    Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook"
    secret = "whsec_plain" if refuses_unusual_secrets(client) else "whsec — ä"
    for events in (["incident_created"], ["sla_breach"]):
        client.post("/webhooks", json={"url": url, "events": events, "secret": secret})
    client.post("/incidents", json={"monitor_id": mine["id"], "title": "Trouble — now"})
    body, signature = heard.get(timeout=60)
    server.shutdown()
    server.server_close()
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(expected, signature)
    assert json.loads(body)["event"] == "incident_created"
    assert heard.empty()


@pytest.mark.parametrize("dialect", [LIKE_THE_SAMPLES, NEWEST_FIRST], ids=lambda d: d.name)
def test_the_limit_holds_for_each_key_on_its_own(dialect):
    with providing(dialect) as served, httpx.Client(base_url=served.url) as client:
        headers = {"Authorization": f"Bearer {served.keys.full}"}

        def ask(_):
            return client.get("/webhooks", headers=headers)

        with ThreadPoolExecutor(4) as pool:
            responses = list(pool.map(ask, range(125)))
        refused = [response for response in responses if response.status_code == 429]
        assert len(refused) == 5
        assert all(
            int(response.headers["Retry-After"]) == response.json()["retry_after"]
            for response in refused
        )
        other = {"Authorization": f"Bearer {served.keys.read_only}"}
        assert client.get("/webhooks", headers=other).status_code == 200


def test_a_busy_provider_is_late_and_compresses():
    with providing(BUSY) as served, httpx.Client(base_url=served.url) as client:
        headers = {"Authorization": f"Bearer {served.keys.full}"}
        answers = [client.get("/monitors", headers=headers) for _ in range(2)]
        plain = client.get("/monitors", headers={**headers, "Accept-Encoding": "identity"})
    for response in answers:
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.elapsed.total_seconds() >= BUSY.latency_seconds
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == answers[1].json()


@pytest.mark.process
def test_a_provider_can_be_served_from_a_shell():
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.providers", "stern"], stdout=subprocess.PIPE, cwd=ROOT
    )
    with process:
        served = json.loads(process.stdout.readline())
        headers = {"Authorization": f"Bearer {served['read_only']}"}
        response = httpx.get(f"{served['url']}/monitors", headers=headers)
        process.send_signal(signal.SIGINT)
    assert (response.status_code, process.returncode) == (200, 0)


def test_the_dialects_differ_in_what_the_rulings_leave_open():
    """Each question that a dialect can read otherwise is read otherwise by one of them."""
    plain = type(STERN)(name="plain")
    for question in plain.__slots__:
        readings = {repr(getattr(dialect, question)) for dialect in (plain, *DIALECTS)}
        assert len(readings) > 1, question
