"""The mock's own certificate authority, for one run or stored in a folder."""

import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Self

from statuspool_mock.atomic_files import write_whole

if TYPE_CHECKING:
    import trustme  # takes 0.1 s, so it is imported only to make a certificate

_KEPT, _PUBLIC = "statuspool-mock-ca-key.pem", "statuspool-mock-ca.pem"
_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----\n?", re.DOTALL)


class AuthorityUnusable(Exception):
    """The folder cannot store an authority, or has an invalid one; the message says what to do."""


class Authority:
    """Signs certificates for this machine and the vendor's name; programs have to trust it."""

    def __init__(self, authority: "trustme.CA") -> None:
        self._authority = authority

    @classmethod
    def made_now(cls) -> Self:
        """Return a new authority, whose key never leaves this process."""
        return cls(_new())

    @classmethod
    def kept_in(cls, folder: Path) -> Self:
        """Return the folder's authority, made if there is none. Raises `AuthorityUnusable`.

        The key's file is made in one step and never replaced, so that servers that start at the
        same time agree; the public file is written from it.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept = folder / _KEPT
            if not kept.exists():
                new = _new()
                content = new.private_key_pem.bytes() + new.cert_pem.bytes()
                write_whole(kept, content, replace=False)
            authority = cls(_parse(kept))
            write_whole(folder / _PUBLIC, authority.certificate, mode=0o644)
        except OSError as error:
            raise AuthorityUnusable(
                f"The certificate authority cannot be stored in {folder}: {error.strerror}. "
                "Choose a folder that you can write to."
            ) from error
        return authority

    @property
    def certificate(self) -> bytes:
        """The public certificate that programs have to trust, as PEM."""
        return self._authority.cert_pem.bytes()

    def write_certificate(self, folder: Path) -> Path:
        """Write the public certificate into a folder and return its path."""
        path = folder / _PUBLIC
        write_whole(path, self.certificate, mode=0o644)
        return path

    def server_context(self, *names: str) -> ssl.SSLContext:
        """Return a TLS context with a certificate for these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        self._authority.issue_cert(*names).configure_cert(context)
        return context


def _new() -> "trustme.CA":
    import trustme  # noqa: PLC0415

    return trustme.CA(
        organization_name="statuspool-mock", organization_unit_name="for this machine only"
    )


def _parse(kept: Path) -> "trustme.CA":
    import trustme  # noqa: PLC0415

    blocks = {match[1]: match[0] for match in _PEM.finditer(kept.read_bytes())}
    certificate = blocks.pop(b"CERTIFICATE", b"")
    key = b"".join(blocks.values())
    try:
        # OpenSSL checks that the files are complete and the key fits the certificate.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(kept)
        return trustme.CA.from_pem(certificate, key)
    except (ValueError, TypeError, ssl.SSLError) as error:
        raise AuthorityUnusable(
            f"{kept} is not a certificate authority. Remove it to get a new one."
        ) from error
