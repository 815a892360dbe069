"""The API's contract as data: its operations, and what violates them."""

from statuspool_mock.contract.document import ContractError, Document, load
from statuspool_mock.contract.openapi_31 import as_openapi_31
from statuspool_mock.contract.operation import Operation
from statuspool_mock.contract.violations import MOST_VIOLATIONS, Violation

__all__ = [
    "MOST_VIOLATIONS",
    "ContractError",
    "Document",
    "Operation",
    "Violation",
    "as_openapi_31",
    "load",
]
