"""Server processes: start them on a core, wait until they respond, and read their costs."""

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

SERVER_CORE, LOAD_CORE = "0", "1"
KEY = "sp_test_load"
_TICK_MICROSECONDS = 1_000_000 / os.sysconf("SC_CLK_TCK")


class DidNotAnswer(Exception):
    """A server ended or did not respond; the message contains its output."""


class ServerProcess:
    """A server in a process of its own, which is stopped when the block ends.

    `{port}` in `command` is replaced by the port. `probe` is a path that returns 200 to `KEY` when
    the server is ready.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        probe: str,
        core: str | None = SERVER_CORE,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.port = _free_port()
        self._command = [part.replace("{port}", str(self.port)) for part in command]
        if core is not None:
            self._command = ["taskset", "-c", core, *self._command]
        self._probe = probe
        # With this variable set, Python would compile every module at every start.
        self._environment = {
            name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
        } | (environment or {})

    def __enter__(self) -> Self:
        began = time.perf_counter()
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            self._wait(until=began + 900)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.ready_seconds = time.perf_counter() - began
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, key: str = KEY) -> tuple[int, bytes]:
        """Send one request on a new connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def cpu_microseconds(self) -> float:
        """Return the processor time used so far by the process and its children."""
        return sum(_ticks(pid) for pid in family(self._process.pid)) * _TICK_MICROSECONDS

    def resident_megabytes(self) -> float:
        """Return the resident memory in units of 10^6 bytes."""
        kilobytes = 0
        for pid in family(self._process.pid):
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    kilobytes += int(line.split()[1])
        return kilobytes * 1024 / 1e6

    def _wait(self, *, until: float) -> None:
        status = 0
        while status != 200:
            if self._process.poll() is not None:
                said = self._process.stderr.read().decode() if self._process.stderr else ""
                raise DidNotAnswer(f"{self._command} ended with {self._process.returncode}: {said}")
            if time.perf_counter() > until:
                raise DidNotAnswer(f"{self._command} did not return 200, but {status}")
            try:
                status, _ = self.get(self._probe)
            except OSError:
                time.sleep(0.002)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def family(pid: int) -> list[int]:
    """Return the ids of a process and of all that it started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return [pid]
    return [pid, *(found for child in children for found in family(int(child)))]


def _ticks(pid: int) -> int:
    # man proc_pid_stat: utime, stime, and those of children that were waited for
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(value) for value in fields[11:15])
