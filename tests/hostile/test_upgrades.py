"""A client that offers another protocol is served in HTTP/1.1, with its body."""

import json
import select
import shutil
import subprocess

import httpx
import pytest

from statuspool_mock.web import bounded_protocol
from tests.conformance.passive.conftest import proxied
from tests.hostile.wire import connected, exchange, received, responses
from tests.interception.running import run
from tests.mock_process import serving

MONITOR = json.dumps({"name": "Offered", "url": "https://shop.example/", "interval_seconds": 60})
BODY = MONITOR.encode()
CHUNKED = b"".join(b"%x;a=b\r\n%s\r\n" % (len(p), p) for p in (BODY[:9], BODY[9:])) + b"0\r\n\r\n"
OFFERS = [
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    b"UPGRADE: websocket\r\nconnection: keep-alive,upgrade\r\nSec-WebSocket-Version: 13\r\n",
]
JAVA = """
import java.net.URI;
import java.net.http.*;
public class Client {
    public static void main(String[] arguments) throws Exception {
        var client = HttpClient.newHttpClient();
        for (int count = 0; count < 2; count++) {
            var request = HttpRequest.newBuilder(URI.create(arguments[0] + "/monitors"))
                .header("Authorization", "Bearer sp_test_java")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(arguments[1])).build();
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.println(response.statusCode());
        }
    }
}
"""


def post(key, offer, *, framing, path=b"/v1/monitors"):
    lines = [
        b"POST %s HTTP/1.1\r\nHost: localhost\r\n" % path,
        b"Authorization: Bearer %s\r\n" % key.encode(),
        offer,
        framing,
        b"\r\n",
    ]
    return b"".join(lines)


def last(key):
    lines = b"GET /v1/monitors?limit=1 HTTP/1.1", b"Host: x", b"Connection: close"
    return b"\r\n".join([*lines, b"Authorization: Bearer " + key.encode(), b"", b""])


@pytest.mark.parametrize("offer", OFFERS, ids=["h2c", "websocket"])
@pytest.mark.parametrize(
    ("framing", "body"),
    [(b"Content-Length: %d\r\n" % len(BODY), BODY), (b"Transfer-Encoding: chunked\r\n", CHUNKED)],
    ids=["length", "chunked"],
)
def test_a_body_arrives_however_the_packets_are_split(server, key, offer, framing, body):
    message = post(key, offer, framing=framing) + body + last(key)
    for split in range(1, len(message)):
        data = exchange(server.url, message[:split], message[split:])
        assert [one.status for one in responses(data)] == [201, 200], split


@pytest.mark.parametrize("size", [1, 7])
def test_a_body_arrives_in_pieces_of_any_size(server, key, size, monkeypatch):
    monkeypatch.setattr(bounded_protocol, "_PIECE_BYTES", size)
    framing = b"Transfer-Encoding: chunked\r\n"
    message = post(key, OFFERS[0], framing=framing) + CHUNKED
    data = exchange(server.url, message + message + last(key))
    assert [one.status for one in responses(data)] == [201, 201, 200]


def test_every_request_of_a_connection_may_offer_it(server, key):
    framing = b"Content-Length: %d\r\n" % len(BODY)
    message = (post(key, OFFERS[0], framing=framing) + BODY) * 20
    data = exchange(server.url, message + last(key))
    assert [one.status for one in responses(data)] == [201] * 20 + [200]


def test_an_offer_without_a_body_is_a_plain_request(server, key):
    get = b"GET /v1/monitors HTTP/1.1\r\nAuthorization: Bearer %s\r\n%s\r\n"
    message = get % (key.encode(), OFFERS[0])
    data = exchange(server.url, message + message + last(key))
    assert [one.status for one in responses(data)] == [200] * 3


def test_a_large_body_after_an_offer_arrives(server, key):
    body = json.dumps({**json.loads(MONITOR), "tags": ["x" * 900_000]}).encode()
    framing = b"Content-Length: %d\r\n" % len(body)
    data = exchange(server.url, post(key, OFFERS[0], framing=framing) + body + last(key))
    assert [one.status for one in responses(data)] == [201, 200]


@pytest.mark.parametrize("offer", OFFERS, ids=["h2c", "websocket"])
def test_a_late_body_that_looks_like_a_known_request_is_a_body(server, key, offer):
    known = last(key).replace(b"Connection: close\r\n", b"").replace(b"limit=1", b"limit=2")
    length = b"Content-Length: %d\r\n" % len(known)
    with connected(server.url) as connection:
        connection.sendall(known)
        assert connection.recv(12) == b"HTTP/1.1 200"
    with connected(server.url) as connection:
        connection.sendall(post(key, offer, framing=length, path=b"/v1/nowhere"))
        begun = connection.recv(12)
        assert begun == b"HTTP/1.1 404"  # it is answered before its body comes
        while b"\r\n\r\n" not in begun or not begun.endswith(b"}"):
            begun += connection.recv(65_536)
        connection.sendall(known)
        assert select.select([connection], [], [], 0.3)[0] == []
        connection.sendall(last(key))
        found = responses(begun + received(connection))
    assert [one.status for one in found] == [404, 200]


def test_the_control_plane_gets_bodies_too(server, key):
    body = b'{"mode": "frozen"}'
    framing = b"Content-Length: %d\r\n" % len(body)
    message = post(key, OFFERS[0], framing=framing, path=b"/_mock/clock")
    data = exchange(server.url, message.replace(b"POST", b"PUT", 1) + body + last(key))
    assert [one.status for one in responses(data)] == [200, 200]


def curl(url):
    if (
        shutil.which("curl") is None
        or "HTTP2"
        not in subprocess.run(
            ["curl", "--version"], capture_output=True, text=True, check=True
        ).stdout
    ):
        pytest.skip("curl with HTTP/2 is not installed")
    done = subprocess.run(
        [
            *("curl", "-sS", "--http2", "-o", "/dev/null", "-w", "%{http_code} %{http_version}"),
            *("-H", "Authorization: Bearer sp_test_curl", "--max-time", "30"),
            *("-d", MONITOR, "-H", "Content-Type: application/json", f"{url}/monitors"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def java(tmp_path_factory):
    """Run a client in Java with its standard settings, which offer HTTP/2 with every request."""
    if shutil.which("java") is None:
        pytest.skip("java is not installed")
    source = tmp_path_factory.mktemp("java") / "Client.java"
    source.write_text(JAVA)

    def run_client(url):
        done = subprocess.run(
            ["java", str(source), url, MONITOR],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout.split()

    return run_client


@pytest.mark.process
def test_curl_is_served_and_the_log_stays_empty():
    with serving() as served:
        assert curl(served.url) == "201 1.1"
        served.process.terminate()
        assert served.process.communicate()[1] == ""


@pytest.mark.process
def test_java_is_served(server, java):
    assert java(server.url) == ["201", "201"]


@pytest.mark.process
def test_curl_and_java_are_served_through_the_proxy(server, java):
    with proxied(server.url) as proxy:
        assert curl(proxy.url) == "201 1.1"
        assert java(proxy.url) == ["201", "201"]
        framing = b"Transfer-Encoding: chunked\r\n"
        message = post("sp_test_split", OFFERS[0], framing=framing) + CHUNKED
        for split in range(1, len(message), 23):
            data = exchange(proxy.url, message[:split], message[split:] + last("sp_test_split"))
            assert [one.status for one in responses(data)] == [201, 200], split
        (refused,) = responses(exchange(proxy.url, b"NOT HTTP\r\n\r\n"))
        assert refused.status == 400
        assert refused.body == b"statuspool-mock proxy: The request is not valid HTTP/1.1.\n"


@pytest.mark.process
def test_curl_is_served_by_run():
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    url = "http://api.statuspool.io/v1/monitors"
    done = run(
        "--", "curl", "-sS", "--http2", "-o", "/dev/null", "-w", "%{http_code}", "-d", MONITOR,
        "-H", "Authorization: Bearer sp_test_demo", "-H", "Content-Type: application/json", url,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("201", "")


def test_what_follows_an_offer_is_bounded_as_well(server, key):
    framing = b"Transfer-Encoding: chunked\r\n"
    data = exchange(server.url, post(key, OFFERS[0], framing=framing) + b"no chunk\r\n")
    (refused,) = responses(data)
    assert refused.status == 400
    assert refused.value["details"]
    assert httpx.get(server.control_url).status_code == 200


@pytest.mark.parametrize("offer", OFFERS, ids=["h2c", "websocket"])
@pytest.mark.parametrize(
    "framing",
    [
        b"Transfer-Encoding: gzip\r\n",
        b"Transfer-Encoding: chunked, gzip\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 3\r\nContent-Length: 3\r\n",
        b"Content-Length: -1\r\n",
    ],
)
def test_an_offer_with_a_framing_that_is_none_is_refused(server, key, offer, framing, caplog):
    data = exchange(server.url, post(key, offer, framing=framing) + CHUNKED, half_close=True)
    (refused,) = responses(data)
    assert refused.status == 400
    assert httpx.get(server.control_url).status_code == 200
    assert caplog.text == ""
