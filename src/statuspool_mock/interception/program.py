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
    try:
        process = await asyncio.create_subprocess_exec(*command, env=environment)
    except FileNotFoundError as error:
        raise CannotRun(f"{command[0]}: command not found", _NOT_FOUND) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CannotRun(f"{command[0]}: cannot be run: {reason}", _NOT_EXECUTABLE) from error
    loop = asyncio.get_running_loop()
    for name in _PASSED_ON:
        with contextlib.suppress(AttributeError, NotImplementedError):  # not on every system
            loop.add_signal_handler(getattr(signal, name), _pass_on, process, name)
    code = await process.wait()
    return code if code >= 0 else _SIGNALLED - code


def _pass_on(process: asyncio.subprocess.Process, name: str) -> None:
    if name in _FROM_KEYBOARD and _is_in_foreground():
        return  # the terminal has signalled the program itself
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(getattr(signal, name))


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
