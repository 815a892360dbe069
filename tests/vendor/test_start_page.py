"""The start page leads to everything that its reader can reach, and runs nothing."""

import re
import shlex
import ssl
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx
import pytest

from statuspool_mock.interception import Authority
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings


class Page(HTMLParser):
    """What a page links, runs and shows."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.shown, self._in = set(), [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._in.append(tag)
        if tag == "a":
            self.links.append(urljoin("/", dict(attrs)["href"]))

    def handle_endtag(self, tag):
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data):
        if "pre" in self._in:
            self.shown.append(data)

    @property
    def command(self):
        """The first command of the page, as its words."""
        return shlex.split(self.shown[0].replace("\\\n", ""))


def opened(server, **headers):
    response = httpx.get(f"{server.control_url}/", headers=headers)
    assert response.status_code == 200
    return Page(response.text), response


def test_every_link_leads_somewhere(server):
    page, _ = opened(server)
    for link in page.links:
        response = httpx.get(urljoin(server.control_url, link))
        assert response.status_code == 200, link
    paths = {link.partition("?")[0] for link in page.links}
    assert paths == {
        *("/docs", "/v1/openapi.json", "/v1/openapi.yaml", "/v1/openapi-3.1.json"),
        *("/_mock/", "/_mock/docs", "/_mock/openapi.json", "/_mock/openapi.yaml"),
    }


def test_the_first_request_can_be_copied(server):
    page, response = opened(server)
    assert page.command[:2] == ["curl", "-H"]
    header, url = page.command[2:]
    name, _, value = header.partition(": ")
    assert httpx.get(url, headers={name: value}).json()["results"]
    assert f"<code>{server.url}</code>" in response.text


def test_it_names_the_host_that_was_asked(server):
    page, response = opened(server, Host="localhost:8080")
    assert page.command[-1].startswith("http://localhost:8080/v1/")
    assert server.url not in response.text


@pytest.mark.parametrize(
    "host", ["<script>alert(1)</script>", 'x"y', "$(reboot)", "`reboot`", "a b", "", "x:port"]
)
def test_what_is_no_host_is_replaced_by_the_servers_address(server, host):
    page, response = opened(server, Host=host)
    assert page.command[-1] == f"{server.url}/monitors?limit=3"
    assert "reboot" not in response.text
    assert "script" not in page.tags


def test_no_script_and_no_file_and_a_policy_that_allows_neither(server):
    page, response = opened(server)
    assert not page.tags & {"script", "img", "iframe", "form"}
    policy = response.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)[1]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "light-dark(" in style
    assert "url(" not in style


def test_head_is_answered_and_post_is_not_found(server):
    head = httpx.head(f"{server.control_url}/")
    assert (head.status_code, head.content) == (200, b"")
    assert httpx.post(f"{server.control_url}/").status_code == 404


def test_a_link_from_another_site_still_shows_the_console(server):
    page, _ = opened(server, **{"Sec-Fetch-Site": "cross-site"})
    assert "/_mock/docs" in page.links


def test_a_closed_control_plane_is_named_instead_of_linked():
    with RunningServer(Settings(host="0.0.0.0", port=0)) as server:  # noqa: S104
        response = httpx.get(f"http://127.0.0.1:{server.address.port}/")
    assert not [link for link in Page(response.text).links if "_mock" in link]
    assert "--token-file" in response.text


def test_under_a_foreign_host_name_the_control_plane_is_closed_too(server):
    page, response = opened(server, Host="mock.internal")
    assert not [link for link in page.links if "_mock" in link]
    assert "Host is" in response.text


def test_with_a_token_the_console_and_the_open_documentation_are_linked():
    settings = Settings(host="0.0.0.0", port=0, control_token="open sesame")  # noqa: S104
    with RunningServer(settings) as server:
        root = f"http://127.0.0.1:{server.address.port}"
        response = httpx.get(f"{root}/")
        page = Page(response.text)
        links = [link for link in page.links if "_mock" in link]
        assert "/_mock/?key=sp_test_demo" in links
        assert "/_mock/openapi.json" in links
        for link in links:
            assert httpx.get(f"{root}{link}").status_code == 200
    assert "sesame" not in response.text


def test_https_is_named_with_what_curl_needs(tmp_path):
    authority = Authority.made_now()
    trust = ssl.create_default_context(cafile=authority.write_certificate(tmp_path))
    with RunningServer(Settings(port=0, tls=authority.server_context("127.0.0.1"))) as server:
        response = httpx.get(f"{server.control_url}/", verify=trust)
    assert Page(response.text).command[-1].startswith(f"{server.url}/")
    assert "--cacert" in response.text
