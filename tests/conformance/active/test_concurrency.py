"""Requests at the same time: what cannot be judged is no finding, and findings say how often."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import httpx
import pytest
from flask import Flask
from tests.conformance.serving import running
from werkzeug.serving import make_server

from statuspool_mock import contract
from statuspool_mock.conformance.active.clauses.parallel_rounds import in_rounds
from statuspool_mock.conformance.active.errors import Finding
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import verify
from statuspool_mock.conformance.active.session import Sending, Session
from statuspool_mock.conformance.bounded_client import BoundedClient


class _OneConnectionAtATime(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _respond(self, status, value):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self._respond(200, {"results": [], "page": 1, "total_pages": 1})

    def do_POST(self):
        self._respond(201, {"id": str(uuid4())})

    def do_PUT(self):
        self._respond(200, {})

    def do_DELETE(self):
        self._respond(200, {})

    def log_message(self, *args):
        """Log nothing."""


def test_a_server_that_takes_one_connection_at_a_time_is_not_judged(monkeypatch):
    def first_only(client, requests):
        method, url, headers, content = requests[0]
        response = client.request(method, url, headers=headers, content=content)
        return [response, *(httpx.ConnectError("refused") for _ in requests[1:])]

    monkeypatch.setattr(BoundedClient, "request_together", first_only)
    with running(HTTPServer(("127.0.0.1", 0), _OneConnectionAtATime)) as url:
        only = ("concurrency",)
        run = verify(Options(url=url, api_key="ours", only=only, timeout_seconds=60.0))
    assert {result.verdict for result in run.results} == {Verdict.NOT_VERIFIED}
    assert "at the same time" in run.results[0].reason
    assert not run.own_errors
    assert run.left_behind == []


def test_requests_that_meet_the_rate_limit_are_repeated():
    app, seen = Flask("limited"), set()

    @app.get("/v1/<path>")
    def limited(path):
        if path in seen:
            return {"results": []}
        seen.add(path)
        return {"error": "RATE_LIMITED"}, 429, {"Retry-After": "0"}

    with running(make_server("127.0.0.1", 0, app, threaded=True)) as url:
        session = Session(Options(url=url, api_key="ours"), contract.load())
        paths = ("/monitors", "/incidents", "/webhooks")
        responses = session.send_together([Sending(method="GET", path=path) for path in paths])
        session.close()
    assert [response.status for response in responses] == [200] * 3
    assert [response.url.rpartition("/v1")[2] for response in responses] == list(paths)


def test_a_finding_says_in_how_many_rounds_it_was_seen():
    def check(number):
        if number % 2:
            raise Finding(f"{number}", "an even number")

    with pytest.raises(Finding, match=r"got 1 \(seen in 2 of 4 rounds\)"):
        in_rounds([0, 1, 2, 3], check)
    in_rounds([0, 2], check)
