"""Tokens of the control plane: one for administration, others for the sandboxes of a team.

A token file has a line for each token. The name of a sandbox, or the first letters of several with
`*`, says what the token controls; `admin` is every sandbox, and what concerns the whole server:

    k9G2vXcQ4mZt7RwLpY3s admin
    Jf8sKq2LxW5nVb0TzRmd checkout
    Qw3eRt6yUi9oPa2sDf5g search*

The file is read again when it changes, so tokens are replaced without a restart.
"""

import hmac
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from statuspool_mock.atomic_files import version_of
from statuspool_mock.bounded_documents import DocumentRejected, read_file

LEAST_LENGTH = 16
"""Characters of a token in a file, at least."""
MOST_TOKENS = 1_000
_MOST_BYTES = 1 << 20
_SECONDS_BETWEEN_LOOKS = 1.0
_TOKEN = re.compile(rf"[!-~]{{{LEAST_LENGTH},512}}", re.ASCII)
_SCOPE = re.compile(r"[A-Za-z0-9_-]{1,64}\*?", re.ASCII)
_ADMIN = "admin"
_log = logging.getLogger(__name__)


class TokensRejected(ValueError):
    """The token file cannot be used; the message says why, and shows no token."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a client may control: the sandboxes of `scope`, or the whole server as `is_admin`.

    `scope` is the name of a sandbox, or a prefix of names followed by `*`.
    """

    scope: str
    is_admin: bool = False

    def covers(self, name: str) -> bool:
        """Return whether this allows control of the sandbox."""
        if self.scope.endswith("*"):
            return name.startswith(self.scope[:-1])
        return name == self.scope


WHOLE_SERVER = Grant("*", is_admin=True)
"""The grant of the administration, and of every client of a server that has no tokens."""


class ControlTokens:
    """The tokens that open the control plane.

    `admin` is a token of the administration, `file` a file of tokens. Raises `TokensRejected` if
    the file cannot be used now. When it cannot be used later, the last tokens stay.
    """

    def __init__(
        self,
        *,
        admin: str | None = None,
        file: Path | None = None,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        self._admin = {admin.encode(): WHOLE_SERVER} if admin else {}
        self._file = file
        self._wall = wall
        self._looked_at = wall()
        self._seen = version_of(file) if file else None
        self._grants = self._admin | (read_tokens(file) if file else {})

    @classmethod
    def given(cls, *, admin: str | None, file: Path | None) -> Self | None:
        """Return the tokens, None if there are none. Raises `TokensRejected`."""
        return cls(admin=admin, file=file) if admin or file else None

    def grant(self, token: bytes) -> Grant | None:
        """Return what a token grants, None if it is unknown. Takes as long for every token."""
        self._look()
        found = None
        for known, grant in self._grants.items():
            if hmac.compare_digest(known, token):
                found = grant
        return found

    def _look(self) -> None:
        """Read the file again if it has changed, at most once a second."""
        now = self._wall()
        if self._file is None or now < self._looked_at + _SECONDS_BETWEEN_LOOKS:
            return
        self._looked_at = now
        version = version_of(self._file)
        if version == self._seen:
            return
        self._seen = version
        try:
            self._grants = self._admin | read_tokens(self._file)
        except TokensRejected as error:
            _log.error("The tokens stay as they were. %s", error)
        else:
            _log.warning("Read %d token(s) from %s.", len(self._grants), self._file)


def read_tokens(file: Path) -> dict[bytes, Grant]:
    """Return the grants of a file by token. Raises `TokensRejected`."""
    try:
        lines = read_file(file, most_bytes=_MOST_BYTES).decode().splitlines()
    except DocumentRejected as error:
        raise TokensRejected(f"{file}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise TokensRejected(f"{file}: {reason}") from None
    grants: dict[bytes, Grant] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            token, grant = _read_line(line, place=f"{file}, line {number}")
            if token in grants:
                raise TokensRejected(f"{file}, line {number}: this token is given twice")
            grants[token] = grant
    if not grants or len(grants) > MOST_TOKENS:
        raise TokensRejected(f"{file}: expected 1 to {MOST_TOKENS} tokens, found {len(grants)}")
    return grants


def _read_line(line: str, *, place: str) -> tuple[bytes, Grant]:
    token, _, scope = line.strip().partition(" ")
    scope = scope.strip()
    if not _TOKEN.fullmatch(token):
        raise TokensRejected(
            f"{place}: a token needs {LEAST_LENGTH} to 512 ASCII characters without spaces"
        )
    if scope == _ADMIN:
        return token.encode(), WHOLE_SERVER
    if not _SCOPE.fullmatch(scope):
        raise TokensRejected(
            f"{place}: after the token, expected admin, the name of a sandbox, or a prefix such as "
            f"checkout*, got {scope!r}"
        )
    return token.encode(), Grant(scope)
