"""The vendor's API over HTTP: Connexion routes by the document, the engine answers."""

from statuspool_mock.api.app import build_api

__all__ = ["build_api"]
