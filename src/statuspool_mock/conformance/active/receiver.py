"""A receiver of deliveries: a Flask application on a thread of its own."""

import time
from dataclasses import dataclass
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

from statuspool_mock.bounded_documents import DocumentRejected, parse_json
from statuspool_mock.conformance.bounded_client import MOST_VALUES

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Request
    from werkzeug.serving import BaseWSGIServer

_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedDelivery:
    """A delivery: header names in lower case, query and body as they were on the wire."""

    place: str
    query: str
    method: str
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        """The JSON of the body; None where it is not JSON."""
        try:
            return parse_json(self.body, most_values=MOST_VALUES)
        except DocumentRejected:
            return None


class DeliveryReceiver:
    """Listens until closed. Endpoints are registered under `url` and a place of their own."""

    def __init__(self, host: str, port: int, *, public_url: str | None) -> None:
        self._arrival = Condition()
        self._deliveries: list[ReceivedDelivery] = []
        self._server = _server(host, port, self._receive)
        self.url = (public_url or f"http://{host}:{self._server.server_port}").rstrip("/")
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def _receive(self, place: str, request: "Request") -> None:
        delivery = ReceivedDelivery(
            place=place,
            query=request.query_string.decode("latin-1"),
            method=request.method,
            headers={name.lower(): text for name, text in request.headers},
            body=request.get_data(),
        )
        with self._arrival:
            self._deliveries.append(delivery)
            self._arrival.notify_all()

    def received(self, place: str) -> list[ReceivedDelivery]:
        """Return the deliveries to a place so far."""
        with self._arrival:
            return [each for each in self._deliveries if each.place == place]

    def wait_for(self, place: str, *, seconds: float, text: str = "", number: int = 1) -> None:
        """Wait for deliveries to a place whose bodies have a text, but no longer than this."""
        deadline = time.monotonic() + seconds
        part = text.encode()
        with self._arrival:
            while (
                sum(each.place == place and part in each.body for each in self._deliveries) < number
            ):
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                self._arrival.wait(left)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _server(host: str, port: int, receive: "Callable[[str, Request], None]") -> "BaseWSGIServer":
    """Return a server that passes on what it receives, and responds with 204."""
    # Flask takes 0.1 s to import, and few runs receive deliveries.
    from flask import Flask, request  # noqa: PLC0415
    from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415

    class QuietHandler(WSGIRequestHandler):
        def log_request(self, *_: Any, **__: Any) -> None:
            """Log nothing: the run has its own report."""

    def respond(place: str) -> tuple[str, int]:
        receive(place, request)
        return "", 204

    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
    app.add_url_rule("/<place>", "receive", respond, methods=["POST", "PUT", "GET"])
    return make_server(host, port, app, threaded=True, request_handler=QuietHandler)
