"""Keeps web pages from sending requests to programs of this machine through webhooks.

Any page that a browser shows can register a webhook here and have it delivered. Were its url one
of this machine, the page could reach what listens there, which no page of its origin may do.
"""

import re
from collections.abc import Iterable, Mapping

from statuspool_mock.contract import Violation
from statuspool_mock.hosts import host_of, is_this_machine
from statuspool_mock.web.errors import InvalidRequest, ReceiverRefused

_JSON = re.compile(rb"\s*application/json\s*(?:;|$)", re.IGNORECASE)


class PageOrigins:
    """Checks requests of web pages. `named` are the origins that the user trusts; `*` is none."""

    def __init__(self, named: Iterable[str]) -> None:
        self._named = {origin.lower() for origin in named} - {"*"}

    def check_body(self, headers: Mapping[bytes, bytes]) -> None:
        """Refuse a write that browsers send without asking. Raises `InvalidRequest`."""
        if b"origin" in headers and not _JSON.match(headers.get(b"content-type", b"")):
            raise InvalidRequest([Violation("Content-Type", "Must be application/json")])

    def check_receiver(self, headers: Mapping[bytes, bytes], url: str) -> None:
        """Check the url of a webhook that is registered. Raises `ReceiverRefused`."""
        if not is_this_machine(host_of(url)):
            return  # deliveries to other hosts need the user's permission anyway
        origin = headers.get(b"origin")
        if origin is None:
            if headers.get(b"sec-fetch-site", b"none") in {b"none", b"same-origin"}:
                return
        elif self._is_trusted(origin.decode("latin-1").lower()):
            return
        raise ReceiverRefused

    def _is_trusted(self, origin: str) -> bool:
        return origin in self._named or is_this_machine(host_of(origin))
