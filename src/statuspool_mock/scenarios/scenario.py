"""Scenarios: the initial content of a world, checked for consistency.

Moments are kept as seconds from the scenario's start, negative before it, so that one scenario can
open at any instant.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from statuspool_mock import resources, time_parsing
from statuspool_mock.scenarios import document, generator
from statuspool_mock.scenarios.errors import ScenarioRejected
from statuspool_mock.simulation import (
    CreateIncident,
    CreateMonitor,
    RegisterWebhook,
    ScriptOutage,
    Team,
)

_HISTORY = "45d"
_Path = tuple[str | int, ...]


class Pause(NamedTuple):
    """No checks from `start` until `end`; None: still paused when the scenario starts."""

    start: int
    end: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMonitor:
    """A monitor, created `age_seconds` before the scenario's start, with its outages and pauses.

    The outages' `start` and `end` count from the scenario's start, their `monitor_id` is empty.
    """

    creation: CreateMonitor
    age_seconds: int
    pauses: tuple[Pause, ...] = ()
    outages: tuple[ScriptOutage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedIncident:
    """A recorded incident of the monitor at this position of the scenario's list."""

    monitor: int
    at: int
    record: CreateIncident


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The content of a scenario file.

    `starts_at` None means: the moment the world opens. `keys` are API keys that open the demo
    sandbox beside the usual `sp_test_…` ones.
    """

    name: str
    title: str
    description: str
    starts_at: int | None
    frozen: bool
    keys: tuple[str, ...]
    monitors: tuple[PlannedMonitor, ...]
    webhooks: tuple[RegisterWebhook, ...]
    incidents: tuple[PlannedIncident, ...]


class ShippedScenario(NamedTuple):
    """A shipped scenario's name and title."""

    name: str
    title: str


def shipped() -> list[ShippedScenario]:
    """Return the scenarios that come with the package, by name, `default` first."""
    files = resources.path("fixtures").glob("*.yaml")
    entries = [ShippedScenario(file.stem, document.read(file)["title"]) for file in files]
    return sorted(entries, key=lambda entry: (entry.name != "default", entry.name))


def load(name_or_file: str) -> Scenario:
    """Return a shipped scenario by name, or one from a file (any name with a `.` or a `/`).

    Raises `ScenarioRejected`.
    """
    if "." in name_or_file or "/" in name_or_file or "\\" in name_or_file:
        source = Path(name_or_file)
    else:
        known = sorted(file.stem for file in resources.path("fixtures").glob("*.yaml"))
        if name_or_file not in known:
            raise ScenarioRejected(
                source=f"scenario {name_or_file!r}",
                problem=f"is none of {', '.join(known)}; for a file, give its path, "
                f"such as ./{name_or_file or 'my'}.yaml.",
            )
        source = resources.path(f"fixtures/{name_or_file}.yaml")
    return interpret(document.read(source), source=source)


def parse(text: str, *, source: str) -> Scenario:
    """Return the scenario in a text; `source` names it in errors. Raises `ScenarioRejected`."""
    return interpret(document.parse(text, source=source), source=source)


def interpret(content: dict[str, Any], *, source: str | Path) -> Scenario:
    """Return the scenario of a document that the schema allows.

    Raises `ScenarioRejected` where its parts contradict each other.
    """
    return _Reader(content, source).scenario()


class _Reader:
    """Reads a document and keeps the path for error messages."""

    def __init__(self, content: dict[str, Any], source: str | Path) -> None:
        self.content = content
        self.source = source
        self.starts_at: int | None = None

    def scenario(self) -> Scenario:
        content = self.content
        if "starts_at" in content:
            try:
                self.starts_at = time_parsing.instant(content["starts_at"])
            except ValueError as error:
                raise self._rejected(("starts_at",), f"{error}.") from None
        listed = list(self._listed_monitors())
        monitors = [self._monitor(data, path) for data, path in listed]
        self._refuse_shared_ids(monitors)
        known = _by_id_and_name(monitors)
        return Scenario(
            name=content["name"],
            title=content["title"],
            description=content.get("description", ""),
            starts_at=self.starts_at,
            frozen=content.get("clock", "live") == "frozen",
            keys=tuple(content.get("keys", ())),
            monitors=tuple(monitors),
            webhooks=tuple(_webhook(data) for data in content.get("webhooks", ())),
            incidents=tuple(
                self._incident(data, ("incidents", index), known)
                for index, data in enumerate(content.get("incidents", ()))
            ),
        )

    def _listed_monitors(self) -> Iterator[tuple[dict[str, Any], _Path]]:
        for index, data in enumerate(self.content.get("monitors", ())):
            yield data, ("monitors", index)
        if "generate" in self.content:
            wanted = self.content["generate"]
            made = generator.monitors(wanted["monitors"], seed=wanted.get("seed", 0))
            for data in made:
                yield data, ("generate",)

    def _monitor(self, data: dict[str, Any], path: _Path) -> PlannedMonitor:
        history = self.content.get("history", _HISTORY)
        age_path: _Path = (*path, "age") if "age" in data else ("history",)
        age = self._duration(data.get("age", history), age_path)
        defaults = CreateMonitor(name="", url="", interval_seconds=60)
        creation = CreateMonitor(
            team=Team(data.get("team", "own")),
            name=data["name"],
            url=data["url"],
            interval_seconds=data.get("interval_seconds", defaults.interval_seconds),
            tags=tuple(data.get("tags", ())),
            regions=tuple(data.get("regions", defaults.regions)),
            expected_status=data.get("expected_status", defaults.expected_status),
            behaviour=data.get("behaviour"),
            monitor_id=data.get("id"),
            sla_target=data.get("sla_target", defaults.sla_target),
        )
        return PlannedMonitor(
            creation=creation,
            age_seconds=age,
            pauses=self._pauses(data.get("pauses", ()), (*path, "pauses"), age),
            outages=tuple(
                self._outage(outage, (*path, "outages", index), age, creation)
                for index, outage in enumerate(data.get("outages", ()))
            ),
        )

    def _pauses(self, listed: Sequence[dict[str, Any]], path: _Path, age: int) -> tuple[Pause, ...]:
        pauses: list[Pause] = []
        for index, data in enumerate(listed):
            here = (*path, index)
            start = self._moment(data["from"], (*here, "from"))
            end = self._moment(data["to"], (*here, "to")) if "to" in data else None
            if start < -age:
                problem = f"begins before the monitor exists (its age is {age} s)."
                raise self._rejected((*here, "from"), problem)
            if start > 0 or (end is not None and end > 0):
                problem = "must lie before the scenario's start; nobody pauses a monitor after it."
                raise self._rejected(here, problem)
            if end is not None and end <= start:
                raise self._rejected((*here, "to"), "must come after from.")
            if pauses and (pauses[-1].end is None or start < pauses[-1].end):
                raise self._rejected(here, "overlaps the pause before it; list them in order.")
            pauses.append(Pause(start, end))
        return tuple(pauses)

    def _outage(
        self, data: dict[str, Any], path: _Path, age: int, creation: CreateMonitor
    ) -> ScriptOutage:
        start = self._moment(data["from"], (*path, "from"))
        end = self._moment(data["to"], (*path, "to"))
        if start < -age:
            problem = f"begins before the monitor exists (its age is {age} s)."
            raise self._rejected((*path, "from"), problem)
        if end <= start:
            raise self._rejected((*path, "to"), "must come after from.")
        regions = tuple(data["regions"]) if "regions" in data else None
        for region in regions or ():
            if region not in creation.regions:
                known = ", ".join(creation.regions)
                problem = f"expected one of the monitor's regions ({known}), got {region!r}."
                raise self._rejected((*path, "regions"), problem)
        return ScriptOutage(
            team=creation.team,
            monitor_id="",
            start=start,
            end=end,
            regions=regions,
            status_code=data.get("status_code", 502),
            response_time_ms=data.get("response_time_ms"),
            error_message=data.get("error_message"),
        )

    def _incident(
        self,
        data: dict[str, Any],
        path: _Path,
        known: Mapping[str, Sequence[tuple[int, PlannedMonitor]]],
    ) -> PlannedIncident:
        wanted = data["monitor"]
        found = known.get(wanted, ())
        if len(found) != 1:
            problem = (
                f"expected the name or id of one monitor, got {wanted!r}, "
                f"which fits {len(found)} monitors."
            )
            raise self._rejected((*path, "monitor"), problem)
        at = self._moment(data.get("at", "-0s"), (*path, "at"))
        position, monitor = found[0]
        if not -monitor.age_seconds <= at <= 0:
            problem = "must lie between the monitor's creation and the scenario's start."
            raise self._rejected((*path, "at"), problem)
        record = CreateIncident(
            team=monitor.creation.team,
            monitor_id="",
            title=data["title"],
            description=data.get("description"),
        )
        return PlannedIncident(monitor=position, at=at, record=record)

    def _refuse_shared_ids(self, monitors: list[PlannedMonitor]) -> None:
        holders: dict[str, int] = {}
        for index, monitor in enumerate(monitors):
            monitor_id = monitor.creation.monitor_id
            if monitor_id is None:
                continue
            if monitor_id in holders:
                problem = (
                    f"expected another id, got {monitor_id}, the id of "
                    f"monitors[{holders[monitor_id]}]."
                )
                raise self._rejected(("monitors", index, "id"), problem)
            holders[monitor_id] = index

    def _duration(self, text: str, path: _Path) -> int:
        try:
            return time_parsing.duration_seconds(text)
        except ValueError as error:
            raise self._rejected(path, f"{error}.") from None

    def _moment(self, text: str, path: _Path) -> int:
        try:
            return time_parsing.offset_seconds(text, starts_at=self.starts_at)
        except ValueError as error:
            raise self._rejected(path, f"{error}.") from None

    def _rejected(self, path: _Path, problem: str) -> ScenarioRejected:
        return ScenarioRejected(source=self.source, path=path, problem=problem)


def _webhook(data: dict[str, Any]) -> RegisterWebhook:
    return RegisterWebhook(
        team=Team(data.get("team", "own")),
        url=data["url"],
        events=tuple(data["events"]),
        secret=data["secret"],
    )


def _by_id_and_name(
    monitors: Sequence[PlannedMonitor],
) -> Mapping[str, Sequence[tuple[int, PlannedMonitor]]]:
    """Return the monitors, with their positions, by what an incident may call them."""
    known: dict[str, list[tuple[int, PlannedMonitor]]] = defaultdict(list)
    for position, monitor in enumerate(monitors):
        for name in {monitor.creation.monitor_id, monitor.creation.name} - {None}:
            known[str(name)].append((position, monitor))
    return known
