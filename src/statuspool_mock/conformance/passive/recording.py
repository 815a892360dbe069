"""Traffic on disk: an HTTP archive that is whole or not there, and observations line by line."""

import json
import os
import tempfile
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from statuspool_mock.atomic_files import is_stream, target_of
from statuspool_mock.conformance.passive.observation import Observation
from statuspool_mock.exchanges import Exchange, har, masked_query


class Recording:
    """Writes an archive beside its place while traffic goes by, and puts it there at the end.

    `base` is the url that the paths of exchanges begin at. Secrets are masked, and keys numbered,
    so that one can be told from another. Raises `OSError` where it cannot be written.
    """

    def __init__(self, path: Path, *, base: str, version: str) -> None:
        self._path = target_of(path)
        self._base = base
        self._beside, self._file = _opened(self._path)
        empty = json.dumps(har.archive([], version=version), indent=1)
        self._head, self._tail = empty[: empty.rindex("]")], empty[empty.rindex("]") :]
        self._file.write(self._head)
        self._separator = "\n"
        self._keys: dict[bytes, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._file.write(f"\n{self._tail}\n")
            self._file.close()
            if self._beside != self._path:
                self._beside.replace(self._path)
        finally:
            if self._beside != self._path:
                self._beside.unlink(missing_ok=True)

    def write(self, exchange: Exchange) -> None:
        """Enter an exchange."""
        entry = har.entry(exchange, base=self._base)
        key = dict(exchange.headers).get(b"authorization")
        if key is not None:
            digest = blake2b(key, digest_size=16).digest()
            number = self._keys.setdefault(digest, len(self._keys) + 1)
            for header in entry["request"]["headers"]:
                if header["name"].lower() == "authorization":
                    header["value"] += str(number)
        text = json.dumps(entry, ensure_ascii=True)
        self._file.write(f"{self._separator}{text}")
        self._separator = ",\n"


def _opened(path: Path) -> tuple[Path, IO[str]]:
    """Open a new file beside a path, or a device or pipe itself. Raises `OSError`."""
    if is_stream(path):
        return path, path.open("w", encoding="utf-8")
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    return Path(name), os.fdopen(descriptor, "w", encoding="utf-8")


class ObservationLog:
    """Appends a line of JSON for each exchange that gave rise to observations."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )

    def write(self, exchange: Exchange, observations: list[Observation]) -> None:
        """Enter the observations on an exchange, in one write so that no line is torn."""
        line = json.dumps(observed_json(exchange, observations), ensure_ascii=False)
        os.write(self._descriptor, line.encode("utf-8", "surrogatepass") + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def observed_json(exchange: Exchange, observations: list[Observation]) -> dict[str, Any]:
    """Return an exchange in short, with what was observed."""
    return {
        "number": exchange.number,
        "began": exchange.began,
        "method": exchange.method,
        "path": exchange.path,
        "query": masked_query(exchange.query),
        "operation": exchange.operation,
        "status": exchange.status,
        "milliseconds": round(exchange.milliseconds, 3),
        "observations": [
            {"kind": one.kind.value, "rule": one.rule, "message": one.message}
            for one in observations
        ],
    }
