"""A mutant: a named, realistic violation of the contract, and the change that makes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from statuspool_mock.mutants.exchange import Handler


@dataclass(frozen=True, slots=True)
class ExchangeChange:
    """Changes exchanges. `make` is called once per server, so that a handler can have state."""

    make: Callable[[], Handler]


class SchemaEdit(NamedTuple):
    """A change to what judges requests: keywords of one field's or parameter's schema.

    `where` names a field of the body, is empty for the body as a whole, `?name` for a query
    parameter. A keyword of None is removed.
    """

    operation: str
    where: str
    keywords: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ValidationChange:
    """Validates requests by an edited document; the document that is served is unchanged."""

    edits: tuple[SchemaEdit, ...]


class OutgoingDelivery(NamedTuple):
    """A delivery about to be sent: its signed bytes and its headers."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DeliveryChange:
    """Changes what is sent to endpoints, after it was signed."""

    change: Callable[[OutgoingDelivery], OutgoingDelivery]


Change = ExchangeChange | ValidationChange | DeliveryChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One violation. `promise` is what the reference says, in our words, with its section."""

    name: str
    group: str
    wrong: str
    """The violation, in one line."""
    promise: str
    change: Change
