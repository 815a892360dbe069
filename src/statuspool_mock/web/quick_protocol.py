"""A protocol that answers plain requests at once; see `quick_requests`."""

from typing import Any, ClassVar
from urllib.parse import unquote

from statuspool_mock.web.bounded_protocol import BoundedProtocol
from statuspool_mock.web.known_heads import KnownHead, KnownHeads
from statuspool_mock.web.quick_requests import QuickCycle, start

_WITHOUT_BODY = frozenset({b"GET", b"DELETE"})
_WITH_BODY = frozenset({b"POST", b"PUT"})
_UNUSUAL = frozenset({b"connection", b"expect", b"transfer-encoding"})


class QuickProtocol(BoundedProtocol):
    """A protocol with a quick path, which is left where a request is unusual or has to wait."""

    quick_below: ClassVar[bytes]
    """The beginning of the URLs of requests that are answered at once."""

    heads: ClassVar = KnownHeads()
    """Those of all connections: what they say depends on their bytes alone."""

    _pending: QuickCycle | None = None
    """A request that is answered once what has arrived with it is parsed."""
    _is_plain = True
    _has_length = False
    _is_between = True
    """Whether the parser has not begun another request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False  # uvicorn's own, wanted by whatever gives its logger a handler

    def data_received(self, data: bytes) -> None:
        """Answer a request whose head is known, or parse what arrives."""
        head = self.heads.find(data)
        if head is None or not (self._is_between and self._is_free() and self._may_repeat(head)):
            super().data_received(data)
            return
        self._unset_keepalive_if_required()
        self.on_message_begin()
        self._is_between = True
        self._heads += 1
        head.fill(self.scope)
        cycle = self.cycle = self._running = QuickCycle(self)
        cycle.more_body = False
        self._answer(cycle)

    def on_message_begin(self) -> None:
        """Handle the beginning of a request."""
        super().on_message_begin()
        self._is_plain = True
        self._has_length = self._is_between = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header."""
        name = name.lower()
        if name in _UNUSUAL and (name != b"connection" or value.lower() != b"keep-alive"):
            self._is_plain = False
            super().on_header(name, value)
        else:
            self.headers.append((name, value))
            if name == b"content-length":
                self._has_length = True

    def on_message_complete(self) -> None:
        """End a request."""
        if self._pending is not None and self._pending is self.cycle:
            self._is_between = True
            self._pending.more_body = False
        else:
            self._is_between = not self.parser.should_upgrade()  # else its body is still to come
            super().on_message_complete()

    def _begin(self) -> None:
        if not self._may_be_quick():
            super()._begin()
            return
        raw_path, _, query = self.url.partition(b"?")
        path = raw_path.decode("ascii")
        if "%" in path:
            path = unquote(path)
        scope = self.scope
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["path"] = path
        scope["raw_path"] = raw_path
        scope["query_string"] = query
        self.cycle = self._pending = self._running = QuickCycle(self)

    def _may_be_quick(self) -> bool:
        """Whether the request is plain, and the only one."""
        parser = self.parser
        return (
            self._is_plain
            and self.url.startswith(self.quick_below)
            and b"#" not in self.url
            and parser.get_method() in (_WITH_BODY if self._has_length else _WITHOUT_BODY)
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and parser.get_http_version() == "1.1"
            and self._is_free()
        )

    def _may_repeat(self, head: KnownHead) -> bool:  # noqa: ARG002 - for subclasses
        """Whether this connection is still the one to answer a request with a known head."""
        return True

    def _is_free(self) -> bool:
        """Whether nothing is under way, so that a request can be answered at once."""
        return (
            (self.cycle is None or self.cycle.response_complete)
            and not (self._unparsed or self._refusal or self.flow.write_paused)
            and not (self.limit_concurrency or self.root_path)
        )

    def _parse(self, data: bytes) -> None:
        was_between = self._is_between
        super()._parse(data)
        cycle, self._pending = self._pending, None
        if cycle is None:
            return
        if self.pipeline or self._refusal or cycle.more_body:
            self._start_asgi_task(cycle, self.app)
            return
        if was_between and self._is_between and not self._has_length:
            self.heads.keep(data, self.scope)
        self._answer(cycle)

    def _answer(self, cycle: QuickCycle) -> None:
        task = start(cycle.run_asgi(self.app), loop=self.loop)
        if task is not None:
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)
