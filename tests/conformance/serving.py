"""Serves on a thread what a server of the standard library or of Werkzeug serves."""

from contextlib import contextmanager
from threading import Thread


@contextmanager
def running(server):
    """Serve until the block ends; yield the base URL."""
    thread = Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
