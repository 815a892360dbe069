"""The mock in tests, with or without pytest: a server, sandboxes, and a webhook receiver.

>>> with StatuspoolMock() as mock:
...     shop = mock.monitors.create("Shop", "https://perfect.test/")
...     mock.monitors.force_down(shop)["status"]
'down'
"""

import hmac
import json
import secrets
import threading
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from statuspool_mock.client import Control
from statuspool_mock.contract.signing import SIGNATURE_HEADER, sign
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

__all__ = ["BackgroundErrors", "Receiver", "SandboxWorld", "StatuspoolMock"]

_POLL_SECONDS = 0.02
"""How long the end of a receiver may take: each test that uses one waits for it."""


class Server(Protocol):
    """A server that is running."""

    @property
    def url(self) -> str:
        """The base URL of the API."""

    @property
    def control_url(self) -> str:
        """The root URL of the server."""


class ServerAddress(NamedTuple):
    """A server that was started elsewhere."""

    url: str
    control_url: str


class BackgroundErrors(AssertionError):
    """Errors that happened in the background of a test; the message lists them."""


class SandboxWorld(Control):
    """One sandbox: control of it, and what a client needs to use it.

    `url` is the base URL of the API, `api_key` the key of the sandbox, `headers` contain it.
    """

    def __init__(self, server: Server, api_key: str, *, token: str | None = None) -> None:
        super().__init__(server.control_url, api_key=api_key, token=token)
        self.url = server.url
        self.api_key = api_key
        self.headers = {"Authorization": f"Bearer {api_key}"}
        self._tolerated: set[str] = set()

    def tolerate(self, *kinds: str) -> None:
        """Ignore these kinds of problems: `errors`, `deliveries`."""
        unknown = set(kinds) - {"errors", "deliveries"}
        if unknown:
            raise ValueError(
                f"Unknown kind of problem {sorted(unknown)}; expected errors or deliveries"
            )
        self._tolerated.update(kinds)

    def problems(self) -> list[str]:
        """Return problems in the background: errors of the mock, deliveries that never arrived."""
        found = []
        if "errors" not in self._tolerated:
            for row in self.journal.all(status=500, limit=2000):
                headers = dict(self.journal.get(row["number"])["request_headers"])
                if not row["faults"] and "prefer" not in headers:
                    found.append(f"{row['method']} {row['path']} failed: {row['request_id']}")
        if "deliveries" not in self._tolerated:
            for outcome in ("failed", "withheld"):
                found += [
                    f"{row['event']} to {row['url']} {outcome}: {row['reason'] or row['error']}"
                    for row in self.webhooks.deliveries(outcome=outcome, limit=2000)
                ]
        return found

    def raise_for_problems(self) -> None:
        """Raise `BackgroundErrors` if there are `problems`."""
        found = self.problems()
        if found:
            raise BackgroundErrors("\n".join(found))


class StatuspoolMock(SandboxWorld):
    """A server in this process on a free port, with a frozen sandbox, until the block ends.

    The options are the fields of `statuspool_mock.settings.Settings`.
    """

    def __init__(self, *, scenario: str = "empty", **settings: Any) -> None:
        self._server = RunningServer(Settings(port=0, scenario=scenario, **settings))

    def __enter__(self) -> Self:
        self._server.__enter__()
        super().__init__(self._server, f"sp_test_{secrets.token_hex(8)}")
        self.clock.freeze()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        self._server.__exit__(kind, error, trace)

    def new_world(self) -> SandboxWorld:
        """Return another frozen sandbox of the same server."""
        world = SandboxWorld(self._server, f"sp_test_{secrets.token_hex(8)}")
        world.clock.freeze()
        return world


class Received(NamedTuple):
    """A delivery that a receiver accepted: its payload, raw bytes and headers."""

    payload: dict[str, Any]
    body: bytes
    headers: dict[str, str]


class Receiver:
    """A webhook endpoint on a thread, which accepts only deliveries with a valid signature.

    >>> with StatuspoolMock() as mock, Receiver() as receiver:
    ...     shop = mock.monitors.create("Shop", "https://perfect.test/")
    ...     _ = receiver.register(mock)
    ...     _ = mock.webhooks.trigger("sla_breach")
    ...     receiver.events
    ['sla_breach']
    """

    def __init__(self) -> None:
        # Flask takes 0.1 s to import, and few tests receive deliveries.
        from flask import Flask  # noqa: PLC0415
        from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415

        self.secret = f"whsec_{secrets.token_hex(16)}"
        self.received: list[Received] = []
        self.refused: list[str] = []
        self._answers: list[int] = []
        app = Flask("receiver")
        app.post("/hook")(self._take)
        quiet = type("QuietHandler", (WSGIRequestHandler,), {"log_request": _log_nothing})
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=quiet)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": _POLL_SECONDS}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The URL of the endpoint."""
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """The payloads that were accepted, oldest first."""
        return [item.payload for item in self.received]

    @property
    def events(self) -> list[str]:
        """The events that were accepted, oldest first."""
        return [payload["event"] for payload in self.payloads]

    def register(self, world: SandboxWorld, **more: Any) -> dict[str, Any]:
        """Register this endpoint in a sandbox, for all events or for `events`."""
        return world.webhooks.register(self.url, secret=self.secret, **more)

    def respond_with(self, *statuses: int) -> None:
        """Respond to the next deliveries with these statuses, then with 204 again."""
        self._answers += statuses

    def raise_for_problems(self) -> None:
        """Raise `BackgroundErrors` if a delivery was refused."""
        if self.refused:
            raise BackgroundErrors("\n".join(self.refused))

    def _take(self) -> tuple[str, int]:
        from flask import request  # noqa: PLC0415

        body = request.get_data()
        given = request.headers.get(SIGNATURE_HEADER, "")
        if not hmac.compare_digest(given, sign(body, self.secret)):
            self.refused.append(f"A delivery to {self.url} is not signed with its secret.")
            return "bad signature", 401
        if self._answers and not 200 <= (status := self._answers.pop(0)) < 300:
            return "as configured by the test", status
        self.received.append(Received(json.loads(body), body, dict(request.headers)))
        return "", 204


def _log_nothing(*_: object) -> None:
    """Write no access line, which would be in the output of a test."""
