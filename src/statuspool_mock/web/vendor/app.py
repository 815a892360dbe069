"""The Statuspool API as an ASGI application."""

import asyncio
from collections.abc import Sequence
from random import Random
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from statuspool_mock.contract import Document
from statuspool_mock.sandbox import Sandboxes
from statuspool_mock.web.control_auth import ControlAuth
from statuspool_mock.web.docs_pages import DocsPages
from statuspool_mock.web.middleware import UnroutedHandler, with_middleware
from statuspool_mock.web.monitoring import Monitoring, monitoring_pages
from statuspool_mock.web.routing import routed
from statuspool_mock.web.start_page import StartPage
from statuspool_mock.web.vendor.operations import OPERATIONS
from statuspool_mock.web.vendor.page_origins import PageOrigins
from statuspool_mock.web.vendor.pipeline import OperationPipeline, Pause
from statuspool_mock.web.vendor.serializers import MonitorSerializer

_DOCS = "/docs"


def build_api(
    document: Document,
    sandboxes: Sandboxes,
    *,
    origins: Sequence[str] = ("*",),
    strict: bool = False,
    request_ids: Random,
    control: ASGIApp | None = None,
    auth: ControlAuth,
    monitoring: Monitoring | None = None,
    pause: Pause = asyncio.sleep,
) -> ASGIApp:
    """Return the Statuspool API as an ASGI application, with its documentation pages.

    `origins` may read responses in a browser, and have webhooks sent to this machine. `strict`
    checks every response against the document and turns a violation into a 500. `request_ids`
    draws the ids of requests. `control` handles requests below `/_mock`; `auth` says whether the
    start page can link it. `monitoring` counts the requests. `pause` waits, in seconds, before a
    delayed response.

    Raises `KeyError` if the document has an operation without a function.
    """
    base_path = urlsplit(document.raw["servers"][0]["url"]).path
    shape = MonitorSerializer()
    page_origins = PageOrigins(origins)
    api = routed(
        document,
        OPERATIONS,
        lambda operation: OperationPipeline(
            operation,
            sandboxes=sandboxes,
            strict=strict,
            shape=shape,
            page_origins=page_origins,
            pause=pause,
        ),
        base_path=base_path,
    )
    monitoring = monitoring or Monitoring()
    pages: dict[str, ASGIApp] = {
        "/": StartPage(base_path=base_path, auth=auth),
        **monitoring_pages(monitoring, sandboxes, auth),
    }
    documented = DocsPages(api, document=document, base_path=base_path, docs=_DOCS, pages=pages)
    return with_middleware(
        documented,
        unrouted=UnroutedHandler(document, base_path, sandboxes),
        origins=origins,
        request_ids=request_ids,
        control=control,
        observers=monitoring.observers,
    )
