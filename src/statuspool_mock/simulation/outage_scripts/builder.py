"""The builder with which outage scripts create outages and steps."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from statuspool_mock.simulation import Monitor, Outage, prng
from statuspool_mock.simulation.model import Effect

_STEP_SECONDS = 60
_SLOW_MS = 2_150


class NotApplicable(Exception):
    """The script is not possible with these monitors; the message says why."""


class ScriptBuilder:
    """Builds one script for some monitors.

    The results are `steps`, and the outages by the id of their monitor: `slow` and `failing`.
    """

    def __init__(
        self, monitors: Sequence[Monitor], *, key: bytes, start: int, region: str | None
    ) -> None:
        self.monitors = monitors
        self.start = start
        self.region = region
        self.slow: dict[str, list[Outage]] = defaultdict(list)
        self.failing: dict[str, list[Outage]] = defaultdict(list)
        self.steps: list[tuple[int, str]] = []
        self._number = prng.numbers(key)
        self._draws = 0

    def between(self, low: int, high: int) -> int:
        """Draw a random number from low to high, both included."""
        self._draws += 1
        return low + self._number(self._draws) % (high - low + 1)

    def regions(self, monitor: Monitor) -> tuple[str, ...]:
        """Return the regions in which a monitor is affected, in random order."""
        if self.region is not None:
            return (self.region,)
        left = list(monitor.regions)
        return tuple(left.pop(self.between(0, len(left) - 1)) for _ in monitor.regions)

    def add_step(self, at: int, about: str) -> None:
        """Add a description of what happens at an instant."""
        self.steps.append((at, about))

    def slow_down(
        self,
        monitor: Monitor,
        start: int,
        end: int,
        *,
        to_ms: int,
        regions: Iterable[str] | None = None,
    ) -> None:
        """Make a monitor's responses slower step by step, up to a median of `to_ms`."""
        self._slow(monitor, start, end, (_SLOW_MS, to_ms), regions)

    def speed_up(
        self,
        monitor: Monitor,
        start: int,
        end: int,
        *,
        from_ms: int,
        regions: Iterable[str] | None = None,
    ) -> None:
        """Make a monitor's responses faster step by step, from a median of `from_ms`."""
        self._slow(monitor, start, end, (from_ms, _SLOW_MS), regions)

    def fail(
        self,
        monitor: Monitor,
        start: int,
        end: int,
        *,
        ways: Sequence[Effect],
        regions: Iterable[str] | None = None,
    ) -> None:
        """Make a monitor's checks fail, every few minutes in another of these ways."""
        at = start
        while at < end:
            until = min(at + self.between(2, 5) * _STEP_SECONDS, end) if len(ways) > 1 else end
            way = ways[self.between(0, len(ways) - 1)]
            code, _ = way.outcome(monitor.expected_status)
            self.failing[monitor.id].append(
                Outage(
                    start=at,
                    end=until,
                    regions=self._where(regions),
                    status_code=code,
                    response_time_ms=way.response_ms,
                    response_varies=way.varies,
                    error_message=way.error_message,
                )
            )
            at = until

    def _slow(
        self,
        monitor: Monitor,
        start: int,
        end: int,
        medians: tuple[int, int],
        regions: Iterable[str] | None,
    ) -> None:
        from_ms, to_ms = medians
        steps = max((end - start) // _STEP_SECONDS, 1)
        for step in range(steps):
            self.slow[monitor.id].append(
                Outage(
                    start=start + step * _STEP_SECONDS,
                    end=end if step == steps - 1 else start + (step + 1) * _STEP_SECONDS,
                    regions=self._where(regions),
                    status_code=monitor.expected_status,
                    response_time_ms=from_ms + (to_ms - from_ms) * step // max(steps - 1, 1),
                    response_varies=True,
                )
            )

    def _where(self, regions: Iterable[str] | None) -> tuple[str, ...] | None:
        if regions is not None:
            return tuple(regions)
        return None if self.region is None else (self.region,)


def names_of(monitors: Sequence[Monitor]) -> str:
    """Return the names of monitors as text."""
    first, *others = (monitor.name for monitor in monitors)
    if len(others) > 1:
        return f"{first} and {len(others)} others"
    return f"{first} and {others[0]}" if others else first
