"""The vendor's API over HTTP: Connexion routes by the document, the engine answers."""

import warnings

with warnings.catch_warnings():
    # Connexion imports Starlette's test client and jsonschema's old resolver; both warn of their
    # future, which our users can do nothing about.
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
    from statuspool_mock.api.app import build_api

__all__ = ["build_api"]
