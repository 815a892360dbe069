"""The console: static files for a page that shows one world through the control plane.

docs/console.md explains how to add a view.
"""

import mimetypes
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

ASSETS = Path(__file__).resolve().parent / "assets"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",  # the page's address may contain a key
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
# The machine's table may map modules to text/plain, which browsers refuse.
_TYPES = mimetypes.MimeTypes()
_TYPES.add_type("text/javascript", ".js")


class Console:
    """Serves the page at `base_path`; the app serves the rest.

    The files contain nothing of any world, so they need neither key nor token; their requests do.
    """

    def __init__(self, app: ASGIApp, *, base_path: str) -> None:
        self._app = app
        self._root = base_path
        self._page = f"{base_path}/"
        self._assets = f"{base_path}/console/"
        self._files: dict[str, Path] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file of the console, or pass the request on to the app."""
        found = self._found(scope) if scope["type"] == "http" else None
        await (found or self._app)(scope, receive, send)

    def _found(self, scope: Scope) -> ASGIApp | None:
        path: str = scope["path"]
        if scope["method"] not in {"GET", "HEAD"}:
            return None
        if path == self._root:
            query = scope["query_string"].decode("latin-1")
            return RedirectResponse(f"{self._page}?{query}" if query else self._page)
        if path == self._page:
            return self._respond(scope, "index.html")
        if path.startswith(self._assets):
            return self._respond(scope, path.removeprefix(self._assets))
        return None

    def _respond(self, scope: Scope, name: str) -> ASGIApp | None:
        if self._files is None:  # only listed files are served, so no path leads elsewhere
            self._files = {
                path.relative_to(ASSETS).as_posix(): path
                for path in ASSETS.rglob("*")
                if path.is_file()
            }
        path = self._files.get(name)
        if path is None:
            return None
        kind = _TYPES.guess_type(name)[0] or "application/octet-stream"
        response = FileResponse(path, media_type=kind, headers=_HEADERS, stat_result=path.stat())
        if Headers(scope=scope).get("if-none-match") == response.headers["etag"]:
            return _unchanged(response)
        return response


def _unchanged(response: FileResponse) -> ASGIApp:
    etag = response.headers["etag"].encode()

    async def respond(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"etag", etag), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return respond
