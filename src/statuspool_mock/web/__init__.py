"""The vendor's API over HTTP: Connexion routes by the document, the engine answers."""

import warnings

with warnings.catch_warnings():
    # Connexion imports Starlette's test client and jsonschema's old resolver; both warn of their
    # future, which our users can do nothing about.
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
    from statuspool_mock.web.control.app import ControlPlane
    from statuspool_mock.web.control.preview import preview_answers
    from statuspool_mock.web.fault_responses import TRANSPORT
    from statuspool_mock.web.middleware import CONTROL_PATH
    from statuspool_mock.web.requests import REQUEST_ID
    from statuspool_mock.web.vendor.app import build_api

__all__ = [
    "CONTROL_PATH",
    "REQUEST_ID",
    "TRANSPORT",
    "ControlPlane",
    "build_api",
    "preview_answers",
]
