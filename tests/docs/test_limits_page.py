"""docs/limits.md states the bounds that the code has, and all of them."""

import ast
import re
from importlib import import_module

import pytest

from tests.packaging.conftest import ROOT

PACKAGE = ROOT / "src" / "statuspool_mock"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "limits.md").read_text("utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| what"))
]
HTTP = "web.bounded_protocol:BoundedProtocol.limits"

# The beginning of a row, and what its bounds are called: module:name, in the order of the row.
BOUNDS = {
    "changes that wait for room": ["sandbox.log_file:MOST_DEFERRED_BYTES"],
    "sandboxes of a server": ["cli.server_options:--max-sandboxes"],
    "sandboxes that one address": ["cli.server_options:--new-sandboxes"],
    "monitors of a sandbox": ["sandbox.quotas:MOST_MONITORS"],
    "incidents of a sandbox": ["simulation.incident_index:MOST_INCIDENTS"],
    "webhooks of a sandbox": ["sandbox.quotas:MOST_WEBHOOKS"],
    "outages and forced statuses": ["simulation.monitor_updates:MOST_OVERLAYS"],
    "changes of a monitor": ["simulation.monitor_updates:MOST_EPOCHS"],
    "faults of a sandbox": ["sandbox.quotas:MOST_FAULTS"],
    "breakpoints of a sandbox": ["sandbox.breakpoints:MOST_BREAKPOINTS"],
    "requests that are held": [
        "sandbox.breakpoints:MOST_HELD",
        "sandbox.breakpoints:MOST_HELD_OF_SERVER",
    ],
    "time for which a request is held": [
        "sandbox.breakpoints:MOST_SECONDS",
        "sandbox.breakpoints:USUAL_SECONDS",
    ],
    "messages that wait": ["webhooks.outbox:MOST_WAITING"],
    "deliveries that are under way": [
        "webhooks.room:MOST_AT_ONCE",
        "webhooks.room:MOST_OF_A_WORLD",
        "webhooks.room:MOST_TO_A_HOST",
        "webhooks.room:ALWAYS_FREE",
    ],
    "checkpoints of a sandbox": [
        "sandbox.quotas:MOST_CHECKPOINTS",
        "sandbox.quotas:MOST_IN_CHECKPOINTS",
    ],
    "snapshot or case file that is downloaded": ["web.control.state:MOST_BODY_BYTES"],
    "exchange in a journal": ["exchanges.journal:MOST_BYTES"],
    "monitors that an outage script": ["web.control.outage_scripts:MOST_PLAYED"],
    "time for which a request waits": ["sandbox.sandbox:PATIENCE_SECONDS"],
    "changes of monitors in one advance": ["sandbox.advancing:MOST_CHANGES"],
    "workers (`--workers`)": ["cli.shared_server_options:MOST_WORKERS"],
    "bytes that a client has sent": ["workers.inboxes:MOST_HANDED_OVER_BYTES"],
    "wait of a request for a worker": ["workers.app:BUDGET_SECONDS"],
    "time that workers have": [
        "workers.supervisor:DRAIN_SECONDS",
        "workers.supervisor:KILL_SECONDS",
    ],
    "workers in a row": ["workers.supervisor:MOST_FAILURES"],
    "wait of a request for the home": ["fleet.fleet_app:BUDGET_SECONDS"],
    "time for which a server that has handed": ["fleet.fleet:GRACE_SECONDS"],
    "time for which a server that ends": ["fleet.fleet:END_SECONDS"],
    "lines in the ledger": ["fleet.ledger_log:SMALLEST_LOG_BYTES"],
    "forwarded body": ["links.request_body:MOST_KEPT_BYTES"],
    "frame between two servers": ["links.frames:MOST_FRAME_BYTES"],
    "parts of a response that wait": ["links.client:MOST_WAITING_FRAMES"],
    "homes of worlds": ["fleet.routes:MOST_KNOWN_HOMES"],
    "keys whose world": ["links.request_worlds:MOST_KNOWN_KEYS"],
    "body of a request": ["web.bodies:ORDINARY.most_bytes", "web.bodies:SNAPSHOT.most_bytes"],
    "values in a JSON body": ["web.bodies:ORDINARY.most_values", "web.bodies:SNAPSHOT.most_values"],
    "levels of a JSON body": ["web.bodies:MOST_LEVELS"],
    "violations in `details`": ["contract.violations:MOST_VIOLATIONS"],
    "tokens in a file": ["web.control_tokens:MOST_TOKENS"],
    "pages of `GET /monitors`": ["web.vendor.kept_bodies:MOST_BYTES_OF_BODIES"],
    "pages of monitors of a world": ["simulation.kept_pages:MOST_KEPT_PAGES"],
    "heads of requests": [
        "web.known_heads:MOST_KNOWN_HEADS",
        "web.known_heads:MOST_HEAD_BYTES",
    ],
    "URL": [f"{HTTP}.url_bytes"],
    "request line and headers": [f"{HTTP}.head_bytes"],
    "time until a head is complete": [f"{HTTP}.head_seconds"],
    "time for each KiB of a body": [f"{HTTP}.body_seconds"],
    "time for which a client reads nothing": [f"{HTTP}.unread_seconds"],
    "requests that wait behind another": [f"{HTTP}.queued_requests"],
    "connections": ["web.sockets:_MOST_CONNECTIONS"],
    "the same with `--tls`": ["web.tls_handshakes:ACCEPTED_MEANWHILE"],
    "time of a TLS handshake": [f"{HTTP}.head_seconds", "web.tls_handshakes:CLOSING_SECONDS"],
    "event streams": [
        "web.control.events:MOST_LISTENERS",
        "web.control.events:MOST_LISTENERS_OF_SERVER",
    ],
    "events that a stream sends": ["web.control.events:_MOST_AT_ONCE"],
    "scenario file": [
        "scenarios.yaml_loading:MOST_DEPTH",
        "scenarios.yaml_loading:MOST_VALUES",
    ],
    "case file (`replay`)": ["bounded_documents:MOST_FILE_BYTES"],
    "JSON body that is checked": ["conformance.passive.parsed_exchange:MOST_VALUES"],
    "response to `verify`": [
        "conformance.bounded_client:MOST_BYTES",
        "conformance.bounded_client:MOST_VALUES",
    ],
    "response to `ctl`": ["client.calls:_MOST_BYTES"],
    "bodies that a run of `verify` keeps": ["conformance.active.session:_MAX_KEPT_BYTES"],
    "HTTP archive": [
        "conformance.passive.archive_entries:_MOST_BYTES",
        "conformance.passive.archive_entries:_MOST_VALUES",
    ],
    "body in an archive": ["conformance.passive.checker:MAX_CHECKED_BYTES"],
}
OTHERWISE_TESTED = (
    "the request is no HTTP", "an upgrade is offered", "idle connection", "end of time",
    "snapshot that is uploaded", "texts and lists in a scenario", "time between the first",
    "time of a response", "what `drift`", "delivery to", "response to `certify`", "redirects",
)  # fmt: skip


def value_of(name):
    module, _, attribute = name.partition(":")
    found = import_module(f"statuspool_mock.{module}")
    if attribute.startswith("--"):
        command = import_module("statuspool_mock.cli.serve").serve
        return next(one.default for one in command.params if attribute in one.opts)
    for part in attribute.split("."):
        found = getattr(found, part)
    return found


def written(name):
    """Return a bound as the page writes it."""
    value = value_of(name)
    if "BYTES" in name.upper():
        unit, size = ("MiB", 1 << 20) if value >= 1 << 20 else ("KiB", 1 << 10)
        return f"{value // size} {unit}"
    if "SECONDS" in name.upper():
        return f"{value:g} s"
    return f"{value:,}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_a_row_states_the_bounds_of_the_code(row):
    names = [BOUNDS[start] for start in BOUNDS if row[0].startswith(start)]
    if not names:
        assert row[0].startswith(OTHERWISE_TESTED), f"no bound is named for {row[0]!r}"
        return
    for name in max(names, key=len):
        assert re.search(rf"(?<![\d,]){re.escape(written(name))}(?![\d,]\d)", row[1]), (row, name)


def test_every_bound_has_its_row():
    starts = [start for start in BOUNDS if not any(row[0].startswith(start) for row in ROWS)]
    assert starts == []


def test_every_public_bound_of_the_code_is_on_the_page():
    """A constant called MOST_ is a bound that users meet."""
    named = {name for names in BOUNDS.values() for name in names}
    unnamed = set()
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for node in ast.parse(path.read_text("utf-8")).body:
            for target in getattr(node, "targets", ()):
                name = getattr(target, "id", "")
                if name.startswith("MOST_") and f"{module}:{name}" not in named:
                    unnamed.add(f"{module}:{name}")
    assert unnamed == {"exchanges.journal:MOST_EXCHANGES"}  # the default of --journal
