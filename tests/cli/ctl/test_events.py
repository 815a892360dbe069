"""`ctl events`: events are printed until Ctrl-C."""

import json
import signal
import subprocess
import threading

import pytest

from statuspool_mock.client import Control
from tests.mock_process import command

pytestmark = pytest.mark.process


def test_events_are_followed_until_ctrl_c(server, key):
    lines: list[str] = []
    follow = subprocess.Popen(
        command("ctl", "events", "--json", "--url", server.control_url, "--api-key", key),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with follow, Control(server.control_url, api_key=key) as control:
        control.clock.freeze()
        reader = threading.Thread(target=lambda: lines.append(follow.stdout.readline()))
        reader.start()
        while reader.is_alive():  # nothing tells when it has begun to follow
            control.clock.advance("1h")
            reader.join(0.1)
        assert json.loads(lines[0])["event"] in {"control", "exchange", "fact"}
        follow.send_signal(signal.SIGINT)
        assert follow.wait(10) == 130
        assert follow.stderr.read() == ""
