"""Monitors that existed before a run stay as they were, whatever the server responds."""

from uuid import uuid4

import pytest
from flask import request
from tests.conformance.active.test_hollow_servers import responding
from tests.conformance.active.test_verify import verify

pytestmark = pytest.mark.process

THEIRS = {"id": str(uuid4()), "name": "Checkout", "url": "https://api.example.com/health"}


def test_a_monitor_that_post_did_not_create_is_neither_changed_nor_deleted():
    written = []

    def respond():
        if request.path == "/v1/monitors" and request.method == "POST":
            return {**THEIRS, "status": "up"}, 200
        if request.path == "/v1/monitors":
            return {"results": [], "page": 1, "total_pages": 0}
        if request.method != "GET":
            written.append(f"{request.method} {request.path}")
        return {"error": "NOT_FOUND", "message": "No such monitor."}, 404

    with responding(respond) as url:
        done = verify(url, "--api-key", "some-key", "--profile", "quick")
    assert done.returncode == 1, done.stderr
    assert not [line for line in written if THEIRS["id"] in line]
    assert f"monitor {THEIRS['id']}" in done.stdout
