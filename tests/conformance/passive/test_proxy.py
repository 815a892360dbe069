"""`statuspool-mock proxy`, between real clients and servers right and wrong."""

import json
import signal
import subprocess
import threading
from pathlib import Path

import httpx
import pytest
from tests.conformance.passive.conftest import proxied
from tests.conformance.passive.upstreams import Upstream, json_response, saying
from tests.mock_process import command, serving
from tests.providers.dialects import DIALECTS
from tests.providers.serving import providing

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

pytestmark = pytest.mark.process

KEY = {"Authorization": "Bearer sp_test_proxy"}
VIOLATIONS = "x-statuspool-violations"
PAGE = b'{"results": [], "page": 1, "total_pages": 0}'
NEW = {"name": "Shop", "url": "https://shop.example/", "interval_seconds": 60}
MORE_THAN_A_SECOND = 30


def client(url, headers=KEY):
    return httpx.Client(base_url=url, headers=headers, timeout=MORE_THAN_A_SECOND)


def use(url, headers=KEY):
    """Do what clients do: look, create, change, look again, delete."""
    with client(url, headers) as api:
        yield api.get("/monitors?limit=3")
        yield api.get("/monitors?limit=3&page=2")
        yield api.get("/monitors?status=down")
        created = api.post("/monitors", json=NEW)
        yield created
        path = f"/monitors/{created.json()['id']}"
        yield api.put(path, json={"interval_seconds": 30})
        yield api.get(path)
        yield api.get(f"{path}/status")
        yield api.get(f"{path}/logs")
        yield api.get("/incidents?resolved=false")
        yield api.get("/webhooks")
        yield api.delete(path)
        yield api.get(path)


def test_a_right_server_and_a_right_client_have_nothing_to_hear(mock):
    with proxied(mock.url) as proxy:
        for response in use(proxy.url):
            assert VIOLATIONS not in response.headers
        result = proxy.stop()
    assert result.code == 0
    assert "12 exchanges, 0 violations by the server, 0 mistakes of the client" in result.told


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_another_reading_of_the_reference_is_no_violation(dialect):
    with providing(dialect, limit=None) as served, proxied(served.url) as proxy:
        headers = {"Authorization": f"Bearer {served.keys.full}"}
        told = [response.headers.get(VIOLATIONS) for response in use(proxy.url, headers)]
        assert told == [None] * len(told)
        assert proxy.stop().code == 0


def test_the_judges_own_traffic_shows_no_fault_of_a_right_server(mock):
    """Hundreds of odd requests, every one of them the client's fault."""
    with proxied(mock.url) as proxy:
        key = "sp_test_judged"
        judging = command(
            *("verify", proxy.url, "--api-key", key, "--readonly-key", f"{key}.ro"),
            *("--other-team-key", f"{key}.rival", "--revoked-key", f"{key}.revoked"),
            *("--profile", "quick", "--allow-permanent", "--rate", "100000"),
        )
        subprocess.run(judging, check=True, capture_output=True)
        assert ", 0 violations by the server" in proxy.stop().told


@pytest.mark.parametrize(
    ("mutant", "rule"),
    [
        ("put-not-stored", "forgotten"),
        ("status-filter-ignored", "filter"),
        ("pages-overlap", "pages"),
        ("delete-keeps-monitor", "deleted"),
        ("limit-ignored", "limit"),
        ("uptime-as-fraction-of-text", "schema"),
        ("interval-as-text", "schema"),
        ("not-found-under-another-code", "error-code"),
        ("created-but-not-stored", "vanished"),
    ],
)
def test_what_a_server_does_wrong_is_told_in_the_answers_head_and_the_exit_code(mutant, rule):
    name = "uptime-as-text" if mutant == "uptime-as-fraction-of-text" else mutant
    settings = Settings(port=0, mutants=(name,), rate_limit=None)
    with RunningServer(settings) as broken, proxied(broken.url) as proxy:
        told = [response.headers.get(VIOLATIONS, "") for response in use(proxy.url)]
        assert any(text.startswith(f"{rule}: ") or f"| {rule}: " in text for text in told), told
        result = proxy.stop()
    assert result.code == 1
    assert rule in result.told


def test_a_clients_mistakes_are_told_as_its_own(mock):
    with proxied(mock.url) as proxy, client(proxy.url) as api:
        assert api.post("/monitors", json={"name": "x"}).headers[VIOLATIONS].startswith("request: ")
        assert (
            "colour: Is not a known parameter"
            in (api.get("/monitors?colour=red").headers[VIOLATIONS])
        )
        assert httpx.get(f"{proxy.url}/monitors").status_code == 401
        result = proxy.stop()
    assert result.code == 1
    assert "0 violations by the server" in result.told


def test_retry_after_that_was_not_honoured_is_the_clients_mistake():
    with RunningServer(Settings(port=0)) as limited, proxied(limited.url) as proxy:
        with client(proxy.url) as api:
            statuses = [api.get("/monitors?limit=1").status_code for _ in range(122)]
            assert statuses[-2:] == [429, 429]
            assert "impatient: " in api.get("/monitors?limit=1").headers[VIOLATIONS]
        assert "0 violations by the server" in proxy.stop().told


def test_enforcing_answers_502_in_the_envelope_instead_of_a_violation():
    broken = json_response(200, b'{"results": "none", "page": 1, "total_pages": 0}')
    with Upstream(saying(broken)) as upstream, proxied(upstream.url, "--enforce") as proxy:
        response = httpx.get(f"{proxy.url}/monitors", headers=KEY)
        assert response.status_code == 502
        assert response.json()["error"] == "CONTRACT_VIOLATION"
        assert response.json()["details"][0]["message"].startswith("results: ")


def test_heads_pass_through_but_for_what_is_of_one_hop():
    response = json_response(200, PAGE, b"X-Own: 1", b"Set-Cookie: a=1", b"Set-Cookie: b=2")
    with Upstream(saying(response)) as upstream, proxied(upstream.url) as proxy:
        headers = {**KEY, "X-Mine": "2", "Connection": "keep-alive, X-Hop", "X-Hop": "3", "TE": "x"}
        responded = httpx.get(f"{proxy.url}/monitors?limit=5&x=%2F", headers=headers)
        assert responded.headers["x-own"] == "1"
        assert responded.headers.get_list("set-cookie") == ["a=1", "b=2"]
        assert "server" not in responded.headers
        head = upstream.heads[0].decode().lower()
    assert head.startswith("get /v1/monitors?limit=5&x=%2f http/1.1\r\n")
    assert f"host: {upstream.url.removeprefix('http://').removesuffix('/v1')}\r\n" in head
    assert "x-mine: 2" in head
    assert "via: 1.1 statuspool-mock-" in head
    assert "x-hop" not in head
    assert "\nte:" not in head


def test_head_and_options_pass_through(mock):
    with proxied(mock.url) as proxy:
        headed = httpx.head(f"{proxy.url}/monitors", headers=KEY)
        assert headed.status_code == 200
        assert int(headed.headers["content-length"]) > 0
        asking = {"Origin": "http://a.example", "Access-Control-Request-Method": "GET"}
        preflight = httpx.options(f"{proxy.url}/monitors", headers=asking)
        assert preflight.headers["access-control-allow-origin"] == "*"
        assert proxy.stop().code == 0


def test_a_slow_body_is_not_waited_for():
    """Its beginning arrives while its end is still to come."""
    go_on = threading.Event()

    def response(connection, _head):
        connection.sendall(json_response(200, PAGE)[:-10])
        assert go_on.wait(60)
        connection.sendall(PAGE[-10:])

    with (
        Upstream(response) as upstream,
        proxied(upstream.url) as proxy,
        client(proxy.url) as api,
        api.stream("GET", "/monitors") as responded,
    ):
        pieces = responded.iter_raw()
        begun = next(pieces)
        go_on.set()
        assert begun + b"".join(pieces) == PAGE


def test_a_body_of_200_mb_passes_in_bounded_memory_and_is_counted():
    size, block = 200 << 20, b" " * (1 << 20)

    def response(connection, _head):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
        connection.sendall(b"Content-Length: %d\r\nConnection: close\r\n\r\n" % size)
        for _ in range(size // len(block)):
            connection.sendall(block)

    with Upstream(response) as upstream, proxied(upstream.url) as proxy, client(proxy.url) as api:
        with api.stream("GET", "/monitors") as responded:
            assert sum(len(piece) for piece in responded.iter_raw()) == size
        status = Path(f"/proc/{proxy.process.pid}/status")
        if status.exists():
            peak = next(line for line in status.read_text().splitlines() if "VmHWM" in line)
            assert int(peak.split()[1]) < 250_000  # kB
        assert "1 not checked (larger than 8 MiB)" in proxy.stop().told


def test_a_large_upload_passes_through(mock):
    with proxied(mock.url) as proxy, client(proxy.url) as api:
        body = json.dumps({**NEW, "tags": ["x" * 1000] * 3_000})
        refused = api.post("/monitors", content=body, headers={"Content-Type": "application/json"})
        assert refused.status_code == 400
        assert refused.json()["details"][0]["field"] == "body"


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (
            json_response(200, b'{"results": ["\xff\xfe"]}'),
            "schema: expected JSON in the body of a 200",
        ),
        (json_response(200, b"[" * 100_000), "schema: expected JSON in the body of a 200"),
        (json_response(503, b"{}"), "status: expected one of 200, 400, 401, 429, 500, got 503"),
        (json_response(200, PAGE, b"Content-Encoding: gzip"), None),
    ],
    ids=["not UTF-8", "too deep", "503", "not gzip"],
)
def test_what_an_upstream_sends_comes_as_it_is(response, message):
    with Upstream(saying(response)) as upstream, proxied(upstream.url) as proxy:
        with (
            client(proxy.url) as api,
            api.stream("GET", "/monitors") as responded,
        ):
            assert b"".join(responded.iter_raw()) == response.partition(b"\r\n\r\n")[2]
            told = responded.headers.get(VIOLATIONS)
        assert told is None if message is None else told.startswith(message)
        result = proxy.stop()
    assert result.code == (0 if message is None else 1)


def test_an_answer_that_is_shorter_than_its_length_breaks_off_here_too():
    lie = json_response(200, PAGE + b" " * 100)[:-100]
    with Upstream(saying(lie)) as upstream, proxied(upstream.url) as proxy:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{proxy.url}/monitors", headers=KEY)
        assert "1 not checked (broken off by the upstream)" in proxy.stop().told


@pytest.mark.parametrize("sent", [b"", b"nonsense\r\n\r\n"], ids=["reset", "no HTTP"])
def test_an_upstream_that_says_nothing_is_a_502_of_the_proxys_own(sent):
    with Upstream(saying(sent)) as upstream, proxied(upstream.url) as proxy:
        response = httpx.get(f"{proxy.url}/monitors", headers=KEY)
        assert response.status_code == 502
        assert response.text.startswith("statuspool-mock proxy: The upstream cannot be reached: ")
        result = proxy.stop()
    assert result.code == 2
    assert "statuspool-mock proxy: the server was never reached" in result.told


def test_a_proxy_that_saw_nothing_has_judged_nothing(mock):
    with proxied(mock.url) as proxy:
        assert proxy.stop().code == 2


def test_two_proxies_in_a_circle_are_found_out(free_port):
    with (
        proxied(f"http://127.0.0.1:{free_port}/v1") as first,
        proxied(first.url, port=free_port) as second,
    ):
        response = httpx.get(f"{second.url}/monitors", headers=KEY, timeout=MORE_THAN_A_SECOND)
        assert response.status_code == 508


def test_its_own_address_is_no_upstream(free_port):
    url = f"http://localhost:{free_port}/v1"
    refused = subprocess.run(
        command("proxy", "--upstream", url, "--port", str(free_port)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert "--upstream: expected another server, got the address of this proxy" in refused.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_recording_is_whole_and_holds_no_key(mock, tmp_path, number):
    archive = tmp_path / "traffic.har"
    with proxied(mock.url, "--record", str(archive)) as proxy:
        with client(proxy.url) as api:
            hook = {
                "url": "http://127.0.0.1:9/",
                "events": ["sla_breach"],
                "secret": "whsec_hidden",
            }
            api.post("/webhooks", json=hook)
            api.get("/monitors?limit=1")
            api.get("/monitors?limit=1", headers={"Authorization": "Bearer sp_test_other"})
        assert not archive.exists()
        assert proxy.stop(number).code == 0
    text = archive.read_text("utf-8")
    assert "whsec_hidden" not in text
    assert "sp_test_proxy" not in text
    entries = json.loads(text)["log"]["entries"]
    assert [entry["request"]["url"] for entry in entries][1] == f"{mock.url}/monitors?limit=1"
    keys = [
        header["value"]
        for entry in entries
        for header in entry["request"]["headers"]
        if header["name"] == "authorization"
    ]
    assert keys == ["Bearer ***1", "Bearer ***1", "Bearer ***2"]
    assert list(tmp_path.iterdir()) == [archive]
    checked = subprocess.run(command("check", str(archive)), check=False, capture_output=True)
    assert checked.returncode == 0


def test_findings_are_appended_line_by_line(mock, tmp_path):
    lines = tmp_path / "findings.jsonl"
    lines.write_text('{"earlier": true}\n')
    with proxied(mock.url, "--jsonl", str(lines)) as proxy:
        with client(proxy.url) as api:
            api.get("/monitors?limit=1")
            api.get("/monitors?limit=0")
        proxy.stop()
    earlier, found = (json.loads(line) for line in lines.read_text("utf-8").splitlines())
    assert earlier == {"earlier": True}
    assert found["operation"] == "listMonitors"
    assert found["observations"][0]["kind"] == "client"


def test_what_was_seen_is_shown_to_this_machine_only(mock):
    with proxied(mock.url) as proxy, client(proxy.url) as api:
        api.get("/monitors?limit=0")
        shown = httpx.get(f"{proxy.control_url}/_mock/journal?kind=client").json()
        assert shown["total"] == 1
        number = shown["results"][0]["number"]
        whole = httpx.get(f"{proxy.control_url}/_mock/journal/{number}").json()
        assert ["authorization", "Bearer ***"] in whole["request"]["headers"]
        assert httpx.get(f"{proxy.control_url}/_mock/journal/77").status_code == 404
        met = httpx.get(f"{proxy.control_url}/_mock/coverage").json()["cells"]
        assert {"operation": "listMonitors", "status": 400, "state": None, "met": 1} in met
        assert httpx.get(f"{proxy.control_url}/_mock/har").json()["log"]["entries"]
        assert httpx.get(f"{proxy.control_url}/_mock/summary").json()["exchanges"] == 1
        foreign = {"Host": "evil.example"}
        refused = httpx.get(f"{proxy.control_url}/_mock/journal", headers=foreign)
        assert refused.status_code == 403
        assert httpx.get(f"{proxy.control_url}/elsewhere").status_code == 404


def test_with_tokens_what_was_seen_is_shown_to_those_who_administer(mock, tmp_path):
    team, admin = "t" * 16, "a" * 16
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{team} checkout\n{admin} admin\n", "utf-8")
    with proxied(mock.url, "--token-file", tokens) as proxy:
        journal = f"{proxy.control_url}/_mock/journal"
        assert httpx.get(journal).status_code == 403
        assert httpx.get(journal, headers={"X-Control-Token": team}).status_code == 403
        assert httpx.get(journal, headers={"X-Control-Token": admin}).status_code == 200


def test_an_upstream_with_a_certificate_of_its_own_is_trusted_by_ca():
    with serving("--tls") as secured:
        with proxied(secured.url) as distrusting:
            response = httpx.get(f"{distrusting.url}/monitors", headers=KEY)
            assert response.status_code == 502
            assert "certificate" in response.text.lower()
        with proxied(secured.url, "--ca", secured.ca_file) as trusting:
            assert httpx.get(f"{trusting.url}/monitors", headers=KEY).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--upstream", "nope"), "expected a URL such as https://api.example.com/v1, got 'nope'"),
        (
            ("--upstream", "https://u:p@a.example/v1"),
            "expected a URL without a user name or password",
        ),
        (("--upstream", "http://a.example/v1?x=1"), "expected a URL such as"),
        (
            ("--upstream", "http://127.0.0.1:9/v1", "--ca", "/none.pem"),
            "--ca: expected a file, got '/none.pem'",
        ),
        (
            ("--upstream", "http://127.0.0.1:9/v1", "--record", "/none/x.har"),
            "--record: expected a file that can be written, got ",
        ),
        (
            ("--upstream", "http://127.0.0.1:9/v1", "--port", "x"),
            "--port: expected an integer from 0 to 65535, got 'x'",
        ),
    ],
)
def test_a_bad_option_is_one_line(arguments, message):
    refused = subprocess.run(
        command("proxy", "--port", "0", *arguments), capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert message in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "u:p" not in refused.stderr


def test_a_refused_option_leaves_no_file(tmp_path):
    archive = tmp_path / "x.har"
    arguments = ("--upstream", "http://127.0.0.1:9/v1", "--port", "0", "--record", str(archive))
    refused = subprocess.run(
        command("proxy", *arguments, "--jsonl", str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert "--jsonl: expected a file that can be written, got " in refused.stderr
    assert not archive.exists() or json.loads(archive.read_text())
