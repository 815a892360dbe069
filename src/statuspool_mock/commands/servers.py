"""What commands are told of somebody's server: where it is, whom to trust, which key to use."""

import argparse
import os
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import certifi

Refuse = Callable[[str], NoReturn]


def check_address(
    url: str, refuse: Refuse, *, name: str, expected: str, instead: str, bare: bool = False
) -> None:
    """Refuse a url that is none, or holds a password; `instead` says how to do without.

    `name` is what the argument is called; a `bare` url has no query and no fragment.
    """
    if "@" in url.partition("//")[2].partition("/")[0]:  # first, as the others show the url
        refuse(f"{name}: holds a user name or password; {instead}")
    try:
        parts = urlsplit(url)
        complete = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        complete = complete and not (bare and (parts.query or parts.fragment))
    except ValueError:
        complete = False
    if not complete or not url.isprintable() or " " in url:
        refuse(f"{name}: came {url!r}, expected {expected}")


def check_base(url: str, refuse: Refuse, *, name: str) -> None:
    """Refuse a url that cannot be the API's base."""
    expected = "a base url such as https://api.example.com/v1"
    instead = "give the address without them"
    check_address(url, refuse, name=name, expected=expected, instead=instead, bare=True)


def trusted(ca: Path | None, refuse: Refuse) -> ssl.SSLContext:
    """Return what trusts the usual authorities, and those of a file."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    if ca is not None:
        try:
            context.load_verify_locations(ca)
        except (OSError, ssl.SSLError) as error:
            refuse(f"argument --ca: {ca}: {error.strerror or error}")
    return context


def api_key(arguments: argparse.Namespace, refuse: Refuse) -> str:
    """Return the key that was given, or that of the environment."""
    key: str | None = arguments.api_key or os.environ.get("STATUSPOOL_API_KEY")
    if not key:
        refuse("a server wants a key: --api-key K, or STATUSPOOL_API_KEY=K")
    return key
