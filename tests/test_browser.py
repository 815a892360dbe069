"""What a front-end developer's browser sees. Needs Chromium."""

import contextlib
import html
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from statuspool_mock import contract
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

# A page of another origin: its calls need a preflight, and it may read only what is exposed.
PAGE = """<!doctype html><title>waiting</title><pre id="out"></pre><script>
const api = "API", headers = {"Authorization": "Bearer sp_test_browser", "Prefer": "delay=5"};
const call = (path, options) => fetch(api + path, {headers, ...options});
(async () => {
  const list = await call("/monitors?limit=2");
  const made = await call("/monitors", {method: "POST",
    headers: {...headers, "Content-Type": "application/json"},
    body: JSON.stringify({
      name: "Из браузера — 🚀", url: "https://down.test", interval_seconds: 30})});
  const monitor = await made.json();
  const limited = await call("/monitors", {headers: {...headers, "Prefer": "code=429"}});
  const gone = await call("/monitors/" + monitor.id, {method: "DELETE"});
  return {listed: (await list.json()).results.length, id: list.headers.get("X-Request-Id"),
    created: made.status, name: monitor.name, status: monitor.status,
    retry: limited.headers.get("Retry-After"), gone: gone.status};
})().catch(String).then(seen => {
  document.getElementById("out").textContent = JSON.stringify(seen);
});
</script>"""


@pytest.fixture(scope="module")
def server():
    with RunningServer(Settings(port=0, strict=True)) as running:
        yield running


@contextlib.contextmanager
def page_of(text):
    """Serve one page on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as site:
        threading.Thread(target=site.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()


def dom_of(url, profile):
    """Return a page's document after its scripts have run, in a browser without any network."""
    done = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"--user-data-dir={profile}",
            "--virtual-time-budget=20000",
            "--dump-dom",
            url,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def test_a_page_of_another_origin_can_use_the_api(server, tmp_path):
    with page_of(PAGE.replace("API", server.url)) as url:
        dom = dom_of(url, tmp_path)
    seen = html.unescape(re.search(r'<pre id="out">(.*?)</pre>', dom, re.DOTALL)[1])
    assert re.sub(r"req_[a-z0-9]{8}", "req_…", seen) == (
        '{"listed":2,"id":"req_…","created":201,"name":"Из браузера — 🚀",'
        '"status":"down","retry":"1","gone":204}'
    )


def test_swagger_ui_shows_every_operation_without_a_network(server, tmp_path):
    dom = dom_of(f"{server.control_url}/docs", tmp_path)
    shown = re.findall(r'id="operations-\w+-(\w+)"', dom)
    assert set(contract.load().operations) <= set(shown)


def test_only_the_named_origins_may_read_answers(tmp_path):
    settings = Settings(port=0, origins=("http://elsewhere.example",))
    with RunningServer(settings) as server, page_of(PAGE.replace("API", server.url)) as url:
        assert "Failed to fetch" in dom_of(url, tmp_path)


# A page in development, which controls its sandbox. The root of the server is in the query.
DEVELOPMENT_PAGE = """<!doctype html><title>waiting</title><pre id="out"></pre><script>
const root = location.search.slice(1), key = "sp_test_development";
const headers = {"Authorization": `Bearer ${key}`, "Content-Type": "application/json"};
const attempt = (work) => work().catch(error => error.message ?? "closed");
const call = async (path, options) =>
  (await fetch(root + path, {headers, credentials: "include", ...options})).status;
const read = () => call("/v1/monitors");
const change = () => call("/_mock/clock", {method: "PUT", body: JSON.stringify({mode: "frozen"})});
const listen = () => new Promise((resolve, reject) => {
  const stream = new EventSource(`${root}/_mock/events?key=${key}`);
  stream.addEventListener("control", ({data}) => {
    stream.close();
    resolve(JSON.parse(data).operation);
  });
  stream.onopen = change;
  stream.onerror = () => { stream.close(); reject("closed"); };
});
(async () => [await attempt(read), await attempt(change), await attempt(listen)])()
  .then(seen => { document.getElementById("out").textContent = JSON.stringify(seen); });
</script>"""


@pytest.mark.parametrize(
    ("is_named", "seen"),
    [
        (True, '[200,200,"setClock"]'),
        (False, '["Failed to fetch","Failed to fetch","closed"]'),
    ],
)
def test_a_page_controls_its_sandbox_if_its_origin_is_named(tmp_path, is_named, seen):
    with page_of(DEVELOPMENT_PAGE) as url:
        named = (url.rstrip("/") if is_named else "http://127.0.0.1:1",)
        with RunningServer(Settings(port=0, origins=named, control_origins=named)) as server:
            dom = dom_of(f"{url}?{server.control_url}", tmp_path)
    assert html.unescape(re.search(r'<pre id="out">(.*?)</pre>', dom, re.DOTALL)[1]) == seen
