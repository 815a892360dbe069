"""The options of a run."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.contract.reference import REQUESTS_PER_MINUTE


class Profile(StrEnum):
    """How many requests a run may send."""

    QUICK = "quick"
    STANDARD = "standard"
    DEEP = "deep"


_BUDGETS = {Profile.QUICK: 240, Profile.STANDARD: 600, Profile.DEEP: None}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of `statuspool-mock verify`. `url` is the API's base, such as …/v1."""

    url: str
    api_key: str
    readonly_key: str | None = None
    other_team_key: str | None = None
    revoked_key: str | None = None
    profile: Profile = Profile.STANDARD
    read_only: bool = False
    allow_permanent: bool = False
    check_rate_limit: bool = False
    webhook_listen: str | None = None
    webhook_url: str | None = None
    rate_per_minute: int | None = None
    budget: int | None = None
    seed: int = 0
    level: Level = Level.INFERRED
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    ca_file: Path | None = None
    timeout_seconds: float = 10.0
    known: frozenset[str] = field(default_factory=frozenset)
    """Ids of clauses whose findings are in the baseline."""

    @property
    def max_requests(self) -> int | None:
        """The budget: the option, else the profile's; None is without bound."""
        return self.budget if self.budget is not None else _BUDGETS[self.profile]

    @property
    def is_quick(self) -> bool:
        """Whether requests are scarce."""
        return self.profile is Profile.QUICK

    @property
    def may_create_permanent(self) -> bool:
        """Whether incidents and webhooks may be created, which cannot be deleted."""
        return self.allow_permanent and not self.read_only

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine."""
        return urlsplit(self.url).hostname in _LOOPBACK

    @property
    def pace_per_minute(self) -> int | None:
        """Requests a minute for each key: the option, else the documented limit.

        None, without bound, for a server on this machine: it responds with a 429 if it has a limit.
        """
        if self.rate_per_minute is not None:
            return self.rate_per_minute
        return None if self.is_local else REQUESTS_PER_MINUTE


def options_for_mock(url: str, key: str, **more: Any) -> Options:
    """Return the options of a run against the mock that uses every key and is allowed everything.

    The mock derives the keys of the other roles from `key`. `more` are further options.
    """
    options = Options(
        url=url,
        api_key=key,
        readonly_key=f"{key}.ro",
        other_team_key=f"{key}.rival",
        revoked_key=f"{key}.revoked",
        allow_permanent=True,
        webhook_listen="127.0.0.1:0",
    )
    return replace(options, **more)
