"""The commands of the README run as they are printed, in the clone, after `make serve`."""

import re
from contextlib import ExitStack

import httpx
import pytest

from tests.docs.test_written_code import blocks_of

RECEIVER = "env STATUSPOOL_WEBHOOK_SECRET=whsec_example .venv/bin/python \
examples/flask-receiver/receiver.py --port 8000"
KEY = {"Authorization": "Bearer sp_test_tour"}


def commands_of(block):
    """Return the block's commands, a continued line as one, comments left out."""
    lines = re.sub(r"\\\n\s*", "", block.code).splitlines()
    return [line.partition("  #")[0].strip() for line in lines]


def is_server(command):
    return re.match(r"make serve|\.venv/bin/statuspool-mock serve", command)


class Reader:
    """Types the commands: servers in a terminal of their own, one after another."""

    def __init__(self, machine, clone):
        self._machine = machine
        self._clone = clone
        self._server = ExitStack()

    def serve(self, command):
        self.leave()
        self._server.enter_context(self._machine.terminal(command, port=4747, cwd=self._clone))

    def leave(self):
        self._server.close()

    def proxy(self, command):
        """Send a request through it while it runs."""
        with self._machine.terminal(command, port=4750, cwd=self._clone):
            assert httpx.get("http://127.0.0.1:4750/v1/monitors", headers=KEY).json()["results"]

    def certify(self, command):
        with self._machine.terminal(RECEIVER, port=8000, cwd=self._clone):
            self.type(command)

    def type(self, script):
        done = self._machine.run(script, cwd=self._clone)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"


@pytest.mark.usefixtures("port_4747")
def test_every_command_of_the_readme_runs_as_it_is_printed(machine, clone):
    reader = Reader(machine, clone)
    installed = set()
    for block in blocks_of("README.md"):
        if block.language == "python":
            reader.type(f".venv/bin/python - <<'PYTHON'\n{block.code}PYTHON")
        if block.language != "sh" or " install " in block.code:
            continue  # tests/docs runs JavaScript, test_install.py what installs
        others = []
        for command in commands_of(block):
            if is_server(command):
                reader.serve(command)
            elif " proxy " in command:
                reader.proxy(command)
            elif " certify " in command:
                reader.certify(command)
            else:
                others.append(command)
        installed.update(others)
        reader.type("\n".join(others))
    reader.leave()
    assert len(installed) > 12
    assert machine.leftovers() == []
