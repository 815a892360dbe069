"""The documentation pages of a document: as OpenAPI 3.0 and 3.1, and Swagger UI."""

import asyncio
import posixpath
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.contract import Document, as_openapi_31
from statuspool_mock.web.responses import encode
from statuspool_mock.web.reverse_proxy import BASE_PATH

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
<link rel="icon" href="docs/assets/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """window.ui = SwaggerUIBundle({{
  url: "{document}",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: true,
}});
"""
_HERE = "@here@"
_QUOTED_HERE = re.compile(rb"""['"]@here@['"]""")
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


class DocsPages:
    """Serves a document below `base_path` and Swagger UI at `docs`; the app serves the rest.

    `pages` are further ones, by path.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        document: Document,
        base_path: str,
        docs: str,
        pages: Mapping[str, ASGIApp] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._prefix = f"{docs}/"
        title = document.raw["info"]["title"]
        page = _PAGE.format(title=title)
        script = _START.format(document=_relative(f"{base_path}/openapi.json", to=docs))
        self._pages: dict[str, ASGIApp] = {
            f"{base_path}/openapi.json": _Printed(document, base_path, encode, "application/json"),
            f"{base_path}/openapi.yaml": _Printed(document, base_path, _yaml, "application/yaml"),
            f"{base_path}/openapi-3.1.json": _Printed(
                document, base_path, lambda raw: encode(as_openapi_31(raw)), "application/json"
            ),
            docs: HTMLResponse(page, headers={"Content-Security-Policy": _POLICY}),
            f"{docs}/start.js": Response(script, media_type="text/javascript"),
        }
        self._pages.update(pages)
        self._router = Router(routes=[Mount(f"{docs}/assets", app=_Assets())], default=app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a page, or pass the request on to the app."""
        path = scope.get("path", "")
        page = self._pages.get(path)
        if page is not None and scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            await page(scope, receive, send)
        elif path.startswith(self._prefix):
            await self._router(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class _Printed:
    """A document as text, with the server that was requested. It is rendered once."""

    def __init__(
        self, document: Document, base_path: str, render: Callable[[Any], bytes], media_type: str
    ) -> None:
        self._document = document
        self._base_path = base_path
        self._render = render
        self._media_type = media_type
        self._around: list[bytes] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._around is None:
            self._around = await asyncio.to_thread(self._rendered)
        root = str(Request(scope).base_url).rstrip("/") + scope.get(BASE_PATH, "")
        url = encode(root + self._base_path)  # a string of JSON is one of YAML too
        response = Response(url.join(self._around), media_type=self._media_type)
        await response(scope, receive, send)

    def _rendered(self) -> list[bytes]:
        """Return the text before and after the URL of the server."""
        others = [server for server in self._document.raw["servers"] if "://" in server["url"]]
        servers = [{"url": _HERE}, *others]
        return _QUOTED_HERE.split(self._render({**self._document.raw, "servers": servers}))


class _Assets:
    """The files of Swagger UI, located on first use."""

    def __init__(self) -> None:
        self._files: StaticFiles | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._files is None:
            from swagger_ui_bundle import swagger_ui_path  # noqa: PLC0415 - seldom needed

            self._files = StaticFiles(directory=swagger_ui_path)
        await self._files(scope, receive, send)


def _relative(path: str, *, to: str) -> str:
    """Return a path as a page links it, so that the link holds below any other path."""
    return posixpath.relpath(path, posixpath.dirname(to))


class _Dumper(yaml.SafeDumper):
    """Writes what occurs twice twice, since not every tool reads anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - part of the interface
        return True


def _yaml(raw: Any) -> bytes:
    text: str = yaml.dump(raw, Dumper=_Dumper, allow_unicode=True, sort_keys=False)
    return text.encode()
