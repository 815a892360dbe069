"""What other customers of a provider do meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from flask import Flask
from flask.testing import FlaskClient

_PAUSE_SECONDS = 0.02
_MONITOR = {"name": "Somebody else's", "url": "https://busy.example/", "interval_seconds": 30}


@contextmanager
def writing(app: Flask, key: str) -> Iterator[None]:
    """Create, change and delete with a key until the block ends."""
    stopped = Event()

    def write() -> None:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        while not stopped.wait(_PAUSE_SECONDS):
            _write_once(client)

    thread = Thread(target=write, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _write_once(client: FlaskClient) -> None:
    created = client.post("/v1/monitors", json=_MONITOR).get_json()
    if "id" not in created:
        return  # refused: this customer has a rate limit too
    path = f"/v1/monitors/{created['id']}"
    client.put(path, json={"tags": ["changed"]})
    client.post("/v1/incidents", json={"monitor_id": created["id"], "title": "Work"})
    client.delete(path)
