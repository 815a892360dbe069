"""Write results as Markdown: tables, and every target with the measured value."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from contenders import BACKEND, BARE, CONNEXION, OURS, PRISM, WIREMOCK
from growth import Holding, Pair
from load import Load
from proxy import Passing
from readiness import Readiness
from rounds import Results
from waits import HEADINGS, Heavy

from sandbox import Sandbox

_PAGE = Path(__file__).with_name("page.md")
TITLES = {
    "list": "`GET /monitors?limit=20`",
    "status": "`GET /monitors/{id}/status`",
    "create": "`POST /monitors`",
    "logs": "`GET /monitors/{id}/logs?limit=100`",
    "polled": "`GET /monitors/{id}/logs?limit=100`, the same pages again",
    "update": "`PUT /monitors/{id}`",
    "delete": "`DELETE /monitors/{id}`",
}
FASTER_THAN = (
    ("list", PRISM, 3.0),
    ("list", BACKEND, 3.5),
    ("list", CONNEXION, 3.0),
    ("list", WIREMOCK, 1.5),
    ("status", PRISM, 2.0),
    ("status", BACKEND, 3.5),
    ("status", WIREMOCK, 1.5),
    ("create", PRISM, 2.0),
    ("create", BACKEND, 1.5),
    ("create", WIREMOCK, 1.5),
    ("logs", PRISM, 1.0),
    ("logs", WIREMOCK, 1.5),
)
TIMES_BARE = (
    ("list", 1.4),
    ("status", 1.8),
    ("create", 3.5),
    ("update", 3.5),
    ("delete", 3.5),
    ("logs", 4.5),
)


class Target(NamedTuple):
    """A target and the measured value."""

    promise: str
    found: str
    met: bool


class Findings(NamedTuple):
    """All measurements of one run."""

    results: Results
    growth: list[Pair]
    holding: list[Holding]
    readiness: dict[str, Readiness]
    help_seconds: float
    sandbox: Sandbox
    passing: list[Passing]
    waits: list[Heavy]
    versions: Mapping[str, str]
    settings: str


def targets(found: Findings) -> list[Target]:
    """Compare the run with the targets."""
    compared = []
    for case, other, least in FASTER_THAN:
        loads = found.results[case]
        if other not in loads:
            continue  # WireMock, where there is no Java
        times = loads[OURS].per_second / loads[other].per_second
        promise = f"{TITLES[case]}: at least {least:g} × the requests/s of {other}"
        compared.append(Target(promise, f"{times:.1f} ×", times >= least))
    for case, most in TIMES_BARE:
        loads = found.results[case]
        times = loads[OURS].cpu_microseconds / loads[BARE].cpu_microseconds
        promise = f"{TITLES[case]}: at most {most:g} × the processor time of {BARE}"
        compared.append(Target(promise, f"{times:.1f} ×", times <= most))
    for pair in found.growth:
        times = pair.large.cpu_microseconds / pair.small.cpu_microseconds
        compared.append(
            Target(f"{pair.title}: large at most 2 × small", f"{times:.2f} ×", times <= 2)
        )
    size = found.holding[0].bytes_per_monitor
    compared.append(
        Target("memory: at most 2,048 bytes per monitor", f"{size:,.0f} B", size <= 2048)
    )
    quiet, *heavy = found.waits
    longest = max(one.waits.longest for one in heavy)
    times = max(one.waits.percentile(0.99) for one in heavy) / quiet.waits.percentile(0.99)
    compared += [
        Target("no key waits over 100 ms for another", f"{longest:.0f} ms", longest <= 100),
        Target("99th percentile of waits: at most 3 × that alone", f"{times:.1f} ×", times <= 3),
    ]
    ready = found.readiness[OURS]
    compared += [
        Target("first response within 0.4 s of the start", _s(ready.seconds), ready.seconds <= 0.4),
        Target(
            "memory at that time: at most 65 MB",
            f"{ready.resident_megabytes:.0f} MB",
            ready.resident_megabytes <= 65,
        ),
        Target(
            "`--help` within 150 ms",
            f"{found.help_seconds * 1000:.0f} ms",
            found.help_seconds <= 0.15,
        ),
    ]
    box = found.sandbox
    compared += [
        Target("a new world within 5 ms", f"{box.new_world_ms:.2f} ms", box.new_world_ms <= 5),
        Target(
            "30 days of the 12 monitors of `default` within 200 ms",
            f"{box.advance_ms:.0f} ms",
            box.advance_ms <= 200,
        ),
        Target(
            "the journal costs at most 8 % of the requests/s",
            f"{box.journal_costs:.1%}",
            box.journal_costs <= 0.08,
        ),
        Target(
            "a fault that matches no request costs at most 2 %",
            f"{box.fault_costs:.1%}",
            box.fault_costs <= 0.02,
        ),
        Target(
            "at least 1,000 webhook deliveries/s",
            f"{box.deliveries_per_second:,.0f}/s",
            box.deliveries_per_second >= 1000,
        ),
    ]
    for one in found.passing:
        promise = f"checking {one.title} in the proxy costs at most 25 % of the requests/s"
        compared.append(Target(promise, f"{one.costs:.0%}", one.costs <= 0.25))
    return compared


def markdown(found: Findings) -> str:
    """Return the page `docs/benchmarks.md`."""
    versions = (f"{name} {value}" for name, value in found.versions.items() if name != "cores")
    compared = (
        (one.promise, one.found, "met" if one.met else "**missed**") for one in targets(found)
    )
    return _PAGE.read_text("utf-8").format(
        cores=found.versions["cores"],
        versions=", ".join(versions),
        settings=found.settings,
        targets=_table(("target", "measured", ""), compared),
        beside=_beside(found.results),
        growth=_growth(found.growth),
        holding=_holding(found.holding),
        readiness=_readiness(found.readiness),
        sandbox=_sandbox(found.sandbox),
        passing=_passing(found.passing),
        waits=_table(HEADINGS, (heavy.row for heavy in found.waits)),
        help=f"{found.help_seconds * 1000:.0f} ms",
    )


def _beside(results: Results) -> str:
    tables = []
    for case, loads in results.items():
        bare = loads[BARE].cpu_microseconds
        rows = (
            (
                f"**{name}**" if name == OURS else name,
                f"{load.per_second:,.0f}" if case != "delete" else "–",
                _us(load),
                f"{load.cpu_microseconds / bare:.1f}",
                f"{load.p99_ms:.1f} ms",
            )
            for name, load in loads.items()
        )
        header = (TITLES[case], "requests/s", "CPU", "÷ bare", "99th percentile")
        tables.append(_table(header, rows))
    return "\n\n".join(tables)


def _growth(pairs: Iterable[Pair]) -> str:
    rows = ((pair.title, _us(pair.small), _us(pair.large), f"{pair.times:.2f}") for pair in pairs)
    return _table(("", "small", "large", "ratio"), rows)


def _holding(found: Iterable[Holding]) -> str:
    rows = (
        (
            one.title,
            f"{one.p50_ms:.1f} ms",
            f"{one.p99_ms:.1f} ms",
            f"{one.bytes_per_monitor:,.0f} B",
        )
        for one in found
    )
    return _table(("collector", "median", "99th percentile", "memory per monitor"), rows)


def _sandbox(box: Sandbox) -> str:
    rows = (
        ("without a journal", f"{box.without.per_second:,.0f}", _us(box.without)),
        ("with a journal, no fault", f"{box.journal.per_second:,.0f}", _us(box.journal)),
        (
            "with a journal, and a fault that matches no request",
            f"{box.fault.per_second:,.0f}",
            _us(box.fault),
        ),
    )
    summary = (
        f"A new world takes {box.new_world_ms:.2f} ms. Advancing `default` by 30 days takes "
        f"{box.advance_ms:.0f} ms and produces {box.facts:,} facts. "
        f"{box.deliveries_per_second:,.0f} webhooks per second are delivered to 100 endpoints."
    )
    return f"{_table(('`GET /monitors?limit=20`', 'requests/s', 'CPU'), rows)}\n\n{summary}"


def _passing(found: Iterable[Passing]) -> str:
    rows = (
        (
            one.title,
            f"{one.bare.per_second:,.0f}",
            f"{one.checked.per_second:,.0f}",
            _us(one.bare),
            _us(one.checked),
        )
        for one in found
    )
    header = (
        "",
        "forwarded only, requests/s",
        "checked, requests/s",
        "forwarded only, CPU",
        "checked, CPU",
    )
    return _table(header, rows)


def _readiness(found: Mapping[str, Readiness]) -> str:
    rows = (
        (name, _s(ready.seconds), f"{ready.resident_megabytes:.0f} MB")
        for name, ready in found.items()
    )
    return _table(("", "first response", "memory at that time"), rows)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    ruler = "|".join(["---", *("---:" for _ in header[1:])])
    lines = (f"| {' | '.join(row)} |" for row in (header, *rows))
    head, *body = lines
    return "\n".join([head, f"|{ruler}|", *body])


def _us(load: Load) -> str:
    return f"{load.cpu_microseconds:,.0f} µs"


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s"
