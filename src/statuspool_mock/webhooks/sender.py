"""Carries deliveries out: signed, in order, bounded in time, in bytes and in number.

One courier serves all worlds of a server. Redirects are never followed, and connections are made to
the addresses that were checked, whatever a name resolves to by then.
"""

import asyncio
import base64
import binascii
import contextlib
import email.utils
import hashlib
import hmac
import logging
import time
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from statuspool_mock.contract.signing import SIGNATURE_HEADER, sign
from statuspool_mock.exchanges.faults import DeliveryFault, InjectedFault
from statuspool_mock.simulation import UnknownWebhook, Webhook
from statuspool_mock.webhooks.addresses import AddressNotAllowed, AddressPolicy
from statuspool_mock.webhooks.delivery_log import Attempt, Delivery, DeliveryOutcome
from statuspool_mock.webhooks.messages import Message
from statuspool_mock.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from statuspool_mock.webhooks.http_client import WebhookClient, WebhookResponse

TIMEOUT_SECONDS = 15.0
_MOST_AT_ONCE = 256
_MOST_KEPT = 4 * 1024
_AGENT = "Statuspool-Webhooks/1.0"
_log = logging.getLogger(__name__)


class DeliverySource(Protocol):
    """A world with an outbox, as far as its courier is concerned."""

    outbox: Outbox

    @property
    def instant(self) -> float:
        """The world's time."""

    def webhook(self, webhook_id: str) -> Webhook:
        """Return an endpoint. Raises `UnknownWebhook`."""

    def draw_delivery_fault(self, message: Message) -> InjectedFault | None:
        """Return what befalls a delivery."""

    def note_attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        """Take note of an attempt."""

    def note_gone(self, webhook: Webhook) -> None:
        """Take note that an endpoint wants no more."""


class WebhookSender:
    """Sends what is due in worlds, in the background and on request.

    `allowed` are hosts beyond this machine that may be called. `standard` adds the headers of
    Standard Webhooks beside the vendor's own.
    """

    def __init__(self, *, allowed: Iterable[str] = (), standard: bool = False) -> None:
        self._addresses = AddressPolicy(allowed)
        self._standard = standard
        self._open_wire: WebhookClient | None = None
        self._unanswered: type[Exception] = OSError
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)
        self._under_way: dict[int, set[asyncio.Task[None]]] = {}

    def start(self, sender: DeliverySource) -> None:
        """Send what is due, in the background. Needs a running event loop."""
        tasks = self._under_way.setdefault(id(sender), set())
        for webhook_id in sender.outbox.take_due(now=sender.instant):
            task = asyncio.get_running_loop().create_task(self._serve_line(sender, webhook_id))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def settle(self, sender: DeliverySource, *, seconds: float) -> bool:
        """Send what is due and wait until it has arrived or failed; False where time ran out."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self.start(sender)
                    tasks = self._under_way.get(id(sender))
                    if not tasks:
                        self._under_way.pop(id(sender), None)
                        return True
                    await asyncio.wait(tasks)
        except TimeoutError:
            return False

    async def close(self) -> None:
        """Close every connection."""
        for tasks in self._under_way.values():
            for task in tasks:
                task.cancel()
        if self._open_wire is not None:
            await self._open_wire.close()

    async def _serve_line(self, sender: DeliverySource, webhook_id: str) -> None:
        """Make the attempt that is due for one endpoint, and those that are due after it."""
        try:
            webhook = sender.webhook(webhook_id)
        except UnknownWebhook:
            return
        due = sender.outbox.first(webhook_id)
        if due is None:
            return
        message, is_fresh = due
        injected = sender.draw_delivery_fault(message) if is_fresh else None
        mishap = injected.mishap if injected else None
        if mishap is DeliveryFault.OUT_OF_ORDER:
            sender.outbox.postpone(webhook_id, now=sender.instant)
            self.start(sender)
            return
        delivery = sender.outbox.begin(webhook)
        try:
            await self._try(sender, webhook, delivery, mishap)
        except Exception:  # noqa: BLE001 - one endpoint must not stop the others
            _log.exception("Delivery %s to %s broke down", delivery.message.id, webhook.url)
            sender.outbox.give_up(
                delivery, DeliveryOutcome.FAILED, "broke down", now=sender.instant
            )
        self.start(sender)

    async def _try(
        self,
        sender: DeliverySource,
        webhook: Webhook,
        delivery: Delivery,
        mishap: DeliveryFault | None,
    ) -> None:
        outbox = sender.outbox
        if mishap is DeliveryFault.LOST:
            outbox.give_up(delivery, DeliveryOutcome.LOST, "a fault lost it", now=sender.instant)
            return
        try:
            await self._addresses.check(webhook.url)
        except AddressNotAllowed as withheld:
            outbox.give_up(delivery, DeliveryOutcome.WITHHELD, str(withheld), now=sender.instant)
            return
        for _ in range(2 if mishap is DeliveryFault.TWICE else 1):
            async with self._room:
                attempt = await self._attempt(sender, webhook, delivery.message)
            sender.note_attempt(delivery, attempt)
        if attempt.status == 410:
            delivery.attempts.append(attempt)
            outbox.close(webhook, "the endpoint is gone (410)")
            sender.note_gone(webhook)
        else:
            outbox.settle(delivery, attempt, now=sender.instant)

    async def _attempt(self, sender: DeliverySource, webhook: Webhook, message: Message) -> Attempt:
        at, began = sender.instant, time.perf_counter()
        headers = self._headers(webhook, message, at=at)
        responded, error = None, None
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                responded = await self.post(webhook.url, message.body, headers)
        except TimeoutError:
            error = f"no whole answer within {TIMEOUT_SECONDS:.0f} s"
        except self._unanswered as unanswered:
            error = str(unanswered)
        attempt = Attempt(
            at=at,
            error=error,
            milliseconds=(time.perf_counter() - began) * 1000,
            request_headers=tuple(headers.items()),
        )
        if responded is None:
            return attempt
        status = responded.status
        return replace(
            attempt,
            status=status,
            error=None if 200 <= status < 300 else f"answered {status}",
            response_headers=responded.headers,
            response_body=responded.body[:_MOST_KEPT].decode("utf-8", "replace"),
            retry_after=_retry_after(dict(responded.headers), now=at),
        )

    def _headers(self, webhook: Webhook, message: Message, *, at: float) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": _AGENT,
            SIGNATURE_HEADER: sign(message.body, webhook.secret),
        }
        if self._standard:
            stamp = str(int(at))
            signed = b".".join((message.id.encode(), stamp.encode(), message.body))
            digest = hmac.new(_standard_key(webhook.secret), signed, hashlib.sha256).digest()
            headers |= {
                "webhook-id": message.id,
                "webhook-timestamp": stamp,
                "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
            }
        return headers

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> "WebhookResponse":
        """Send one request. Raises what the HTTP client calls unanswered."""
        return await self._wire().post(url, body, headers)

    def _wire(self) -> "WebhookClient":
        """Return the connections; the HTTP client is imported when there is something to send."""
        if self._open_wire is None:
            wire = import_module("statuspool_mock.webhooks.http_client")
            self._unanswered = wire.Unanswered
            self._open_wire = wire.WebhookClient(self._addresses)
        return self._open_wire


def _standard_key(secret: str) -> bytes:
    """Return a secret as Standard Webhooks has it: base64 after `whsec_`, else its text."""
    if secret.startswith("whsec_"):
        with contextlib.suppress(binascii.Error, ValueError):
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    return secret.encode()


def _retry_after(headers: dict[str, str], *, now: float) -> float | None:
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    if text is None:
        return None
    if text.isascii() and text.strip().isdigit():
        return float(min(int(text.strip()[:9]), 86_400))
    with contextlib.suppress(TypeError, ValueError):
        return min(max(email.utils.parsedate_to_datetime(text).timestamp() - now, 0.0), 86_400.0)
    return None
