"""The URL of a ledger: where Valkey or Redis listens, and how to log in."""

import ssl
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

DEFAULT_PORT = 6379
_SCHEMES = {"valkey": False, "redis": False, "valkeys": True, "rediss": True}

_UNREADABLE = (
    "Host or port in the URL of a ledger cannot be read; characters such as / in a password are "
    "written %2F."
)


class LedgerRejected(Exception):
    """The ledger cannot be used; the message says why."""


class LedgerAddress(NamedTuple):
    """Where a ledger is, and how to log in."""

    host: str
    port: int
    username: str | None
    password: str | None
    database: int
    is_secured: bool

    @classmethod
    def of(cls, url: str) -> "LedgerAddress":
        """Return the address of a URL. Raises `LedgerRejected`; the message has no password."""
        try:
            parts = urlsplit(url)
            port = parts.port or DEFAULT_PORT
        except ValueError:
            raise LedgerRejected(_UNREADABLE) from None
        database = parts.path.strip("/") or "0"
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise LedgerRejected(
                "The URL of a ledger is like valkey://host:6379; it begins with one of: "
                f"{', '.join(f'{name}://' for name in _SCHEMES)}."
            )
        if not (database.isascii() and database.isdigit()):
            raise LedgerRejected("The path in the URL of a ledger is the number of a database.")
        return cls(
            parts.hostname,
            port,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
            int(database),
            _SCHEMES[parts.scheme],
        )

    @property
    def shown(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"

    @property
    def tls(self) -> ssl.SSLContext | None:
        """The context that checks the certificate of a ledger behind TLS."""
        return ssl.create_default_context() if self.is_secured else None

    def greeting(self) -> list[tuple[str | int, ...]]:
        """Return the commands that log in and choose the database."""
        commands: list[tuple[str | int, ...]] = []
        if self.password is not None:
            login = (self.username, self.password) if self.username else (self.password,)
            commands.append(("AUTH", *login))
        if self.database:
            commands.append(("SELECT", self.database))
        return commands
