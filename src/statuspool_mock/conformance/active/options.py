"""What a run is asked to do."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from statuspool_mock.conformance.active.clause import Clause, Level, Need
from statuspool_mock.contract.reference import REQUESTS_PER_MINUTE


class Profile(StrEnum):
    """How much a run may ask of the server."""

    QUICK = "quick"
    STANDARD = "standard"
    DEEP = "deep"


_BUDGETS = {Profile.QUICK: 240, Profile.STANDARD: 600, Profile.DEEP: None}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything `statuspool-mock verify` can be told. `url` is the base, such as …/v1."""

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
    """Ids of clauses whose findings a baseline holds already."""

    @property
    def most_requests(self) -> int | None:
        """The budget: as told, else that of the profile; None is without bound."""
        return self.budget if self.budget is not None else _BUDGETS[self.profile]

    @property
    def is_quick(self) -> bool:
        """Whether requests are dear."""
        return self.profile is Profile.QUICK

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine."""
        return urlsplit(self.url).hostname in _LOOPBACK

    @property
    def pace_per_minute(self) -> int | None:
        """Requests a minute for each key: as told, else the documented limit; None on loopback.

        A server on this machine is nobody's production: it says itself, with a 429, if it has a
        limit.
        """
        if self.rate_per_minute is not None:
            return self.rate_per_minute
        return None if self.is_local else REQUESTS_PER_MINUTE

    def chooses(self, clause: Clause) -> bool:
        """Whether --only, --skip and --level leave this clause in."""
        if self.level is Level.DOCUMENTED and clause.level is Level.INFERRED:
            return False
        if self.only and not any(_names(text, clause) for text in self.only):
            return False
        return not any(_names(text, clause) for text in self.skip)

    def lacks(self, clause: Clause) -> str:
        """Return why a clause cannot be judged in this run, nothing where it can."""
        missing = [need for need in Need if need in clause.needs and not self._has(need)]
        return "; ".join(missing)

    def _has(self, need: Need) -> bool:
        return {
            Need.WRITES: not self.read_only,
            Need.PERMANENT: self.allow_permanent and not self.read_only,
            Need.READ_ONLY_KEY: self.readonly_key is not None,
            Need.OTHER_TEAM_KEY: self.other_team_key is not None,
            Need.REVOKED_KEY: self.revoked_key is not None,
            Need.RATE_LIMIT: self.check_rate_limit,
            Need.RECEIVER: self.webhook_listen is not None,
            Need.TIME: self.profile is not Profile.QUICK,
        }[need]


def _names(text: str, clause: Clause) -> bool:
    return clause.id == text or clause.id.startswith(f"{text}.")
