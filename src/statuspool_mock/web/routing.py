"""Routes requests to the operations of a document, with Connexion.

Connexion's two routers cost more than many operations. The result depends on method and path alone,
so it is cached; and from one path with a parameter it is known for all that differ only in its
value, such as those of monitors that were never asked for: a fifth of the time of a DELETE.
"""

from collections.abc import Callable, Collection, Mapping
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


_Route = tuple[OperationEndpoint, dict[str, Any]]
_Shape = tuple[str, ...]
_VARYING = 3
"""Which part of a path is the parameter: that of `/v1/monitors/{id}`."""


class _Routes:
    """Asks Connexion about a method and path the first time, then the cache.

    `fixed` are the document's paths, of which those without parameters are no values of others.
    """

    def __init__(self, fixed: Collection[str]) -> None:
        self.connexion: ASGIApp = no_such_path
        self._fixed = fixed
        self._cached: dict[tuple[str, str], _Route] = {}
        self._shapes: dict[_Shape, tuple[OperationEndpoint, str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = scope["type"] == "http" and (
            self._cached.get((scope["method"], scope["path"])) or self._alike(scope)
        )
        if known:
            endpoint, scope["path_params"] = known
            await endpoint(scope, receive, send)
        else:
            scope["app"] = self  # so that Starlette's router raises errors instead of answering
            await self.connexion(scope, receive, send)

    def caching(self, endpoint: OperationEndpoint) -> OperationEndpoint:
        """Return an endpoint that adds itself to the cache when Connexion calls it."""

        async def arrived(scope: Scope, receive: Receive, send: Send) -> None:
            self._keep(scope, (endpoint, scope["path_params"]))
            self._learn(scope, endpoint)
            await endpoint(scope, receive, send)

        return arrived

    def _keep(self, scope: Scope, route: "_Route") -> None:
        if len(self._cached) >= _MOST_CACHED:
            self._cached.clear()
        self._cached[scope["method"], scope["path"]] = route

    def _learn(self, scope: Scope, endpoint: OperationEndpoint) -> None:
        """Remember the shape of a path whose only parameter is its fourth part."""
        parts = scope["path"].split("/")
        parameters = [*scope["path_params"].items()]
        if len(parts) > _VARYING and len(parameters) == 1:
            ((name, value),) = parameters
            if value == parts[_VARYING]:
                self._shapes[_shape_of(scope["method"], parts)] = endpoint, name

    def _alike(self, scope: Scope) -> "_Route | None":
        """Return the route of a path that has a known shape, and keep it."""
        path: str = scope["path"]
        parts = path.split("/")
        if len(parts) <= _VARYING or not parts[_VARYING] or path in self._fixed:
            return None
        found = self._shapes.get(_shape_of(scope["method"], parts))
        if found is None:
            return None
        endpoint, name = found
        route = endpoint, {name: parts[_VARYING]}
        self._keep(scope, route)
        return route


def _shape_of(method: str, parts: list[str]) -> _Shape:
    return (method, *parts[:_VARYING], *parts[_VARYING + 1 :])


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
    routes = _Routes({base_path + one.path for one in document.operations.values()})

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
