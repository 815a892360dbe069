"""The commands of the README run as they are printed, in the clone, after `make serve`."""

import re
from collections import Counter
from contextlib import ExitStack
from itertools import groupby

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


def kind_of(command):
    """Return what the reader does with a command; what serves stays in a terminal of its own."""
    found = re.match(r"(?:make|\.venv/bin/statuspool-mock) (serve|proxy|certify)\b", command)
    return found[1] if found else "type"


class Reader:
    """Types the commands: servers in a terminal of their own, one after another."""

    def __init__(self, machine, clone):
        self._machine = machine
        self._clone = clone
        self._server = ExitStack()

    def serve(self, command):
        self.leave()
        self._server.enter_context(self._machine.terminal(command, port=4747, cwd=self._clone))
        assert httpx.get("http://127.0.0.1:4747/v1/openapi.json", timeout=60).status_code == 200

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
    kinds = Counter()
    for block in blocks_of("README.md"):
        if block.language == "python":
            reader.type(f".venv/bin/python - <<'PYTHON'\n{block.code}PYTHON")
        if block.language != "sh" or " install " in block.code:
            continue  # tests/docs runs JavaScript, test_install.py what installs
        for kind, commands in groupby(commands_of(block), key=kind_of):
            getattr(reader, kind)("\n".join(commands))
            kinds[kind] += 1
    reader.leave()
    assert kinds.keys() == {"serve", "proxy", "certify", "type"}
    assert kinds["type"] > 8
    assert machine.leftovers() == []
