"""Writing one object leaves objects of other kinds as they are. Reference: Monitors; Webhooks."""

import time
from collections.abc import Mapping
from typing import Any

from statuspool_mock.conformance.active.assertions import expect_list
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.webhooks import webhook_body
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.levels import Level, Need

_webhooks = ClauseGroup("webhooks", section="Webhooks; Monitors, DELETE /monitors/{id}")
groups = (_webhooks,)


def _register(context: Context) -> Mapping[str, Any]:
    """Register an endpoint for what does not happen in a run, so that none of it can fail."""
    body = webhook_body(context, events=["sla_breach"])
    response = context.api.send("POST", "/webhooks", value={**body, "url": f"{body['url']}&alone"})
    if not response.is_success:
        raise NotVerified(f"no endpoint could be registered: {response.summary()}")
    return response.fields


def _listed(context: Context, webhook_id: str) -> dict[str, Any] | None:
    found = expect_list(context.api.get("/webhooks"))
    return next((item for item in found if str(item.get("id")) == webhook_id), None)


def _changed(context: Context, *, writing: bool) -> Finding | None:
    """Return what became of a new webhook while monitors were written, or just so."""
    created, started = _register(context), time.monotonic()
    webhook_id = str(created.get("id") or created.get("webhook_id"))
    before = created if "active" in created else _listed(context, webhook_id)
    if not before or before.get("active") is not True:
        raise NotVerified("a new webhook is not active")
    if writing:
        monitor_id = context.create(name=f"{context.mark} short-lived")["id"]
        context.api.send("DELETE", f"/monitors/{monitor_id}")
        _register(context)
    else:
        context.api.wait(2 + time.monotonic() - started)
    after, response = _listed(context, webhook_id), context.api.last_response
    if after is None and (response.fields.get("total_pages") or 1) > 1:
        raise NotVerified("the list of webhooks has more than one page")
    if after is None:
        return Finding("a list without the webhook", "the webhook, as before", response)
    if after.get("active") is not True:
        return Finding(f"active {after.get('active')!r}", "true, as before", response)
    return None


@_webhooks.clause(
    "stays-active",
    "A webhook stays listed and active while monitors come and go and others are registered.",
    level=Level.INFERRED,
    needs=(Need.WRITES, Need.PERMANENT),
    requests=5,
)
def keeps_webhook_active(context: Context) -> None:
    if _changed(context, writing=True) is None:
        return
    if _changed(context, writing=False) is not None:
        raise NotVerified("a new webhook does not stay active by itself")
    again = _changed(context, writing=True)
    if again is not None:
        raise again
