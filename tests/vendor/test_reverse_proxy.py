"""Behind a reverse proxy all links hold, and only trusted proxies are believed."""

import re
import shutil
import subprocess
import time
from urllib.parse import urljoin

import httpx
import pytest

from statuspool_mock.cli import main
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.mock_process import serving

KEY = {"Authorization": "Bearer sp_test_behind"}
MONITOR = {"name": "shop", "url": "https://a.example/", "interval_seconds": 60}
FORWARDED = {"X-Forwarded-Host": "mock.example", "X-Forwarded-Proto": "https"}


def links_of(client, url):
    """Return what a page links or loads, as absolute URLs."""
    text = client.get(url, headers=KEY).text
    return [urljoin(url, link) for link in re.findall(r'(?:href|src)="([^"#]+)"', text)]


def assert_links_hold(client, root):
    seen, left = set(), [root, f"{root}docs", f"{root}_mock/docs", f"{root}_mock/?key=sp_test_x"]
    while left:
        url = left.pop()
        if url in seen or url.startswith("data:"):
            continue
        seen.add(url)
        assert url.startswith(root), url
        response = client.get(url, headers=KEY)
        assert response.status_code == 200, url
        if "html" in response.headers["content-type"]:
            left += links_of(client, url)
    return seen


@pytest.fixture
def behind():
    settings = Settings(port=0, base_path="/mock", trusted_proxies=("127.0.0.1",))
    with RunningServer(settings) as server, httpx.Client(base_url=server.control_url) as client:
        yield client


def test_links_hold_below_the_base_path_and_at_the_root():
    with RunningServer(Settings(port=0, base_path="/mock")) as server, httpx.Client() as client:
        for root in (f"{server.control_url}/mock/", f"{server.control_url}/"):
            assert len(assert_links_hold(client, root)) > 20


def test_what_the_server_says_of_itself_has_the_clients_names(behind):
    made = behind.post("/mock/v1/monitors", json=MONITOR, headers=KEY)
    assert made.headers["location"] == f"/mock/v1/monitors/{made.json()['id']}"
    assert behind.get(made.headers["location"], headers=KEY).status_code == 200
    document = behind.get("/mock/v1/openapi.json", headers=FORWARDED).json()
    assert document["servers"][0]["url"] == "https://mock.example/mock/v1"
    assert "https://mock.example/mock/v1" in behind.get("/mock/", headers=FORWARDED).text
    console = behind.get("/mock/_mock?key=sp_test_x")
    assert console.headers["location"] == "/mock/_mock/?key=sp_test_x"


def test_a_path_that_only_begins_alike_is_another(behind):
    assert behind.get("/mocking/v1/monitors", headers=KEY).status_code == 404
    assert behind.get("/mock", headers=KEY).status_code == 200


def test_a_base_path_like_the_apis_own_is_no_trouble():
    with RunningServer(Settings(port=0, base_path="/v1")) as server:
        assert httpx.get(f"{server.control_url}/v1/v1/monitors", headers=KEY).status_code == 200


def test_others_are_not_believed():
    with RunningServer(Settings(port=0, trusted_proxies=("10.0.0.0/8",))) as server:
        document = httpx.get(f"{server.url}/openapi.json", headers=FORWARDED).json()
        assert document["servers"][0]["url"] == server.url
    with RunningServer(Settings(port=0)) as server:
        document = httpx.get(f"{server.url}/openapi.json", headers=FORWARDED).json()
        assert document["servers"][0]["url"] == server.url


def test_behind_a_proxy_the_control_plane_needs_a_token(behind):
    refused = behind.get("/mock/_mock/clock", headers={**KEY, **FORWARDED})
    assert refused.status_code == 403
    assert "--token-file" in refused.json()["message"]


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--base-path", "mock", "expected a path such as /mock"),
        ("--base-path", "/a//b", "expected a path such as /mock"),
        ("--trusted-proxy", "proxy", "expected an address such as"),
        ("--trusted-proxy", "10.0.0.1/8", "expected an address such as"),
    ],
)
def test_wrong_values_are_refused(capsys, option, value, message):
    assert main(["serve", option, value, "--print-config"]) == 2
    assert message in capsys.readouterr().err


NGINX = """
daemon off; pid {folder}/pid; error_log stderr warn; worker_processes 1;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port};
    location /{kept}/ {{
      proxy_pass {upstream}; proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-For $remote_addr;
    }}
  }}
}}
"""


@pytest.mark.process
@pytest.mark.peer
@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
@pytest.mark.parametrize("ending", ["", "/"], ids=["path kept", "path stripped"])
def test_nginx_in_front(tmp_path, free_port, ending):
    options = ("--base-path", "/mock", "--trusted-proxy", "127.0.0.1")
    with serving(*options) as served:
        text = NGINX.format(
            folder=tmp_path, port=free_port, kept="mock", upstream=served.control_url + ending
        )
        (tmp_path / "conf").write_text(text, "utf-8")
        nginx = subprocess.Popen(
            ["nginx", "-p", tmp_path, "-c", tmp_path / "conf"],
            stderr=subprocess.DEVNULL,
        )
        root = f"http://127.0.0.1:{free_port}/mock/"
        with nginx, httpx.Client(transport=httpx.HTTPTransport(retries=5)) as client:
            try:
                for _ in range(100):
                    if client.get(f"{root}healthz").is_success:
                        break
                    time.sleep(0.05)
                document = client.get(f"{root}v1/openapi.json").json()
                assert document["servers"][0]["url"] == f"{root}v1"
                assert_links_hold(client, root)
                made = client.post(f"{root}v1/monitors", json=MONITOR, headers=KEY)
                assert client.get(urljoin(root, made.headers["location"]), headers=KEY).is_success
            finally:
                nginx.terminate()
