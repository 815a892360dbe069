"""What carries the webhooks of a server with mutants out, changed after they were signed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from statuspool_mock.mutants.active_mutants import ActiveMutants
from statuspool_mock.mutants.mutant import DeliveryChange, OutgoingDelivery
from statuspool_mock.webhooks.sender import WebhookSender

if TYPE_CHECKING:
    from statuspool_mock.webhooks.http_client import WebhookResponse  # brings an HTTP client along


def courier_for(
    switchboard: ActiveMutants, *, allowed: Iterable[str] = (), standard: bool = False
) -> WebhookSender:
    """Return the courier of a server with these mutants."""
    if not switchboard.may_switch and not _changes(switchboard):
        return WebhookSender(allowed=allowed, standard=standard)
    return _Forger(switchboard, allowed=allowed, standard=standard)


def _changes(switchboard: ActiveMutants) -> list[DeliveryChange]:
    return [m.change for m in switchboard.chosen if isinstance(m.change, DeliveryChange)]


class _Forger(WebhookSender):
    """A courier that changes letters at the last moment."""

    def __init__(
        self, switchboard: ActiveMutants, *, allowed: Iterable[str], standard: bool
    ) -> None:
        super().__init__(allowed=allowed, standard=standard)
        self._switchboard = switchboard

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> "WebhookResponse":
        """Send one request, changed. Raises what the HTTP client calls unanswered."""
        letter = OutgoingDelivery(body, headers)
        for forgery in _changes(self._switchboard):
            letter = forgery.change(letter)
        return await super().post(url, letter.body, dict(letter.headers))
