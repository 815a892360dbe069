"""One session of requests over all operations, recorded from any server as exchanges."""

import json
from contextlib import contextmanager
from functools import partial

import httpx
from anyio.from_thread import start_blocking_portal

from statuspool_mock.exchanges import Exchange

NEW = {"name": "Shop", "url": "https://shop.example/", "interval_seconds": 60}
WHOLE = {
    **NEW,
    "tags": ["a", "b"],
    "regions": ["eu-central-1", "us-east-1"],
    "expected_status": 204,
}
WRONG = {"name": "x", "url": "no url", "interval_seconds": 7, "tags": "t"}
HOOK = {
    "url": "https://hooks.example/",
    "events": ["status_change"],
    "secret": "whsec_0123456789abcdef",
}
UNKNOWN = "11111111-2222-4333-8444-555555555555"
LIST_QUERIES = (
    *("", "?limit=2", "?limit=2&page=2", "?page=999", "?limit=1000", "?limit=0", "?page=x"),
    *("?page=1&page=2", "?status=up", "?status=down", "?status=paused", "?status=degraded"),
    *("?status=sideways", "?unheard-of=1"),
)
LOG_QUERIES = (
    *("", "?limit=3&page=2", "?from=2025-11-24T00:00:00Z&to=2025-11-25T00:00:00Z"),
    *("?from=yesterday", "?from=2025-11-25T00:00:00Z&to=2025-11-24T00:00:00Z"),
)


class Recorder:
    """Sends requests with one of two keys, and keeps the exchanges."""

    def __init__(self, send, key, other_key):
        self._send = send
        self.key, self.other_key = key, other_key
        self.exchanges = []

    def __call__(self, method, target, *, value=None, body=None, key="", headers=()):
        """Send a request and return the response's JSON object, empty if it has none."""
        sent = dict(headers)
        chosen = self.key if key == "" else key
        if chosen is not None:
            sent["authorization"] = f"Bearer {chosen}"
        if value is not None:
            body = json.dumps(value).encode()
        if body is not None:
            sent.setdefault("content-type", "application/json")
        response = self._send(method, target, sent, body)
        path, _, query = target.partition("?")
        self.exchanges.append(
            Exchange(
                number=len(self.exchanges) + 1,
                method=method,
                path=path,
                query=query.encode(),
                headers=encoded(sent),
                body=body or b"",
                at=0.0,
                wall=0.0,
                began=0.0,
                status=response.status_code,
                response_headers=encoded(response.headers),
                content=response.content,
            )
        )
        try:
            value = json.loads(response.content)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


def encoded(headers):
    return tuple((name.lower().encode(), text.encode()) for name, text in headers.items())


def record(ask):
    """Send the session and return its exchanges."""
    lists = [ask("GET", f"/monitors{query}") for query in LIST_QUERIES]
    monitors = lists[0].get("results")
    ask("GET", "/monitors", key=None)
    ask("GET", "/monitors", key="not-a-key-of-anyone")
    record_writes(ask)
    others = ask("GET", "/monitors", key=ask.other_key).get("results")
    for monitor_id in [*ids(monitors)[:6], *ids(others)[:1], UNKNOWN, "abc"]:
        ask("GET", f"/monitors/{monitor_id}")
        ask("GET", f"/monitors/{monitor_id}/status")
        for query in LOG_QUERIES:
            ask("GET", f"/monitors/{monitor_id}/logs{query}")
        ask("GET", f"/incidents?monitor_id={monitor_id}")
    for query in ("", "?resolved=true", "?resolved=false", "?resolved=perhaps"):
        ask("GET", f"/incidents{query}")
    for query in ("", "?active=true", "?active=false", "?active=perhaps"):
        ask("GET", f"/webhooks{query}")
    for status in (400, 401, 403, 404, 429, 500):
        ask("GET", "/monitors", headers={"prefer": f"code={status}"})
    return ask.exchanges


def record_writes(ask):
    created = [ask("POST", "/monitors", value=value) for value in (NEW, WHOLE)]
    for value in (WRONG, {}, [], {**NEW, "interval_seconds": 60.0}, {**NEW, "tags": None}):
        ask("POST", "/monitors", value=value)
    ask("POST", "/monitors", value={**NEW, "unheard_of": 1})
    ask("POST", "/monitors", body=b"{")
    ask("POST", "/monitors", body=b"name=x", headers={"content-type": "text/plain"})
    first = [*ids(created), UNKNOWN][0]
    for value in ({"interval_seconds": 30}, WRONG, {}, {"name": None}):
        ask("PUT", f"/monitors/{first}", value=value)
    ask("PUT", f"/monitors/{UNKNOWN}", value={"name": "Nobody"})
    for monitor_id, title in ((first, "Work"), (first, ""), (UNKNOWN, "Work"), ("abc", 1)):
        ask("POST", "/incidents", value={"monitor_id": monitor_id, "title": title})
    for value in (HOOK, {**HOOK, "events": ["coffee_ready"]}, {}):
        ask("POST", "/webhooks", value=value)
    ask("GET", f"/monitors/{first}")
    for _ in range(2):
        ask("DELETE", f"/monitors/{first}")
    ask("GET", f"/monitors/{first}")
    ask("PATCH", f"/monitors/{first}")
    ask("GET", "/nowhere")


def ids(items):
    return [str(item["id"]) for item in items or () if isinstance(item, dict) and "id" in item]


@contextmanager
def asgi_sender(app, base="http://mock/v1"):
    """Send requests to an ASGI application of this process."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport)
    with start_blocking_portal() as portal:  # Playwright leaves a running loop in this thread

        def send(method, target, headers, body):
            request = partial(client.request, headers=headers, content=body)
            return portal.call(request, method, base + target)

        yield send
        portal.call(client.aclose)


@contextmanager
def wsgi_sender(app, base="http://provider/v1"):
    """Send requests to a WSGI application of this process."""
    with httpx.Client(transport=httpx.WSGITransport(app=app)) as client:

        def send(method, target, headers, body):
            return client.request(method, base + target, headers=headers, content=body)

        yield send
