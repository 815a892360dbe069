"""HTTP archives (HAR 1.2), as browsers and proxies write them, read entry by entry.

An archive may be larger than memory; one entry of it is bounded.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import ijson

from statuspool_mock.conformance.passive.archive_entries import EntryRejected, entries
from statuspool_mock.contract import Document
from statuspool_mock.exchanges import Exchange

_ROOT = "/v1"


class NotAnArchive(Exception):
    """The file cannot be read as an HTTP archive; the message says why."""


class Recorded(NamedTuple):
    """An entry of an archive. `unchecked` says why its answer cannot be judged, where it cannot."""

    exchange: Exchange
    unchecked: str | None


class Roots:
    """Tells which urls are the API's: those below `base`, or where that is None, by their looks."""

    def __init__(self, document: Document, *, base: str | None = None) -> None:
        self._document = document
        self._base = None if base is None else base.rstrip("/")
        self._vendor = urlsplit(document.raw["servers"][0]["url"]).netloc

    def path_of(self, method: str, url: str) -> str | None:
        """Return the path below the API's root, None for another host's."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        if self._base is not None:
            address, base = f"{parts.scheme}://{parts.netloc}{parts.path}", self._base
            return address.removeprefix(base) if address.startswith(f"{base}/") else None
        if not parts.path.startswith(f"{_ROOT}/"):
            return None
        path = parts.path.removeprefix(_ROOT)
        known = parts.netloc == self._vendor or bool(self._document.allowed_methods(path))
        return path if known and method != "OPTIONS" else None


class Archive:
    """An archive on disk. `skipped` counts the entries that are not the API's, by host."""

    def __init__(self, path: Path, roots: Roots) -> None:
        self._path = path
        self._roots = roots
        self.skipped: dict[str, int] = {}

    def __iter__(self) -> Iterator[Recorded]:
        """Yield the API's exchanges in the order of the file. Raises `NotAnArchive`."""
        number = 0
        try:
            with self._path.open("rb") as file:
                for entry in entries(file):
                    number += 1
                    recorded = self._recorded(entry, number)
                    if recorded is not None:
                        yield recorded
        except OSError as error:
            raise NotAnArchive(f"{self._path}: {error.strerror}.") from error
        except EntryRejected as error:
            raise NotAnArchive(f"{self._path}: entry {number + 1} {error}.") from error
        except (ijson.JSONError, UnicodeDecodeError) as error:
            where = f"after entry {number}" if number else "at its beginning"
            reason = str(error).strip().splitlines()[0].strip()  # its others draw an arrow
            raise NotAnArchive(f"{self._path} is no JSON {where}: {reason}.") from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NotAnArchive(
                f"{self._path}: entry {number} is not one of an HTTP archive: {error!r}."
            ) from error
        if not number:
            raise NotAnArchive(f"{self._path} is no HTTP archive: it has no log.entries.")

    def _recorded(self, entry: Mapping[str, Any], number: int) -> Recorded | None:
        request, response = entry["request"], entry["response"]
        method, url = str(request["method"]).upper(), str(request["url"])
        path = self._roots.path_of(method, url)
        if path is None:
            host = urlsplit(url).netloc or url[:80]
            self.skipped[host] = self.skipped.get(host, 0) + 1
            return None
        content, unchecked = _content(response)
        headers = _headers(request)
        exchange = Exchange(
            number=number,
            method=method,
            path=path,
            query=urlsplit(url).query.encode(),
            headers=headers,
            body=str((request.get("postData") or {}).get("text") or "").encode(
                "utf-8", "surrogatepass"
            ),
            at=0.0,
            wall=0.0,
            began=_instant(entry.get("startedDateTime")),
            status=int(response["status"]),
            response_headers=_headers(response),
            content=content,
            milliseconds=float(entry.get("time") or 0.0),
        )
        return Recorded(exchange, unchecked)


def _content(response: Mapping[str, Any]) -> tuple[bytes, str | None]:
    content = response.get("content") or {}
    status = int(response["status"])
    if not status:
        return b"", "never answered"
    if status == 304:
        return b"", "answered from a cache"
    text = content.get("text")
    if text is None:
        is_empty = status == 204 or not content.get("size")
        return b"", None if is_empty else "recorded without its body"
    if content.get("encoding") == "base64":
        try:
            return base64.b64decode(text, validate=True), None
        except (binascii.Error, ValueError):
            return b"", "recorded with broken base64"
    return str(text).encode("utf-8", "surrogatepass"), None


def _headers(side: Mapping[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(
        (
            str(one["name"]).lower().encode("latin-1", "replace"),
            str(one["value"]).encode("latin-1", "replace"),
        )
        for one in side.get("headers") or ()
    )


def _instant(text: Any) -> float:
    return datetime.fromisoformat(str(text)).timestamp() if text else 0.0
