"""`ctl webhooks`, `webhook`, `trigger`, `deliveries`, `delivery`, `redeliver`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import option
from statuspool_mock.cli.ctl.journal import show_count
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table, done, text
from statuspool_mock.cli.ctl.verb import given, topic, verb
from statuspool_mock.cli.types import Integer, OneOf

if TYPE_CHECKING:
    from statuspool_mock.client import Control


@verb("webhooks")
def webhooks(control: "Control") -> Outcome:
    """List the webhooks, with how many events wait for each."""
    return Outcome(control.webhooks.all(), _webhooks)


_id_argument = click.argument(
    "webhook_id", metavar="ID", help="Webhook, as `ctl webhooks` names it."
)


@verb("disable")
@_id_argument
def disable(control: "Control", *, webhook_id: str) -> Outcome:
    """Send a webhook no more events. What waits for it fails."""
    return Outcome([control.webhooks.disable(webhook_id)], _webhooks)


@verb("enable")
@_id_argument
def enable(control: "Control", *, webhook_id: str) -> Outcome:
    """Send a disabled webhook events again."""
    return Outcome([control.webhooks.enable(webhook_id)], _webhooks)


@verb("delete")
@_id_argument
def delete(control: "Control", *, webhook_id: str) -> Outcome:
    """Delete a webhook. What waits for it fails."""
    control.webhooks.delete(webhook_id)
    return done()


webhook = topic("webhook", "Disable, enable and delete webhooks.", disable, enable, delete)


@verb("trigger")
@click.argument(
    "event",
    type=OneOf(["status_change", "incident_created", "sla_breach"]),
    metavar="EVENT",
    help="Kind of event: status_change, incident_created or sla_breach.",
)
@option(
    "--monitor",
    metavar="NAME-or-ID",
    show_default="any",
    help="Monitor that the event is about.",
)
@option(
    "--webhook",
    "webhook_id",
    metavar="ID",
    show_default="all that are subscribed",
    help="Send it to this webhook only.",
)
def trigger(
    control: "Control", *, event: str, monitor: str | None, webhook_id: str | None
) -> Outcome:
    """Send an event that did not happen."""
    monitor_id = control.monitors.find(monitor)["id"] if monitor else None
    sent = control.webhooks.trigger(event, monitor_id=monitor_id, webhook_id=webhook_id)
    rows = control.webhooks.deliveries(limit=len(sent["webhooks"]))
    return Outcome(rows[::-1], _deliveries)


@verb("deliveries")
@option(
    "--outcome",
    type=OneOf(["pending", "delivered", "failed", "withheld", "lost"]),
    show_default="any",
    help="Only deliveries with this outcome.",
)
@option(
    "--limit",
    type=Integer(),
    default=50,
    metavar="N",
    help="Number of deliveries to list at most.",
)
def deliveries(control: "Control", **wanted: Any) -> Outcome:
    """List webhook deliveries, newest last."""
    return Outcome(control.webhooks.deliveries(**given(**wanted))[::-1], _deliveries)


@verb("delivery")
@click.argument(
    "number", type=Integer(), metavar="NUMBER", help="Delivery, as `ctl deliveries` numbers it."
)
def delivery(control: "Control", *, number: int) -> Outcome:
    """Show one delivery in full."""
    return Outcome(control.webhooks.delivery(number), _delivery)


@verb("redeliver")
@click.argument(
    "number",
    type=Integer(),
    required=False,
    metavar="[NUMBER]",
    help="Delivery to send again. Without it, all that failed are.",
)
def redeliver(control: "Control", *, number: int | None) -> Outcome:
    """Send deliveries once more, and print how many."""
    return Outcome({"count": control.webhooks.redeliver(number)}, show_count)


VERBS = (webhooks, webhook, trigger, deliveries, delivery, redeliver)


def _webhooks(found: Any) -> Iterator[Line | Table]:
    rows = (
        (
            webhook["id"],
            webhook["url"],
            ", ".join(webhook["events"]),
            "yes" if webhook["active"] else "no",
            webhook["last_triggered_at"] or "never",
            webhook["waiting"],
        )
        for webhook in found
    )
    titles = ("ID", "URL", "Events", "Active", "Last triggered", "Waiting")
    yield Table(titles, rows, empty="No webhooks.")


def _deliveries(found: Any) -> Iterator[Line | Table]:
    rows = (
        (
            delivery["number"],
            delivery["created_at"],
            delivery["event"],
            delivery["url"],
            delivery["outcome"],
            delivery["attempts"],
            delivery["status"],
            delivery["reason"] or delivery["error"],
        )
        for delivery in found
    )
    titles = ("Number", "At", "Event", "URL", "Outcome", "Attempts", "Status", "Reason")
    yield Table(titles, rows, empty="No deliveries.")


def _delivery(delivery: Any) -> Iterator[Line | Table]:
    yield from _deliveries([delivery])
    yield text(delivery["body"])
    for attempt in delivery["tries"]:
        headers = "\n".join(f"  {name}: {value}" for name, value in attempt["request_headers"])
        result = attempt["error"] or f"{attempt['status']} {attempt['response_body']}"
        yield text(f"{attempt['at']}\n{headers}\n→ {result}")
