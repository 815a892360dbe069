"""A receiver of deliveries: a Flask application on a thread of its own."""

import time
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any

from flask import Flask, request
from werkzeug.serving import WSGIRequestHandler, make_server

from statuspool_mock.bounded_documents import DocumentRejected, parse_json
from statuspool_mock.conformance.bounded_client import MOST_VALUES

_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedDelivery:
    """A delivery: header names in lower case, the body as it was on the wire."""

    place: str
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


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, *_: Any, **__: Any) -> None:
        """Log nothing: the run has its own report."""


class DeliveryReceiver:
    """Listens until closed. Endpoints are registered under `url` and a place of their own."""

    def __init__(self, host: str, port: int, *, public_url: str | None) -> None:
        self._arrival = Condition()
        self._deliveries: list[ReceivedDelivery] = []
        app = Flask(__name__)
        app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
        app.add_url_rule("/<place>", "receive", self._receive, methods=["POST", "PUT", "GET"])
        self._server = make_server(host, port, app, threaded=True, request_handler=_QuietHandler)
        self.url = (public_url or f"http://{host}:{self._server.server_port}").rstrip("/")
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def _receive(self, place: str) -> tuple[str, int]:
        delivery = ReceivedDelivery(
            place=place,
            method=request.method,
            headers={name.lower(): text for name, text in request.headers},
            body=request.get_data(),
        )
        with self._arrival:
            self._deliveries.append(delivery)
            self._arrival.notify_all()
        return "", 204

    def received(self, place: str) -> list[ReceivedDelivery]:
        """Return the deliveries to a place so far."""
        with self._arrival:
            return [each for each in self._deliveries if each.place == place]

    def wait_for(self, place: str, *, seconds: float) -> None:
        """Wait for a delivery to a place, but no longer than this."""
        deadline = time.monotonic() + seconds
        with self._arrival:
            while not any(each.place == place for each in self._deliveries):
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                self._arrival.wait(left)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
