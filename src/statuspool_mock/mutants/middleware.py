"""Apply mutants to a server; a server without mutants has none of this."""

import logging
from collections.abc import Sequence
from contextlib import nullcontext
from functools import cached_property, partial
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from statuspool_mock.contract import Document
from statuspool_mock.mutants.exchange import CallServer, Handler, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant, SchemaEdit, ValidationChange
from statuspool_mock.sandbox.rate_limits import uncounted

_MOST_BYTES = 2 << 20  # more than the API accepts; the rest is refused unread
_log = logging.getLogger(__name__)


def wrap(app: ASGIApp, document: Document, mutants: Sequence[Mutant]) -> ASGIApp:
    """Return the app wrapped in its mutants; the first is next to the client."""
    layers = [
        _Layer(m.name, m.change.make()) for m in mutants if isinstance(m.change, ExchangeChange)
    ]
    return _MutantMiddleware(app, document=document, layers=layers) if layers else app


def edited_document(document: Document, mutants: Sequence[Mutant]) -> Document:
    """Return the document by which a server with these mutants validates requests."""
    edits = [
        edit for m in mutants if isinstance(m.change, ValidationChange) for edit in m.change.edits
    ]
    return _Edited(document.raw, edits) if edits else document


class _Edited(Document):
    """A document with edited schemas; `raw` stays unchanged."""

    def __init__(self, raw: dict[str, Any], edits: Sequence[SchemaEdit]) -> None:
        super().__init__(raw)
        self._edits = edits

    @cached_property
    def resolved(self) -> dict[str, Any]:
        """The document with references resolved and edits applied."""
        resolved = Document(self.raw).resolved
        for edit in self._edits:
            schema = _schema(resolved, edit)
            for keyword, value in edit.keywords.items():
                schema[keyword] = value
                if value is None:
                    del schema[keyword]
        return resolved


def _schema(resolved: dict[str, Any], edit: SchemaEdit) -> dict[str, Any]:
    definition = next(
        item[method]
        for item in resolved["paths"].values()
        for method in item
        if method != "parameters" and item[method]["operationId"] == edit.operation
    )
    schema: dict[str, Any]
    if edit.where.startswith("?"):
        parameters = definition["parameters"]
        schema = next(item["schema"] for item in parameters if item["name"] == edit.where[1:])
        return schema
    schema = definition["requestBody"]["content"]["application/json"]["schema"]
    return schema["properties"][edit.where] if edit.where else schema


class _Layer(NamedTuple):
    """One mutant between client and server."""

    name: str
    exchange: Handler

    async def through(self, ask: CallServer, request: MutantRequest) -> MutantResponse:
        """Respond as the mutant does, or as the server did if the mutant cannot apply."""
        received: MutantResponse | None = None

        async def call(sent: MutantRequest) -> MutantResponse:
            nonlocal received
            response = await ask(sent)
            received = received if sent.uncounted else response
            return response

        try:
            return await self.exchange(request, call)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            # Another mutant removed or changed what this one needs.
            _log.warning("Mutant %s changed nothing of this %s: %r", self.name, request.path, error)
            return await ask(request) if received is None else received


class _MutantMiddleware:
    """ASGI middleware that passes every request for a known operation through the mutants."""

    def __init__(self, app: ASGIApp, *, document: Document, layers: Sequence[_Layer]) -> None:
        self._app = app
        self._document = document
        self._base_path = urlsplit(document.raw["servers"][0]["url"]).path
        self._layers = layers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond through the mutants; requests for anything else pass unchanged."""
        path = scope.get("path", "")
        found = None
        if scope["type"] == "http" and path.startswith(f"{self._base_path}/"):
            found = self._document.find(scope["method"], path.removeprefix(self._base_path))
        if found is None:
            await self._app(scope, receive, send)
            return
        operation, parameters = found
        body = await _read(receive)
        if body is None:
            return
        request = MutantRequest(
            operation=operation.id,
            method=scope["method"],
            path=path.removeprefix(self._base_path),
            monitor_id=parameters.get("id", ""),
            query=scope["query_string"].decode("latin-1"),
            headers=tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]),
            body=body,
        )
        ask: CallServer = partial(self._ask, scope)
        for layer in reversed(self._layers):
            ask = partial(layer.through, ask)
        await _send(await ask(request), send)

    async def _ask(self, scope: Scope, request: MutantRequest) -> MutantResponse:
        """Send the request to the app itself."""
        path = self._base_path + request.path
        inner = {
            **scope,
            "method": request.method,
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": request.query.encode("latin-1"),
            "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in request.headers],
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        with uncounted() if request.uncounted else nullcontext():
            await self._app(inner, receive, send)
        headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in sent[0]["headers"])
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return MutantResponse(sent[0]["status"], headers, content)


async def _read(receive: Receive) -> bytes | None:
    """Return the body of a request, or None if the client disconnects before its end."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size <= _MOST_BYTES:
            parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(response: MutantResponse, send: Send) -> None:
    """Send a response with its new length."""
    headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers
        if name != "content-length"
    ]
    if response.status != 204:
        headers.append((b"content-length", str(len(response.content)).encode()))
    content = b"" if response.status == 204 else response.content
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
