"""`ctl faults`: rules that break exchanges on purpose."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import option
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table, done
from statuspool_mock.cli.ctl.verb import given, topic, verb
from statuspool_mock.cli.types import Integer, Number, OneOf

if TYPE_CHECKING:
    from statuspool_mock.client import Control

_MATCHING, _EFFECT, _WHEN = "Which requests", "What happens to them", "How often"


class LatencyType(click.ParamType[dict[str, float]]):
    """A delay: fixed, between two bounds, or log-normal."""

    name = "latency"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, float]:
        """Return the latency of `800`, `200-900` or `300~0.6`."""
        text = str(value)
        try:
            if "~" in text:
                median, sigma = map(float, text.split("~"))
                return {"median_ms": median, "sigma": sigma}
            if "-" in text:
                least, most = map(float, text.split("-"))
                return {"least_ms": least, "most_ms": most}
            return {"fixed_ms": float(text)}
        except ValueError:
            expected = "milliseconds such as 800, 200-900 or 300~0.6 (median and sigma)"
            self.fail(f"expected {expected}, got {text!r}", param, ctx)


@verb("list")
def list_all(control: "Control") -> Outcome:
    """List the faults that can still be injected."""
    return Outcome(control.faults.all(), _faults)


@verb("add")
@option(
    "--operation",
    metavar="ID",
    show_default="any",
    section=_MATCHING,
    help="Only this operation, such as listMonitors.",
)
@option(
    "--method",
    type=OneOf(["GET", "POST", "PUT", "DELETE"]),
    show_default="any",
    section=_MATCHING,
    help="Only this method.",
)
@option(
    "--monitor",
    metavar="NAME-or-ID",
    show_default="any",
    section=_MATCHING,
    help="Only requests for this monitor.",
)
@option(
    "--role",
    type=OneOf(["full", "read-only", "rival"]),
    show_default="any",
    section=_MATCHING,
    help="Only this kind of API key; rival is a key of another team.",
)
@option(
    "--status",
    type=OneOf(["401", "403", "404", "429", "500"]),
    show_default="none",
    section=_EFFECT,
    help="Answer with this error.",
)
@option(
    "--retry-after",
    type=Integer(),
    metavar="SECONDS",
    show_default="none",
    section=_EFFECT,
    help="Retry-After header of --status 429.",
)
@option(
    "--latency",
    type=LatencyType(),
    metavar="MS|A-B|MEDIAN~SIGMA",
    show_default="none",
    section=_EFFECT,
    help="Delay the response: by fixed, uniform or log-normal milliseconds.",
)
@option(
    "--breakage",
    type=OneOf(["reset", "empty", "truncated", "stalled"]),
    show_default="none",
    section=_EFFECT,
    help="Break the response: reset the connection, send no body, half of it, or half of it and "
    "then nothing more.",
)
@option(
    "--mishap",
    type=OneOf(["lost", "twice", "out-of-order"]),
    show_default="none",
    section=_EFFECT,
    help="Break webhook deliveries instead of responses.",
)
@option(
    "--probability",
    type=Number(),
    metavar="P",
    show_default="1",
    section=_WHEN,
    help="Probability from 0 to 1 that a matching request is affected.",
)
@option(
    "--seed",
    type=Integer(),
    metavar="N",
    show_default="0",
    section=_WHEN,
    help="Seed of that choice. The same seed affects the same requests.",
)
@option(
    "--times",
    type=Integer(),
    metavar="N",
    show_default="unlimited",
    section=_WHEN,
    help="Number of requests to affect.",
)
@option(
    "--ttl",
    metavar="DURATION",
    show_default="until removed",
    section=_WHEN,
    help="Lifetime of the fault, on the sandbox's clock.",
)
def add(control: "Control", *, monitor: str | None, status: str | None, **fault: Any) -> Outcome:
    """Add a fault."""
    fault = given(**fault)
    if status is not None:
        fault["status"] = int(status)
    if monitor is not None:
        fault["monitor_id"] = control.monitors.find(monitor)["id"]
    return Outcome([control.faults.add(**fault)], _faults)


@verb("remove")
@click.argument("fault_id", metavar="ID", help="Fault, as `ctl faults list` names it.")
def remove(control: "Control", *, fault_id: str) -> Outcome:
    """Remove a fault."""
    control.faults.remove(fault_id)
    return done()


@verb("clear")
def clear(control: "Control") -> Outcome:
    """Remove all faults."""
    control.faults.clear()
    return done()


VERBS = (
    topic("faults", "Break responses and deliveries on purpose.", list_all, add, remove, clear),
)


def _faults(faults: Any) -> Iterator[Line | Table]:
    conditions = ("operation", "method", "monitor_id", "role")
    effects = ("status", "retry_after", "latency", "breakage", "mishap")
    rows = (
        (
            fault["id"],
            _named(fault, conditions) or "every request",
            _named(fault, effects),
            f"{fault['probability']:g}",
            f"{fault['injected']} of {fault.get('times', '∞')} ({fault['asked']} matched)",
            fault["ends_at"] or "removed",
        )
        for fault in faults
    )
    titles = ("ID", "Matches", "Effect", "Probability", "Injected", "Until")
    yield Table(titles, rows, empty="No faults.")


def _named(values: Mapping[str, Any], names: Iterable[str]) -> str:
    return ", ".join(f"{name} {_plain(values[name])}" for name in names if name in values)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={part:g}" for name, part in value.items())
    return str(value)
