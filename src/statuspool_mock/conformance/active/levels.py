"""Where a clause comes from, and what a run needs before it can check one."""

from enum import StrEnum


class Level(StrEnum):
    """Where the promise of a clause comes from."""

    DOCUMENTED = "documented"
    SAMPLE = "sample"
    INFERRED = "inferred"


class Need(StrEnum):
    """What a clause cannot be checked without. The value is the reason in reports."""

    WRITES = "omit --read-only: it writes"
    PERMANENT = "give --allow-permanent: incidents and webhooks cannot be deleted"
    READ_ONLY_KEY = "give --readonly-key"
    OTHER_TEAM_KEY = "give --other-team-key"
    REVOKED_KEY = "give --revoked-key"
    RATE_LIMIT = "give --check-rate-limit: it takes two minutes and their requests"
    RECEIVER = "give --webhook-listen HOST:PORT"
    TIME = "choose --profile standard or deep"
