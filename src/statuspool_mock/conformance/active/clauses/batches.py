"""Several invalid fields in one request, where the server names each of them in `details`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from statuspool_mock.conformance.active.errors import Finding
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.contract.rulings import named_fields


class Row(Protocol):
    """An invalid value of a field."""

    @property
    def name(self) -> str:
        """The name of the row."""

    @property
    def field(self) -> str:
        """The field that the row is about."""

    @property
    def value(self) -> Any:
        """The value that every server must refuse."""


RowT = TypeVar("RowT", bound=Row)
Send = Callable[[Mapping[str, Any]], ServerResponse]


def refused_together(rows: Sequence[RowT], send: Send) -> dict[str, ServerResponse]:
    """Return the refusals by row, with one row of each field in a request.

    Each row whose field `details` names is there. The others need a request of their own.
    """
    refused: dict[str, ServerResponse] = {}
    waiting = list(rows)
    while waiting:
        batch = {row.field: row for row in reversed(waiting)}
        waiting = [row for row in waiting if batch[row.field] is not row]
        try:
            response = send({field: row.value for field, row in batch.items()})
        except Finding:  # no response: each row shows alone whether it is to blame
            break
        fields = named_fields(response.fields.get("details"))
        if response.status != 400 or not fields:
            break
        refused.update({row.name: response for field, row in batch.items() if field in fields})
    return refused
