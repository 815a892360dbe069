"""Webhook deliveries: what is sent to whom and when, and how it went. Reference: Webhooks."""

from statuspool_mock.outbox.messages import Message, message_for, sample
from statuspool_mock.outbox.outbox import (
    RETRY_SECONDS,
    Attempt,
    Delivery,
    Outbox,
    OutboxImage,
    Outcome,
    image_data,
    image_from,
)

__all__ = [
    "RETRY_SECONDS",
    "Attempt",
    "Delivery",
    "Message",
    "Outbox",
    "OutboxImage",
    "Outcome",
    "image_data",
    "image_from",
    "message_for",
    "sample",
]
