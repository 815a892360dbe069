"""The command line: what can be asked, and which module answers.

Each command is a module under `commands`, imported only when it is called for: `--help` must not
wait a second for a web framework.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from statuspool_mock import __version__
from statuspool_mock.ctl_options import add_ctl
from statuspool_mock.option_types import integer, seconds
from statuspool_mock.traffic_options import add_check, add_drift, add_proxy, add_seed_from
from statuspool_mock.verify_options import add_verify

DEFAULT_PORT = 4747
_LOG_LEVELS = ("critical", "error", "warning", "info", "debug")
_CANNOT, _INTERRUPTED, _PIPE_CLOSED = 2, 128 + signal.SIGINT, 141


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with an option."""

    def error(self, message: str) -> NoReturn:
        self.exit(_CANNOT, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 2 for what cannot be done, 130 for Ctrl-C."""
    parser = command_line()
    given, program = _split_program(sys.argv[1:] if argv is None else argv)
    arguments = parser.parse_args(given, argparse.Namespace(program=program))
    if arguments.command is None:
        parser.print_help()
        return _CANNOT
    try:
        module = arguments.command.replace("-", "_")
        command = import_module(f"statuspool_mock.commands.{module}")
        code: int = command.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # `… | head` has read enough; Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    return code


def _split_program(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Part `run`'s options from the program after `--`, whose options are none of ours."""
    if argv and argv[0] == "run" and "--" in argv:
        end = argv.index("--")
        return argv[:end], argv[end + 1 :]
    return argv, ()


def command_line() -> argparse.ArgumentParser:
    """Return the parser of all commands, which is also what the documentation is made from."""
    parser = _Parser(
        prog="statuspool-mock",
        description="A local, stateful stand-in for the Statuspool uptime-monitoring REST API.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="run the API on this machine"))
    _add_run(commands.add_parser("run", help="run a program with the mock in the vendor's place"))
    spec = commands.add_parser("spec", help="print the API's OpenAPI document")
    spec.add_argument("--json", action="store_true", help="as JSON instead of YAML")
    commands.add_parser("scenarios", help="list the scenarios that come with the package")
    gallery = commands.add_parser(
        "mutants", help="list the ways in which serve --mutant breaks the contract"
    )
    gallery.add_argument("--json", action="store_true", help="as JSON instead of a table")
    gallery.add_argument(
        "--matrix", action="store_true", help="judge them all, and print what finds out which"
    )
    gallery.add_argument(
        "--profile", choices=("quick", "standard"), default="standard", help="of that (standard)"
    )
    gallery.add_argument(
        "--jobs", type=integer(1, 64), default=2, metavar="N", help="mutants at a time (2)"
    )
    gallery.add_argument(
        "--only", action="append", metavar="NAME", help="judge this mutant; may be repeated"
    )
    fixtures = commands.add_parser("fixtures", help="print a scenario file of made-up monitors")
    fixtures.add_argument(
        "--monitors", type=integer(1, 100_000), default=50, metavar="N", help="how many (50)"
    )
    fixtures.add_argument(
        "--seed",
        type=integer(0, 2**64 - 1),
        default=0,
        metavar="N",
        help="the same seed makes the same file (0)",
    )
    add_verify(commands.add_parser("verify", help="judge any server against the contract"))
    add_proxy(commands.add_parser("proxy", help="judge the traffic with a real server"))
    add_check(commands.add_parser("check", help="judge recorded traffic"))
    likeness = commands.add_parser("seed-from", help="write a scenario that looks like an account")
    add_seed_from(likeness)
    add_drift(commands.add_parser("drift", help="tell where a server means something else"))
    _add_certify(commands.add_parser("certify", help="test a webhook receiver of yours"))
    add_ctl(commands.add_parser("ctl", help="drive a running mock: time, outages, faults, state"))
    replay = commands.add_parser("replay", help="do again what a case file tells")
    replay.description = "Exit code 0: every answer was the same; 1: one differed."
    replay.add_argument("file", metavar="FILE", help="saved by: statuspool-mock ctl case FILE")
    return parser


def _add_certify(certify: argparse.ArgumentParser) -> None:
    certify.set_defaults(refuse=certify.error)
    certify.description = (
        "Send a webhook receiver what it should take and what it should refuse. Exit code 0: all "
        "well, 1: findings, 2: it cannot be reached."
    )
    add = certify.add_argument
    add("url", metavar="URL", help="where the receiver listens")
    add(
        "--secret",
        metavar="S",
        help="what it verifies signatures with (STATUSPOOL_WEBHOOK_SECRET, out of sight of ps)",
    )
    add(
        "--timeout",
        type=seconds(3_600),
        default=15.0,
        metavar="SECONDS",
        help="how long an answer may take (15)",
    )
    add(
        "--report",
        action="append",
        type=_report,
        default=[],
        metavar="FORMAT=PATH",
        help="also write a report, junit or json; may be repeated",
    )


def _add_serve(serve: argparse.ArgumentParser) -> None:
    serve.set_defaults(refuse=serve.error)
    serve.description = "Run the API until Ctrl-C or SIGTERM, which end it with exit code 0."
    add = serve.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    _add_server_options(serve, port=DEFAULT_PORT)
    add("--tls", action="store_true", help="serve HTTPS, with a certificate authority made for it")
    add(
        "--tls-ca-dir",
        type=Path,
        metavar="DIR",
        help="keep that authority here, so that it can be trusted once (implies --tls)",
    )
    add("--ready-json", action="store_true", help="print one line of JSON when ready, nothing else")


def _add_run(run: argparse.ArgumentParser) -> None:
    run.set_defaults(refuse=run.error)
    run.usage = "%(prog)s [options] -- COMMAND ..."
    run.description = (
        "Run a program that has https://api.statuspool.io/v1 in its code against the mock. Exit "
        "code: the program's, 128 + n where signal n ended it, 127 where it is not found."
    )
    run.set_defaults(host="127.0.0.1")  # a program on this machine is all it is for
    _add_server_options(run, port=0)
    run.add_argument("stray", nargs="*", help=argparse.SUPPRESS)
    run.add_argument(
        "--allow-network",
        action="store_true",
        help="let the program reach other hosts as well, which are refused otherwise",
    )


def _add_server_options(parser: argparse.ArgumentParser, *, port: int) -> None:
    add = parser.add_argument
    add(
        "--port",
        type=integer(0, 65_535),
        default=port,
        metavar="N",
        help=f"port to listen on ({port}); 0 picks a free one",
    )
    add("--scenario", default="default", metavar="NAME|FILE", help="what the worlds hold (default)")
    add(
        "--seed",
        type=integer(0, 2**64 - 1),
        default=1,
        metavar="N",
        help="decides every outage and response time (1)",
    )
    add(
        "--clock",
        metavar="live|TIME|xN",
        help="real time, frozen at an ISO 8601 time, or N times as fast (as the scenario says)",
    )
    add(
        "--rate-limit",
        metavar="N|off",
        help="requests a minute for each key (120; none while the clock is frozen)",
    )
    add(
        "--cors",
        action="append",
        metavar="ORIGIN",
        help="allow this browser origin only; may be repeated (any origin)",
    )
    add(
        "--control-token",
        metavar="TOKEN",
        help="what /_mock asks for in X-Control-Token (STATUSPOOL_CONTROL_TOKEN); beyond loopback "
        "it stays closed without one",
    )
    add(
        "--journal",
        type=integer(0, 100_000),
        default=1_000,
        metavar="N",
        help="how many exchanges each world remembers, 4 MiB at most (1000); 0: none",
    )
    add(
        "--webhook-allow",
        action="append",
        metavar="HOST",
        help="deliver webhooks to this host too; repeatable (this machine only)",
    )
    add(
        "--standard-webhooks",
        action="store_true",
        help="deliver with the headers of Standard Webhooks as well",
    )
    add(
        "--data",
        type=Path,
        metavar="DIR",
        help="keep worlds in this folder across restarts (they end with the server)",
    )
    add(
        "--max-sandboxes",
        type=integer(1, 100_000),
        default=200,
        metavar="N",
        help="worlds open at once; the longest unused one makes room (200)",
    )
    add(
        "--idle-hours",
        type=integer(1, 100_000),
        default=24,
        metavar="N",
        help="after how long an unused world is closed when another opens (24)",
    )
    add("--strict", action="store_true", help="check every answer against the OpenAPI document")
    add(
        "--mutant",
        action="append",
        default=[],
        metavar="NAME",
        help="break the contract in this way, one of `statuspool-mock mutants`; may be repeated",
    )
    add(
        "--switch-mutants",
        action="store_true",
        help="let mutants be switched while it runs, for all worlds: in the console, with ctl",
    )
    add("--log-level", choices=_LOG_LEVELS, default="warning", help="how much to tell (warning)")


def _report(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if name not in {"junit", "json"} or not path:
        raise argparse.ArgumentTypeError(f"came {text!r}, expected junit=PATH or json=PATH")
    return name, Path(path)
