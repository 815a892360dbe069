"""Replays a case file, and finds the first difference."""

import asyncio
import re
from dataclasses import dataclass
from math import inf
from typing import Any

from starlette.types import ASGIApp, Message

from statuspool_mock import contract
from statuspool_mock.composition import application
from statuspool_mock.exchanges import masked_body
from statuspool_mock.sandbox import CaseFile, InitialWorld, RecordedRequest, Sandbox, Sandboxes
from statuspool_mock.settings import Settings
from statuspool_mock.simulation import World
from statuspool_mock.web.request_log import REQUEST_ID

_OF_DELIVERIES = re.compile(rb'"(?:last_triggered_at":(?:"[^"]*"|null)|active":(?:true|false))')


@dataclass(frozen=True, slots=True)
class ReplayDifference:
    """The first response that differs from the recorded one. `number` counts requests from 1."""

    number: int
    step: RecordedRequest
    status: int
    content: bytes

    def __str__(self) -> str:
        step = self.step
        query = f"?{step.query.decode('latin-1')}" if step.query else ""
        return (
            f"Request {self.number}: {step.method} {step.path}{query}\n"
            f"  recorded: {step.status} {step.content.decode('utf-8', 'replace')}\n"
            f"  replayed: {self.status} {self.content.decode('utf-8', 'replace')}"
        )


class _Wall:
    """A clock that shows the recorded readings."""

    def __init__(self, reading: float) -> None:
        self.reading = reading

    def __call__(self) -> float:
        return self.reading


def replay(case: CaseFile) -> ReplayDifference | None:
    """Send every request of a case file again; return the first difference, or None."""
    app, wall, sandbox = _reopened(case)
    return asyncio.run(_play(app, case, wall, sandbox))


def instants(case: CaseFile) -> list[float]:
    """Return when each request happened in its world, in seconds since 1970.

    That is earlier than its clock showed where the world was behind.
    """
    app, wall, sandbox = _reopened(case)

    async def play() -> list[float]:
        found = []
        for step in case.steps:
            wall.reading, sandbox.halts_at = step.wall, step.reached
            await _send(app, step)
            at = sandbox.journal.newest.at
            found.append(at if step.reached is None else float(step.reached))
        return found

    return asyncio.run(play())


def _reopened(case: CaseFile) -> tuple[ASGIApp, _Wall, Sandbox]:
    """Open a sandbox with the state of a case file."""
    wall = _Wall(case.wall)
    sandboxes = Sandboxes(
        lambda _scenario, _seed: InitialWorld(World.from_image(case.state.world), 0.0),
        document=contract.load(),
        wall=wall,
        limit=case.limit,
    )
    sandbox = sandboxes.access("sp_test_case").sandbox
    sandbox.load(case.state, World.from_image(case.state.world))
    sandbox.patience_seconds = inf
    return application(Settings(), sandboxes, pause=_at_once), wall, sandbox


async def _at_once(seconds: float) -> None:
    del seconds


async def _play(
    app: ASGIApp, case: CaseFile, wall: _Wall, sandbox: Sandbox
) -> ReplayDifference | None:
    for number, step in enumerate(case.steps, start=1):
        wall.reading, sandbox.halts_at = step.wall, step.reached
        await _send(app, step)
        if step.compared:
            exchange = sandbox.journal.newest
            content = masked_body(exchange.content)
            if exchange.status != step.status or _comparable(step, content) != _comparable(
                step, step.content
            ):
                return ReplayDifference(number, step, exchange.status, content)
    return None


def _comparable(step: RecordedRequest, content: bytes) -> bytes:
    """Return what a replay can reproduce: it delivers no webhooks, so it has no results of them."""
    return _OF_DELIVERIES.sub(b"", content) if step.path.endswith("/webhooks") else content


async def _send(app: ASGIApp, step: RecordedRequest) -> None:
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": step.method,
        "scheme": "http",
        "path": step.path,
        "raw_path": step.path.encode(),
        "query_string": step.query,
        "root_path": "",
        "headers": [(b"host", b"localhost"), *step.headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        REQUEST_ID: step.request_id,
    }
    left: list[Message] = [{"type": "http.request", "body": step.body, "more_body": False}]

    async def receive() -> Message:
        return left.pop() if left else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        del message  # the journal has the response, as it was before a fault broke it

    await app(scope, receive, send)
