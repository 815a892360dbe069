"""A page of a foreign origin cannot have requests sent to programs of the visitor's machine."""

import httpx
import pytest

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

KEY = {"Authorization": "Bearer sp_test_pages"}
EVIL = "http://evil.example"
RECEIVERS = (
    "http://127.0.0.1:6379/",
    "http://localhost:8080/hook",
    "http://api.localhost/",
    "http://[::1]:9/",
    "http://[::ffff:127.0.0.1]/",
    "http://127.9.9.9/",
    "http://LOCALHOST./",
)


def register(server, url, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"url": url, "events": ["status_change"], "secret": "s" * 20}
    return httpx.post(f"{server.url}/webhooks", json=body, headers={**KEY, **named})


@pytest.mark.parametrize("url", RECEIVERS)
def test_a_foreign_page_registers_no_receiver_on_this_machine(server, url):
    for headers in (
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": f"{EVIL}:4747", "Host": "evil.example:4747"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ):
        response = register(server, url, **headers)
        assert response.status_code == 403, headers
        assert "--cors" in response.json()["message"]
    assert register(server, url).status_code == 201


def test_pages_of_this_machine_and_receivers_elsewhere_are_as_before(server):
    url = RECEIVERS[0]
    assert register(server, url, Origin="http://localhost:5173").status_code == 201
    assert register(server, url, Origin=server.control_url).status_code == 201
    assert register(server, url, Sec_Fetch_Site="same-origin").status_code == 201
    assert register(server, "https://hooks.example/x", Origin=EVIL).status_code == 201


def test_an_origin_that_the_user_named_may():
    with RunningServer(Settings(port=0, origins=(EVIL,))) as server:
        assert register(server, RECEIVERS[0], Origin=EVIL).status_code == 201
        other = "http://other.example"
        assert register(server, RECEIVERS[0], Origin=other).status_code == 403


@pytest.mark.parametrize("media_type", [None, "text/plain", "text/plain; application/json"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/monitors", {"name": "a", "url": "https://a.example"}),
        ("POST", "/webhooks", {"url": "https://a.example", "events": ["x"], "secret": "s" * 20}),
    ],
)
def test_a_page_names_the_type_of_what_it_sends(server, media_type, method, path, body):
    """Browsers send other types without asking the server first."""
    content = httpx.Request(method, server.url, json=body).content
    headers = {**KEY, "Origin": EVIL} | ({"Content-Type": media_type} if media_type else {})
    response = httpx.request(method, f"{server.url}{path}", content=content, headers=headers)
    assert response.status_code == 400
    assert response.json()["details"]
