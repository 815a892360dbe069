"""All replicas are restarted one after another behind HAProxy, and no request fails."""

import asyncio
import itertools
import shutil
import time
from collections import Counter

import aiohttp
import pytest

from tests.fleet.ports import free_port
from tests.fleet.replicas import Fleet
from tests.fleet.test_balancers import haproxy, running
from tests.fleet.test_one_world import OPTIONS

pytestmark = [pytest.mark.long, pytest.mark.peer, pytest.mark.process]
WORLDS = 12
CLIENTS = 24
SECONDS_BETWEEN = 0.1
"""240 requests a second, where the machine keeps up."""
REQUESTS_BETWEEN_RESTARTS = 500
SECONDS = 120


class Load:
    """Clients that write and read through a balancer all the time, and what came of it."""

    def __init__(self, url):
        self._url = url
        self.failures = []
        self.statuses = Counter()
        self.written = {}
        """What each client wrote last, by its world and the name of its monitor."""

    async def run(self, act):
        """Make requests while `act` is done; it may wait for `requests` more."""
        async with aiohttp.ClientSession(
            self._url, timeout=aiohttp.ClientTimeout(total=SECONDS)
        ) as self._session:
            self._is_over = False
            clients = [asyncio.create_task(self._client(number)) for number in range(CLIENTS)]
            try:
                await act
            finally:
                self._is_over = True
                await asyncio.gather(*clients)
            await self._check()

    async def requests(self, count):
        """Wait until so many requests more were answered."""
        until, wanted = time.monotonic() + SECONDS, self.statuses.total() + count
        while self.statuses.total() < wanted:
            assert time.monotonic() < until
            await asyncio.sleep(0.05)

    async def _client(self, number):
        world, name = f"rolling{number % WORLDS}", f"monitor {number}"
        body = {"name": name, "url": "https://perfect.test/0", "interval_seconds": 60}
        made = await self._ask(world, "POST", "/v1/monitors", body)
        path = f"/v1/monitors/{made['id']}"
        due = time.monotonic()
        for turn in itertools.count(1):
            due = max(due + SECONDS_BETWEEN, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            if self._is_over:
                return
            url = f"https://perfect.test/{turn}"
            if await self._ask(world, "PUT", path, {"url": url}) is not None:
                self.written[world, made["id"]] = url
            await self._ask(world, "GET", path)

    async def _check(self):
        for (world, monitor_id), url in self.written.items():
            found = await self._ask(world, "GET", f"/v1/monitors/{monitor_id}")
            assert found["url"] == url

    async def _ask(self, world, method, path, body=None):
        headers = {"Authorization": f"Bearer sp_test_{world}"}
        try:
            async with self._session.request(method, path, json=body, headers=headers) as response:
                told = await response.json()
                self.statuses[response.status] += 1
                if response.ok:
                    return told
                self.failures.append(f"{method}: {response.status} {told}")
        except aiohttp.ClientError as error:
            self.failures.append(f"{method}: {error!r}")
        return None


async def restart_all(fleet, load):
    for replica in fleet.replicas:
        await load.requests(REQUESTS_BETWEEN_RESTARTS)
        assert await asyncio.to_thread(replica.terminate) == 0
        await load.requests(REQUESTS_BETWEEN_RESTARTS)
        await asyncio.to_thread(replica.start)
    await load.requests(REQUESTS_BETWEEN_RESTARTS)


def test_a_rolling_restart_fails_no_request(store, tmp_path):
    if not shutil.which("haproxy"):
        pytest.skip("haproxy is not installed")
    port = free_port()
    with Fleet.on(store, tmp_path, *OPTIONS) as fleet:
        command = haproxy(tmp_path, port, [replica.port for replica in fleet.replicas])
        load = Load(f"http://127.0.0.1:{port}")
        with running(command, port, tmp_path / "haproxy.log"):
            began = time.monotonic()
            asyncio.run(load.run(restart_all(fleet, load)))
    seconds = time.monotonic() - began
    print(f"{load.statuses.total()} requests in {seconds:.0f} s")  # noqa: T201
    assert load.failures == []
