"""The messages that still have to be sent, and when. Pure: nothing is sent here.

Each endpoint has a queue of its own. The next message is sent when the one before was delivered or
given up, so that events arrive in order. Times are the world's, in seconds.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from statuspool_mock.simulation import Webhook
from statuspool_mock.webhooks.delivery_log import Attempt, Delivery, DeliveryLog, DeliveryOutcome
from statuspool_mock.webhooks.messages import Message, message_data, message_from

RETRY_SECONDS = (5, 300, 1_800, 7_200, 18_000)
"""Seconds from each failed attempt to the next."""

MOST_WAITING = 10_000
"""How many messages wait in all queues of a world; one counts once for each endpoint."""

OVERTAKEN_SECONDS = 30.0
"""Seconds that an out-of-order message waits to be overtaken by another."""

Json = Mapping[str, Any]


@dataclass(slots=True)
class EndpointQueue:
    """The messages for one endpoint. `attempts` and `due_at` are those of the first one."""

    waiting: deque[Message] = field(default_factory=deque)
    tried: int = 0
    due_at: float = 0.0
    turn: int = 0
    current: Delivery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """A queue as an immutable value."""

    webhook_id: str
    messages: tuple[Message, ...]
    tried: int
    due_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxState:
    """Everything in the outbox as an immutable value, without the delivery log."""

    made: int = 0
    lines: tuple[QueueState, ...] = ()


class Outbox:
    """The queues of one world's endpoints.

    `keep` is called with every change that a delivery makes, as plain data that `replay`
    understands; those who post a message store it themselves, see `posted`. Deliveries are recorded
    in `log`.
    """

    def __init__(
        self,
        image: OutboxState | None = None,
        *,
        keep: Callable[[Json], None] | None = None,
        log: DeliveryLog | None = None,
    ) -> None:
        image = image or OutboxState()
        self._keep = keep or _forget
        self._overtaken: set[str] = set()
        self.made = image.made
        """How many messages were ever made."""
        self._lines: dict[str, EndpointQueue] = {}
        self._due: list[tuple[float, int, str]] = []  # (due at, turn, webhook id), a heap
        self._turns = 0
        self.waiting = sum(len(item.messages) for item in image.lines)
        """The number of messages in all queues."""
        self.dropped = 0
        """How many messages were not put into a queue, since too many were waiting."""
        self.log = DeliveryLog() if log is None else log
        for item in image.lines:
            line = self._lines[item.webhook_id] = EndpointQueue(deque(item.messages), item.tried)
            self._schedule(item.webhook_id, line, item.due_at)

    def image(self) -> OutboxState:
        """Return everything in the outbox."""
        return OutboxState(
            made=self.made,
            lines=tuple(
                QueueState(
                    webhook_id=webhook_id,
                    messages=tuple(line.waiting),
                    tried=line.tried,
                    due_at=line.due_at,
                )
                for webhook_id, line in self._lines.items()
                if line.waiting
            ),
        )

    def post(self, message: Message, webhooks: Iterable[Webhook], *, now: float) -> list[str]:
        """Put a message into the queues of endpoints, while there is room; return their ids."""
        told = []
        for webhook in webhooks:
            if self.waiting >= MOST_WAITING:
                self.dropped += 1
                continue
            self.waiting += 1
            line = self._lines.setdefault(webhook.id, EndpointQueue())
            line.waiting.append(message)
            told.append(webhook.id)
            if len(line.waiting) == 1:
                line.tried = 0
                self._schedule(webhook.id, line, now)
        return told

    def detach(self) -> None:
        """Forget every message. Attempts under way end without effect on the queues."""
        self._keep = _forget
        self._lines.clear()
        self._due.clear()
        self.waiting = 0

    def replay(self, change: Json, webhooks: Mapping[str, Webhook]) -> None:
        """Apply a stored change. One about a queue or message that is gone has no effect.

        Raises `KeyError`, `TypeError` or `ValueError` if it is not a change.
        """
        if "posted" in change:
            to = [webhooks[one] for one in change["to"] if one in webhooks]
            self.made = change["made"]
            self.post(message_from(change["posted"]), to, now=change["now"])
        elif "left" in change:
            line = self._line_of(change["left"], change["message"])
            if line is not None:
                line.waiting.popleft()
                self.waiting -= 1
                self._go_on(change["left"], line, now=change["now"])
        elif "closed" in change:
            self._pop(change["closed"])
        else:
            line = self._line_of(change["retry"], change["message"])
            if line is not None:
                line.tried = change["tried"]
                self._schedule(change["retry"], line, change["due_at"])

    def _line_of(self, webhook_id: str, message_id: str) -> EndpointQueue | None:
        """Return the queue of an endpoint with that message moved to its front."""
        line = self._lines.get(webhook_id)
        found = [one for one in line.waiting if one.id == message_id] if line else []
        if line is None or not found:
            return None
        line.waiting.remove(found[0])
        line.waiting.appendleft(found[0])
        return line

    def _go_on(self, webhook_id: str, line: EndpointQueue, *, now: float) -> None:
        """Schedule the next message of a queue, or drop the queue when it is empty."""
        line.current, line.tried = None, 0
        if line.waiting:
            self._schedule(webhook_id, line, now)
        else:
            del self._lines[webhook_id]

    @property
    def next_due(self) -> float | None:
        """The instant at which the next attempt is due, or None."""
        self._drop_stale()
        return self._due[0][0] if self._due else None

    @property
    def is_full(self) -> bool:
        """Whether no more messages can wait."""
        return self.waiting >= MOST_WAITING

    def waiting_for(self, webhook_id: str) -> int:
        """Return the number of messages for one endpoint."""
        line = self._lines.get(webhook_id)
        return 0 if line is None else len(line.waiting)

    def take_due(self, *, now: float) -> Iterator[str]:
        """Yield the endpoints whose first message is due; each is busy until `settle`."""
        while (due := self.next_due) is not None and due <= now:
            _, _, webhook_id = heappop(self._due)
            self._lines[webhook_id].turn = 0
            yield webhook_id

    def first(self, webhook_id: str) -> tuple[Message, bool] | None:
        """Return the message due for an endpoint, and whether faults may still affect it."""
        line = self._lines.get(webhook_id)
        if line is None or not line.waiting:
            return None
        message = line.waiting[0]
        return message, not line.tried and message.id not in self._overtaken

    def begin(self, webhook: Webhook) -> Delivery:
        """Return the delivery of the message that is due for an endpoint."""
        line = self._lines[webhook.id]
        if line.current is None:
            line.current = self.log.enter(webhook, line.waiting[0])
        return line.current

    def postpone(self, webhook_id: str, *, now: float) -> None:
        """Let the first message of a queue be overtaken by the next one, or by a later one."""
        line = self._lines[webhook_id]
        self._overtaken.add(line.waiting[0].id)
        wait = 0.0 if len(line.waiting) > 1 else OVERTAKEN_SECONDS
        if not wait:
            line.waiting[0], line.waiting[1] = line.waiting[1], line.waiting[0]
        self._schedule(webhook_id, line, now + wait)

    def settle(self, delivery: Delivery, attempt: Attempt, *, now: float) -> None:
        """Record the outcome of an attempt, and schedule a retry or the next message."""
        delivery.attempts.append(attempt)
        line = self._queue_of(delivery)
        if line is None:
            if attempt.succeeded:  # it arrived, though it was given up meanwhile
                delivery.outcome, delivery.reason = DeliveryOutcome.DELIVERED, None
            return
        if attempt.succeeded:
            self._leave(line, delivery, DeliveryOutcome.DELIVERED, None, now)
        elif line.tried >= len(RETRY_SECONDS):
            self._leave(line, delivery, DeliveryOutcome.FAILED, "every attempt failed", now)
        else:
            wait = max(RETRY_SECONDS[line.tried], attempt.retry_after or 0.0)
            line.tried += 1
            self._schedule(delivery.webhook_id, line, now + wait)
            self._keep(
                {
                    "retry": delivery.webhook_id,
                    "message": delivery.message.id,
                    "tried": line.tried,
                    "due_at": line.due_at,
                }
            )

    def is_current(self, delivery: Delivery) -> bool:
        """Whether a delivery is still to be made, since its endpoint was not closed meanwhile."""
        return self._queue_of(delivery) is not None

    def _queue_of(self, delivery: Delivery) -> EndpointQueue | None:
        line = self._lines.get(delivery.webhook_id)
        return line if line is not None and line.current is delivery else None

    def give_up(
        self, delivery: Delivery, outcome: DeliveryOutcome, reason: str, *, now: float
    ) -> None:
        """Remove a message from its queue without another attempt."""
        line = self._queue_of(delivery)
        if line is not None:
            self._leave(line, delivery, outcome, reason, now)

    def close(self, webhook: Webhook, reason: str) -> None:
        """Give up every message for an endpoint."""
        line = self._pop(webhook.id)
        if line is None:
            return
        for message in line.waiting:
            delivery = line.current if line.current and line.current.message is message else None
            delivery = delivery or self.log.enter(webhook, message)
            delivery.outcome, delivery.reason = DeliveryOutcome.FAILED, reason
        self._keep({"closed": webhook.id})

    def _leave(
        self,
        line: EndpointQueue,
        delivery: Delivery,
        outcome: DeliveryOutcome,
        reason: str | None,
        now: float,
    ) -> None:
        delivery.outcome, delivery.reason = outcome, reason
        self._overtaken.discard(line.waiting.popleft().id)
        self.waiting -= 1
        self._keep({"left": delivery.webhook_id, "message": delivery.message.id, "now": now})
        self._go_on(delivery.webhook_id, line, now=now)

    def _pop(self, webhook_id: str) -> EndpointQueue | None:
        line = self._lines.pop(webhook_id, None)
        self.waiting -= len(line.waiting) if line is not None else 0
        return line

    def _schedule(self, webhook_id: str, line: EndpointQueue, at: float) -> None:
        self._turns += 1
        line.due_at, line.turn = at, self._turns
        heappush(self._due, (at, self._turns, webhook_id))

    def _drop_stale(self) -> None:
        """Drop heap entries of queues that are gone or were rescheduled."""
        while self._due:
            _, turn, webhook_id = self._due[0]
            line = self._lines.get(webhook_id)
            if line is not None and line.turn == turn:
                return
            heappop(self._due)


def _forget(change: Json) -> None:
    del change


def posted(message: Message, to: Sequence[str], *, now: float, made: int) -> Json:
    """Return the change that posts a message to endpoints, after which `made` were made."""
    return {"posted": message_data(message), "to": to, "now": now, "made": made}


def image_data(image: OutboxState) -> dict[str, Any]:
    """Return the state of an outbox as plain data for JSON."""
    messages = {message.id: message for line in image.lines for message in line.messages}
    return {
        "made": image.made,
        "messages": [message_data(message) for message in messages.values()],
        "lines": [
            {
                "webhook_id": line.webhook_id,
                "messages": [message.id for message in line.messages],
                "tried": line.tried,
                "due_at": line.due_at,
            }
            for line in image.lines
        ],
    }


def image_from(data: Mapping[str, Any]) -> OutboxState:
    """Return the state of `image_data`. Raises `KeyError`, `TypeError` or `ValueError`."""
    messages = {item["id"]: message_from(item) for item in data["messages"]}
    return OutboxState(
        made=data["made"],
        lines=tuple(
            QueueState(
                webhook_id=line["webhook_id"],
                messages=tuple(messages[message_id] for message_id in line["messages"]),
                tried=line["tried"],
                due_at=line["due_at"],
            )
            for line in data["lines"]
        ),
    )
