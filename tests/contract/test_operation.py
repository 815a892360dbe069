"""Requests and answers against the document, without a server."""

import json
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given, strategies

from statuspool_mock import contract, resources
from statuspool_mock.contract import ContractError, Violation

DOCUMENT = contract.load()
URL = DOCUMENT.raw["components"]["schemas"]["HttpUrl"]
JSON = {"content-type": "application/json", "x-request-id": "req_abcdefgh"}
STATUS = {
    "status": "up",
    "last_check_at": "2025-01-15T09:42:11Z",
    "response_time_ms": 143,
    "uptime_30d": 99.972,
}


def responded(value=STATUS, *, status=200, headers=JSON):
    operation = DOCUMENT.operations["getMonitorStatus"]
    return operation.check_response(status=status, headers=headers, value=value)


def test_a_right_answer_has_no_violations():
    assert responded() == []
    assert responded({**STATUS, "last_check_at": None, "more": [1]}) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"status": "paused"}, "status"),
        ({"last_check_at": "yesterday"}, "last_check_at"),
        ({"last_check_at": "2025-01-15 09:42:11"}, "last_check_at"),
        ({"response_time_ms": 14.5}, "response_time_ms"),
        ({"response_time_ms": "143"}, "response_time_ms"),
        ({"uptime_30d": 100.1}, "uptime_30d"),
        ({"uptime_30d": None}, "uptime_30d"),
    ],
)
def test_a_wrong_property_is_a_violation(change, field):
    assert [violation.field for violation in responded({**STATUS, **change})] == [field]


def test_what_is_missing_is_a_violation():
    short = {key: value for key, value in STATUS.items() if key != "uptime_30d"}
    assert responded(short) == [Violation("uptime_30d", "Field is required")]
    assert [v.field for v in responded(headers={"content-type": "application/json"})] == [
        "header X-Request-Id"
    ]
    assert [v.field for v in responded(headers={**JSON, "content-type": "text/html"})] == [
        "header Content-Type"
    ]


def test_an_undocumented_status_is_a_violation():
    assert [violation.field for violation in responded(status=302)] == ["status"]


def test_a_204_has_no_body():
    operation = DOCUMENT.operations["deleteMonitor"]
    assert operation.check_response(status=204, headers=JSON) == []
    assert operation.check_response(status=204, headers=JSON, value={}) != []


@pytest.mark.parametrize(
    "url",
    [
        "http://a",
        "https://a.example:8443/x?y=z#f",
        "HTTPS://A.example",
        "http://[::1]/",
        "http://u:p@h/",
        "http://a.example.:65535?x#y",
        "http://a_b.xn--bcher-kva.example:/%20",
        "http://3com/",
        "http://255.0.10.199:1/",
    ],
)
def test_urls_that_pass(url):
    body = {"name": "ok", "url": url, "interval_seconds": 60}
    assert DOCUMENT.operations["createMonitor"].check_body(body) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example",
        "ftp://a",
        "http://",
        "http:///x",
        "http://:80",
        "javascript:1",
        "http://a b",
        "http://a.example:99999",
        "http://a.example:65536/",
        "http://a.example:0/",
        "http://a:b/",
        "http://-/",
        "http://a-/",
        "http://a..com/",
        "http://.a/",
        f"http://{'a' * 64}/",
        "http://1234/",
        "http://256.1.1.1/",
        "http://[::zz]/",
        "http://[1::2::3]/",
        "http://[::1/",
        "http://ü.example/",
        "http://a/ü",
        "http://a/%zz",
        "http://a/x#y#z",
        "http://a/\n",
        "http://a@b@c/",
        "http://a\\b/",
        7,
    ],
)
def test_urls_that_do_not(url):
    body = {"name": "ok", "url": url, "interval_seconds": 60}
    assert DOCUMENT.operations["createMonitor"].check_body(body) == [
        Violation("url", "Must be a valid HTTP or HTTPS URL")
    ]


@given(strategies.from_regex(URL["pattern"], fullmatch=True).filter(str.isascii))
def test_urls_of_the_documents_pattern_pass(url):
    test_urls_that_pass(url)
    assert urlsplit(url).hostname
    assert (urlsplit(url).port or 80) < 65_536


@given(strategies.ip_addresses(v=6), strategies.sampled_from(["exploded", "compressed"]))
def test_every_ipv6_address_passes(address, form):
    test_urls_that_pass(f"http://[{getattr(address, form)}]:80/")


def test_urls_of_scenarios_have_the_same_rule():
    schema = json.loads(resources.path("fixtures/scenario.schema.json").read_text("utf-8"))
    rule = schema["$defs"]["url"]
    assert (rule["format"], rule["pattern"]) == (URL["format"], URL["pattern"])


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("resolved", "True", "Must be true or false"),
        ("resolved", "1", "Must be true or false"),
        ("monitor_id", "4f2a8c1e9b3d47e1aa5f0d6c8e21b907", "Must be a UUID"),
        ("monitor_id", "nope", "Must be a UUID"),
    ],
)
def test_query_parameters_say_what_was_expected(name, text, expected):
    operation = DOCUMENT.operations["listIncidents"]
    query = urlencode({name: text}).encode()
    assert operation.read_query(query).violations == (Violation(name, expected),)


def test_a_parameter_given_twice_is_a_violation():
    values, violations = DOCUMENT.operations["listMonitors"].read_query(b"page=2&page=3&colour=x")
    assert violations == (Violation("page", "Must be given only once"),)
    assert values == {"page": 2, "limit": 20}


@pytest.mark.parametrize(
    "text",
    ["2025-01-14T00:00:00Z", "2025-01-14t00:00:00.123z", "2025-01-14T00:00:00+05:30",
     "2025-01-14T00:00:00+0000", "2025-01-14T00:00:00.5-0330", "2016-12-31T23:59:60Z"],
)  # fmt: skip
def test_timestamps_that_pass(text):
    query = urlencode({"from": text}).encode()
    values, violations = DOCUMENT.operations["listMonitorLogs"].read_query(query)
    assert not violations
    assert values["from"].tzinfo is not None


def test_offsets_mean_the_same_with_and_without_a_colon():
    read = DOCUMENT.operations["listMonitorLogs"].read_query
    basic, extended = (
        read(urlencode({"from": f"2025-01-14T00:00:00{offset}"}).encode()).values["from"]
        for offset in ("+0530", "+05:30")
    )
    assert basic == extended


@pytest.mark.parametrize("offset", ["", "+05", "+5:30", "+05:3", " 00:00", "+00:00Z", "UTC"])
def test_other_offsets_do_not_pass(offset):
    query = urlencode({"from": f"2025-01-14T00:00:00{offset}"}).encode()
    assert DOCUMENT.operations["listMonitorLogs"].read_query(query).violations


def test_operations_are_found_by_method_and_path():
    operation, values = DOCUMENT.find("get", "/monitors/abc/logs")
    assert (operation.id, values) == ("listMonitorLogs", {"id": "abc"})
    assert DOCUMENT.find("PATCH", "/monitors") is None
    assert DOCUMENT.find("GET", "/monitors/a/b") is None
    assert DOCUMENT.allowed_methods("/monitors/x") == ["DELETE", "GET", "PUT"]
    assert DOCUMENT.allowed_methods("/nothing") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "YAML"),
        ("just text", "paths"),
        ("paths: {/x: {get: {operationId: x, $ref: '#/nowhere'}}}", "points to nothing"),
        ("paths: {/x: {$ref: '#/a'}}\na: {$ref: '#/a'}", "is circular"),
    ],
)
def test_a_document_that_cannot_be_used_is_refused_with_the_reason(tmp_path, text, told):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(ContractError, match=told):
        _ = contract.load(path).operations
