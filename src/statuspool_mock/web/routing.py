"""Routes requests to the operations of a document, with Connexion.

Connexion's two routers cost more than many operations. The result depends on method and path alone,
so it is cached.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.contract import Document, Operation
from statuspool_mock.web.errors import UnknownPath
from statuspool_mock.web.narrow_imports import narrow_imports

with narrow_imports(
    packages=("connexion", "connexion.middleware"),
    unused=("connexion.lifecycle", "connexion.spec", "jsonschema.exceptions"),
):
    from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware
    from connexion.middleware.routing import RoutingMiddleware
    from connexion.operations import OpenAPIOperation
    from connexion.resolver import Resolver

_MOST_CACHED = 8_192


class OperationEndpoint(Protocol):
    """Handles the requests to one operation."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""


class _Routes:
    """Asks Connexion about a method and path the first time, then the cache."""

    def __init__(self) -> None:
        self.connexion: ASGIApp = no_such_path
        self._cached: dict[tuple[str, str], tuple[OperationEndpoint, dict[str, Any]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = scope["type"] == "http" and self._cached.get((scope["method"], scope["path"]))
        if known:
            endpoint, scope["path_params"] = known
            await endpoint(scope, receive, send)
        else:
            scope["app"] = self  # so that Starlette's router raises errors instead of answering
            await self.connexion(scope, receive, send)

    def caching(self, endpoint: OperationEndpoint) -> OperationEndpoint:
        """Return an endpoint that adds itself to the cache when Connexion calls it."""

        async def arrived(scope: Scope, receive: Receive, send: Send) -> None:
            if len(self._cached) >= _MOST_CACHED:
                self._cached.clear()
            self._cached[scope["method"], scope["path"]] = endpoint, scope["path_params"]
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

    `endpoint` is called once for each operation. Raises `KeyError` if the document has an operation
    that is not in the table.
    """
    routes = _Routes()

    class EndpointAPI(RoutedAPI[OperationEndpoint]):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.add_paths()

        def make_operation(self, operation: Any) -> OperationEndpoint:
            return routes.caching(endpoint(document.operations[operation.operation_id]))

    class Endpoints(RoutedMiddleware[EndpointAPI]):
        api_cls = EndpointAPI

        def __init__(self, app: ASGIApp) -> None:
            super().__init__(app)

    endpoints = Endpoints(no_such_path)
    router = RoutingMiddleware(endpoints)
    specification = _Outline(document)
    resolver = Resolver(lambda operation_id: table[operation_id])
    for middleware in (endpoints, router):
        middleware.add_api(specification, base_path=base_path, resolver=resolver)
    routes.connexion = router
    return routes


class _Outline(dict[str, Any]):
    """The part of a document that routing needs, as a specification of Connexion's.

    Connexion's own class would check the document with jsonschema, which takes a sixth of the
    start; tests check the shipped documents.
    """

    operation_cls = OpenAPIOperation
    base_path = ""
    security = security_schemes = components = None

    def __init__(self, document: Document) -> None:
        paths: dict[str, dict[str, Any]] = {}
        for operation in document.operations.values():
            parameters = operation.definition.get("parameters", ())
            paths.setdefault(operation.path, {})[operation.method.lower()] = {
                "operationId": operation.id,
                "parameters": [one for one in parameters if one["in"] == "path"],
            }
        super().__init__(paths=paths)

    def get_operation(self, path: str, method: str) -> dict[str, Any]:
        """Return the definition of an operation."""
        definition: dict[str, Any] = self["paths"][path][method]
        return definition

    def get_path_params(self, path: str) -> list[dict[str, Any]]:
        """Return the parameters of all operations of a path: each operation has its own here."""
        del path
        return []


async def no_such_path(scope: Scope, receive: Receive, send: Send) -> None:
    """Raise `UnknownPath`: the application behind all routes."""
    del receive, send
    if scope["type"] == "http":
        raise UnknownPath(f"No such path: {scope['path']}")
