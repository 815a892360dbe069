"""The API reference's examples, asked of a real server with real curl and real requests.

The requests are written anew; what they must print is what the reference prints. `docs` is the
world in which it does.
"""

import hashlib
import hmac
import json
import subprocess
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import requests

from tests.mock_process import Served, serving

pytestmark = pytest.mark.process

KEY = "YOUR_API_KEY"
BEARER = {"Authorization": f"Bearer {KEY}"}
PRODUCTION_API = "4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907"
SECRET = "whsec_a8f3k29d0s1lfj4m7xqwz"


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    """The world at the instant of the samples, read only by these tests."""
    with serving("--scenario", "docs", "--strict") as served:
        yield served.url


@pytest.fixture
def changing_api() -> Iterator[str]:
    """A world of one test's own, at the instant of the update sample."""
    with serving("--scenario", "docs", "--strict", "--clock", "2025-01-15T10:05:33Z") as served:
        yield served.url


def curl(*arguments: str) -> tuple[int, object]:
    """Return the status and the body's JSON as real curl gets them."""
    done = subprocess.run(
        ["curl", "-sS", "-w", "\n%{http_code}", "-H", f"Authorization: Bearer {KEY}", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


def ask(method: str, url: str, *, key: str = KEY, **more: Any) -> requests.Response:
    """Return the answer that real requests gets."""
    headers = {"Authorization": f"Bearer {key}", **more.pop("headers", {})}
    return requests.request(method, url, headers=headers, timeout=60, **more)


def test_check_status_is_exactly_the_sample(api):
    status, body = curl(f"{api}/monitors/{PRODUCTION_API}/status")
    assert status == 200
    assert body == {
        "status": "up",
        "last_check_at": "2025-01-15T09:42:11Z",
        "response_time_ms": 143,
        "uptime_30d": 99.972,
    }
    assert list(body) == ["status", "last_check_at", "response_time_ms", "uptime_30d"]


def test_list_monitors_prints_the_three_names_and_page_1_of_3(api):
    response = ask("GET", f"{api}/monitors", params={"page": 1, "limit": 50, "status": "up"})
    data = response.json()
    printed = [f"{monitor['name']}: {monitor['status']}" for monitor in data["results"]]
    assert printed[:3] == [
        "Production API — api.example.com: up",
        "Checkout Service — checkout.example.com: up",
        "CDN Edge — cdn.example.com: up",
    ]
    assert f"Page {data['page']} of {data['total_pages']}" == "Page 1 of 3"
    assert len(printed) == 50


def test_fetch_check_logs_prints_the_two_failures_and_no_more(api):
    """The sample's third line shows a 200 though its filter drops every 200: an error in the
    reference. The row is there all the same, slow and well, where the sample has it."""
    response = ask(
        "GET",
        f"{api}/monitors/{PRODUCTION_API}/logs",
        params={"from": "2025-01-14T00:00:00Z", "to": "2025-01-15T00:00:00Z", "limit": 20},
    )
    rows = response.json()["results"]
    lines = [
        f"{row['timestamp']} | {row['region']} | {row['status_code']} | {row['response_time_ms']}ms"
        for row in rows
    ]
    assert len(rows) == 20
    assert [line for line, row in zip(lines, rows, strict=True) if row["status_code"] != 200] == [
        "2025-01-14T18:31:00Z | ap-northeast-1 | 502 | 8412ms",
        "2025-01-14T18:32:00Z | ap-northeast-1 | 502 | 7991ms",
    ]
    assert "2025-01-14T18:33:00Z | ap-northeast-1 | 200 | 2103ms" in lines


def test_create_monitor_answers_with_what_was_sent(changing_api):
    wanted = {
        "name": "Production API — api.example.com",
        "url": "https://api.example.com/health",
        "interval_seconds": 60,
        "expected_status": 200,
        "regions": ["eu-central-1", "us-east-1", "ap-northeast-1"],
        "tags": ["production", "api-gateway"],
    }
    status, body = curl(
        "-X",
        "POST",
        f"{changing_api}/monitors",
        "-H",
        "Content-Type: application/json",
        "-d",
        json.dumps(wanted, ensure_ascii=False),
    )
    assert status == 201
    assert {key: body[key] for key in wanted} == wanted
    assert UUID(body["id"])
    assert ask("GET", f"{changing_api}/monitors/{body['id']}").json()["url"] == (wanted["url"])


def test_update_monitor_shows_the_samples_fields(changing_api):
    status, body = curl(
        "-X",
        "PUT",
        f"{changing_api}/monitors/{PRODUCTION_API}",
        "-H",
        "Content-Type: application/json",
        "-d",
        '{"interval_seconds": 30, "tags": ["production", "api-gateway", "critical"]}',
    )
    assert status == 200
    sample = {
        "id": PRODUCTION_API,
        "name": "Production API — api.example.com",
        "interval_seconds": 30,
        "tags": ["production", "api-gateway", "critical"],
        "updated_at": "2025-01-15T10:05:33Z",
    }
    assert {key: body[key] for key in sample} == sample


def test_register_webhook_gives_an_id_and_is_active(changing_api):
    response = ask(
        "POST",
        f"{changing_api}/webhooks",
        json={
            "url": "https://hooks.myapp.io/statuspool",
            "events": ["status_change", "incident_created"],
            "secret": SECRET,
        },
    )
    webhook = response.json()
    assert response.status_code == 201
    assert UUID(webhook["id"])
    assert webhook["webhook_id"] == webhook["id"]
    assert webhook["verification_token"]
    assert f"Active: {webhook['active']}" == "Active: True"
    assert SECRET not in response.text
    (listed,) = ask("GET", f"{changing_api}/webhooks").json()["results"]
    assert listed["id"] == webhook["id"]


def test_the_samples_verification_accepts_a_bare_hex_digest_only():
    """What the reference's receiver computes is what a delivery must carry."""
    body = b'{"event": "status_change"}'
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert signature == signature.lower()
    assert len(signature) == 64


def test_validation_errors_look_like_the_sample(api):
    response = ask(
        "POST",
        f"{api}/monitors",
        json={"name": "Production API", "url": "api.example.com", "interval_seconds": 45},
    )
    assert response.status_code == 400
    assert response.json() == {
        "error": "INVALID_REQUEST",
        "message": "Validation failed",
        "details": [
            {"field": "url", "message": "Must be a valid HTTP or HTTPS URL"},
            {"field": "interval_seconds", "message": "Must be one of: 30, 60, 120, 300"},
        ],
    }


def test_a_wrong_key_looks_like_the_sample(api):
    response = ask("GET", f"{api}/monitors", key="expired")
    assert response.status_code == 401
    assert response.json() == {"error": "UNAUTHORIZED", "message": "Invalid or expired API key"}


def test_a_read_only_key_that_writes_looks_like_the_sample(api):
    response = ask(
        "DELETE",
        f"{api}/monitors/{PRODUCTION_API}",
        key="sp_test_demo.ro",
    )
    assert response.status_code == 403
    assert response.json() == {
        "error": "FORBIDDEN",
        "message": "Insufficient permissions for this resource",
    }


def test_a_deleted_monitor_looks_like_the_sample(changing_api):
    url = f"{changing_api}/monitors/{PRODUCTION_API}"
    gone = ask("DELETE", url)
    assert (gone.status_code, gone.content) == (204, b"")
    response = ask("GET", url)
    assert response.status_code == 404
    assert response.json() == {
        "error": "NOT_FOUND",
        "message": f"Monitor {PRODUCTION_API} not found",
    }


def test_too_many_requests_look_like_the_sample():
    with serving("--scenario", "docs", "--rate-limit", "120") as served:
        responses = _many(served, 121)
    assert [response.status_code for response in responses] == [200] * 120 + [429]
    last = responses[-1]
    seconds = int(last.headers["Retry-After"])
    assert last.json() == {
        "error": "RATE_LIMITED",
        "message": f"Too many requests. Try again in {seconds} seconds.",
        "retry_after": seconds,
    }


def _many(served: Served, count: int) -> list[requests.Response]:
    with requests.Session() as session:
        url = f"{served.url}/monitors/{PRODUCTION_API}/status"
        return [session.get(url, headers=BEARER, timeout=60) for _ in range(count)]


def test_an_internal_error_on_request_looks_like_the_sample(api):
    response = ask("GET", f"{api}/monitors", headers={"Prefer": "code=500"})
    assert response.status_code == 500
    reference = response.headers["X-Request-Id"]
    assert response.json() == {
        "error": "INTERNAL_ERROR",
        "message": f"An unexpected error occurred. Reference: {reference}",
    }
