"""What `proxy`, `check`, `seed-from` and `drift` take."""

import argparse
from pathlib import Path

from statuspool_mock.option_types import integer, seconds

_PORT = 4750
_MANY = integer(1, 1_000_000)


def add_proxy(proxy: argparse.ArgumentParser) -> None:
    """Add the options of `proxy` to its parser."""
    proxy.set_defaults(refuse=proxy.error)
    proxy.description = (
        "Pass /v1 through to a server, and tell where either side breaks the contract. Ctrl-C ends "
        "it with a summary. Exit code 0: nothing broken, 1: violations, 2: the server was never "
        "reached, or nothing came by."
    )
    add = proxy.add_argument
    add("--upstream", required=True, metavar="URL", help="the server's base, https://host/v1")
    add("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    add(
        "--port",
        type=integer(0, 65_535),
        default=_PORT,
        metavar="N",
        help=f"({_PORT}); 0 picks a free one",
    )
    add("--enforce", action="store_true", help="answer 502 instead of what breaks the contract")
    add("--record", type=Path, metavar="FILE", help="write an HTTP archive, keys masked")
    add("--jsonl", type=Path, metavar="FILE", help="append a line for each exchange with findings")
    add("--ca", type=Path, metavar="FILE", help="authorities to trust, PEM, beside the usual ones")
    add(
        "--timeout",
        type=seconds(3_600),
        default=60.0,
        metavar="SECONDS",
        help="the server's silence (60)",
    )
    add(
        "--control-token",
        metavar="TOKEN",
        help="what /_mock asks for in X-Control-Token (STATUSPOOL_CONTROL_TOKEN); beyond loopback "
        "it stays closed without one",
    )
    add("--all", action="store_true", help="show every exchange, not only those with findings")
    add("--ready-json", action="store_true", help="print one line of JSON when ready")


def add_check(check: argparse.ArgumentParser) -> None:
    """Add the options of `check` to its parser."""
    check.set_defaults(refuse=check.error)
    check.description = (
        "Judge recorded traffic; nothing is sent. Exit code 0: nothing broken, 1: violations, 2: "
        "not an HTTP archive, or nothing of the API in it."
    )
    add = check.add_argument
    add("files", nargs="+", type=Path, metavar="FILE", help="HTTP archives (HAR)")
    add(
        "--base-url",
        metavar="URL",
        help="the API's base in them (any /v1 with paths of the API, or the vendor's host)",
    )
    add("--json", action="store_true", help="as JSON instead of a table")


def add_seed_from(seed_from: argparse.ArgumentParser) -> None:
    """Add the options of `seed-from` to its parser."""
    seed_from.set_defaults(refuse=seed_from.error)
    seed_from.description = (
        "Write a scenario that looks like an account, from recorded answers or from a server that "
        "is only read. Exit code 0, or 2 where there is nothing to be learnt."
    )
    add = seed_from.add_argument
    add("source", metavar="FILE|URL", help="an HTTP archive, or the base of a server")
    _add_server(seed_from)
    add("--anonymise", action="store_true", help="made-up names and urls; no webhooks")
    add("--seed", type=integer(0, 2**64 - 1), default=0, metavar="N", help="of what is made up (0)")
    add("--monitors", type=_MANY, default=200, metavar="N", help="look at so many closely (200)")
    add("--base-url", metavar="URL", help="the API's base in an archive")
    add("-o", "--output", type=Path, metavar="FILE", help="where to (standard output)")


def add_drift(drift: argparse.ArgumentParser) -> None:
    """Add the options of `drift` to its parser."""
    drift.set_defaults(refuse=drift.error)
    drift.description = (
        "Ask the mock and a server the same questions, reading only, and tell where their answers "
        "differ in meaning. Exit code 0: nowhere, 1: drift, 2: it could not be asked."
    )
    add = drift.add_argument
    add("url", metavar="URL", help="the API's base, such as https://host/v1")
    _add_server(drift)
    add("--format", choices=("md", "json"), default="md", help="(md)")


def _add_server(parser: argparse.ArgumentParser) -> None:
    """Add what a tour of a server is told."""
    add = parser.add_argument
    add("--api-key", metavar="KEY", help="a key of the team (STATUSPOOL_API_KEY)")
    add("--rate", type=_MANY, default=110, metavar="N", help="requests a minute (110)")
    add("--ca", type=Path, metavar="FILE", help="authorities to trust, PEM, beside the usual ones")
