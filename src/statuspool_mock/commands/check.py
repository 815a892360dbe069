"""`statuspool-mock check`: judges traffic that somebody recorded."""

import argparse
import json
import sys

from rich.console import Console

from statuspool_mock import contract
from statuspool_mock.conformance.passive import ExchangeChecker, Kind, summary
from statuspool_mock.conformance.passive.archives import Archive, NotAnArchive, Roots


def run(arguments: argparse.Namespace) -> int:
    """Judge archives. Returns 0 for clean, 1 for violations, 2 where nothing could be judged."""
    document = contract.load()
    roots = Roots(document, base=arguments.base_url)
    judge = ExchangeChecker(document)
    console = Console(highlight=False)
    skipped: dict[str, int] = {}
    try:
        for path in arguments.files:
            archive = Archive(path, roots)
            for exchange, unjudged in archive:
                found = judge.check(exchange, unchecked=unjudged)
                if not arguments.json and any(one.kind is not Kind.NOTE for one in found):
                    console.print(summary.line(exchange, found), soft_wrap=True)
            for host, count in archive.skipped.items():
                skipped[host] = skipped.get(host, 0) + count
    except NotAnArchive as error:
        sys.stderr.write(f"statuspool-mock check: {error}\n")
        return 2
    if arguments.json:
        told = summary.as_data(judge) | {"skipped": skipped}
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        summary.show(judge, console)
        for host, count in skipped.items():
            console.print(f"{count:,} to {host} skipped: not the API.", style="dim", markup=False)
    if judge.exchanges == sum(judge.unchecked.values()):
        sys.stderr.write(
            "statuspool-mock check: nothing of the API could be judged; --base-url URL says where "
            "it is.\n"
        )
        return 2
    return int(judge.broken)
