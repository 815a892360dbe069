"""The start page at `/`: where everything is, and a first request to copy. No scripts, no files."""

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from statuspool_mock.web.control_auth import ControlAuth, ControlDenied
from statuspool_mock.web.reverse_proxy import BASE_PATH

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_STYLE = """
:root {
  color-scheme: light dark;
  --text: light-dark(#131a24, #e9edf3); --muted: light-dark(#52606f, #9dabbd);
  --ground: light-dark(#f4f6f9, #0d1117); --surface: light-dark(#ffffff, #151b23);
  --line: light-dark(#d8dee6, #2a3441); --accent: light-dark(#2456d3, #8ab0ff);
}
body {
  max-width: 44rem; margin: 0 auto; padding: 2.5rem 1.25rem;
  background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p, dl { margin: .5rem 0; }
dt { font-weight: 600; margin-top: .75rem; }
dd { margin: 0; color: var(--muted); }
a { color: var(--accent); }
a:focus-visible, pre:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre { font: .9rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
pre {
  padding: .75rem 1rem; overflow-x: auto;
  background: var(--surface); border: 1px solid var(--line); border-radius: 8px;
}
"""
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",  # it names the host that was asked
}
_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>statuspool-mock</title>
<link rel="icon" href="data:,">
<style>$style</style>
</head>
<body>
<main>
<h1>statuspool-mock</h1>
<p>A simulated Statuspool API is running here. Its base URL is <code>$api</code>.</p>

<h2>First request</h2>
<pre tabindex="0"><code>curl -H "Authorization: Bearer sp_test_demo" \\
  "$api/monitors?limit=3"</code></pre>
<p>Any key <code>sp_test_&lt;name&gt;</code> opens a sandbox of its own.$trust</p>

<h2>Statuspool API</h2>
<dl>
<dt><a href="docs">API documentation</a></dt>
<dd>Every operation, to read and to try.</dd>
<dt>OpenAPI document</dt>
<dd><a href="$base/openapi.json">JSON</a>, <a href="$base/openapi.yaml">YAML</a>,
<a href="$base/openapi-3.1.json">OpenAPI 3.1</a></dd>
</dl>

<h2>Control plane</h2>
$control
</main>
</body>
</html>
""")
_TRUST = (
    " The certificate is signed by an authority of this server: pass its file, "
    "which <code>serve</code> printed, to curl with <code>--cacert</code>."
)
_OPEN = """<dl>
<dt><a href="_mock/?key=sp_test_demo">Console</a></dt>
<dd>A sandbox in the browser: its monitors, clock, webhooks, traffic and faults.</dd>
<dt><a href="_mock/docs">Control plane documentation</a></dt>
<dd>The same over HTTP, for scripts and tests.</dd>
<dt>OpenAPI document</dt>
<dd><a href="_mock/openapi.json">JSON</a>, <a href="_mock/openapi.yaml">YAML</a></dd>
</dl>"""
_OPEN_TO_TOKENS = """<dl>
<dt><a href="_mock/?key=sp_test_demo">Console</a></dt>
<dd>A sandbox in the browser. It asks for a control token of this server.</dd>
<dt><a href="_mock/docs">Control plane documentation</a></dt>
<dd>The same over HTTP. Requests send the token in <code>X-Control-Token</code>.</dd>
<dt>OpenAPI document</dt>
<dd><a href="_mock/openapi.json">JSON</a>, <a href="_mock/openapi.yaml">YAML</a></dd>
</dl>"""


class StartPage:
    """Answers with the page, for the host that the request names and what `auth` lets it reach."""

    def __init__(self, *, base_path: str, auth: ControlAuth) -> None:
        self._base_path = base_path
        self._auth = auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page."""
        root = _root(scope)
        page = _PAGE.substitute(
            style=_STYLE,
            api=escape(root + scope.get(BASE_PATH, "") + self._base_path),
            base=self._base_path.lstrip("/"),  # as all links, relative to this page
            trust=_TRUST if scope["scheme"] == "https" else "",
            control=self._control(scope, root),
        )
        await HTMLResponse(page, headers=_HEADERS)(scope, receive, send)

    def _control(self, scope: Scope, root: str) -> str:
        if self._auth.tokens is not None:
            return _OPEN_TO_TOKENS
        host = root.partition("://")[2].encode()
        try:
            self._auth.check({b"host": host}, scheme=scope["scheme"])
        except ControlDenied as reason:
            return f"<p>The console and the control plane are closed. {escape(str(reason))}</p>"
        return _OPEN


def _root(scope: Scope) -> str:
    """Return the root of this server as it was asked for; by its address if that is no host."""
    host = Request(scope).headers.get("host", "")
    if not _HOST.fullmatch(host):
        address, port = scope["server"]
        host = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return f"{scope['scheme']}://{host}"
