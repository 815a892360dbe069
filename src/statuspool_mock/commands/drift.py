"""`statuspool-mock drift`: the same questions to the mock and to a server."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from statuspool_mock import contract
from statuspool_mock.commands.servers import api_key, check_base, trusted
from statuspool_mock.conformance.passive.crawler import Crawler, CrawlFailed
from statuspool_mock.conformance.passive.drift import Drift, Weight, differences
from statuspool_mock.conformance.passive.response_profile import ResponseProfile, profile
from statuspool_mock.server import RunningServer, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

_MONITORS = 12
_RATE_AT_HOME = 100_000


def run(arguments: argparse.Namespace) -> int:
    """Compare. Returns 0 where both mean the same, 1 for drift, 2 where it cannot be asked."""
    refuse: Callable[[str], NoReturn] = arguments.refuse
    check_base(arguments.url, refuse, name="URL")
    tour = Crawler(
        arguments.url,
        api_key(arguments, refuse),
        most_monitors=_MONITORS,
        rate=arguments.rate,
        tls=trusted(arguments.ca, refuse),
    )
    document = contract.load()
    try:
        server = profile(document, tour.walk(errors=True))
        with RunningServer(Settings(port=0, rate_limit=None)) as running:
            at_home = Crawler(
                running.url, "sp_test_drift", most_monitors=_MONITORS, rate=_RATE_AT_HOME
            )
            mock = profile(document, at_home.walk(errors=True))
    except CrawlFailed as error:
        sys.stderr.write(f"statuspool-mock drift: {error}\n")
        return 2
    if not any(200 in statuses for statuses in server.statuses.values()):
        sys.stderr.write(
            f"statuspool-mock drift: {arguments.url} answered nothing with 200; is the key right?\n"
        )
        return 2
    found = differences(document, mock, server)
    sys.stdout.write(_rendered(found, server, arguments.format))
    return int(any(one.weight is Weight.DRIFT for one in found))


def _rendered(found: list[Drift], server: ResponseProfile, form: str) -> str:
    if form == "json":
        told = {
            "steps": len(server.statuses),
            "differences": [one._asdict() | {"patch": list(one.patch)} for one in found],
            "patch": _patch(found),
        }
        return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    return _markdown(found, server)


def _markdown(found: list[Drift], server: ResponseProfile) -> str:
    drift = sum(one.weight is Weight.DRIFT for one in found)
    notes = len(found) - drift
    lines = [
        "# Drift",
        "",
        _count(len(server.statuses), drift, notes),
    ]
    if found:
        lines += ["", "| | where | the contract's mock | the server |", "|---|---|---|---|"]
        lines += [
            f"| {one.weight.value} | {_cell(one.where)} | {_cell(one.expected)} "
            f"| {_cell(one.found)} |"
            for one in found
        ]
    if patch := _patch(found):
        text = json.dumps(patch, indent=2, ensure_ascii=False)
        lines += ["", "A patch to the document (JSON Patch, RFC 6902):", "", "```json", text, "```"]
    return "\n".join(lines) + "\n"


def _count(asked: int, drift: int, notes: int) -> str:
    differences = f"{drift} difference{'' if drift == 1 else 's'} of meaning"
    return (
        f"{asked} kinds of questions asked: {differences}, {notes} note{'' if notes == 1 else 's'}."
    )


def _patch(found: list[Drift]) -> list[dict[str, Any]]:
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
