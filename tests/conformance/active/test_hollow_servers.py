"""A server that sends one response to everything breaks promises, whatever the response."""

import json
from contextlib import contextmanager

import pytest
from flask import Flask, request
from tests.conformance.active.test_verify import verify
from tests.conformance.serving import running
from werkzeug.serving import WSGIRequestHandler, make_server

pytestmark = pytest.mark.process

CODES = {403: "FORBIDDEN", 404: "NOT_FOUND", 429: "RATE_LIMITED", 500: "INTERNAL_ERROR"}
BROKEN = {"finding", "consequence"}
EMPTY_PAGE = {"results": [], "page": 1, "total_pages": 0}


class Silent(WSGIRequestHandler):
    def log_request(self, *_, **__):
        pass


def refusal(status):
    envelope = {"error": CODES[status], "message": "No.", "retry_after": 0}
    return envelope, status, {"Retry-After": "0"}


@contextmanager
def responding(respond):
    """Serve one function's response under every method and path."""
    app = Flask(__name__)
    app.before_request(respond)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    with running(server) as url:
        yield url


def verified(respond, tmp_path, *more):
    path = tmp_path / "report.json"
    with responding(respond) as url:
        options = ("--api-key", "some-key", "--profile", "quick", "--report", f"json={path}")
        done = verify(url, *options, *more)
    return done, json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("status", [403, 404, 429])
def test_a_server_that_refuses_everything_cannot_be_tested(status, tmp_path):
    done, report = verified(lambda: refusal(status), tmp_path)
    assert done.returncode == 2, done.stdout
    assert str(status) in done.stderr
    assert report["verdicts"]["passed"] == 0


def test_a_server_that_always_fails_has_findings(tmp_path):
    done, report = verified(lambda: refusal(500), tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    found = {r["clause"] for r in report["results"] if r["verdict"] in BROKEN}
    assert "errors.never-5xx" in found


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_list_alone_is_not_enough(status, tmp_path):
    def respond():
        if request.method == "GET" and request.path == "/v1/monitors":
            return EMPTY_PAGE
        return refusal(status)

    done, report = verified(respond, tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    found = {r["clause"] for r in report["results"] if r["verdict"] in BROKEN}
    assert {"create.documented-example", "schema.listWebhooks"} <= found


def test_a_429_is_no_finding_and_leaves_clauses_unverified(tmp_path):
    def respond():
        if request.method == "GET" and request.path == "/v1/monitors":
            return EMPTY_PAGE
        return refusal(429)

    done, report = verified(respond, tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr  # the list needs no key
    assert not [r for r in report["results"] if r["got"].startswith("429")]
    creation = [r for r in report["results"] if r["clause"].startswith("create.")]
    assert {r["verdict"] for r in creation} == {"not verified"}


def test_a_server_that_accepts_everything_has_findings(tmp_path):
    answer = {**EMPTY_PAGE, "id": "1"}
    done, report = verified(lambda: (answer, 200), tmp_path, "--profile", "standard")
    assert done.returncode == 1, done.stdout + done.stderr
    found = {r["clause"] for r in report["results"] if r["verdict"] in BROKEN}
    assert {"schema.createMonitor", "auth.missing-key.list-monitors"} <= found


def test_a_schema_clause_alone_fails_where_its_operation_never_succeeds(tmp_path):
    def respond():
        return EMPTY_PAGE if request.path == "/v1/monitors" else refusal(404)

    done, report = verified(respond, tmp_path, "--only", "schema.listWebhooks")
    assert done.returncode == 1
    assert report["results"][0]["expected"].startswith("a 2xx")
