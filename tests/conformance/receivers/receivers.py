"""Receivers for `certify` to judge, right ones and ones with a fault each; Flask on a thread."""

import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

SECRET = "whsec_certify"
Answer = tuple[str, int]
Receive = Callable[[bytes, str], Answer | Response]


def is_right(body: bytes, signature: str) -> bool:
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def good(body: bytes, signature: str) -> Answer:
    if not is_right(body, signature):
        return "wrong signature", 401
    try:
        json.loads(body)
    except ValueError:
        return "no JSON", 400
    return "", 204


def believes_anyone(_body: bytes, _signature: str) -> Answer:
    return "", 200


def checks_only_presence(body: bytes, signature: str) -> Answer:
    return good(body, signature) if not signature else ("", 204)


def parses_before_it_verifies(body: bytes, signature: str) -> Answer:
    try:
        tidy = json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError:
        tidy = body
    return good(tidy, signature)


def compares_beginnings(body: bytes, signature: str) -> Answer:
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return ("", 204) if expected.startswith(signature) else ("", 401)


def compares_text(body: bytes, signature: str) -> Answer:
    """As the API reference's sample does."""
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return good(body, signature) if hmac.compare_digest(expected, signature) else ("", 401)


def refuses_all(_body: bytes, _signature: str) -> Answer:
    return "", 401


def asks_for_ascii(body: bytes, signature: str) -> Answer:
    return ("", 400) if is_right(body, signature) and not body.isascii() else good(body, signature)


def knows_three_events(body: bytes, signature: str) -> Answer:
    if is_right(body, signature) and b"monitor_renamed" in body:
        return "", 422
    return good(body, signature)


def redirects(_body: bytes, _signature: str) -> Response:
    return Response(status=308, headers={"Location": "/hook"})


def remembering() -> Receive:
    """Refuse what came before, as no receiver should."""
    seen: set[str] = set()

    def receive(body: bytes, signature: str) -> Answer:
        response = good(body, signature)
        if response[1] == 204 and signature in seen:
            return "", 409
        seen.add(signature)
        return response

    return receive


def in_order_only() -> Receive:
    """Refuse what is older than the newest, as no receiver should."""
    newest = ""

    def receive(body: bytes, signature: str) -> Answer:
        nonlocal newest
        response = good(body, signature)
        if response[1] == 204:
            created = json.loads(body)["created_at"]
            if created < newest:
                return "", 400
            newest = created
        return response

    return receive


def overwhelmed() -> Receive:
    """Take one delivery at a time and send the others away."""
    pages = threading.Semaphore(2)

    def receive(body: bytes, signature: str) -> Answer:
        if not pages.acquire(blocking=False):
            return "", 503
        try:
            time.sleep(0.005)  # so that two can meet
            return good(body, signature)
        finally:
            pages.release()

    return receive


def endless(_body: bytes, _signature: str) -> Response:
    def drip() -> Iterator[bytes]:
        while True:
            yield b"x" * 65_536

    return Response(drip(), 200)


class Silent(WSGIRequestHandler):
    def log_request(self, *_args: object, **_named: object) -> None:
        pass


@contextmanager
def receiving(receive: Receive, *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve a receiver on a free port; yield its url."""
    app = Flask("receiver")
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024

    @app.post("/hook")
    def hook() -> Answer | Response:
        return receive(request.get_data(), request.headers.get("X-Statuspool-Signature", ""))

    server = make_server(
        "127.0.0.1", 0, app, threaded=True, request_handler=Silent, ssl_context=tls
    )
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
