"""Run the user's program with its terminal."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence

_PASSED_ON = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM")
_FROM_KEYBOARD = ("SIGINT", "SIGQUIT")
_NOT_EXECUTABLE, _NOT_FOUND, _SIGNALLED = 126, 127, 128


class CannotRun(Exception):
    """The program cannot be started; `code` is a shell's exit code for that."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


async def run_program(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run to the end and return the exit code, 128 + n for signal n. Raises `CannotRun`.

    Signals are passed on, and the program decides how it ends.
    """
    signals = _Signals()
    signals.receive()
    try:
        process = await asyncio.create_subprocess_exec(*command, env=environment)
    except FileNotFoundError as error:
        raise CannotRun(f"{command[0]}: command not found", _NOT_FOUND) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CannotRun(f"{command[0]}: cannot be run: {reason}", _NOT_EXECUTABLE) from error
    signals.pass_on_to(process)
    code = await process.wait()
    return code if code >= 0 else _SIGNALLED - code


class _Signals:
    """The signals of this process: kept until the program has started, then passed on."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._kept: list[signal.Signals] = []

    def receive(self) -> None:
        """Take the signals, but for those that are ignored: the program shall ignore them too."""
        loop = asyncio.get_running_loop()
        for name in _PASSED_ON:
            with contextlib.suppress(AttributeError, NotImplementedError):  # not on every system
                number = getattr(signal, name)
                if signal.getsignal(number) is not signal.SIG_IGN:
                    loop.add_signal_handler(number, self._pass_on, number)

    def pass_on_to(self, process: asyncio.subprocess.Process) -> None:
        """Pass on what was kept, and from now on every signal at once."""
        self._process = process
        for number in self._kept:
            _send(process, number)

    def _pass_on(self, number: signal.Signals) -> None:
        if self._process is None:
            self._kept.append(number)
        elif not (number.name in _FROM_KEYBOARD and _is_in_foreground()):
            _send(self._process, number)  # else the terminal has signalled the program itself


def _send(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)


def _is_in_foreground() -> bool:
    """Whether keys on the terminal signal this process, and so the program too."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
