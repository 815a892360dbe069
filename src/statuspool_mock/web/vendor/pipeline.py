"""The order in which a request to the API is checked, after routing.

Preferred errors, key (401), faults, rate limit (429), read-only key (403), object (404, 403),
validation (400), and only then the operation. Between key and journal nothing is awaited that
waits: a request takes effect at one instant, and only its response may be delayed.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from statuspool_mock.contract import Operation
from statuspool_mock.exchanges.exchange import MILLISECONDS
from statuspool_mock.exchanges.faults import FaultTarget, InjectedFault
from statuspool_mock.sandbox import Access, KeyRejected, Sandboxes, long_work
from statuspool_mock.web.errors import (
    InvalidRequest,
    RateLimited,
    ReadOnlyKey,
    RequestedError,
    Unauthorized,
    error_response,
)
from statuspool_mock.web.fault_responses import send_broken
from statuspool_mock.web.request_log import FAULTS, NOTES, OPERATION, REQUEST_ID, WORLD
from statuspool_mock.web.requests import ApiRequest, entry_of
from statuspool_mock.web.responses import ApiResponse, encode
from statuspool_mock.web.vendor.holding import held_back
from statuspool_mock.web.vendor.operations import OPERATIONS, OperationCall
from statuspool_mock.web.vendor.page_origins import PageOrigins
from statuspool_mock.web.vendor.preferences import (
    NO_PREFERENCE,
    Preference,
    obey_code,
    read_preference,
)
from statuspool_mock.web.vendor.serializers import MonitorSerializer

WRITES = frozenset({"POST", "PUT", "DELETE", "PATCH"})
Pause = Callable[[float], Awaitable[None]]
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Case:
    """What is known about a request while it is checked."""

    access: Access | None = None
    preference: Preference = NO_PREFERENCE
    injected: InjectedFault | None = None
    reached: int | None = None
    """The instant of a world that is behind its clock."""

    @property
    def delay_ms(self) -> float:
        injected = self.injected.latency_ms if self.injected else 0
        return self.preference.delay_ms + injected


class OperationPipeline:
    """Handles the requests to one operation: check, carry out, record, respond."""

    def __init__(
        self,
        operation: Operation,
        *,
        sandboxes: Sandboxes,
        strict: bool,
        shape: MonitorSerializer,
        page_origins: PageOrigins,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._operation = operation
        self._function = OPERATIONS[operation.id]
        self._sandboxes = sandboxes
        self._strict = strict
        self._shape = shape
        self._page_origins = page_origins
        self._pause = pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request; every error becomes an error response of the API."""
        began = time.perf_counter()
        notes = scope[NOTES]
        notes[OPERATION] = self._operation.id
        request = await ApiRequest.read(scope, receive, self._operation)
        case = _Case()
        try:
            response = await self._respond(request, case)
        except Exception as error:  # noqa: BLE001 - every error gets a response
            response = error_response(error, request_id=scope[REQUEST_ID])
        injected = case.injected
        if self._strict and injected is None:
            response = self._checked(response, scope[REQUEST_ID])
        encoded = response.encoded()
        entry = None
        faults = injected.faults if injected else ()
        if case.access is not None:
            notes[WORLD], notes[FAULTS] = case.access.sandbox.name, faults
        if case.access is not None and case.access.sandbox.journal.is_kept:
            entry = entry_of(
                scope, case.access, encoded, request, faults=faults, reached=case.reached
            )
            case.access.sandbox.record(entry, response.body)
        if case.access is not None and case.access.sandbox.breakpoints.rules:
            encoded = await held_back(
                self._sandboxes,
                case.access.sandbox,
                entry or entry_of(scope, case.access, encoded, request, faults=faults),
                encoded,
                receive,
            )
        if case.delay_ms:
            await self._pause(case.delay_ms / 1000)
        if injected is not None and injected.breakage is not None:
            await send_broken(encoded, injected.breakage, scope, receive, send)
        else:
            await encoded.send(send)
        if entry is not None:
            entry[MILLISECONDS] = (time.perf_counter() - began) * 1000

    async def _respond(self, request: ApiRequest, case: _Case) -> ApiResponse:
        prefer = request.headers.get(b"prefer")
        if prefer is not None:
            case.preference = read_preference(prefer.decode("latin-1"))
        case.access = access = await self._access(request, case)
        obey_code(case.preference, self._operation)
        sandbox = access.sandbox
        if sandbox.is_held or not sandbox.catch_up():
            await long_work.catch_up(sandbox)
        case.reached = sandbox.late_at
        if sandbox.faults.concerns(self._operation.id):
            self._inject_fault(request, case, access)
        retry_after = access.take()
        if retry_after is not None:
            raise RateLimited(retry_after)
        if access.read_only and self._operation.method in WRITES:
            raise ReadOnlyKey
        monitor_id = request.object_id
        values, body, violations = request.values()
        if violations:
            if monitor_id:  # a missing object takes precedence over violations
                sandbox.world.monitor(monitor_id, team=access.team)
            raise InvalidRequest(violations)
        if b"origin" in request.headers or b"sec-fetch-site" in request.headers:
            self._check_page(request, body)
        response = await self._function(
            OperationCall(sandbox, access.team, monitor_id, values, body, self._shape)
        )
        if applied := case.preference.applied:
            return response._replace(headers=(*response.headers, ("Preference-Applied", applied)))
        return response

    def _check_page(self, request: ApiRequest, body: Any) -> None:
        """Check the request of a web page. Raises `InvalidRequest`, `ReceiverRefused`."""
        if self._operation.takes_body:
            self._page_origins.check_body(request.headers)
        if self._operation.id == "createWebhook":
            self._page_origins.check_receiver(request.headers, body["url"])

    async def _access(self, request: ApiRequest, case: _Case) -> Access:
        key = request.key
        if key is None:
            obey_code(case.preference, self._operation)
            raise Unauthorized
        access = self._sandboxes.known(key)
        if access is not None:
            return access
        try:
            return await self._sandboxes.opened(key, address=request.address)
        except KeyRejected as rejected:
            case.access = rejected.access
            obey_code(case.preference, self._operation)
            raise Unauthorized from None

    def _inject_fault(self, request: ApiRequest, case: _Case, access: Access) -> None:
        """Inject faults, if any. Raises `RequestedError` if a fault sets the status."""
        operation = self._operation
        target = FaultTarget(operation.id, operation.method, request.object_id, access.role)
        case.injected = injected = access.sandbox.inject_fault(target)
        if injected is not None and injected.status is not None:
            raise RequestedError(injected.status, retry_after=injected.retry_after)

    def _checked(self, response: ApiResponse, request_id: str) -> ApiResponse:
        """Return the response, or a 500 if it violates the document."""
        headers = {name.lower(): value for name, value in response.headers}
        headers |= {"x-request-id": request_id, "content-type": "application/json"}
        value = None
        if response.body is not None:
            value = json.loads(response.content or encode(response.body))
        violations = self._operation.check_response(
            status=response.status, headers=headers, value=value
        )
        if not violations:
            return response
        _log.error("The response of %s violates the document: %s", self._operation.id, violations)
        return error_response(
            RuntimeError(f"{self._operation.id}: {violations}"), request_id=request_id
        )
