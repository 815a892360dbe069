"""What a run made: it writes to nothing else, and takes away what can be taken away."""

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
    """Ids that are this run's own: made by it, or free of anything."""

    def __init__(self) -> None:
        self.monitors: dict[str, str] = {}
        """Monitors that are there and were made by this run, with the key that made them."""
        self.permanent: list[str] = []
        """What has to stay, in words."""
        self._mine: set[str] = set()
        self._met: set[str] = set()

    def fresh_id(self) -> str:
        """Return an id that nothing has; requests may name it."""
        fresh = str(uuid4())
        self._mine.add(fresh)
        return fresh

    def own_or_fresh(self, name: Any) -> str:
        """Return an id that this run made, and one that nothing has for any other."""
        return name if isinstance(name, str) and name.lower() in self._mine else self.fresh_id()

    def mind_whose(self, method: str, path: str) -> None:
        """Refuse to write to what is not ours, which would be somebody's outage.

        Raises `NotVerified`.
        """
        match = _MONITOR_PATH.match(path)
        if match is None or method in _READS:
            return
        name = match[1].lower()
        if _is_uuid(name) and name not in self._mine:
            raise NotVerified(f"{method} would touch monitor {name}, which this run did not make")

    def enter(self, answer: ServerResponse) -> None:
        """Keep what a successful answer says was made, met or deleted."""
        made = answer.fields.get("id") or answer.fields.get("webhook_id")
        if answer.operation == "listMonitors":
            monitors = [item for item in answer.results if isinstance(item, dict)]
            self._met.update(str(monitor.get("id")) for monitor in monitors)
        elif answer.operation == "createMonitor" and isinstance(made, str):
            self._claim(made, answer)
        elif answer.operation == "createIncident":
            self.permanent.append(f"incident {made}")
        elif answer.operation == "createWebhook":
            self.permanent.append(f"webhook {made}")
        elif answer.operation == "deleteMonitor":
            match = _MONITOR_PATH.search(answer.url)
            if match and answer.key == self.monitors.get(match[1]):
                self.monitors.pop(match[1])

    def adopt(self, monitor_id: str, *, key: str) -> None:
        """Take a monitor for this run's own that bears its mark though its POST was refused."""
        self._mine.add(monitor_id.lower())
        self.monitors.setdefault(monitor_id, key)

    def _claim(self, monitor_id: str, answer: ServerResponse) -> None:
        """Take what POST answered for this run's own, unless it was there before.

        A server may answer with a monitor that it had already; that one is not ours to delete.
        """
        if monitor_id in self.monitors:
            return
        told = f"monitor {monitor_id}: POST answered it, but it may not be new"
        if monitor_id in self._met or not _is_named_alike(answer):
            self._met.add(monitor_id)
            if told not in self.permanent:
                self.permanent.append(told)
            return
        self._mine.add(monitor_id.lower())
        self.monitors[monitor_id] = answer.key


def _is_named_alike(answer: ServerResponse) -> bool:
    """Whether what was created bears the mark of what was sent; not every answer tells a name."""
    try:
        sent = json.loads(answer.sent or b"").get("name")
    except (ValueError, AttributeError):
        return True
    came = answer.fields.get("name")
    if not isinstance(sent, str) or not isinstance(came, str):
        return True
    return came.casefold()[:_MARK_LENGTH] == sent.casefold()[:_MARK_LENGTH]


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
