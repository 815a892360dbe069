"""What a run sends: requests with their keys, and how they are shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

UNSENT: Any = object()
MAIN, READ_ONLY, OTHER_TEAM, REVOKED = "main", "read-only", "other team's", "revoked"
OWN_KEYS = (MAIN, READ_ONLY)
"""The keys of the team that is verified."""
TEAMS: Mapping[str, str] = {**dict.fromkeys(OWN_KEYS, "own"), OTHER_TEAM: "other"}
"""The team of each key that has one."""
_VARIABLES = {
    MAIN: "$STATUSPOOL_API_KEY",
    READ_ONLY: "$READONLY_KEY",
    OTHER_TEAM: "$OTHER_TEAM_KEY",
    REVOKED: "$REVOKED_KEY",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What to send: `value` is the JSON of the body."""

    method: str
    path: str
    key: str = MAIN
    query: Mapping[str, Any] | Sequence[tuple[str, Any]] = ()
    value: Any = UNSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request. `shown` is its authorization with a variable in place of the key."""

    method: str
    url: str
    path: str
    authorization: str | None
    shown: str | None
    headers: Mapping[str, str]
    body: bytes | None
    key: str
    has_own_key: bool
    """Whether it is sent with the key as it is, and not with another authorization."""

    @property
    def all_headers(self) -> Mapping[str, str]:
        """The headers as they are sent."""
        if self.authorization is None:
            return self.headers
        return {**self.headers, "Authorization": self.authorization}


def build(
    sending: Sending,
    *,
    base: str,
    token: str | None,
    authorization: str | None = UNSENT,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    shown: str | None = None,
) -> Request:
    """Return the request to send, with the token of its key or another authorization.

    An authorization that contains a key is `shown` in another form.
    """
    sent_headers = dict(headers or {})
    if sending.value is not UNSENT:
        body = json.dumps(sending.value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if body is not None and not any(name.lower() == "content-type" for name in sent_headers):
        sent_headers["Content-Type"] = "application/json"
    has_own_key = authorization is UNSENT
    if has_own_key:
        authorization, shown = f"Bearer {token}", f"Bearer {_VARIABLES[sending.key]}"
    return Request(
        method=sending.method,
        url=base + sending.path + (f"?{urlencode(sending.query)}" if sending.query else ""),
        path=sending.path.partition("?")[0],
        authorization=authorization,
        shown=authorization if shown is None else shown,
        headers=sent_headers,
        body=body,
        key=sending.key,
        has_own_key=has_own_key,
    )


def masked(request: Request, keys: Mapping[str, str | None]) -> Request:
    """Return a request that is shown with variables in place of keys."""
    shown = request.shown
    for name, key in keys.items():
        if shown and key:
            shown = shown.replace(key, _VARIABLES[name])
    return replace(request, shown=shown)
