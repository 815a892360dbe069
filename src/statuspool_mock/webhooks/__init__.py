"""Webhook deliveries: the outbox, the sender and the delivery log. Reference: Webhooks."""

from statuspool_mock.webhooks.delivery_log import Attempt, Delivery, DeliveryLog, DeliveryOutcome
from statuspool_mock.webhooks.messages import Message, message_for, sample
from statuspool_mock.webhooks.outbox import (
    RETRY_SECONDS,
    Outbox,
    OutboxState,
    image_data,
    image_from,
)

__all__ = [
    "RETRY_SECONDS",
    "Attempt",
    "Delivery",
    "DeliveryLog",
    "DeliveryOutcome",
    "Message",
    "Outbox",
    "OutboxState",
    "image_data",
    "image_from",
    "message_for",
    "sample",
]
