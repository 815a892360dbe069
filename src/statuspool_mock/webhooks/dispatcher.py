"""Puts the events of one world into its outbox, and hands what is due to the sender."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Any, Protocol

from statuspool_mock.exchanges.faults import DELIVERY, FaultSet, FaultTarget, InjectedFault
from statuspool_mock.simulation import (
    Command,
    Fact,
    NoteGone,
    NoteTrigger,
    Team,
    UnknownWebhook,
    Webhook,
    World,
)
from statuspool_mock.webhooks.delivery_log import Attempt, Delivery
from statuspool_mock.webhooks.messages import Message, message_for, topic_of
from statuspool_mock.webhooks.outbox import Outbox, OutboxState, posted
from statuspool_mock.webhooks.sender import WebhookSender


class EventStream(Protocol):
    """Takes events for those who follow a world."""

    def add(self, kind: str, value: Any, *, at: float) -> None:
        """Add an event at an instant of the world."""


class DispatchingWorld(Protocol):
    """What a dispatcher needs of the sandbox whose webhooks it delivers."""

    world: World
    faults: FaultSet

    @property
    def published_until(self) -> int:
        """The instant up to which the world's facts were put into the outbox."""

    @property
    def events(self) -> EventStream:
        """The stream that deliveries are added to."""

    @property
    def instant(self) -> float:
        """The world's time."""

    def inject_fault(self, target: FaultTarget) -> InjectedFault | None:
        """Return the fault to inject into a delivery, if any."""


class DeliveryChangeLog(Protocol):
    """Where changes are written that messages and deliveries make."""

    async def durable(self) -> None:
        """Wait until all that was written survives a crash."""

    def append_outbox(self, *changes: Mapping[str, Any], at: int) -> None:
        """Write changes of the outbox. Raises an exception if that is impossible."""

    def defer_outbox(self, *changes: Mapping[str, Any], at: int) -> None:
        """Write changes of the outbox, later if that is impossible now."""

    def defer_command(self, command: Command, *, at: int) -> None:
        """Write a command that was carried out, later if that is impossible now."""


class WebhookDispatcher:
    """The outbox of one sandbox. Without a sender, its messages wait forever."""

    def __init__(
        self,
        sandbox: DispatchingWorld,
        *,
        change_log: DeliveryChangeLog,
        sender: WebhookSender | None,
    ) -> None:
        self._sandbox = sandbox
        self._change_log = change_log
        self._sender = sender
        self.outbox = Outbox(keep=self._keep)

    def begin(self, image: OutboxState | None = None) -> None:
        """Start over with the outbox of a state; without one, as if nothing was ever sent.

        What was sent was sent, so a world that goes back in time keeps its delivery log.
        """
        log = self.outbox.log
        self.outbox.detach()
        if image is None:
            log.clear()
        else:
            log.break_off("the world was rewound")
        self.outbox = Outbox(image, keep=self._keep, log=log)

    def close(self) -> None:
        """Break off every delivery, since the world is closed."""
        self.outbox.detach()
        if self._sender is not None:
            self._sender.cancel(self)

    def enqueue(self, facts: Iterable[Fact]) -> None:
        """Put what endpoints are subscribed to into the outbox, and send what is due."""
        self.put(facts)
        self.dispatch()

    def put(self, facts: Iterable[Fact]) -> None:
        """Put what endpoints are subscribed to into the outbox."""
        world = self._sandbox.world
        if not world.has_webhooks:
            return
        subscribers = cache(partial(_subscribers, world))
        changes = []
        for fact in facts:
            topic = topic_of(fact)
            subscribed = subscribers(*topic) if topic is not None else ()
            if not subscribed:
                continue
            if self.outbox.is_full:
                self.outbox.dropped += len(subscribed)
                continue
            message = message_for(fact, world, number=self.outbox.made + 1)
            if message is not None:
                now = max(self.instant, fact.at)
                self.outbox.made += 1
                told = self.outbox.post(message, subscribed, now=now)
                changes.append(posted(message, told, now=now, made=self.outbox.made))
        if changes:
            self._change_log.defer_outbox(*changes, at=self._sandbox.published_until)

    def post(self, message: Message, webhooks: Sequence[Webhook]) -> None:
        """Deliver a new message now, or as soon as it is its turn."""
        self._post([(message, webhooks)], made=self.outbox.made + 1)

    def post_again(self, messages: Iterable[tuple[Message, Webhook]]) -> None:
        """Deliver messages once more, under the same ids."""
        self._post([(message, [one]) for message, one in messages], made=self.outbox.made)

    def drop(self, webhook: Webhook, reason: str) -> None:
        """Give up what waits for an endpoint that was disabled or deleted."""
        self.outbox.close(webhook, reason)

    def _post(self, messages: Sequence[tuple[Message, Sequence[Webhook]]], *, made: int) -> None:
        """Store messages, then put them into the outbox, and send what is due."""
        now = self.instant
        changes = [
            posted(message, [one.id for one in to], now=now, made=made) for message, to in messages
        ]
        if changes:
            self._change_log.append_outbox(*changes, at=self._sandbox.published_until)
        self.outbox.made = made
        for message, to in messages:
            self.outbox.post(message, to, now=now)
        self.dispatch()

    def _keep(self, change: Mapping[str, Any]) -> None:
        self._change_log.defer_outbox(change, at=self._sandbox.published_until)

    def dispatch(self) -> None:
        """Send what is due, in the background."""
        if self._sender is not None:
            self._sender.start(self)

    async def delivered(self, *, seconds: float) -> bool:
        """Wait until all that is due was sent; return False if that took too long."""
        return self._sender is None or await self._sender.settle(self, seconds=seconds)

    @property
    def is_sending(self) -> bool:
        """Whether a delivery is under way."""
        return self._sender is not None and self._sender.is_sending(self)

    @property
    def is_needed(self) -> bool:
        """Whether endpoints may have to be notified as time passes."""
        return self._sender is not None and (
            self._sandbox.world.has_webhooks or self.outbox.next_due is not None
        )

    # What the sender needs

    async def durable(self) -> None:
        """Wait until what is to be sent survives a crash."""
        await self._change_log.durable()

    @property
    def instant(self) -> float:
        """The world's time."""
        return self._sandbox.instant

    def webhook(self, webhook_id: str) -> Webhook:
        """Return an endpoint of either team. Raises `UnknownWebhook`."""
        return self._sandbox.world.webhook(webhook_id)

    def draw_delivery_fault(self, message: Message) -> InjectedFault | None:
        """Return the fault to inject into a delivery, if any."""
        if not self._sandbox.faults:
            return None
        return self._sandbox.inject_fault(
            FaultTarget(DELIVERY, "POST", message.monitor_id, message.team)
        )

    def note_attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        """Record an attempt to deliver: its time becomes `last_triggered_at`."""
        self._apply(NoteTrigger(webhook_id=delivery.webhook_id, at=int(attempt.at)))
        outcome = {
            "delivery": delivery.number,
            "message_id": delivery.message.id,
            "webhook_id": delivery.webhook_id,
            "event": delivery.message.event,
            "status": attempt.status,
            "error": attempt.error,
        }
        self._sandbox.events.add("delivery", outcome, at=attempt.at)

    def note_gone(self, webhook: Webhook) -> None:
        """Disable an endpoint that no longer exists."""
        self._apply(NoteGone(webhook_id=webhook.id))

    def _apply(self, command: Command) -> None:
        world = self._sandbox.world
        with suppress(UnknownWebhook):  # the world may have been reset meanwhile
            world.apply(command)
            self._change_log.defer_command(command, at=self._sandbox.published_until)


def _subscribers(world: World, event: str, team: Team) -> list[Webhook]:
    return [one for one in world.webhooks(team=team, active=True) if event in one.events]
