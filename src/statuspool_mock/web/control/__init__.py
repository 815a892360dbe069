"""What the control plane can do: take, ask, shape. Routing and validation are the API's."""

from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.operations import OPERATIONS

__all__ = ["OPERATIONS", "ControlContext"]
