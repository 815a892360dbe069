"""The API's contract as data: which operations there are, and what breaks them."""

from statuspool_mock.contract.document import ContractError, Document, load
from statuspool_mock.contract.operation import Operation
from statuspool_mock.contract.violations import Violation

__all__ = ["ContractError", "Document", "Operation", "Violation", "load"]
