"""`statuspool-mock seed-from`: a scenario modelled on a real account."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.output import write
from statuspool_mock.cli.remote import (
    BASE_URL,
    api_key_option,
    ca_option,
    rate_option,
    required_key,
    trusted,
)
from statuspool_mock.cli.types import SEED, InputFile, Integer, OutputFile, WebAddress

if TYPE_CHECKING:
    from statuspool_mock.conformance.passive.parsed_exchange import Parser
    from statuspool_mock.exchanges import Exchange
    from statuspool_mock.scenarios.account import Account

_UNEXPECTED = (AttributeError, KeyError, OverflowError, TypeError, ValueError)


class Source(WebAddress):
    """The base URL of a server, or else the path of an archive."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return a URL that is well-formed, or the path of a file that can be read."""
        if str(value).startswith(("http://", "https://")):
            return super().convert(value, param, ctx)
        return str(InputFile().convert(value, param, ctx))


@click.command("seed-from", cls=Command)
@click.argument(
    "source",
    type=Source(BASE_URL, is_base=True),
    metavar="FILE|URL",
    help="An HTTP archive (HAR), or the base URL of a server. A server is only read.",
)
@option(
    "-o",
    "--output",
    type=OutputFile(),
    metavar="FILE",
    show_default="standard output",
    help="File to write the scenario to.",
)
@option(
    "--anonymise",
    is_flag=True,
    help="Replace names and URLs by generated ones, and leave out webhooks.",
)
@option(
    "--seed",
    type=Integer(0, SEED),
    default=0,
    metavar="N",
    help="Seed of the generated names.",
)
@option(
    "--base-url",
    metavar="URL",
    show_default="the vendor's host, and any /v1 with paths of the API",
    help="The API's base URL in the archive.",
)
@option(
    "--monitors",
    type=Integer(1, 1_000_000),
    default=200,
    metavar="N",
    help="Number of monitors of a server to read in detail.",
)
@api_key_option
@rate_option
@ca_option
def seed_from(
    *,
    source: str,
    output: Path | None,
    anonymise: bool,
    seed: int,
    base_url: str | None,
    monitors: int,
    api_key: str | None,
    rate: int,
    ca: Path | None,
) -> None:
    """Write a scenario modelled on an existing account.

    The account is read from recorded responses or from a server. Exit code 0: done; 2: no monitors
    were found, or the server could not be asked.
    """
    from statuspool_mock import contract, scenarios
    from statuspool_mock.conformance.passive.archives import Archive, NotAnArchive, Roots
    from statuspool_mock.conformance.passive.crawler import Crawler, CrawlFailed
    from statuspool_mock.conformance.passive.parsed_exchange import Parser
    from statuspool_mock.scenarios.account import Account, likeness

    account = Account()
    document = contract.load()
    parser = Parser(document)
    is_server = source.startswith(("http://", "https://"))
    try:
        if is_server:
            key = required_key(api_key)
            tour = Crawler(source, key, max_monitors=monitors, rate=rate, tls=trusted(source, ca))
            for step in tour.crawl(errors=False):
                _learn(account, parser, step.exchange)
        else:
            roots = Roots(document, base=base_url)
            for exchange, unchecked in Archive(Path(source), roots):
                if unchecked is None:
                    _learn(account, parser, exchange)
    except (NotAnArchive, CrawlFailed) as error:
        raise CommandFailed(str(error)) from error
    except _UNEXPECTED as error:
        raise _unexpected(source, error) from error
    if not account.monitors:
        raise CommandFailed(
            f"{source} shows no monitors; does it hold responses of GET /monitors, and was the key "
            "right?"
        )
    name = "a server" if is_server else Path(source).name
    try:
        text = likeness(account, source=name, anonymise=anonymise, seed=seed)
        scenarios.parse(text, source="the likeness")  # what cannot be served is not worth writing
    except scenarios.ScenarioRejected as error:
        raise CommandFailed(f"{source} cannot be modelled: {error}") from error
    except _UNEXPECTED as error:
        raise _unexpected(source, error) from error
    _write(text, output)


def _learn(account: "Account", parser: "Parser", exchange: "Exchange") -> None:
    parsed = parser.parse(exchange)
    if parsed is not None and parsed.succeeded:
        account.learn(parsed.operation.id, exchange.monitor_id, parsed.response, at=exchange.began)


def _unexpected(source: str, error: Exception) -> CommandFailed:
    return CommandFailed(f"{source}: a response has an unexpected shape: {error!r:.200}")


def _write(text: str, output: Path | None) -> None:
    from statuspool_mock.atomic_files import write_whole

    if output is None:
        write(text)
        return
    try:
        write_whole(output, text.encode(), mode=0o644)
    except OSError as error:
        raise CommandFailed(f"{output}: {error.strerror}") from error
