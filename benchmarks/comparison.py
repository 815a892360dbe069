"""The page that tells what two judges said of the same servers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from verifiers import Inventory, Trial

_PER_MINUTE = 120
"""The documented rate limit."""


class Right(NamedTuple):
    """A trial of a server that does nothing wrong, and what was there before and after."""

    trial: Trial
    before: Inventory
    after: Inventory

    @property
    def left(self) -> list[int]:
        """How many monitors, incidents and webhooks were there after and not before."""
        return [len(after - before) for before, after in zip(self.before, self.after, strict=True)]

    @property
    def deleted(self) -> list[int]:
        """How many of each were there before and not after."""
        return [len(before - after) for before, after in zip(self.before, self.after, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that the page tells. Trials are by server, then by judge."""

    judges: tuple[str, ...]
    stock: str
    """The judge whose `noise`, what it says of the mock itself, is no sign of a mutant."""
    right: Mapping[str, Mapping[str, Right]]
    groups: Mapping[str, str]
    gallery: int
    wrong: Mapping[str, Mapping[str, Trial]]
    noise: frozenset[str]
    settings: str

    def signs(self, mutant: str, judge: str) -> frozenset[str]:
        """Return what a judge says of a mutant and not of the mock."""
        alarms = self.wrong[mutant][judge].alarms
        return alarms - self.noise if judge == self.stock else alarms

    def kills(self, judge: str, *, group: str | None = None) -> int:
        """Return how many mutants a judge finds out."""
        return sum(
            bool(self.signs(mutant, judge))
            for mutant in self.wrong
            if group in {None, self.groups[mutant]}
        )


def page(found: Comparison) -> str:
    """Return the page as Markdown."""
    return "\n".join(
        [*_head(found), *_summary(found), *_by_server(found), *_by_group(found), *_by_mutant(found)]
    )


def _head(found: Comparison) -> Iterator[str]:
    tried, all_of_them = len(found.wrong), found.gallery
    yield f"""# Beside stock Schemathesis

`statuspool-mock verify` and `schemathesis run` judge the same servers by the same document. Made by
`make compare`.

{tried} of the {all_of_them} [mutants](mutants.md) were tried, evenly chosen. Those of the
rate limiter were left out, as no check of Schemathesis is about it. {found.settings}
`verify` had all four keys, `--allow-permanent` and `--webhook-listen`; Schemathesis takes one key.
Schemathesis counts as having found a mutant out where it reports a failure that three runs against
the mock itself, under three seeds, did not show.
"""


def _summary(found: Comparison) -> Iterator[str]:
    mock = next(iter(found.right))
    rights = {judge: [by[judge] for by in found.right.values()] for judge in found.judges}
    runs = {judge: found.right[mock][judge] for judge in found.judges}
    yield _row("", *(f"`{judge}`" for judge in found.judges))
    yield _line("--:" for _ in found.judges)
    tried = len(found.wrong)
    yield _row("mutants found out", *(f"{found.kills(j)} of {tried}" for j in found.judges))
    accused = {judge: sum(bool(one.trial.alarms) for one in rights[judge]) for judge in rights}
    yield _row("right servers accused", *(f"{accused[j]} of {len(found.right)}" for j in rights))
    alarms = {judge: sum(len(one.trial.alarms) for one in rights[judge]) for judge in rights}
    yield _row("false alarms", *(alarms[judge] for judge in rights))
    yield _row("requests, the mock", *(run.trial.requests for run in runs.values()))
    minutes = (run.trial.requests / _PER_MINUTE for run in runs.values())
    yield _row("minutes of a rate limit of 120", *(f"{each:.1f}" for each in minutes))
    costs = [run.trial.cost for run in runs.values()]
    yield _row("seconds without a limit", *(f"{cost.seconds:.0f}" for cost in costs))
    yield _row("of them on the processor", *(f"{cost.processor_seconds:.1f}" for cost in costs))
    yield _row(
        "left behind: monitors, incidents, webhooks", *(_three(r.left) for r in runs.values())
    )
    yield _row("deleted though not its own", *(_three(run.deleted) for run in runs.values()))
    yield """
The machine had two cores and other work to do. What is left behind and deleted is of the mock's
default world of 12 monitors and their incidents: Schemathesis deletes monitors whose ids it read in
the list, so it is for servers that can be thrown away.
"""


def _by_server(found: Comparison) -> Iterator[str]:
    yield "## Right servers\n"
    yield """The three others are right, too, and read what the reference leaves open otherwise.
Schemathesis holds them against the document, which can say one reading only: headers that the mock
sends (ST107), properties that it always has (ST108), 201 and no other code (ST103), and no relation
of `from` to `to` (ST202). A document of one's own, or checks switched off, would spare it most.
"""
    yield _row("server", *(f"`{judge}`" for judge in found.judges))
    yield _line("---" for _ in found.judges)
    for server, by in found.right.items():
        yield _row(server, *(_alarms(by[judge].trial) for judge in found.judges))
    yield ""


def _by_group(found: Comparison) -> Iterator[str]:
    yield "## Mutants by group\n"
    yield _row("group", "tried", *(f"`{judge}`" for judge in found.judges))
    yield _line("--:" for _ in range(len(found.judges) + 1))
    for group in dict.fromkeys(found.groups.values()):
        tried = sum(each == group for each in found.groups.values())
        yield _row(group, tried, *(found.kills(judge, group=group) for judge in found.judges))
    yield ""


def _by_mutant(found: Comparison) -> Iterator[str]:
    yield "## Mutant by mutant\n"
    yield "The first sign that each judge gives.\n"
    yield _row("mutant", *(f"`{judge}`" for judge in found.judges))
    yield _line("---" for _ in found.judges)
    for mutant in found.wrong:
        signs = (sorted(found.signs(mutant, judge)) for judge in found.judges)
        yield _row(f"`{mutant}`", *(f"`{some[0]}`" if some else "**none**" for some in signs))
    yield ""


def _alarms(trial: Trial) -> str:
    if trial.trouble:
        return trial.trouble
    kinds = Counter(alarm.partition(" ")[0] for alarm in sorted(trial.alarms))
    told = (f"`{kind}` at {number}" for kind, number in kinds.items())
    return ", ".join(told) or "no alarm"


def _three(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell).replace('|', '&#124;') for cell in cells)} |"


def _line(columns: Iterator[str]) -> str:
    return f"|---|{'|'.join(columns)}|"
