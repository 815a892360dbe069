"""Pages for those who run the server: `/healthz`, `/readyz` and `/metrics`."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.sandbox import Sandboxes
from statuspool_mock.web.control_auth import ControlAuth, ControlDenied
from statuspool_mock.web.errors import error_response
from statuspool_mock.web.loop_lag import LoopLag
from statuspool_mock.web.request_log import REQUEST_ID, Observer, RequestCounts, write_access_line
from statuspool_mock.web.requests import bearer_key
from statuspool_mock.web.server_report import ServerReport, report_of

_TOKEN = b"x-control-token"


@dataclass(slots=True)
class Monitoring:
    """What a server measures of itself, and whether it is ready for requests.

    `deliveries` are the results of webhook deliveries, `access_log` says whether each request is
    logged, and `open_metrics` whether `/metrics` is open to everybody.
    """

    deliveries: Mapping[str, int] = field(default_factory=dict)
    access_log: bool = False
    open_metrics: bool = False
    is_ready: bool = True
    measures: Callable[[], Iterable[tuple[str, str, float]]] = tuple
    """Returns what else is measured: name, meaning, value."""
    counts: RequestCounts = field(default_factory=RequestCounts)
    lag: LoopLag = field(default_factory=LoopLag)
    are_others_ready: Callable[[], bool] = lambda: True
    """Whether all other processes of the server are ready."""
    others: Callable[[], Awaitable[Sequence[ServerReport]]] | None = None
    """Returns what they measure; None where there is no other."""

    def report(self, sandboxes: Sandboxes) -> ServerReport:
        """Return what this process measures."""
        return report_of(
            self.counts,
            sandboxes,
            lag=self.lag,
            deliveries=self.deliveries,
            measures=self.measures,
        )

    @property
    def observers(self) -> Sequence[Observer]:
        """What is told of each request."""
        return (self.counts, write_access_line) if self.access_log else (self.counts,)


def monitoring_pages(
    monitoring: Monitoring, sandboxes: Sandboxes, auth: ControlAuth
) -> dict[str, ASGIApp]:
    """Return the pages by path. Health and readiness are open to everybody."""
    return {
        "/healthz": JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"}),
        "/readyz": _Readiness(monitoring),
        "/metrics": _Metrics(monitoring, sandboxes, auth),
    }


class _Readiness:
    """Answers 200 while all of the server takes requests, and 503 otherwise."""

    def __init__(self, monitoring: Monitoring) -> None:
        self._monitoring = monitoring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ready = self._monitoring.is_ready and self._monitoring.are_others_ready()
        response = JSONResponse(
            {"status": "ready" if ready else "stopping"},
            status_code=200 if ready else 503,
            headers={"Cache-Control": "no-store"},
        )
        await response(scope, receive, send)


class _Metrics:
    """Answers with the metrics, for administration. They are imported on first use."""

    def __init__(self, monitoring: Monitoring, sandboxes: Sandboxes, auth: ControlAuth) -> None:
        self._monitoring = monitoring
        self._sandboxes = sandboxes
        self._auth = auth
        self._page: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if not self._monitoring.open_metrics:
                self._check(scope)
        except ControlDenied as error:
            await error_response(error, request_id=scope[REQUEST_ID]).send(send)
            return
        if self._page is None:
            self._page = self._built()
        await self._page(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        """Check for a token of the administration. Raises `ControlDenied`.

        Prometheus sends it as a bearer token.
        """
        headers = dict(scope["headers"])
        bearer = bearer_key(headers.get(b"authorization", b""))
        if bearer and _TOKEN not in headers:
            headers[_TOKEN] = bearer.encode("latin-1")
        if not self._auth.check(headers, scheme=scope["scheme"]).is_admin:
            raise ControlDenied("Metrics concern every sandbox, and need a token for admin.")

    def _built(self) -> ASGIApp:
        from statuspool_mock.web.metrics import MetricsPage  # noqa: PLC0415

        return MetricsPage(self._reports)

    async def _reports(self) -> Sequence[ServerReport]:
        others = self._monitoring.others
        return [self._monitoring.report(self._sandboxes), *(await others() if others else ())]
