"""A provider on a free port, on threads of this process."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any, NamedTuple
from uuid import uuid4

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.providers.dialects import Dialect
from tests.providers.flask_provider import Key, Provider
from tests.providers.traffic import writing

DOCUMENTED_LIMIT = 120


class Keys(NamedTuple):
    """One key of each kind that the reference knows."""

    full: str
    read_only: str
    other_team: str
    revoked: str


class Served(NamedTuple):
    """Where a provider is, and what opens it."""

    url: str
    keys: Keys
    dialect: Dialect


@contextmanager
def providing(dialect: Dialect, *, limit: int | None = DOCUMENTED_LIMIT) -> Iterator[Served]:
    """Serve a provider until the block ends. A `limit` of None switches the limiter off."""
    keys = Keys(*(f"{kind}-{uuid4().hex}" for kind in Keys._fields))
    known = {
        keys.full: Key("ours"),
        keys.read_only: Key("ours", read_only=True),
        keys.other_team: Key("theirs"),
        (busy := f"busy-{uuid4().hex}"): Key("busy"),
    }
    provider = Provider(dialect, known, limit=limit)
    server = make_server("127.0.0.1", 0, provider.app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    others = ExitStack()
    if dialect.is_busy:
        others.enter_context(writing(provider.app, busy))
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}/v1", keys, dialect)
    finally:
        others.close()
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    def log_request(self, *args: Any, **kwargs: Any) -> None:
        """Requests are the tests' own; nobody reads a log of them."""
