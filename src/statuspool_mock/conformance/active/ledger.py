"""What a run created: it writes to nothing else, and deletes what can be deleted."""

import json
import re
from typing import Any
from uuid import UUID, uuid4

from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse

_MONITOR_PATH = re.compile(r"/monitors/([^/?]+)")
_READS = {"GET", "HEAD", "OPTIONS"}
_MARK_LENGTH = len("verify-")


class Ledger:
    """Ids that are this run's own: of monitors that it created, or of nothing."""

    def __init__(self) -> None:
        self.monitors: dict[str, str] = {}
        """Existing monitors that this run created, with the key that created them."""
        self.permanent: list[str] = []
        """What has to stay, as sentences."""
        self._own: set[str] = set()
        self._seen: set[str] = set()

    def fresh_id(self) -> str:
        """Return an id that nothing has. Requests may name it."""
        fresh = str(uuid4())
        self._own.add(fresh)
        return fresh

    def is_own(self, monitor_id: str) -> bool:
        """Whether this run created it, also where it was deleted again."""
        return monitor_id.lower() in self._own

    def new_ids(self) -> "NewIds":
        """Return the ids of monitors created from now on."""
        return NewIds(self, self._own)

    def refuse_foreign(self, method: str, path: str) -> None:
        """Refuse to write to monitors of others: it could cause an outage.

        Raises `NotVerified`.
        """
        match = _MONITOR_PATH.match(path)
        if match is None or method in _READS:
            return
        monitor_id = match[1].lower()
        if _is_uuid(monitor_id) and monitor_id not in self._own:
            raise NotVerified(
                f"{method} would change monitor {monitor_id}, which this run did not create"
            )

    def enter(self, response: ServerResponse) -> None:
        """Record what a successful response created, listed or deleted."""
        created = response.fields.get("id") or response.fields.get("webhook_id")
        if response.operation == "listMonitors":
            monitors = [item for item in response.results if isinstance(item, dict)]
            self._seen.update(str(monitor.get("id")) for monitor in monitors)
        elif response.operation == "createMonitor" and isinstance(created, str):
            self._claim(created, response)
        elif response.operation == "createIncident":
            self.permanent.append(f"incident {created}")
        elif response.operation == "createWebhook":
            self.permanent.append(f"webhook {created}")
        elif response.operation == "deleteMonitor":
            match = _MONITOR_PATH.search(response.url)
            if match and response.key == self.monitors.get(match[1]):
                self.monitors.pop(match[1])

    def adopt(self, monitor_id: str, *, key: str) -> None:
        """Treat a monitor as this run's own that bears its mark though no response named it."""
        self._own.add(monitor_id.lower())
        self.monitors.setdefault(monitor_id, key)

    def _claim(self, monitor_id: str, response: ServerResponse) -> None:
        """Treat the monitor that POST responded with as this run's own, unless it existed before.

        A server may respond with a monitor that it already had; it must not be deleted.
        """
        if monitor_id in self.monitors:
            return
        stays = f"monitor {monitor_id}: POST responded with it, but it may not be new"
        if monitor_id in self._seen or not _has_sent_name(response):
            self._seen.add(monitor_id)
            if stays not in self.permanent:
                self.permanent.append(stays)
            return
        self._own.add(monitor_id.lower())
        self.monitors[monitor_id] = response.key


class NewIds:
    """Ids of monitors that one clause created: what it tries on them affects no other clause."""

    def __init__(self, ledger: Ledger, own: set[str]) -> None:
        self._ledger = ledger
        self._own = own
        self._before = frozenset(own)

    def or_fresh(self, monitor_id: Any) -> str:
        """Return the id where it is one of them, else one that nothing has."""
        is_new = isinstance(monitor_id, str) and monitor_id.lower() in self._own - self._before
        return str(monitor_id) if is_new else self._ledger.fresh_id()


def _has_sent_name(response: ServerResponse) -> bool:
    """Whether a created monitor bears the mark that was sent; not every response has a name."""
    try:
        sent = json.loads(response.sent or b"").get("name")
    except (ValueError, AttributeError, RecursionError):
        return True
    got = response.fields.get("name")
    if not isinstance(sent, str) or not isinstance(got, str):
        return True
    return got.casefold()[:_MARK_LENGTH] == sent.casefold()[:_MARK_LENGTH]


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
