"""Webhook deliveries: what is sent to whom and when, and how it went. Reference: Webhooks."""

from statuspool_mock.outbox.log import Attempt, Delivery, DeliveryLog, Outcome
from statuspool_mock.outbox.messages import Message, message_for, sample
from statuspool_mock.outbox.outbox import (
    RETRY_SECONDS,
    Outbox,
    OutboxImage,
    image_data,
    image_from,
)

__all__ = [
    "RETRY_SECONDS",
    "Attempt",
    "Delivery",
    "DeliveryLog",
    "Message",
    "Outbox",
    "OutboxImage",
    "Outcome",
    "image_data",
    "image_from",
    "message_for",
    "sample",
]
