"""Webhooks: endpoints, deliveries, triggers and redelivery."""

from typing import Any

from statuspool_mock.sandbox import Conflict, InvalidInput, NotFound
from statuspool_mock.simulation import (
    DeleteWebhook,
    DisableWebhook,
    EnableWebhook,
    Monitor,
    UnknownWebhook,
    Webhook,
)
from statuspool_mock.time_parsing import written
from statuspool_mock.web.control.context import ControlContext, period
from statuspool_mock.webhooks import Attempt, Delivery, DeliveryOutcome, Message, sample


def list_world_webhooks(context: ControlContext) -> Any:
    """Handle GET /webhooks."""
    webhooks = context.world.webhooks(team=context.team)
    return {"results": [_webhook_json(context, webhook) for webhook in webhooks]}


async def enable_webhook(context: ControlContext) -> Any:
    """Handle POST /webhooks/{id}/enable."""
    webhook = _webhook(context, context.path["id"])
    enabled: Any = context.sandbox.apply(EnableWebhook(team=webhook.team, webhook_id=webhook.id))
    return _webhook_json(context, enabled)


async def disable_webhook(context: ControlContext) -> Any:
    """Handle POST /webhooks/{id}/disable."""
    webhook = _webhook(context, context.path["id"])
    disabled: Any = context.sandbox.apply(DisableWebhook(team=webhook.team, webhook_id=webhook.id))
    context.sandbox.dispatcher.drop(disabled, "the webhook was disabled")
    return _webhook_json(context, disabled)


async def delete_webhook(context: ControlContext) -> None:
    """Handle DELETE /webhooks/{id}."""
    webhook = _webhook(context, context.path["id"])
    context.sandbox.apply(DeleteWebhook(team=webhook.team, webhook_id=webhook.id))
    context.sandbox.dispatcher.drop(webhook, "the webhook was deleted")


async def take_delivery(context: ControlContext) -> None:
    """Handle POST /receiver."""
    del context  # the delivery log shows it


async def trigger_webhooks(context: ControlContext) -> Any:
    """Handle POST /webhooks/trigger."""
    body, sandbox = context.body, context.sandbox
    event = body["event"]
    monitor = _monitor(context)
    message = sample(event, monitor, context.world, number=sandbox.dispatcher.outbox.made + 1)
    webhook_id = body.get("webhook_id")
    if webhook_id is not None:
        told = [_active_webhook(context, webhook_id)]
    else:
        active = context.world.webhooks(team=context.team, active=True)
        told = [webhook for webhook in active if event in webhook.events]
    if not told:
        raise Conflict(f"No active webhook of your team is subscribed to {event}.")
    sandbox.dispatcher.post(message, told)
    await sandbox.dispatcher.delivered(seconds=30)
    return {"message_id": message.id, "webhooks": [webhook.id for webhook in told]}


def list_deliveries(context: ControlContext) -> Any:
    """Handle GET /deliveries."""
    values = context.values
    since, until = period(values)
    found = [
        delivery
        for delivery in context.sandbox.dispatcher.outbox.log
        if delivery.message.team is context.team
        and values.get("webhook_id") in {None, delivery.webhook_id}
        and values.get("outcome") in {None, delivery.outcome}
        and values.get("event") in {None, delivery.message.event}
        and values.get("monitor_id") in {None, delivery.message.monitor_id}
        and since <= delivery.message.created_at <= until
    ]
    return {
        "results": [_row(delivery) for delivery in found[: -values["limit"] - 1 : -1]],
        "total": len(found),
        "waiting": context.sandbox.dispatcher.outbox.waiting,
        "dropped": context.sandbox.dispatcher.outbox.dropped,
    }


async def get_delivery(context: ControlContext) -> Any:
    """Handle GET /deliveries/{number}."""
    delivery = _delivery(context)
    return {
        **_row(delivery),
        "body": delivery.message.body.decode(),
        "tries": [_try(attempt) for attempt in delivery.attempts],
    }


async def redeliver(context: ControlContext) -> Any:
    """Handle POST /deliveries/{number}/redeliver."""
    delivery = _delivery(context)
    webhook = _active_webhook(context, delivery.webhook_id)
    return {"redelivered": await _send_again(context, [(delivery.message, webhook)])}


async def redeliver_failed(context: ControlContext) -> Any:
    """Handle POST /deliveries/redeliver."""
    active = {one.id: one for one in context.world.webhooks(team=context.team, active=True)}
    failed = [
        (delivery.message, active[delivery.webhook_id])
        for delivery in context.sandbox.dispatcher.outbox.log
        if delivery.outcome in _FAILED and delivery.webhook_id in active
    ]
    return {"redelivered": await _send_again(context, failed)}


_FAILED = {DeliveryOutcome.FAILED, DeliveryOutcome.WITHHELD, DeliveryOutcome.LOST}


async def _send_again(context: ControlContext, messages: list[tuple[Message, Webhook]]) -> int:
    sandbox = context.sandbox
    sandbox.dispatcher.post_again(messages)
    await sandbox.dispatcher.delivered(seconds=30)
    return len(messages)


def _delivery(context: ControlContext) -> Delivery:
    number = context.path["number"]
    plain = number.isascii() and number.isdigit() and len(number) < 16
    delivery = context.sandbox.dispatcher.outbox.log.find(int(number)) if plain else None
    if delivery is None or delivery.message.team is not context.team:
        raise NotFound(f"There is no delivery {number} in the log.")
    return delivery


def _webhook(context: ControlContext, webhook_id: str) -> Webhook:
    webhook = context.world.webhook(webhook_id.lower())
    if webhook.team is not context.team:
        raise UnknownWebhook(webhook_id)
    return webhook


def _active_webhook(context: ControlContext, webhook_id: str) -> Webhook:
    webhook = _webhook(context, webhook_id)
    if not webhook.active:
        raise Conflict(f"Webhook {webhook.id} is disabled; enable it first.")
    return webhook


def _monitor(context: ControlContext) -> Monitor:
    if "monitor_id" in context.body:
        return context.world.monitor(context.body["monitor_id"].lower(), team=context.team)
    items = context.world.monitors(team=context.team, limit=1).items
    if not items:
        raise InvalidInput("Is required, since your team has no monitors", field="monitor_id")
    return items[0]


def _webhook_json(context: ControlContext, webhook: Webhook) -> dict[str, Any]:
    triggered = webhook.last_triggered_at
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "active": webhook.active,
        "last_triggered_at": None if triggered is None else written(triggered),
        "waiting": context.sandbox.dispatcher.outbox.waiting_for(webhook.id),
    }


def _row(delivery: Delivery) -> dict[str, Any]:
    last = delivery.attempts[-1] if delivery.attempts else None
    return {
        "number": delivery.number,
        "webhook_id": delivery.webhook_id,
        "url": delivery.url,
        "message_id": delivery.message.id,
        "event": delivery.message.event,
        "monitor_id": delivery.message.monitor_id,
        "created_at": written(delivery.message.created_at),
        "outcome": delivery.outcome,
        "reason": delivery.reason,
        "attempts": len(delivery.attempts),
        "status": None if last is None else last.status,
        "error": None if last is None else last.error,
    }


def _try(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": written(attempt.at),
        "status": attempt.status,
        "error": attempt.error,
        "milliseconds": round(attempt.milliseconds, 3),
        "request_headers": attempt.request_headers,
        "response_headers": attempt.response_headers,
        "response_body": attempt.response_body,
    }
