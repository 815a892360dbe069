"""A blind balancer: each request goes to the next server, whatever its key and its connection."""

import io
import itertools

import aiohttp
from aiohttp import web

from tests.fleet.ports import free_port

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade"}


class _Plain(web.StreamResponse):
    """A response without headers that aiohttp would add."""

    async def _prepare_headers(self):
        has_type = "Content-Type" in self.headers
        await super()._prepare_headers()
        if not has_type:
            self.headers.popall("Content-Type", None)
        if self.headers.get("Server", "").startswith("Python/"):
            del self.headers["Server"]


class RoundRobin:
    """Forwards requests to servers in turn; the next one has it if a connection is refused."""

    def __init__(self, thread, *urls):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._urls = urls
        self._turns = itertools.count()
        self._thread = thread

    def __enter__(self):
        self._thread.do(self._start())
        return self

    def __exit__(self, *_):
        self._thread.do(self._stop())

    async def _start(self):
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
        )
        server = web.Server(self._forward, handler_cancellation=True)
        self._runner = web.ServerRunner(server, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def _stop(self):
        await self._session.close()
        await self._runner.cleanup()

    async def _forward(self, request):
        start, body = next(self._turns), await request.content.read()
        for step in range(len(self._urls)):
            url = self._urls[(start + step) % len(self._urls)]
            try:
                return await self._pass_on(request, body, url)
            except aiohttp.ClientConnectorError:
                continue
        return web.Response(status=503)

    async def _pass_on(self, request, body, url):
        headers = request.headers.copy()
        for name in HOP_BY_HOP:
            headers.popall(name, None)
        async with self._session.request(
            request.method, url + request.raw_path, headers=headers,
            data=io.BytesIO(body) if body else None, allow_redirects=False,
        ) as response:  # fmt: skip
            answer = _Plain(status=response.status, reason=response.reason)
            for name, value in response.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    answer.headers.add(name, value)
            await answer.prepare(request)
            async for data in response.content.iter_any():
                await answer.write(data)
            await answer.write_eof()
            return answer
