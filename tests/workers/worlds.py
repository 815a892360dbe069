"""Names of worlds by the worker that is their home."""

import secrets
from zlib import crc32


def name_at(home, *, count=2):
    """Return a name that nobody else uses, of a world at home at this worker."""
    while crc32((name := f"w{secrets.token_hex(8)}").encode()) % count != home:
        pass
    return name


def key_at(home, *, count=2):
    return f"sp_test_{name_at(home, count=count)}"


def keys(count=2):
    """Return a key for each worker."""
    return [key_at(home, count=count) for home in range(count)]
