"""How `ctl` shows things to people. Names come from anybody: nothing in them is markup."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from statuspool_mock.client.journal import describe
from statuspool_mock.commands.ctl.verbs import Outcome

_STYLES = {
    "up": "green",
    "down": "bold red",
    "degraded": "yellow",
    "paused": "dim",
    "live": "green",
    "frozen": "cyan",
    "scaled": "yellow",
    "delivered": "green",
    "failed": "bold red",
    "withheld": "yellow",
    "lost": "yellow",
}


_SHORT = frozenset({"status", "uptime 30d", "at", "every", "id", "ms", "number"})
_MOST_FACTS = 40


def show(outcome: Outcome) -> None:
    """Print what came of a verb."""
    # What goes to a file or a pipe is not folded to the width of a screen that is not there.
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 500)
    for part in _VIEWS[outcome.view](outcome.data):
        console.print(part)


def _word(text: Any) -> Text:
    plain = "" if text is None else str(text)
    return Text(plain, style=_STYLES.get(plain, ""))


def _table(titles: Iterable[str], rows: Iterable[Iterable[Any]], *, empty: str) -> list[Any]:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold", no_wrap=title in _SHORT)
    for row in rows:
        table.add_row(*map(_word, row))
    return [table] if table.row_count else [Text(empty)]


def _clock(clock: Any) -> list[Any]:
    rate = f" ×{clock['rate']:g}" if clock["mode"] == "scaled" else ""
    until = f" until {clock['until']}" if clock.get("until") else ""
    parts: list[Any] = [Text.assemble(clock["now"], "  ", _word(clock["mode"]), rate, until)]
    facts = clock.get("facts", ())
    if facts:
        if len(facts) > _MOST_FACTS:
            parts.append(Text(f"{len(facts)} facts; the last {_MOST_FACTS} (all with --json):"))
        parts += _table(
            ("at", "what", "monitor", ""),
            (
                (fact["at"], fact["kind"].replace("_", " "), _monitor_name(fact), _detail(fact))
                for fact in facts[-_MOST_FACTS:]
            ),
            empty="",
        )
    if clock.get("note"):
        parts.append(Text(clock["note"], style="yellow"))
    return parts


def _monitor_name(fact: Mapping[str, Any]) -> str:
    return str(fact["monitor_name"] or fact["monitor_id"])


def _detail(fact: Mapping[str, Any]) -> str:
    if fact["kind"] == "status_changed":
        return f"{fact['previous'] or 'new'} → {fact['current']}"
    if fact["kind"] == "sla_breached":
        return f"{fact['uptime']} % < {fact['target']} %"
    return str(fact["title"])


def _monitors(monitors: Any) -> list[Any]:
    return _table(
        ("status", "name", "uptime 30d", "every", "id"),
        (
            (
                monitor["status"],
                monitor["name"],
                f"{monitor['uptime_30d']:.3f}",
                f"{monitor['interval_seconds']}s",
                monitor["id"],
            )
            for monitor in monitors
        ),
        empty="No monitors.",
    )


def _monitor(monitor: Any) -> list[Any]:
    parts = _monitors([monitor])
    about = (
        f"{monitor['url']}, last checked {monitor['last_check_at'] or 'never'}, "
        f"{monitor['behaviour']}, tags: {', '.join(monitor['tags']) or 'none'}"
    )
    parts.append(Text(about))
    if monitor["overlays"]:
        parts += _table(
            ("", "from", "to", "regions", "status code", "error message"),
            (
                (
                    "forced" if overlay["forced"] else "scripted",
                    overlay["from"],
                    overlay["to"] or "released",
                    ", ".join(overlay["regions"] or ["all"]),
                    overlay["status_code"],
                    overlay["error_message"],
                )
                for overlay in monitor["overlays"]
            ),
            empty="",
        )
    return parts


def _play(play: Any) -> list[Any]:
    names = ", ".join(play["screenplays"])
    head = Text(f"{names}, {play['pace']}, {play['start']} to {play['end']}")
    rows = ((cue["at"], cue["about"], "✓" if cue["done"] else "") for cue in play["cues"])
    return [head, *_table(("at", "cue", ""), rows, empty="No cues.")]


def _faults(faults: Any) -> list[Any]:
    conditions = ("operation", "method", "monitor_id", "role")
    effects = ("status", "retry_after", "latency", "breakage", "mishap")
    return _table(
        ("id", "strikes", "with", "probability", "injected", "until"),
        (
            (
                fault["id"],
                _named(fault, conditions) or "everything",
                _named(fault, effects),
                f"{fault['probability']:g}",
                f"{fault['injected']} of {fault.get('times', '∞')} ({fault['asked']} asked)",
                fault["ends_at"] or "removed",
            )
            for fault in faults
        ),
        empty="No faults.",
    )


def _named(values: Mapping[str, Any], names: Iterable[str]) -> str:
    return ", ".join(f"{name} {_plain(values[name])}" for name in names if name in values)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={part:g}" for name, part in value.items())
    return str(value)


def _exchanges(exchanges: Any) -> list[Any]:
    return _table(
        ("number", "at", "request", "status", "operation", "ms", "notes"),
        (
            (
                exchange["number"],
                exchange["at"],
                f"{exchange['method']} {exchange['path']}"
                + (f"?{exchange['query']}" if exchange["query"] else ""),
                f"{exchange['status']} {exchange['error'] or ''}",
                exchange["operation"] or "none",
                f"{exchange['milliseconds']:.1f}",
                "; ".join([*exchange["faults"], *exchange["warnings"]]),
            )
            for exchange in exchanges
        ),
        empty="No exchanges.",
    )


def _exchange(exchange: Any) -> list[Any]:
    def side(headers: Any, body: str) -> Text:
        lines = [f"{name}: {value}" for name, value in headers]
        return Text("\n".join([*lines, "", body, ""]))

    return [
        *_exchanges([exchange]),
        side(exchange["request_headers"], exchange["request_body"]),
        Text(f"→ {exchange['status']}", style="bold"),
        side(exchange["response_headers"], exchange["response_body"]),
    ]


def _verification(verification: Any) -> list[Any]:
    if verification["verified"]:
        found, expected = verification["found"], verification["expected"]
        return [Text(f"Verified: {found} found, {expected} expected.")]
    return [Text(describe(verification, verification["wanted"]), style="red")]


def _coverage(coverage: Any) -> list[Any]:
    by_operation: dict[str, list[Any]] = {}
    for cell in coverage["cells"]:
        by_operation.setdefault(cell["operation"], []).append(cell)
    rows = (
        (name, _cells(cells, met=True), _cells(cells, met=False))
        for name, cells in by_operation.items()
    )
    total = coverage["met"] + coverage["unmet"]
    summary = f"{coverage['percent']} %: {coverage['met']} of {total} answers met."
    return [*_table(("operation", "met", "never met"), rows, empty=""), Text(summary)]


def _cells(cells: Any, *, met: bool) -> str:
    chosen = [cell for cell in cells if (cell["count"] > 0) is met]
    return ", ".join(str(cell["state"] or cell["status"]) for cell in chosen)


def _sandboxes(listing: Any) -> list[Any]:
    return _table(
        ("name", "clock", "rate", "monitors", "exchanges", "idle"),
        (
            (
                sandbox["name"],
                sandbox["now"],
                f"×{sandbox['rate']:g}",
                sandbox["monitors"],
                sandbox["exchanges"],
                f"{sandbox['idle_seconds']:.0f}s",
            )
            for sandbox in listing["results"]
        ),
        empty="No sandbox is open.",
    )


def _webhooks(webhooks: Any) -> list[Any]:
    return _table(
        ("id", "url", "events", "active", "last triggered", "waiting"),
        (
            (
                webhook["id"],
                webhook["url"],
                ", ".join(webhook["events"]),
                "yes" if webhook["active"] else "no",
                webhook["last_triggered_at"] or "never",
                webhook["waiting"],
            )
            for webhook in webhooks
        ),
        empty="No webhooks.",
    )


def _deliveries(deliveries: Any) -> list[Any]:
    return _table(
        ("number", "at", "event", "url", "outcome", "attempts", "status", "why"),
        (
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
            for delivery in deliveries
        ),
        empty="No deliveries.",
    )


def _delivery(delivery: Any) -> list[Any]:
    parts = [*_deliveries([delivery]), Text(delivery["body"])]
    for one in delivery["tries"]:
        headers = "\n".join(f"  {name}: {value}" for name, value in one["request_headers"])
        came = one["error"] or f"{one['status']} {one['response_body']}"
        parts.append(Text(f"{one['at']}\n{headers}\n→ {came}"))
    return parts


def _event(event: Any) -> list[Any]:
    rest = {name: value for name, value in event.items() if name not in {"id", "event", "at"}}
    about = json.dumps(rest, ensure_ascii=False)
    if event["event"] == "fact":
        about = f"{event['kind'].replace('_', ' ')}: {_monitor_name(event)} {_detail(event)}"
    elif event["event"] == "exchange" and "path" in event:
        about = f"{event['method']} {event['path']} → {event['status']}"
    elif event["event"] == "control":
        about = f"driven: {event['operation']}"
    return [Text(f"{event['id']:>5}  {event['at']}  {about}")]


_VIEWS: Mapping[str, Callable[[Any], Iterable[Any]]] = {
    "clock": _clock,
    "monitor": _monitor,
    "monitors": _monitors,
    "play": _play,
    "screenplays": lambda plays: _table(
        ("name", "about"), ((play["name"], play["about"]) for play in plays), empty="None."
    ),
    "mutants": lambda found: _table(
        ("name", "what it does wrong"),
        ((one["name"], one["wrong"]) for one in found),
        empty="No mutant is on.",
    ),
    "faults": _faults,
    "exchanges": _exchanges,
    "exchange": _exchange,
    "verification": _verification,
    "coverage": _coverage,
    "checkpoints": lambda found: _table(
        ("name", "instant"), ((item["name"], item["now"]) for item in found), empty="None."
    ),
    "sandboxes": _sandboxes,
    "webhooks": _webhooks,
    "deliveries": _deliveries,
    "delivery": _delivery,
    "event": _event,
    "count": lambda data: [Text(str(data["count"]))],
    "saved": lambda data: [Text(f"Saved {data['what']} in {data['file']}.")],
    "done": lambda _: [Text("Done.")],
}
