"""Access control of the control plane, checked before any key.

A web page of another origin must not get in, neither by posting forms (cross-site request forgery)
nor by pointing its own host name to this machine (DNS rebinding).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from statuspool_mock.hosts import host_of, is_this_machine
from statuspool_mock.web.control_tokens import WHOLE_SERVER, ControlTokens, Grant

_TOKEN = b"x-control-token"


class ControlDenied(Exception):
    """The control plane is closed to this client; the message says why."""


@dataclass(frozen=True, slots=True)
class ControlAuth:
    """Checks who may use the control plane.

    `loopback_only` is for servers that only this machine can reach: `Host` must be this machine.
    With `tokens`, one is required in `X-Control-Token`. A server that other machines can reach has
    no control plane without tokens. `origins` are those of pages that may use it.
    """

    loopback_only: bool = True
    tokens: ControlTokens | None = None
    origins: frozenset[str] = frozenset()

    def check(self, headers: Mapping[bytes, bytes], *, scheme: str) -> Grant:
        """Check the headers of a request and return what it may control.

        Raises `ControlDenied`.
        """
        grant = self._grant(headers)
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if self.tokens is None and not is_this_machine(host_of(f"//{host}")):
            raise ControlDenied(f"The control plane is for this machine only; Host is {host!r}.")
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        if origin in self.origins:
            return grant
        if origin and origin != f"{scheme}://{host}":
            raise ControlDenied(
                "The control plane accepts requests of its own origin only, and of those that "
                "--control-origin names."
            )
        if headers.get(b"sec-fetch-site", b"same-origin") not in {b"same-origin", b"none"}:
            raise ControlDenied("The control plane accepts requests of its own site only.")
        return grant

    def _grant(self, headers: Mapping[bytes, bytes]) -> Grant:
        if self.tokens is not None:
            grant = self.tokens.grant(headers.get(_TOKEN, b""))
            if grant is None:
                raise ControlDenied(
                    "The control plane requires a token of this server in X-Control-Token."
                )
            return grant
        if not self.loopback_only:
            raise ControlDenied(
                "Others than this machine can reach this server, so its control plane stays closed "
                "until it is started with --token-file."
            )
        return WHOLE_SERVER
