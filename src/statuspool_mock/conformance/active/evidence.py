"""The exchanges that show a finding, and what led to them. Keys and secrets are masked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.exchanges import masked_body, masked_query

_CREATING = {"createMonitor", "createIncident", "createWebhook"}
_MAX_EXCHANGES = 40
_SHOWN_BYTES = 2_000
_UNPRINTABLE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownExchange:
    """An exchange as reports show it."""

    method: str
    url: str
    authorization: str | None
    body: str | None
    status: int
    response: str


def as_text(exchanges: Sequence[ShownExchange]) -> str:
    """Return exchanges as text, one after the other."""
    return "\n".join(_lines(each) for each in exchanges)


def _lines(each: ShownExchange) -> str:
    lines = [f"> {each.method} {each.url}"]
    if each.authorization is not None:
        lines.append(f"> Authorization: {each.authorization}")
    if each.body is not None:
        lines.append(f"> {each.body}")
    return "\n".join([*lines, f"< {each.status or 'no response'} {each.response}".rstrip()])


def shown(response: ServerResponse) -> ShownExchange:
    """Return an exchange without keys and secrets; long bodies are cut."""
    url, question, query = response.url.partition("?")
    return ShownExchange(
        method=response.method,
        url=url + question + masked_query(query.encode("latin-1", "replace")),
        authorization=response.authorization,
        body=None if response.sent is None else _text(response.sent),
        status=response.status,
        response=_text(response.body),
    )


def _text(body: bytes) -> str:
    text = masked_body(body).decode("utf-8", "backslashreplace")
    text = _UNPRINTABLE.sub("\ufffd", text)
    return text if len(text) <= _SHOWN_BYTES else f"{text[:_SHOWN_BYTES]}…"


def created_id(response: ServerResponse) -> str | None:
    """Return the id of what a response created."""
    if response.operation not in _CREATING or not response.is_success:
        return None
    created = response.fields.get("id") or response.fields.get("webhook_id")
    return created if isinstance(created, str) and len(created) > 3 else None


def leading_to(
    found: ServerResponse | None, used: Iterable[ServerResponse], before: Sequence[ServerResponse]
) -> list[ServerResponse]:
    """Return the exchanges that lead to a finding, in their order.

    They are those that the clause used, those that were sent together with them, and of all
    `before` whatever created or changed what these name.
    """
    place = {id(response): number for number, response in enumerate(before)}
    wanted = {place[id(each)] for each in used if id(each) in place}
    if found is not None and id(found) in place:
        wanted = {number for number in wanted if number <= place[id(found)]} | {place[id(found)]}
    created = {
        text: number for number, each in enumerate(before) if (text := created_id(each)) is not None
    }
    wanted = _at_most(wanted, before)
    together = {before[number].group for number in wanted} - {0}
    wanted |= {number for number, each in enumerate(before) if each.group in together}
    for number in sorted(wanted, reverse=True):
        _add_history(number, before, created, wanted)
    chain = [before[number] for number in sorted(wanted)]
    if found is not None and id(found) not in place:
        chain.append(found)  # there was no response
    return chain


def _at_most(wanted: set[int], before: Sequence[ServerResponse]) -> set[int]:
    """Leave out the first reads where there are too many exchanges."""
    reads = sorted(number for number in wanted if before[number].method == "GET")
    return wanted - set(reads[: max(0, len(wanted) - _MAX_EXCHANGES)])


def _add_history(
    number: int,
    before: Sequence[ServerResponse],
    created: dict[str, int],
    wanted: set[int],
) -> None:
    """Add what created and changed the objects that a request names."""
    for text, origin in created.items():
        if origin < number and names(before[number], text):
            if origin not in wanted:
                wanted.add(origin)
                _add_history(origin, before, created, wanted)
            changes = range(origin + 1, number)
            wanted.update(
                n
                for n in changes
                if before[n].method in {"PUT", "DELETE"} and names(before[n], text)
            )


def names(response: ServerResponse, text: str) -> bool:
    """Whether a request names an id."""
    return text in response.url or (response.sent is not None and text.encode() in response.sent)
