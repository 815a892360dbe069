"""Options for somebody's server: its address, the key to use, whom to trust."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from statuspool_mock.cli.command import option
from statuspool_mock.cli.types import ApiKey, InputFile, Integer

if TYPE_CHECKING:
    import ssl

BASE_URL = "http://127.0.0.1:4747/v1"

api_key_option = option(
    "--api-key",
    type=ApiKey(),
    metavar="KEY",
    envvar="STATUSPOOL_API_KEY",
    show_envvar=True,
    show_default="none; required to send requests",
    help="API key of the team.",
)
rate_option = option(
    "--rate",
    type=Integer(1, 1_000_000),
    default=110,
    metavar="N",
    help="Requests per minute to send at most.",
)
ca_option = option(
    "--ca",
    type=InputFile(),
    metavar="FILE",
    show_default="the usual authorities only",
    help="PEM file of certificate authorities to trust as well.",
)


def trusted(url: str, ca: Path | None) -> "ssl.SSLContext":
    """Return what trusts the usual authorities, and those of a file.

    Where a URL needs neither, it trusts nobody: reading the usual ones takes 60 ms.
    """
    import ssl

    import certifi

    from statuspool_mock.trust import authorities_for

    nobody = authorities_for(url)
    if ca is None and isinstance(nobody, ssl.SSLContext):
        return nobody
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    if ca is not None:
        try:
            context.load_verify_locations(ca)
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror or error
            raise click.BadParameter(
                f"expected a PEM file of certificates, got {str(ca)!r}: {reason}",
                param_hint="--ca",
            ) from error
    return context


def required_key(key: str | None) -> str:
    """Return the key of a server, which cannot be asked anything without one."""
    if not key:
        raise click.UsageError("an API key is required: --api-key KEY, or STATUSPOOL_API_KEY=KEY")
    return key
