"""Send webhooks changed after they were signed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from statuspool_mock.mutants.active_mutants import ActiveMutants
from statuspool_mock.mutants.mutant import DeliveryChange, OutgoingDelivery
from statuspool_mock.webhooks.sender import WebhookSender

if TYPE_CHECKING:
    from statuspool_mock.webhooks.http_client import WebhookResponse  # brings an HTTP client along


def sender_for(
    active_mutants: ActiveMutants, *, allowed: Iterable[str] = (), standard: bool = False
) -> WebhookSender:
    """Return the webhook sender of a server with these mutants."""
    if not active_mutants.may_switch and not _changes(active_mutants):
        return WebhookSender(allowed=allowed, standard=standard)
    return _MutantWebhookSender(active_mutants, allowed=allowed, standard=standard)


def _changes(active_mutants: ActiveMutants) -> list[DeliveryChange]:
    return [m.change for m in active_mutants.chosen if isinstance(m.change, DeliveryChange)]


class _MutantWebhookSender(WebhookSender):
    """A sender that applies the active mutants to each delivery."""

    def __init__(
        self, active_mutants: ActiveMutants, *, allowed: Iterable[str], standard: bool
    ) -> None:
        super().__init__(allowed=allowed, standard=standard)
        self._active_mutants = active_mutants

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> "WebhookResponse":
        """Send one delivery, changed. Raises the errors of the HTTP client."""
        delivery = OutgoingDelivery(body, headers)
        for edit in _changes(self._active_mutants):
            delivery = edit.change(delivery)
        return await super().post(url, delivery.body, dict(delivery.headers))
