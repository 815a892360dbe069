"""Who may drive worlds: the control plane's door, before any key is looked at.

A web page of another origin must not be able to, neither by posting forms (cross-site request
forgery) nor by renaming its own host to this machine (DNS rebinding).
"""

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_TOKEN = b"x-control-token"


class ControlDenied(Exception):
    """The control plane is closed to this caller; the message says why."""


@dataclass(frozen=True, slots=True)
class ControlAuth:
    """Lets a request in or says why not.

    `loopback_only` is for servers that only this machine can reach: their `Host` must be this
    machine's. `token` has to come in `X-Control-Token` where it is set. A server beyond loopback
    without a token lets nobody in.
    """

    loopback_only: bool = True
    token: str | None = field(default=None, repr=False)

    def check(self, headers: Mapping[bytes, bytes], *, scheme: str) -> None:
        """Let a request with these headers in. Raises `ControlDenied`."""
        if self.token is not None:
            given = headers.get(_TOKEN, b"")
            if not hmac.compare_digest(given, self.token.encode()):
                raise ControlDenied(
                    "The control plane needs the server's token in X-Control-Token."
                )
        elif not self.loopback_only:
            raise ControlDenied(
                "Others than this machine can reach this server, so its control plane stays closed "
                "until it is started with --control-token."
            )
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if self.token is None and not _is_this_machine(host):
            raise ControlDenied(f"The control plane is for this machine; Host says {host!r}.")
        origin = headers.get(b"origin")
        if origin is not None and origin.decode("latin-1").lower() != f"{scheme}://{host}":
            raise ControlDenied("The control plane answers no other origin than its own.")
        if headers.get(b"sec-fetch-site", b"same-origin") not in {b"same-origin", b"none"}:
            raise ControlDenied("The control plane answers no other site than its own.")


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
