"""The lower bound for the proxy: the same libraries forward everything and check nothing.

Arguments: base URL of the upstream, port.
"""

import sys
from typing import Any

import aiohttp
import uvicorn
from yarl import URL

UPSTREAM = sys.argv[1].rstrip("/")
HOP = {b"connection", b"host", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
session: aiohttp.ClientSession


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    global session
    if scope["type"] == "lifespan":
        await receive()
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        ) as session:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    path = scope["raw_path"].decode().removeprefix("/v1")
    query = scope["query_string"].decode()
    body = None
    if scope["method"] in {"POST", "PUT"}:
        body = (await receive()).get("body", b"")
    async with session.request(
        scope["method"],
        URL(f"{UPSTREAM}{path}{f'?{query}' if query else ''}", encoded=True),
        headers=[(k.decode(), v.decode()) for k, v in scope["headers"] if k not in HOP],
        data=body,
        allow_redirects=False,
    ) as response:
        headers = [(k.lower(), v) for k, v in response.raw_headers if k.lower() not in HOP]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        while piece := await response.content.readany():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


uvicorn.run(
    app,
    port=int(sys.argv[2]),
    access_log=False,
    log_level="warning",
    lifespan="on",
    server_header=False,
    date_header=False,
)
