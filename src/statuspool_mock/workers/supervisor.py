"""The parent of the workers: starts them, starts them again when they die, and stops them."""

import logging
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import NoReturn

from statuspool_mock.workers.errors import WorkersFailed
from statuspool_mock.workers.worker import DRAINED, END, READY, STOP, Workplace

DRAIN_SECONDS = 8.0
"""How long workers have for what is under way when the server stops."""
KILL_SECONDS = 4.0
"""How long workers have to end after that; then they are killed."""
MOST_FAILURES = 5
"""How many workers in a row may end before they are ready; then the server stops."""
_PAUSE_SECONDS = 0.5
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_log = logging.getLogger(__name__)

Run = Callable[[int, socket.socket], None]
"""Serves as the worker of a number, which speaks to its parent through a socket."""


class _Child:
    """A worker, as its parent sees it."""

    def __init__(self, number: int, pid: int, control: socket.socket) -> None:
        self.number = number
        self.pid = pid
        self.control = control
        self.is_ready = False
        self.is_drained = False

    def tell(self, order: bytes) -> None:
        """Give an order."""
        with suppress(OSError):
            self.control.send(order)

    def ended(self) -> str:
        """Wait until the process is gone; return how it ended."""
        self.control.close()
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return f"by signal {-code}" if code < 0 else f"with exit code {code}"


class Supervisor:
    """Keeps the workers of a server running.

    It runs before any thread and any event loop, and starts none, so that it may fork at any time.
    """

    def __init__(self, workplace: Workplace, run: Run, *, fate: str) -> None:
        self._workplace = workplace
        self._run = run
        self._fate = fate
        self._children: dict[int, _Child] = {}
        self._due: dict[int, float] = {}
        self._failures = 0
        self._orders_to_stop = 0
        self._is_stopping = False
        self._stdin: int | None = None

    def supervise(
        self, *, ready: Callable[[], None], stopping: Callable[[], None], stdin: int | None
    ) -> None:
        """Run until a signal, or until `stdin` ends. Raises `WorkersFailed`.

        `ready` is called once all workers are, and `stopping` when they are about to end.
        """
        self._stdin = stdin
        with self._signals() as wakeup, ExitStack() as stack:
            stack.callback(self._stop, wakeup, stopping)
            for number in range(self._workplace.count):
                self._start(number)
            while not (self._orders_to_stop or self._are_ready()):
                self._look(wakeup)
                if self._failures:
                    raise WorkersFailed("A worker ended before it was ready; see the log.")
            if not self._orders_to_stop:
                ready()
            while not self._orders_to_stop:
                self._look(wakeup)
                if self._failures > MOST_FAILURES:
                    raise WorkersFailed(f"{self._failures} workers in a row were never ready.")

    def _are_ready(self) -> bool:
        return all(child.is_ready for child in self._children.values())

    # Starting

    def _start(self, number: int) -> None:
        mine, its = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            mine.close()
            self._be_worker(number, its)
        its.close()
        self._children[number] = _Child(number, pid, mine)

    def _be_worker(self, number: int, control: socket.socket) -> NoReturn:
        """Be a worker until the end of this process."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number_of in _SIGNALS:  # a terminal sends them to all; the parent tells what to do
                signal.signal(number_of, signal.SIG_IGN)
            for child in self._children.values():  # or it would not be noticed that these end
                child.control.close()
            self._run(number, control)
            code = 0
        except BaseException:  # noqa: BLE001 - it must not return to what the parent does
            _log.exception("A worker failed.")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    # Watching

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Count signals to stop, and make the socket readable with each."""
        wakeup, sending = socket.socketpair()
        sending.settimeout(0)
        handlers = {one: signal.signal(one, self._note_signal) for one in _SIGNALS}
        before = signal.set_wakeup_fd(sending.fileno(), warn_on_full_buffer=False)
        try:
            yield wakeup
        finally:
            signal.set_wakeup_fd(before)
            for one, handler in handlers.items():
                signal.signal(one, handler)
            wakeup.close()
            sending.close()

    def _note_signal(self, *_: object) -> None:
        self._orders_to_stop += 1

    def _look(self, wakeup: socket.socket, seconds: float | None = None) -> None:
        """Wait until something happens, and handle it."""
        now = time.monotonic()
        waits = [due - now for due in self._due.values()]
        waits += [] if seconds is None else [seconds]
        found = self._readable(wakeup, max(min(waits), 0.0) if waits else None)
        if wakeup.fileno() in found:
            wakeup.recv(64)
        if self._stdin is not None and self._stdin in found and self._has_ended(self._stdin):
            self._stdin = None
            self._orders_to_stop += 1
        for child in list(self._children.values()):
            if child.control.fileno() in found:
                self._listen(child)
        for number in [one for one, due in self._due.items() if due <= time.monotonic()]:
            del self._due[number]
            self._start(number)

    @staticmethod
    def _has_ended(file: int) -> bool:
        """Read what there is; return whether no more comes."""
        try:
            return not os.read(file, 4096)
        except OSError:  # it is closed already
            return True

    def _readable(self, wakeup: socket.socket, seconds: float | None) -> set[int | None]:
        poll = select.poll()
        files = {child.control.fileno() for child in self._children.values()}
        files |= {wakeup.fileno()} | (set() if self._stdin is None else {self._stdin})
        for file in files:
            poll.register(file, select.POLLIN)
        return {file for file, _ in poll.poll(None if seconds is None else seconds * 1000)}

    def _listen(self, child: _Child) -> None:
        said = b""
        with suppress(OSError):
            said = child.control.recv(1)
        if said == READY:
            child.is_ready, self._failures = True, 0
        elif said == DRAINED:
            child.is_drained = True
        else:
            self._bury(child)

    def _bury(self, child: _Child) -> None:
        """Take note of the end of a worker, and have another one take its place."""
        self._workplace.ready[child.number] = 0
        del self._children[child.number]
        how = child.ended()
        if self._is_stopping:
            return
        _log.error("Worker %d ended %s; it is started again. %s", child.number, how, self._fate)
        self._failures += not child.is_ready
        pause = 0.0 if child.is_ready else _PAUSE_SECONDS
        self._due[child.number] = time.monotonic() + pause

    # Stopping

    def _stop(self, wakeup: socket.socket, stopping: Callable[[], None]) -> None:
        """Let all workers finish what is under way, then end them."""
        self._is_stopping = True
        self._due.clear()
        stopping()
        orders = self._orders_to_stop
        for order, seconds in ((STOP, DRAIN_SECONDS), (END, KILL_SECONDS)):
            for child in self._children.values():
                child.tell(order)
            until = time.monotonic() + seconds
            while self._is_waiting_for(order) and self._orders_to_stop <= max(orders, 1):
                rest = until - time.monotonic()
                if rest <= 0:
                    break
                self._look(wakeup, rest)
        for child in self._children.values():
            _log.warning("Worker %d does not end, and is killed.", child.number)
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
            child.ended()

    def _is_waiting_for(self, order: bytes) -> bool:
        children = self._children.values()
        return not all(child.is_drained for child in children) if order == STOP else bool(children)
