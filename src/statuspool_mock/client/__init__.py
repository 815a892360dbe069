"""Driving a running mock from Python: a small typed client of its control plane."""

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
