"""Tell an error of a check that a response explains from one that is the check's own fault."""

from collections.abc import Iterable
from functools import cache

from statuspool_mock import contract
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.contract import readings

_OF_SHAPE = (AttributeError, KeyError, TypeError, ValueError, IndexError)


def response_explains(error: Exception, responses: Iterable[ServerResponse]) -> bool:
    """Whether a response with an unexpected shape can have caused an error.

    Where all responses have the documented shape, and where no response was being read, the error
    is the fault of `verify`.
    """
    return isinstance(error, _OF_SHAPE) and any(map(_has_unexpected_shape, responses))


def _has_unexpected_shape(response: ServerResponse) -> bool:
    operation = _document().operations.get(response.operation)
    if operation is None:
        return False
    value = response.value if response.body else None
    return bool(
        operation.check_response(status=response.status, headers=response.headers, value=value)
    )


@cache
def _document() -> contract.Document:
    """Return the document that requires of responses only what the reference promises."""
    return readings.wide(contract.load())
