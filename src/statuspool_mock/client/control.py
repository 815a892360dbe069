"""Control of one sandbox of a running mock."""

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from statuspool_mock.bounded_responses import ACCEPTED
from statuspool_mock.client.breakpoints import BreakpointControl
from statuspool_mock.client.calls import ControlCall, Json, given
from statuspool_mock.client.clock import ClockControl
from statuspool_mock.client.faults import FaultControl
from statuspool_mock.client.journal import JournalControl
from statuspool_mock.client.monitors import MonitorControl
from statuspool_mock.client.webhooks import WebhookControl
from statuspool_mock.trust import authorities_for

DEFAULT_URL = "http://127.0.0.1:4747"
DEFAULT_KEY = "sp_test_demo"


class Control:
    """Controls one sandbox of a running mock.

    `url` is the server's root (`http://127.0.0.1:4747`), `api_key` names the sandbox, `token` is
    the server's control token if it has one. Every method raises `ClientError`.

    >>> with Control(server.control_url, api_key="sp_test_notes") as world:
    ...     world.clock.freeze()["mode"]
    'frozen'
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        api_key: str = DEFAULT_KEY,
        token: str | None = None,
        timeout: float = 60.0,
    ) -> None:
        root = url.rstrip("/").removesuffix("/v1")
        headers = {"Authorization": f"Bearer {api_key}", "Accept-Encoding": ACCEPTED}
        if token is not None:
            headers["X-Control-Token"] = token
        # This transport reads SSL_CERT_FILE but no proxy variables: the mock is on this machine.
        self._http = httpx.Client(
            base_url=root,
            headers=headers,
            timeout=timeout,
            transport=httpx.HTTPTransport(verify=authorities_for(root)),
        )
        self._call = call = ControlCall(self._http)
        self.clock = ClockControl(call)
        self.monitors = MonitorControl(call)
        self.faults = FaultControl(call)
        self.breakpoints = BreakpointControl(call)
        self.journal = JournalControl(call)
        self.webhooks = WebhookControl(call)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def reset(self, *, scenario: str | None = None, seed: int | None = None) -> Json:
        """Reset the world, optionally to another shipped scenario or seed."""
        body = {"scenario": scenario, "seed": seed}
        return self._json("POST", "/_mock/reset", given(body))

    def reload(self, *, reset: bool = False) -> Json:
        """Read the scenario of the server again, and optionally reset this sandbox to it."""
        return self._json("POST", "/_mock/scenario/reload", {"reset": reset})

    def snapshot(self) -> Json:
        """Return a snapshot of this sandbox, secrets included."""
        return self._json("GET", "/_mock/snapshot")

    def restore(self, snapshot: Mapping[str, Any]) -> Json:
        """Restore a snapshot."""
        return self._json("PUT", "/_mock/snapshot", snapshot)

    def checkpoints(self) -> list[Json]:
        """Return the names and instants of the checkpoints."""
        found: list[Json] = self._call("GET", "/_mock/checkpoints")["results"]
        return found

    def keep(self, name: str) -> Json:
        """Save a checkpoint under a name."""
        return self._json("PUT", f"/_mock/checkpoints/{name}")

    def rewind(self, name: str) -> Json:
        """Rewind to a checkpoint, random numbers included."""
        return self._json("POST", f"/_mock/checkpoints/{name}/rewind")

    def forget(self, name: str) -> None:
        """Delete a checkpoint."""
        self._call("DELETE", f"/_mock/checkpoints/{name}")

    def case(self) -> Json:
        """Return the exchanges as a case file for `statuspool-mock replay`."""
        return self._json("GET", "/_mock/case")

    def outage_scripts(self) -> list[Json]:
        """Return the outage scripts."""
        found: list[Json] = self._call("GET", "/_mock/outage-scripts")["results"]
        return found

    def play(self, *scripts: str | Mapping[str, Any], **how: Any) -> Json:
        """Play outage scripts, by name or as objects with `tag`, `region` and `after`."""
        requests = [{"name": one} if isinstance(one, str) else dict(one) for one in scripts]
        return self._json("POST", "/_mock/play", {"scripts": requests, **given(how)})

    def step(self) -> Json:
        """Advance to the next step of the outage script."""
        return self._json("POST", "/_mock/play/step")

    def stop(self) -> None:
        """Stop the outage script."""
        self._call("DELETE", "/_mock/play")

    def mutants(self) -> Json:
        """Return the mutants of the server, and whether they can be switched."""
        return self._json("GET", "/_mock/mutants")

    def switch_mutants(self, *names: str) -> Json:
        """Activate exactly these mutants, for all sandboxes of the server."""
        return self._json("PUT", "/_mock/mutants", {"names": list(names)})

    def fleet(self) -> Json:
        """Return the replicas of the server's fleet and their worlds."""
        return self._json("GET", "/_mock/fleet")

    def move_world(self, world: str, *, to: str | None = None) -> Json:
        """Move a world to a replica, by default to the one with the fewest worlds."""
        return self._json("POST", "/_mock/fleet/move", given({"world": world, "to": to}))

    def sandboxes(self) -> Json:
        """Return the sandboxes of the server and its limits."""
        return self._json("GET", "/_mock/sandboxes")

    def close_sandbox(self, name: str) -> None:
        """Delete a sandbox permanently. What is stored of a damaged one is kept."""
        self._call("DELETE", f"/_mock/sandboxes/{name}", key=f"sp_test_{name}")

    def repair_sandbox(self, name: str) -> Json:
        """Let a damaged sandbox go on with what can be read of its files."""
        repaired: Json = self._call(
            "POST", f"/_mock/sandboxes/{name}/repair", key=f"sp_test_{name}"
        )
        return repaired

    def events(self, *, last_event_id: int | None = None) -> Iterator[Json]:
        """Yield events as they happen."""
        return self._call.events(last_event_id)

    def _json(self, method: str, path: str, body: Any = None) -> Json:
        response: Json = self._call(method, path, body)
        return response
