"""A session of all operations and documented errors: openapi-core checks every message."""

import json
import os
import time
from pathlib import Path
from typing import Any

import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import (
    RequestsOpenAPIRequest,
    RequestsOpenAPIResponse,
    RequestsOpenAPIWebhookRequest,
)
from openapi_core.exceptions import OpenAPIError

API_URL = os.environ["STATUSPOOL_URL"]
CONTROL_URL = API_URL.removesuffix("/v1") + "/_mock"
KEY = os.environ["STATUSPOOL_API_KEY"]
NO_MONITOR = "00000000-0000-4000-8000-000000000000"
SHOP = {"name": "Shop", "url": "https://perfect.test/", "interval_seconds": 60}
HOOK = {
    "url": f"{CONTROL_URL}/receiver",
    "events": ["status_change", "incident_created", "sla_breach"],
    "secret": "whsec_example",
}
DOCUMENTS = [OpenAPI.from_file_path(f"statuspool{version}.json") for version in ("", "-3.1")]

api = requests.Session()
seen: set[tuple[str, str, str]] = set()


def call(
    method: str,
    template: str,
    status: int,
    *,
    monitor: str = "",
    key: str | None = KEY,
    **given: Any,
) -> Any:
    """Send a request, check it and the response by both documents, and return its JSON."""
    headers = {**given.pop("headers", {}), **({"Authorization": f"Bearer {key}"} if key else {})}
    url = API_URL + template.replace("{id}", monitor)
    response = api.request(method, url, headers=headers, timeout=10, **given)
    assert response.status_code == status, (method, url, response.status_code, response.text)
    request = RequestsOpenAPIRequest(response.request)
    invited = "Prefer" in headers
    for document in DOCUMENTS:
        assert invited or is_valid(document, request) == (status not in (400, 401)), (method, url)
        document.validate_response(request, RequestsOpenAPIResponse(response))
    seen.add((method.lower(), template, str(status)))
    return response.json() if response.content else None


def is_valid(document: OpenAPI, request: RequestsOpenAPIRequest) -> bool:
    """Return whether a request is as the document demands."""
    try:
        document.validate_request(request)
    except OpenAPIError:
        return False
    return True


def use_every_operation() -> None:
    """Succeed with each operation."""
    shop = call("POST", "/monitors", 201, json=SHOP)["id"]
    call("PUT", "/monitors/{id}", 200, monitor=shop, json={"interval_seconds": 30})
    for template in ("/monitors/{id}", "/monitors/{id}/status", "/monitors/{id}/logs"):
        call("GET", template, 200, monitor=shop)
    call("GET", "/monitors", 200, params={"status": "up", "tag": "production", "limit": 5})
    call("POST", "/incidents", 201, json={"monitor_id": shop, "title": "Planned work"})
    call("GET", "/incidents", 200, params={"monitor_id": shop, "resolved": "false"})
    call("POST", "/webhooks", 201, json=HOOK)
    call("GET", "/webhooks", 200)
    call("DELETE", "/monitors/{id}", 204, monitor=shop)


def provoke_errors() -> None:
    """Cause the errors that a client can cause: openapi-core refuses what the mock refuses."""
    rival = call("POST", "/monitors", 201, json=SHOP, key=f"{KEY}.rival")["id"]
    call("GET", "/monitors", 401, key=None)
    call("GET", "/monitors", 400, params={"limit": 0})
    call("GET", "/incidents", 400, params={"resolved": "perhaps"})
    call("POST", "/monitors", 400, json={**SHOP, "interval_seconds": 45})
    call("POST", "/webhooks", 400, json={**HOOK, "events": []})
    call("POST", "/monitors", 403, json=SHOP, key=f"{KEY}.ro")
    for template in ("/monitors/{id}", "/monitors/{id}/status", "/monitors/{id}/logs"):
        call("GET", template, 404, monitor=NO_MONITOR)
        call("GET", template, 403, monitor=rival)
    call("PUT", "/monitors/{id}", 404, monitor=NO_MONITOR, json={"interval_seconds": 30})
    call("DELETE", "/monitors/{id}", 404, monitor=NO_MONITOR)


def documented() -> set[tuple[str, str, str]]:
    """Return the method, path and status of every response in the document."""
    paths = json.loads(Path("statuspool.json").read_text(encoding="utf-8"))["paths"]
    return {
        (method, template, status)
        for template, item in paths.items()
        for method, operation in item.items()
        if method != "parameters"
        for status in operation["responses"]
    }


def request_errors() -> None:
    """Ask for every documented error of every operation."""
    for method, template, status in sorted(documented()):
        if int(status) >= 400:
            call(
                method.upper(),
                template,
                int(status),
                monitor=NO_MONITOR,
                headers={"Prefer": f"code={status}"},
            )


def control(method: str, path: str, **given: Any) -> Any:
    """Call the control plane of the sandbox."""
    headers = {"Authorization": f"Bearer {KEY}"}
    return requests.request(method, CONTROL_URL + path, headers=headers, timeout=10, **given).json()


def check_deliveries() -> None:
    """Have each event delivered, and check the deliveries by the webhook of the 3.1 document."""
    for event in HOOK["events"]:
        control("POST", "/webhooks/trigger", json={"event": event})
    deadline = time.monotonic() + 30
    rows: list[Any] = []
    while len({row["event"] for row in rows}) < len(HOOK["events"]):
        assert time.monotonic() < deadline, rows
        time.sleep(0.1)
        rows = control("GET", "/deliveries?outcome=delivered")["results"]
    for row in rows:
        full = control("GET", f"/deliveries/{row['number']}")
        headers = dict(full["tries"][0]["request_headers"])
        sent = requests.Request("POST", full["url"], headers=headers, data=full["body"])
        DOCUMENTS[1].validate_request(RequestsOpenAPIWebhookRequest(sent, "delivery"))


use_every_operation()
provoke_errors()
request_errors()
check_deliveries()
assert seen == documented(), documented() ^ seen
