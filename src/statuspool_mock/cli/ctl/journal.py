"""`ctl journal`, `exchange`, `verify`, `coverage`, `har`, `forget`: what clients sent and got."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import Decorated, option
from statuspool_mock.cli.ctl.files import file_argument, save
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table, done, text
from statuspool_mock.cli.ctl.verb import given, verb
from statuspool_mock.cli.types import Integer, Number

if TYPE_CHECKING:
    from statuspool_mock.client import Control


class JsonObject(click.ParamType[Any]):
    """A value written as JSON."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the parsed value."""
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as error:
            self.fail(f"expected JSON, got {value!r}: {error}", param, ctx)


def _request_options(command: Decorated) -> Decorated:
    for declare in (
        option(
            "--monitor",
            metavar="NAME-or-ID",
            show_default="any",
            help="Only requests for this monitor.",
        ),
        option(
            "--status",
            type=Integer(),
            metavar="N",
            show_default="any",
            help="Only responses with this status.",
        ),
        option(
            "--operation",
            metavar="ID",
            show_default="any",
            help="Only this operation, such as createMonitor.",
        ),
    ):
        command = declare(command)
    return command


def _request(control: "Control", *, monitor: str | None, **wanted: Any) -> dict[str, Any]:
    request = given(**wanted)
    if monitor is not None:
        request["monitor_id"] = control.monitors.find(monitor)["id"]
    return request


@verb("journal")
@_request_options
@option(
    "--limit",
    type=Integer(),
    default=50,
    metavar="N",
    help="Number of exchanges to list at most.",
)
@option("--count", is_flag=True, help="Print only the number of exchanges.")
def journal(control: "Control", *, limit: int, count: bool, **wanted: Any) -> Outcome:
    """List what clients sent and got, newest last."""
    request = _request(control, **wanted)
    if count:
        return Outcome({"count": control.journal.count(**request)}, show_count)
    newest = control.journal.all(**request, limit=limit)
    return Outcome(newest[::-1], _exchanges)


@verb("exchange")
@click.argument(
    "number", type=Integer(), metavar="NUMBER", help="Exchange, as `ctl journal` numbers it."
)
def exchange(control: "Control", *, number: int) -> Outcome:
    """Show one exchange in full."""
    return Outcome(control.journal.get(number), _exchange)


@verb("verify")
@_request_options
@option(
    "--body",
    type=JsonObject(),
    metavar="JSON",
    show_default="any",
    help="Only requests with these fields, among others.",
)
@option(
    "--times",
    type=Integer(),
    metavar="N",
    show_default="not checked",
    help="Expect exactly this number of requests.",
)
@option(
    "--at-least",
    type=Integer(),
    metavar="N",
    show_default="1",
    help="Expect this number of requests or more.",
)
@option(
    "--at-most",
    type=Integer(),
    metavar="N",
    show_default="not checked",
    help="Expect this number of requests or fewer.",
)
def verify(control: "Control", **wanted: Any) -> Outcome:
    """Check how often clients sent a request.

    Exit code 1: the number is not the expected one.
    """
    expected = _request(control, **wanted)
    found = control.journal.check(**expected)
    code = 0 if found["verified"] else 1
    return Outcome({**found, "wanted": expected}, _verification, code)


@verb("coverage")
@option(
    "--fail-under",
    type=Number(),
    metavar="PERCENT",
    show_default="not checked",
    help="Exit with code 1 if the coverage is lower.",
)
def coverage(control: "Control", *, fail_under: float | None) -> Outcome:
    """List the documented responses that clients have got, and those they have not."""
    found = control.journal.coverage()
    is_short = fail_under is not None and found["percent"] < fail_under
    return Outcome(found, _coverage, 1 if is_short else 0)


@verb("har")
@file_argument
def har(control: "Control", *, file: Path) -> Outcome:
    """Save the journal as an HTTP archive (HAR 1.2)."""
    return save(control.journal.har(), file, what="the journal")


@verb("forget")
def forget(control: "Control") -> Outcome:
    """Delete the journal and the coverage."""
    control.journal.clear()
    return done()


VERBS = (journal, exchange, verify, coverage, har, forget)


def show_count(data: Any) -> Iterator[Line | Table]:
    """Show a number alone."""
    yield text(str(data["count"]))


def _exchanges(exchanges: Any) -> Iterator[Line | Table]:
    rows = (
        (
            exchange["number"],
            exchange["at"],
            f"{exchange['method']} {exchange['path']}"
            + (f"?{exchange['query']}" if exchange["query"] else ""),
            f"{exchange['status']} {exchange['error'] or ''}",
            exchange["operation"] or "none",
            f"{exchange['milliseconds']:.1f}",
            "; ".join([*exchange["faults"], *exchange["warnings"]]),
        )
        for exchange in exchanges
    )
    titles = ("Number", "At", "Request", "Status", "Operation", "ms", "Notes")
    yield Table(titles, rows, empty="No exchanges.")


def _exchange(exchange: Any) -> Iterator[Line | Table]:
    yield from _exchanges([exchange])
    yield _message(exchange["request_headers"], exchange["request_body"])
    yield text(f"→ {exchange['status']}", style="bold")
    yield _message(exchange["response_headers"], exchange["response_body"])


def _message(headers: Any, body: str) -> Line:
    lines = [f"{name}: {value}" for name, value in headers]
    return text("\n".join([*lines, "", body, ""]))


def _verification(verification: Any) -> Iterator[Line | Table]:
    from statuspool_mock.client.journal import describe

    if verification["verified"]:
        found, expected = verification["found"], verification["expected"]
        yield text(f"Verified: expected {expected}, found {found}.")
    else:
        yield text(describe(verification, verification["wanted"]), style="red")


def _coverage(coverage: Any) -> Iterator[Line | Table]:
    by_operation: dict[str, list[Any]] = {}
    for cell in coverage["cells"]:
        by_operation.setdefault(cell["operation"], []).append(cell)
    rows = (
        (name, _cells(cells, met=True), _cells(cells, met=False))
        for name, cells in by_operation.items()
    )
    yield Table(("Operation", "Covered", "Not covered"), rows)
    total = coverage["met"] + coverage["unmet"]
    yield text(f"{coverage['percent']} %: {coverage['met']} of {total} responses covered.")


def _cells(cells: Any, *, met: bool) -> str:
    chosen = [cell for cell in cells if (cell["count"] > 0) is met]
    return ", ".join(str(cell["state"] or cell["status"]) for cell in chosen)
