"""One run of the nemesis: clients, disturbances, and what is left in the end."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass

from tests.fleet.nemesis import report
from tests.fleet.nemesis.clients import RETRY_SECONDS, SHARE_OF_READS, Client, World
from tests.fleet.nemesis.connection import Connection, NotSent
from tests.fleet.nemesis.deliveries import IncidentWriter, Receiver, wait_for_deliveries

OPTIONS = ("--scenario", "empty", "--rate-limit", "off", "--journal", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of everything."""

    seconds: float
    kinds: tuple
    most_disturbances: int | None = None
    """After how many the run ends, if it is not over before."""
    worlds: int = 8
    clients: int = 3
    """Clients of each world."""
    writes_per_second: float = 500
    calm_seconds: float = 3
    incidents_per_second: float = 1
    """In each world."""
    settle_seconds: float = 60
    """How long to wait for what is left, in the end."""
    seed: int = 1


def run(fleet, plan):
    """Disturb a running fleet under load; return the report."""
    return asyncio.run(_Run(fleet, plan).run())


class _Run:
    def __init__(self, fleet, plan):
        self._fleet = fleet
        self._plan = plan
        self._chance = random.Random(plan.seed)  # noqa: S311 - no secret
        self._worlds = [World(number) for number in range(plan.worlds)]
        self._over = asyncio.Event()

    async def run(self):
        async with Receiver() as self._receiver:
            writers = [self._writer(world) for world in self._worlds]
            anchors = [await self._prepare(world) for world in self._worlds]
            began = time.monotonic()
            tasks = [
                asyncio.create_task(writer.run(anchor, self._over))
                for writer, anchor in zip(writers, anchors, strict=True)
            ]
            tasks += [asyncio.create_task(client.run(self._over)) for client in self._clients()]
            disturbances = await self._disturb(began + self._plan.seconds)
            self._over.set()
            await asyncio.gather(*tasks)
            seconds = time.monotonic() - began
            for world in self._worlds:
                await self._read_all(world)
            missing = await wait_for_deliveries(
                self._receiver, writers, seconds=self._plan.settle_seconds
            )
        return self._report(seconds, disturbances, writers, missing)

    def _clients(self):
        plan = self._plan
        requests_per_second = plan.writes_per_second / (1 - SHARE_OF_READS)
        between = plan.worlds * plan.clients / requests_per_second
        return [
            Client(
                world,
                self._fleet.ports,
                seed=f"{plan.seed} {world.name} {number}",
                seconds_between=between,
            )
            for world in self._worlds
            for number in range(plan.clients)
        ]

    def _writer(self, world):
        between = 1 / self._plan.incidents_per_second
        return IncidentWriter(world, self._fleet.ports, self._chance, seconds_between=between)

    async def _prepare(self, world):
        """Register the webhook of a world and return the monitor of its incidents."""
        client = Client(world, self._fleet.ports, seed=self._plan.seed, seconds_between=0)
        hook = {
            "url": self._receiver.url(world),
            "events": ["incident_created"],
            "secret": "a secret of the tests",
        }
        await self._ask(world, "POST", "/v1/webhooks", hook, 201)
        while not world.ids:
            await client.create()
        world.anchor, monitor_id = world.ids.popitem()
        client.close()
        return monitor_id

    async def _ask(self, world, method, path, body, expected):
        connection = Connection(self._fleet.ports, self._chance, seconds=self._plan.settle_seconds)
        status, told = await connection.ask(method, path, world.key, body)
        connection.close()
        assert status == expected, (status, told)

    async def _disturb(self, until):
        """Disturb the fleet again and again, with calm between; return what was done."""
        done, kinds = [], []
        while time.monotonic() < until and len(done) != self._plan.most_disturbances:
            await asyncio.sleep(self._plan.calm_seconds)
            if not self._plan.kinds:
                continue
            kinds = kinds or self._chance.sample(self._plan.kinds, len(self._plan.kinds))
            disturb = self._fleet.disturb
            done.append(await asyncio.to_thread(disturb, kinds.pop(), self._chance))
        return done

    async def _read_all(self, world):
        """List the monitors of a world after everything else."""
        client = Client(world, self._fleet.ports, seed=self._plan.seed, seconds_between=0)
        until = time.monotonic() + self._plan.settle_seconds
        calls = len(world.calls)
        while len(world.calls) == calls:
            assert time.monotonic() < until, f"{world.name} cannot be read in the end"
            try:
                await client.list()
            except NotSent:
                await asyncio.sleep(RETRY_SECONDS)
        client.close()

    def _report(self, seconds, disturbances, writers, missing):
        worlds = self._worlds
        found = report.faults(worlds, self._receiver, writers)
        if missing:
            found.append(f"{missing} acknowledged incidents were never delivered")
        calls = [call for world in worlds for call in world.calls]
        reads = sum(call.name in {"get", "list"} for call in calls)
        deliveries, repeated = report.delivered(self._receiver)
        return report.Report(
            seconds=seconds,
            writes=len(calls) - reads,
            reads=reads,
            statuses=sum((world.statuses for world in worlds), Counter()),
            disturbances=tuple(disturbances),
            lost_writes=[text for world in worlds for text in report.lost_writes(world.calls)],
            stalls=report.stalls(worlds, disturbances),
            faults=found,
            deliveries=deliveries,
            repeated_deliveries=repeated,
        )
