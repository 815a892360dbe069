"""`ctl breakpoints` and `ctl held`: requests are held, shown and released."""

import threading
import time

import httpx
import pytest

PATIENCE = 60


@pytest.fixture
def asked(ctl, server, key):
    """A request that is held, and the list that gets its response."""
    assert "listMonitors" in ctl("breakpoints", "add", "--operation", "listMonitors").out
    got = []
    headers = {"Authorization": f"Bearer {key}"}

    def ask():
        got.append(httpx.get(f"{server.url}/monitors", headers=headers, timeout=PATIENCE))

    thread = threading.Thread(target=ask)
    thread.start()
    give_up = time.monotonic() + PATIENCE
    while "held-1" not in ctl("held", "list").out:
        assert time.monotonic() < give_up
        time.sleep(0.02)
    yield got, thread
    ctl("breakpoints", "clear")
    thread.join()


def test_a_held_request_is_shown_and_released_with_another_response(ctl, asked, tmp_path):
    got, thread = asked
    assert ctl("breakpoints", "list").out == "No breakpoints.\n"
    assert "/v1/monitors" in ctl("held", "show", "held-1").out
    body = tmp_path / "body.json"
    body.write_text("[]", "utf-8")
    edited = ("--status", "502", "--header", "X-Odd: yes", "--body-file", str(body))
    assert ctl("held", "release", "held-1", *edited).out == "Done.\n"
    thread.join()
    (response,) = got
    assert (response.status_code, response.text) == (502, "[]")
    assert response.headers["X-Odd"] == "yes"
    assert ctl("held", "list").out == "No requests are held.\n"
    assert "no held request" in ctl("held", "release", "held-1", code=2).err


def test_a_breakpoint_is_removed(ctl):
    ctl("breakpoints", "add", "--times", "3", "--hold-for", "5m", "--monitor", "checkout")
    shown = ctl("breakpoints", "list").out
    assert "monitor" not in shown
    assert "300s" in shown
    assert ctl("breakpoints", "remove", "breakpoint-1").out == "Done.\n"
    assert ctl("breakpoints", "list").out == "No breakpoints.\n"
