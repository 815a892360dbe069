"""A mutant: a named, realistic violation of the contract, and the change that causes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from statuspool_mock.mutants.exchange import Handler


@dataclass(frozen=True, slots=True)
class ExchangeChange:
    """Changes exchanges of client and server. `make` is called once for each server."""

    make: Callable[[], Handler]


class SchemaEdit(NamedTuple):
    """A change to the validation of requests: keywords of the schema of a field or parameter.

    `where` names a field of the body, is empty for the body as a whole, `?name` for a query
    parameter. A keyword of None is removed.
    """

    operation: str
    where: str
    keywords: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ValidationChange:
    """Validates requests by an edited document; the document that is served stays unchanged."""

    edits: tuple[SchemaEdit, ...]


class OutgoingDelivery(NamedTuple):
    """A delivery about to be sent: its signed bytes and its headers."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DeliveryChange:
    """Changes deliveries after they were signed."""

    change: Callable[[OutgoingDelivery], OutgoingDelivery]


Change = ExchangeChange | ValidationChange | DeliveryChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One violation. `promise` paraphrases the reference, with the section."""

    name: str
    group: str
    wrong: str
    """The defect of the server, in one line."""
    promise: str
    change: Change
