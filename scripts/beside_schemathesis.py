"""Print docs/beside-schemathesis.md: verify beside stock Schemathesis, on the same servers.

Servers with mutants tell what is found, servers without a fault tell of false alarms and of what is
left behind. --every 1 takes all mutants but those of the rate limiter; the default is a sample.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import httpx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # for the second implementation, which is the tests'

from tests.providers.dialects import DIALECTS  # noqa: E402
from tests.providers.serving import Keys, providing  # noqa: E402

from statuspool_mock.mutants.gallery import GALLERY  # noqa: E402
from statuspool_mock.server import RunningServer, Settings  # noqa: E402
from statuspool_mock.verify.judgement import judged  # noqa: E402
from statuspool_mock.verify.options import Options, Profile  # noqa: E402
from statuspool_mock.verify.verdicts import Verdict  # noqa: E402

TOOLS = ("stock Schemathesis", "verify, quick", "verify, standard")
STOCK, QUICK, STANDARD = TOOLS


class Target(NamedTuple):
    """A server, with its mutant's name or empty where it is right."""

    name: str
    mutant: str
    url: str
    keys: Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a tool made of a server."""

    tool: str
    target: str
    mutant: str
    findings: int
    requests: int
    seconds: float
    left: int


@contextmanager
def mock(mutant: str = "") -> Iterator[Target]:
    """Serve the mock in a world of its own."""
    key = f"sp_test_{uuid4().hex}"
    keys = Keys(key, f"{key}.ro", f"{key}.rival", f"{key}.revoked")
    mutants = (mutant,) if mutant else ()
    with RunningServer(Settings(port=0, mutants=mutants, rate_limit=None)) as server:
        yield Target(mutant or "the mock", mutant, server.url, keys)


def stock(target: Target, *, most_examples: int) -> tuple[int, int]:
    """Run `schemathesis run` with the document; return its failures and its requests."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(ROOT / "scripts" / "contract" / "schemathesis.toml"), "run"),
            *(str(ROOT / "openapi" / "statuspool.yaml"), "--url", target.url, "--seed", "7"),
            *("--header", f"Authorization: Bearer {target.keys.full}"),
            *("--max-examples", str(most_examples), "--generation-database", "none"),
            *("--no-color", "--report", "json", "--report-json-path", str(report)),
        ]
        subprocess.run(command, cwd=folder, capture_output=True, check=False)
        told: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return told["test_cases"]["unique_failures"], told["test_cases"]["generated"]


def verify(target: Target, profile: Profile) -> tuple[int, int]:
    """Judge with every key and everything allowed; return findings and requests."""
    judgement = judged(
        Options(
            url=target.url,
            api_key=target.keys.full,
            readonly_key=target.keys.read_only,
            other_team_key=target.keys.other_team,
            revoked_key=target.keys.revoked,
            profile=profile,
            allow_permanent=True,
            webhook_listen="127.0.0.1:0",
        )
    )
    return judgement.count(Verdict.FINDING), judgement.session.requests


def things(target: Target) -> set[str]:
    """Return the ids of the team's monitors."""
    found: set[str] = set()
    headers = {"Authorization": f"Bearer {target.keys.full}"}
    with httpx.Client(base_url=target.url, headers=headers) as client:
        page, pages = 1, 1
        while page <= pages:
            body = client.get("/monitors", params={"page": page, "limit": 100}).json()
            found.update(str(item["id"]) for item in body["results"])
            page, pages = page + 1, body["total_pages"]
    return found


def trials(target: Target, *, most_examples: int) -> Iterator[Trial]:
    """Hold each tool against a server."""
    for tool in TOOLS:
        before = set() if target.mutant else things(target)
        started = time.monotonic()
        if tool == STOCK:
            findings, requests = stock(target, most_examples=most_examples)
        else:
            findings, requests = verify(target, Profile(tool.rpartition(" ")[2]))
        seconds = time.monotonic() - started
        left = 0 if target.mutant else len(things(target) - before)
        sys.stderr.write(f"{target.name}: {tool}: {findings} in {seconds:.0f} s\n")
        yield Trial(
            tool=tool, target=target.name, mutant=target.mutant, findings=findings,
            requests=requests, seconds=seconds, left=left,
        )  # fmt: skip


def page(found: list[Trial], *, every: int, most_examples: int) -> str:
    """Return the page."""
    mutants = list(dict.fromkeys(trial.mutant for trial in found if trial.mutant))
    right = list(dict.fromkeys(trial.target for trial in found if not trial.mutant))
    lines = [
        "# Beside stock Schemathesis",
        "",
        "Made by `python scripts/beside_schemathesis.py`. `schemathesis run` had the same",
        "document, all its phases and checks, and knew the one case that a schema cannot say",
        f"(`scripts/contract/schemathesis.toml`); `--max-examples {most_examples}`.",
        f"Mutants: {_which(every)} of the gallery but those of the rate limiter.",
        f"Servers without a fault: {', '.join(right)} (`tests/providers`).",
        "Seconds are of a loaded machine: compare them with each other only.",
        "",
        "| | " + " | ".join(TOOLS) + " |",
        "|---|--:|--:|--:|",
    ]
    by_tool = {tool: [trial for trial in found if trial.tool == tool] for tool in TOOLS}

    def row(name: str, told: Any) -> str:
        return f"| {name} | " + " | ".join(str(told(by_tool[tool])) for tool in TOOLS) + " |"

    def mean(values: list[float]) -> int:
        return round(sum(values) / len(values)) if values else 0

    lines += [
        row(
            f"mutants found out, of {len(mutants)}",
            lambda all_: sum(bool(t.findings) for t in all_ if t.mutant),
        ),
        row(
            f"servers without a fault accused, of {len(right)}",
            lambda all_: sum(bool(t.findings) for t in all_ if not t.mutant),
        ),
        row("false alarms on them", lambda all_: sum(t.findings for t in all_ if not t.mutant)),
        row("requests a run", lambda all_: mean([t.requests for t in all_])),
        row("seconds a run", lambda all_: mean([t.seconds for t in all_])),
        row(
            "monitors left behind a run", lambda all_: mean([t.left for t in all_ if not t.mutant])
        ),
        "",
        "## Mutant by mutant",
        "",
        "| mutant | " + " | ".join(TOOLS) + " |",
        "|---|--:|--:|--:|",
    ]
    for name in (*mutants, *right):
        cells = [
            next((str(t.findings or "–") for t in by_tool[tool] if t.target == name), "")
            for tool in TOOLS
        ]
        lines.append(f"| {f'`{name}`' if name in mutants else name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _which(every: int) -> str:
    return "all" if every == 1 else f"one in {every}"


def main() -> None:
    """Hold the tools against the servers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=8, metavar="N", help="each Nth mutant (8)")
    parser.add_argument("--max-examples", type=int, default=5, metavar="N", help="(5)")
    arguments = parser.parse_args()
    found: list[Trial] = []
    for dialect in DIALECTS:
        with providing(dialect, limit=None) as served:
            target = Target(dialect.name, "", served.url, served.keys)
            found += trials(target, most_examples=arguments.max_examples)
    names = ["", *[m.name for m in GALLERY if m.group != "rate limiter"][:: arguments.every]]
    for name in names:
        with mock(name) as target:
            found += trials(target, most_examples=arguments.max_examples)
    text = page(found, every=arguments.every, most_examples=arguments.max_examples)
    sys.stdout.buffer.write(text.encode())


if __name__ == "__main__":
    main()
