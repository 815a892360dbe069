"""What `statuspool-mock ctl` takes: its verbs and their options."""

import argparse
from typing import Any

DEFAULT_URL = "http://127.0.0.1:4747"
DEFAULT_KEY = "sp_test_demo"


def add_ctl(ctl: argparse.ArgumentParser) -> None:
    """Add the verbs of `ctl` to its parser."""
    ctl.description = (
        "Drive a running mock. The world is that of the API key. Durations are written 90s, 10m, "
        "2h30m or 30d, instants in ISO 8601."
    )
    verbs = _Verbs(ctl, "verb")
    _add_clock(verbs.group("clock", "read the clock, freeze it, let it run, move time"))
    _add_monitor(verbs.group("monitor", "list monitors, take them down and up"))
    _add_plays(verbs)
    _add_mutants(verbs)
    _add_faults(verbs.group("faults", "break the API on purpose"))
    _add_journal(verbs)
    _add_webhooks(verbs)
    _add_state(verbs)
    verbs.add("events", "follow what happens, until Ctrl-C")


class _Verbs:
    """Adds verbs which all take the options that say what to drive and how to answer."""

    def __init__(self, parser: argparse.ArgumentParser, dest: str) -> None:
        self._verbs = parser.add_subparsers(dest=dest, metavar="VERB", required=True)

    def add(self, name: str, about: str) -> argparse.ArgumentParser:
        parser = self._verbs.add_parser(name, help=about, description=f"{about}.".capitalize())
        parser.set_defaults(refuse=parser.error)
        add = parser.add_argument_group("which world, and how to answer").add_argument
        add("--url", metavar="URL", help=f"the server (STATUSPOOL_URL, or {DEFAULT_URL})")
        add(
            "--api-key",
            metavar="KEY",
            help=f"the key of the world (STATUSPOOL_API_KEY, or {DEFAULT_KEY})",
        )
        add(
            "--control-token",
            metavar="TOKEN",
            help="the token of a server beyond this machine (STATUSPOOL_CONTROL_TOKEN)",
        )
        add("--json", action="store_true", help="answer with JSON")
        return parser

    def group(self, name: str, about: str) -> "_Verbs":
        parser = self._verbs.add_parser(name, help=about, description=f"{about}.".capitalize())
        return _Verbs(parser, "action")


def _add_clock(clock: _Verbs) -> None:
    clock.add("show", "show the clock")
    clock.add("freeze", "stop the clock")
    clock.add("live", "let the clock run in real time")
    clock.add("scale", "let time run faster or slower").add_argument(
        "rate", metavar="N", type=float, help="seconds in the world for a real one"
    )
    clock.add("set", "move the clock forward to an instant").add_argument("now", metavar="TIME")
    clock.add("advance", "move time, and tell what happened").add_argument("by", metavar="DURATION")
    clock.add("next", "move time until something happens").add_argument(
        "--within", metavar="DURATION", help="look ahead for at most so long (30d)"
    )


def _add_monitor(monitor: _Verbs) -> None:
    monitor.add("list", "list the monitors")
    for name, about in (
        ("show", "show a monitor with its epochs and overlays"),
        ("release", "end what was forced on a monitor"),
        ("pause", "stop checking a monitor"),
        ("resume", "check a paused monitor again"),
        ("heal", "end a monitor's scripted outages and cancel those to come"),
    ):
        _named(monitor.add(name, about))
    for name, about in (
        ("down", "make a monitor's checks fail"),
        ("up", "make a monitor's checks succeed"),
        ("degrade", "make a monitor's checks slow"),
    ):
        forced = _named(monitor.add(name, about))
        forced.add_argument("--for", dest="lasting", metavar="DURATION", help="(until released)")
        _regions(forced)
    outage = _named(monitor.add("outage", "script an outage of a monitor, past or future"))
    add = outage.add_argument
    add("--from", dest="start", metavar="TIME", help="when it begins (now)")
    add("--to", dest="end", metavar="TIME", help="when it is over")
    add("--for", dest="lasting", metavar="DURATION", help="how long it lasts (1h)")
    add("--status-code", type=int, metavar="N", help="what checks get (502)")
    add("--response-time-ms", type=int, metavar="N", help="exactly this response time")
    add("--error-message", metavar="TEXT", help="why the checks fail")
    _regions(outage)


def _add_plays(verbs: _Verbs) -> None:
    verbs.add("screenplays", "list what can be played")
    play = verbs.add("play", "play screenplays over monitors")
    add = play.add_argument
    add("names", metavar="NAME", nargs="+", help="a screenplay; several play together")
    add("--tag", help="only monitors with this tag")
    add("--region", help="the region that fails; only monitors checked from it")
    add("--pace", choices=("live", "time-lapse", "step"), default="live", help="(live)")
    add("--rate", type=float, metavar="N", help="of a time-lapse (60)")
    add("--seed", type=int, default=0, metavar="N", help="another seed, another evening (0)")
    verbs.add("step", "move on to the play's next cue")
    verbs.add("stop", "break the play off")


def _add_mutants(verbs: _Verbs) -> None:
    mutants = verbs.add("mutants", "list the mutants that are on, or switch them")
    add = mutants.add_argument
    add("names", metavar="NAME", nargs="*", help="have these, and no others")
    add("--none", action="store_true", help="have none")


def _add_faults(faults: _Verbs) -> None:
    faults.add("list", "list the faults that are not spent")
    faults.add("clear", "remove every fault")
    faults.add("remove", "remove a fault").add_argument("id", metavar="ID")
    add = faults.add("add", "add a fault").add_argument
    add("--operation", metavar="ID", help="such as listMonitors (any)")
    add("--method", choices=("GET", "POST", "PUT", "DELETE"), help="(any)")
    add("--monitor", metavar="NAME-or-ID", help="only requests for this monitor")
    add("--role", choices=("full", "read-only", "rival"), help="only this kind of key")
    add("--status", type=int, choices=(401, 403, 404, 429, 500), help="answer with this error")
    add("--retry-after", type=int, metavar="SECONDS", help="with --status 429")
    add("--latency", metavar="MS|A-B|MEDIAN~SIGMA", help="fixed, uniform or log-normal delay")
    add("--breakage", choices=("reset", "empty", "truncated", "stalled"))
    add("--mishap", choices=("lost", "twice", "out-of-order"), help="of webhook deliveries")
    add("--probability", type=float, metavar="P", help="of striking, 0 to 1 (1)")
    add("--seed", type=int, metavar="N", help="the same seed strikes the same requests (0)")
    add("--times", type=int, metavar="N", help="strike so often at most")
    add("--ttl", metavar="DURATION", help="gone after so long, on the world's clock")


def _add_journal(verbs: _Verbs) -> None:
    journal = verbs.add("journal", "show what clients asked and got, newest last")
    _wanted(journal)
    add = journal.add_argument
    add("--limit", type=int, default=50, metavar="N", help="at most so many (50)")
    add("--count", action="store_true", help="only how many there are")
    verbs.add("exchange", "show one exchange in full").add_argument("number", type=int)
    verify = verbs.add("verify", "check how often something was asked; exit code 1 where not so")
    _wanted(verify)
    add = verify.add_argument
    add("--body", type=_json, metavar="JSON", help="fields that the request had at least")
    add("--times", type=int, metavar="N", help="exactly so often")
    add("--at-least", type=int, metavar="N", help="(1)")
    add("--at-most", type=int, metavar="N")
    coverage = verbs.add("coverage", "show which answers clients have met, and which never")
    coverage.add_argument(
        "--fail-under", type=float, metavar="PERCENT", help="exit code 1 where it is less"
    )
    _file(verbs.add("har", "save the journal as HAR 1.2"))
    verbs.add("forget", "forget exchanges and coverage")


def _add_webhooks(verbs: _Verbs) -> None:
    verbs.add("webhooks", "list endpoints and what waits for them")
    trigger = verbs.add("trigger", "send an event that did not happen")
    trigger.add_argument("event", choices=("status_change", "incident_created", "sla_breach"))
    trigger.add_argument("--monitor", metavar="NAME-or-ID", help="of this monitor")
    trigger.add_argument("--webhook", metavar="ID", help="to this endpoint only")
    deliveries = verbs.add("deliveries", "list deliveries, newest last")
    deliveries.add_argument(
        "--outcome", choices=("pending", "delivered", "failed", "withheld", "lost")
    )
    deliveries.add_argument("--limit", type=int, default=50, metavar="N", help="(50)")
    verbs.add("delivery", "show one delivery in full").add_argument("number", type=int)
    verbs.add("redeliver", "deliver once more, one or all that failed").add_argument(
        "number", type=int, nargs="?"
    )


def _add_state(verbs: _Verbs) -> None:
    reset = verbs.add("reset", "begin again")
    reset.add_argument("--scenario", metavar="NAME", help="from another shipped scenario")
    reset.add_argument("--seed", type=int, metavar="N", help="with another seed")
    snapshot = verbs.group("snapshot", "save this world, or go on from a saved one")
    _file(snapshot.add("save", "save this world; the file holds webhook secrets"))
    _file(snapshot.add("load", "go on from a saved world"))
    checkpoint = verbs.group("checkpoint", "remember instants and go back to them")
    checkpoint.add("list", "list the checkpoints")
    for name, about in (
        ("keep", "remember this instant under a name"),
        ("rewind", "go back, dice included"),
        ("drop", "forget a checkpoint"),
    ):
        checkpoint.add(name, about).add_argument("name", metavar="NAME")
    _file(verbs.add("case", "save what happened, for statuspool-mock replay"))
    sandbox = verbs.group("sandbox", "the worlds of this server")
    sandbox.add("list", "list the open worlds")
    sandbox.add("close", "close a world for good").add_argument("name", metavar="NAME")


def _named(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("monitor", metavar="NAME-or-ID", help="a part of the name will do")
    return parser


def _regions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--region", action="append", dest="regions", help="repeatable (all)")


def _wanted(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--operation", metavar="ID", help="such as createMonitor")
    parser.add_argument("--status", type=int, metavar="N")
    parser.add_argument("--monitor", metavar="NAME-or-ID")


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")


def _json(text: str) -> Any:
    import json  # noqa: PLC0415 - `--help` does without

    try:
        return json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"came {text!r}, which is no JSON: {error}") from None
