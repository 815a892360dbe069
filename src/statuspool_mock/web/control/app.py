"""The control plane as an ASGI application."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.contract import Document, Operation
from statuspool_mock.sandbox import Access, KeyRejected, Sandboxes, StorageFailed, long_work
from statuspool_mock.web.bodies import ORDINARY, SNAPSHOT
from statuspool_mock.web.control.context import ControlContext, ServerViews
from statuspool_mock.web.control.operations import OPERATIONS
from statuspool_mock.web.control_auth import ControlAuth, ControlDenied
from statuspool_mock.web.control_tokens import WHOLE_SERVER, Grant
from statuspool_mock.web.docs_pages import DocsPages
from statuspool_mock.web.errors import (
    InvalidRequest,
    ReadOnlyKey,
    Unauthorized,
    error_response,
    insufficient_storage,
)
from statuspool_mock.web.fault_responses import gone
from statuspool_mock.web.middleware import CONTROL_PATH, ErrorMiddleware, UnroutedHandler
from statuspool_mock.web.request_log import NOTES, OPERATION, REQUEST_ID, WORLD
from statuspool_mock.web.requests import ApiRequest, entry_of
from statuspool_mock.web.responses import ApiResponse
from statuspool_mock.web.routing import routed
from statuspool_mock.web.vendor.pipeline import WRITES

_LIMITS = {"restoreSnapshot": SNAPSHOT}
_RECEIVER = ("POST", f"{CONTROL_PATH}/receiver")
"""Open to everybody: the webhook sender has no token, and this changes nothing."""
_DOCUMENTATION = (f"{CONTROL_PATH}/docs", f"{CONTROL_PATH}/openapi.")
"""Open to everybody for reading: it holds nothing of any sandbox."""
_GRANT = "statuspool.grant"
"""The key of the client's grant in a scope."""
_WITHOUT_OPENING = frozenset({"listSandboxes", "repairSandbox", "deleteSandbox"})
"""Operations on sandboxes as such: they do not open the key's own, which may be damaged."""
_READS = frozenset({"verifyJournal"})
"""Operations that send a body but change nothing."""
_FOR_ADMINISTRATION = frozenset({"moveWorld", "reloadScenario", "switchMutants"})
"""Operations that concern every sandbox of the server."""
_KEY_IN_QUERY = frozenset({"streamEvents"})
"""Operations for `EventSource`, which sends no headers: their key may be in the query."""
_LONG = frozenset({"exportHar", "getHistory", "getTimeline", "listChecks"})
"""Operations that read much even of a small world."""

_STREAM_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
)


class ControlOperation:
    """Handles the requests to one operation: check, carry out, record, respond."""

    def __init__(
        self,
        operation: Operation,
        sandboxes: Sandboxes,
        *,
        views: ServerViews,
        strict: bool,
    ) -> None:
        self._operation = operation
        self._function = OPERATIONS[operation.id]
        self._sandboxes = sandboxes
        self._views = views
        self._strict = strict

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request; every error becomes an error response of the API."""
        scope[NOTES][OPERATION] = self._operation.id
        limits = _LIMITS.get(self._operation.id, ORDINARY)
        request = await ApiRequest.read(scope, receive, self._operation, limits=limits)
        access = reached = None
        try:
            name = self._allowed_name(request)
            scope[NOTES][WORLD] = name or ""
            if name is not None and self._operation.id not in _WITHOUT_OPENING:
                key, address = self._key(request), request.address
                access = await self._sandboxes.opened(key, address=address)
            await request.parse(self._sandboxes.turns)
            if access is not None:
                await long_work.catch_up(access.sandbox)
                reached = access.sandbox.late_at
            result = await self._carry_out(request, access, owner=name)
            if isinstance(result, AsyncGenerator):
                await _stream(result, receive, send)
                return
            if not isinstance(result, ApiResponse):
                result = ApiResponse(self._operation.success_status, result)
            response = self._checked(result)
        except StorageFailed as error:
            response = insufficient_storage(error)
        except Exception as error:  # noqa: BLE001 - the last stop before the encoded
            response = error_response(error, request_id=scope[REQUEST_ID])
        encoded = response.encoded()
        if access is not None and response.status < 400 and self._operation.method in WRITES:
            sandbox = access.sandbox
            if sandbox.journal.is_kept:
                entry = entry_of(scope, access, encoded, request, control=True, reached=reached)
                sandbox.record(entry, None)
            sandbox.events.add("control", {"operation": self._operation.id}, at=sandbox.instant)
        await encoded.send(send)

    def _allowed_name(self, request: ApiRequest) -> str | None:
        """Return the name of the key's sandbox, if the operation takes a key.

        Raises `Unauthorized`, `ReadOnlyKey` for a write with such a key, and `ControlDenied` if
        the client's token is not for this.
        """
        operation, grant = self._operation, _grant(request.scope)
        if not operation.is_secured:
            name = None
        else:
            try:
                name, role = self._sandboxes.identify(self._key(request))
            except KeyRejected:
                raise Unauthorized from None
            if not grant.covers(name):
                raise ControlDenied(f"This token is not for the sandbox {name!r}.")
            is_write = operation.method in WRITES and operation.id not in _READS
            if is_write and role == "read-only":
                raise ReadOnlyKey
        if operation.id in _FOR_ADMINISTRATION and not grant.is_admin:
            raise ControlDenied("This concerns every sandbox, and needs a token for admin.")
        return name

    def _key(self, request: ApiRequest) -> str:
        """Return the key of a request, or an empty text."""
        if request.key is None and self._operation.id in _KEY_IN_QUERY:
            values, _ = self._operation.read_query(request.scope["query_string"])
            return str(values.get("key") or "")
        return request.key or ""

    async def _carry_out(
        self, request: ApiRequest, access: Access | None, *, owner: str | None
    ) -> Any:
        values, body, violations = request.values()
        violations = [*violations, *self._operation.unknown_parameters(request.parameters)]
        if violations:
            raise InvalidRequest(violations)
        context = ControlContext(
            sandboxes=self._sandboxes,
            grant=_grant(request.scope),
            owner=owner,
            access=access,
            path=request.scope.get("path_params", {}),
            values=values,
            body=body,
            headers=request.headers,
            server=self._views,
        )
        if iscoroutinefunction(self._function):
            return await self._function(context)
        if access is not None and (self._operation.id in _LONG or access.sandbox.is_large):
            return await access.sandbox.doing(partial(self._function, context))
        return self._function(context)

    def _checked(self, response: ApiResponse) -> ApiResponse:
        """Return the response. If strict, raises `RuntimeError` if it violates the document."""
        if not self._strict:
            return response
        content = response.encoded().content
        encoded = json.loads(content) if content else None
        violations = self._operation.check_response(
            status=response.status, headers={"content-type": "application/json"}, value=encoded
        )
        if violations:
            raise RuntimeError(f"{self._operation.id} violates the document: {violations}")
        return response


def _grant(scope: Scope) -> Grant:
    grant: Grant = scope[_GRANT]
    return grant


async def _stream(parts: AsyncGenerator[bytes, None], receive: Receive, send: Send) -> None:
    """Send parts as they are produced, until they end or the client disconnects."""
    start = {"type": "http.response.start", "status": 200, "headers": [*_STREAM_HEADERS]}
    await send(start)
    leaving = asyncio.ensure_future(gone(receive))
    try:
        async with contextlib.aclosing(parts), asyncio.timeout(None) as presence:
            leaving.add_done_callback(lambda _: _end(presence))
            async for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
    except TimeoutError:
        return
    finally:
        leaving.cancel()
    await send({"type": "http.response.body", "body": b""})


def _end(block: asyncio.Timeout) -> None:
    with contextlib.suppress(RuntimeError):  # it has ended already
        block.reschedule(0)


class ControlPlane:
    """Everything below `/_mock`. It is built on first use."""

    def __init__(
        self,
        document: Callable[[], Document],
        sandboxes: Sandboxes,
        *,
        views: ServerViews,
        auth: ControlAuth,
        strict: bool = False,
    ) -> None:
        self._document = document
        self._sandboxes = sandboxes
        self._views = views
        self._auth = auth
        self._strict = strict
        self._app: ASGIApp | None = None
        self._building: asyncio.Task[ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check access, then handle a request."""
        if scope["type"] != "http":
            return
        try:
            scope[_GRANT] = self._grant(scope)
        except ControlDenied as error:
            await error_response(error, request_id=scope[REQUEST_ID]).send(send)
            return
        if self._app is None:
            if self._building is None:
                building = self._sandboxes.turns.call(self._built)
                self._building = asyncio.create_task(building)
            self._app = await asyncio.shield(self._building)
        await self._app(scope, receive, send)

    def _grant(self, scope: Scope) -> Grant:
        """Return what the client may control. Raises `ControlDenied`."""
        method, path = scope["method"], scope["path"]
        is_documentation = method in {"GET", "HEAD"} and path.startswith(_DOCUMENTATION)
        if is_documentation or (method, path) == _RECEIVER:
            return WHOLE_SERVER
        return self._auth.check(dict(scope["headers"]), scheme=scope["scheme"])

    def _built(self) -> ASGIApp:
        document = self._document()
        operations = routed(
            document,
            OPERATIONS,
            lambda operation: ControlOperation(
                operation,
                self._sandboxes,
                views=self._views,
                strict=self._strict,
            ),
            base_path=CONTROL_PATH,
        )
        docs = f"{CONTROL_PATH}/docs"
        pages = DocsPages(operations, document=document, base_path=CONTROL_PATH, docs=docs)
        return ErrorMiddleware(pages, UnroutedHandler(document, CONTROL_PATH, None))
