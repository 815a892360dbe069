"""Metrics of the server in the format of Prometheus, collected when they are asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
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
from statuspool_mock.sandbox import Sandboxes
from statuspool_mock.web.request_log import BUCKETS, RequestCounts

_PREFIX = "statuspool_mock"


class ServerCollector(Collector):
    """Reads what the server counts.

    `lag` returns the event loop's lag in seconds, `deliveries` are counts by result. `measures`
    returns what else is measured: name, meaning, value.
    """

    def __init__(
        self,
        counts: RequestCounts,
        sandboxes: Sandboxes,
        *,
        lag: Callable[[], float],
        deliveries: Mapping[str, int],
        measures: Callable[[], Iterable[tuple[str, str, float]]] = tuple,
    ) -> None:
        self._counts = counts
        self._sandboxes = sandboxes
        self._lag = lag
        self._delivery_results = deliveries
        self._measures = measures

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics as they are now."""
        yield InfoMetricFamily(_PREFIX, "The server.", {"version": __version__})
        yield self._requests()
        yield self._durations()
        yield from self._gauges()
        yield self._deliveries()
        for name, meaning, value in self._measures():
            yield GaugeMetricFamily(f"{_PREFIX}_{name}", meaning, value)

    def _requests(self) -> Metric:
        family = CounterMetricFamily(
            f"{_PREFIX}_requests",
            "Requests by operation and status; no operation where no route matched.",
            labels=["operation", "status"],
        )
        for (operation, status), count in sorted(self._counts.statuses.items()):
            family.add_metric([operation, str(status) if status else "none"], count)
        return family

    def _durations(self) -> Metric:
        family = HistogramMetricFamily(
            f"{_PREFIX}_request_duration_seconds",
            "Time from the head of a request to the end of its response.",
            labels=["operation"],
        )
        bounds = [*map(str, BUCKETS), "+Inf"]
        for operation, counts in sorted(self._counts.durations.items()):
            buckets = list(zip(bounds, accumulate(counts), strict=True))
            family.add_metric([operation], buckets, self._counts.seconds[operation])
        return family

    def _gauges(self) -> Iterator[Metric]:
        sandboxes = self._sandboxes
        yield GaugeMetricFamily(f"{_PREFIX}_sandboxes", "Open sandboxes.", len(sandboxes))
        yield GaugeMetricFamily(
            f"{_PREFIX}_damaged_sandboxes",
            "Stored sandboxes that were found damaged.",
            len(sandboxes.damaged),
        )
        yield GaugeMetricFamily(
            f"{_PREFIX}_event_loop_lag_seconds",
            "Longest time by which the event loop was late in the last minute.",
            self._lag(),
        )

    def _deliveries(self) -> Metric:
        family = CounterMetricFamily(
            f"{_PREFIX}_delivery_attempts",
            "Attempts to deliver a webhook, by result.",
            labels=["result"],
        )
        for result, count in sorted(self._delivery_results.items()):
            family.add_metric([result], count)
        return family


class MetricsPage:
    """Answers with the metrics, in the format that the client prefers."""

    def __init__(self, collector: Collector) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(collector)
        ProcessCollector(registry=self._registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the metrics."""
        encode, media_type = choose_encoder(Request(scope).headers.get("accept", ""))
        response = Response(encode(self._registry), headers={"Content-Type": media_type})
        await response(scope, receive, send)
