"""What `statuspool-mock verify` takes."""

import argparse
from pathlib import Path

from statuspool_mock.option_types import integer, seconds

REPORTS = ("junit", "json", "html", "md", "github")


def add_verify(verify: argparse.ArgumentParser) -> None:
    """Add the options of `verify` to its parser."""
    verify.set_defaults(refuse=verify.error)
    verify.description = (
        "Judge a server against the documented contract, from the outside. Exit code 0: it "
        "conforms, 1: findings, 2: it could not be tested, 130: interrupted."
    )
    add = verify.add_argument
    add("url", nargs="?", metavar="URL", help="the API's base, such as https://host/v1")
    _add_keys(verify.add_argument_group("keys"))
    _add_reach(verify.add_argument_group("how far it goes"))
    _add_choice(verify.add_argument_group("which clauses"))
    results = verify.add_argument_group("results").add_argument
    results(
        "--report",
        action="append",
        type=_report,
        default=[],
        metavar="FORMAT=PATH",
        help="write a report, junit, json, html, md or github (annotations); may be repeated",
    )
    results(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="a JSON report of before: its findings are known and do not fail the run",
    )


def _add_keys(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--api-key", metavar="KEY", help="a full key of the team (STATUSPOOL_API_KEY)")
    add("--readonly-key", metavar="KEY", help="a read-only key of the same team")
    add("--other-team-key", metavar="KEY", help="a full key of another team")
    add("--revoked-key", metavar="KEY", help="a key that was revoked")


def _add_reach(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--profile",
        choices=("quick", "standard", "deep"),
        default="standard",
        help="up to 240 requests, up to 600 (standard), or as many as it takes",
    )
    add("--read-only", action="store_true", help="write nothing")
    add(
        "--allow-permanent",
        action="store_true",
        help="create incidents and webhooks too, which the API cannot delete",
    )
    add("--check-rate-limit", action="store_true", help="spend a minute's requests on the limit")
    add(
        "--webhook-listen",
        type=_address,
        metavar="HOST:PORT",
        help="take deliveries here (with --allow-permanent)",
    )
    add("--webhook-url", metavar="URL", help="how the server reaches that address")
    add(
        "--rate",
        type=integer(1, 1_000_000),
        metavar="N",
        help="requests a minute for each key (120; local: any)",
    )
    add(
        "--budget",
        type=integer(1, 1_000_000),
        metavar="N",
        help="how many requests at most (the profile's)",
    )
    add("--seed", type=int, default=0, metavar="N", help="decides what is generated (0)")
    add("--ca", type=Path, metavar="FILE", help="the certificate authority of the server")
    add("--timeout", type=seconds(600), default=10.0, metavar="SECONDS", help="for an answer (10)")


def _add_choice(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--level",
        choices=("documented", "inferred"),
        default="inferred",
        help="judge what is documented only, or also what the reference implies (inferred)",
    )
    for name, says in (("--only", "judge this"), ("--skip", "leave this out")):
        add(
            name,
            action="append",
            default=[],
            metavar="CLAUSE",
            help=f"{says} clause or group; may be repeated",
        )
    add("--list", action="store_true", help="list the clauses and end")
    add("--dry-run", action="store_true", help="tell the plan and send nothing")


def _report(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if name not in REPORTS or not path:
        expected = ", ".join(f"{each}=PATH" for each in REPORTS)
        raise argparse.ArgumentTypeError(f"came {text!r}, expected one of {expected}")
    return name, Path(path)


def _address(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdigit() and int(port) <= 65_535):
        raise argparse.ArgumentTypeError(f"came {text!r}, expected one such as 127.0.0.1:8099")
    return text
