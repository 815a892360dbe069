"""What is served below /_mock/ for browsers."""

import re

import httpx
import pytest

from statuspool_mock.web.console import ASSETS

MOST_BYTES = 250 * 1024
FILES = sorted(path.relative_to(ASSETS).as_posix() for path in ASSETS.rglob("*") if path.is_file())


def test_the_page_is_served_without_a_key_under_a_strict_policy(server):
    response = httpx.get(f"{server.control_url}/_mock/", headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_address_without_a_slash_leads_there_with_its_key(server):
    response = httpx.get(f"{server.control_url}/_mock?key=sp_test_shop")
    assert response.status_code == 307
    assert response.headers["location"] == "/_mock/?key=sp_test_shop"


@pytest.mark.parametrize("name", FILES)
def test_every_file_has_its_type_and_is_not_sent_twice(server, name):
    url = f"{server.control_url}/_mock/console/{name}"
    response = httpx.get(url)
    assert response.content == (ASSETS / name).read_bytes()
    kinds = {
        "js": "text/javascript",
        "css": "text/css",
        "html": "text/html",
        "svg": "image/svg+xml",
    }
    assert response.headers["content-type"].split(";")[0] == kinds[name.rpartition(".")[2]]
    again = httpx.get(url, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["nope.js", "../__init__.py", "%2e%2e/__init__.py", ""])
def test_nothing_else_is_served(server, name):
    with httpx.Client(base_url=server.control_url) as client:
        request = client.build_request("GET", f"/_mock/console/{name}")
        request.url = request.url.copy_with(raw_path=f"/_mock/console/{name}".encode())
        assert client.send(request).status_code == 404


def test_all_of_it_is_small():
    assert sum((ASSETS / name).stat().st_size for name in FILES) <= MOST_BYTES


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith((".js", ".html"))])
def test_no_file_parses_markup_or_reaches_elsewhere(name):
    text = (ASSETS / name).read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)
    addresses = set(re.findall(r"\w+://[^\s\"'`]+", text)) - {"http://www.w3.org/2000/svg"}
    examples = re.compile(r"https?://(127\.0\.0\.1|[a-z]+\.test)[:/]")
    assert not [one for one in addresses if not examples.match(one)]
