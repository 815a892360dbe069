"""`statuspool-mock verify`: any server against the contract, from the outside."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import Command, Decorated, option
from statuspool_mock.cli.completion import clause_names
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.remote import BASE_URL, api_key_option
from statuspool_mock.cli.types import (
    ApiKey,
    InputFile,
    Integer,
    ListenAddress,
    Number,
    OneOf,
    ReportFile,
    WebAddress,
)

if TYPE_CHECKING:
    from statuspool_mock.conformance.active.options import Options

_KEYS, _SCOPE, _LIMITS, _CLAUSES, _RESULTS = (
    "Other keys",
    "What the run may do",
    "Limits",
    "Which clauses to check",
    "Results",
)


def _other_key(name: str, about: str) -> Callable[[Decorated], Decorated]:
    return option(
        name,
        type=ApiKey(),
        metavar="KEY",
        envvar=f"STATUSPOOL_{name.removeprefix('--').replace('-', '_').upper()}",
        show_envvar=True,
        show_default="none; clauses that need it are not verified",
        section=_KEYS,
        help=about,
    )


@click.command(cls=Command)
@click.argument(
    "url",
    required=False,
    type=WebAddress(BASE_URL),
    metavar="URL",
    help="Base URL of the server's API, such as https://host/v1. Required unless --list, --explain "
    "or --replay is given.",
)
@api_key_option
@option(
    "--timeout",
    type=Number(0, 600, min_open=True),
    default=10,
    metavar="SECONDS",
    help="Time that a response may take.",
)
@option(
    "--ca",
    type=InputFile(),
    metavar="FILE",
    show_default="the usual authorities",
    help="PEM file of the certificate authority that signed the server's certificate.",
)
@_other_key("--readonly-key", "A read-only key of the same team.")
@_other_key("--other-team-key", "A full key of another team.")
@_other_key("--revoked-key", "A key that has been revoked.")
@option("--read-only", is_flag=True, section=_SCOPE, help="Change nothing on the server.")
@option(
    "--allow-permanent",
    is_flag=True,
    section=_SCOPE,
    help="Also create incidents and webhooks, which the API cannot delete.",
)
@option(
    "--check-rate-limit",
    is_flag=True,
    section=_SCOPE,
    help="Check the rate limit: it takes two to three minutes and their requests.",
)
@option(
    "--webhook-listen",
    type=ListenAddress(),
    metavar="HOST:PORT",
    show_default="webhook deliveries are not verified",
    section=_SCOPE,
    help="Receive webhook deliveries here. Needs --allow-permanent.",
)
@option(
    "--webhook-url",
    metavar="URL",
    show_default="the address of --webhook-listen",
    section=_SCOPE,
    help="URL at which the server reaches that address.",
)
@option(
    "--profile",
    type=OneOf(["quick", "standard", "deep"]),
    default="standard",
    section=_LIMITS,
    help="How thorough the run is: quick sends up to 240 requests, standard up to 600, deep as "
    "many as it needs.",
)
@option(
    "--budget",
    type=Integer(1, 1_000_000),
    metavar="N",
    show_default="that of the profile",
    section=_LIMITS,
    help="Number of requests to send at most.",
)
@option(
    "--rate",
    type=Integer(1, 1_000_000),
    metavar="N",
    show_default="120; unlimited for a server on this machine",
    section=_LIMITS,
    help="Requests per minute to send with each key.",
)
@option(
    "--seed",
    type=Integer(),
    default=0,
    metavar="N",
    section=_LIMITS,
    help="Seed of generated requests. The same seed generates the same ones.",
)
@option(
    "--level",
    type=OneOf(["documented", "inferred"]),
    default="inferred",
    section=_CLAUSES,
    help="Check only what the reference says, or also what can be inferred from it.",
)
@option(
    "--only",
    multiple=True,
    metavar="CLAUSE",
    show_default="all clauses",
    shell_complete=clause_names,
    section=_CLAUSES,
    help="Check this clause or group only; repeatable.",
)
@option(
    "--skip",
    multiple=True,
    metavar="CLAUSE",
    show_default="none",
    shell_complete=clause_names,
    section=_CLAUSES,
    help="Skip this clause or group; repeatable.",
)
@option(
    "--list", "list_only", is_flag=True, section=_CLAUSES, help="List the clauses and send nothing."
)
@option(
    "--explain",
    metavar="CLAUSE",
    show_default="none",
    shell_complete=clause_names,
    section=_CLAUSES,
    help="Explain a clause, or those of a group: the promise, what is sent, which mutants break "
    "it, what a finding usually means.",
)
@option(
    "--dry-run",
    is_flag=True,
    section=_CLAUSES,
    help="Print what would be checked and send nothing.",
)
@option(
    "--report",
    "reports",
    type=ReportFile("junit", "json", "html", "md", "ctrf", "sarif", "github"),
    multiple=True,
    metavar="FORMAT=PATH",
    show_default="none",
    section=_RESULTS,
    help="Write a report: junit, json, html, md (Markdown), ctrf, sarif or github (annotations); "
    "repeatable.",
)
@option(
    "--baseline",
    type=InputFile(),
    metavar="FILE",
    show_default="none",
    section=_RESULTS,
    help="JSON report of an earlier run. Findings that it lists do not fail this run.",
)
@option(
    "--replay",
    metavar="REPORT[:CLAUSE]",
    show_default="none",
    section=_RESULTS,
    help="Check the findings of a JSON report again, or one of them, with its profile and seed.",
)
def verify(
    *, list_only: bool, explain: str | None, dry_run: bool, replay: str | None, **given: Any
) -> int:
    """Check that a server keeps the documented contract.

    The server is tested from the outside, over HTTP. Exit code 0: it conforms; 1: findings; 2: it
    could not be tested; 130: interrupted.
    """
    try:
        import pytest  # noqa: F401  (the suite is pytest's; all other commands do without it)
    except ImportError:
        raise CommandFailed(
            f"needs pytest, Schemathesis and Jinja: {sys.executable} -m pip install "
            "'jinja2>=3.1,<4' 'pytest>=9,<10' 'schemathesis>=4.32,<4.33'"
        ) from None
    from statuspool_mock.cli.verify import explaining, names, plan, replaying, suite

    names.check([*given["only"], *given["skip"], *([explain] if explain else [])])
    if explain is not None:
        return explaining.explain(explain)
    if list_only:
        plan.list_clauses(given["level"], given["only"], given["skip"])
        return 0
    reports: Sequence[tuple[str, Path]] = given.pop("reports")
    if replay is not None:
        report = replaying.read(replay)
        given |= {"profile": str(report.profile), "seed": report.seed}
        options = _options(dry_run=False, **{**given, "url": given["url"] or report.url})
        return replaying.replay(report, options)
    options = _options(dry_run=dry_run, **given)
    if dry_run:
        plan.show(options)
        return 0
    return suite.verify(options, reports)


def _options(
    *,
    dry_run: bool,
    url: str | None,
    api_key: str | None,
    profile: str,
    level: str,
    rate: int | None,
    ca: Path | None,
    timeout: float,
    baseline: Path | None,
    **others: Any,
) -> "Options":
    """Return what the run is asked to do; `others` are named like their fields."""
    from statuspool_mock.cli.verify import names
    from statuspool_mock.conformance.active.levels import Level
    from statuspool_mock.conformance.active.options import Options, Profile

    if url is None:
        raise click.UsageError(f"URL is required: the base of the API, such as {BASE_URL}")
    if not api_key and not dry_run:
        raise click.UsageError("an API key is required: --api-key KEY, or STATUSPOOL_API_KEY=KEY")
    return Options(
        url=url,
        api_key=api_key or "",
        profile=Profile(profile),
        level=Level(level),
        rate_per_minute=rate,
        ca_file=ca,
        timeout_seconds=timeout,
        known=names.findings_of(baseline),
        **others,
    )
