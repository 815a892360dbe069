"""An endpoint on a thread that remembers what it was sent, and answers as a test says."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Sent(NamedTuple):
    headers: dict
    body: bytes

    @property
    def payload(self):
        return json.loads(self.body)


class Receiver:
    """Responds with each of `responses` (statuses or functions of the handler), then with 200."""

    def __init__(self, *responses):
        self.responses = list(responses)
        self.sent = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.sent.append(Sent(dict(self.headers), body))
                response = receiver.responses.pop(0) if receiver.responses else 200
                if callable(response):
                    response(self)
                else:
                    status, *headers = response if isinstance(response, tuple) else (response,)
                    self.send_response(status)
                    for name, value in headers:
                        self.send_header(name, value)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def events(self):
        return [sent.payload["event"] for sent in self.sent]

    def wait_for(self, count, seconds=30):
        """Return when so many have come; fail where they do not."""
        deadline = time.monotonic() + seconds
        while len(self.sent) < count:
            assert time.monotonic() < deadline, f"{len(self.sent)} of {count} came"
            time.sleep(0.01)
