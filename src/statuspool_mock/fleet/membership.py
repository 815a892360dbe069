"""What all replicas of a fleet have in common. The ledger forgets it when the last one is gone."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path

from statuspool_mock import __version__
from statuspool_mock.fleet import scripts
from statuspool_mock.fleet.connection import why
from statuspool_mock.fleet.lease import FLEET_SECONDS
from statuspool_mock.fleet.ledger import UNREACHABLE, Ledger
from statuspool_mock.fleet.ledger_url import LedgerRejected
from statuspool_mock.fleet.recipes import RecipeBook

_SHORTEST_SECRET = 16
_NOUNS = {"scenario": "--scenario or --clock"}
_DIFFERS = "The replicas of this fleet have another"
_FORGOTTEN = f"The ledger forgets it {FLEET_SECONDS:.0f} s after the last of them has ended."
_FINGERPRINT, _SECRET = "link_fingerprint", "link_secret"


def read_secret(path: Path) -> bytes:
    """Return the secret of a file. Raises `LedgerRejected`."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise LedgerRejected(f"Cannot read the link secret {path}: {error.strerror}.") from error
    if len(secret) < _SHORTEST_SECRET:
        raise LedgerRejected(f"The link secret in {path} has fewer than {_SHORTEST_SECRET} bytes.")
    return secret


async def join(
    ledger: Ledger, book: RecipeBook, *, options: Mapping[str, str], secret: bytes | None
) -> bytes:
    """Join the fleet of a ledger, or begin it; return the link secret. Raises `LedgerRejected`.

    All replicas have the same `options`. Without a secret of its own, the fleet keeps a random one
    in the ledger.
    """
    mine = {"version": __version__, **options, "scenario": book.digest}
    if secret is not None:
        fingerprint = hmac.digest(secret, b"statuspool fleet", hashlib.sha256).hex()
        given = mine | {_FINGERPRINT: fingerprint, "began": str(book.began)}
    else:
        given = mine | {_SECRET: secrets.token_hex(32), "began": str(book.began)}
    flat = [text for pair in given.items() for text in pair]
    milliseconds = round(FLEET_SECONDS * 1000)
    try:
        found = await ledger.run(scripts.JOIN, (scripts.FLEET_KEY,), milliseconds, *flat)
    except UNREACHABLE as error:
        raise LedgerRejected(f"The ledger cannot be used: {why(error)}.") from error
    names = (name.decode() for name in found[::2])
    fleet = dict(zip(names, (value.decode() for value in found[1::2]), strict=True))
    for name, value in mine.items():
        if fleet.get(name) != value:
            shown = "" if name == "scenario" else f": {fleet.get(name)}, here {value}"
            raise LedgerRejected(f"{_DIFFERS} {_NOUNS.get(name, name)}{shown}. {_FORGOTTEN}")
    if fleet.get(_FINGERPRINT) != given.get(_FINGERPRINT):
        raise LedgerRejected(f"{_DIFFERS} link secret. {_FORGOTTEN}")
    book.begin(int(fleet["began"]))
    return secret if secret is not None else bytes.fromhex(fleet[_SECRET])
