"""`verify --explain`: a clause in words, for somebody who has a finding of it."""

import json
import textwrap
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from statuspool_mock.cli.output import write
from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.clean_up import CLEAN_UP
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.conformance.active.selection import names, prerequisites
from statuspool_mock.mutants import all_mutants

_WIDTH = 100
_MOST_MUTANTS = 8
_SOURCES: Mapping[Level, str] = {
    Level.DOCUMENTED: "the reference says it under",
    Level.SAMPLE: "an example of the reference shows it, under",
    Level.INFERRED: "it follows from what the reference says under",
}
_SHAPE = "a property is missing, is null where it may not be, or has another type."
MEANINGS: Mapping[str, str] = {
    "agreement": "one view is cached or copied, and is not updated or not kept apart by team.",
    "all-lists": "one replica, or one kind of key, is shown something else than the others.",
    "all-pages": "a limit or an order is applied to some lists or pages only.",
    "answers": "a proxy or the framework responds instead of the application.",
    "auth": "a route lacks the check of the key, or the check accepts too much.",
    "bodies": "the body is used before it is checked to be a JSON object.",
    "concurrency": "reading and writing are two steps, without a lock or a transaction.",
    "create": "a field is not stored, is stored changed, or has another default.",
    "delete": "rows stay behind: the monitor itself, its logs, or an entry of a cache.",
    "deliveries": "another text than the bytes that are sent is signed, or with another secret.",
    "envelope": "a list has the names of another library for results, page and total_pages.",
    "errors": "the framework's own error page or status reaches the client.",
    "filters": "a parameter is read and not used, or is compared as text.",
    "incidents": "a field of an incident is not stored, or its times do not fit each other.",
    "incidents.filters": "a parameter is read and not used, or one filter replaces the other.",
    "incidents.list": _SHAPE,
    "late": "something is used up or grows with the number of requests, such as a cache.",
    "logs": _SHAPE,
    "meaning": "two views of the same facts are computed in two places, and disagree.",
    "monitors.create": _SHAPE,
    "monitors.get": _SHAPE,
    "monitors.list": _SHAPE,
    "pagination": "pages are computed off by one, or the order is not stable.",
    "rate-limit": "requests are counted by address, off by one, or with another window.",
    "robust": "an unusual input raises an exception, as it is used before it is checked.",
    "roles": "a route was registered without the check of the role.",
    "schema": "the server refuses valid requests, accepts invalid ones, or sends another shape.",
    "status": _SHAPE,
    "teams": "a query selects by id alone, without the team of the key.",
    "update": "PUT replaces instead of patching, or does not store everything.",
    "validation": "a rule is missing or too strict, or holds for POST and not for PUT.",
    "webhooks": "a field is not stored, or the secret is shown.",
    "webhooks.list": _SHAPE,
}
"""What a finding of a clause of each group usually means."""


def explain(text: str) -> int:
    """Print what the clause, or each clause of the group, is about."""
    write(explanations(text))
    return 0


def explanations(text: str) -> str:
    """Return what the clause, or each clause of the group, is about; nothing if there is none."""
    chosen = [clause for clause in (*CLAUSES, CLEAN_UP) if names((text,), clause)]
    return "\n".join(map(_explanation, chosen))


def _explanation(clause: Clause) -> str:
    source = f"{clause.level}: {_SOURCES[clause.level]} {clause.section}"
    lines = [
        clause.id,
        _paragraph("promise", clause.says),
        _paragraph("source", source),
        _paragraph("sends", _sends(clause)),
        *_examples(clause),
        _paragraph("needs", "; ".join(sorted(clause.needs)) or "nothing but a key"),
        _paragraph("broken by", _broken_by(clause)),
        _paragraph("a finding", f"usually means that {MEANINGS[clause.group]}"),
    ]
    return "\n".join(lines) + "\n"


def _examples(clause: Clause) -> list[str]:
    """Return what the clause sends to the mock, which is right, and what the mock answers."""
    exchanges = sent().get(clause.id, ())
    names = ["such as", *[""] * len(exchanges)]
    return [f"  {name:<10} {each}" for name, each in zip(names, exchanges, strict=False)]


def _paragraph(name: str, text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=f"  {name:<10} ",
        subsequent_indent=" " * 13,
        break_on_hyphens=False,
    )


def _sends(clause: Clause) -> str:
    number = clause.requests
    sent = (
        f"about {number} request{'' if number == 1 else 's'} of its own"
        if number
        else ("nothing of its own: it looks at what other clauses received")
    )
    before = prerequisites(CLAUSES, clause)
    return f"{sent}; alone, first {len(before)} other clauses" if before else sent


def _broken_by(clause: Clause) -> str:
    """Return the mutants that the clause finds, with what they do wrong."""
    wrong = {mutant.name: mutant.wrong for mutant in all_mutants()}
    found = [name for name in kills().get(clause.id, ()) if name in wrong]
    if not found:
        return "no mutant that `statuspool-mock mutants` lists"
    shown = "; ".join(f"{name} ({wrong[name].rstrip('.')})" for name in found[:_MOST_MUTANTS])
    more = len(found) - _MOST_MUTANTS
    return f"{shown}; and {more} more" if more > 0 else shown


def sent() -> Mapping[str, list[str]]:
    """Return requests of each clause and their statuses, as `make sent` recorded them."""
    return _recorded("sent.json")


def kills() -> Mapping[str, list[str]]:
    """Return the mutants that each clause finds, as `make matrix` last found them."""
    return _recorded("kills.json")


@cache
def _recorded(name: str) -> Mapping[str, list[str]]:
    text = files("statuspool_mock.cli.verify").joinpath(name).read_text("utf-8")
    found: Mapping[str, list[str]] = json.loads(text)
    return found
