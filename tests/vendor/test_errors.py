"""Whatever goes wrong wears the vendor's envelope."""

import json
import re
import socket

import httpx
import pytest

GOOD = {"name": "Good", "url": "https://perfect.test", "interval_seconds": 60}
SAMPLE = "/monitors/4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907"
JSON = {"Content-Type": "application/json"}


def details(response):
    body = response.json()
    assert (response.status_code, body["error"], body["message"]) == (
        400,
        "INVALID_REQUEST",
        "Validation failed",
    )
    return {item["field"]: item["message"] for item in body["details"]}


def test_every_wrong_field_is_named_at_once(client):
    response = client.post(
        "/monitors",
        json={
            "name": "x",
            "url": "ftp://example.com",
            "interval_seconds": 45,
            "tags": ["fine", 7],
            "regions": [],
            "expected_status": 200.0,
        },
    )
    assert details(response) == {
        "name": "Must be between 2 and 128 characters",
        "url": "Must be a valid HTTP or HTTPS URL",
        "interval_seconds": "Must be one of: 30, 60, 120, 300",
        "tags.1": "Must be a string",
        "regions": "Must not be empty",
        "expected_status": "Must be an integer between 100 and 599",
    }


def test_missing_fields_are_named_one_by_one(client):
    assert details(client.post("/monitors", json={})) == dict.fromkeys(
        ("name", "url", "interval_seconds"), "Field is required"
    )
    assert set(details(client.post("/webhooks", json={}))) == {"url", "events", "secret"}
    assert set(details(client.post("/incidents", json={}))) == {"monitor_id", "title"}


@pytest.mark.parametrize("size", [2, 128])
def test_names_of_2_to_128_characters_pass(client, size):
    assert client.post("/monitors", json={**GOOD, "name": "é" * size}).status_code == 201


@pytest.mark.parametrize("size", [0, 1, 129])
def test_other_names_do_not(client, monitor, size):
    for response in (
        client.post("/monitors", json={**GOOD, "name": "é" * size}),
        client.put(f"/monitors/{monitor['id']}", json={"name": "é" * size}),
    ):
        assert set(details(response)) == {"name"}


@pytest.mark.parametrize(
    "field", ["name", "url", "interval_seconds", "tags", "regions", "expected_status"]
)
def test_null_is_no_value(client, field):
    assert set(details(client.post("/monitors", json={**GOOD, field: None}))) == {field}


def test_query_and_body_are_judged_together(client):
    response = client.get("/monitors", params={"page": "0", "limit": "101", "status": "degraded"})
    assert details(response) == {
        "page": "Must be an integer of at least 1",
        "limit": "Must be an integer between 1 and 100",
        "status": "Must be one of: up, down, paused",
    }


@pytest.mark.parametrize("text", ["1_0", " 5", "٣", "5.0", "", "+5", "0x5", "9" * 5000])
def test_what_only_looks_like_a_number_is_none(client, text):
    assert set(details(client.get("/monitors", params={"limit": text}))) == {"limit"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"name": "\xff\xfe"}',
        b"\x00",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"name": "one", "name": "two"}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"name": "\\ud800"}',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"[]",
        b'"text"',
        b"null",
        b"x" * 5_000_000,
    ],
    ids=range(15),
)
def test_broken_bodies_are_refused_whole(client, body):
    before = client.get("/monitors").json()
    response = client.post("/monitors", content=body, headers=JSON)
    assert set(details(response)) == {"body"}
    assert client.get("/monitors").json() == before


def test_a_huge_integer_is_a_wrong_value(client):
    body = json.dumps({**GOOD, "expected_status": 10**40}).encode()
    response = client.post("/monitors", content=body, headers=JSON)
    assert set(details(response)) == {"expected_status"}
    digits = b'{"expected_status": ' + b"9" * 6000 + b"}"
    assert client.post("/monitors", content=digits, headers=JSON).status_code == 400


def test_an_escaped_nul_is_a_character_like_others(client):
    body = client.post("/monitors", json={**GOOD, "name": "a\x00b"}).json()
    assert body["name"] == "a\x00b"


def test_a_chunked_body_is_read_whole(client):
    parts = iter(
        [b'{"name": "Chunked", "url": "https://perfect', b'.test", "interval_seconds": 30}']
    )
    response = client.post("/monitors", content=parts, headers=JSON)
    assert response.json()["name"] == "Chunked"
    flood = client.post("/monitors", content=iter([b"x" * 100_000] * 30), headers=JSON)
    assert details(flood) == {"body": "Must be at most 1048576 bytes"}


@pytest.mark.parametrize("media_type", ["Application/JSON", "application/json; charset=utf-8"])
def test_json_is_json_however_it_is_written(client, media_type):
    content = json.dumps(GOOD).encode()
    response = client.post("/monitors", content=content, headers={"Content-Type": media_type})
    assert response.status_code == 201


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_other_content_types_are_refused(client, media_type):
    response = client.post("/monitors", content=b"{}", headers={"Content-Type": media_type})
    assert details(response) == {"Content-Type": "Must be application/json"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/monitors", "GET, HEAD, POST"),
        ("POST", SAMPLE, "DELETE, GET, HEAD, PUT"),
        ("DELETE", "/webhooks", "GET, HEAD, POST"),
        ("OPTIONS", f"{SAMPLE}/status", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(client, method, path, allowed):
    response = client.request(method, path)
    assert (response.status_code, response.headers["Allow"]) == (405, allowed)
    assert response.json()["error"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("path", ["/nothing", "/monitors/", "//monitors", f"{SAMPLE}/x", "/é%00"])
def test_an_unknown_path_is_a_404(client, path):
    response = client.get(path)
    assert (response.status_code, response.json()["error"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("monitor_id", ["nope", "1", "%F0%9F%9A%80", "4f2a8c1e"])
def test_a_malformed_id_is_a_404(client, monitor_id):
    assert client.get(f"/monitors/{monitor_id}").json()["error"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "key",
    [
        None,
        "nonsense",
        "sp_live_x",
        "sp_test_",
        "sp_test_a b",
        "sp_test_x.revoked",
        "sp_test_x.expired",
        "sp_test_x.admin",
    ],
)
def test_any_other_key_is_a_401(client_for, key):
    response = client_for(key).get("/monitors")
    assert (response.status_code, response.json()) == (
        401,
        {"error": "UNAUTHORIZED", "message": "Invalid or expired API key"},
    )
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_every_operation_needs_a_key_of_the_bearer_scheme(server):
    operations = httpx.get(f"{server.url}/openapi.json").json()["paths"]
    for path, item in operations.items():
        for method in set(item) & {"get", "post", "put", "delete"}:
            for value in ("", "Basic c3BfdGVzdF94Og==", "sp_test_x", "Bearer"):
                response = httpx.request(
                    method, server.url + path, headers={"Authorization": value}
                )
                assert response.status_code == 401


def test_a_read_only_key_reads_and_does_not_write(client_for, name):
    reader = client_for(f"sp_test_{name}.ro")
    assert reader.get(SAMPLE).status_code == 200
    for method, path in (
        ("POST", "/monitors"),
        ("PUT", SAMPLE),
        ("DELETE", SAMPLE),
        ("POST", "/incidents"),
        ("POST", "/webhooks"),
    ):
        response = reader.request(method, path, json={})
        assert (response.status_code, response.json()) == (
            403,
            {"error": "FORBIDDEN", "message": "Insufficient permissions for this resource"},
        )


def test_another_teams_monitor_is_forbidden_and_unlisted(client_for, client, name, monitor):
    rival = client_for(f"sp_test_{name}.rival")
    path = f"/monitors/{monitor['id']}"
    for method, below in (
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("GET", "/status"),
        ("GET", "/logs"),
    ):
        response = rival.request(method, path + below, json={} if method == "PUT" else None)
        assert (response.status_code, response.json()["error"]) == (403, "FORBIDDEN")
    body = {"monitor_id": monitor["id"], "title": "x"}
    assert rival.post("/incidents", json=body).status_code == 403
    assert rival.get("/incidents", params={"monitor_id": monitor["id"]}).status_code == 403
    listed = rival.get("/monitors", params={"limit": 100}).json()["results"]
    assert monitor["id"] not in [item["id"] for item in listed]
    assert client.get(path).status_code == 200


def test_what_is_not_there_outranks_what_is_wrong_with_the_request(client_for, name, monitor):
    wrong = {"interval_seconds": 31}
    owner, rival = client_for(f"sp_test_{name}"), client_for(f"sp_test_{name}.rival")
    assert owner.put("/monitors/nope", json=wrong).status_code == 404
    assert rival.put(f"/monitors/{monitor['id']}", json=wrong).status_code == 403
    assert owner.put(f"/monitors/{monitor['id']}", json=wrong).status_code == 400
    assert client_for(None).put("/monitors/nope", json=wrong).status_code == 401


def test_every_answer_has_a_request_id_of_its_own(server, client):
    preflight = {"Origin": "http://a.example", "Access-Control-Request-Method": "PUT"}
    responses = [
        client.get("/monitors"),
        client.get("/nothing"),
        client.patch("/monitors"),
        client.get("/monitors", headers={"Prefer": "code=500"}),
        client.options("/monitors", headers=preflight),
        httpx.get(f"{server.url}/monitors"),
        httpx.get(f"{server.control_url}/docs"),
    ]
    ids = [response.headers["X-Request-Id"] for response in responses]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"req_[a-z0-9]{8}", item) for item in ids)
    assert responses[3].json() == {
        "error": "INTERNAL_ERROR",
        "message": f"An unexpected error occurred. Reference: {ids[3]}",
    }


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET /v1/monitors HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
        b"GET /v1/monitors?limit=%ff%fe&%00=1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"NOT HTTP\r\n\r\n",
        b"POST /v1/monitors HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{",
    ],
)
def test_garbage_on_the_wire_harms_nobody(server, client, garbage):
    with socket.create_connection((server.address.host, server.address.port), timeout=60) as wire:
        wire.sendall(garbage)
        wire.shutdown(socket.SHUT_WR)
        response = wire.recv(65_536)
    assert not response or response.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.1 404"))
    assert client.get("/monitors").status_code == 200


@pytest.mark.parametrize("url", ["http://a.example:99999", "http://-/", "http://a..com/"])
def test_urls_that_no_host_can_have_are_refused_wherever_one_is_given(client, url):
    monitor = {"name": "Shop", "url": "https://shop.example/", "interval_seconds": 60}
    made = client.post("/monitors", json=monitor).json()
    webhook = {"url": url, "events": ["sla_breach"], "secret": "s3cr3t-key"}
    for response in (
        client.post("/monitors", json={**monitor, "url": url}),
        client.put(f"/monitors/{made['id']}", json={"url": url}),
        client.post("/webhooks", json=webhook),
    ):
        assert response.status_code == 400
        assert response.json()["details"] == [
            {"field": "url", "message": "Must be a valid HTTP or HTTPS URL"}
        ]


@pytest.mark.parametrize("offset", ["Z", "+00:00", "+0000", "-0000"])
def test_instants_with_every_kind_of_offset_are_read(client, offset):
    monitor = client.get("/monitors?limit=1").json()["results"][0]
    window = {"from": f"2025-01-15T09:00:00{offset}", "to": f"2025-01-15T09:30:00{offset}"}
    path = f"/monitors/{monitor['id']}/logs"
    found = client.get(path, params=window)
    plain = {"from": "2025-01-15T09:00:00Z", "to": "2025-01-15T09:30:00Z"}
    assert found.status_code == 200
    assert found.json() == client.get(path, params=plain).json()
