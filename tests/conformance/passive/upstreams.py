"""Servers that answer bytes as they were told to, right or wrong."""

import contextlib
import socket
import threading


class Upstream:
    """Listens on a free port; `response(connection, head)` is called for each request's head."""

    def __init__(self, response):
        self._respond = response
        self.heads = []

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_):
        # Closing alone does not wake the thread that waits.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _talk(self, connection):
        with connection, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(65_536)
            self.heads.append(head)
            self._respond(connection, head)


def saying(*parts):
    """Return what sends these bytes and closes."""

    def response(connection, _head):
        for part in parts:
            connection.sendall(part)

    return response


def json_response(status, body, *headers):
    """Return a whole answer with a JSON body."""
    lines = [
        f"HTTP/1.1 {status} X".encode(),
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        b"Connection: close",
        *headers,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
