"""Clients that write to and read from a world, and record requests and responses."""

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress

from tests.fleet.history import NEVER, Call
from tests.fleet.monitor_model import MISSING, OK
from tests.fleet.nemesis.connection import Connection, Lost, NotSent

MOST_MONITORS = 8
FEWEST_MONITORS = 3
REQUESTS_BEFORE_MOVING = 20
SHARE_OF_READS = 1 / 3
SITE = "https://perfect.test/"
RETRY_SECONDS = 0.1
REQUEST_SECONDS = 20


class World:
    """What the clients of one world share: its monitors, and the history for the checker."""

    def __init__(self, number):
        self.name = f"nemesis{number}"
        self.key = f"sp_test_{self.name}"
        self.ids = {}
        """Of the monitors that clients may change; `anchor` is the key of one that they leave."""
        self.anchor = None
        self.calls = []
        self.anomalies = []
        self.statuses = Counter()
        self.spans = []
        """When each request with a certain outcome began and ended."""
        self._values = 0

    def new_value(self):
        """Return a number that is written once only."""
        self._values += 1
        return self._values

    def learn(self, key, monitor_id):
        """Remember a monitor's id, which must not change."""
        if key == self.anchor:
            return
        if self.ids.setdefault(key, monitor_id) != monitor_id:
            self.anomalies.append(f"{key} had the id {self.ids[key]} and has {monitor_id}")


class Client:
    """Makes requests one after another, until told to stop."""

    def __init__(self, world, ports, *, seed, seconds_between):
        self._world = world
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self._connection = Connection(ports, self._chance, seconds=REQUEST_SECONDS)
        self._between = seconds_between
        self._requests = 0

    async def run(self, until):
        """Make requests until `until` is set."""
        due = time.monotonic() + self._chance.random() * self._between
        while not until.is_set():
            await asyncio.sleep(max(0, due - time.monotonic()))
            due = max(due + self._between, time.monotonic())
            with suppress(NotSent):
                await self.step()
        self.close()

    def close(self):
        self._connection.close()

    async def step(self):
        """Make one request, and move to another replica now and then."""
        self._requests += 1
        if self._requests % REQUESTS_BEFORE_MOVING == 0:
            self._connection.close()
        ids = self._world.ids
        if ids and self._chance.random() < SHARE_OF_READS:
            await self._chance.choice([self.get, self.get, self.list])()
        elif len(ids) < FEWEST_MONITORS:
            await self.create()
        elif len(ids) >= MOST_MONITORS:
            await self.delete()
        else:
            await self._chance.choice([*[self.edit] * 8, self.create, self.delete])()

    async def create(self):
        value = self._world.new_value()
        key = f"monitor{value}"
        body = {"name": key, "url": f"{SITE}{value}", "interval_seconds": 60}
        told = await self._call("create", "POST", "", body, key=key, value=value)
        if told:
            self._world.learn(key, told["id"])

    async def edit(self):
        key, monitor_id = self._chosen()
        value = self._world.new_value()
        body = {"url": f"{SITE}{value}"}
        told = await self._call("edit", "PUT", f"/{monitor_id}", body, key=key, value=value)
        if told and told["url"] != body["url"]:
            self._world.anomalies.append(f"{key} was set to {value} and is {told['url']}")

    async def delete(self):
        key, monitor_id = self._chosen()
        self._world.ids.pop(key, None)
        await self._call("delete", "DELETE", f"/{monitor_id}", key=key)

    async def get(self):
        key, monitor_id = self._chosen()
        await self._call("get", "GET", f"/{monitor_id}", key=key)

    async def list(self):
        told = await self._call("list", "GET", "?limit=100")
        for monitor in told["results"] if told else ():
            self._world.learn(monitor["name"], monitor["id"])

    def _chosen(self):
        return self._chance.choice(sorted(self._world.ids.items()))

    async def _call(self, name, method, path, body=None, **about):
        """Make a request and record it; return the JSON of a success."""
        began = time.monotonic()
        try:
            status, told = await self._connection.ask(
                method, f"/v1/monitors{path}", self._world.key, body
            )
        except Lost:
            status, told = 0, None
        ended = time.monotonic()
        self._world.statuses[status] += 1
        result = _result(name, status, told)
        if result is not None:
            self._world.spans.append((began, ended))
            call = Call(name=name, result=result, began=began, ended=ended, **about)
            self._world.calls.append(call)
        elif method != "GET":
            self._world.calls.append(Call(name=name, began=began, ended=NEVER, **about))
        return told if status in {200, 201} else None


def _result(name, status, told):
    """Return what the checker compares; None if the outcome is unknown."""
    if status == 404:
        return MISSING
    if status not in {200, 201, 204}:
        return None
    if name == "get":
        return _value(told)
    if name == "list":
        return tuple(sorted((monitor["name"], _value(monitor)) for monitor in told["results"]))
    return OK


def _value(monitor):
    return int(monitor["url"].removeprefix(SITE))
