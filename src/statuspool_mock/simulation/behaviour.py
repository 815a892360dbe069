"""The behaviours of monitors as data: how often they fail, for how long, and how.

Recovery times are log-normal (published incident data fits that best). With a median of 7 minutes
and sigma 1.4 the mean is 18.7 minutes, so 0.65 outages in 30 days make 99.972 %, 11.6 make 99.5 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from statuspool_mock.simulation.model import Effect

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How a simulated site behaves.

    An outage is a gap (exponential), slow responses, failures (log-normal) and a slow recovery.
    Outages are drawn in blocks of `block_seconds`, each a function of its number alone.
    """

    mean_gap_seconds: int | None = None
    """None for a site without outages."""
    median_outage_seconds: int = 7 * _MINUTE
    outage_sigma_percent: int = 140
    shortest_outage_seconds: int = 60
    one_region_percent: int = 0
    """Share of outages seen from one region only."""
    slow_ahead_seconds: int = 0
    slow_after_seconds: int = 75
    block_seconds: int = 7 * _DAY
    always: Effect | None = None
    """A permanent effect, in all regions, or in one with `always_in_one_region`."""
    always_in_one_region: bool = False

    @property
    def is_steady(self) -> bool:
        """Whether the site never changes by itself."""
        return self.mean_gap_seconds is None


BAD_GATEWAY = Effect(fails=True, status_code=502, response_ms=8_000)
UNAVAILABLE = Effect(fails=True, status_code=503, response_ms=320)
SERVER_ERROR = Effect(fails=True, status_code=500, response_ms=900)
TIMED_OUT = Effect(
    fails=True,
    status_code=504,
    response_ms=30_000,
    varies=False,
    error_message="Connection timed out after 30000 ms",
)
REFUSED = Effect(fails=True, status_code=504, response_ms=40, error_message="Connection refused")
NO_TLS = Effect(fails=True, status_code=504, response_ms=210, error_message="TLS handshake failed")
SLOW = Effect(response_ms=2_900)
NORMAL = Effect()

FAILURES = (
    BAD_GATEWAY,
    BAD_GATEWAY,
    BAD_GATEWAY,
    UNAVAILABLE,
    UNAVAILABLE,
    SERVER_ERROR,
    TIMED_OUT,
    TIMED_OUT,
    REFUSED,
    NO_TLS,
)
"""Ways to fail, each as often as it is likely. No response at all is logged as a 504."""

BEHAVIOURS: Mapping[str, Behaviour] = MappingProxyType(
    {
        "perfect": Behaviour(),
        "stable": Behaviour(mean_gap_seconds=30 * _DAY, one_region_percent=40),
        "flaky": Behaviour(mean_gap_seconds=5 * _DAY // 2, one_region_percent=30),
        "flapping": Behaviour(
            mean_gap_seconds=5 * _MINUTE,
            median_outage_seconds=150,
            outage_sigma_percent=50,
            one_region_percent=15,
            slow_after_seconds=0,
            block_seconds=6 * _HOUR,
        ),
        "degrading": Behaviour(
            mean_gap_seconds=_DAY,
            median_outage_seconds=6 * _MINUTE,
            outage_sigma_percent=90,
            slow_ahead_seconds=25 * _MINUTE,
            slow_after_seconds=5 * _MINUTE,
            block_seconds=2 * _DAY,
        ),
        "slow": Behaviour(always=SLOW),
        "degraded": Behaviour(always=BAD_GATEWAY, always_in_one_region=True),
        "down": Behaviour(always=UNAVAILABLE),
    }
)

_MAGIC = frozenset({"down", "flapping", "slow", "degraded", "perfect"})


def magic_behaviour(url: str) -> str | None:
    """Return the behaviour of a magic host: `down` for `https://down.test/health`.

    Subdomains count too (`eu.api.down.test`), so that many monitors can have different hosts.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    labels = host.split(".")
    if len(labels) >= 2 and labels[-1] == "test" and labels[-2] in _MAGIC:
        return labels[-2]
    return None
