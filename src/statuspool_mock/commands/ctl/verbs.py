"""What each verb of `ctl` does, and how what comes of it is to be shown."""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from statuspool_mock.atomic_files import write_whole
from statuspool_mock.client import Control

Arguments = argparse.Namespace


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a verb: data for scripts, the view that shows it to people, an exit code."""

    data: Any
    view: str
    code: int = 0


Verb = Callable[[Control, Arguments], "Outcome | Iterator[Outcome]"]


def _clock(act: Callable[[Control, Arguments], Any]) -> Verb:
    return lambda control, arguments: Outcome(act(control, arguments), "clock")


def _monitor(act: Callable[[Control, Any, Arguments], Any]) -> Verb:
    def verb(control: Control, arguments: Arguments) -> Outcome:
        found = control.monitors.find(arguments.monitor)
        return Outcome(act(control, found, arguments), "monitor")

    return verb


def _done(act: Callable[[Control, Arguments], None]) -> Verb:
    def verb(control: Control, arguments: Arguments) -> Outcome:
        act(control, arguments)
        return Outcome({"done": True}, "done")

    return verb


def _given(arguments: Arguments, *names: str) -> dict[str, Any]:
    values = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _forcing(status: str) -> Verb:
    def act(control: Control, monitor: Any, arguments: Arguments) -> Any:
        force = getattr(control.monitors, f"force_{status}")
        return force(monitor, **_given(arguments, "regions", "lasting"))

    return _monitor(act)


def _outage(control: Control, monitor: Any, arguments: Arguments) -> Any:
    names = (
        "start", "end", "lasting", "regions", "status_code", "response_time_ms", "error_message",
    )  # fmt: skip
    return control.monitors.add_outage(monitor, **_given(arguments, *names))


def _play(control: Control, arguments: Arguments) -> Outcome:
    choice = _given(arguments, "tag", "region")
    scenes = [{"name": name, **choice} for name in arguments.names]
    how = _given(arguments, "pace", "rate", "seed")
    return Outcome(control.play(*scenes, **how), "play")


def _add_fault(control: Control, arguments: Arguments) -> Outcome:
    names = (
        "operation", "method", "role", "status", "retry_after", "breakage", "mishap", "probability",
        "seed", "times", "ttl",
    )  # fmt: skip
    fault = _given(arguments, *names)
    if arguments.monitor is not None:
        fault["monitor_id"] = control.monitors.find(arguments.monitor)["id"]
    if arguments.latency is not None:
        fault["latency"] = _latency(arguments.latency)
    added = control.faults.add(**fault)
    return Outcome([added], "faults")


def _latency(text: str) -> dict[str, float]:
    """Return the latency of `800`, `200-900` or `300~0.6`. Raises `ValueError`."""
    try:
        if "~" in text:
            median, sigma = map(float, text.split("~"))
            return {"median_ms": median, "sigma": sigma}
        if "-" in text:
            least, most = map(float, text.split("-"))
            return {"least_ms": least, "most_ms": most}
        return {"fixed_ms": float(text)}
    except ValueError:
        raise ValueError(
            f"argument --latency: came {text!r}, expected milliseconds such as 800, 200-900 or "
            "300~0.6 (median and sigma)"
        ) from None


def _wanted(control: Control, arguments: Arguments, *more: str) -> dict[str, Any]:
    wanted = _given(arguments, "operation", "status", *more)
    if arguments.monitor is not None:
        wanted["monitor_id"] = control.monitors.find(arguments.monitor)["id"]
    return wanted


def _journal(control: Control, arguments: Arguments) -> Outcome:
    wanted = _wanted(control, arguments)
    if arguments.count:
        return Outcome({"count": control.journal.count(**wanted)}, "count")
    newest = control.journal.all(**wanted, limit=arguments.limit)
    return Outcome(newest[::-1], "exchanges")


def _verify(control: Control, arguments: Arguments) -> Outcome:
    expected = _wanted(control, arguments, "body", "times", "at_least", "at_most")
    found = control.journal.check(**expected)
    return Outcome({**found, "wanted": expected}, "verification", 0 if found["verified"] else 1)


def _coverage(control: Control, arguments: Arguments) -> Outcome:
    coverage = control.journal.coverage()
    short = arguments.fail_under is not None and coverage["percent"] < arguments.fail_under
    return Outcome(coverage, "coverage", 1 if short else 0)


def _trigger(control: Control, arguments: Arguments) -> Outcome:
    monitor = arguments.monitor and control.monitors.find(arguments.monitor)["id"]
    told = control.webhooks.trigger(
        arguments.event, monitor_id=monitor, webhook_id=arguments.webhook
    )
    rows = control.webhooks.deliveries(limit=len(told["webhooks"]))
    return Outcome(rows[::-1], "deliveries")


def _deliveries(control: Control, arguments: Arguments) -> Outcome:
    wanted = _given(arguments, "outcome", "limit")
    return Outcome(control.webhooks.deliveries(**wanted)[::-1], "deliveries")


def _saving(what: str, read: Callable[[Control], Any]) -> Verb:
    def verb(control: Control, arguments: Arguments) -> Outcome:
        content = json.dumps(read(control), ensure_ascii=False).encode()
        write_whole(Path(arguments.file), content)
        return Outcome({"file": arguments.file, "what": what}, "saved")

    return verb


def _load(control: Control, arguments: Arguments) -> Outcome:
    text = Path(arguments.file).read_text("utf-8")
    try:
        snapshot = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{arguments.file} is no JSON: {error}") from None
    return Outcome(control.restore(snapshot), "clock")


def _events(control: Control, arguments: Arguments) -> Iterator[Outcome]:
    del arguments
    return (Outcome(event, "event") for event in control.events())


def _mutants(control: Control, arguments: Arguments) -> Outcome:
    if arguments.names or arguments.none:
        found = control.switch_mutants(*([] if arguments.none else arguments.names))
    else:
        found = control.mutants()
    return Outcome([one for one in found["results"] if one["active"]], "mutants")


VERBS: Mapping[tuple[str, str | None], Verb] = {
    ("clock", "show"): _clock(lambda c, _: c.clock.read()),
    ("clock", "freeze"): _clock(lambda c, _: c.clock.freeze()),
    ("clock", "live"): _clock(lambda c, _: c.clock.live()),
    ("clock", "scale"): _clock(lambda c, a: c.clock.scale(a.rate)),
    ("clock", "set"): _clock(lambda c, a: c.clock.set(a.now)),
    ("clock", "advance"): _clock(lambda c, a: c.clock.advance(a.by)),
    ("clock", "next"): _clock(lambda c, a: c.clock.advance_to_next_event(within=a.within)),
    ("monitor", "list"): lambda c, _: Outcome(c.monitors.all(), "monitors"),
    ("monitor", "show"): _monitor(lambda _c, monitor, _a: monitor),
    ("monitor", "down"): _forcing("down"),
    ("monitor", "up"): _forcing("up"),
    ("monitor", "degrade"): _forcing("degraded"),
    ("monitor", "release"): _monitor(lambda c, m, _: c.monitors.release(m)),
    ("monitor", "pause"): _monitor(lambda c, m, _: c.monitors.pause(m)),
    ("monitor", "resume"): _monitor(lambda c, m, _: c.monitors.resume(m)),
    ("monitor", "outage"): _monitor(_outage),
    ("monitor", "heal"): _monitor(lambda c, m, _: c.monitors.clear_outages(m)),
    ("mutants", None): _mutants,
    ("screenplays", None): lambda c, _: Outcome(c.screenplays(), "screenplays"),
    ("play", None): _play,
    ("step", None): _clock(lambda c, _: c.step()),
    ("stop", None): _done(lambda c, _: c.stop()),
    ("faults", "list"): lambda c, _: Outcome(c.faults.all(), "faults"),
    ("faults", "add"): _add_fault,
    ("faults", "remove"): _done(lambda c, a: c.faults.remove(a.id)),
    ("faults", "clear"): _done(lambda c, _: c.faults.clear()),
    ("journal", None): _journal,
    ("exchange", None): lambda c, a: Outcome(c.journal.get(a.number), "exchange"),
    ("verify", None): _verify,
    ("coverage", None): _coverage,
    ("har", None): _saving("the journal", lambda c: c.journal.har()),
    ("forget", None): _done(lambda c, _: c.journal.clear()),
    ("webhooks", None): lambda c, _: Outcome(c.webhooks.all(), "webhooks"),
    ("trigger", None): _trigger,
    ("deliveries", None): _deliveries,
    ("delivery", None): lambda c, a: Outcome(c.webhooks.delivery(a.number), "delivery"),
    ("redeliver", None): lambda c, a: Outcome({"count": c.webhooks.redeliver(a.number)}, "count"),
    ("reset", None): _clock(lambda c, a: c.reset(scenario=a.scenario, seed=a.seed)),
    ("snapshot", "save"): _saving("this world, webhook secrets included", lambda c: c.snapshot()),
    ("snapshot", "load"): _load,
    ("checkpoint", "list"): lambda c, _: Outcome(c.checkpoints(), "checkpoints"),
    ("checkpoint", "keep"): lambda c, a: Outcome([c.keep(a.name)], "checkpoints"),
    ("checkpoint", "rewind"): _clock(lambda c, a: c.rewind(a.name)),
    ("checkpoint", "drop"): _done(lambda c, a: c.forget(a.name)),
    ("case", None): _saving("a case file", lambda c: c.case()),
    ("sandbox", "list"): lambda c, _: Outcome(c.sandboxes(), "sandboxes"),
    ("sandbox", "close"): _done(lambda c, a: c.close_sandbox(a.name)),
    ("events", None): _events,
}
