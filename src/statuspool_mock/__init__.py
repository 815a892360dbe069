"""A local, stateful stand-in for the Statuspool uptime-monitoring REST API."""

__all__ = ["__version__"]

__version__ = "0.1.0"
