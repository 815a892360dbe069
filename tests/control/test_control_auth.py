"""Only this machine's own programs and pages drive worlds, or whoever has the token."""

import httpx
import pytest

from statuspool_mock import contract, resources
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

KEY = {"Authorization": "Bearer sp_test_door"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:4747"},
        {"Host": "192.168.0.7"},
        {"Host": "[::1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_of_other_origins_and_renamed_hosts_are_turned_away(server, headers):
    url = f"{server.control_url}/_mock/clock"
    response = httpx.put(url, json={"mode": "frozen"}, headers={**KEY, **headers})
    assert response.status_code == 403
    assert response.json()["error"] == "FORBIDDEN"
    assert "access-control-allow-origin" not in response.headers
    assert httpx.get(url, headers=KEY).json()["mode"] == "live"


def test_a_preflight_of_another_origin_is_not_granted(server):
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "PUT"}
    response = httpx.options(f"{server.control_url}/_mock/clock", headers=headers)
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "127.9.9.9", "LOCALHOST"])
def test_this_machines_names_are_let_in(server, host):
    url = f"{server.control_url}/_mock/clock"
    origin = {"Origin": f"http://{host}:7".lower(), "Sec-Fetch-Site": "same-origin"}
    assert httpx.get(url, headers={**KEY, "Host": f"{host}:7"}).status_code == 200
    assert httpx.get(url, headers={**KEY, "Host": f"{host}:7", **origin}).status_code == 200


def test_a_world_needs_its_key_and_health_needs_none(server):
    assert httpx.get(f"{server.control_url}/_mock/clock").status_code == 401
    bad = {"Authorization": "Bearer sp_test_x.revoked"}
    assert httpx.get(f"{server.control_url}/_mock/clock", headers=bad).status_code == 401
    assert httpx.get(f"{server.control_url}/_mock/health").json()["status"] == "ok"


def test_beyond_loopback_it_is_closed_without_a_token():
    with RunningServer(Settings(host="0.0.0.0", port=0)) as server:  # noqa: S104
        root = f"http://127.0.0.1:{server.address.port}"
        response = httpx.get(f"{root}/_mock/clock", headers=KEY)
        assert response.status_code == 403
        assert "--token-file" in response.json()["message"]
        assert httpx.get(f"{root}/v1/monitors", headers=KEY).status_code == 200


def test_a_token_opens_it_under_any_host_name_and_nothing_else_does():
    settings = Settings(host="0.0.0.0", port=0, control_token="open sesame")  # noqa: S104
    assert "sesame" not in repr(settings)
    with RunningServer(settings) as server:
        url = f"http://127.0.0.1:{server.address.port}/_mock/clock"
        named = {**KEY, "Host": "mock.internal:80"}
        right = {"X-Control-Token": "open sesame"}
        assert httpx.get(url, headers={**named, **right}).status_code == 200
        assert httpx.get(url, headers=named).status_code == 403
        assert httpx.get(url, headers={**named, "X-Control-Token": "open"}).status_code == 403
        evil = {**named, **right, "Origin": "http://evil.example"}
        assert httpx.get(url, headers=evil).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/clock/advance", {"by": "1h", "too": "2h"}, "too"),
        ("POST", "/faults", {"status": 500, "tims": 3}, "tims"),
        ("POST", "/faults", {"latency": {"fixed_ms": 1, "max": 3}}, "latency.max"),
        ("POST", "/play", {"scripts": [{"name": "flapping", "tags": ["x"]}]}, "scripts.0.tags"),
        ("POST", "/reset?hard=yes", {}, "hard"),
        ("GET", "/journal?statuss=500", None, "statuss"),
    ],
)
def test_what_it_does_not_know_is_refused_by_name(server, method, path, body, field):
    url = f"{server.control_url}/_mock{path}"
    response = httpx.request(method, url, headers=KEY, json=body)
    assert response.status_code == 400
    assert [item["field"] for item in response.json()["details"]] == [field]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nope", 404), ("POST", "/", 404), ("PATCH", "/clock", 405), ("GET", "/reset", 405)],
)
def test_unknown_commands_are_told_in_the_envelope(server, method, path, status):
    response = httpx.request(method, f"{server.control_url}/_mock{path}", headers=KEY)
    assert response.status_code == status
    assert set(response.json()) == {"error", "message"}


def _operations():
    document = contract.load(resources.path("openapi/control.yaml"))
    return [operation for _, operation in sorted(document.operations.items())]


@pytest.mark.parametrize("operation", _operations(), ids=lambda operation: operation.id)
def test_a_read_only_key_reads_and_changes_nothing(server, operation):
    """Asked of every operation: one that is added is asked too."""
    if not operation.is_secured:
        pytest.skip("it takes no key")
    if operation.id == "streamEvents":
        pytest.skip("it is read, and never ends")
    path = operation.path.replace("{id}", "0" * 36).replace("{number}", "1")
    path = path.replace("{name}", "door").replace("{fault_id}", "x")
    key = {"Authorization": "Bearer sp_test_door.ro"}
    response = httpx.request(operation.method, f"{server.control_url}/_mock{path}", headers=key)
    is_write = operation.method not in {"GET", "HEAD"} and operation.id != "verifyJournal"
    assert (response.status_code == 403) == is_write, response.text


def test_a_key_closes_no_sandbox_but_its_own(server):
    for name in ("mine", "theirs"):
        key = {"Authorization": f"Bearer sp_test_{name}"}
        httpx.get(f"{server.url}/monitors", headers=key)
    key = {"Authorization": "Bearer sp_test_mine"}
    theirs = f"{server.control_url}/_mock/sandboxes/theirs"
    assert httpx.delete(theirs, headers=key).status_code == 403
    assert httpx.post(f"{theirs}/repair", headers=key).status_code == 403
    listed = httpx.get(f"{server.control_url}/_mock/sandboxes", headers=key).json()["results"]
    assert {"mine", "theirs"} <= {each["name"] for each in listed}
    mine = f"{server.control_url}/_mock/sandboxes/mine"
    assert httpx.delete(mine, headers=key).status_code == 204
    assert httpx.delete(mine, headers=key).status_code == 404


def test_its_documentation_is_open_to_everybody_who_reaches_it():
    with RunningServer(Settings(host="0.0.0.0", port=0)) as server:  # noqa: S104
        root = f"http://127.0.0.1:{server.address.port}/_mock"
        for path in ("docs", "docs/start.js", "openapi.json", "openapi.yaml"):
            assert httpx.get(f"{root}/{path}", follow_redirects=True).status_code == 200
        assert httpx.post(f"{root}/openapi.json").status_code == 403


PAGE = "http://localhost:5173"


@pytest.fixture(scope="module")
def sharing():
    """Serve with one origin that may use the control plane and, with credentials, the API."""
    settings = Settings(port=0, origins=(PAGE,), control_origins=(PAGE,), strict=True)
    with RunningServer(settings) as server:
        yield server


def test_a_page_of_a_named_origin_controls_its_sandbox(sharing):
    url = f"{sharing.control_url}/_mock/clock"
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "PUT"}
    wanted = {"Access-Control-Request-Headers": "authorization,content-type,x-control-token"}
    preflight = httpx.options(url, headers=asked | wanted)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == PAGE
    assert "authorization" in preflight.headers["access-control-allow-headers"].lower()
    page = {**KEY, "Origin": PAGE, "Sec-Fetch-Site": "cross-site"}
    response = httpx.put(url, json={"mode": "frozen"}, headers=page)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == PAGE
    refused = httpx.put(url, json={"mode": "nope"}, headers=page)
    assert refused.headers["access-control-allow-origin"] == PAGE


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:5174"},
        {"Origin": "https://localhost:5173"},
        {"Origin": f"{PAGE}.evil.example"},
        {"Origin": "null"},
        {"Origin": PAGE, "Host": "evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_others_stay_shut_out_where_an_origin_is_named(sharing, headers):
    for method, path in (("GET", "/clock"), ("PUT", "/clock"), ("GET", "/events?key=sp_test_door")):
        url = f"{sharing.control_url}/_mock{path}"
        response = httpx.request(method, url, headers={**KEY, **headers})
        assert response.status_code == 403
        if headers.get("Origin") != PAGE:
            assert "access-control-allow-origin" not in response.headers
    asked = {**headers, "Access-Control-Request-Method": "PUT"}
    preflight = httpx.options(f"{sharing.control_url}/_mock/clock", headers=asked)
    if headers.get("Origin") != PAGE:
        assert "access-control-allow-origin" not in preflight.headers


def test_a_named_origin_needs_a_token_where_all_do():
    settings = Settings(port=0, control_origins=(PAGE,), control_token="open sesame")
    with RunningServer(settings) as server:
        url = f"{server.control_url}/_mock/clock"
        page = {**KEY, "Origin": PAGE}
        assert httpx.get(url, headers=page).status_code == 403
        right = {**page, "X-Control-Token": "open sesame"}
        assert httpx.get(url, headers=right).status_code == 200


def test_only_the_event_stream_takes_its_key_from_the_query(sharing):
    root = f"{sharing.control_url}/_mock"
    with httpx.stream("GET", f"{root}/events?key=sp_test_door") as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
    assert httpx.get(f"{root}/events?key=sp_test_door.revoked").status_code == 401
    assert httpx.get(f"{root}/events").status_code == 401
    both = {"Authorization": "Bearer sp_test_door.revoked"}
    assert httpx.get(f"{root}/events?key=sp_test_door", headers=both).status_code == 401
    assert httpx.get(f"{root}/clock?key=sp_test_door").status_code == 401


def test_requests_with_credentials_work_from_named_origins_only(sharing, server):
    headers = {**KEY, "Origin": PAGE, "Cookie": "any=1"}
    named = httpx.get(f"{sharing.url}/monitors", headers=headers)
    assert named.headers["access-control-allow-origin"] == PAGE
    assert named.headers["access-control-allow-credentials"] == "true"
    foreign = {**headers, "Origin": "http://evil.example"}
    response = httpx.get(f"{sharing.url}/monitors", headers=foreign)
    assert "access-control-allow-origin" not in response.headers
    anywhere = httpx.get(f"{server.url}/monitors", headers=KEY | {"Origin": PAGE})
    assert anywhere.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in anywhere.headers
