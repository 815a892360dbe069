"""How a provider reads what the reference leaves open. See docs/rulings.md."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

DOCUMENTED_REGIONS = ("eu-central-1", "us-east-1", "ap-northeast-1")
_BERLIN = timezone(timedelta(hours=1))


def seconds_in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds_with_offset(moment: datetime) -> str:
    return moment.astimezone(_BERLIN).isoformat(timespec="milliseconds")


def seconds_with_zero_offset(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def microseconds_in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One consistent reading of the open questions; the defaults are the mock's own."""

    name: str
    write_time: Callable[[datetime], str] = seconds_in_utc
    request_id_header: str = "X-Request-Id"
    request_id_prefix: str = "req_"
    created_status: int = 201
    newest_first: bool = False
    foreign_status: int = 403
    malformed_id_status: int = 404
    wrong_type_status: int = 400
    foreign_filter_status: int = 403
    """Incidents filtered by another team's monitor; 200 answers an empty list."""
    unknown_filter_status: int = 200
    far_page_status: int = 200
    judges_body_first: bool = False
    """Whether 400 outranks 403 and 404."""
    default_limit: int = 20
    clamps_limit: bool = False
    pages_of_nothing: int = 0
    bare_lists: bool = False
    filters_degraded: bool = False
    terse_put: bool = False
    terse_webhook: bool = False
    terse_incident: bool = False
    """Whether incidents have only the six fields that the reference lists."""
    plain_secrets: bool = False
    """Whether a secret must be at most 64 visible ASCII characters."""
    extra_fields: bool = False
    leaves_null: bool = False
    """Whether the title of an incident that checks opened is null, and updated_at until a PUT."""
    refuses_unknown: bool = False
    ignores_null: bool = False
    includes_to: bool = True
    empty_when_reversed: bool = False
    keeps_incidents: bool = False
    checks_at_once: bool = True
    sliding_limit: bool = False
    regions: tuple[str, ...] | None = None
    """The regions there are; None takes any name."""
    sla_name: str = "sla_30d"
    uptime_decimals: int = 3
    escapes_unicode: bool = False
    indents_deliveries: bool = False
    latency_seconds: float = 0.0
    compresses: bool = False
    """Whether responses are compressed where the client accepts gzip."""
    is_busy: bool = False
    """Whether another team writes all the time."""

    def now(self) -> datetime:
        """Return the time, as finely as this dialect can write it."""
        return datetime.fromisoformat(self.write_time(datetime.now(UTC)))


LIKE_THE_SAMPLES = Dialect(
    name="like-the-samples",
    terse_put=True,
    created_status=200,
    default_limit=50,
    empty_when_reversed=True,
    includes_to=False,
    clamps_limit=True,
    sla_name="sla",
    request_id_header="Request-Id",
    request_id_prefix="",
    escapes_unicode=True,
)
NEWEST_FIRST = Dialect(
    name="newest-first",
    write_time=milliseconds_with_offset,
    request_id_header="X-Correlation-Id",
    request_id_prefix="c-",
    newest_first=True,
    foreign_status=404,
    foreign_filter_status=404,
    unknown_filter_status=404,
    wrong_type_status=415,
    judges_body_first=True,
    pages_of_nothing=1,
    bare_lists=True,
    extra_fields=True,
    leaves_null=True,
    keeps_incidents=True,
    checks_at_once=False,
    sliding_limit=True,
    ignores_null=True,
    sla_name="sla_summary",
    uptime_decimals=2,
    indents_deliveries=True,
)
STERN = Dialect(
    name="stern",
    write_time=microseconds_in_utc,
    request_id_header="X-Statuspool-Request-Id",
    malformed_id_status=400,
    foreign_filter_status=200,
    wrong_type_status=415,
    far_page_status=404,
    default_limit=10,
    filters_degraded=True,
    terse_webhook=True,
    terse_incident=True,
    refuses_unknown=True,
    plain_secrets=True,
    regions=(*DOCUMENTED_REGIONS, "sa-east-1", "ap-southeast-2"),
    uptime_decimals=4,
)
BUSY = Dialect(
    name="busy",
    write_time=seconds_with_zero_offset,
    latency_seconds=0.15,
    compresses=True,
    is_busy=True,
)
DIALECTS = (LIKE_THE_SAMPLES, NEWEST_FIRST, STERN, BUSY)
