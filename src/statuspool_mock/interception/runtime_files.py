"""The files that Java and PHP need: they read no variables with a PEM bundle."""

import contextlib
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

STORE_PASSWORD = "statuspool-mock"  # noqa: S105 - it protects nothing: the store is public
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
# PHP's streams, such as file_get_contents, know no proxy: they would reach the vendor.
_PHP_SETTINGS = """\
curl.cainfo = "{bundle}"
openssl.cafile = "{bundle}"
allow_url_fopen = Off
"""


class RuntimeFiles(NamedTuple):
    """A trust store for Java, and a folder with settings for PHP."""

    java_store: Path
    php_folder: Path


def write_runtime_files(folder: Path, bundle: Path) -> RuntimeFiles:
    """Write the files into a folder, for the authorities of a bundle."""
    store = folder / "trusted.p12"
    store.write_bytes(_java_store(bundle.read_bytes()))
    php = folder / "php"
    php.mkdir()
    (php / "statuspool-mock.ini").write_text(_PHP_SETTINGS.format(bundle=bundle), "utf-8")
    return RuntimeFiles(store, php)


def _java_store(bundle: bytes) -> bytes:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415  (takes 0.1 s)
        BestAvailableEncryption,
        pkcs12,
    )

    trusted = [
        pkcs12.PKCS12Certificate(one, f"authority-{number}".encode())
        for number, one in enumerate(_certificates(bundle))
    ]
    encryption = BestAvailableEncryption(STORE_PASSWORD.encode())
    return pkcs12.serialize_java_truststore(trusted, encryption)


def _certificates(bundle: bytes) -> list["Certificate"]:
    """Return the certificates that can be read: a user's bundle may have odd ones."""
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    found = []
    for match in _PEM.finditer(bundle):
        with warnings.catch_warnings(), contextlib.suppress(ValueError):
            warnings.simplefilter("ignore")
            found.append(load_pem_x509_certificate(match[0]))
    return found
