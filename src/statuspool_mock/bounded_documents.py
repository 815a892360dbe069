"""Read files, and parse JSON, within bounds: bytes, levels and values.

Files and responses may come from anyone. Every bound is far above what an honest one needs.
"""

import json
from pathlib import Path
from typing import Any

MOST_FILE_BYTES = 64 << 20
_MOST_DEPTH = 100
_MOST_VALUES = 4_000_000
_MIB = 1 << 20


class DocumentRejected(ValueError):
    """A document goes beyond a bound, or is not what it should be; the message says why."""


def read_file(path: Path, *, most_bytes: int = MOST_FILE_BYTES) -> bytes:
    """Return the content of a file. Raises `DocumentRejected` and `OSError`."""
    with path.open("rb") as file:
        raw = file.read(most_bytes + 1)
    if len(raw) > most_bytes:
        raise DocumentRejected(f"is larger than {most_bytes // _MIB} MiB")
    return raw


def parse_json(raw: bytes, *, most_values: int = _MOST_VALUES) -> Any:
    """Return the value of a JSON text in UTF-8. Raises `DocumentRejected`."""
    # Every value follows one of these; some of them may lie in strings.
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > most_values:
        raise DocumentRejected(f"has more than {most_values:,} values")
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DocumentRejected(f"is not UTF-8 text (byte {error.start})") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise DocumentRejected(f"is not JSON: {error}") from None
    _check_depth(value)
    return value


def read_json(path: Path) -> Any:
    """Return the value of a JSON file. Raises `DocumentRejected` and `OSError`."""
    return parse_json(read_file(path))


def _check_depth(value: Any) -> None:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(_MOST_DEPTH):
        children = (one.values() if isinstance(one, dict) else one for one in level)
        level = [one for some in children for one in some if isinstance(one, dict | list)]
    if level:
        raise _too_deep()


def _too_deep() -> DocumentRejected:
    return DocumentRejected(f"nests more than {_MOST_DEPTH} levels deep")
