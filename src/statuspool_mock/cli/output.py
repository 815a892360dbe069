"""Text on stdout."""

import sys


def write(text: str) -> None:
    """Write UTF-8 whatever the locale, so that a redirected file is the same everywhere."""
    rest = memoryview(text.encode())
    while rest:  # with PYTHONUNBUFFERED a pipe takes a part, if its reader goes away meanwhile
        rest = rest[sys.stdout.buffer.write(rest) :]
