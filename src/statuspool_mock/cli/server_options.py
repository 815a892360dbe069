"""The options that `serve` and `run` share, and the settings of a server that they make."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import Decorated, option
from statuspool_mock.cli.completion import mutant_names, scenario_names
from statuspool_mock.cli.tokens import server_tokens_option, token_from_environment
from statuspool_mock.cli.types import SEED, Integer, OneOf

if TYPE_CHECKING:
    from statuspool_mock.scenarios.world_factory import ClockChoice
    from statuspool_mock.settings import Settings

_RATE = re.compile(r"[x×](\d{1,5}(?:\.\d{1,3})?)", re.ASCII)
_ORIGIN = re.compile(r"https?://[^\s/?#*]+", re.ASCII | re.IGNORECASE)
_LOG_LEVELS = ("critical", "error", "warning", "info", "debug")
_WORLD, _ACCESS, _LIMITS, _BREAKING = "Sandboxes", "Access", "Limits", "Breaking the contract"


class ClockType(click.ParamType["ClockChoice"]):
    """How the clocks of new sandboxes start."""

    name = "clock"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the choice that `live`, `x10` or an ISO 8601 time stands for."""
        from statuspool_mock.scenarios.world_factory import ClockChoice
        from statuspool_mock.time_parsing import instant

        if value == "live":
            return ClockChoice(rate=1.0)
        rate = _RATE.fullmatch(value)
        if rate and float(rate[1]) > 0:
            return ClockChoice(rate=float(rate[1]))
        try:
            return ClockChoice(at=instant(value), rate=0.0)
        except ValueError:
            expected = "live, x10 or an ISO 8601 time such as 2025-01-15T09:42:11Z"
            self.fail(f"expected {expected}, got {value!r}", param, ctx)

    def written(self, choice: "ClockChoice") -> str:
        """Return the text that stands for a choice."""
        from statuspool_mock.time_parsing import written

        if choice.at is not None:
            return written(choice.at)
        return "live" if choice.rate == 1 else f"x{choice.rate:g}"


_MOST_REQUESTS = 99_999_999


class RateLimitType(click.ParamType[str]):
    """A number of requests, or `off`."""

    name = "rate limit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text, which is `off` or a number within bounds."""
        text = str(value)
        is_number = text.isascii() and text.isdigit() and len(text) < 9
        if text != "off" and not (is_number and 0 < int(text) <= _MOST_REQUESTS):
            expected = f"off or a number of requests from 1 to {_MOST_REQUESTS}"
            self.fail(f"expected {expected}, got {text!r}", param, ctx)
        return text


class Origin(click.ParamType[str]):
    """The origin of a page, as browsers send it; `*` is any, where `any_allowed`."""

    name = "origin"

    def __init__(self, *, any_allowed: bool) -> None:
        self._any_allowed = any_allowed

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the origin."""
        if value == "*" and self._any_allowed:
            return "*"
        if not _ORIGIN.fullmatch(value):
            expected = "an origin such as http://localhost:5173, without a path"
            self.fail(f"expected {expected}, got {value!r}", param, ctx)
        return str(value).lower()


class MutantName(click.ParamType[str]):
    """The name of a mutant."""

    name = "mutant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name of a mutant that there is."""
        from statuspool_mock import mutants

        try:
            mutants.choose([value])
        except mutants.UnknownMutant as error:
            self.fail(str(error), param, ctx)
        return str(value)


def port_option(default: int) -> Callable[[Decorated], Decorated]:
    """Declare where a server listens."""
    help_text = "Port to listen on; 0 picks a free one."
    return option("--port", type=Integer(0, 65_535), default=default, metavar="N", help=help_text)


_OPTIONS = (
    option(
        "--scenario",
        default="default",
        metavar="NAME|FILE",
        shell_complete=scenario_names,
        section=_WORLD,
        help="Scenario that new sandboxes start from: a name that `statuspool-mock scenarios` "
        "lists, or a file.",
    ),
    option(
        "--seed",
        type=Integer(0, SEED),
        default=1,
        metavar="N",
        section=_WORLD,
        help="Seed for outages and response times. The same seed gives the same history.",
    ),
    option(
        "--clock",
        type=ClockType(),
        metavar="live|TIME|xN",
        show_default="as the scenario says",
        section=_WORLD,
        help="Clock of new sandboxes: live for real time, an ISO 8601 time to freeze it there, or "
        "xN to run N times as fast.",
    ),
    option(
        "--data",
        type=click.Path(path_type=Path),
        metavar="DIR",
        show_default="in memory only",
        section=_WORLD,
        help="Keep sandboxes in this folder across restarts.",
    ),
    option(
        "--journal",
        type=Integer(0, 100_000),
        default=1_000,
        metavar="N",
        section=_WORLD,
        help="Number of exchanges that each sandbox records, up to 4 MiB; 0 turns the journal off.",
    ),
    option(
        "--rate-limit",
        type=RateLimitType(),
        metavar="N|off",
        show_default="120; off while the clock is frozen",
        section=_LIMITS,
        help="Requests per minute for each API key.",
    ),
    option(
        "--max-sandboxes",
        type=Integer(1, 100_000),
        default=1_000,
        metavar="N",
        section=_LIMITS,
        help="Number of sandboxes open at once. Another one closes the one unused for longest, or "
        "is refused if all were used within ten minutes.",
    ),
    option(
        "--new-sandboxes",
        type=Integer(1, 1_000_000),
        default=600,
        metavar="N",
        section=_LIMITS,
        help="Number of sandboxes that one address may open in a minute.",
    ),
    option(
        "--idle-hours",
        type=Integer(1, 100_000),
        default=24,
        metavar="N",
        section=_LIMITS,
        help="Close sandboxes that have not been used for N hours, whenever another one opens.",
    ),
    option(
        "--cors",
        type=Origin(any_allowed=True),
        multiple=True,
        metavar="ORIGIN",
        show_default="any origin",
        section=_ACCESS,
        help="Allow browser requests from this origin only; repeatable.",
    ),
    option(
        "--control-origin",
        type=Origin(any_allowed=False),
        multiple=True,
        metavar="ORIGIN",
        show_default="its own",
        section=_ACCESS,
        help="Let pages of this origin control sandboxes through /_mock; repeatable.",
    ),
    server_tokens_option,
    option(
        "--webhook-allow",
        multiple=True,
        metavar="HOST",
        show_default="this machine only",
        section="Webhooks",
        help="Deliver webhooks to this host as well; repeatable.",
    ),
    option(
        "--standard-webhooks",
        is_flag=True,
        section="Webhooks",
        help="Also send the headers of the Standard Webhooks specification.",
    ),
    option(
        "--mutant",
        type=MutantName(),
        multiple=True,
        metavar="NAME",
        show_default="none",
        shell_complete=mutant_names,
        section=_BREAKING,
        help="Break the contract in this way, one that `statuspool-mock mutants` lists; "
        "repeatable.",
    ),
    option(
        "--switch-mutants",
        is_flag=True,
        section=_BREAKING,
        help="Allow mutants to be switched while the server runs, in the console and with "
        "`statuspool-mock ctl mutants`. They apply to all sandboxes.",
    ),
    option(
        "--strict",
        is_flag=True,
        section="Diagnostics",
        help="Check every response of the mock against the OpenAPI document.",
    ),
    option(
        "--log-level",
        type=OneOf(_LOG_LEVELS),
        default="warning",
        section="Diagnostics",
        help="Least severe messages to log.",
    ),
    option(
        "--log-format",
        type=OneOf(("text", "json")),
        default="text",
        section="Diagnostics",
        help="Log lines of text, or of JSON.",
    ),
    option(
        "--access-log",
        is_flag=True,
        section="Diagnostics",
        help="Log a line for each request: id, sandbox, operation, status, time and faults.",
    ),
)


def server_options(command: Decorated) -> Decorated:
    """Declare the options that `settings_from` takes, but for host and port."""
    for declare in reversed(_OPTIONS):
        command = declare(command)
    return command


def settings_from(
    *,
    clock: "ClockChoice | None",
    rate_limit: str | None,
    cors: tuple[str, ...],
    control_origin: tuple[str, ...],
    mutant: tuple[str, ...],
    max_sandboxes: int,
    idle_hours: int,
    new_sandboxes: int,
    trusted_proxy: tuple[str, ...] = (),
    ledger: str | None = None,
    advertise: str | None = None,
    link_secret_file: Path | None = None,
    **others: Any,
) -> "Settings":
    """Return the settings that the options make; `others` are named like their settings."""
    from statuspool_mock.cli.fleet_options import fleet_settings
    from statuspool_mock.contract.reference import REQUESTS_PER_MINUTE
    from statuspool_mock.sandbox import RateLimit
    from statuspool_mock.scenarios.world_factory import ClockChoice
    from statuspool_mock.settings import Settings

    limit: RateLimit | None = RateLimit(REQUESTS_PER_MINUTE)
    if rate_limit is not None:
        limit = None if rate_limit == "off" else RateLimit(int(rate_limit), even_frozen=True)
    return Settings(
        clock=clock or ClockChoice(),
        rate_limit=limit,
        origins=cors or ("*",),
        control_origins=control_origin,
        mutants=tuple(dict.fromkeys(mutant)),
        most_sandboxes=max_sandboxes,
        idle_seconds=idle_hours * 3600,
        new_per_minute=new_sandboxes,
        control_token=token_from_environment(),
        trusted_proxies=trusted_proxy,
        fleet=fleet_settings(ledger, advertise, link_secret_file, others),
        **others,
    )
