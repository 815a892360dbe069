"""Access control of the control plane, checked before any key.

A web page of another origin must not get in, neither by posting forms (cross-site request forgery)
nor by pointing its own host name to this machine (DNS rebinding).
"""

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_TOKEN = b"x-control-token"


class ControlDenied(Exception):
    """The control plane is closed to this client; the message says why."""


@dataclass(frozen=True, slots=True)
class ControlAuth:
    """Checks who may use the control plane.

    `loopback_only` is for servers that only this machine can reach: `Host` must be this machine.
    `token`, if set, is required in `X-Control-Token`. A server that other machines can reach has no
    control plane without a token.
    """

    loopback_only: bool = True
    token: str | None = field(default=None, repr=False)

    def check(self, headers: Mapping[bytes, bytes], *, scheme: str) -> None:
        """Check the headers of a request. Raises `ControlDenied`."""
        if self.token is not None:
            given = headers.get(_TOKEN, b"")
            if not hmac.compare_digest(given, self.token.encode()):
                raise ControlDenied(
                    "The control plane requires the server's token in X-Control-Token."
                )
        elif not self.loopback_only:
            raise ControlDenied(
                "Others than this machine can reach this server, so its control plane stays closed "
                "until it is started with --control-token."
            )
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if self.token is None and not _is_this_machine(host):
            raise ControlDenied(f"The control plane is for this machine only; Host is {host!r}.")
        origin = headers.get(b"origin")
        if origin is not None and origin.decode("latin-1").lower() != f"{scheme}://{host}":
            raise ControlDenied("The control plane accepts requests of its own origin only.")
        if headers.get(b"sec-fetch-site", b"same-origin") not in {b"same-origin", b"none"}:
            raise ControlDenied("The control plane accepts requests of its own site only.")


def _is_this_machine(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
