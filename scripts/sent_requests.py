"""Print what each clause sends to the mock and what it receives, as `verify --explain` shows it.

`make sent` writes it to src/statuspool_mock/cli/verify/sent.json.
"""

import json
import re
import sys
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.options import Profile, options_for_mock
from statuspool_mock.conformance.active.run import VerificationRun
from statuspool_mock.conformance.active.session import MAIN
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

KEY = "sp_test_sent"
MOST, MOST_LOOKED_AT, MOST_LETTERS = 5, 60, 100
CHANGING = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "{id}"),
    (re.compile(r"verify-[0-9a-f]{8}"), "verify-…"),
    (re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00|(?=[+-]\d\d:\d\d))"), "{time}"),
    (re.compile(r"127\.0\.0\.1:\d+"), "{receiver}"),
)  # fmt: skip


def main() -> None:
    """Check every clause against the mock once."""
    with RunningServer(Settings(port=0, rate_limit=None)) as server:
        run = VerificationRun(options_for_mock(server.url, KEY, profile=Profile.STANDARD))
        try:
            run.open()
            found = {clause.id: shown(of_clause(run, clause)) for clause in CLAUSES}
        finally:
            run.close()
    kept = {name: lines for name, lines in found.items() if lines}
    sys.stdout.write(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def of_clause(run: VerificationRun, clause: Clause) -> list[ServerResponse]:
    """Return the exchanges that a clause sent, and those that it used of what others had sent."""
    first = len(run.session.exchanges)
    run.check(clause)
    own = set(range(first, len(run.session.exchanges)))
    used = own | run.context.computed.used()
    numbers = used if len(used) <= MOST_LOOKED_AT else own
    return [run.session.exchanges[number] for number in sorted(numbers)]


def shown(exchanges: list[ServerResponse]) -> list[str]:
    """Return a few different ones as lines."""
    lines = list(dict.fromkeys(map(line, exchanges)))
    return lines if len(lines) <= MOST else [*lines[: MOST - 1], lines[-1]]


def line(exchange: ServerResponse) -> str:
    """Return a request and its status without what differs in every run."""
    url = urlsplit(exchange.url)
    decoded = unquote(url.query, errors="backslashreplace")
    query = f"?{decoded if decoded.isprintable() else url.query}" if url.query else ""
    body = "" if not exchange.sent else " " + exchange.sent.decode("utf-8", "backslashreplace")
    text = plain(f"{exchange.method} {url.path.removeprefix('/v1')}{query}{body}")
    if len(text) > MOST_LETTERS:
        text = f"{text[:MOST_LETTERS]}…"
    return f"{text}{plain(key(exchange))} → {exchange.status}"


def key(exchange: ServerResponse) -> str:
    """Return which key was sent, where it is not that of the team."""
    if not exchange.has_own_key:
        return f" with {exchange.authorization or 'no Authorization'}"
    return "" if exchange.key == MAIN else f" with the {exchange.key} key"


def plain(text: str, changes: Iterable[tuple[re.Pattern[str], str]] = CHANGING) -> str:
    """Return a text without ids, times and addresses."""
    for pattern, stand_in in changes:
        text = pattern.sub(stand_in, text)
    return text


if __name__ == "__main__":
    main()
