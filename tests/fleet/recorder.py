"""A client that makes single requests to chosen replicas, and records them for the checker."""

import json
import time
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from typing import Any, NamedTuple

from tests.fleet.history import NEVER, Call
from tests.fleet.monitor_model import MISSING, OK

SITE = "https://perfect.test/"
SECONDS = 60


class Request(NamedTuple):
    name: str
    method: str
    path: str
    body: Any = None
    key: str = ""
    value: Any = None


class Recorder:
    """Requests about the monitors of one world, by name."""

    def __init__(self, world):
        self._headers = {
            "Authorization": f"Bearer sp_test_{world}",
            "Content-Type": "application/json",
        }
        self._ids = {}
        self.calls = []

    def create(self, replica, name, value, *, seconds=SECONDS):
        """Create a monitor; return whether that was acknowledged in time."""
        body = {"name": name, "url": f"{SITE}{value}", "interval_seconds": 60}
        about = Request("create", "POST", "", body, key=name, value=value)
        result, told = self._call(replica, about, seconds=seconds)
        if result != OK:
            return False
        self._ids[name] = json.loads(told[1])["id"]
        return True

    def edit(self, replica, name, value, *, seconds=SECONDS):
        """Edit a monitor; return whether that was acknowledged in time."""
        path, body = f"/{self._ids[name]}", {"url": f"{SITE}{value}"}
        about = Request("edit", "PUT", path, body, key=name, value=value)
        return self._call(replica, about, seconds=seconds)[0] == OK

    def edit_until_acknowledged(self, replica, name, value):
        """Edit a monitor, with further values while the outcome is unknown."""
        until = time.monotonic() + SECONDS
        while not self.edit(replica, name, value):
            assert time.monotonic() < until
            value += 10

    def get(self, replica, name):
        """Return the value that a replica shows; None if it did not respond with one."""
        return self.begin_get(replica, name)()[0]

    def begin_get(self, replica, name):
        """Send a request for a monitor; return what waits for its response."""
        return self._begin(replica, Request("get", "GET", f"/{self._ids[name]}", key=name))

    def _call(self, replica, about, *, seconds=SECONDS):
        return self._begin(replica, about, seconds=seconds)()

    def _begin(self, replica, about, *, seconds=SECONDS):
        """Send a request; return a function that records its outcome and returns its response."""
        began = time.monotonic()
        connection = HTTPConnection("127.0.0.1", replica.port, timeout=seconds)
        body = None if about.body is None else json.dumps(about.body)
        with suppress(OSError):
            connection.request(about.method, f"/v1/monitors{about.path}", body, self._headers)

        def finish():
            result, told = None, None
            with closing(connection), suppress(OSError, HTTPException):
                response = connection.getresponse()
                told = response.status, response.read()
                result = _result(about.name, *told)
            ended = NEVER if result is None else time.monotonic()
            call = Call(
                name=about.name,
                key=about.key,
                value=about.value,
                result=result,
                began=began,
                ended=ended,
            )
            self.calls.append(call)
            return result, told

        return finish


def _result(name, status, content):
    if status == 404:
        return MISSING
    if status >= 300:
        return None
    return int(json.loads(content)["url"].removeprefix(SITE)) if name == "get" else OK
