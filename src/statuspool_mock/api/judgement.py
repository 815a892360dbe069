"""The order in which a request is judged, behind Connexion's routing.

Preferred faults, key (401), rate limit (429), read-only key (403), object (404, 403), validation
(400), and only then the operation. Everything that can be made once per operation is made at start.
"""

import asyncio
import json
import logging
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.api.answers import Answer, encode
from statuspool_mock.api.bodies import parse_body, read_body
from statuspool_mock.api.errors import (
    InvalidRequest,
    RateLimited,
    ReadOnlyKey,
    Unauthorized,
    answer_for,
)
from statuspool_mock.api.operations import OPERATIONS, Call
from statuspool_mock.api.preferences import obey_code, read_preference
from statuspool_mock.contract import Document, Operation, Violation
from statuspool_mock.sandboxes import Access, KeyRejected, Sandboxes

REQUEST_ID = "statuspool.request_id"
"""Where the scope carries the request's id."""

_WRITES = frozenset({"POST", "PUT", "DELETE"})
_log = logging.getLogger(__name__)


class JudgedOperation:
    """One operation of the document: judges a request, carries it out, answers."""

    def __init__(self, operation: Operation, *, sandboxes: Sandboxes, strict: bool) -> None:
        self._operation = operation
        self._function = OPERATIONS[operation.id]
        self._sandboxes = sandboxes
        self._strict = strict

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whatever goes wrong wears the vendor's envelope."""
        request_id = scope[REQUEST_ID]
        try:
            answer = await self._answer(scope, receive)
        except Exception as error:  # noqa: BLE001 - the last stop before the wire
            answer = answer_for(error, request_id=request_id)
        if self._strict:
            answer = self._checked(answer, request_id)
        await answer.send(send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        operation = self._operation
        headers = _headers(scope["headers"])
        applied = await self._obey(headers.get(b"prefer"))
        access = self._access(headers.get(b"authorization", b""))
        retry_after = access.take()
        if retry_after is not None:
            raise RateLimited(retry_after)
        if access.read_only and operation.method in _WRITES:
            raise ReadOnlyKey
        sandbox = access.sandbox
        sandbox.catch_up()
        query = scope["query_string"]
        values, violations = operation.read_query(
            parse_qsl(query.decode("latin-1"), keep_blank_values=True) if query else ()
        )
        body, wrong = await self._body(headers, receive)
        monitor_id = scope.get("path_params", {}).get("id", "").lower()
        if violations or wrong:
            if monitor_id:  # an object that is not there outranks what is wrong with the request
                sandbox.world.monitor(monitor_id, team=access.team)
            raise InvalidRequest([*violations, *wrong])
        answer = await self._function(Call(sandbox.world, access.team, monitor_id, values, body))
        if applied:
            headers_out = (*answer.headers, ("Preference-Applied", applied))
            return Answer(answer.status, answer.body, headers_out)
        return answer

    async def _obey(self, prefer: bytes | None) -> str:
        if prefer is None:
            return ""
        preference = read_preference(prefer.decode("latin-1"))
        if preference.delay_ms:
            await asyncio.sleep(preference.delay_ms / 1000)
        obey_code(preference, self._operation)
        return preference.applied

    def _access(self, authorization: bytes) -> Access:
        scheme, _, key = authorization.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized
        try:
            return self._sandboxes.access(key.strip())
        except KeyRejected:
            raise Unauthorized from None

    async def _body(
        self, headers: dict[bytes, bytes], receive: Receive
    ) -> tuple[Any, list[Violation]]:
        """Return the body's value and what is wrong with it."""
        if not self._operation.takes_body:
            return None, []
        try:
            raw = await read_body(receive)
            value = parse_body(raw, headers.get(b"content-type", b"").decode("latin-1"))
        except InvalidRequest as error:
            return None, list(error.violations)
        return value, self._operation.check_body(value)

    def _checked(self, answer: Answer, request_id: str) -> Answer:
        """Return the answer, or a 500 where it breaks the document."""
        headers = {name.lower(): value for name, value in answer.headers}
        headers |= {"x-request-id": request_id, "content-type": "application/json"}
        wire = None if answer.body is None else json.loads(encode(answer.body))
        violations = self._operation.check_response(
            status=answer.status, headers=headers, value=wire
        )
        if not violations:
            return answer
        _log.error("%s answered against its document: %s", self._operation.id, violations)
        return answer_for(
            RuntimeError(f"{self._operation.id}: {violations}"), request_id=request_id
        )


def judging(document: Document, sandboxes: Sandboxes, *, strict: bool) -> type[RoutedMiddleware]:
    """Return the middleware class that Connexion makes the last of its stack."""

    class JudgedAPI(RoutedAPI[JudgedOperation]):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.add_paths()

        def make_operation(self, operation: Any) -> JudgedOperation:
            found = document.operations[operation.operation_id]
            return JudgedOperation(found, sandboxes=sandboxes, strict=strict)

    class Judgement(RoutedMiddleware[JudgedAPI]):
        api_cls = JudgedAPI

        def __init__(self, app: ASGIApp) -> None:
            super().__init__(app)

    return Judgement


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return headers by their lower-case names; of `Prefer` every line counts, else the last."""
    headers: dict[bytes, bytes] = {}
    for name, value in raw:
        if name == b"prefer" and name in headers:
            headers[name] += b"," + value
        else:
            headers[name] = value
    return headers
