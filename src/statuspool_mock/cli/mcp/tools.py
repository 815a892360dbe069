"""What an agent can do with a sandbox: each method of `Tools` is a tool, its docstring the help."""

import threading
from typing import Any, Literal

from statuspool_mock.client import Control

Json = dict[str, Any]
_MOST_ROWS = 200


class SandboxControls:
    """The sandboxes of one server, each with a client of its own that is opened on first use."""

    def __init__(self, root: str, token: str | None) -> None:
        self.root = root
        self._token = token
        self._opened: dict[str, Control] = {}
        self._lock = threading.Lock()  # tools run on threads

    def __call__(self, name: str) -> Control:
        """Return the client of a sandbox. Raises `ValueError`."""
        if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
            raise ValueError(f"expected letters, digits, - and _ as a name, got {name!r}")
        with self._lock:
            if name not in self._opened:
                self._opened[name] = Control(
                    self.root, api_key=f"sp_test_{name}", token=self._token
                )
            return self._opened[name]


class Tools:
    """The tools. `sandbox` is the name of a sandbox, which is opened when it is first used."""

    def __init__(self, sandboxes: SandboxControls) -> None:
        self._sandboxes = sandboxes

    def open_sandbox(self, sandbox: str = "agent", *, frozen: bool = True) -> Json:
        """Open a sandbox, and return what a client of the API needs: its URL and key.

        Everything else needs only the same name. With a frozen clock nothing happens until you
        advance it, so that tests repeat exactly.
        """
        control = self._sandboxes(sandbox)
        clock = control.clock.freeze() if frozen else control.clock.live()
        return {
            "base_url": f"{self._sandboxes.root}/v1",
            "api_key": f"sp_test_{sandbox}",
            "read_only_key": f"sp_test_{sandbox}.ro",
            "clock": clock,
        }

    def reset_sandbox(
        self, sandbox: str = "agent", scenario: str | None = None, seed: int | None = None
    ) -> Json:
        """Begin a sandbox again; monitors, faults and journal of before are lost.

        Scenarios are `default`, `docs`, `empty`, `flapping`, `large`, `outage` and `sla-breach`.
        """
        return self._sandboxes(sandbox).reset(scenario=scenario, seed=seed)

    def close_sandbox(self, sandbox: str) -> str:
        """Delete a sandbox with all that is in it."""
        self._sandboxes(sandbox).close_sandbox(sandbox)
        return f"The sandbox {sandbox} is closed."

    def read_clock(self, sandbox: str = "agent") -> Json:
        """Return the time of a sandbox and how fast it passes."""
        return self._sandboxes(sandbox).clock.read()

    def set_clock(
        self,
        mode: Literal["frozen", "live"],
        sandbox: str = "agent",
        rate: float | None = None,
    ) -> Json:
        """Freeze the clock, or let it run, at `rate` seconds per second if that is given."""
        clock = self._sandboxes(sandbox).clock
        if mode == "frozen":
            return clock.freeze()
        return clock.live() if rate is None else clock.scale(rate)

    def advance_clock(self, by: str | None = None, sandbox: str = "agent") -> Json:
        """Advance the clock by a duration such as `90s`, `10m`, `2h` or `1d`; return what happened.

        Without `by`, it advances to the next event, such as a change of status.
        """
        clock = self._sandboxes(sandbox).clock
        return clock.advance_to_next_event() if by is None else clock.advance(by)

    def list_monitors(self, sandbox: str = "agent", name: str = "") -> Json:
        """Return the monitors, or those with `name` in their name: the first 200, and how many."""
        found = [
            monitor
            for monitor in self._sandboxes(sandbox).monitors.all()
            if name.casefold() in monitor["name"].casefold()
        ]
        return {"count": len(found), "monitors": found[:_MOST_ROWS]}

    def create_monitor(
        self,
        name: str,
        url: str = "https://example.com/",
        interval_seconds: int = 60,
        tags: list[str] | None = None,
        sandbox: str = "agent",
    ) -> Json:
        """Create a monitor through the API. Nothing is really checked: the URL is never called."""
        more = {} if tags is None else {"tags": tags}
        return self._sandboxes(sandbox).monitors.create(
            name, url, interval_seconds=interval_seconds, **more
        )

    def force_status(
        self,
        monitor: str,
        status: Literal["up", "down", "degraded"],
        sandbox: str = "agent",
        lasting: str | None = None,
        regions: list[str] | None = None,
    ) -> Json:
        """Make checks of a monitor fail or succeed, for `lasting` (such as `10m`) or for good.

        `monitor` is an id or a name. Webhooks, incidents, logs and uptime follow.
        """
        monitors = self._sandboxes(sandbox).monitors
        force = {
            "up": monitors.force_up,
            "down": monitors.force_down,
            "degraded": monitors.force_degraded,
        }[status]
        return force(monitors.find(monitor), lasting=lasting, regions=regions)

    def release_status(self, monitor: str, sandbox: str = "agent") -> Json:
        """End the forced status of a monitor, by its id or name."""
        monitors = self._sandboxes(sandbox).monitors
        return monitors.release(monitors.find(monitor))

    def list_outage_scripts(self, sandbox: str = "agent") -> list[Json]:
        """Return the outage scripts, such as `global-outage`, with what happens in each."""
        return self._sandboxes(sandbox).outage_scripts()

    def play_outage_script(self, name: str, sandbox: str = "agent", tag: str | None = None) -> Json:
        """Play an outage script on all monitors, or those with a tag, from now on."""
        script = {"name": name} | ({} if tag is None else {"tag": tag})
        return self._sandboxes(sandbox).play(script)

    def list_faults(self, sandbox: str = "agent") -> list[Json]:
        """Return the faults of the API that are active."""
        return self._sandboxes(sandbox).faults.all()

    def add_fault(
        self,
        *,
        sandbox: str = "agent",
        operation: str | None = None,
        status: Literal[401, 403, 404, 429, 500] | None = None,
        retry_after: int | None = None,
        latency_ms: int | None = None,
        breakage: Literal["reset", "empty", "truncated", "stalled"] | None = None,
        times: int | None = None,
        probability: float | None = None,
    ) -> Json:
        """Break requests to the API on purpose: all, or those of an operation like `listMonitors`.

        The effect is an error `status` (429 with `retry_after` seconds), a latency, or a `breakage`
        of the response. `times` and `probability` limit it.
        """
        given = {
            "operation": operation,
            "status": status,
            "retry_after": retry_after,
            "latency": None if latency_ms is None else {"fixed_ms": latency_ms},
            "breakage": breakage,
            "times": times,
            "probability": probability,
        }
        fault = {name: value for name, value in given.items() if value is not None}
        return self._sandboxes(sandbox).faults.add(**fault)

    def remove_faults(self, sandbox: str = "agent") -> str:
        """Remove all faults of a sandbox."""
        self._sandboxes(sandbox).faults.clear()
        return "No faults are left."

    def read_journal(
        self,
        sandbox: str = "agent",
        operation: str | None = None,
        status: int | None = None,
        limit: int = 20,
    ) -> list[Json]:
        """Return the requests that clients of this sandbox made, newest first, at most 200."""
        return self._sandboxes(sandbox).journal.all(
            operation=operation, status=status, limit=max(1, min(limit, _MOST_ROWS))
        )

    def read_exchange(self, number: int, sandbox: str = "agent") -> Json:
        """Return a request of the journal and its response, with headers and bodies."""
        return self._sandboxes(sandbox).journal.get(number)

    def read_coverage(self, sandbox: str = "agent") -> Json:
        """Return which documented responses the clients have received, and which never."""
        return self._sandboxes(sandbox).journal.coverage()

    def list_deliveries(self, sandbox: str = "agent", limit: int = 20) -> list[Json]:
        """Return the newest webhook deliveries with their results, at most 200."""
        return self._sandboxes(sandbox).webhooks.deliveries(limit=max(1, min(limit, _MOST_ROWS)))

    def trigger_webhook(
        self, event: str, sandbox: str = "agent", monitor: str | None = None
    ) -> Json:
        """Deliver an event to the webhooks of a sandbox: `status_change` or another one."""
        control = self._sandboxes(sandbox)
        if monitor is None:
            return control.webhooks.trigger(event)
        return control.webhooks.trigger(event, monitor_id=control.monitors.find(monitor)["id"])
