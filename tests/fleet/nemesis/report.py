"""What a run of the nemesis found."""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from operator import attrgetter

from tests.fleet import monitor_model
from tests.fleet.linearizability import check
from tests.fleet.monitor_model import MISSING, OK
from tests.fleet.nemesis.deliveries import disorder, repetitions


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a run, and everything that must not be."""

    seconds: float
    writes: int
    reads: int
    statuses: dict
    disturbances: tuple
    lost_writes: list
    stalls: list
    """For each kill and world, the longest request around it, in seconds."""
    faults: list = field(default_factory=list)
    """Violations of order, and what else must not be."""
    deliveries: int = 0
    repeated_deliveries: int = 0

    @property
    def is_clean(self):
        """Whether nothing was found that must not be."""
        return not (self.lost_writes or self.faults)

    def __str__(self):
        told = ", ".join(f"{status or 'none'}: {n}" for status, n in sorted(self.statuses.items()))
        rates = " and ".join(f"{n / self.seconds:.0f}" for n in (self.writes, self.reads))
        lines = [
            f"{self.writes:,} writes and {self.reads:,} reads in {self.seconds:.0f} s: {rates}/s",
            f"responses by status: {told}",
            f"disturbances: {self._disturbed()}",
            f"acknowledged writes lost: {len(self.lost_writes)}",
            f"longest request of a world after a kill: {self._stalls()}",
            f"deliveries: {self.deliveries:,}, of which {self.repeated_deliveries} came again",
            *self.lost_writes,
            *(self.faults or ["every history is linearizable"]),
        ]
        return "\n".join(lines)

    def _disturbed(self):
        counts = Counter(each.kind for each in self.disturbances)
        return ", ".join(f"{count} × {kind}" for kind, count in counts.items()) or "none"

    def _stalls(self):
        shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "longest": 1}
        return ", ".join(
            f"{name} {percentile(self.stalls, share):.1f} s" for name, share in shares.items()
        )


def percentile(values, share):
    """Return a percentile, 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0


def lost_writes(calls):
    """Return acknowledged writes that a later list does not show, though nothing undid them.

    The checker finds more than this; this says what was lost.
    """
    writes = [call for call in calls if call.name in {"create", "edit", "delete"}]
    by_key = defaultdict(list)
    for call in writes:
        by_key[call.key].append(call)
    acknowledged = deque(sorted((w for w in writes if w.result == OK), key=attrgetter("ended")))
    last, lost = {}, {}
    for read in sorted((c for c in calls if c.name == "list"), key=attrgetter("began")):
        while acknowledged and acknowledged[0].ended < read.began:
            write = acknowledged.popleft()
            last[write.key] = write
        shown = dict(read.result)
        for key, write in list(last.items()):
            if key not in shown and write.name == "delete":
                del last[key]  # gone for good: its name is never used again
            elif _is_lost(write, shown.get(key, MISSING), read, by_key[key]):
                lost[write] = f"lost: {write}"
    return list(lost.values())


def _is_lost(write, shown, read, writes):
    """Whether neither a write nor anything that may have come after it leaves what is shown."""
    return _leaves(write) != shown and not any(
        _leaves(other) == shown and other.ended > write.began and other.began < read.ended
        for other in writes
        if other is not write
    )


def _leaves(call):
    return MISSING if call.name == "delete" else call.value


def stalls(worlds, disturbances):
    """Return how long the longest request took around each kill, in each world."""
    kills = [each for each in disturbances if each.kind == "kill"]
    return [
        max((ended - began for began, ended in world.spans if began <= at + 1 and ended >= at),
            default=0.0)
        for at in (kill.began for kill in kills)
        for world in worlds
    ]  # fmt: skip


def faults(worlds, receiver, writers):
    """Return what is wrong with histories and deliveries."""
    found = []
    for world in worlds:
        found += [f"{world.name}: {text}" for text in world.anomalies]
        verdict = check(world.calls, monitor_model)
        if not verdict.is_linearizable:
            is_undecided = verdict.is_linearizable is None
            word = "undecided" if is_undecided else "not linearizable"
            found.append(f"{world.name} is {word}: {verdict.explanation}")
    for writer in writers:
        got = receiver.got.get(writer.world.name, [])
        found += [f"{writer.world.name}: {text}" for text in disorder(got, unknown=writer.unknown)]
    return found


def delivered(receiver):
    """Return how many messages came, and how many of them again."""
    all_of = receiver.got.values()
    return sum(map(len, all_of)), sum(map(repetitions, all_of))
