"""Cross-origin headers of the control plane, for pages whose origins the user named."""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.web.middleware import EXPOSED_HEADERS, METHODS


class ControlOrigins:
    """Lets pages of the named origins read responses; `ControlAuth` lets their requests in.

    Requests of all others reach the app as they are, and get no cross-origin headers.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._named = {origin.encode("latin-1") for origin in origins}
        self._shared = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=["*"],
            allow_credentials=True,
            expose_headers=EXPOSED_HEADERS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, with cross-origin headers if a page of a named origin sent it."""
        origin = dict(scope.get("headers", ())).get(b"origin")
        app = self._shared if origin in self._named else self._app
        await app(scope, receive, send)
