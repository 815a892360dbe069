"""The document and its reading room: /v1/openapi.json, /v1/openapi.yaml, Swagger UI at /docs."""

from collections.abc import Callable
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.api.answers import encode
from statuspool_mock.contract import Document

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Statuspool REST API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="icon" href="/docs/assets/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """window.ui = SwaggerUIBundle({
  url: "/v1/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: true,
});
"""
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


class Pages:
    """Serves the pages, and passes every other path to the API."""

    def __init__(self, api: ASGIApp, *, document: Document, base_path: str) -> None:
        self._api = api
        self._prefix = f"{base_path}/"
        self._documents = {
            f"{base_path}/openapi.json": (_json, "application/json"),
            f"{base_path}/openapi.yaml": (_yaml, "application/yaml"),
        }
        self._document = document
        self._router = Router(
            routes=[
                Route("/", lambda _: RedirectResponse("/docs")),
                Route("/docs", lambda _: _page()),
                Route("/docs/start.js", lambda _: Response(_START, media_type="text/javascript")),
                Mount("/docs/assets", app=_Assets()),
            ],
            redirect_slashes=False,
            default=api,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page, or let the API answer."""
        if scope["type"] != "http":
            await self._api(scope, receive, send)
            return
        path = scope["path"]
        if path in self._documents:
            await self._send_document(scope, receive, send)
        elif path.startswith(self._prefix):
            await self._api(scope, receive, send)
        else:
            await self._router(scope, receive, send)

    async def _send_document(self, scope: Scope, receive: Receive, send: Send) -> None:
        render, media_type = self._documents[scope["path"]]
        request = Request(scope)
        here = {"url": str(request.base_url).rstrip("/") + self._prefix.rstrip("/")}
        raw = {**self._document.raw, "servers": [here, *self._document.raw["servers"]]}
        content = Response(render(raw), media_type=media_type)
        await content(scope, receive, send)


class _Assets:
    """Swagger UI's files, looked for when first asked for."""

    def __init__(self) -> None:
        self._files: StaticFiles | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._files is None:
            from swagger_ui_bundle import swagger_ui_path  # noqa: PLC0415 - seldom needed

            self._files = StaticFiles(directory=swagger_ui_path)
        await self._files(scope, receive, send)


def _page() -> Response:
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


_json: Callable[[Any], bytes] = encode


def _yaml(raw: Any) -> bytes:
    text: str = yaml.safe_dump(raw, allow_unicode=True, sort_keys=False)
    return text.encode()
