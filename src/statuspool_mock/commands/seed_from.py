"""`statuspool-mock seed-from`: a scenario that looks like a real account."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from statuspool_mock import contract, scenarios
from statuspool_mock.atomic_files import write_whole
from statuspool_mock.commands.servers import api_key, check_base, trusted
from statuspool_mock.conformance.passive.archives import Archive, NotAnArchive, Roots
from statuspool_mock.conformance.passive.crawler import Crawler, CrawlFailed
from statuspool_mock.conformance.passive.parsed_exchange import parse_exchange
from statuspool_mock.exchanges import Exchange
from statuspool_mock.scenarios.account import Account, likeness


def run(arguments: argparse.Namespace) -> int:
    """Write the scenario. Returns 0, or 2 where there is nothing to be learnt."""
    refuse: Callable[[str], NoReturn] = arguments.refuse
    account = Account()
    document = contract.load()
    is_server = arguments.source.startswith(("http://", "https://"))
    try:
        if is_server:
            for step in _tour(arguments, refuse).walk(errors=False):
                _learn(account, document, step.exchange)
        else:
            roots = Roots(document, base=arguments.base_url)
            for exchange, unjudged in Archive(Path(arguments.source), roots):
                if unjudged is None:
                    _learn(account, document, exchange)
    except (NotAnArchive, CrawlFailed) as error:
        sys.stderr.write(f"statuspool-mock seed-from: {error}\n")
        return 2
    if not account.monitors:
        sys.stderr.write(
            f"statuspool-mock seed-from: {arguments.source} tells of no monitor; does it hold "
            "answers of GET /monitors, and was the key right?\n"
        )
        return 2
    source = "a server" if is_server else Path(arguments.source).name
    text = likeness(account, source=source, anonymise=arguments.anonymise, seed=arguments.seed)
    scenarios.parse(text, source="the likeness")  # what cannot be served is not worth writing
    return _write(text, arguments.output)


def _write(text: str, output: Path | None) -> int:
    if output is None:
        sys.stdout.buffer.write(text.encode())
        return 0
    try:
        write_whole(output, text.encode(), mode=0o644)
    except OSError as error:
        sys.stderr.write(f"statuspool-mock seed-from: {output}: {error.strerror}\n")
        return 2
    return 0


def _tour(arguments: argparse.Namespace, refuse: Callable[[str], NoReturn]) -> Crawler:
    check_base(arguments.source, refuse, name="FILE|URL")
    return Crawler(
        arguments.source,
        api_key(arguments, refuse),
        most_monitors=arguments.monitors,
        rate=arguments.rate,
        tls=trusted(arguments.ca, refuse),
    )


def _learn(account: Account, document: contract.Document, exchange: Exchange) -> None:
    sight = parse_exchange(document, exchange)
    if sight is not None and sight.succeeded:
        at = sight.exchange.began
        account.learn(sight.operation.id, sight.exchange.monitor_id, sight.response, at=at)
