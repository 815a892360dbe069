"""A webhook receiver that checks signatures and ignores duplicates.

STATUSPOOL_WEBHOOK_SECRET=whsec_… python receiver.py --port 8000
"""

import argparse
import hashlib
import hmac
import json
import os
import queue
import threading
from collections import OrderedDict
from typing import Any

from flask import Flask, request
from werkzeug.serving import make_server

REMEMBERED = 10_000


class Inbox:
    """The received deliveries, without duplicates, in a queue for a worker."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[dict[str, Any]] = queue.Queue()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, delivery: dict[str, Any]) -> bool:
        """Queue a delivery unless it is a duplicate: delivery is at least once."""
        with self._lock:
            if delivery["id"] in self._seen:
                return False
            self._seen[delivery["id"]] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        self.waiting.put(delivery)
        return True


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Compare with the HMAC of the received bytes. Bytes, as a header may not be ASCII."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def create_app(secret: str, inbox: Inbox) -> Flask:
    """Return the application, which responds immediately and leaves the work to a worker."""
    if not secret:
        raise ValueError("The secret is empty: anyone could sign with it.")
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024

    @app.post("/hooks/statuspool")
    def receive() -> tuple[str, int]:
        body = request.get_data()
        if not is_signed(body, request.headers.get("X-Statuspool-Signature", ""), secret):
            return "wrong signature", 401
        try:
            delivery = json.loads(body)
            new = inbox.put({"id": delivery["id"], **delivery})
        except (ValueError, TypeError, KeyError):
            return "not a delivery", 400
        return "accepted" if new else "duplicate", 200

    return app


def report(inbox: Inbox) -> None:
    """Process deliveries: print them, and mark those that arrive out of order."""
    newest = ""
    while True:
        delivery = inbox.waiting.get()
        late = " (late)" if delivery["created_at"] < newest else ""
        newest = max(newest, delivery["created_at"])
        print(f"{delivery['created_at']} {delivery['event']}{late}", flush=True)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000, help="0 picks a free one")
    port = parser.parse_args().port
    inbox = Inbox()
    app = create_app(os.environ.get("STATUSPOOL_WEBHOOK_SECRET", ""), inbox)
    threading.Thread(target=report, args=[inbox], daemon=True).start()
    server = make_server("127.0.0.1", port, app, threaded=True)
    print(f"http://127.0.0.1:{server.server_port}/hooks/statuspool", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
