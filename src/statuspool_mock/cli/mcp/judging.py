"""The tools about `verify`: run it, and explain what it found."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from statuspool_mock.cli.verify.explaining import explanations
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.results import Verdict

_MOST_FINDINGS = 30
_MOST_SECONDS = 900
_SHOWN = ("clause", "says", "section", "got", "expected", "curl", "consequences")


def verify_server(
    url: str,
    api_key: str,
    profile: Literal["quick", "standard"] = "quick",
    only: list[str] | None = None,
    *,
    read_only: bool = False,
) -> dict[str, Any]:
    """Check that a server keeps the contract of the API, and return the findings.

    `url` is the base URL, such as http://127.0.0.1:8000/v1. It creates, changes and deletes
    monitors there, unless `read_only`: never let it do so with data that matters. `only` names
    clauses or groups of them. It takes from seconds to minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        scope = [part for name in only or () for part in ("--only", name)]
        command = [
            *(sys.executable, "-m", "statuspool_mock", "verify", url, "--profile", profile),
            *("--report", f"json={report}", *(["--read-only"] if read_only else []), *scope),
        ]
        done = subprocess.run(  # noqa: S603 - our own program; the key is no argument
            command,
            env={**os.environ, "STATUSPOOL_API_KEY": api_key},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_MOST_SECONDS,
            check=False,
        )
        if not report.exists():
            raise ValueError(done.stderr.strip() or done.stdout.strip())
        return _summary(json.loads(report.read_bytes()), done.stdout)


def _summary(report: dict[str, Any], text: str) -> dict[str, Any]:
    """Return what matters of a report. Raises `ValueError` if nothing could be verified."""
    if report["unusable"]:
        raise ValueError(report["unusable"])
    findings = [
        {name: result[name] for name in _SHOWN}
        for result in report["results"]
        if result["verdict"] == Verdict.FINDING
    ]
    return {
        "summary": "".join(text.strip().splitlines()[-1:]),
        "verdicts": report["verdicts"],
        "count": len(findings),
        "findings": findings[:_MOST_FINDINGS],
    }


def explain_clause(clause: str) -> str:
    """Explain a clause that `verify_server` names, or each clause of a group.

    What it promises, from where in the reference, what is sent, and what a finding usually means.
    """
    text = explanations(clause)
    if not text:
        raise ValueError(
            f"No clause is called {clause!r}; the resource statuspool://clauses lists all."
        )
    return text


def clause_list() -> str:
    """Return the clauses, a line each."""
    return "\n".join(f"{clause.id}: {clause.says}" for clause in CLAUSES) + "\n"
