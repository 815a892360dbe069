"""What the control plane can do: take, ask, shape. Routing and validation are the API's."""

from statuspool_mock.control.operations import OPERATIONS
from statuspool_mock.control.visit import Visit

__all__ = ["OPERATIONS", "Visit"]
