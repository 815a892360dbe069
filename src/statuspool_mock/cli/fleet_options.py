"""The settings of a server that shares its ledger with others."""

import contextlib
import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from statuspool_mock.cli.errors import CommandFailed

if TYPE_CHECKING:
    from statuspool_mock.fleet.fleet import FleetSettings

_ALONE = {
    "data": "--data, since the ledger keeps all sandboxes",
    "watch": "--watch, since all servers of a ledger have the same scenario",
    "switch_mutants": "--switch-mutants, since they would be switched on one server only",
}


def fleet_settings(
    ledger: str | None, advertise: str | None, secret_file: Path | None, others: Mapping[str, Any]
) -> "FleetSettings | None":
    """Return how a server takes part in a fleet, None without a ledger. Raises `CommandFailed`."""
    if ledger is None:
        if advertise or secret_file:
            raise CommandFailed("--advertise and --link-secret-file need --ledger.")
        return None
    for name, reason in _ALONE.items():
        if others.get(name):
            raise CommandFailed(f"--ledger excludes {reason}.")
    if others.get("workers", 1) > 1:
        raise CommandFailed("--ledger excludes --workers; start more servers with this ledger.")
    try:
        from statuspool_mock.fleet.fleet import FleetSettings
    except ModuleNotFoundError as error:
        raise CommandFailed(
            f"--ledger needs the extra `fleet`, since {error.name} is not installed: "
            "pip install 'statuspool-mock[fleet]'"
        ) from error
    from statuspool_mock.fleet.ledger_url import LedgerAddress, LedgerRejected
    from statuspool_mock.fleet.membership import read_secret

    if advertise is not None:
        _check_address(advertise)
    try:
        secret = None if secret_file is None else read_secret(secret_file)
        return FleetSettings(LedgerAddress.of(ledger), advertise, secret)
    except LedgerRejected as error:
        raise CommandFailed(str(error)) from error


def _check_address(advertise: str) -> None:
    """Check where other servers reach this one. Raises `CommandFailed`."""
    host, _, port = advertise.rpartition(":")
    if not (host and port.isdigit() and 0 < int(port) < 1 << 16):
        raise CommandFailed(f"--advertise: expected HOST:PORT, got {advertise!r}.")
    with contextlib.suppress(ValueError):  # a name
        if ipaddress.ip_address(host.strip("[]")).is_unspecified:
            raise CommandFailed(f"--advertise: {host} stands for all addresses; name one of them.")
