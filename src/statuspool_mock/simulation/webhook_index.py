"""The webhooks of both teams, and how commands change them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from statuspool_mock.simulation import prng
from statuspool_mock.simulation.commands import (
    DeleteWebhook,
    DisableWebhook,
    EnableWebhook,
    NoteGone,
    NoteTrigger,
    RegisterWebhook,
)
from statuspool_mock.simulation.errors import UnknownWebhook
from statuspool_mock.simulation.model import Team, Webhook

WebhookChange = NoteTrigger | NoteGone | EnableWebhook | DisableWebhook | DeleteWebhook


class WebhookIndex:
    """Webhooks by id, in order of registration."""

    def __init__(self, webhooks: Iterable[Webhook] = ()) -> None:
        self._by_id = {webhook.id: webhook for webhook in webhooks}

    def __len__(self) -> int:
        return len(self._by_id)

    def copy(self) -> "WebhookIndex":
        """Return an independent copy; the webhooks themselves are shared."""
        return WebhookIndex(self._by_id.values())

    def all(self) -> tuple[Webhook, ...]:
        """Return the webhooks of both teams."""
        return tuple(self._by_id.values())

    def get(self, webhook_id: str) -> Webhook:
        """Return a webhook of either team. Raises `UnknownWebhook`."""
        if webhook_id not in self._by_id:
            raise UnknownWebhook(webhook_id)
        return self._by_id[webhook_id]

    def of_team(self, team: Team, *, active: bool | None) -> Sequence[Webhook]:
        """Return the team's webhooks, all or only those that are active or not."""
        return [
            webhook
            for webhook in self._by_id.values()
            if webhook.team is team and (active is None or webhook.active is active)
        ]

    def register(self, command: RegisterWebhook, *, seed: int, sequence: int, now: int) -> Webhook:
        """Add a webhook with the id and token that belong to its number, and return it."""
        webhook = Webhook(
            id=prng.uuid_of(seed, "webhook", sequence),
            team=command.team,
            url=command.url,
            events=command.events,
            secret=command.secret,
            created_at=now,
            verification_token=prng.key_of(seed, "verification", sequence).hex(),
        )
        self._by_id[webhook.id] = webhook
        return webhook

    def change(self, command: WebhookChange) -> Webhook:
        """Carry out a command and return what the webhook is, or was before it was deleted.

        Raises `UnknownWebhook`, also for another team's webhook.
        """
        webhook = self.get(command.webhook_id)
        if not isinstance(command, NoteTrigger | NoteGone) and command.team is not webhook.team:
            raise UnknownWebhook(command.webhook_id)
        match command:
            case DeleteWebhook():
                return self._by_id.pop(webhook.id)
            case NoteTrigger():
                webhook = replace(webhook, last_triggered_at=command.at)
            case _:
                webhook = replace(webhook, active=isinstance(command, EnableWebhook))
        self._by_id[webhook.id] = webhook
        return webhook
