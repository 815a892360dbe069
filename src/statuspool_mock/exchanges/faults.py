"""Faults: rules that break exchanges on purpose, at random but reproducibly.

Whether a fault is injected depends on its seed and on how many exchanges it has matched, so the
same requests in the same order get the same faults.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from math import exp
from statistics import NormalDist
from typing import Any, NamedTuple

_NORMAL = NormalDist()
_LONGEST_MS = 60_000


class Breakage(StrEnum):
    """How the transfer of a response fails."""

    RESET = "reset"
    """The connection is reset before the first byte of the response."""
    EMPTY = "empty"
    """The response has its status and no body."""
    TRUNCATED = "truncated"
    """The body ends in the middle of its JSON, with a matching Content-Length."""
    STALLED = "stalled"
    """Half of the body is sent, then nothing until the client gives up or a minute is over."""


class DeliveryFault(StrEnum):
    """How a webhook delivery fails."""

    LOST = "lost"
    """It is never sent."""
    TWICE = "twice"
    """It is sent twice, under the same id."""
    OUT_OF_ORDER = "out-of-order"
    """The next one overtakes it."""


DELIVERY = "deliverWebhook"
"""The name of deliveries among the operations that a fault can match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long a response is delayed, in milliseconds; never more than a minute.

    Fixed (`fixed_ms`), uniform (`least_ms` to `most_ms`) or log-normal (`median_ms`, `sigma`).
    """

    fixed_ms: float | None = None
    least_ms: float | None = None
    most_ms: float | None = None
    median_ms: float | None = None
    sigma: float | None = None

    def draw(self, chance: float) -> float:
        """Return the delay in milliseconds for a random number between 0 and 1."""
        if self.fixed_ms is not None:
            drawn = self.fixed_ms
        elif self.least_ms is not None and self.most_ms is not None:
            drawn = self.least_ms + (self.most_ms - self.least_ms) * chance
        else:
            spread = (self.sigma or 0.0) * _NORMAL.inv_cdf(min(max(chance, 1e-9), 1 - 1e-9))
            drawn = (self.median_ms or 0.0) * exp(spread)
        return min(drawn, _LONGEST_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A rule: which exchanges it matches, what it does to them, how often and how long.

    A condition of None matches everything. It is injected into a match with `probability`, at most
    `times` times, before the world's instant `ends_at`.
    """

    id: str
    operation: str | None = None
    method: str | None = None
    monitor_id: str | None = None
    role: str | None = None
    status: int | None = None
    retry_after: int | None = None
    latency: Latency | None = None
    breakage: Breakage | None = None
    mishap: DeliveryFault | None = None
    probability: float = 1.0
    seed: int = 0
    times: int | None = None
    created_at: int
    ends_at: int | None = None


class FaultTarget(NamedTuple):
    """The properties of a request that a fault can match."""

    operation: str
    method: str
    monitor_id: str
    role: str


class InjectedFault(NamedTuple):
    """The combined effects of all faults that are injected into one exchange."""

    faults: tuple[str, ...]
    status: int | None
    retry_after: int | None
    latency_ms: float
    breakage: Breakage | None
    mishap: DeliveryFault | None


class FaultCounts(NamedTuple):
    """How often a fault matched (`asked`) and how often it was injected."""

    asked: int = 0
    injected: int = 0


class FaultSet:
    """The faults of one world, in the order in which they were added.

    Latencies add up; of several statuses or breakages the first one counts.
    """

    def __init__(self, entries: Sequence[tuple[Fault, FaultCounts]] = (), *, made: int = 0) -> None:
        self._faults = {fault.id: fault for fault, _ in entries}
        self._tallies = {fault.id: counts for fault, counts in entries}
        self._operations = {fault.operation for fault, _ in entries}
        self.made = made

    def concerns(self, operation: str) -> bool:
        """Whether any fault may affect an exchange of that operation."""
        return operation in self._operations or None in self._operations

    def __len__(self) -> int:
        return len(self._faults)

    def add(self, fault: Fault) -> None:
        """Add a fault."""
        self._faults[fault.id] = fault
        self._tallies[fault.id] = FaultCounts()
        self._operations.add(fault.operation)
        self.made += 1

    def remove(self, fault_id: str) -> bool:
        """Remove a fault; return whether there was one."""
        self._tallies.pop(fault_id, None)
        found = self._faults.pop(fault_id, None)
        self._operations = {fault.operation for fault in self._faults.values()}
        return found is not None

    def entries(self, *, now: float) -> tuple[tuple[Fault, FaultCounts], ...]:
        """Return the faults that are not used up, with their counts."""
        self._drop_spent(now)
        return tuple((fault, self._tallies[fault.id]) for fault in self._faults.values())

    def draw(self, target: FaultTarget, *, now: float) -> InjectedFault | None:
        """Return what to inject into an exchange, if anything, and count it."""
        if not self._faults:
            return None
        self._drop_spent(now)
        injected = []
        for fault in self._faults.values():
            if _matches(fault, target):
                counts = self._tallies[fault.id]
                hit = _chance(fault.seed, counts.asked, b"strike") < fault.probability
                self._tallies[fault.id] = FaultCounts(counts.asked + 1, counts.injected + hit)
                if hit:
                    injected.append((fault, _chance(fault.seed, counts.asked, b"latency")))
        if not injected:
            return None
        ordered = next((fault for fault, _ in injected if fault.status is not None), None)
        return InjectedFault(
            faults=tuple(fault.id for fault, _ in injected),
            status=ordered.status if ordered else None,
            retry_after=ordered.retry_after if ordered else None,
            latency_ms=sum(fault.latency.draw(c) for fault, c in injected if fault.latency),
            breakage=next((fault.breakage for fault, _ in injected if fault.breakage), None),
            mishap=next((fault.mishap for fault, _ in injected if fault.mishap), None),
        )

    def _drop_spent(self, now: float) -> None:
        spent = [
            fault.id
            for fault in self._faults.values()
            if (fault.ends_at is not None and now >= fault.ends_at)
            or (fault.times is not None and self._tallies[fault.id].injected >= fault.times)
        ]
        for fault_id in spent:
            self.remove(fault_id)


def _matches(fault: Fault, target: FaultTarget) -> bool:
    return (
        (fault.operation is None or fault.operation == target.operation)
        and (fault.method is None or fault.method == target.method)
        and (fault.monitor_id is None or fault.monitor_id == target.monitor_id)
        and (fault.role is None or fault.role == target.role)
    )


def _chance(seed: int, count: int, purpose: bytes) -> float:
    """Return a random number in [0, 1) that depends only on the arguments."""
    text = b"%d %d %b" % (seed, count, purpose)
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest(), "big") / 2**56


def fault_data(fault: Fault, counts: FaultCounts) -> dict[str, Any]:
    """Return a fault as plain data, without what is None."""
    data = _given(asdict(fault)) | counts._asdict()
    if fault.latency is not None:
        data["latency"] = _given(data["latency"])
    return data


def fault_from(data: Mapping[str, Any]) -> tuple[Fault, FaultCounts]:
    """Return the fault of `fault_data`. Raises `TypeError`, `ValueError` or `KeyError`."""
    values = dict(data)
    counts = FaultCounts(values.pop("asked"), values.pop("injected"))
    if "latency" in values:
        values["latency"] = Latency(**values["latency"])
    if "breakage" in values:
        values["breakage"] = Breakage(values["breakage"])
    if "mishap" in values:
        values["mishap"] = DeliveryFault(values["mishap"])
    return Fault(**values), counts


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
