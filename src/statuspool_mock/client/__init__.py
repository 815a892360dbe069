"""A small typed client of the control plane, to control a running mock from Python."""

from statuspool_mock.client.calls import ClientError, RequestRefused, ServerUnreachable
from statuspool_mock.client.control import DEFAULT_KEY, DEFAULT_URL, Control

__all__ = [
    "DEFAULT_KEY",
    "DEFAULT_URL",
    "ClientError",
    "Control",
    "RequestRefused",
    "ServerUnreachable",
]
