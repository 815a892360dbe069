"""The delivery log: deliveries and their attempts, kept when the world is rewound."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from statuspool_mock.simulation import Webhook
from statuspool_mock.webhooks.messages import Message

_MOST_KEPT = 5_000


class DeliveryOutcome(StrEnum):
    """The outcome of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Every attempt failed, or the endpoint responded 410 Gone."""
    WITHHELD = "withheld"
    """Never sent: deliveries to the address are not allowed."""
    LOST = "lost"
    """Never sent: lost by an injected fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt, at an instant of the world. `error` says why it failed."""

    at: float
    status: int | None = None
    error: str | None = None
    milliseconds: float = 0.0
    request_headers: tuple[tuple[str, str], ...] = ()
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: str = ""
    retry_after: float | None = None
    """Seconds to wait before the next attempt, as the endpoint asked."""

    @property
    def succeeded(self) -> bool:
        """Whether the endpoint accepted it: 2xx and nothing else."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True)
class Delivery:
    """The delivery of a message to an endpoint: pending, delivered or failed."""

    number: int
    webhook_id: str
    url: str
    message: Message
    outcome: DeliveryOutcome = DeliveryOutcome.PENDING
    reason: str | None = None
    attempts: list[Attempt] = field(default_factory=list)


class DeliveryLog:
    """The newest deliveries of a sandbox. Numbers are never reused."""

    def __init__(self) -> None:
        self._kept: deque[Delivery] = deque(maxlen=_MOST_KEPT)
        self._made = 0

    def __iter__(self) -> Iterator[Delivery]:
        return iter(self._kept)

    def enter(self, webhook: Webhook, message: Message) -> Delivery:
        """Add a new delivery and return it."""
        self._made += 1
        delivery = Delivery(self._made, webhook.id, webhook.url, message)
        self._kept.append(delivery)
        return delivery

    def find(self, number: int) -> Delivery | None:
        """Return a delivery by its number, if it is still kept."""
        index = number - (self._made - len(self._kept) + 1)
        return self._kept[index] if 0 <= index < len(self._kept) else None

    def break_off(self, reason: str) -> None:
        """Give up every pending delivery."""
        for delivery in self._kept:
            if delivery.outcome is DeliveryOutcome.PENDING:
                delivery.outcome, delivery.reason = DeliveryOutcome.FAILED, reason

    def clear(self) -> None:
        """Remove every delivery; numbering continues."""
        self._kept.clear()
