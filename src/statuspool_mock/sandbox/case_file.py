"""Case files: a state and the requests that followed, to be replayed elsewhere.

Keys become those of a sandbox called `case`. Secrets are masked alike in the state and in the
requests, so that a file can be shared and still gives the same responses byte for byte.
"""

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from statuspool_mock.exchanges import Exchange, masked_body, masked_query
from statuspool_mock.exchanges.masking import masked_value
from statuspool_mock.sandbox.errors import InvalidInput
from statuspool_mock.sandbox.rate_limits import RateLimit
from statuspool_mock.sandbox.registry import Sandboxes
from statuspool_mock.sandbox.sandbox import Sandbox
from statuspool_mock.sandbox.state import State, lazy_state_data, state_from

VERSION = 1
KIND = "statuspool-mock case"
_LONGEST_SECONDS = 366 * 86_400
_SUFFIXES = {"full": "", "read-only": ".ro", "rival": ".rival"}
_REPLAYED_CONTROLS = frozenset(
    {
        "setClock",
        "advanceClock",
        "forceStatus",
        "releaseStatus",
        "pauseMonitor",
        "resumeMonitor",
        "addOutage",
        "clearOutages",
        "startPlay",
        "stepPlay",
        "stopPlay",
        "enableWebhook",
        "disableWebhook",
        "deleteWebhook",
        "addFault",
        "removeFault",
        "removeFaults",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """A request to send again, and the response that it got."""

    wall: float
    request_id: str
    key: str
    method: str
    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    status: int
    content: bytes
    compared: bool
    reached: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A state at a reading of the server's clock, and the requests that followed."""

    state: State
    wall: float
    limit: RateLimit | None
    steps: tuple[RecordedRequest, ...]


def case_data(sandbox: Sandbox, sandboxes: Sandboxes) -> dict[str, Any]:
    """Return the exchanges of a sandbox as data for JSON, from the oldest base, lists as iterators.

    Raises `Conflict` if there is none.
    """
    base, limit = sandbox.oldest_base(), sandboxes.limit
    return {
        "kind": KIND,
        "version": VERSION,
        "scenario": sandboxes.scenario,
        "seed": sandbox.world.seed,
        "rate_limit": None if limit is None else limit._asdict(),
        "wall": base.wall,
        "state": masked_value(lazy_state_data(base.state)),
        "exchanges": (
            _step_data(exchange)
            for exchange in list(sandbox.journal)
            if exchange.number > base.number
            and (not exchange.control or exchange.operation in _REPLAYED_CONTROLS)
            and exchange.role in _SUFFIXES
        ),
    }


def _step_data(exchange: Exchange) -> dict[str, Any]:
    return {
        "wall": exchange.wall,
        "request_id": exchange.request_id,
        "key": f"sp_test_case{_SUFFIXES[exchange.role]}",
        "method": exchange.method,
        "path": exchange.path,
        "query": masked_query(exchange.query),
        "headers": [
            [name.decode("latin-1"), value.decode("latin-1")]
            for name, value in exchange.headers
            if name in {b"content-type", b"prefer"}
        ],
        "body": _text(masked_body(exchange.body)),
        "status": exchange.status,
        "content": _text(masked_body(exchange.content)),
        "control": exchange.control or exchange.is_cut or exchange.is_edited,  # not compared
        **({} if exchange.reached is None else {"reached": exchange.reached}),
    }


def case_from(data: Any) -> CaseFile:
    """Return the case file of `case_data`. Raises `InvalidInput`, which says what is wrong."""
    if not isinstance(data, Mapping) or data.get("kind") != KIND:
        raise InvalidInput(f"This is not a {KIND}.", field="kind")
    if data.get("version") != VERSION:
        raise InvalidInput(
            f"This case file has version {data.get('version')!r}; this release reads version "
            f"{VERSION}.",
            field="version",
        )
    try:
        limit = data["rate_limit"]
        case = CaseFile(
            state=state_from(data["state"]),
            wall=float(data["wall"]),
            limit=None if limit is None else RateLimit(**limit),
            steps=tuple(_step(item) for item in data["exchanges"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(f"This is not a complete case file: {error!r:.300}.") from None
    _check_clock(case)
    return case


def _check_clock(case: CaseFile) -> None:
    """Refuse readings that would make the world live for ages. Raises `InvalidInput`."""
    readings = [case.wall, *(step.wall for step in case.steps)]
    if not all(map(math.isfinite, readings)) or max(readings) - min(readings) > _LONGEST_SECONDS:
        raise InvalidInput("The readings of the clock must lie within a year.", field="exchanges")


def _step(item: Mapping[str, Any]) -> RecordedRequest:
    key: str = item["key"]
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in item["headers"]]
    return RecordedRequest(
        wall=float(item["wall"]),
        request_id=_text_of(item, "request_id"),
        key=key,
        method=_text_of(item, "method"),
        path=_text_of(item, "path"),
        query=item["query"].encode("latin-1"),
        headers=(*headers, (b"authorization", f"Bearer {key}".encode("latin-1"))),
        body=_bytes(item["body"]),
        status=int(item["status"]),
        content=_bytes(item["content"]),
        compared=not item["control"],
        reached=item.get("reached"),
    )


def _text_of(item: Mapping[str, Any], name: str) -> str:
    text = item[name]
    if not isinstance(text, str):
        raise TypeError(f"{name} is not a text")
    text.encode()  # refuses lone surrogates
    return text


def _text(raw: bytes) -> Any:
    """Return bytes as text if they are UTF-8, else as an object with base64."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}


def _bytes(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    return base64.b64decode(value["base64"], validate=True)
