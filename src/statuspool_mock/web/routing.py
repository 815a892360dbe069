"""Connexion's part: which operation of a document a request is for.

Its way through two routers to an operation costs more than many an operation. But it is decided by
method and path alone, so it is gone once for each of them, and the end of it remembered.
"""

import warnings
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.contract import Document, Operation
from statuspool_mock.web.errors import UnknownPath

with warnings.catch_warnings():
    # Connexion imports Starlette's test client and jsonschema's old resolver. Both warn about their
    # future, and our users can do nothing about it.
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
    from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware
    from connexion.middleware.main import ConnexionMiddleware
    from connexion.middleware.routing import RoutingMiddleware

_MOST_REMEMBERED = 8_192


class OperationEndpoint(Protocol):
    """Answers the requests for one operation."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""


class _Routes:
    """Goes the long way through Connexion for a method and path that is new, then straight."""

    def __init__(self) -> None:
        self.long_way: ASGIApp = no_such_path
        self._known: dict[tuple[str, str], tuple[OperationEndpoint, dict[str, Any]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = scope["type"] == "http" and self._known.get((scope["method"], scope["path"]))
        if known:
            endpoint, scope["path_params"] = known
            await endpoint(scope, receive, send)
        else:
            await self.long_way(scope, receive, send)

    def remembering(self, endpoint: OperationEndpoint) -> OperationEndpoint:
        """Return the endpoint, to be remembered for what leads to it."""

        async def arrived(scope: Scope, receive: Receive, send: Send) -> None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[scope["method"], scope["path"]] = endpoint, scope["path_params"]
            await endpoint(scope, receive, send)

        return arrived


def routed(
    document: Document,
    table: Mapping[str, Callable[..., Any]],
    endpoint: Callable[[Operation], OperationEndpoint],
    *,
    base_path: str,
) -> ASGIApp:
    """Return an application whose routes are the document's operations below `base_path`.

    `endpoint` makes what answers for an operation, once per operation. Raises `KeyError` where the
    document has an operation that the table does not carry out.
    """
    routes = _Routes()

    class EndpointAPI(RoutedAPI[OperationEndpoint]):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.add_paths()

        def make_operation(self, operation: Any) -> OperationEndpoint:
            return routes.remembering(endpoint(document.operations[operation.operation_id]))

    class Endpoints(RoutedMiddleware[EndpointAPI]):
        api_cls = EndpointAPI

        def __init__(self, app: ASGIApp) -> None:
            super().__init__(app)

    connexion = ConnexionMiddleware(
        no_such_path,
        import_name=__name__,
        middlewares=[RoutingMiddleware, Endpoints],
        resolver=lambda operation_id: table[operation_id],
    )
    connexion.add_api(_outline(document), base_path=base_path)
    # Connexion builds its stack at the first request; what is wrong should show at start.
    connexion.app, connexion.middleware_stack = connexion._build_middleware_stack()  # noqa: SLF001
    routes.long_way = connexion
    return routes


def _outline(document: Document) -> dict[str, Any]:
    """Return what routing needs of a document, lest Connexion check the rest at every start."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in document.operations.values():
        parameters = operation.definition.get("parameters", ())
        paths.setdefault(operation.path, {})[operation.method.lower()] = {
            "operationId": operation.id,
            "parameters": [one for one in parameters if one["in"] == "path"],
            "responses": {"default": {"description": "Told by the document."}},
        }
    return {"openapi": document.raw["openapi"], "info": document.raw["info"], "paths": paths}


async def no_such_path(scope: Scope, receive: Receive, send: Send) -> None:
    """Be the application behind everything that is routed: nothing is left to find."""
    del receive, send
    if scope["type"] == "http":
        raise UnknownPath(f"No such path: {scope['path']}")
