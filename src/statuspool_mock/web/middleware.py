"""The middleware of every response: request id, cross-origin headers, error responses."""

import time
from collections.abc import Sequence
from random import Random
from string import ascii_lowercase, digits

from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from statuspool_mock.contract import Document
from statuspool_mock.sandbox import SandboxError, Sandboxes
from statuspool_mock.web.errors import MethodNotAllowed, UnknownPath, error_response
from statuspool_mock.web.request_log import NOTES, REQUEST_ID, Observer
from statuspool_mock.web.requests import address_of, bearer_key, entry_of
from statuspool_mock.web.responses import ApiResponse
from statuspool_mock.web.routing import no_such_path

CONTROL_PATH = "/_mock"
_BELOW_CONTROL = f"{CONTROL_PATH}/"
_PAIRS = [
    first + second for first in ascii_lowercase + digits for second in ascii_lowercase + digits
]
_VARY = (b"vary", b"Origin")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
EXPOSED_HEADERS = (
    "X-Request-Id",
    "Retry-After",
    "Location",
    "Preference-Applied",
    "WWW-Authenticate",
)


class OuterMiddleware:
    """Adds `X-Request-Id` to every response, and routes `/_mock` to the control plane.

    `shared` is the app with cross-origin headers. Requests without an `Origin`, and those to the
    control plane, do without. `observers` are told of each request after its response. Reference:
    Error Codes, 500.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        shared: ASGIApp,
        control: ASGIApp,
        request_ids: Random,
        observers: Sequence[Observer] = (),
    ) -> None:
        self._app = app
        self._shared = shared
        self._control = control
        self._observers = observers
        self._bits = request_ids.getrandbits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a new id, or with the id of a replay."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0
        request_id = scope.get(REQUEST_ID) or self._fresh_id()
        scope[REQUEST_ID] = request_id
        scope[NOTES] = {}
        added: tuple[tuple[bytes, bytes], ...] = ((b"x-request-id", request_id.encode()),)
        path: str = scope["path"]
        app = self._shared
        if b"origin" not in [name for name, _ in scope["headers"]]:
            app, added = self._app, (*added, _VARY)
        if path.startswith(_BELOW_CONTROL) or path == CONTROL_PATH:
            app = self._control

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        try:
            await app(scope, receive, send_named)
        finally:
            seconds = time.perf_counter() - began
            for observe in self._observers:
                observe(scope, status, seconds)

    def _fresh_id(self) -> str:
        bits, most = self._bits(44), len(_PAIRS)
        first, second = _PAIRS[bits % most], _PAIRS[(bits >> 11) % most]
        return f"req_{first}{second}{_PAIRS[(bits >> 22) % most]}{_PAIRS[(bits >> 33) % most]}"


class UnroutedHandler:
    """Responds to requests that no route matches, and records them in the client's journal."""

    def __init__(self, document: Document, base_path: str, sandboxes: Sandboxes | None) -> None:
        self._document = document
        self._base_path = base_path
        self._sandboxes = sandboxes

    def response(self, error: HTTPException, scope: Scope) -> ApiResponse:
        """Return the response for an error of the router."""
        path: str = scope["path"]
        allowed = self._document.allowed_methods(path.removeprefix(self._base_path)) or ["GET"]
        if "GET" in allowed:
            allowed = sorted({*allowed, "HEAD"})
        found: Exception = error
        if error.status_code == 405:
            found = MethodNotAllowed(allowed)
        elif error.status_code == 404:
            found = UnknownPath(f"No such path: {path}")
        return error_response(found, request_id=scope[REQUEST_ID])

    async def note(self, scope: Scope, response: ApiResponse) -> None:
        """Record the exchange in the journal of the sandbox that the key opens, if any."""
        key = bearer_key(dict(scope["headers"]).get(b"authorization", b""))
        if self._sandboxes is None or key is None:
            return
        if not scope["path"].startswith(self._base_path):
            return
        try:
            access = await self._sandboxes.opened(key, address=address_of(scope))
        except SandboxError:  # there is no sandbox with a journal
            return
        sandbox, encoded = access.sandbox, response.encoded()
        if not sandbox.journal.is_kept:
            return
        sandbox.record(entry_of(scope, access, encoded), response.body)


class ErrorMiddleware:
    """Turns exceptions of routing into error responses of the API."""

    def __init__(self, app: ASGIApp, unrouted: UnroutedHandler) -> None:
        self._app = app
        self._unrouted = unrouted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and respond to an exception."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        try:
            known = not path.endswith("/") or path in _ROOTS  # others would be redirected
            await (self._app if known else no_such_path)(scope, receive, send)
        except HTTPException as error:
            response = self._unrouted.response(error, scope)
            await self._unrouted.note(scope, response)
            await response.send(send)
        except UnknownPath as error:
            response = error_response(error, request_id=scope[REQUEST_ID])
            await self._unrouted.note(scope, response)
            await response.send(send)
        except Exception as error:  # noqa: BLE001 - every error gets a response
            await error_response(error, request_id=scope[REQUEST_ID]).send(send)


_ROOTS = frozenset({"/", f"{CONTROL_PATH}/"})


def with_middleware(
    app: ASGIApp,
    *,
    unrouted: UnroutedHandler,
    origins: Sequence[str],
    request_ids: Random,
    control: ASGIApp | None = None,
    observers: Sequence[Observer] = (),
) -> ASGIApp:
    """Return the app with its middleware. `origins` may read its responses; `*` is any.

    `observers` are told of each request. `control` handles requests below `/_mock`, whose responses
    no other origin may read.
    """
    enveloped = ErrorMiddleware(app, unrouted)
    shared = CORSMiddleware(
        enveloped,
        allow_origins=origins,
        allow_methods=METHODS,
        allow_headers=["*"],
        allow_credentials="*" not in origins,  # cookies only for origins that the user named
        expose_headers=EXPOSED_HEADERS,
    )
    return OuterMiddleware(
        enveloped,
        shared=shared,
        control=control or enveloped,
        request_ids=request_ids,
        observers=observers,
    )
