"""A document and a table of functions make an ASGI application."""

from collections.abc import Sequence
from copy import deepcopy
from urllib.parse import urlsplit

from connexion.middleware.main import ConnexionMiddleware
from connexion.middleware.routing import RoutingMiddleware
from starlette.types import ASGIApp

from statuspool_mock.api.edge import no_such_path, surrounded
from statuspool_mock.api.judgement import judging
from statuspool_mock.api.operations import OPERATIONS
from statuspool_mock.api.pages import Pages
from statuspool_mock.contract import Document
from statuspool_mock.sandboxes import Sandboxes


def build_api(
    document: Document,
    sandboxes: Sandboxes,
    *,
    origins: Sequence[str] = ("*",),
    strict: bool = False,
    seed: int = 0,
) -> ASGIApp:
    """Return the vendor's API as an ASGI application, with its pages.

    `origins` may read answers from a browser. `strict` checks every answer against the document
    and turns a wrong one into a 500. `seed` decides the request ids. Raises `KeyError` where the
    document has an operation that no function carries out.
    """
    base_path = urlsplit(document.raw["servers"][0]["url"]).path
    connexion = ConnexionMiddleware(
        no_such_path,
        import_name=__name__,
        middlewares=[RoutingMiddleware, judging(document, sandboxes, strict=strict)],
        resolver=lambda operation_id: OPERATIONS[operation_id],
    )
    connexion.add_api(deepcopy(document.raw), base_path=base_path)
    # Connexion builds its stack at the first request; what is wrong should show at start.
    connexion.app, connexion.middleware_stack = connexion._build_middleware_stack()  # noqa: SLF001
    pages = Pages(connexion, document=document, base_path=base_path)
    return surrounded(pages, document=document, base_path=base_path, origins=origins, seed=seed)
