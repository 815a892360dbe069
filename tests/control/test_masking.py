"""Secrets are masked wherever an exchange is shown, under whatever name they are sent."""

import json

import httpx
import pytest

from statuspool_mock.exchanges import masked_body, masked_headers, masked_query
from statuspool_mock.exchanges.masking import is_secret

NAMES = (
    "api_key", "api-key", "API_KEY", "apiKey", "X-Api-Key", "X-Auth-Token", "access_token", "token",
    "Secret", "secret", "client_secret", "webhookSecret", "password", "Passwd", "X-Access-Key",
    "verification_token", "verificationToken", "Set-Cookie", "Proxy-Authorization",
    "X-Statuspool-Signature", "webhook-signature",
)  # fmt: skip
OTHERS = ("keys", "monitor_id", "tags", "tokens_left", "page", "X-Request-Id", "author")
HUSH = "hush-hush_42"


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_is_masked_under_every_name(name):
    assert is_secret(name)
    assert dict(masked_headers(((name.encode(), HUSH.encode()),))) == {name: "***"}
    assert masked_query(f"a=1&{name}={HUSH}&b={HUSH}".encode()) == f"a=1&{name}=***&b={HUSH}"
    for body in (
        json.dumps({name: HUSH}),
        json.dumps({"deep": [{name: HUSH}]}),
        json.dumps({name: {"value": HUSH, "more": [HUSH]}}),
        f'{{"{name}": "{HUSH}", broken',
        f'{{"{name}" :{HUSH}, broken',
        f"{name}={HUSH}",
        f"a=1&{name}={HUSH}&b=2",
        json.dumps({"url": f"https://a.example/?x=1&{name}={HUSH}#top"}),
    ):
        assert HUSH not in masked_body(body.encode()).decode(), body


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_secret_is_shown(name):
    assert not is_secret(name)
    assert masked_query(f"{name}=1".encode()) == f"{name}=1"
    body = json.dumps({name: "shown"}).encode()
    assert masked_body(body) == body


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pa:ss@a.example/x", "https://user:***@a.example/x"),
        ("https://:pass@a.example/", "https://:***@a.example/"),
        ("https://a.example/@b:c@d", "https://a.example/@b:c@d"),
        ("https://a.example:80/?next=x@y", "https://a.example:80/?next=x@y"),
    ],
)
def test_passwords_in_urls_are_masked(url, shown):
    assert json.loads(masked_body(json.dumps({"url": url}).encode())) == {"url": shown}
    assert masked_headers(((b"referer", url.encode()),)) == [("referer", shown)]


def test_encoded_names_are_understood():
    assert masked_query(b"api%5Fkey=hush") == "api%5Fkey=***"
    assert b"hush" not in masked_body(b'{"\\u0073ecret": "hush"}')


@pytest.mark.parametrize("query", ["key=hush", "a=1&KEY=hush&b=2", "k%65y=hush"])
def test_the_key_that_an_event_source_sends_in_its_query_is_masked(query):
    assert "hush" not in masked_query(query.encode())
    assert b"hush" not in masked_body(json.dumps({"url": f"http://a.example/?{query}"}).encode())


def test_a_field_of_the_name_key_is_no_secret():
    body = b'{"key":"shown"}'
    assert masked_body(body) == body


def test_values_keep_their_type():
    body = {"secret": None, "token": True, "password": 7, "api_key": ""}
    masked = json.loads(masked_body(json.dumps(body).encode()))
    assert masked == {"secret": None, "token": True, "password": 0, "api_key": ""}


def test_what_the_journal_the_archive_and_the_case_show_holds_no_secret(server):
    key = {"Authorization": "Bearer sp_test_masking"}
    headers = {**key, "X-Api-Key": HUSH, "X-Auth-Token": HUSH, "Referer": f"http://u:{HUSH}@a/"}
    url = f"{server.url}/monitors?api_key={HUSH}&access_token={HUSH}&key={HUSH}"
    monitor = {"name": "a", "url": f"https://u:{HUSH}@a.example/?token={HUSH}&key={HUSH}"}
    httpx.post(url, json={**monitor, "Secret": HUSH}, headers=headers)
    httpx.post(url, data={"secret": HUSH}, headers=headers)
    httpx.get(url, headers=headers)
    root = f"{server.control_url}/_mock"
    shown = [
        httpx.get(f"{root}/{path}", headers=key) for path in ("journal", "journal.har", "case")
    ]
    shown += [httpx.get(f"{root}/journal/{number}", headers=key) for number in (1, 2, 3)]
    for response in shown:
        assert response.status_code == 200
        assert HUSH not in response.text
