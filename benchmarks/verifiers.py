"""The compared tools, run as their users run them, and their results."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import uuid4

import httpx

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "openapi" / "statuspool.yaml"
_LISTS = ("monitors", "incidents", "webhooks")


_LIMITED = ("--check-rate-limit", "--only", "rate-limit", "--only", "errors.code-429")
_UNLIMITED = ("--webhook-listen", "127.0.0.1:0")


class Keys(NamedTuple):
    """One key of each kind that the reference describes."""

    full: str
    read_only: str
    other_team: str
    revoked: str


class Cost(NamedTuple):
    """Duration of a run, and its processor time, which does not depend on other programs."""

    seconds: float
    processor_seconds: float


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of one tool on one server. An alarm is a clause, or a check with its operation."""

    alarms: frozenset[str]
    requests: int
    cost: Cost
    error: str = ""


class Tool(Protocol):
    """A tool that tests the server at a URL."""

    name: str

    def run(self, url: str, keys: Keys) -> Trial:
        """Run the tool once."""


@dataclass(frozen=True, slots=True)
class Verify:
    """`statuspool-mock verify`, with every key and everything but the rate limit allowed."""

    profile: str
    limited: bool = False
    """Whether only the rate limit is checked, of a server that has one."""

    @property
    def name(self) -> str:
        """The name on the page."""
        return f"verify, {self.profile}"

    def run(self, url: str, keys: Keys) -> Trial:
        """Run once, and read the JSON report."""
        report, cost, error = _report_of(
            *(sys.executable, "-m", "statuspool_mock", "verify", url, "--profile", self.profile),
            *("--api-key", keys.full, "--readonly-key", keys.read_only),
            *("--other-team-key", keys.other_team, "--revoked-key", keys.revoked),
            *(_LIMITED if self.limited else _UNLIMITED),
            *("--allow-permanent", "--report", "json=report.json"),
        )
        results = report.get("results", [])
        broken = {"finding", "consequence"}
        found = (each["clause"] for each in results if each["verdict"] in broken)
        error = error or report.get("unusable", "")
        return Trial(frozenset(found), report.get("requests", 0), cost, error)


@dataclass(frozen=True, slots=True)
class Schemathesis:
    """`schemathesis run` with the document, a key, and its defaults but for what is named here."""

    max_examples: int
    seed: int = 1
    name: str = "schemathesis run"

    def run(self, url: str, keys: Keys) -> Trial:
        """Run once, and read the JSON report; the HAR counts requests."""
        with tempfile.TemporaryDirectory() as folder:
            har = Path(folder) / "report.har"
            report, cost, error = _report_of(
                *(sys.executable, "-m", "schemathesis.cli", "run", str(DOCUMENT), "--url", url),
                *("--header", f"Authorization: Bearer {keys.full}"),
                *("--max-examples", str(self.max_examples), "--seed", str(self.seed)),
                *("--generation-database", "none", "--no-color", "--report", "json,har"),
                *("--report-json-path", "report.json", "--report-har-path", str(har)),
            )
            entries = json.loads(har.read_bytes())["log"]["entries"] if har.exists() else []
        if not any(entry["response"]["status"] > 0 for entry in entries):
            return Trial(frozenset(), len(entries), cost, error or "no response")
        failures = [*report.get("failures", []), *report.get("errors", [])]
        found = {
            f"{failure.get('code') or failure['title']} {operation}"
            for failure in failures
            for operation in failure.get("operations") or [failure.get("operation", "")]
        }
        return Trial(frozenset(found), len(entries), cost, error)


def _report_of(*command: str) -> tuple[dict, Cost, str]:
    """Run a tool in a temporary folder; return its report, its cost, and the error, if any."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as output:
        started = time.monotonic()
        running = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        cost = Cost(time.monotonic() - started, usage.ru_utime + usage.ru_stime)
        report = Path(folder) / "report.json"
        if report.exists():
            return json.loads(report.read_bytes()), cost, ""
        output.seek(0)
        last = output.read().strip().splitlines()[-1:]
        return {}, cost, f"exit code {running.returncode}, no report: {' '.join(last)}"


@contextmanager
def process(*arguments: str) -> Iterator[dict]:
    """Run one of our servers until the block ends; yield the content of its ready line."""
    running = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with running:
        try:
            line = running.stdout.readline() if running.stdout else ""
            if not line:
                raise RuntimeError(f"no ready line from: python -m {' '.join(arguments)}")
            yield json.loads(line)
        finally:
            running.terminate()


@contextmanager
def mock(*mutants: str, limited: bool = False) -> Iterator[str]:
    """Serve the mock with these mutants, by default without a rate limit; yield its URL."""
    named = [part for name in mutants for part in ("--mutant", name)]
    arguments = ["statuspool_mock", "serve", "--port", "0", "--ready-json"]
    arguments += [] if limited else ["--rate-limit", "off"]
    with process(*arguments, *named) as ready:
        yield ready["url"]


@contextmanager
def provider(dialect: str) -> Iterator[tuple[str, Keys]]:
    """Serve another correct implementation; yield its URL and its keys."""
    with process("tests.providers", dialect, "--no-limit") as ready:
        url = ready.pop("url")
        yield url, Keys(**ready)


def fresh_keys() -> Keys:
    """Return the keys of a new sandbox of the mock."""
    key = f"sp_test_{uuid4().hex}"
    return Keys(key, f"{key}.ro", f"{key}.rival", f"{key}.revoked")


class Inventory(NamedTuple):
    """The ids of the objects of a team."""

    monitors: frozenset[str]
    incidents: frozenset[str]
    webhooks: frozenset[str]


def inventory(url: str, keys: Keys) -> Inventory:
    """Read the ids of all objects of a team."""
    headers = {"Authorization": f"Bearer {keys.full}"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        return Inventory(*(frozenset(_ids(client, name)) for name in _LISTS))


def _ids(client: httpx.Client, name: str) -> Iterator[str]:
    page, pages = 1, 1
    while page <= pages:
        query = {"page": page, "limit": 100} if name == "monitors" else {}
        response = client.get(f"/{name}", params=query).raise_for_status().json()
        yield from (item["id"] for item in response["results"])
        pages = response.get("total_pages", 1) if query else 1
        page += 1
