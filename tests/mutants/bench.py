"""What a probe works with: clients of every kind, and a registry of probes by mutant."""

import ssl
from collections.abc import Callable
from contextlib import ExitStack
from uuid import uuid4

import httpx

_TLS = ssl.create_default_context()  # made once: it is what takes long about a client, and unused
NEW = {"name": "Probed", "url": "https://perfect.test/health", "interval_seconds": 60}
DEFAULT_REGIONS = ["eu-central-1", "us-east-1", "ap-northeast-1"]


class Bench:
    """A fresh world on one server, and everybody who may or may not enter it."""

    def __init__(self, url, stack: ExitStack):
        self._url = url
        self._stack = stack
        self.key = f"sp_test_{uuid4().hex}"
        self.own = self.client(f"Bearer {self.key}")
        self.reader = self.client(f"Bearer {self.key}.ro")
        self.rival = self.client(f"Bearer {self.key}.rival")

    def client(self, authorization=None):
        headers = {} if authorization is None else {"Authorization": authorization}
        client = httpx.Client(base_url=self._url, headers=headers, verify=_TLS, timeout=30)
        return self._stack.enter_context(client)

    def create(self, client=None, **fields):
        """Return a monitor of the fields, which must be accepted."""
        response = (client or self.own).post("/monitors", json={**NEW, **fields})
        assert response.status_code == 201, response.text
        return response.json()

    def get(self, path, client=None, **query):
        """Return the JSON of a successful GET."""
        query = {name.rstrip("_"): value for name, value in query.items()}
        response = (client or self.own).get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def listed(self, path="/monitors", client=None, **query):
        return self.get(path, client, **query)["results"]

    def advance(self, seconds):
        """Move this world's time, and wait until all that fell due has happened."""
        path = self.own.base_url.join("/_mock/clock/advance")
        assert self.own.post(path, json={"by": f"{seconds}s"}).status_code == 200

    def with_status(self, status):
        """Return a monitor that the scenario brought along in this status."""
        return self.listed(limit=100, status=status)[0]


Probe = Callable[[Bench], None]
PROBES: dict[str, Probe] = {}
"""The probe that notices a mutant, by the mutant's name."""


def notices(*names):
    """Enter a probe for every mutant that must fail it."""

    def enter(probe):
        for name in names:
            assert name not in PROBES, name
            PROBES[name] = probe
        return probe

    return enter


def wrong_fields(response):
    """Return the fields that a 400 names."""
    body = response.json()
    assert (response.status_code, body["error"]) == (400, "INVALID_REQUEST"), response.text
    assert isinstance(body["message"], str)
    assert all(isinstance(item["message"], str) for item in body["details"])
    return {item["field"].partition(".")[0] for item in body["details"]}


def refused(response, status, code):
    """Assert that an answer is this error in the envelope."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.json()["error"] == code
    assert isinstance(response.json()["message"], str)
