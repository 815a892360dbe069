"""Shells that see nothing of this environment but the base interpreter and the package index."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

KEPT = ("PIP_", "UV_", "SSL_CERT_", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY",
        "HTTPS_PROXY", "NO_PROXY", "GIT_SSL_")  # fmt: skip
"""How the network and the package index are reached."""


class Machine:
    """Runs what a reader types, in `work`; whatever is left running ends with the block."""

    def __init__(self, home: Path, work: Path, *, path: tuple[Path, ...]) -> None:
        self.home = home
        self.work = work
        cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
        self.environment = {
            "PIP_CACHE_DIR": str(cache / "pip"),
            "PIP_NO_COMPILE": "no",  # means yes; most of what is installed is never imported
            "UV_CACHE_DIR": str(cache / "uv"),
            **{name: text for name, text in os.environ.items() if name.startswith(KEPT)},
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join(map(str, (*path, "/usr/local/bin", "/usr/bin", "/bin"))),
        }
        self._sessions: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for session in self._sessions:
            for process in _members(session):
                os.kill(process, signal.SIGKILL)

    def find_first(self, folder: Path) -> None:
        """Put a folder at the head of the PATH."""
        self.environment["PATH"] = f"{folder}{os.pathsep}{self.environment['PATH']}"

    def run(
        self, script: str, *, cwd: Path | None = None, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run the script to its end, or its first failing command."""
        process, output, errors = self._start(script, cwd=cwd, **variables)
        code = process.wait(timeout=600)
        return subprocess.CompletedProcess(
            script, code, output.read_text("utf-8"), errors.read_text("utf-8")
        )

    def leftovers(self, *, seconds: float = 20) -> list[str]:
        """Return the command lines of what still runs after some seconds for it to end."""
        deadline = time.monotonic() + seconds
        while found := [line for session in self._sessions for line in _members(session).values()]:
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        return found

    @contextmanager
    def terminal(self, command: str, *, port: int, cwd: Path | None = None) -> Iterator[None]:
        """Run a command in another terminal, from when it listens until Ctrl-C."""
        assert not is_open(port), f"{command}: something else listens on {port}"
        process, _, errors = self._start(f"exec {command}", cwd=cwd)
        deadline = time.monotonic() + 300
        while not is_open(port):
            assert process.poll() is None, f"{command}: {errors.read_text('utf-8')}"
            assert time.monotonic() < deadline, f"{command}: nothing listens on {port}"
            time.sleep(0.1)
        yield
        os.killpg(process.pid, signal.SIGINT)
        code = process.wait(timeout=60)
        assert code == 0 or command.startswith("make "), f"{command}: {errors.read_text('utf-8')}"

    def _start(
        self, script: str, *, cwd: Path | None, **variables: str
    ) -> tuple["subprocess.Popen[bytes]", Path, Path]:
        number = len(self._sessions)
        output, errors = self.home / f"output-{number}", self.home / f"errors-{number}"
        # Into files: a pipe would stay open for as long as what a script left running.
        with output.open("wb") as standard_output, errors.open("wb") as standard_error:
            process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", script],
                stdin=subprocess.DEVNULL,
                stdout=standard_output,
                stderr=standard_error,
                cwd=cwd or self.work,
                env={**self.environment, **variables},
                start_new_session=True,
            )
        self._sessions.append(process.pid)
        return process, output, errors


def is_open(port: int) -> bool:
    """Return whether something listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _members(session: int) -> dict[int, str]:
    """Return the running processes of a session with their command lines; Linux only."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
            line = (folder / "cmdline").read_text("utf-8").replace("\0", " ")
        except OSError:
            continue  # it has ended
        if int(fields[3]) == session and fields[0] != "Z":
            found[int(folder.name)] = line
    return found
