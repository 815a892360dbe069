"""Replicas of a fleet as programs of their own, which tests kill, stop and start again."""

import json
import signal
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.fleet.ports import free_port

END_SECONDS = 60
MODULE = ("-m", "statuspool_mock")


class Replica:
    """A `statuspool-mock serve` on a port that it keeps."""

    def __init__(self, name, folder, *options, program=MODULE, port=None):
        self.name = name
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = Path(folder, f"{name}.log")
        self._program = program
        self._options = options
        self.process = None

    def start(self):
        """Start the program and wait until it serves."""
        self.launch()
        return self.wait_until_ready()

    def launch(self):
        """Start the program without waiting for it."""
        arguments = ["serve", "--port", str(self.port), "--ready-json", *self._options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self._program, *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait_until_ready(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.log.read_text("utf-8", "replace")[-4_000:])
        return json.loads(line)

    def kill(self):
        self.process.kill()
        self._ended()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def terminate(self):
        """Ask the program to end, and return its exit code."""
        self.process.terminate()
        return self._ended()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.resume()
            self.kill()

    def _ended(self):
        code = self.process.wait(END_SECONDS)
        self.process.stdout.close()
        return code


class Fleet:
    """Replicas on one store; each may reach the store and the others through proxies."""

    def __init__(self, folder, replicas):
        self.folder = Path(folder)
        self.replicas = replicas

    @classmethod
    def on(cls, store, folder, *options, count=3, **choices):
        """Return a fleet whose replicas reach each other and the store directly."""
        secret = secret_file(folder)
        replicas = [
            fleet_replica(f"r{number}", folder, store.url, secret, *options, **choices)
            for number in range(count)
        ]
        return cls(folder, replicas)

    def __enter__(self):
        with ExitStack() as stack:
            for replica in self.replicas:
                stack.callback(replica.stop)
                replica.launch()
            for replica in self.replicas:
                replica.wait_until_ready()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()


def fleet_replica(name, folder, ledger, secret, *options, advertised=None, port=None, **choices):
    """Return a replica that the others reach at the port `advertised`, its own if None."""
    port = port or free_port()
    fleet = (
        *("--ledger", ledger),
        *("--advertise", f"127.0.0.1:{advertised or port}"),
        *("--link-secret-file", str(secret)),
    )
    return Replica(name, folder, *fleet, *options, port=port, **choices)


def secret_file(folder):
    path = Path(folder, "link-secret")
    path.write_text("a secret of the tests, of some length\n", "utf-8")
    path.chmod(0o600)
    return path
