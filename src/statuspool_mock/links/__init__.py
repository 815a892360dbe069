"""Connections between processes that act as one server, and requests forwarded over them."""
