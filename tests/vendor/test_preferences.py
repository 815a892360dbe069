"""Errors and delays on request, cross-origin answers, and the document itself."""

import json
import re

import httpx
import pytest
import yaml
from openapi_spec_validator import validate

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

SAMPLE = "/monitors/4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907"
CODES = {
    400: "INVALID_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
}


@pytest.mark.parametrize(("status", "code"), CODES.items())
def test_each_documented_error_can_be_asked_for(client, status, code):
    response = client.get(SAMPLE, headers={"Prefer": f"code={status}"})
    assert (response.status_code, response.json()["error"]) == (status, code)
    if status == 429:
        assert response.headers["Retry-After"] == str(response.json()["retry_after"]) == "1"


def test_an_asked_for_error_changes_nothing(client, monitor):
    response = client.delete(f"/monitors/{monitor['id']}", headers={"Prefer": "code=500"})
    assert response.status_code == 500
    assert client.get(f"/monitors/{monitor['id']}").status_code == 200


def test_an_error_comes_before_the_key_is_looked_at(server):
    response = httpx.get(f"{server.url}/monitors", headers={"Prefer": "code=429"})
    assert response.status_code == 429


def test_a_delay_is_kept_and_acknowledged(client):
    response = client.get(SAMPLE, headers={"Prefer": "delay=120, wait=10"})
    assert response.status_code == 200
    assert response.elapsed.total_seconds() >= 0.12
    assert response.headers["Preference-Applied"] == "delay=120"


def test_asking_for_success_changes_nothing(client):
    assert client.get(SAMPLE, headers={"Prefer": "code=200"}).status_code == 200


@pytest.mark.parametrize("prefer", ["code=418", "code=abc", "delay=-1", "delay=99999999", "code="])
def test_a_preference_that_cannot_be_is_refused_with_the_reason(client, prefer):
    response = client.get(SAMPLE, headers={"Prefer": prefer})
    assert response.status_code == 400
    assert response.json()["details"][0]["field"] == "Prefer"


def test_any_origin_may_read_answers_errors_too(client):
    for headers in ({}, {"Prefer": "code=500"}):
        response = client.get("/monitors", headers={"Origin": "http://localhost:5173", **headers})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        exposed = response.headers["Access-Control-Expose-Headers"]
        assert {"X-Request-Id", "Retry-After"} <= set(exposed.split(", "))


def test_a_preflight_allows_key_and_json(client):
    response = client.options(
        "/monitors",
        headers={
            "Origin": "http://localhost:5173",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "authorization, content-type, prefer",
        },
    )
    assert response.status_code == 200
    assert "PUT" in response.headers["Access-Control-Allow-Methods"]
    allowed = response.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "prefer"))


def test_origins_can_be_narrowed():
    origin = "http://localhost:5173"
    with RunningServer(Settings(port=0, scenario="empty", origins=(origin,))) as server:
        seen = [
            httpx.get(f"{server.url}/monitors", headers={"Origin": sender}).headers.get(
                "Access-Control-Allow-Origin"
            )
            for sender in (origin, "http://elsewhere.example")
        ]
    assert seen == [origin, None]


def test_the_document_is_served_as_written_with_this_server_first(server):
    as_json = httpx.get(f"{server.url}/openapi.json").json()
    as_yaml = yaml.safe_load(httpx.get(f"{server.url}/openapi.yaml").text)
    assert as_json == as_yaml
    assert as_json["servers"][0] == {"url": server.url}
    assert "$ref" in as_json["paths"]["/monitors"]["get"]["parameters"][0]
    validate(as_json)


@pytest.mark.parametrize("name", ["openapi.json", "openapi.yaml", "openapi-3.1.json"])
def test_each_client_gets_the_document_with_the_server_that_it_asked(server, name):
    for host in ("first.example", "second.example:81", "'third'.example"):
        response = httpx.get(f"{server.url}/{name}", headers={"Host": host})
        document = yaml.safe_load(response.text)
        assert document["servers"][0] == {"url": f"http://{host}/v1"}


@pytest.mark.parametrize("base", ["v1", "_mock"])
def test_the_document_is_served_as_openapi_3_1_too(server, base):
    old = httpx.get(f"{server.control_url}/{base}/openapi.json").json()
    new = httpx.get(f"{server.control_url}/{base}/openapi-3.1.json").json()
    validate(new)
    assert new["openapi"] == "3.1.0"
    assert new["paths"].keys() == old["paths"].keys()
    assert new["servers"] == old["servers"]
    assert "nullable" in json.dumps(old)
    assert "nullable" not in json.dumps(new)


def test_deliveries_are_webhooks_in_openapi_3_1(server):
    document = httpx.get(f"{server.url}/openapi-3.1.json").json()
    operation = document["webhooks"]["delivery"]["post"]
    assert operation["operationId"] == "receiveEvent"
    assert "callbacks" not in document["paths"]["/webhooks"]["post"]


@pytest.mark.parametrize("base", ["v1", "_mock"])
def test_the_document_has_no_anchors(server, base):
    text = httpx.get(f"{server.control_url}/{base}/openapi.yaml").text
    assert not [one for one in yaml.scan(text) if isinstance(one, yaml.AnchorToken)]


def test_swagger_ui_comes_from_here_alone(server):
    page = httpx.get(f"{server.control_url}/docs")
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(assets) >= 3
    for asset in assets:
        assert asset.startswith("docs/")
        assert httpx.get(f"{server.control_url}/{asset}").status_code == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]


def test_strict_turns_a_wrong_answer_into_a_500(monkeypatch):
    """Answers against the document do not leave a strict server; a lax one lets them pass."""
    from statuspool_mock.web.vendor import serializers  # noqa: PLC0415

    right = serializers.reading_json
    monkeypatch.setattr(serializers, "reading_json", lambda r: {**right(r), "uptime_30d": 101})
    headers = {"Authorization": "Bearer sp_test_strict"}
    seen = {}
    for strict in (True, False):
        with RunningServer(Settings(port=0, scenario="docs", strict=strict)) as server:
            seen[strict] = httpx.get(f"{server.url}{SAMPLE}/status", headers=headers).status_code
    assert seen == {True: 500, False: 200}


def test_a_preference_shortens_no_long_list():
    with RunningServer(Settings(port=0, rate_limit=None, scenario="large")) as server:
        headers = {"Authorization": "Bearer sp_test_long"}
        whole = httpx.get(f"{server.url}/incidents", headers=headers)
        headers["Prefer"] = "code=200"
        preferred = httpx.get(f"{server.url}/incidents", headers=headers)
    assert preferred.headers["Preference-Applied"] == "code=200"
    ids = [[one["id"] for one in response.json()["results"]] for response in (whole, preferred)]
    assert ids[0][-1_000:] == ids[1][-1_000:]
    assert len(ids[1]) > 1_000
