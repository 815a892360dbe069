"""`statuspool-mock drift`: the same requests to the mock and to a server."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.output import write
from statuspool_mock.cli.printable_text import printable
from statuspool_mock.cli.remote import (
    BASE_URL,
    api_key_option,
    ca_option,
    rate_option,
    required_key,
    trusted,
)
from statuspool_mock.cli.types import OneOf, WebAddress

if TYPE_CHECKING:
    from statuspool_mock.conformance.passive.drift import Drift

_MONITORS = 12
_RATE_OF_THE_MOCK = 100_000


@click.command(cls=Command)
@click.argument(
    "url",
    type=WebAddress(BASE_URL, is_base=True),
    metavar="URL",
    help="Base URL of the server's API, such as https://host/v1.",
)
@api_key_option
@rate_option
@ca_option
@option(
    "--format",
    "form",
    type=OneOf(["md", "json"]),
    default="md",
    help="Format of the report: Markdown or JSON.",
)
def drift(*, url: str, api_key: str | None, rate: int, ca: Path | None, form: str) -> int:
    """Compare the meaning of a server's responses with the mock's.

    Both get the same requests, which only read. Exit code 0: no drift; 1: drift; 2: the server
    could not be asked.
    """
    from statuspool_mock import contract
    from statuspool_mock.conformance.passive.crawler import Crawler, CrawlFailed
    from statuspool_mock.conformance.passive.drift import Weight, differences
    from statuspool_mock.conformance.passive.response_profile import profile_of
    from statuspool_mock.server import RunningServer
    from statuspool_mock.settings import Settings

    tour = Crawler(
        url, required_key(api_key), max_monitors=_MONITORS, rate=rate, tls=trusted(url, ca)
    )
    document = contract.load()
    try:
        server = profile_of(document, tour.crawl(errors=True))
        with RunningServer(Settings(port=0, rate_limit=None)) as running:
            tour_of_the_mock = Crawler(
                running.url, "sp_test_drift", max_monitors=_MONITORS, rate=_RATE_OF_THE_MOCK
            )
            mock = profile_of(document, tour_of_the_mock.crawl(errors=True))
    except CrawlFailed as error:
        raise CommandFailed(str(error)) from error
    if not any(200 in statuses for statuses in server.statuses.values()):
        raise CommandFailed(f"{url} answered no request with 200; is the key right?")
    found = differences(document, mock, server)
    kinds = len(server.statuses)
    write(_as_json(found, kinds) if form == "json" else printable(_as_markdown(found, kinds)))
    return int(any(one.weight is Weight.DRIFT for one in found))


def _as_json(found: "list[Drift]", kinds: int) -> str:
    report = {
        "steps": kinds,
        "differences": [one._asdict() | {"patch": list(one.patch)} for one in found],
        "patch": _patch(found),
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _as_markdown(found: "list[Drift]", kinds: int) -> str:
    lines = ["# Drift", "", _count(found, kinds)]
    if found:
        lines += ["", "| | where | mock | server |", "|---|---|---|---|"]
        lines += [
            f"| {one.weight.value} | {_cell(one.where)} | {_cell(one.expected)} "
            f"| {_cell(one.found)} |"
            for one in found
        ]
    if patch := _patch(found):
        text = json.dumps(patch, indent=2, ensure_ascii=False)
        lines += ["", "A patch of the document (JSON Patch, RFC 6902):", "", "```json", text, "```"]
    return "\n".join(lines) + "\n"


def _count(found: "list[Drift]", kinds: int) -> str:
    drift = sum(one.weight.value == "drift" for one in found)
    notes = len(found) - drift
    differences = f"{drift} difference{'' if drift == 1 else 's'} of meaning"
    return f"{kinds} kinds of request: {differences}, {notes} note{'' if notes == 1 else 's'}."


def _patch(found: "list[Drift]") -> list[dict[str, Any]]:
    """Return every operation once; fields that are no longer required leave the list together."""
    patch: dict[tuple[str, str], dict[str, Any]] = {}
    for operation in (one for difference in found for one in difference.patch):
        key = (operation["op"], operation["path"])
        before = patch.get(key, operation).get("value")
        value = operation.get("value")
        if isinstance(before, list):
            value = [one for one in before if one in (value or ())]
        patch[key] = operation if value is None else {**operation, "value": value}
    return list(patch.values())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
