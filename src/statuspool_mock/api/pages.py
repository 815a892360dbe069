"""A document and its reading room: openapi.json, openapi.yaml, Swagger UI with our own files."""

from collections.abc import Callable
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.api.answers import encode
from statuspool_mock.contract import Document

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="{docs}/assets/swagger-ui.css">
<link rel="icon" href="{docs}/assets/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{docs}/assets/swagger-ui-bundle.js"></script>
<script src="{docs}/start.js"></script>
</body>
</html>
"""
_START = """window.ui = SwaggerUIBundle({{
  url: "{base}/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: true,
}});
"""
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


class ReadingRoom:
    """Serves a document below `base_path` and Swagger UI at `docs`; the app serves the rest."""

    def __init__(self, app: ASGIApp, *, document: Document, base_path: str, docs: str) -> None:
        self._app = app
        self._base_path = base_path
        self._prefix = f"{docs}/"
        self._documents = {
            f"{base_path}/openapi.json": (_json, "application/json"),
            f"{base_path}/openapi.yaml": (_yaml, "application/yaml"),
        }
        self._document = document
        title = document.raw["info"]["title"]
        page = _PAGE.format(title=title, docs=docs)
        start = _START.format(base=base_path)
        self._pages = {
            docs: HTMLResponse(page, headers={"Content-Security-Policy": _POLICY}),
            f"{docs}/start.js": Response(start, media_type="text/javascript"),
        }
        self._router = Router(routes=[Mount(f"{docs}/assets", app=_Assets())], default=app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page, or let the app answer."""
        path = scope.get("path", "")
        reading = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        if reading and path in self._documents:
            await self._send_document(scope, receive, send)
        elif reading and path in self._pages:
            await self._pages[path](scope, receive, send)
        elif path.startswith(self._prefix):
            await self._router(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _send_document(self, scope: Scope, receive: Receive, send: Send) -> None:
        render, media_type = self._documents[scope["path"]]
        here = {"url": str(Request(scope).base_url).rstrip("/") + self._base_path}
        others = [server for server in self._document.raw["servers"] if "://" in server["url"]]
        raw = {**self._document.raw, "servers": [here, *others]}
        await Response(render(raw), media_type=media_type)(scope, receive, send)


class _Assets:
    """Swagger UI's files, looked for when first asked for."""

    def __init__(self) -> None:
        self._files: StaticFiles | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._files is None:
            from swagger_ui_bundle import swagger_ui_path  # noqa: PLC0415 - seldom needed

            self._files = StaticFiles(directory=swagger_ui_path)
        await self._files(scope, receive, send)


_json: Callable[[Any], bytes] = encode


def _yaml(raw: Any) -> bytes:
    text: str = yaml.safe_dump(raw, allow_unicode=True, sort_keys=False)
    return text.encode()
