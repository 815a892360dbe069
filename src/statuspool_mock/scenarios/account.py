"""A scenario modelled on a real account, from responses of the API.

Responses show states, not causes. A monitor that is up stays up, except in the outages of its
incidents; one that is down or slow has been so since its incident began, and stays so for a while.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import yaml

from statuspool_mock.contract.reference import INTERVALS, MAX_NAME_LENGTH, MIN_NAME_LENGTH
from statuspool_mock.scenarios.generator import names_and_urls

_KEPT_SECONDS = 30 * 86_400
_USUAL_SECONDS = 45 * 86_400
_OLDEST_SECONDS = 3_650 * 86_400
_SECRET = "whsec_not_shown_by_the_api"  # noqa: S105 - a placeholder
Json = dict[str, Any]


class Account:
    """What responses show of an account. Later responses correct earlier ones."""

    def __init__(self) -> None:
        self.monitors: dict[str, Json] = {}
        self.incidents: dict[str, Json] = {}
        self.webhooks: dict[str, Json] = {}
        self.failures: dict[str, Json] = {}
        """A failed log entry, by monitor."""
        self.seen_at = 0.0
        """The time of the newest response, in seconds since 1970."""

    def learn(self, operation: str, monitor_id: str, response: Any, *, at: float) -> None:
        """Add the response of a successful operation."""
        if not isinstance(response, dict):
            return
        self.seen_at = max(self.seen_at, at)
        results = [one for one in response.get("results") or () if isinstance(one, dict)]
        if operation == "listMonitors":
            self._update(self.monitors, results)
        elif operation in {"getMonitor", "createMonitor", "updateMonitor"}:
            self._update(self.monitors, [response])
        elif operation == "deleteMonitor":
            self.monitors.pop(monitor_id, None)
        elif operation == "listIncidents":
            self._update(self.incidents, results)
        elif operation == "listWebhooks":
            self._update(self.webhooks, results)
        elif operation == "listMonitorLogs":
            for row in results:
                if row.get("error_message"):
                    self.failures[monitor_id] = row

    @staticmethod
    def _update(kept: dict[str, Json], found: Iterable[Json]) -> None:
        for one in found:
            if isinstance(one.get("id"), str):
                kept[one["id"].lower()] = {**kept.get(one["id"].lower(), {}), **one}


def likeness(account: Account, *, source: str, anonymise: bool, seed: int = 0) -> str:
    """Return the scenario file of an account, with made-up names and URLs if `anonymise`."""
    monitors = [one for one in account.monitors.values() if "name" in one and "url" in one]
    made_up = names_and_urls(len(monitors), seed=seed) if anonymise else ()
    written = []
    for position, monitor in enumerate(monitors):
        name, url = made_up[position] if made_up else (_name(monitor), str(monitor["url"]))
        written.append(_monitor(monitor, account, name=name, url=url))
    content = {
        "name": "likeness",
        "title": "A likeness of an account",
        "description": f"Written by seed-from, from {source}.",
        "monitors": written,
        "webhooks": [] if anonymise else [_webhook(one) for one in account.webhooks.values()],
        "incidents": _records(account, {one["id"] for one in written}, anonymise=anonymise),
    }
    text: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
    return text


def _monitor(monitor: Json, account: Account, *, name: str, url: str) -> Json:
    monitor_id = str(monitor["id"]).lower()
    interval = monitor.get("interval_seconds")
    found: Json = {
        "name": name,
        "url": url,
        "id": monitor_id,
        "interval_seconds": interval if interval in INTERVALS else 60,
        "tags": [str(tag) for tag in monitor.get("tags") or ()],
    }
    if monitor.get("regions"):
        found["regions"] = list(dict.fromkeys(map(str, monitor["regions"])))
    if isinstance(monitor.get("expected_status"), int):
        found["expected_status"] = monitor["expected_status"]
    found["behaviour"] = "perfect"
    told = _since(account, monitor.get("created_at"))
    age = _USUAL_SECONDS if told is None else min(max(told, 1), _OLDEST_SECONDS)
    found["age"] = f"{age}s"
    outages = _outages(monitor, account, age)
    if outages:
        found["outages"] = outages
    if monitor.get("status") == "paused":
        last = _since(account, monitor.get("last_check_at"))
        found["pauses"] = [{"from": f"-{min(max((last or 60) - 1, 0), age)}s"}]
    return found


def _outages(monitor: Json, account: Account, age: int) -> list[Json]:
    """Return the past and current outages of a monitor, oldest first."""
    monitor_id = str(monitor["id"]).lower()
    found: list[tuple[int, Json]] = []
    is_open = False
    for incident in account.incidents.values():
        if str(incident.get("monitor_id")).lower() != monitor_id or not _is_automatic(incident):
            continue
        began, ended = (
            _since(account, incident.get(name)) for name in ("started_at", "resolved_at")
        )
        if began is None or began > age or not _is_majority(incident, monitor):
            continue
        is_open = is_open or ended is None
        until = f"+{_KEPT_SECONDS}s" if ended is None else f"-{ended}s"
        found.append((began, {"from": f"-{began}s", "to": until, **_effect(monitor, account)}))
    status = monitor.get("status")
    lately = min(2 * int(monitor.get("interval_seconds") or 60), age)
    if status == "down" and not is_open:
        until = f"+{_KEPT_SECONDS}s"
        found.append((lately, {"from": f"-{lately}s", "to": until, **_effect(monitor, account)}))
    elif status == "degraded":
        slow = {"status_code": monitor.get("expected_status") or 200, "response_time_ms": 3_000}
        found.append((lately, {"from": f"-{lately}s", "to": f"+{_KEPT_SECONDS}s", **slow}))
    return [outage for _, outage in sorted(found, key=lambda one: -one[0])]


def _effect(monitor: Json, account: Account) -> Json:
    """Return how a monitor fails: as in its log, else with a 503."""
    row = account.failures.get(str(monitor["id"]).lower(), {})
    code, took = row.get("status_code"), row.get("response_time_ms")
    found: Json = {
        "status_code": code if isinstance(code, int) and 100 <= code <= 599 else 503,
        "response_time_ms": took if isinstance(took, int) and 0 < took <= 600_000 else 400,
    }
    if isinstance(row.get("error_message"), str):
        found["error_message"] = row["error_message"]
    return found


def _records(account: Account, known: set[str], *, anonymise: bool) -> list[Json]:
    """Return the recorded incidents of known monitors, oldest first."""
    found = []
    for incident in account.incidents.values():
        monitor = str(incident.get("monitor_id")).lower()
        began = _since(account, incident.get("started_at"))
        if monitor not in known or began is None or _is_automatic(incident):
            continue
        record: Json = {"monitor": monitor, "title": str(incident.get("title") or "An incident")}
        if anonymise:
            record["title"] = "Recorded incident"
        elif isinstance(incident.get("description"), str):
            record["description"] = incident["description"]
        found.append((began, record | {"at": f"-{began}s"}))
    return [record for _, record in sorted(found, key=lambda one: -one[0])]


def _webhook(webhook: Json) -> Json:
    return {"url": webhook["url"], "events": list(webhook["events"]), "secret": _SECRET}


def _is_automatic(incident: Json) -> bool:
    """Whether checks opened it: recorded incidents have titles of their own."""
    title = incident.get("title")
    return title is None or (str(title).endswith("is down") and incident.get("description") is None)


def _is_majority(incident: Json, monitor: Json) -> bool:
    affected = incident.get("affected_regions") or ()
    return 2 * len(affected) > len(monitor.get("regions") or ()) or not affected


def _name(monitor: Json) -> str:
    name = str(monitor["name"])
    return name[:MAX_NAME_LENGTH] if len(name) >= MIN_NAME_LENGTH else f"{name} (monitor)"


def _since(account: Account, text: Any) -> int | None:
    """Return how many seconds before the newest response a time is."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max(int(account.seen_at) - int(at.timestamp()), 0) if at.tzinfo is not None else None
