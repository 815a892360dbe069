"""What surrounds every answer: a request id, cross-origin headers, an envelope for any error."""

from collections.abc import Sequence
from random import Random
from string import ascii_lowercase, digits

from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from statuspool_mock.api.errors import MethodNotAllowed, NoSuchPath, answer_for
from statuspool_mock.api.judgement import REQUEST_ID
from statuspool_mock.contract import Document

_ALPHABET = ascii_lowercase + digits
_EXPOSED = ("X-Request-Id", "Retry-After", "Location", "Preference-Applied", "WWW-Authenticate")


class RequestIds:
    """Gives every answer an `X-Request-Id`. Reference: Error Codes, 500."""

    def __init__(self, app: ASGIApp, *, seed: int) -> None:
        self._app = app
        self._choices = Random(seed).choices  # noqa: S311 - a name, not a secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under a fresh id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = f"req_{''.join(self._choices(_ALPHABET, k=8))}"
        scope[REQUEST_ID] = request_id
        header = (b"x-request-id", request_id.encode())

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        await self._app(scope, receive, send_named)


class Envelopes:
    """Turns whatever routing raises into the vendor's envelope."""

    def __init__(self, app: ASGIApp, *, document: Document, base_path: str) -> None:
        self._app = app
        self._document = document
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer for it where it ends in an exception."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        try:
            known = not path.endswith("/") or path == "/"  # the router would redirect others
            await (self._app if known else no_such_path)(scope, receive, send)
        except HTTPException as error:
            answer = answer_for(self._routing_error(error, path), request_id=scope[REQUEST_ID])
            await answer.send(send)
        except Exception as error:  # noqa: BLE001 - the last stop before the wire
            await answer_for(error, request_id=scope[REQUEST_ID]).send(send)

    def _routing_error(self, error: HTTPException, path: str) -> Exception:
        allowed = self._document.allowed_methods(path.removeprefix(self._base_path)) or ["GET"]
        if "GET" in allowed:
            allowed = sorted({*allowed, "HEAD"})
        if error.status_code == 405:
            return MethodNotAllowed(allowed)
        return NoSuchPath(f"No such path: {path}") if error.status_code == 404 else error


async def no_such_path(scope: Scope, receive: Receive, send: Send) -> None:
    """Be the application behind everything that is routed: nothing is left to find."""
    del receive, send
    if scope["type"] == "http":
        raise NoSuchPath(f"No such path: {scope['path']}")


def surrounded(
    app: ASGIApp, *, document: Document, base_path: str, origins: Sequence[str], seed: int
) -> ASGIApp:
    """Return the app with its edge. `origins` may read its answers; `*` is any."""
    enveloped = Envelopes(app, document=document, base_path=base_path)
    shared = CORSMiddleware(
        enveloped,
        allow_origins=origins,
        allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
        allow_headers=["*"],
        expose_headers=_EXPOSED,
    )
    return RequestIds(shared, seed=seed)
