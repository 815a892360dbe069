"""What a world's endpoints are told, and the courier that carries it to them."""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from statuspool_mock.exchanges.faults import DELIVERY, FaultTarget, InjectedFault
from statuspool_mock.sandbox.persistence import ChangeLog, Courier
from statuspool_mock.simulation import (
    Command,
    DisableWebhook,
    Fact,
    NoteTrigger,
    UnknownWebhook,
    Webhook,
)
from statuspool_mock.webhooks import (
    Attempt,
    Delivery,
    Message,
    Outbox,
    OutboxState,
    message_for,
)

if TYPE_CHECKING:
    from statuspool_mock.sandbox.sandbox import Sandbox


class WebhookDispatcher:
    """The outbox of one sandbox. Without a courier, what is posted waits for ever."""

    def __init__(
        self, sandbox: "Sandbox", *, change_log: ChangeLog, sender: Courier | None
    ) -> None:
        self._sandbox = sandbox
        self._change_log = change_log
        self._sender = sender
        self.outbox = Outbox(keep=change_log.append_outbox)

    def begin(self, image: OutboxState | None = None) -> None:
        """Begin anew, with what waited then; without an image, as if nothing ever left.

        What left did leave, so a world that goes back in time keeps its log.
        """
        log = self.outbox.log
        if image is None:
            log.clear()
        else:
            log.break_off("its world went back in time")
        self.outbox = Outbox(image, keep=self._change_log.append_outbox, log=log)

    # What the world has to say

    def tell(self, facts: Iterable[Fact]) -> None:
        """Post what endpoints are subscribed to, and send what is due."""
        world = self._sandbox.world
        if not world.has_webhooks:
            return
        for fact in facts:
            message = message_for(fact, world, number=self.outbox.made + 1)
            if message is not None:
                webhooks = world.webhooks(team=message.team, active=True)
                told = [webhook for webhook in webhooks if message.event in webhook.events]
                if told:
                    self.outbox.made += 1
                    self.outbox.post(message, told, now=max(self.instant, fact.at))
        self.dispatch()

    def post(self, message: Message, webhooks: Iterable[Webhook]) -> None:
        """Let a new message be delivered now, or as soon as it is its turn."""
        self.outbox.made += 1
        self.post_again(message, webhooks)

    def post_again(self, message: Message, webhooks: Iterable[Webhook]) -> None:
        """Let a message be delivered once more, under the same id."""
        self.outbox.post(message, webhooks, now=self.instant)
        self.dispatch()

    # When it leaves

    def dispatch(self) -> None:
        """Let what is due be sent in the background."""
        if self._sender is not None:
            self._sender.start(self)

    async def delivered(self, *, seconds: float) -> bool:
        """Return when all that is due was sent; False where that took too long."""
        return self._sender is None or await self._sender.settle(self, seconds=seconds)

    @property
    def matters(self) -> bool:
        """Whether endpoints are, or may come to be, told something as time goes by."""
        return self._sender is not None and (
            self._sandbox.world.has_webhooks or self.outbox.next_due is not None
        )

    # What the courier asks and tells

    @property
    def instant(self) -> float:
        """The world's time."""
        return self._sandbox.instant

    def webhook(self, webhook_id: str) -> Webhook:
        """Return an endpoint of either team. Raises `UnknownWebhook`."""
        return self._sandbox.world.webhook(webhook_id)

    def draw_delivery_fault(self, message: Message) -> InjectedFault | None:
        """Return what befalls a delivery, None where nothing does."""
        if not self._sandbox.faults:
            return None
        return self._sandbox.inject_fault(
            FaultTarget(DELIVERY, "POST", message.monitor_id, message.team)
        )

    def note_attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        """Take note of an attempt to deliver: `last_triggered_at` is its time."""
        self._apply(NoteTrigger(webhook_id=delivery.webhook_id, at=int(attempt.at)))
        told = {
            "delivery": delivery.number,
            "message_id": delivery.message.id,
            "webhook_id": delivery.webhook_id,
            "event": delivery.message.event,
            "status": attempt.status,
            "error": attempt.error,
        }
        self._sandbox.events.add("delivery", told, at=attempt.at)

    def note_gone(self, webhook: Webhook) -> None:
        """Make an endpoint inactive that wants no more."""
        self._apply(DisableWebhook(webhook_id=webhook.id))

    def _apply(self, command: Command) -> None:
        world = self._sandbox.world
        with suppress(UnknownWebhook):  # the world may have been reset meanwhile
            world.apply(command)
            self._change_log.append_command(command, at=world.now)
