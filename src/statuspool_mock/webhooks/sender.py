"""Sends deliveries: signed, in order, bounded in time, size and number.

One sender serves all worlds of a server. Redirects are never followed, and connections are made to
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
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from statuspool_mock.contract.signing import SIGNATURE_HEADER, sign
from statuspool_mock.exchanges.faults import DeliveryFault, InjectedFault
from statuspool_mock.exchanges.masking import masked_text
from statuspool_mock.simulation import UnknownWebhook, Webhook
from statuspool_mock.webhooks.addresses import AddressNotAllowed, AddressPolicy
from statuspool_mock.webhooks.delivery_log import Attempt, Delivery, DeliveryOutcome
from statuspool_mock.webhooks.messages import Message
from statuspool_mock.webhooks.outbox import Outbox
from statuspool_mock.webhooks.room import SendingRoom

if TYPE_CHECKING:
    from statuspool_mock.webhooks.http_client import WebhookClient, WebhookResponse

TIMEOUT_SECONDS = 15.0
_MOST_KEPT = 4 * 1024
_AGENT = "Statuspool-Webhooks/1.0"
_log = logging.getLogger(__name__)


class DeliverySource(Protocol):
    """What a sender needs of a world whose deliveries it sends."""

    outbox: Outbox

    async def durable(self) -> None:
        """Wait until what is to be sent survives a crash."""

    @property
    def instant(self) -> float:
        """The world's time."""

    def webhook(self, webhook_id: str) -> Webhook:
        """Return an endpoint. Raises `UnknownWebhook`."""

    def draw_delivery_fault(self, message: Message) -> InjectedFault | None:
        """Return the fault to inject into a delivery, if any."""

    def note_attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        """Record an attempt."""

    def note_gone(self, webhook: Webhook) -> None:
        """Record that an endpoint is gone."""


class WebhookSender:
    """Sends what is due in worlds, in the background and on request.

    `allowed` are hosts beyond this machine that deliveries may be sent to. `standard` adds the
    headers of Standard Webhooks to those of the API.
    """

    def __init__(self, *, allowed: Iterable[str] = (), standard: bool = False) -> None:
        self._addresses = AddressPolicy(allowed)
        self._standard = standard
        self._opened_client: WebhookClient | None = None
        self._request_failed: type[Exception] = OSError
        self._room = SendingRoom()
        self._tasks: dict[DeliverySource, dict[asyncio.Task[None], Outbox]] = {}
        self.results: Counter[str] = Counter()
        """How many attempts were delivered, refused or failed, and deliveries withheld or lost."""

    def start(self, source: DeliverySource) -> None:
        """Send what is due, in the background. Needs a running event loop."""
        outbox = source.outbox
        for webhook_id in outbox.take_due(now=source.instant):
            task = asyncio.get_running_loop().create_task(
                self._send_due(source, outbox, webhook_id)
            )
            self._tasks.setdefault(source, {})[task] = outbox
            task.add_done_callback(partial(self._finished, source))

    def _finished(self, source: DeliverySource, task: asyncio.Task[None]) -> None:
        tasks = self._tasks[source]
        del tasks[task]
        if not tasks:
            del self._tasks[source]

    def is_sending(self, source: DeliverySource) -> bool:
        """Whether a delivery of this source is under way."""
        return source in self._tasks

    def cancel(self, source: DeliverySource) -> None:
        """Break off every delivery of a source."""
        for task in self._tasks.get(source, ()):
            task.cancel()

    async def settle(self, source: DeliverySource, *, seconds: float) -> bool:
        """Send what is due and wait until it has arrived or failed; return False on time-out.

        Deliveries of an outbox that was replaced are not waited for: nothing comes of them.
        """
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self.start(source)
                    tasks = self._under_way(source)
                    if not tasks:
                        return True
                    await asyncio.wait(tasks)
        except TimeoutError:
            return False

    def _under_way(self, source: DeliverySource) -> list[asyncio.Task[None]]:
        tasks = self._tasks.get(source, {})
        return [task for task, outbox in tasks.items() if outbox is source.outbox]

    async def close(self) -> None:
        """Close every connection."""
        for tasks in self._tasks.values():
            for task in tasks:
                task.cancel()
        if self._opened_client is not None:
            await self._opened_client.close()

    async def _send_due(self, source: DeliverySource, outbox: Outbox, webhook_id: str) -> None:
        """Make the attempt that is due for one endpoint, and those that become due after it.

        The outbox of the source may be replaced meanwhile; then nothing more comes of it.
        """
        try:
            webhook = source.webhook(webhook_id)
        except UnknownWebhook:
            return
        due = outbox.first(webhook_id)
        if due is None:
            return
        message, is_fresh = due
        injected = source.draw_delivery_fault(message) if is_fresh else None
        mishap = injected.mishap if injected else None
        if mishap is DeliveryFault.OUT_OF_ORDER:
            outbox.postpone(webhook_id, now=source.instant)
            self.start(source)
            return
        delivery = outbox.begin(webhook)
        try:
            await self._try(source, outbox, webhook, delivery, mishap)
        except Exception:  # noqa: BLE001 - one endpoint must not stop the others
            url = masked_text(webhook.url)
            _log.exception("Delivery %s to %s: internal error", delivery.message.id, url)
            outbox.give_up(delivery, DeliveryOutcome.FAILED, "internal error", now=source.instant)
        self.start(source)

    async def _try(
        self,
        source: DeliverySource,
        outbox: Outbox,
        webhook: Webhook,
        delivery: Delivery,
        mishap: DeliveryFault | None,
    ) -> None:
        if mishap is DeliveryFault.LOST:
            self.results["lost"] += 1
            outbox.give_up(delivery, DeliveryOutcome.LOST, "lost by a fault", now=source.instant)
            return
        try:
            await self._addresses.check(webhook.url)
        except AddressNotAllowed as withheld:
            self.results["withheld"] += 1
            outbox.give_up(delivery, DeliveryOutcome.WITHHELD, str(withheld), now=source.instant)
            return
        attempt = None
        for _ in range(2 if mishap is DeliveryFault.TWICE else 1):
            async with self._room.for_one(source, urlsplit(webhook.url).netloc.lower()):
                await source.durable()
                if not outbox.is_current(delivery):  # given up while it waited for room
                    break
                attempt = await self._attempt(source, webhook, delivery.message)
            self.results[_result(attempt)] += 1
            if outbox is source.outbox:
                source.note_attempt(delivery, attempt)
        if attempt is None:
            return
        if outbox is not source.outbox:
            delivery.attempts.append(attempt)
        elif attempt.status == 410:
            delivery.attempts.append(attempt)
            outbox.close(webhook, "the endpoint is gone (410)")
            source.note_gone(webhook)
        else:
            outbox.settle(delivery, attempt, now=source.instant)

    async def _attempt(self, source: DeliverySource, webhook: Webhook, message: Message) -> Attempt:
        at, began = source.instant, time.perf_counter()
        headers = self._headers(webhook, message)
        responded, error = None, None
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                responded = await self.post(webhook.url, message.body, headers)
        except TimeoutError:
            error = f"no complete response within {TIMEOUT_SECONDS:.0f} s"
        except self._request_failed as unanswered:
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
            error=None if 200 <= status < 300 else f"status {status}",
            response_headers=responded.headers,
            response_body=responded.body[:_MOST_KEPT].decode("utf-8", "replace"),
            retry_after=_retry_after(dict(responded.headers), now=at),
        )

    def _headers(self, webhook: Webhook, message: Message) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": _AGENT,
            SIGNATURE_HEADER: sign(message.body, webhook.secret),
        }
        if self._standard:
            stamp = str(int(time.time()))  # consumers compare it with their own clocks
            signed = b".".join((message.id.encode(), stamp.encode(), message.body))
            digest = hmac.new(_standard_key(webhook.secret), signed, hashlib.sha256).digest()
            headers |= {
                "webhook-id": message.id,
                "webhook-timestamp": stamp,
                "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
            }
        return headers

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> "WebhookResponse":
        """Send one request. Raises `RequestFailed` of the HTTP client."""
        return await (await self._client()).post(url, body, headers)

    async def _client(self) -> "WebhookClient":
        """Return the HTTP client, which is imported when there is something to send."""
        if self._opened_client is None:
            name = "statuspool_mock.webhooks.http_client"
            module = await asyncio.to_thread(import_module, name)
            self._request_failed = module.RequestFailed
        if self._opened_client is None:  # several may have waited for the module
            self._opened_client = module.WebhookClient(self._addresses)
        return self._opened_client


def _result(attempt: Attempt) -> str:
    if attempt.status is None:
        return "failed"
    return "delivered" if attempt.error is None else "refused"


def _standard_key(secret: str) -> bytes:
    """Return the key of a secret as libraries of Standard Webhooks do, or its text.

    They decode base64 with and without `whsec_`, and some also without padding.
    """
    encoded = secret.removeprefix("whsec_").rstrip("=")
    with contextlib.suppress(binascii.Error, ValueError):
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
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
