"""The proxy: the vendor is the mock in every spelling, other hosts are refused or let through."""

import socket
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import certifi
import pytest

from tests.interception.running import found, run
from tests.mock_process import command

pytestmark = pytest.mark.process

HEADERS = "{'Authorization': 'Bearer sp_test_demo'}"


def python(code: str, *options: str, **environment: str):
    return run(*options, "--", sys.executable, "-c", code, **environment)


@pytest.fixture
def site():
    """A server that is not the vendor; clients reach it through the proxy when told to."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"from elsewhere " + self.path.encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/page?x=1"
        server.shutdown()
        thread.join()


def curl(*arguments: str, options: tuple[str, ...] = ()):
    return run(*options, "--", found("curl"), "-sS", *arguments)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.statuspool.io/v1/monitors",
        "http://api.statuspool.io/v1/monitors",
        "https://API.Statuspool.IO:443/v1/monitors",
    ],
)
def test_the_vendor_is_the_mock_in_every_spelling(url):
    done = python(f"import requests; print(requests.get({url!r}, headers={HEADERS}).status_code)")
    assert (done.stdout, done.stderr) == ("200\n", "")


def test_a_connection_that_is_reused_for_another_host_is_not_answered_by_the_mock():
    """Clients reuse a proxy's connection for every plain http host."""
    code = (
        "import requests\n"
        "with requests.Session() as session:\n"
        "    for host in ('api.statuspool.io', 'elsewhere.test', 'api.statuspool.io'):\n"
        f"        print(session.get(f'http://{{host}}/v1/monitors', headers={HEADERS}).status_code)"
    )
    done = python(code)
    assert done.stdout.split() == ["200", "403", "200"]


def test_other_hosts_are_refused_with_words_that_reach_the_program_and_the_terminal():
    code = (
        "import requests\n"
        "for _ in range(2):\n"
        "    try: requests.get('https://example.com/')\n"
        "    except requests.exceptions.ProxyError as error: print(error)"
    )
    done = python(code)
    assert done.stdout.count("refuses example.com:443: other hosts need --allow-network") == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("statuspool-mock run: refused example.com:443")
    assert "--allow-network" in line


def test_plain_http_to_other_hosts_is_a_403_that_says_why():
    done = python(
        "import httpx; a = httpx.get('http://example.com/'); print(a.status_code, a.text)"
    )
    assert done.stdout.startswith("403 statuspool-mock run refuses example.com:80")


@pytest.mark.parametrize("tunnel", [[], ["--proxytunnel"]], ids=["forwarded", "tunnelled"])
def test_allow_network_lets_other_hosts_through(site, tunnel):
    done = curl("--noproxy", "", *tunnel, site, options=("--allow-network",))
    assert (done.returncode, done.stdout) == (0, "from elsewhere /page?x=1")


@pytest.mark.parametrize("tunnel", [[], ["--proxytunnel"]], ids=["forwarded", "tunnelled"])
def test_without_it_they_are_not_even_connected_to(site, tunnel):
    done = curl("--noproxy", "", "--fail", *tunnel, site)
    assert done.returncode != 0
    assert "from elsewhere" not in done.stdout


def test_a_host_that_is_not_there_is_a_502_that_says_so():
    with socket.create_server(("127.0.0.1", 0)) as soon_gone:
        port = soon_gone.getsockname()[1]
    done = curl("--noproxy", "", f"http://127.0.0.1:{port}/", options=("--allow-network",))
    assert f"127.0.0.1:{port} cannot be reached" in done.stdout


@pytest.fixture
def users_proxy(site):
    """A proxy that tunnels everything to `site`; its url, and what it was asked."""
    asked = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            asked.append(self.rfile.readline().decode().strip())
            while line := self.rfile.readline().strip():
                asked.append(line.decode())
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            port = int(site.split(":")[2].split("/")[0])
            with socket.create_connection(("127.0.0.1", port)) as there:
                there.sendall(self.connection.recv(65_536))
                while chunk := there.recv(65_536):
                    self.wfile.write(chunk)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        yield f"http://me:hush@127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def test_the_network_is_reached_by_the_proxy_that_the_user_has(users_proxy):
    url, asked = users_proxy
    code = "import requests; print(requests.get('http://elsewhere.test/page').text)"
    done = python(code, "--allow-network", http_proxy=url, HTTP_PROXY=url, no_proxy="", NO_PROXY="")
    assert done.stdout == "from elsewhere /page\n"
    assert asked[0] == "CONNECT elsewhere.test:80 HTTP/1.1"
    assert "Proxy-Authorization: Basic bWU6aHVzaA==" in asked


def test_what_the_user_s_proxy_refuses_is_said():
    """The outer `run` is the inner one's proxy, and knows no network."""
    inner = command("run", "--allow-network", "--", found("curl"), "-sS", "http://example.com/")
    done = run("--", *inner)
    assert done.stdout.startswith(
        "example.com:80 cannot be reached: your own proxy responded with 403"
    )


def test_a_client_that_does_not_trust_the_mock_is_told_of_on_the_terminal():
    done = curl("--cacert", certifi.where(), "https://api.statuspool.io/")
    assert done.returncode != 0
    assert "a client did not accept the certificate of api.statuspool.io" in done.stderr


def test_servers_on_this_machine_are_reached_without_the_proxy(site):
    done = curl(site)
    assert (done.stdout, done.stderr) == ("from elsewhere /page?x=1", "")


RAW = """
import os, socket, sys
host, port = os.environ["HTTPS_PROXY"].removeprefix("http://").split(":")
with socket.create_connection((host, int(port))) as client:
    client.sendall(eval(sys.argv[1]))
    client.shutdown(socket.SHUT_WR)
    print(client.makefile().readline().strip())
"""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("b'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'", "400 This is the proxy"),
        ("b'CONNECT nowhere HTTP/1.1\\r\\n\\r\\n'", "400 expected host:port after CONNECT"),
        ("b'CONNECT x:999999 HTTP/1.1\\r\\n\\r\\n'", "400 expected host:port after CONNECT"),
        ("b'\\xff\\xfe\\r\\n\\r\\n'", "400"),
        ("b'GET http://x/ HTTP/1.1\\r\\nA: ' + b'a' * 70_000", "431"),
        ("b''", ""),
    ],
    ids=["as a server", "no port", "wrong port", "no text", "endless", "nothing"],
)
def test_nonsense_is_refused_and_harms_nobody(sent, status):
    done = run("--", sys.executable, "-c", RAW, sent)
    assert done.returncode == 0
    assert done.stdout.strip().startswith(f"HTTP/1.1 {status}" if status else "")
    assert "Traceback" not in done.stderr
