"""Health, readiness, metrics and logs, for those who run a server for others."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.web.control_auth import ControlAuth
from statuspool_mock.web.monitoring import Monitoring, monitoring_pages
from tests.hostile.wire import exchange, responses
from tests.mock_process import serving

KEY = {"Authorization": "Bearer sp_test_watched"}
TOKEN = "t" * 20


def samples(root, **headers):
    """Return the value of each sample, by name and labels."""
    response = httpx.get(f"{root}/metrics", headers=headers)
    assert response.status_code == 200, response.text
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_operation_and_status(server):
    root, name = server.control_url, "statuspool_mock_requests_total"
    before = samples(root)
    for path, headers in (
        ("/v1/monitors", KEY),
        ("/v1/monitors?limit=0", KEY),
        ("/v1/monitors", {}),
        ("/v1/nowhere", KEY),
        ("/_mock/clock", KEY),
    ):
        httpx.get(f"{root}{path}", headers=headers)
    after = samples(root)

    def added(operation, status):
        key = (name, *sorted((operation, status)))
        return after[key] - before.get(key, 0)

    assert added("listMonitors", "200") == 1
    assert added("listMonitors", "400") == 1
    assert added("listMonitors", "401") == 1
    assert added("getClock", "200") == 1
    assert added("", "404") == 1
    duration = "statuspool_mock_request_duration_seconds"
    count = after[f"{duration}_count", "listMonitors"]
    assert count == after[f"{duration}_bucket", "+Inf", "listMonitors"] >= 3
    assert 0 < after[f"{duration}_sum", "listMonitors"] < 60
    assert after["statuspool_mock_sandboxes",] >= 1
    assert after["statuspool_mock_event_loop_lag_seconds",] >= 0
    assert after["process_resident_memory_bytes",] > 1 << 20


def test_the_format_is_the_one_that_the_client_prefers(server):
    url = f"{server.control_url}/metrics"
    assert httpx.get(url).headers["content-type"].startswith("text/plain")
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    response = httpx.get(url, headers=accept)
    assert response.headers["content-type"].startswith("application/openmetrics-text")
    assert response.text.endswith("# EOF\n")


def test_health_and_readiness_are_open_to_everybody_and_metrics_are_not(tmp_path):
    file = tmp_path / "tokens"
    file.write_text(f"{TOKEN} admin\n{'u' * 20} team\n", "utf-8")
    with RunningServer(Settings(host="0.0.0.0", port=0, token_file=file)) as server:  # noqa: S104
        root = f"http://127.0.0.1:{server.address.port}"
        for path, status in (("/healthz", "ok"), ("/readyz", "ready")):
            response = httpx.get(f"{root}{path}", headers={"Host": "mock.internal"})
            assert (response.status_code, response.json()) == (200, {"status": status})
            assert httpx.head(f"{root}{path}").status_code == 200
        assert httpx.get(f"{root}/metrics").status_code == 403
        assert httpx.get(f"{root}/metrics", headers=KEY).status_code == 403
        team = {"X-Control-Token": "u" * 20}
        assert httpx.get(f"{root}/metrics", headers=team).status_code == 403
        assert samples(root, **{"X-Control-Token": TOKEN})
        assert samples(root, Authorization=f"Bearer {TOKEN}")


def test_metrics_can_be_opened():
    settings = Settings(host="0.0.0.0", port=0, metrics_open=True)  # noqa: S104
    with RunningServer(settings) as server:
        assert samples(f"http://127.0.0.1:{server.address.port}")


def test_a_foreign_page_reads_no_metrics(server):
    origin = {"Origin": "http://evil.example"}
    assert httpx.get(f"{server.control_url}/metrics", headers=origin).status_code == 403


def test_attempts_to_deliver_are_counted_by_result():
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204 if self.path == "/good" else 400)
            self.end_headers()

        def log_message(self, *_):
            """Print nothing."""

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as receiver,
        RunningServer(Settings(port=0, scenario="docs")) as server,
    ):
        threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02}).start()
        here = f"http://127.0.0.1:{receiver.server_port}"
        for url in (f"{here}/good", f"{here}/bad", "https://elsewhere.example/"):
            hook = {"url": url, "events": ["status_change"], "secret": "s" * 20}
            httpx.post(f"{server.url}/webhooks", json=hook, headers=KEY)
        trigger = f"{server.control_url}/_mock/webhooks/trigger"
        httpx.post(trigger, json={"event": "status_change"}, headers=KEY, timeout=30)
        found = samples(server.control_url)
        receiver.shutdown()
    name = "statuspool_mock_delivery_attempts_total"
    for result in ("delivered", "refused", "withheld"):
        assert found[name, result] >= 1


@pytest.mark.process
def test_each_request_is_a_line_of_json_without_secrets():
    with serving("--log-format", "json", "--access-log") as served:
        hush = {**KEY, "X-Api-Key": "hush"}
        named = httpx.get(f"{served.url}/monitors?api_key=hush", headers=hush)
        httpx.get(f"{served.url}/nowhere%0AX", headers=KEY)
        fault = {"operation": "listMonitors", "status": 500}
        url = f"{served.control_url}/_mock/faults"
        fault_id = httpx.post(url, json=fault, headers=KEY).json()["id"]
        httpx.get(f"{served.url}/monitors", headers=KEY)
        served.process.terminate()
        lines = [json.loads(line) for line in served.process.communicate()[1].splitlines()]
    access = [line for line in lines if line["logger"] == "statuspool_mock.access"]
    assert [(line["operation"], line["status"]) for line in access] == [
        ("listMonitors", 200),
        ("", 404),
        ("addFault", 201),
        ("listMonitors", 500),
    ]
    first, second, _, last = access
    assert first["request_id"] == named.headers["x-request-id"]
    assert (first["world"], first["method"], first["path"]) == ("watched", "GET", "/v1/monitors")
    assert 0 < first["ms"] < 60_000
    assert second["path"] == "/v1/nowhere\nX"
    assert last["faults"] == [fault_id]
    assert "hush" not in json.dumps(lines)
    assert "sp_test_watched" not in json.dumps(lines)


@pytest.mark.process
@pytest.mark.parametrize("form", ["json", "text"])
def test_no_query_is_logged_on_any_route_at_any_level(form):
    names = ("key", "api_key", "apikey", "token", "access_token", "secret", "password")
    query = "&".join(f"{name}=hush-hush" for name in names)
    arguments = ("--log-format", form, "--access-log", "--log-level", "debug")
    with serving(*arguments) as served:
        root = served.control_url
        with httpx.stream("GET", f"{root}/_mock/events?key=sp_test_events") as streamed:
            assert streamed.status_code == 200
        for method, path in (
            ("GET", "/v1/monitors"), ("POST", "/v1/monitors"), ("PATCH", "/v1/monitors"),
            ("GET", "/v1/nowhere"), ("GET", "/v1"), ("GET", "/"), ("GET", "/_mock/"),
            ("GET", "/_mock"), ("GET", "/_mock/events"), ("GET", "/_mock/monitors"),
            ("POST", "/_mock/reset"), ("GET", "/_mock/nowhere"), ("GET", "/metrics"),
        ):  # fmt: skip
            httpx.request(method, f"{root}{path}?{query}", headers=KEY)
        exchange(served.url, f"GET /{{?{query} HTTP/9\r\n\r\n".encode())
        url = f"http://127.0.0.1:9/?{query}"
        hook = {"url": url, "events": ["status_change"], "secret": "hush-hush"}
        httpx.post(f"{served.url}/webhooks", json=hook, headers=KEY).raise_for_status()
        event = {"event": "status_change"}
        httpx.post(f"{root}/_mock/webhooks/trigger", json=event, headers=KEY, timeout=30)
        metrics = httpx.get(f"{root}/metrics").text
        served.process.terminate()
        printed = "".join(served.process.communicate())
    assert "'/_mock/events' 200" in printed
    for secret in ("hush-hush", "sp_test_events", "sp_test_watched"):
        assert secret not in printed + metrics


@pytest.mark.process
def test_what_is_refused_before_it_is_a_request_is_a_line_too():
    with serving("--log-format", "json", "--access-log") as served:
        (response,) = responses(exchange(served.url, b"GET /\n{ HTTP/9\r\n\r\n"))
        served.process.terminate()
        lines = [json.loads(line) for line in served.process.communicate()[1].splitlines()]
    (line,) = [line for line in lines if line["logger"] == "statuspool_mock.access"]
    assert (line["status"], line["reason"]) == (400, "INVALID_REQUEST")
    assert line["request_id"] == response.headers["x-request-id"]


@pytest.mark.process
def test_lines_of_text_are_whole_too():
    with serving("--access-log") as served:
        httpx.get(f"{served.url}/nowhere%0AINFO x", headers=KEY)
        served.process.terminate()
        text = served.process.communicate()[1]
    assert r"GET '/v1/nowhere\nINFO x' 404 in" in text


def test_readiness_ends_while_the_server_stops():
    monitoring, auth = Monitoring(), ControlAuth()
    readiness = monitoring_pages(monitoring, None, auth)["/readyz"]
    client = TestClient(readiness)
    assert client.get("/readyz").status_code == 200
    monitoring.is_ready = False
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (
        503,
        {"status": "stopping"},
    )


def test_promtool_would_find_nothing(server):
    """Each family has a help text, and counters end in `_total`."""
    text = httpx.get(f"{server.control_url}/metrics").text
    families = list(text_string_to_metric_families(text))
    assert all(family.documentation for family in families)
    counters = [family for family in families if family.type == "counter"]
    assert {
        sample.name.endswith(("_total", "_created")) for one in counters for sample in one.samples
    } <= {True}
