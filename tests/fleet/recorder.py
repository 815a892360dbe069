"""A client that makes single requests to chosen replicas, and records them for the checker."""

import time

import httpx

from tests.fleet.history import NEVER, Call
from tests.fleet.monitor_model import MISSING, OK

SITE = "https://perfect.test/"
SECONDS = 60


class Recorder:
    """Requests about one monitor of one world."""

    def __init__(self, world):
        self._headers = {"Authorization": f"Bearer sp_test_{world}"}
        self._id = None
        self.calls = []

    def create(self, replica, value):
        body = {"name": "shop", "url": f"{SITE}{value}", "interval_seconds": 60}
        self._id = self._call(replica, "create", "POST", "", body, value=value).json()["id"]

    def edit(self, replica, value, *, seconds=SECONDS):
        """Edit the monitor; return whether that was acknowledged in time."""
        body = {"url": f"{SITE}{value}"}
        path = f"/{self._id}"
        response = self._call(replica, "edit", "PUT", path, body, value=value, seconds=seconds)
        return response is not None and response.is_success

    def get(self, replica):
        """Return the value that a replica shows; None if it did not respond with one."""
        self._call(replica, "get", "GET", f"/{self._id}")
        return self.calls[-1].result

    def _call(self, replica, name, method, path, body=None, *, value=None, seconds=SECONDS):
        began, response, result = time.monotonic(), None, None
        try:
            response = httpx.request(
                method,
                f"{replica.url}/v1/monitors{path}",
                json=body,
                headers=self._headers,
                timeout=seconds,
            )
            result = _result(name, response)
        except httpx.TransportError:
            pass
        ended = NEVER if result is None else time.monotonic()
        self.calls.append(
            Call(name=name, key="shop", value=value, result=result, began=began, ended=ended)
        )
        return response


def _result(name, response):
    if response.status_code == 404:
        return MISSING
    if not response.is_success:
        return None
    return int(response.json()["url"].removeprefix(SITE)) if name == "get" else OK
