"""Metrics of the server in the format of Prometheus, collected when they are asked for."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from statuspool_mock import __version__
from statuspool_mock.web.request_log import BUCKETS
from statuspool_mock.web.server_report import ServerReport, together

_PREFIX = "statuspool_mock"
_EARLIEST, _OF_EACH = "process_start_time_seconds", "process_max_fds"


class ServerCollector(Collector):
    """Reads a report."""

    def __init__(self, report: ServerReport) -> None:
        self._report = report

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics."""
        yield InfoMetricFamily(_PREFIX, "The server.", {"version": __version__})
        yield self._requests()
        yield self._durations()
        yield from self._gauges()
        yield self._deliveries()
        for name, meaning, value in self._report.measures:
            yield GaugeMetricFamily(f"{_PREFIX}_{name}", meaning, value)
        yield from _process_metrics(self._report.pids)

    def _requests(self) -> Metric:
        family = CounterMetricFamily(
            f"{_PREFIX}_requests",
            "Requests by operation and status; no operation where no route matched.",
            labels=["operation", "status"],
        )
        for operation, status, count in sorted(self._report.statuses):
            family.add_metric([operation, str(status) if status else "none"], count)
        return family

    def _durations(self) -> Metric:
        family = HistogramMetricFamily(
            f"{_PREFIX}_request_duration_seconds",
            "Time from the head of a request to the end of its response.",
            labels=["operation"],
        )
        bounds = [*map(str, BUCKETS), "+Inf"]
        for operation, counts in sorted(self._report.durations.items()):
            buckets = list(zip(bounds, accumulate(counts), strict=True))
            family.add_metric([operation], buckets, self._report.seconds[operation])
        return family

    def _gauges(self) -> Iterator[Metric]:
        report = self._report
        yield GaugeMetricFamily(f"{_PREFIX}_sandboxes", "Open sandboxes.", report.sandboxes)
        yield GaugeMetricFamily(
            f"{_PREFIX}_damaged_sandboxes",
            "Stored sandboxes that were found damaged.",
            report.damaged,
        )
        yield GaugeMetricFamily(
            f"{_PREFIX}_event_loop_lag_seconds",
            "Longest time by which the event loop was late in the last minute.",
            report.lag,
        )

    def _deliveries(self) -> Metric:
        family = CounterMetricFamily(
            f"{_PREFIX}_delivery_attempts",
            "Attempts to deliver a webhook, by result.",
            labels=["result"],
        )
        for result, count in sorted(self._report.deliveries.items()):
            family.add_metric([result], count)
        return family


def _process_metrics(pids: Sequence[int]) -> Iterable[Metric]:
    """Return what the system says of processes: sums, and what is not summed of the first ones."""
    found: dict[str, Metric] = {}
    for pid in pids:
        for metric in ProcessCollector(pid=partial(int, pid), registry=None).collect():
            before = found.setdefault(metric.name, metric)
            if before is metric:
                continue
            values = (before.samples[0].value, metric.samples[0].value)
            value = min(values) if metric.name in {_EARLIEST, _OF_EACH} else sum(values)
            before.samples[0] = before.samples[0]._replace(value=value)
    return found.values()


class MetricsPage:
    """Answers with the metrics of all processes, in the format that the client prefers."""

    def __init__(self, reports: Callable[[], Awaitable[Sequence[ServerReport]]]) -> None:
        self._reports = reports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the metrics."""
        registry = CollectorRegistry()
        registry.register(ServerCollector(together(await self._reports())))
        encode, media_type = choose_encoder(Request(scope).headers.get("accept", ""))
        response = Response(encode(registry), headers={"Content-Type": media_type})
        await response(scope, receive, send)
