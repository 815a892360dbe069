"""The settings of a server that shares its ledger with others."""

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
    try:
        from statuspool_mock.fleet.fleet import FleetSettings
    except ModuleNotFoundError as error:
        raise CommandFailed(
            f"--ledger needs the extra `fleet`, since {error.name} is not installed: "
            "pip install 'statuspool-mock[fleet]'"
        ) from error
    from statuspool_mock.fleet.ledger_url import LedgerAddress, LedgerRejected
    from statuspool_mock.fleet.membership import read_secret

    _, _, port = (advertise or "host:1").rpartition(":")
    if not port.isdigit():
        raise CommandFailed(f"--advertise: expected HOST:PORT, got {advertise!r}.")
    try:
        secret = None if secret_file is None else read_secret(secret_file)
        return FleetSettings(LedgerAddress.of(ledger), advertise, secret, others["seed"])
    except LedgerRejected as error:
        raise CommandFailed(str(error)) from error
